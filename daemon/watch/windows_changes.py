"""ReadDirectoryChangesW, as a handle that can be read, and ended from another thread."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import ctypes
    import errno
    from ctypes import wintypes

    from daemon.watch.windows_files import open_shared

    BUFFER_BYTES = 60 * 1024
    """Above 64 KB Windows refuses a folder on another machine."""
    _LIST_DIRECTORY = 0x1
    _BACKUP_SEMANTICS = 0x02000000
    """Without it a folder cannot be opened."""
    _OVERLAPPED = 0x40000000
    _WANTED = 0x1 | 0x2 | 0x8 | 0x10
    """Names of files, names of folders, sizes, times of writing; of reading not, or our own would be told."""
    _PENDING = 997
    _TOO_MUCH_HAPPENED = 1022
    _FOREVER = 0xFFFFFFFF
    _ENDING = 0
    """The first of the two events that are waited for."""

    class _Overlapped(ctypes.Structure):
        _fields_ = (
            ("Internal", ctypes.c_void_p),
            ("InternalHigh", ctypes.c_void_p),
            ("Offset", wintypes.DWORD),
            ("OffsetHigh", wintypes.DWORD),
            ("hEvent", wintypes.HANDLE),
        )

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _create_event = _kernel.CreateEventW
    _create_event.restype = wintypes.HANDLE
    _create_event.argtypes = (wintypes.LPVOID, wintypes.BOOL, wintypes.BOOL, wintypes.LPCWSTR)
    _set_event = _kernel.SetEvent
    _set_event.argtypes = (wintypes.HANDLE,)
    _wait = _kernel.WaitForMultipleObjects
    _wait.restype = wintypes.DWORD
    _wait.argtypes = (wintypes.DWORD, wintypes.LPVOID, wintypes.BOOL, wintypes.DWORD)
    _read_changes = _kernel.ReadDirectoryChangesW
    _read_changes.argtypes = (
        wintypes.HANDLE,
        wintypes.LPVOID,
        wintypes.DWORD,
        wintypes.BOOL,
        wintypes.DWORD,
        wintypes.LPVOID,
        wintypes.LPVOID,
        wintypes.LPVOID,
    )
    _result_of = _kernel.GetOverlappedResult
    _result_of.argtypes = (wintypes.HANDLE, wintypes.LPVOID, wintypes.LPDWORD, wintypes.BOOL)
    _cancel = _kernel.CancelIoEx
    _cancel.argtypes = (wintypes.HANDLE, wintypes.LPVOID)
    _close = _kernel.CloseHandle
    _close.argtypes = (wintypes.HANDLE,)

    class DirectoryChanges:
        """Between two readings the system keeps what happens, as much as our buffer holds."""

        def __init__(self, folder: str) -> None:
            self._folder = folder
            self._handle: int | None = None
            self._buffer = (wintypes.DWORD * (BUFFER_BYTES // 4))()  # it has to be aligned
            self._asked = _Overlapped()
            self._told = _made(_create_event(None, True, False, None))
            self._ending = _made(_create_event(None, True, False, None))
            self._events = (wintypes.HANDLE * 2)(self._ending, self._told)
            self._asked.hEvent = self._told

        def open(self) -> None:
            self._handle = open_shared(self._folder, _LIST_DIRECTORY, _BACKUP_SEMANTICS | _OVERLAPPED)
            try:
                self._ask()
            except OSError:
                self.close()
                raise

        def read(self) -> bytes | None:
            if _wait(2, self._events, False, _FOREVER) == _ENDING:
                return None
            size = wintypes.DWORD()
            if not _result_of(self._handle, ctypes.byref(self._asked), ctypes.byref(size), True):
                error = _last_error()
                if error.winerror != _TOO_MUCH_HAPPENED:
                    raise error
                size.value = 0
            records = bytes(memoryview(self._buffer).cast("B")[: size.value])
            self._ask()
            return records

        def end(self) -> None:
            _set_event(self._ending)

        def close(self) -> None:
            """Not while the system may still write into the buffer."""
            if self._handle is not None:
                if _cancel(self._handle, ctypes.byref(self._asked)):
                    _result_of(self._handle, ctypes.byref(self._asked), ctypes.byref(wintypes.DWORD()), True)
                _close(self._handle)
                self._handle = None

        def __del__(self) -> None:
            for event in (self._told, self._ending):
                _close(event)

        def _ask(self) -> None:
            accepted = _read_changes(
                self._handle,
                ctypes.byref(self._buffer),
                BUFFER_BYTES,
                True,
                _WANTED,
                None,
                ctypes.byref(self._asked),
                None,
            )
            if not accepted and ctypes.get_last_error() != _PENDING:
                raise _last_error()

    def _made(event: int | None) -> int:
        if not event:
            raise OSError(errno.ENOMEM, "Windows has no more events to give")
        return event

    def _last_error() -> OSError:
        return ctypes.WinError(ctypes.get_last_error())

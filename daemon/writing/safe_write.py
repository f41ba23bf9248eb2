"""The only code that writes a map of the mapper's: the old file stands, or the new one, whole.

What is written goes into a file beside the map first, all the way to the disk; then it takes the map's place
in one step, unless somebody saved the map meanwhile. Blocks: for a thread.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from daemon.watch.reading import BusyError, read_shared
from engine import held_open
from engine.held_open import patiently

if TYPE_CHECKING:
    from pathlib import Path

LATE_SAVE_S: Final = 0.03
"""An editor that had the old file open when the new one took its place has saved into it by then."""
OUR_PREFIX: Final = ".mapside-"
LONGEST_PATH: Final = 259
"""Of Windows, in characters, unless somebody has switched longer ones on."""
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class NotWrittenError(Exception):
    """A sentence for the person. The map is what it was."""


class ChangedError(NotWrittenError):
    """Somebody else has saved it."""


def replace_map(path: Path, expected_hash: str, data: bytes, token: str) -> None:
    """The map at `path` holds `data` afterwards, if it held what `expected_hash` says. A link stays a link.

    `token` names the files beside it that exist for a moment: see `sweep`. Raises NotWrittenError.
    """
    try:
        real = path.resolve(strict=True)
        _refuse_read_only(real)
        _put_in_place(real, expected_hash, data, token)
    except FileNotFoundError as error:
        raise ChangedError(f"{path.name} is no longer there: nothing was written.") from error
    except OSError as error:
        raise NotWrittenError(_sentence(path, error)) from error


def create_map(path: Path, data: bytes, token: str) -> None:
    """A new file, whole, and never in the place of another. Raises NotWrittenError."""
    temporary, _ = beside(path, token)
    try:
        try:
            _write_through(temporary, data)
            _appear(temporary, path)
        finally:
            _remove(temporary)
        _sync_folder(path.parent)
    except FileExistsError as error:
        raise NotWrittenError(
            f"{path.name} is there already, and nothing is written over it. Choose another name."
        ) from error
    except OSError as error:
        raise NotWrittenError(_sentence(path, error)) from error


def beside(path: Path, token: str) -> tuple[Path, Path]:
    """What is to take the map's place, and what held it: neither is called like a map."""
    return path.with_name(f"{OUR_PREFIX}{token}.new"), path.with_name(f"{OUR_PREFIX}{token}.old")


def rescued(path: Path, token: str) -> bytes | None:
    """What a crash has left beside a map of what it held: if somebody saved it in the last moment, that save,
    which was about to be given back and is nowhere else. Raises OSError where it cannot be read now.
    """
    _, guard = beside(_resolved(path), token)
    try:
        return guard.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def sweep(path: Path, token: str) -> None:
    """Takes away what a crash has left beside a map: what is `rescued` must be safe by then."""
    for left in beside(_resolved(path), token):
        _remove(left)


def hash_of(path: Path) -> str | None:
    """Of what the map holds now; "" where there is none, None where it cannot be read at the moment."""
    try:
        reading = read_shared(path)
    except BusyError:
        return None
    return reading.version.content_hash if reading else ""


# The steps.


def _put_in_place(real: Path, expected_hash: str, data: bytes, token: str) -> None:
    temporary, guard = beside(real, token)
    try:
        _write_through(temporary, data)
        shutil.copymode(real, temporary)
        is_guarded = patiently(lambda: _take_the_place(real, temporary, guard, expected_hash), _is_held_open)
    except BaseException:
        _remove(guard)
        raise
    finally:
        _remove(temporary)
    _sync_folder(real.parent)
    for pause_s in (0.0, LATE_SAVE_S) if is_guarded else ():
        time.sleep(pause_s)
        if _was_saved(guard, expected_hash):
            patiently(lambda: guard.replace(real))
            raise _changed(real)
    with suppress(OSError):
        patiently(guard.unlink)


def _take_the_place(real: Path, temporary: Path, guard: Path, expected_hash: str) -> bool:
    """Between the look and the step a save may come: a second name for the old file will tell, and can give
    it back. Whether there is one. What saves by putting another file there it cannot tell of: that is looked
    for last of all.
    """
    _must_be_let_go(real)
    is_guarded = _link(real, guard)
    tells_files_apart = is_guarded and real.samefile(guard)  # some network folders cannot
    if _hash(real) != expected_hash or (tells_files_apart and not real.samefile(guard)):
        raise _changed(real)
    temporary.replace(real)
    return is_guarded


def _was_saved(guard: Path, expected_hash: str) -> bool:
    """Also where it cannot be read for long: somebody is at it."""
    try:
        return patiently(lambda: _hash(guard), _is_held_open) != expected_hash
    except BusyError:
        return True


def _must_be_let_go(real: Path) -> None:
    """Windows renames nothing that is open elsewhere, not even to what it is called. A second name could not
    be taken away again either.
    """
    if sys.platform == "win32":
        real.rename(real)


def _write_through(file: Path, data: bytes) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def _appear(temporary: Path, path: Path) -> None:
    """Where there is such a file, a rename fails on Windows. Elsewhere it takes that one's place, but no
    system gives a second name that there is; some know no second names.
    """
    if sys.platform == "win32":
        patiently(lambda: temporary.rename(path))
    else:
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            raise
        except OSError:
            if path.exists():
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path)) from None
            temporary.rename(path)


def _link(real: Path, guard: Path) -> bool:
    """Whether the file system knows second names: FAT does not."""
    if not _remove(guard):  # of the try before, and open elsewhere like the map itself
        return real.samefile(guard)
    try:
        guard.hardlink_to(real)
    except OSError:
        return False
    return True


def _hash(file: Path) -> str:
    reading = read_shared(file)
    if reading is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file))
    return reading.version.content_hash


def _sync_folder(folder: Path) -> None:
    """So that the new name outlives a power cut; Windows and some network folders cannot say so."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


# What stands in the way.


def _refuse_read_only(real: Path) -> None:
    if not os.access(real, os.W_OK):
        raise NotWrittenError(
            f"{real.name} is read-only: nothing was written. Make it writable, then try again."
        )


def _changed(real: Path) -> ChangedError:
    return ChangedError(f"{real.name} was saved meanwhile: nothing was written over it.")


def _is_held_open(error: OSError) -> bool:
    return isinstance(error, BusyError) or held_open.is_held_open(error)


def _sentence(path: Path, error: OSError) -> str:
    if error.errno in _FULL:
        return f"The disk of {path.name} is full: nothing was written. Make room, then try again."
    if isinstance(error, FileNotFoundError) and _is_too_long(path):
        return (
            f"{path} is {len(str(path))} characters long, and Windows takes {LONGEST_PATH}: nothing was "
            "written. Choose a shorter name, or a folder nearer to the top of the disk."
        )
    if _is_held_open(error):
        return (
            f"{path.name} is held open by another program: nothing was written. "
            "Wait until the editor has saved, then try again."
        )
    if isinstance(error, PermissionError):
        return (
            f"{path.parent} lets nothing be written: {path.name} is what it was. "
            "Give yourself the right to write there, then try again."
        )
    reason = error.strerror or type(error).__name__
    return f"{path.name} could not be written ({reason}): it is what it was."


def _is_too_long(path: Path) -> bool:
    return sys.platform == "win32" and len(str(path)) > LONGEST_PATH


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # a loop of links
        return path


def _remove(file: Path) -> bool:
    """Whether it is gone."""
    try:
        file.unlink(missing_ok=True)
    except OSError:
        return False
    return True

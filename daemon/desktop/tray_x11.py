"""What plain X11 needs beyond pystray 0.19.5: is there a panel, hear clicks, ask for a place once.

Reaches into pystray's X11 icon by name, because it offers no other way; on every other desktop the functions
here do nothing.
"""

from __future__ import annotations

import importlib
from contextlib import suppress
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import ModuleType

BACKEND: Final = "pystray._xorg"


def missing_host(pystray: ModuleType) -> str | None:
    """The selection that a program showing icons would own, where none does."""
    if pystray.Icon.__module__ != BACKEND:
        return None
    # By name: it comes with pystray on Linux alone, and without types.
    display = importlib.import_module("Xlib.display").Display()
    try:
        selection = f"_NET_SYSTEM_TRAY_S{display.get_default_screen()}"
        return None if display.get_selection_owner(display.intern_atom(selection)) else selection
    finally:
        display.close()


def mend(icon: Any) -> None:
    """Before the icon runs."""
    if type(icon).__module__ == BACKEND:
        _hear_clicks(icon)
        _ask_once(icon)


def _hear_clicks(icon: Any) -> None:
    """The icon handles clicks, but never asks the server for them."""
    x = importlib.import_module("Xlib.X")
    # A client's mask is replaced, not added to: the first two are pystray's own.
    icon._window.change_attributes(  # noqa: SLF001  see the module's note
        event_mask=x.ExposureMask | x.StructureNotifyMask | x.ButtonPressMask
    )


def _ask_once(icon: Any) -> None:
    """The icon asks for a place at every change, twice at the start; a panel asked again before it has
    answered may take the icon off (seen with trayer).
    """
    ask = icon._dock_window  # noqa: SLF001  see the module's note

    def ask_once() -> None:
        host = icon._get_systray_manager()  # noqa: SLF001  see the module's note
        if host is None or host.id != icon.mapside_asked:
            ask()
            icon.mapside_asked = host.id if host else None

    icon.mapside_asked = None
    icon._dock_window = ask_once  # noqa: SLF001  see the module's note


def docked(icon: Any) -> bool:
    """Whether a panel has taken the icon's window in."""
    if type(icon).__module__ != BACKEND:
        return True
    try:
        tree = icon._window.query_tree()  # noqa: SLF001  see the module's note
    except Exception:  # noqa: BLE001  python-xlib's errors have no common base; the panel took the window with it
        return True
    return bool(tree.parent.id != tree.root.id)


def ask_again(icon: Any) -> None:
    """The next change asks for a place again: a panel that was starting loses requests."""
    if type(icon).__module__ == BACKEND:
        icon.mapside_asked = None


def close(icon: Any) -> None:
    """After the icon's loop has ended. pystray would close the connection whenever the icon happens to be
    collected, and complain if the display is gone by then.
    """
    if type(icon).__module__ != BACKEND:
        return
    with suppress(Exception):  # the display may be gone already
        icon._display.close()  # noqa: SLF001  see the module's note
    icon._display = SimpleNamespace(close=lambda: None)  # noqa: SLF001  see the module's note

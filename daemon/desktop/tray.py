"""The icon in the notification area: what Mapside is doing, and its actions one click away.

pystray cannot be imported without a display, has no menu on plain X11 (only the click), and on macOS wants
the main thread, which the event loop has. So it is imported late, everything it offers is in the overlay too,
and a desktop without a tray gets one sentence instead of an error.

Two threads: pystray's own runs its loop and calls the actions; ours hands it new pictures, because pystray
makes its caller wait until the picture is drawn, and the event loop must not wait.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from daemon.desktop import tray_x11
from daemon.desktop.fitting import shortened
from daemon.desktop.icons import TrayState, draw_icon
from daemon.desktop.tray_link import TrayShown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

log = logging.getLogger(__name__)

ON_MACOS: Final[bool] = sys.platform == "darwin"
ON_WINDOWS: Final[bool] = sys.platform == "win32"
START_TIMEOUT_S: Final = 5.0
STOP_TIMEOUT_S: Final = 2.0
DOCKED_AGAIN_S: Final = 30.0
UNDOCKED_AGAIN_S: Final = 1.0
"""How long until the icon's place is looked at again: a panel may start slowly, or restart."""
TITLE_LIMIT: Final = 120
"""Windows keeps 127 characters of an icon's title, and pystray raises beyond them."""
ICON_PX: Final = {"win32": 32}
"""pystray asks Windows for the default icon size; elsewhere it scales the picture down itself."""
IN_THE_OVERLAY: Final = "Everything the tray offers is in the overlay."

TITLES: Final = {
    TrayState.IDLE: "Mapside: watching",
    TrayState.WORKING: "Mapside: checking",
    TrayState.PROBLEMS: "Mapside: the last saved map has problems",
    TrayState.PAUSED: "Mapside: paused",
}


@dataclass(frozen=True, slots=True)
class TrayActions:
    """What a click may ask for. All are called from the tray's own thread, never from the event loop's."""

    open_overlay: Callable[[], object]
    open_last_map: Callable[[], object]
    pause: Callable[[bool], object]
    check_now: Callable[[], object]
    choose_folder: Callable[[], object]
    set_ai: Callable[[bool], object]
    mod_map: Callable[[], object]
    mod_set: Callable[[], object]
    unload: Callable[[], object]
    set_writing: Callable[[bool], object]
    cancel_writing: Callable[[], object]
    revert_last: Callable[[], object]
    open_log: Callable[[], object]
    quit: Callable[[], object]


class Tray:
    def __init__(self, actions: TrayActions) -> None:
        self._actions = actions
        self._shown = TrayShown()
        self._icon: Any = None  # a pystray.Icon: pystray ships no types
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._updates: threading.Thread | None = None

    def start(self) -> str | None:
        """None: the icon is there. Otherwise a sentence why there is none, and what to do."""
        pystray = _load_pystray()
        if isinstance(pystray, str):
            return pystray
        reason = _missing_host(pystray)
        if reason:
            return reason
        self._icon = pystray.Icon("mapside", self._picture(), self._title(), self._menu(pystray))
        tray_x11.mend(self._icon)
        return self._run()

    def show(self, shown: TrayShown) -> None:
        """From any thread; returns at once, and only the latest state is drawn."""
        self._shown = shown
        self._changed.set()

    def stop(self) -> None:
        """From any thread but an action's own; waits no longer than a moment for a tray that hangs."""
        if self._updates is None:
            return
        self._stopping.set()
        self._changed.set()
        if threading.current_thread() is not self._updates:
            self._updates.join(STOP_TIMEOUT_S)
        self._updates = None

    def _run(self) -> str | None:
        ready = threading.Event()

        def show_icon(icon: Any) -> None:
            icon.visible = True
            ready.set()

        loop = threading.Thread(target=self._loop, args=(show_icon,), name="mapside-tray", daemon=True)
        loop.start()
        if not ready.wait(START_TIMEOUT_S):
            self._icon = None
            return f"The desktop's tray did not answer within {START_TIMEOUT_S:.0f} seconds. {IN_THE_OVERLAY}"
        self._updates = threading.Thread(
            target=self._update, args=(loop,), name="mapside-tray-updates", daemon=True
        )
        self._updates.start()
        return None

    def _loop(self, show_icon: Callable[[Any], None]) -> None:
        try:
            self._icon.run(setup=show_icon)
        except Exception:  # a desktop that breaks its tray must not break the companion
            log.exception("The tray stopped. %s", IN_THE_OVERLAY)

    def _update(self, loop: threading.Thread) -> None:
        drawn = self._shown
        while True:
            docked = tray_x11.docked(self._icon)
            self._changed.wait(DOCKED_AGAIN_S if docked else UNDOCKED_AGAIN_S)
            self._changed.clear()
            if self._stopping.is_set():
                break
            if not tray_x11.docked(self._icon):
                tray_x11.ask_again(self._icon)
            elif self._shown == drawn:
                continue
            drawn = self._shown
            self._redraw()
        self._take_away(loop)

    def _take_away(self, loop: threading.Thread) -> None:
        try:
            self._icon.stop()
        except Exception:  # noqa: BLE001  the desktop may have gone first, each in its own way
            log.debug("The tray icon could not be taken away.", exc_info=True)
        loop.join(STOP_TIMEOUT_S)
        tray_x11.close(self._icon)

    def _redraw(self) -> None:
        try:
            self._icon.icon = self._picture()
            self._icon.title = self._title()
            self._icon.update_menu()
        except Exception:  # noqa: BLE001  each desktop's pystray raises its own kind; the next state is tried
            log.warning("The tray icon could not be changed.", exc_info=True)

    def _picture(self) -> Any:
        return draw_icon(TrayState(self._shown.state), ICON_PX.get(sys.platform, 64))

    def _title(self) -> str:
        shown = self._shown
        downloading = f"Downloading {shown.downloading}" if shown.downloading else None
        lines = (TITLES[TrayState(shown.state)], downloading, shown.last_map)
        return shortened("\n".join(filter(None, lines)), TITLE_LIMIT)

    def _menu(self, pystray: ModuleType) -> Any:
        actions, item = self._actions, pystray.MenuItem
        return pystray.Menu(
            item("Open the overlay", _guarded(actions.open_overlay), default=True),
            item(
                lambda _: f"Last saved: {_literal(self._shown.last_map or 'nothing yet')}",
                _guarded(actions.open_last_map),
                enabled=lambda _: self._shown.last_map is not None,
            ),
            pystray.Menu.SEPARATOR,
            item("Check it again now", _guarded(actions.check_now)),
            item("Pause", _guarded(self._toggle_pause), checked=lambda _: self._paused),
            pystray.Menu.SEPARATOR,
            item(lambda _: self._model(), _guarded(actions.open_overlay)),
            item(
                "AI findings",
                _guarded(lambda: actions.set_ai(not self._shown.ai)),
                checked=lambda _: self._shown.ai,
            ),
            item("Mod the last saved map", _guarded(actions.mod_map), enabled=lambda _: self._can_mod),
            item("Mod its whole set", _guarded(actions.mod_set), enabled=lambda _: self._can_mod),
            item("Unload the engine", _guarded(actions.unload), enabled=lambda _: self._shown.can_unload),
            pystray.Menu.SEPARATOR,
            *self._writing_items(item),
            pystray.Menu.SEPARATOR,
            item("Choose the Songs folder...", _guarded(actions.choose_folder)),
            item("Open the log", _guarded(actions.open_log)),
            item("Quit", _guarded(actions.quit)),
        )

    def _writing_items(self, item: Callable[..., Any]) -> Iterator[Any]:
        """Greyed until the person has read what it means, which the overlay shows."""
        actions = self._actions
        yield item(
            "Read what regeneration means...",
            _guarded(actions.open_overlay),
            visible=lambda _: not self._shown.disclosed,
        )
        yield item(
            "Regeneration",
            _guarded(lambda: actions.set_writing(not self._shown.writing)),
            checked=lambda _: self._shown.writing,
            enabled=lambda _: self._shown.disclosed,
        )
        yield item(
            "Cancel all that is being written",
            _guarded(actions.cancel_writing),
            enabled=lambda _: self._shown.is_writing,
        )
        yield item(
            "Revert what was generated last",
            _guarded(actions.revert_last),
            enabled=lambda _: self._shown.disclosed,
        )

    def _model(self) -> str:
        shown = self._shown
        if shown.downloading:
            return f"Downloading {_literal(shown.downloading)}"
        if shown.model is None:
            return "No model yet: choose one..."
        return _literal(f"Model: {shown.model}" + (f" on {shown.device}" if shown.device else ""))

    @property
    def _can_mod(self) -> bool:
        return self._shown.model is not None and self._shown.last_map is not None

    @property
    def _paused(self) -> bool:
        return TrayState(self._shown.state) is TrayState.PAUSED

    def _toggle_pause(self) -> None:
        self._actions.pause(not self._paused)


def _literal(text: str) -> str:
    """In a menu Windows takes & for the mark of the letter that chooses an entry."""
    return text.replace("&", "&&") if ON_WINDOWS else text


def _guarded(action: Callable[[], object]) -> Callable[[], None]:
    """The X11 loop of pystray ends for good when an action raises."""

    def run() -> None:
        try:
            action()
        except Exception:  # the reason above; it is logged with its traceback
            log.exception("An action from the tray failed.")

    return run


def _load_pystray() -> ModuleType | str:
    if ON_MACOS:
        return f"macOS gives the menu bar to a program's main thread only: no tray icon. {IN_THE_OVERLAY}"
    if sys.platform == "linux" and not os.environ.get("DISPLAY"):
        return f"There is no display (DISPLAY is not set), so no tray icon. {IN_THE_OVERLAY}"
    try:
        import pystray  # noqa: PLC0415  importing it connects to the display, and fails without one
    except Exception as error:  # noqa: BLE001  Xlib, GTK and ctypes each raise their own kind here
        return f"The tray icon cannot be shown ({_one_line(error)}). {IN_THE_OVERLAY}"
    return pystray  # type: ignore[no-any-return]  # pystray ships no types


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split()) or type(error).__name__


def _missing_host(pystray: ModuleType) -> str | None:
    unowned = tray_x11.missing_host(pystray)
    if unowned is None:
        return None
    return (
        f"No program on this desktop shows tray icons ({unowned} has no owner). {IN_THE_OVERLAY} "
        "For an icon, start a panel with a tray, then start Mapside again."
    )


def why_no_tray() -> str | None:
    """The sentence that `Tray.start` would give, as far as it can be known without showing an icon."""
    pystray = _load_pystray()
    return pystray if isinstance(pystray, str) else _missing_host(pystray)

"""Between the event loop and the tray's threads: clicks come over as calls in the loop, states go back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from daemon.desktop.tray import Tray, TrayActions


class TrayRequests(Protocol):
    """What a click asks of the companion."""

    def open_overlay(self) -> None: ...
    def check_last_map(self) -> None: ...
    def pause(self, on: bool) -> None: ...
    def open_log(self) -> None: ...
    def set_ai(self, on: bool) -> None: ...
    def mod_last_map(self) -> None: ...
    def mod_last_set(self) -> None: ...
    def unload_from_tray(self) -> None: ...
    def quit(self) -> None: ...

    @property
    def writing(self) -> TrayWriting: ...


class TrayWriting(Protocol):
    """What it asks about writing."""

    def set_from_tray(self, on: bool) -> None: ...
    def cancel_all(self) -> None: ...
    def revert_last(self) -> None: ...


@dataclass(frozen=True, slots=True)
class TrayShown:
    """What the icon and its menu say."""

    state: str = "idle"
    last_map: str | None = None
    model: str | None = None
    """The one that is asked; None: there is none on this machine."""
    device: str | None = None
    downloading: str | None = None
    """"v32 34%"."""
    can_unload: bool = False
    ai: bool = True
    writing: bool = False
    """Whether a model may write into maps."""
    disclosed: bool = False
    """Whether the person has read what that means: before, nothing switches it on."""
    is_writing: bool = False


class TrayLink:
    def __init__(self, requests: TrayRequests) -> None:
        self._requests = requests
        self._tray: Tray | None = None
        self._shown = TrayShown()

    @property
    def running(self) -> bool:
        return self._tray is not None

    async def start(self) -> str | None:
        """None: the icon is there. Otherwise a sentence why there is none."""
        # Imported late: it draws with Pillow, which a companion without a tray need not load.
        from daemon.desktop.tray import Tray  # noqa: PLC0415

        tray = Tray(self._actions(asyncio.get_running_loop()))
        reason = await asyncio.to_thread(tray.start)
        if reason is None:
            self._tray = tray
            self.show(self._shown)
        return reason

    def show(self, shown: TrayShown) -> None:
        self._shown = shown
        if self._tray is not None:
            self._tray.show(shown)

    async def stop(self) -> None:
        if self._tray is not None:
            await asyncio.to_thread(self._tray.stop)

    def _actions(self, loop: asyncio.AbstractEventLoop) -> TrayActions:
        from daemon.desktop.tray import TrayActions  # noqa: PLC0415  the same

        def in_loop(action: Callable[[], None]) -> Callable[[], object]:
            return lambda: loop.call_soon_threadsafe(action)

        requests = self._requests
        return TrayActions(
            open_overlay=in_loop(requests.open_overlay),
            open_last_map=in_loop(requests.open_overlay),
            pause=lambda on: loop.call_soon_threadsafe(requests.pause, on),
            check_now=in_loop(requests.check_last_map),
            choose_folder=in_loop(requests.open_overlay),
            set_ai=lambda on: loop.call_soon_threadsafe(requests.set_ai, on),
            mod_map=in_loop(requests.mod_last_map),
            mod_set=in_loop(requests.mod_last_set),
            unload=in_loop(requests.unload_from_tray),
            set_writing=lambda on: loop.call_soon_threadsafe(requests.writing.set_from_tray, on),
            cancel_writing=in_loop(requests.writing.cancel_all),
            revert_last=in_loop(requests.writing.revert_last),
            open_log=in_loop(requests.open_log),
            quit=in_loop(requests.quit),
        )


def tray_state(*, paused: bool, busy: bool, problems: bool) -> str:
    if paused:
        return "paused"
    if busy:
        return "working"
    return "problems" if problems else "idle"

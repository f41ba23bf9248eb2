"""The companion, put together: the only room that knows every other. Read `Companion.run` first.

Everything here runs on one event loop. A save goes watching -> workbench -> pages; a request goes server ->
requests -> one of the public methods below; a click in the tray comes over from a thread of its own.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from daemon import paths
from daemon.archive import Archive
from daemon.chosen_checks import chosen_checks, unknown_checks_note
from daemon.console import say, take_any_letter
from daemon.desktop import opening as desktop
from daemon.desktop.notify import Notifier
from daemon.desktop.tray_link import TrayLink
from daemon.log import start_log, stop_log
from daemon.options import read_options
from daemon.pages import Pages, greeting
from daemon.requests import RefusedError, answer
from daemon.server import Client, Server
from daemon.settings import SettingsError, load_settings, save_setting
from daemon.single import Address, Instance, bring_forward, load_token
from daemon.songs.library import find_songs
from daemon.songs.song import SongLengths
from daemon.store import open_store
from daemon.tasks import Tasks
from daemon.watch.watching import Watching
from daemon.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from daemon.options import Options
    from daemon.settings import Settings
    from daemon.watch.watcher import Removed

_log = logging.getLogger(__name__)

PAGE = Path(__file__).resolve().parent.parent / "overlay"
STORE_NAME, ICON_NAME = "mapside.sqlite", "mapside.ico"
EXIT_SETTINGS, EXIT_NO_ANSWER, EXIT_INTERRUPTED = 2, 3, 130
FILE_IS_GONE = "That map's file is no longer there, or cannot be read now. Save it once in the editor."


def main(arguments: Sequence[str] | None = None) -> int:
    """From the command line to the exit code."""
    take_any_letter()
    options = read_options(arguments)
    if options.demo:  # the demo has a home of its own: its maps do not mix with the person's
        os.environ.setdefault(paths.HOME_VARIABLE, str(paths.data_folder() / "demo"))
    try:
        settings = load_settings(options.overrides)
    except SettingsError as error:
        say(str(error), to_error=True)
        return EXIT_SETTINGS
    log_file = start_log(paths.log_folder(), settings.log, verbose=options.verbose)
    try:
        return asyncio.run(start(options, settings, log_file))
    except KeyboardInterrupt:  # before the loop listened for it, or on Windows between two of its steps
        return EXIT_INTERRUPTED
    except Exception:
        _log.exception("Mapside ended with an error")
        raise
    finally:
        stop_log()


async def start(options: Options, settings: Settings, log_file: Path) -> int:
    """Runs the companion, or brings forward the one that runs already."""
    instance = Instance.acquire(paths.runtime_folder())
    if instance is None:
        return await _bring_first_forward()
    try:
        await Companion(options, settings, log_file).run(instance)
    finally:
        instance.release()
    return 0


async def _bring_first_forward() -> int:
    first = await bring_forward(paths.runtime_folder())
    if first is None:
        say("Mapside runs already but does not answer. End it, then start it again.", to_error=True)
        return EXIT_NO_ANSWER
    say(f"Mapside runs already: {first.link}")
    return 0


class Companion:
    """One run of the program. Its public methods are what a page or the tray may ask for."""

    def __init__(self, options: Options, settings: Settings, log_file: Path) -> None:
        self._options = options
        self._settings = settings
        self._log_file = log_file
        self._ending = asyncio.Event()
        self._tasks = Tasks(self._task_failed)
        checks = chosen_checks(settings.checks.disabled)
        self._store, store_note = open_store(paths.data_folder() / STORE_NAME)
        self._archive = Archive(self._store, on_failure=self._store_failed)
        self._notifier = Notifier(enabled=settings.notify.enabled, icon=paths.data_folder() / ICON_NAME)
        self._pages = Pages(
            hello=greeting(metadata.version("mapside"), checks),
            notifier=self._notifier,
            standing_note=" ".join(filter(None, (store_note, unknown_checks_note(settings.checks.disabled)))),
        )
        self._server = Server(
            token=load_token(paths.data_folder()),
            page=PAGE,
            on_connect=self._pages.greet,
            on_message=self._answer,
        )
        self._workbench = Workbench(
            archive=self._archive,
            songs=SongLengths(),
            checks=checks,
            tasks=self._tasks,
            on_news=self._pages.show_map,
            on_maps=self._pages.show_maps,
            on_busy=self._pages.show_status,
            on_failure=self._check_failed,
        )
        self._watching = Watching(
            settings.watch,
            on_save=self._workbench.submit,
            on_removed=self._follow_file,
            on_change=self._pages.show_status,
            on_hollow=self._warn_of_hollow,
        )
        self._tray = TrayLink(self)
        self._pages.tell_of(self._server, self._workbench, self._watching, self._tray)

    # The run.

    async def run(self, instance: Instance) -> None:
        """Starts one thing after another, waits for the end, and stops them the other way round."""
        _on_signals(self.quit)
        await self._workbench.remember()
        await self._server.start(self._settings.server.port)
        instance.announce(Address(self._server.port, self._server.token))
        say(f"Mapside: {self._server.link}")
        self._tasks.start("check maps", self._workbench.run())
        self._tasks.start("watch the Songs folder", self._watch_songs())
        self._tasks.start("keep watching it", self._watching.keep())
        if self._options.tray:
            self._tasks.start("show the tray icon", self._show_tray())
        if self._settings.server.open_overlay:
            self.open_overlay()
        try:
            await self._ending.wait()
        finally:
            await self._stop()

    async def _stop(self) -> None:
        await self._tasks.stop()
        await self._watching.stop()
        await self._server.stop()
        await self._tray.stop()
        self._notifier.stop()
        await self._workbench.stop()
        await self._archive.stop()
        self._store.close()
        _log.info("ended")

    async def _watch_songs(self) -> None:
        if self._options.demo:
            await self._play_demo()
            return
        search = await asyncio.to_thread(find_songs, self._settings.songs.folder)
        if search.folder is None:
            self._watching.wait_for(self._settings.songs.folder, search.how)
            say(f"{search.how} Choose the Songs folder in the overlay, or start with --songs FOLDER.")
        else:
            await self._watching.watch(search.folder)
        await self._show_last_map()

    async def _show_last_map(self) -> None:
        """A page that opens before the first save shows where the person left off."""
        last = next(iter(self._workbench.recent), None)
        if last is not None and self._workbench.current is None:
            await self._look(last)

    async def _play_demo(self) -> None:
        from daemon.demo.story import DemoSongs  # noqa: PLC0415  it renders music, which only the demo needs

        demo = await asyncio.to_thread(DemoSongs.create, paths.data_folder() / "Songs")
        await self._watching.watch(demo.folder)
        for path in demo.maps:
            await self._workbench.look_at(path)
        await demo.play(self._ending)

    async def _show_tray(self) -> None:
        reason = await self._tray.start()
        if reason:
            say(reason)
        self._pages.show_status()

    def _follow_file(self, removed: Removed) -> None:
        self._tasks.start("follow a moved map", self._workbench.moved(removed.path, removed.moved_to))

    def _warn_of_hollow(self, path: Path, what: str) -> None:
        """The one thing a mapper must hear of even with no page open: the map may be lost."""
        self._pages.alarm(
            f"{path.name} is {what}: whatever saved it last may have crashed. If the editor still has the "
            "map open, save it again now; if not, restore the file before you open it there."
        )

    def _task_failed(self, name: str) -> None:
        self._pages.tell(
            "error", f"A part of Mapside has stopped ({name}); the log says why. Please start Mapside again."
        )

    def _store_failed(self, sentence: str) -> None:
        self._pages.tell("error", sentence)

    def _check_failed(self, file_name: str) -> None:
        self._pages.tell(
            "error", f"{file_name} could not be checked: a fault of Mapside. The log names the place."
        )

    # What pages and the tray may ask for.

    async def _answer(self, client: Client, text: str | bytes) -> None:
        await answer(self, client, text)

    async def select(self, client: Client, key: str) -> None:
        client.selected = key
        shown = self._workbench.message_of(key)
        if shown is not None:
            client.send(shown)
        if not await self._look(key):
            raise RefusedError(FILE_IS_GONE)

    async def set_intended(self, key: str, finding: str, *, on: bool) -> None:
        if not self._workbench.set_intended(key, finding, on=on):
            raise RefusedError("That finding is no longer there: the map was saved meanwhile.")
        self._pages.show_intended(key, finding, on=on)

    async def check_now(self, key: str | None) -> None:
        wanted = key or self._workbench.current
        if wanted is None:
            raise RefusedError("No map has been saved yet: press Ctrl+S in the editor.")
        if not await self._look(wanted):
            raise RefusedError(FILE_IS_GONE)

    def pause(self, on: bool) -> None:
        self._watching.pause(on)

    async def choose_folder(self, path: str) -> None:
        folder = await asyncio.to_thread(_existing_folder, path)
        if folder is None:
            raise RefusedError(f"There is no folder {path}. Give the whole path of osu!'s Songs folder.")
        await self._watching.watch(folder)
        try:
            save_setting(paths.settings_file(), "songs.folder", str(folder))
        except OSError as error:
            raise RefusedError(
                f"{folder} is watched now, but that could not be written down for the next start: "
                f"{paths.settings_file()} ({error.strerror})."
            ) from error

    def open_log(self) -> None:
        desktop.open_file(self._log_file)

    def open_overlay(self) -> None:
        desktop.open_in_browser(self._server.link)

    def come_forward(self) -> None:
        if self._settings.server.open_overlay:
            self.open_overlay()
        self._pages.tell("info", "Mapside runs already: this is its page.")

    def check_last_map(self) -> None:
        self._tasks.start("check the last map", self._check_if_any())

    def quit(self) -> None:
        self._ending.set()

    async def _check_if_any(self) -> None:
        if self._workbench.current is not None:
            await self._look(self._workbench.current)

    async def _look(self, key: str) -> bool:
        """Somebody works on this map; False if its file cannot be read."""
        path = await self._workbench.path_of(key)
        if path is None or not await self._workbench.look_at(path):
            return False
        self._watching.use(path)
        return True


def _existing_folder(path: str) -> Path | None:
    """A path as people paste it."""
    try:
        folder = Path(path.strip().strip('"')).expanduser()
        return folder if folder.is_absolute() and folder.is_dir() else None
    except (OSError, ValueError, RuntimeError):  # a zero byte, a home that is not known
        return None


def _on_signals(end: Callable[[], None]) -> None:
    """Ctrl+C, a closed terminal and the system's goodbye all end it the same way."""
    loop = asyncio.get_running_loop()
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        if number is None:
            continue
        try:
            loop.add_signal_handler(number, end)
        except NotImplementedError:  # Windows: Python runs the handler between two steps of the loop
            signal.signal(number, _handler(loop, end))


def _handler(loop: asyncio.AbstractEventLoop, end: Callable[[], None]) -> Callable[..., None]:
    def handle(*_: object) -> None:
        if not loop.is_closed():  # the person presses Ctrl+C once more while it ends
            loop.call_soon_threadsafe(end)

    return handle

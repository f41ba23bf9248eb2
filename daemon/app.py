"""The companion, put together: the only room that knows every other. Read `Companion.run` first.

Everything here runs on one event loop. A save goes watching -> workbench -> pages; a request goes server ->
requests -> actions; a click in the tray comes over from a thread of its own. What a model thinks of a save
comes after it, engine -> opinions -> pages: the engine is a child process, and nothing here waits for it.
What it writes, where somebody asks, goes engine -> writing -> pages, and once accepted into the map.
"""

from __future__ import annotations

import asyncio
import logging
import os
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from daemon import paths
from daemon.actions import Actions
from daemon.archive import Archive
from daemon.chosen_checks import chosen_checks, unknown_checks_note
from daemon.console import say, take_any_letter
from daemon.desktop.notify import Notifier
from daemon.desktop.tray_link import TrayLink
from daemon.engine_link import EngineLink, models_folder
from daemon.log import start_log, stop_log
from daemon.opinions import Opinions
from daemon.options import read_options
from daemon.pages import Pages, greeting
from daemon.requests import answer
from daemon.rooms import Rooms
from daemon.server import Client, Server
from daemon.settings import SettingsError, load_settings
from daemon.signals import on_signals
from daemon.single import Address, Instance, bring_forward, load_token
from daemon.songs.library import find_songs
from daemon.songs.song import SongLengths
from daemon.store import STORE_NAME, open_store
from daemon.tasks import Tasks
from daemon.watch.watching import Watching
from daemon.workbench import Workbench
from daemon.writing.room import Writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from daemon.desk import News
    from daemon.options import Options
    from daemon.settings import Settings
    from daemon.watch.watcher import Removed
    from engine.checks.check import Check

_log = logging.getLogger(__name__)

PAGE = Path(__file__).resolve().parent.parent / "overlay"
ICON_NAME = "mapside.ico"
EXIT_SETTINGS, EXIT_NO_ANSWER, EXIT_INTERRUPTED = 2, 3, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """From the command line to the exit code."""
    take_any_letter()
    options = read_options(arguments)
    if options.demo:  # the demo has a home of its own: its maps do not mix with the person's, its models do
        os.environ.setdefault("MAPSIDE_ENGINE__MODELS_FOLDER", str(models_folder(None)))
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
    """One run of the program."""

    def __init__(self, options: Options, settings: Settings, log_file: Path) -> None:
        self._options = options
        self._settings = settings
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
            on_connect=self._greet,
            on_message=self._answer,
        )
        self._workbench, self._watching = self._rooms_of_rules(checks)
        self._link, self._opinions = self._rooms_of_models()
        rooms = Rooms(
            store=self._store,
            archive=self._archive,
            server=self._server,
            pages=self._pages,
            workbench=self._workbench,
            watching=self._watching,
            link=self._link,
            opinions=self._opinions,
            tasks=self._tasks,
        )
        self._writing = Writing(settings.writing, checks, rooms)
        self.actions = Actions(settings, log_file, rooms, self._writing.actions, on_quit=self._ending.set)
        self._tray = TrayLink(self.actions)
        self._pages.tell_of(rooms, self._writing, self._tray)

    def _rooms_of_rules(self, checks: Sequence[Check]) -> tuple[Workbench, Watching]:
        workbench = Workbench(
            archive=self._archive,
            songs=SongLengths(),
            checks=checks,
            tasks=self._tasks,
            on_news=self._show_map,
            on_maps=self._pages.show_maps,
            on_busy=self._pages.show_status,
            on_failure=self._check_failed,
        )
        watching = Watching(
            self._settings.watch,
            on_save=workbench.submit,
            on_removed=self._follow_file,
            on_change=self._pages.show_status,
            on_hollow=self._warn_of_hollow,
        )
        return workbench, watching

    def _rooms_of_models(self) -> tuple[EngineLink, Opinions]:
        link = EngineLink(
            self._settings,
            self._tasks,
            on_engine=self._pages.show_engine,
            on_models=self._show_models,
            on_told=self._pages.tell_whoever_is_there,
        )
        opinions = Opinions(
            link=link, archive=self._archive, tasks=self._tasks, on_opinion=self._server.broadcast
        )
        return link, opinions

    # The run.

    async def run(self, instance: Instance) -> None:
        """Starts one thing after another, waits for the end, and stops them the other way round."""
        on_signals(self._ending.set)
        await self._workbench.remember()
        await self._writing.settle()
        await self._server.start(self._settings.server.port)
        instance.announce(Address(self._server.port, self._server.token))
        say(f"Mapside: {self._server.link}")
        self._tasks.start("check maps", self._workbench.run())
        self._tasks.start("watch the Songs folder", self._watch_songs())
        self._tasks.start("keep watching it", self._watching.keep())
        if self._settings.ai.findings:
            self._tasks.start("look for the model", self._link.shelf.list_once())
        if self._options.tray:
            self._tasks.start("show the tray icon", self._show_tray())
        if self._settings.server.open_overlay:
            self.actions.open_overlay()
        try:
            await self._ending.wait()
        finally:
            await self._stop()

    async def _stop(self) -> None:
        await self._tasks.stop()
        await self._watching.stop()
        await self._link.stop()
        await self._server.stop()
        await self._tray.stop()
        self._notifier.stop()
        await self._writing.stop()
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
            await self.actions.look(last)

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

    def _greet(self, client: Client) -> None:
        self._pages.greet(client)
        if client.is_page and self._link.shelf.is_missing:
            self._tasks.start("list the models", self._link.shelf.refresh())

    async def _answer(self, client: Client, text: str | bytes) -> None:
        await answer(self.actions, client, text)

    def _show_map(self, news: News) -> None:
        """The rules first, then the model."""
        self._pages.show_map(news)
        self._opinions.hear(news)
        self._writing.hear(news)

    def _show_models(self) -> None:
        self._pages.show_models()
        self._opinions.models_changed()
        self._writing.models_changed()

    def _follow_file(self, removed: Removed) -> None:
        self._opinions.forget(removed.path)
        self._writing.forget(removed.path)
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

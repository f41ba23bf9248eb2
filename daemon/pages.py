"""What the open pages, the tray and the desktop are told, and when."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from daemon import protocol, protocol_engine, protocol_maps
from daemon.desktop.tray_link import TrayShown, tray_state
from daemon.topics import TOPIC_CHECKS
from engine.checks.check import Category, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from daemon.desk import News
    from daemon.desktop.notify import Notifier
    from daemon.desktop.tray_link import TrayLink
    from daemon.engine_link import EngineLink
    from daemon.opinions import Opinions
    from daemon.protocol import Message
    from daemon.rooms import Rooms
    from daemon.server import Client, Server
    from daemon.watch.watching import Watching
    from daemon.wire import Level
    from daemon.workbench import Workbench
    from daemon.writing.room import Writing
    from engine.checks.check import Check

_log = logging.getLogger(__name__)


class Pages:
    _server: Server
    _workbench: Workbench
    _watching: Watching
    _tray: TrayLink
    _link: EngineLink
    _opinions: Opinions
    _writing: Writing

    def __init__(self, *, hello: Message, notifier: Notifier, standing_note: str) -> None:
        self._hello = hello
        self._notifier = notifier
        self._standing_note = standing_note
        self._engine_told: Message | None = None

    def tell_of(self, rooms: Rooms, writing: Writing, tray: TrayLink) -> None:
        """Whose news these are. They were made with this room's methods, so they come later."""
        self._server = rooms.server
        self._workbench = rooms.workbench
        self._watching = rooms.watching
        self._link = rooms.link
        self._opinions = rooms.opinions
        self._writing = writing
        self._tray = tray

    def greet(self, client: Client) -> None:
        """A page that (re)connects gets the whole state; each later message replaces one of these."""
        client.send(self._hello)
        client.send(self._status())
        client.send(self._maps())
        current = self._workbench.current
        shown = self._workbench.message_of(current)
        if shown is not None:
            client.send(shown)
        client.send(protocol_engine.engine(self._link.shown))
        client.send(self._models())
        opinion = self._opinions.message_of(current)
        if opinion is not None:
            client.send(opinion)
        for message in self._writing.greeting(current):
            client.send(message)

    def show_again(self, client: Client, key: str) -> None:
        """All that was told of a map last."""
        for shown in (self._workbench.message_of(key), self._opinions.message_of(key)):
            if shown is not None:
                client.send(shown)
        for message in self._writing.messages_of(key):
            client.send(message)

    def show_map(self, news: News) -> None:
        """A save goes to every page; another look only to those that show the map."""
        key = news.shown.key
        for client in tuple(self._server.clients):
            if news.saved or key in (self._workbench.current, client.selected):
                client.send(news.message)
        if news.saved and not self._server.pages:
            self._notify(news)

    def show_maps(self) -> None:
        self._server.broadcast(self._maps())
        self.show_tray()

    def show_status(self) -> None:
        self._server.broadcast(self._status())
        self.show_tray()

    def show_engine(self) -> None:
        """Only what is new: the engine speaks up more often than it has something to say."""
        message = protocol_engine.engine(self._link.shown)
        if message != self._engine_told:
            self._engine_told = message
            self._server.broadcast(message)
            self.show_tray()

    def show_models(self) -> None:
        self._server.broadcast(self._models())
        self.show_tray()

    def show_intended(self, key: str, finding: str, *, on: bool) -> None:
        self._server.broadcast(protocol_maps.intended(key, finding, on=on))

    def tell(self, level: Level, text: str) -> None:
        self._server.broadcast(protocol.notice(level, text))

    def alarm(self, text: str) -> None:
        self.tell_whoever_is_there("error", text)

    def tell_whoever_is_there(self, level: Level, text: str) -> None:
        """The open pages, or else the desktop."""
        self.tell(level, text)
        if not self._server.pages:
            self._notifier.notify("Mapside", text)

    def _maps(self) -> Message:
        return protocol_maps.maps(self._workbench.current, self._workbench.recent.values())

    def _models(self) -> Message:
        return protocol_engine.models(self._link.chosen, self._link.lines)

    def _status(self) -> Message:
        folder, report = self._watching.folder, self._watching.report
        return protocol_maps.status(
            protocol_maps.StatusLine(
                folder=str(folder) if folder else None,
                sets=report.sets,
                watching=report.mode,
                note=" ".join(note for note in (report.note, self._standing_note) if note),
                paused=self._watching.paused,
                busy=self._workbench.busy,
                tray=self._tray.running,
            )
        )

    def show_tray(self) -> None:
        last = next(iter(self._workbench.recent.values()), None)
        state = tray_state(
            paused=self._watching.paused,
            busy=self._workbench.busy,
            problems=bool(last and last.counts.get(Severity.PROBLEM)),
        )
        engine = self._link.shown
        self._tray.show(
            TrayShown(
                state,
                last_map=f"{last.artist} - {last.title} [{last.version}]" if last else None,
                model=engine.model if engine.model_ready else None,
                device=engine.device,
                downloading=self._link.shelf.pulling,
                can_unload=engine.status not in ("off", "failed"),
                ai=engine.ai,
                writing=self._writing.on,
                disclosed=self._writing.disclosed,
                is_writing=self._writing.is_busy,
            )
        )

    def _notify(self, news: News) -> None:
        problems = news.new_problems
        if problems:
            named = news.shown.analysis.metadata
            count = "1 new problem" if len(problems) == 1 else f"{len(problems)} new problems"
            self._notifier.notify(f"{named.title} [{named.version}]: {count}", problems[0])


def greeting(app_version: str, checks: Iterable[Check]) -> Message:
    return protocol_maps.hello(app_version, checks, [category.value for category in Category], TOPIC_CHECKS)

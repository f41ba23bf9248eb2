"""Writing, put together: what a model writes into a map, or as a whole one, where somebody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon import paths
from daemon.archive import UnrecordedError
from daemon.watch.notices import is_map
from daemon.writing.accepting import Accepting
from daemon.writing.actions import WritingActions
from daemon.writing.at_hand import AtHand
from daemon.writing.backups import BACKUPS, Backups
from daemon.writing.generated import Generated
from daemon.writing.permission import Permission
from daemon.writing.regeneration import Regenerations
from daemon.writing.safe_write import NotWrittenError
from daemon.writing.whole_map import WholeMap
from daemon.writing.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from daemon.desk import News
    from daemon.protocol import Message
    from daemon.rooms import Rooms
    from daemon.settings import WritingSettings
    from daemon.writing.accepting import Written
    from daemon.writing.at_hand import MapAtHand
    from engine.checks.check import Check


class Writing:
    def __init__(self, settings: WritingSettings, checks: Sequence[Check], rooms: Rooms) -> None:
        self._rooms = rooms
        tasks = rooms.tasks
        ledger, archive, tell = rooms.store.ledger, rooms.archive, self._tell
        backups = Backups(paths.data_folder() / BACKUPS, settings.backups_max_bytes)
        self._at_hand = AtHand()
        self._writer = Writer(
            archive=archive, ledger=ledger, backups=backups, own_writes=lambda: rooms.watching
        )
        self._generated = Generated(
            archive=archive, ledger=ledger, backups=backups, writer=self._writer, on_told=tell
        )
        self._permission = Permission(settings, rooms.link, can_record=rooms.store.is_lasting)
        self._regenerations = Regenerations(link=rooms.link, tasks=tasks, checks=checks, on_told=tell)
        self._whole_map = WholeMap(
            link=rooms.link,
            tasks=tasks,
            writer=self._writer,
            on_told=tell,
            on_written=self._look_if_watched,
            on_end=self._say_if_nobody_looks,
        )
        self.actions = WritingActions(
            settings=settings,
            link=rooms.link,
            tasks=tasks,
            permission=self._permission,
            at_hand=self._at_hand,
            regenerations=self._regenerations,
            accepting=Accepting(archive=archive, ledger=ledger, writer=self._writer),
            whole_map=self._whole_map,
            songs=rooms.server.songs,
            on_written=self._written,
            on_permission=self.show_permission,
            on_alarm=rooms.pages.alarm,
        )

    # From the start to the end.

    async def settle(self) -> None:
        """What a crash has cut short is looked into before anything else is done to a map."""
        try:
            for sentence in await self._writer.settle():
                self._rooms.pages.alarm(sentence)
            await self._writer.tidy()
        except (UnrecordedError, NotWrittenError) as error:
            self._rooms.pages.alarm(str(error))

    async def stop(self) -> None:
        await self._writer.stop()

    # What pages see.

    def greeting(self, key: str | None) -> Iterable[Message]:
        yield self._permission.message
        yield self._whole_map.message
        if key is not None:
            yield from self.messages_of(key)

    def messages_of(self, key: str) -> Iterable[Message]:
        yield self._generated.message_of(key)
        yield self._regenerations.message_of(key)

    def show_permission(self) -> None:
        self._tell(self._permission.message)

    @property
    def on(self) -> bool:
        return self._permission.on

    @property
    def disclosed(self) -> bool:
        return self._permission.disclosed

    @property
    def is_busy(self) -> bool:
        return self._regenerations.is_running or self._whole_map.is_running

    # What comes in.

    def hear(self, news: News) -> None:
        """A look at a map is on the pages."""
        at_hand = self._at_hand.hear(news)
        self._regenerations.turn_to(at_hand)
        self._rooms.tasks.start("see what of a map is generated", self._refresh(at_hand, news))

    async def _refresh(self, at_hand: MapAtHand, news: News) -> None:
        if at_hand.news is news:  # else a newer look follows
            await self._generated.refresh(news)

    def forget(self, path: Path) -> None:
        """A map's file is gone, or has another name now."""
        self._regenerations.forget(path)
        key = self._at_hand.forget(path)
        if key is not None:
            self._rooms.server.songs.forget(key)

    def models_changed(self) -> None:
        self.show_permission()

    # What goes out.

    def _written(self, written: Written, note: str) -> None:
        """Path 1 goes over what we wrote like over any save."""
        self._rooms.pages.tell("info", note)
        self._rooms.tasks.start("look at what was written", self._look(written.path))

    def _look_if_watched(self, path: Path) -> None:
        """A whole map may lie anywhere; in the Songs folder it is a map like others."""
        songs = self._rooms.watching.folder
        if songs is not None and is_map(path.name) and path.is_relative_to(songs):
            self._rooms.tasks.start("look at what was written", self._look(path))

    async def _look(self, path: Path) -> None:
        if self._rooms.link.ai:
            self._rooms.opinions.expect(path)
        if not await self._rooms.workbench.look_at_ours(path):
            self._rooms.opinions.give_up(path)

    def _say_if_nobody_looks(self, sentence: str) -> None:
        self._rooms.pages.tell_whoever_is_there("info", sentence)

    def _tell(self, message: Message) -> None:
        self._rooms.server.broadcast(message)
        self._rooms.pages.show_tray()

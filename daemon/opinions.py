"""Path 1, the second half: after the rules, the model. From a look at a map to what pages see of its opinion.

    hear -> is the model here and wanted? -> (engine) Mod, streamed -> (thread) findings, what is new -> show

The latest save of a map counts: a newer one ends the run before it, and what still comes of that is dropped.
Which map's windows are scored next is the engine's affair: it takes them in turns.
"""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from daemon.ahead import Ahead
from daemon.engine_state import as_sentence
from daemon.hearing import Hearing, weigh
from daemon.pacing import TOLD_EVERY_S, known_so_far, paced
from daemon.remarks import OpinionState
from daemon.requests import RefusedError
from daemon.songs.library import audio_of
from engine.host import EngineError, EngineStoppedError
from engine.jobs import Progress, Urgency
from engine.service import Mod, Opinion

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from daemon.archive import Archive
    from daemon.desk import News
    from daemon.engine_link import EngineLink
    from daemon.protocol import Message
    from daemon.tasks import Tasks

_log = logging.getLogger(__name__)

MOST_HEARD: Final = 16
"""Maps whose opinion is kept at hand, each about 1 MB: who has a whole set read turns from one difficulty to
the next afterwards. A set with more of them keeps those that are under way.
"""
NO_MODEL: Final = (
    "There is no model on this machine yet: choose one among the models, or `mapside models pull`."
)
AI_OFF: Final = "AI findings are switched off."


@dataclass(frozen=True, slots=True)
class Heard:
    """How far a run has come: the latest of each."""

    doing: str = ""
    opinion: Opinion | None = None

    def after(self, event: object) -> Heard:
        match event:
            case Opinion():
                return replace(self, opinion=event)
            case Progress():
                return replace(self, doing=event.doing)
        return self


class Opinions:
    def __init__(
        self,
        *,
        link: EngineLink,
        archive: Archive,
        tasks: Tasks,
        on_opinion: Callable[[Message], None],
    ) -> None:
        self._link = link
        self._archive = archive
        self._tasks = tasks
        self._on_opinion = on_opinion
        self._hearings: OrderedDict[Path, Hearing] = OrderedDict()
        self._asked_for: set[Path] = set()
        """Somebody wants the model's opinion at the next look, saved or not."""
        self._ahead = Ahead(link)

    # What comes in.

    def hear(self, news: News) -> None:
        """A look at a map is on the pages."""
        wanted = news.path in self._asked_for
        self._asked_for.discard(news.path)
        hearing = self._hearing(news)
        is_other = hearing.turn_to(news)
        if wanted or (news.saved and not hearing.is_settled):
            self._begin(hearing, wanted=wanted)
        elif hearing.weighed is not None:
            self._tasks.start("weigh an opinion again", self._weigh_again(hearing, hearing.run))
        elif is_other or not hearing.is_running:
            self._tasks.start("listen ahead", self._listen_ahead(hearing, hearing.run))
        else:
            self._tell(hearing)

    def expect(self, path: Path) -> None:
        """The next look at that map is one that the model is asked about, whatever the settings say."""
        self._asked_for.add(path)

    def give_up(self, path: Path) -> None:
        """That map could not be looked at."""
        self._asked_for.discard(path)

    def cancel(self, key: str) -> None:
        hearing = self._of(key)
        if hearing is None or not hearing.is_running:
            raise RefusedError("The model is not working on that map.")
        self._cancel(hearing)

    def cancel_all(self) -> None:
        """Before the engine is unloaded, or when it is not wanted any more."""
        self._asked_for.clear()
        for hearing in self._hearings.values():
            if hearing.is_running:
                self._cancel(hearing)

    def forget(self, path: Path) -> None:
        """Its file is gone, or has another name now."""
        self._asked_for.discard(path)
        hearing = self._hearings.pop(path, None)
        if hearing is not None:
            hearing.stop()

    def models_changed(self) -> None:
        """Whoever downloads a model wants to hear it on the map at hand, without saving first."""
        at_hand = next(reversed(self._hearings.values()), None)
        if at_hand is not None and at_hand.state is OpinionState.NO_MODEL and self._link.ready:
            self._begin(at_hand)

    def ai_switched(self, key: str | None) -> None:
        """Off: nothing is said of any map. On: what was said is shown again, the map at hand asked about."""
        for hearing in self._hearings.values():
            if not self._link.ai:
                hearing.stop()
            if not hearing.is_running:
                hearing.become(*self._standing(hearing))
                self._tell(hearing)
        at_hand = self._of(key)
        if self._link.ai and at_hand is not None and not at_hand.is_settled:
            self._begin(at_hand)

    def _standing(self, hearing: Hearing) -> tuple[OpinionState, str]:
        """Where a map stands that the model is not at work on."""
        if not self._link.ai:
            return OpinionState.OFF, AI_OFF
        is_done = hearing.weighed is not None and hearing.weighed.opinion.complete
        return (OpinionState.DONE if is_done else OpinionState.CANCELLED), ""

    def reconsider(self, key: str | None) -> None:
        """Another model was chosen: what does it think of the map at hand?"""
        hearing = self._of(key)
        if hearing is not None:
            hearing.stop()
            self._begin(hearing)

    def set_intended(self, key: str, finding_id: str, *, on: bool) -> bool:
        """False if that finding is no longer there."""
        hearing = self._of(key)
        if hearing is None or not hearing.mark(finding_id, on=on):
            return False
        self._remember(hearing)
        return True

    def message_of(self, key: str | None) -> Message | None:
        """What was told of a map last."""
        hearing = self._of(key)
        return hearing.message if hearing is not None else None

    # A run.

    def _begin(self, hearing: Hearing, *, wanted: bool = False) -> None:
        hearing.stop()
        hearing.become(OpinionState.WAITING)
        name = f"ask the model about {hearing.path.name}"
        hearing.task = self._tasks.start(name, self._run(hearing, hearing.run, wanted=wanted))

    async def _run(self, hearing: Hearing, run: int, *, wanted: bool) -> None:
        try:
            state, note = await self._may_ask(wanted=wanted)
            if state is not None:
                self._become(hearing, run, state, note)
                return
            self._become(hearing, run, OpinionState.WAITING)
            await self._recall(hearing)
            await self._listen(hearing, run)
        except EngineStoppedError:
            self._become(hearing, run, OpinionState.CANCELLED)
        except EngineError as error:
            _log.warning("%s: %s", hearing.path.name, error)
            self._become(hearing, run, OpinionState.FAILED, as_sentence(error))

    async def _may_ask(self, *, wanted: bool) -> tuple[OpinionState | None, str]:
        """None: yes. Otherwise what stands in the way."""
        if not (self._link.ai or wanted):
            return OpinionState.OFF, AI_OFF
        if not await self._link.find_out():
            return OpinionState.NO_MODEL, self._link.missing or NO_MODEL
        return None, ""

    async def _listen(self, hearing: Hearing, run: int) -> None:
        request = await asyncio.to_thread(self._question, hearing)
        asking = self._link.ask(request, urgency=Urgency.MOD, key=str(hearing.path))
        last: Opinion | None = None
        async with aclosing(paced(known_so_far(asking, Heard(), Heard.after), TOLD_EVERY_S)) as seldom:
            async for heard in seldom:
                if heard.opinion is None:
                    self._become(hearing, run, OpinionState.WAITING, heard.doing)
                elif heard.opinion is not last:
                    last = heard.opinion
                    await self._weigh(hearing, run, last)
        if last is None or not last.complete:
            raise EngineError("the engine ended before it had looked at the whole map: save it once more")
        self._remember(hearing)

    def _question(self, hearing: Hearing) -> Mod:
        """On a thread: it looks for the song."""
        beatmap = hearing.shown.analysis.beatmap
        audio = audio_of(hearing.path, beatmap.general.audio_filename)
        edited = hearing.shown.edited
        model = self._link.chosen
        return Mod(
            path=str(hearing.path),
            data=hearing.shown.analysis.document.to_bytes(),
            audio=str(audio) if audio is not None else None,
            model=model,
            near_ms=edited[0][0] if edited else None,
            rating=hearing.rating if hearing.model == model else None,
        )

    async def _weigh(self, hearing: Hearing, run: int, opinion: Opinion) -> None:
        """What is not about the content that pages show is dropped."""
        hearing.listen_to(opinion.model)
        while hearing.run == run and opinion.content_hash == hearing.content_hash:
            weighed = await asyncio.to_thread(weigh, hearing.shown, opinion, hearing.session.memory)
            if hearing.run == run and hearing.accept(weighed):
                self._become(hearing, run, OpinionState.DONE if opinion.complete else OpinionState.SCORING)
                return

    async def _weigh_again(self, hearing: Hearing, run: int) -> None:
        """The rules have more to say of the same content, or the same save counts as another version."""
        before = hearing.weighed
        while before is not None and hearing.weighed is before and hearing.run == run:
            again = await asyncio.to_thread(weigh, hearing.shown, before.opinion, hearing.session.memory)
            if hearing.weighed is before and hearing.run == run and hearing.accept(again):
                self._tell(hearing)

    async def _listen_ahead(self, hearing: Hearing, run: int) -> None:
        """Nobody has asked yet, but somebody may: what the model hears of a song can be worked out before."""
        state, note = await self._may_ask(wanted=False)
        if hearing.run != run:
            return
        if state is not None:
            self._become(hearing, run, state, note)
            return
        self._tell(hearing)
        await self._ahead.listen(hearing.path, hearing.shown.analysis.beatmap)

    # Small things.

    async def _recall(self, hearing: Hearing) -> None:
        if not hearing.recalled:
            remembered = await self._archive.recall_opinion(hearing.shown.key)
            if not hearing.recalled:
                hearing.session.recall(hearing.shown.key, remembered.last, remembered.marks)
                hearing.model, hearing.recalled = remembered.model, True

    def _remember(self, hearing: Hearing) -> None:
        last = hearing.session.current
        if last is not None:
            self._archive.save_opinion(hearing.shown.key, hearing.model, last, hearing.session.marks)

    def _become(self, hearing: Hearing, run: int, state: OpinionState, note: str = "") -> None:
        if hearing.run == run:
            hearing.become(state, note)
            self._tell(hearing)

    def _cancel(self, hearing: Hearing) -> None:
        hearing.stop()
        hearing.become(OpinionState.CANCELLED)
        self._tell(hearing)

    def _tell(self, hearing: Hearing) -> None:
        message = hearing.message
        if message is not None:
            self._on_opinion(message)

    def _hearing(self, news: News) -> Hearing:
        hearing = self._hearings.get(news.path)
        if hearing is None or hearing.shown.key != news.shown.key:
            if hearing is not None:
                hearing.stop()
            hearing = self._hearings[news.path] = Hearing(news.path, news.shown, news.content_hash)
        self._hearings.move_to_end(news.path)
        for path in [path for path, each in self._hearings.items() if not each.is_running]:
            if len(self._hearings) > MOST_HEARD and path != news.path:
                del self._hearings[path]
        return hearing

    def _of(self, key: str | None) -> Hearing | None:
        return next((each for each in self._hearings.values() if each.shown.key == key), None)

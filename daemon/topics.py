"""What a model's suggestions are about, told to the page like checks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.beatmap.objects import Mode
from engine.service import Topic

if TYPE_CHECKING:
    from collections.abc import Mapping

EVERY_MODE: Final = frozenset(Mode)
WITH_COMBOS: Final = frozenset({Mode.OSU, Mode.CATCH})


@dataclass(frozen=True, slots=True)
class TopicCheck:
    """How a topic stands in the list of checks."""

    id: str
    """Stable for ever: intended marks refer to it."""
    topic: Topic
    title: str
    purpose: str
    reasoning: str
    modes: frozenset[Mode] = EVERY_MODE


TOPIC_CHECKS: Final = (
    TopicCheck(
        "ai-rhythm",
        Topic.RHYTHM,
        "Unexpected rhythm",
        "Finds objects at a time, or of a kind, that a model of ranked maps would not have placed there.",
        "The model has heard the song and read what comes before. Where it is sure of another beat, either "
        "the rhythm follows something it did not hear, or an object sits beside the sound it is meant for.",
    ),
    TopicCheck(
        "ai-timing",
        Topic.TIMING,
        "Unexpected timing",
        "Finds beats and measures that a model hears elsewhere in the song.",
        "A timing line that is off puts everything after it off. The model hears beats in 10 ms steps, so "
        "it speaks up for what a player would feel, and leaves the fine adjustment to your ears.",
    ),
    TopicCheck(
        "ai-compose",
        Topic.COMPOSE,
        "Unexpected placement",
        "Finds objects far from where a model would have placed them.",
        "Distance tells a player how much time there is. Where the model expected the object clearly "
        "elsewhere, the spacing may say something else than the rhythm does.",
    ),
    TopicCheck(
        "ai-sliders",
        Topic.SLIDERS,
        "Unexpected slider",
        "Finds sliders whose shape, length or repeats a model would not have chosen.",
        "A slider that ends one tick off, or repeats once too often, plays against the song and is easily "
        "overlooked in the editor, because its head is right.",
        frozenset(Mode) - {Mode.MANIA},
    ),
    TopicCheck(
        "ai-hit-sounds",
        Topic.HIT_SOUNDS,
        "Unexpected hit sound",
        "Finds hit sounds, sample sets and volumes that break with the pattern around them.",
        "Hit sounds follow the drums. One clap that is missing from a long row of them is almost always a "
        "slip, and a model that has read the row notices.",
    ),
    TopicCheck(
        "ai-new-combos",
        Topic.NEW_COMBOS,
        "Unexpected new combo",
        "Finds combos that begin, or fail to begin, where a model would have done otherwise.",
        "New combos show a player where a phrase starts, and how much health the phrase before gives back.",
        WITH_COMBOS,
    ),
    TopicCheck(
        "ai-scroll-speeds",
        Topic.SCROLL_SPEEDS,
        "Unexpected velocity",
        "Finds slider velocities and scroll speeds that a model would not have set.",
        "A velocity left over from a section that was copied is hard to see and easy to feel.",
    ),
    TopicCheck(
        "ai-kiai",
        Topic.KIAI,
        "Unexpected kiai",
        "Finds kiai time that begins or ends where a model would not have put it.",
        "Kiai marks the song's chorus. Beginning a beat late, it flashes behind the music.",
    ),
)
BY_TOPIC: Final[Mapping[Topic, TopicCheck]] = {check.topic: check for check in TOPIC_CHECKS}

"""How ids are chosen: as is wished, else as each family of models is published with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from engine.generation.sample import Sampling
from engine.jobs import JobError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.requests import Wishes

USUAL: Final[Mapping[str, Mapping[str, float]]] = {
    "v29": {"temperature": 0.9, "top_p": 0.95},
    "v30": {"temperature": 0.9, "top_p": 0.9},
    "v31": {"temperature": 0.9, "top_p": 0.9},
    "v32": {"temperature": 0.9, "top_p": 0.9},
}
"""The models' own inference configurations, commit 3b7c69a."""
USUAL_OF_TYPES_FIRST: Final = {
    "timing_temperature": 0.1,
    "column_temperature": 0.8,
    "taiko_hit_temperature": 0.8,
}
"""Of the same source. Other models cannot tell what they are about to say, and ask for none of these."""
FIELDS: Final = (
    "temperature",
    "timing_temperature",
    "column_temperature",
    "taiko_hit_temperature",
    "top_p",
    "top_k",
    "time_bias",
    "timing_beams",
    "guidance",
)


def sampling_of(wishes: Wishes, family: str, seed: int) -> Sampling:
    """Raises JobError for what cannot be wished."""
    usual: dict[str, Any] = {**USUAL_OF_TYPES_FIRST, **USUAL[family]}
    asked = {name: value for name in FIELDS if (value := getattr(wishes, name)) is not None}
    try:
        return Sampling(is_greedy=wishes.is_greedy, seed=seed, **(usual | asked))
    except ValueError as error:
        raise JobError(f"it cannot be written like that: {error}") from error

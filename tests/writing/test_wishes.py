"""What is wished, told to a model."""

from __future__ import annotations

import pytest

from engine.jobs import JobError
from engine.requests import NO_WISHES, Wishes
from engine.tokens.conditions import Conditions
from engine.tokens.vocab import Vocabulary
from engine.writing.choosing import sampling_of
from engine.writing.wishes import passed_over, wished, wished_of_map
from tests.modding.worlds import v32_tokenizer

VOCAB = Vocabulary.of(v32_tokenizer() | {"descriptor_idx": {"tech": 0, "stream": 1, "clean": 2}})
TOLD = Conditions(star_rating=4.0, year=2016, circle_size=4.0, hitsounded=False)


def test_what_is_not_wished_stays_as_the_map_has_it() -> None:
    assert wished(TOLD, NO_WISHES, VOCAB) == TOLD
    assert wished(TOLD, Wishes(star_rating=6.0), VOCAB).star_rating == 6.0
    assert wished(TOLD, Wishes(star_rating=6.0), VOCAB).year == 2016
    assert wished(TOLD, Wishes(hitsounded=True, descriptors=("tech",)), VOCAB) == Conditions(
        star_rating=4.0, year=2016, circle_size=4.0, hitsounded=True, descriptors=("tech",)
    )


def test_settings_are_a_whole_maps() -> None:
    asked = Wishes(circle_size=5.0, keys=7, approach_rate=9.5)
    assert wished(TOLD, asked, VOCAB) == TOLD
    whole = wished_of_map(TOLD, asked, VOCAB)
    assert (whole.circle_size, whole.keys, whole.approach_rate) == (5.0, 7, 9.5)


@pytest.mark.parametrize(
    ("wishes", "why"),
    [
        (Wishes(descriptors=("teck",)), "did you mean 'tech'"),
        (Wishes(unwanted_descriptors=("qqqqqq",)), "choose one that it knows"),
        (Wishes(year=2006), "2007 to 2024"),
        (Wishes(year=2050), "2007 to 2024"),
    ],
)
def test_what_the_model_has_no_words_for_is_refused(wishes: Wishes, why: str) -> None:
    with pytest.raises(JobError, match=why):
        wished(TOLD, wishes, VOCAB)


def test_what_changes_nothing_is_said() -> None:
    said = passed_over(Wishes(circle_size=3.0, star_rating=5.0), ("star_rating",), "a section")
    assert said == ("Wished for, but nothing that a section goes by: circle size.",)
    assert passed_over(NO_WISHES, (), "a section") == ()


@pytest.mark.parametrize(("family", "top_p"), [("v29", 0.95), ("v30", 0.9), ("v31", 0.9), ("v32", 0.9)])
def test_ids_are_chosen_as_each_family_is_published(family: str, top_p: float) -> None:
    sampling = sampling_of(NO_WISHES, family, 5)
    assert (sampling.temperature, sampling.top_p, sampling.seed) == (0.9, top_p, 5)
    assert (sampling.timing_temperature, sampling.column_temperature) == (0.1, 0.8)
    assert not sampling.is_greedy


def test_or_as_is_wished() -> None:
    wishes = Wishes(temperature=1.2, top_k=5, guidance=1.5, time_bias=-1.0, timing_beams=2)
    sampling = sampling_of(wishes, "v32", 0)
    assert (sampling.temperature, sampling.top_k, sampling.guidance) == (1.2, 5, 1.5)
    assert (sampling.time_bias, sampling.timing_beams, sampling.top_p) == (-1.0, 2, 0.9)
    assert sampling_of(Wishes(is_greedy=True), "v32", 0).is_greedy


def test_what_cannot_be_chosen_by_is_a_sentence() -> None:
    with pytest.raises(JobError, match="temperature must be above 0"):
        sampling_of(Wishes(temperature=-1.0), "v32", 0)

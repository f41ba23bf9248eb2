"""Sentences about what is heard, and about velocity: one value against another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.beatmap.objects import Mode
from engine.modding import wording
from engine.modding.opinion import Alternative
from engine.modding.site import Said, Silence, Site
from engine.tokens.events import EventType

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.modding.surprisal import Expected


def drum(site: Site) -> Said | Silence | None:
    """In osu!taiko the additions are the pattern itself; where that is as expected, they are sounds."""
    if site.mode is not Mode.TAIKO:
        return None
    real = wording.drum(site.value)
    likeliest = site.leading(lambda each: wording.drum(each.value) == real, Silence.SAME)
    if isinstance(likeliest, Silence):
        return None
    return Said(
        f"This note is a {real}; the model expects a {wording.drum(likeliest.value)}.",
        f"a {real}",
        site.alternatives(_said(EventType.HITSOUND, lambda value: f"a {wording.drum(value)}")),
    )


def hit_sound(site: Site) -> Said | Silence:
    return _value(site, wording.sound, "{subject} sounds {real}; the model expects {expected}.")


def volume(site: Site) -> Said | Silence:
    return _value(site, _percent, "{subject} plays at {real}; the model expects {expected}.")


def velocity(site: Site) -> Said | Silence | None:
    """In osu! only sliders move."""
    return _slider_velocity(site) if site.mode is Mode.OSU else None


def scroll_speed(site: Site) -> Said | Silence:
    if site.mode is Mode.CATCH:  # fruits fall as fast as the approach rate has them: nothing scrolls
        return _slider_velocity(site)
    if site.group.kind is EventType.SCROLL_SPEED_CHANGE:
        return _value(site, wording.speed, "Scroll speed changes to {real}; the model expects {expected}.")
    return _value(site, wording.speed, "{subject} scrolls at {real}; the model expects {expected}.")


def _slider_velocity(site: Site) -> Said | Silence:
    if site.group.kind is EventType.SLIDER_HEAD:
        return _value(site, wording.speed, "This slider's velocity is {real}; the model expects {expected}.")
    return _value(site, wording.speed, "Slider velocity changes to {real}; the model expects {expected}.")


def _value(site: Site, words: Callable[[int], str], message: str) -> Said | Silence:
    likeliest = site.leading(lambda each: each.value == site.value, Silence.SAME)
    if isinstance(likeliest, Silence):
        return likeliest
    real, expected = words(site.value), words(likeliest.value)
    return Said(
        message.format(subject=site.subject, real=real, expected=expected),
        real,
        site.alternatives(_said(site.kind, words)),
    )


def _said(kind: EventType, words: Callable[[int], str]) -> Callable[[Expected], Alternative | None]:
    def say(expected: Expected) -> Alternative | None:
        return Alternative(words(expected.value), expected.probability) if expected.kind is kind else None

    return say


def _percent(value: int) -> str:
    return f"{value} %"

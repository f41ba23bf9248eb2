"""Every number a check compares with, its unit, and where it comes from.

A check says `SHORT_SLIDER_MS.value`. Sources: "osu! wiki" is its ranking criteria, "lazer's Verify" the
checks of ppy/osu's editor, "Mapset Verifier" the tool of that name; "ours" says why we chose the number.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Threshold:
    value: float
    unit: str
    source: str


# Compose

CONCURRENT_WITHIN_MS = Threshold(10, "ms", "lazer's Verify: objects up to 10 ms apart are almost concurrent")

# Timing

UNSNAPPED_MS = Threshold(2, "ms", "osu! wiki: objects lie less than 2 ms from a tick; lazer's Verify the same")
UNSNAPPED_EXTREME_MS = Threshold(20, "ms", "ours: from here on a note is audibly off, so nothing is listed before it")
MEANT_FOR_LINE_MS = Threshold(5, "ms", "Mapset Verifier: an object 5 ms or less before a line was meant for it")
VELOCITY_STEP_BPM = Threshold(1, "BPM", "Mapset Verifier: the change of velocity times BPM that counts as one")
KIAI_UNSNAPPED_MS = Threshold(2, "ms", "ours: as for objects; Mapset Verifier names 1 ms, which rounding makes")
KIAI_UNSNAPPED_SEEN_MS = Threshold(10, "ms", "Mapset Verifier: unsnapped kiai is worth a warning from here on")
KIAI_UNSNAPPED_SEEN_TAIKO_MS = Threshold(5, "ms", "Mapset Verifier: in taiko, where the playfield changes colour")
SHORT_KIAI_BEATS = Threshold(1 / 2, "beats", "Mapset Verifier, for taiko: a kiai this short is a flash")
KIAI_FLASH_BEATS = Threshold(1 / 3, "beats", "Mapset Verifier, for taiko: a flash this short is drastic")
BEAT_LENGTH_MIN_MS = Threshold(6, "ms", "ppy/osu clamps the beat of a red line here: 10,000 BPM")
BEAT_LENGTH_MAX_MS = Threshold(60_000, "ms", "ppy/osu clamps the beat of a red line here: 1 BPM")
BPM_UNUSUAL_ABOVE = Threshold(1_000, "BPM", "ours: past any music; a slip of a digit or a scroll effect")
BPM_UNUSUAL_BELOW = Threshold(20, "BPM", "ours: slower than any music is counted; a slip or a scroll effect")
VELOCITY_MIN = Threshold(0.1, "x", "ppy/osu clamps slider velocity here")
VELOCITY_MAX = Threshold(10, "x", "ppy/osu clamps slider velocity and scroll speed here")
SCROLL_MIN = Threshold(0.01, "x", "ppy/osu clamps the scroll speed of taiko and mania here")
LINE_VOLUME_MIN_PERCENT = Threshold(5, "%", "Mapset Verifier: the least that the editor sets")
LINE_VOLUME_MAX_PERCENT = Threshold(100, "%", "Mapset Verifier: the most that the editor sets")
SAMPLE_LOOKAHEAD_MS = Threshold(5, "ms", "ppy/osu: a sound takes its settings from up to 5 ms ahead")
BPM_SAME_WITHIN = Threshold(0.001, "BPM", "ours: over a minute at 180 BPM this shifts a beat by a third of a ms")
DOWNBEAT_SAME_WITHIN_MS = Threshold(1, "ms", "Mapset Verifier: downbeats this close are the same")
NIGHTCORE_MEASURES = Threshold(4, "measures", "Mapset Verifier: how often Nightcore's cymbal sounds")

# Settings

DIFFICULTY_MIN = Threshold(0, "", "lazer's Verify: HP, CS, AR and OD are capped here in the game")
DIFFICULTY_MAX = Threshold(10, "", "lazer's Verify: HP, CS, AR and OD are capped here in the game")
SLIDER_MULTIPLIER_MIN = Threshold(0.4, "x", "ppy/osu clamps the slider multiplier here")
SLIDER_MULTIPLIER_MAX = Threshold(3.6, "x", "ppy/osu clamps the slider multiplier here")
TICK_RATE_MIN = Threshold(0.5, "ticks a beat", "ppy/osu clamps the tick rate here")
TICK_RATE_MAX = Threshold(8, "ticks a beat", "ppy/osu clamps the tick rate here")
METADATA_MAX_CHARACTERS = Threshold(81, "characters", "osu! wiki: longer fields must be shortened")
COLOUR_DARK_PROBLEM = Threshold(30, "HSP luminosity", "Mapset Verifier: darker than this is not rankable")
COLOUR_DARK_WARNING = Threshold(43, "HSP luminosity", "Mapset Verifier; the osu! wiki's guideline says about 50")
COLOUR_BRIGHT_IN_KIAI = Threshold(250, "HSP luminosity", "Mapset Verifier; the osu! wiki's guideline says about 220")
COMBO_COLOURS_MIN = Threshold(2, "colours", "osu! wiki: at least two different custom combo colours")

# Events

BREAK_AFTER_OBJECT_MS = Threshold(200, "ms", "ppy/osu: the editor starts a break no sooner after an object")
BREAK_BEFORE_OBJECT_MS = Threshold(450, "ms", "ppy/osu: the editor ends a break no later before an object")
BREAK_SHORTEST_MS = Threshold(650, "ms", "ppy/osu: a shorter break has no effect")
BREAK_ROUNDING_MS = Threshold(1, "ms", "lazer's Verify: breaks may be off by 1 ms")

# Audio

SONG_LENGTH_MARGIN_MS = Threshold(100, "ms", "ours: decoders disagree about the length of an mp3 by a few frames")
UNUSED_AUDIO_SHARE = Threshold(0.20, "of the song", "osu! wiki: an unmapped last 20 % should be cut")

# File

UNREADABLE_LISTED = Threshold(25, "findings", "ours: past this the file is broken as a whole, and one finding says so")

# osu!mania

COLUMN_SAME_TIME_MS = Threshold(2, "ms", "lazer's Verify: as close as snapping lets two objects be told apart")
COLUMN_ALMOST_SAME_TIME_MS = Threshold(10, "ms", "lazer's Verify: objects closer than this are almost concurrent")
COLUMN_TIGHT_MS = Threshold(30, "ms", "Mapset Verifier: one finger needs this long between two notes of a column")
HOLD_SHORT_PROBLEM_MS = Threshold(20, "ms", "Mapset Verifier: a long note shorter than this")
HOLD_SHORT_WARNING_MS = Threshold(30, "ms", "Mapset Verifier: a long note shorter than this")
KEYS_MIN = Threshold(4, "keys", "osu! wiki: 4 to 10, 12, 14, 16 or 18 keys; lazer's Verify: 4 or more")

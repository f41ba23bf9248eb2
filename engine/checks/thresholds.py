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


# All checks

LISTED_PER_CHECK = Threshold(200, "findings", "ours: more of one kind are not read, and slow a page down")

# Compose

SELECTED_OBJECTS = Threshold(10, "objects", "ours: a longer selection in a link helps nobody to look")
CONCURRENT_WITHIN_MS = Threshold(1, "ms", "ours: the end of a slider is a fraction, starts are whole")
ALMOST_CONCURRENT_AFTER_CIRCLE_MS = Threshold(10, "ms", "osu! wiki; lazer's Verify the same")
ALMOST_CONCURRENT_AFTER_SLIDER_MS = Threshold(20, "ms", "osu! wiki: after the end of a slider")
SCREEN_LEFT_PX = Threshold(-67, "px", "lazer's Verify: the edges of a 4:3 screen around the playfield")
SCREEN_RIGHT_PX = Threshold(579, "px", "lazer's Verify")
SCREEN_TOP_PX = Threshold(-60, "px", "lazer's Verify")
SCREEN_BOTTOM_PX = Threshold(428, "px", "lazer's Verify")
OFFSCREEN_EXTREME_PX = Threshold(64, "px", "ours: about the size of a circle, so nothing is listed before it")
LEAST_DURATION_MS = Threshold(0.5, "ms", "lazer's Verify: below this is rounding")
NEVER_LEAVES_HEAD_PX = Threshold(1, "px", "ours: a body shorter than this looks like a circle")
ABNORMAL_ANCHORS_FACTOR = Threshold(10, "anchors", "Mapset Verifier: times the root of the length")
FAR_ANCHOR_PX = Threshold(2000, "px", "ours: four playfields away, out of reach of any editor's screen")
HIDDEN_PATH_PX = Threshold(200, "px", "ours: this much path past the end is no rounding")
BEYOND_PATH_PX = Threshold(20, "px", "ours: seen as a straight piece that no anchor asked for")
LONG_COMBO_OBJECTS = Threshold(24, "objects", "ours: of 68,000 combos of real maps 1 in 2,700 is longer")
LONG_COMBO_FRUITS = Threshold(16, "fruits", "Mapset Verifier: the limit of the harder difficulties")
VERY_LONG_COMBO_FACTOR = Threshold(1.5, "times", "Mapset Verifier: far above the limit")

# Spread

DRAIN_MIN_MS = Threshold(30_000, "ms", "osu! wiki: every difficulty")
SHORT_SLIDER_MS = Threshold(125, "ms", "lazer's Verify: half a beat of 240 BPM, on an Easy")
SPINNER_AUTO_PROBLEM_MS = Threshold(450, "ms", "lazer's Verify, Mapset Verifier: Auto's 1,000 points at OD 5")
SPINNER_AUTO_WARNING_MS = Threshold(500, "ms", "lazer's Verify, Mapset Verifier: safe for Auto at OD 5")
SPINNER_AUTO_PROBLEM_MS_PER_OD = Threshold(17, "ms per OD", "lazer's Verify, Mapset Verifier")
SPINNER_AUTO_WARNING_MS_PER_OD = Threshold(20, "ms per OD", "lazer's Verify, Mapset Verifier: above OD 5")
SPINNER_AUTO_WARNING_MS_PER_LOW_OD = Threshold(21.8, "ms per OD", "lazer's Verify: below OD 5")
SPINNER_EASY_MS = Threshold(1000, "ms", "osu! wiki: 4 beats; Mapset Verifier counts them at 240 BPM")
SPINNER_NORMAL_MS = Threshold(750, "ms", "osu! wiki: 3 beats; Mapset Verifier counts them at 240 BPM")
SPINNER_HARD_MS = Threshold(500, "ms", "osu! wiki: 2 beats; Mapset Verifier counts them at 240 BPM")
RECOVERY_EASY_MS = Threshold(1000, "ms", "osu! wiki: 4 beats; Mapset Verifier counts them at 240 BPM")
RECOVERY_NORMAL_MS = Threshold(500, "ms", "osu! wiki: 2 beats; Mapset Verifier counts them at 240 BPM")
RECOVERY_HARD_MS = Threshold(250, "ms", "osu! wiki: 1 beat; Mapset Verifier counts it at 240 BPM")
SPINNER_LENIENCY = Threshold(1.2, "times", "Mapset Verifier: the same beats at 200 BPM are worth a warning")
BANANAS_BEFORE_MS = Threshold(62, "ms", "osu! wiki: on an Overdose; every easier level asks for more")
BANANAS_AFTER_MS = Threshold(125, "ms", "osu! wiki: on an Overdose; every easier level asks for more")
OVERLAP_EASY_MS = Threshold(
    375, "ms", "osu! wiki: 1 beat, also of a Normal; Mapset Verifier counts it at 160 BPM"
)
OVERLAP_HARD_MS = Threshold(187.5, "ms", "osu! wiki: half a beat; Mapset Verifier counts it at 160 BPM")
FULL_OVERLAP_RADIUS_SHARE = Threshold(1 / 14, "of the radius", "Mapset Verifier: closer is one on the other")
EASY_AR = Threshold(4, "AR", "ours, fitted to real maps; the osu! wiki lets an Easy have 5")
NORMAL_AR = Threshold(6, "AR", "osu! wiki: a Normal should not be above")
HARD_AR = Threshold(8, "AR", "osu! wiki: a Hard should not be above")
EASY_QUICK_GAP_MS = Threshold(300, "ms", "ours, fitted to real maps: 1/1 at 180 BPM is 333 ms")
NORMAL_QUICK_GAP_MS = Threshold(140, "ms", "ours, fitted to real maps: 1/2 at 180 BPM is 167 ms")
HARD_QUICK_GAP_MS = Threshold(75, "ms", "ours, fitted to real maps: 1/4 at 180 BPM is 83 ms")
QUICK_GAP_SHARE = Threshold(0.05, "of the gaps", "ours: a few slips of the mouse are not the level of a map")
EASY_BUSY_PER_SECOND = Threshold(2.0, "objects/s", "ours, fitted to real maps: the busiest ten seconds")
NORMAL_BUSY_PER_SECOND = Threshold(3.2, "objects/s", "ours, fitted to real maps")
HARD_BUSY_PER_SECOND = Threshold(4.8, "objects/s", "ours, fitted to real maps")
BUSY_WINDOW_MS = Threshold(10_000, "ms", "ours: about a phrase")

# Hit sounds

MUTED_PERCENT = Threshold(5, "%", "lazer's Verify: not heard; the least stable plays")
VERY_QUIET_PERCENT = Threshold(10, "%", "Mapset Verifier: worth a warning")
QUIET_PERCENT = Threshold(20, "%", "lazer's Verify, Mapset Verifier: sometimes not heard")
HABIT_RUNS = Threshold(8, "places", "ours: what is done this often is meant, and said once")
FEW_HIT_SOUNDS_MINOR_MS = Threshold(4_000, "ms", "lazer's Verify: two bars of 120 BPM")
FEW_HIT_SOUNDS_WARNING_MS = Threshold(8_000, "ms", "lazer's Verify: four bars of 120 BPM")
FEW_HIT_SOUNDS_PROBLEM_MS = Threshold(24_000, "ms", "lazer's Verify: twelve bars of 120 BPM")
FEW_HIT_SOUNDS_OBJECTS = Threshold(4, "hits", "lazer's Verify: few enough for an Easy")
FEW_HIT_SOUNDS_PROBLEM_OBJECTS = Threshold(16, "hits", "lazer's Verify")

# Timing

UNSNAPPED_MS = Threshold(
    2, "ms", "osu! wiki: objects lie less than 2 ms from a tick; lazer's Verify the same"
)
UNSNAPPED_EXTREME_MS = Threshold(
    20, "ms", "ours: from here on a note is audibly off, so nothing is listed before it"
)
SAME_ERROR_MS = Threshold(1, "ms", "ours: an end as far off as its head is wrong only because of that")
REVERSES_SNAPPED = Threshold(16, "reverses", "ours: the first of a buzz tell all there is to tell")
REVERSES_SNAPPED_A_MAP = Threshold(
    50_000, "reverses a map", "ours: only a map of thousands of buzzing sliders has more to look at"
)
MEANT_FOR_LINE_MS = Threshold(
    5, "ms", "Mapset Verifier: an object 5 ms or less before a line was meant for it"
)
SPEED_STEP = Threshold(0.01, "of the speed", "ours: a smaller change of speed cannot be told by eye")
KIAI_UNSNAPPED_SEEN_MS = Threshold(
    10, "ms", "Mapset Verifier: unsnapped kiai is worth a warning from here on"
)
KIAI_UNSNAPPED_SEEN_TAIKO_MS = Threshold(
    5, "ms", "Mapset Verifier: in taiko, where the playfield changes colour"
)
SHORT_KIAI_BEATS = Threshold(1 / 2, "beats", "Mapset Verifier, for taiko: a kiai this short is a flash")
KIAI_FLASH_BEATS = Threshold(1 / 3, "beats", "Mapset Verifier, for taiko: a flash this short is drastic")
KIAI_ROUNDING_MS = Threshold(1, "ms", "ours: half of a beat of 333.33 ms is set as 166 or 167")
BEAT_LENGTH_MIN_MS = Threshold(6, "ms", "ppy/osu clamps the beat of a red line here: 10,000 BPM")
BEAT_LENGTH_MAX_MS = Threshold(60_000, "ms", "ppy/osu clamps the beat of a red line here: 1 BPM")
BPM_UNUSUAL_ABOVE = Threshold(1_000, "BPM", "ours: past any music; a slip of a digit or a scroll effect")
BPM_UNUSUAL_BELOW = Threshold(20, "BPM", "ours: slower than any music is counted; a slip or a scroll effect")
VELOCITY_MIN = Threshold(0.1, "x", "ppy/osu clamps slider velocity here")
VELOCITY_MAX = Threshold(10, "x", "ppy/osu clamps slider velocity and scroll speed here")
SCROLL_MIN = Threshold(0.01, "x", "ppy/osu clamps the scroll speed of taiko and mania here")
LINE_VOLUME_MIN_PERCENT = Threshold(5, "%", "Mapset Verifier: the least that the editor sets")
LINE_VOLUME_MAX_PERCENT = Threshold(100, "%", "Mapset Verifier: the most that the editor sets")
REPEATS_LISTENED_TO = Threshold(50_000, "repeats a map", "ours: seven times what any real map has")
SAMPLE_LOOKAHEAD_MS = Threshold(5, "ms", "ppy/osu: a sound takes its settings from up to 5 ms ahead")
BPM_SAME_WITHIN = Threshold(
    0.001, "BPM", "ours: over a minute at 180 BPM this shifts a beat by a third of a ms"
)
DOWNBEAT_SAME_WITHIN_MS = Threshold(1, "ms", "Mapset Verifier: downbeats this close are the same")
NIGHTCORE_MEASURES = Threshold(4, "measures", "Mapset Verifier: how often Nightcore's cymbal sounds")

# Settings

DIFFICULTY_MIN = Threshold(0, "", "lazer's Verify: HP, CS, AR and OD are capped here in the game")
DIFFICULTY_MAX = Threshold(10, "", "lazer's Verify: HP, CS, AR and OD are capped here in the game")
SLIDER_MULTIPLIER_MIN = Threshold(0.4, "x", "ppy/osu clamps the slider multiplier here")
SLIDER_MULTIPLIER_MAX = Threshold(3.6, "x", "ppy/osu clamps the slider multiplier here")
TICK_RATE_MIN = Threshold(0.5, "ticks a beat", "ppy/osu clamps the tick rate here")
TICK_RATE_MAX = Threshold(8, "ticks a beat", "ppy/osu clamps the tick rate here")
SINGLE_PRECISION = Threshold(1e-5, "", "ours: the game may write a setting of 7.3 as 7.30000019")
TICK_RATE_ROUNDING = Threshold(1e-3, "ticks a beat", "ours: 4/3 is written with three decimals or more")
METADATA_MAX_CHARACTERS = Threshold(81, "characters", "osu! wiki: longer fields must be shortened")
COLOUR_DARK_PROBLEM = Threshold(30, "HSP luminosity", "Mapset Verifier: darker than this is not rankable")
COLOUR_DARK_WARNING = Threshold(
    43, "HSP luminosity", "Mapset Verifier; the osu! wiki's guideline says about 50"
)
COLOUR_BRIGHT_IN_KIAI = Threshold(
    250, "HSP luminosity", "Mapset Verifier; the osu! wiki's guideline says about 220"
)
COMBO_COLOURS_MIN = Threshold(2, "colours", "osu! wiki: at least two different custom combo colours")

# Events

BREAK_AFTER_OBJECT_MS = Threshold(200, "ms", "ppy/osu: the editor starts a break no sooner after an object")
BREAK_BEFORE_OBJECT_MS = Threshold(450, "ms", "ppy/osu: the editor ends a break no later before an object")
BREAK_SHORTEST_MS = Threshold(650, "ms", "ppy/osu: a shorter break has no effect")
BREAK_ROUNDING_MS = Threshold(1, "ms", "lazer's Verify: breaks may be off by 1 ms")

# Audio

SONG_LENGTH_MARGIN_MS = Threshold(
    100, "ms", "ours: decoders disagree about the length of an mp3 by a few frames"
)
UNUSED_AUDIO_SHARE = Threshold(0.20, "of the song", "osu! wiki: an unmapped last 20 % should be cut")

# File

UNREADABLE_LISTED = Threshold(
    25, "findings", "ours: past this the file is broken as a whole, and one finding says so"
)

# osu!mania

COLUMN_SAME_TIME_MS = Threshold(
    2, "ms", "lazer's Verify: as close as snapping lets two objects be told apart"
)
COLUMN_ALMOST_SAME_TIME_MS = Threshold(
    10, "ms", "lazer's Verify: objects closer than this are almost concurrent"
)
COLUMN_TIGHT_MS = Threshold(
    30, "ms", "Mapset Verifier: one finger needs this long between two notes of a column"
)
HOLD_SHORT_PROBLEM_MS = Threshold(20, "ms", "Mapset Verifier: a long note shorter than this")
HOLD_SHORT_WARNING_MS = Threshold(30, "ms", "Mapset Verifier: a long note shorter than this")
BEGUN_NOTES_PER_COLUMN = Threshold(
    4, "notes", "ours: a map with fewer has just been begun, and its columns are still to be used"
)
KEYS_MIN = Threshold(4, "keys", "osu! wiki: 4 to 10, 12, 14, 16 or 18 keys; lazer's Verify: 4 or more")

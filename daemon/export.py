"""A finding as text for a beatmap discussion: its timestamp, then what is wrong, in one post.

Worded to be posted as a suggestion: a *problem* can reset a map's nominations, and the person decides that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.beatmap.timestamps import discussion_stamp

if TYPE_CHECKING:
    from engine.beatmap.beatmap import Beatmap
    from engine.checks.check import Finding

POST_LIMIT = 750
"""Characters of a timeline post on osu.ppy.sh."""
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def discussion_post(beatmap: Beatmap, finding: Finding) -> str:
    """One post holds one timestamp, the first; what concerns the whole difficulty has none."""
    stamp = "" if finding.time_ms is None else discussion_stamp(beatmap, finding.time_ms, finding.objects)
    return shortened(stamp, " ".join(finding.message.split()))


def shortened(stamp: str, message: str) -> str:
    """The message gives way, not the stamp; a selection of hundreds of objects gives way to a bare time."""
    if len(stamp) > POST_LIMIT // 2:
        stamp = stamp.split(" ", 1)[0] + " - "
    text = stamp + message
    return text if len(text) <= POST_LIMIT else text[: POST_LIMIT - 1].rstrip() + _ELLIPSIS

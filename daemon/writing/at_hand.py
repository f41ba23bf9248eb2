"""The maps that pages show: the last look at each, and which content each of their versions was."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from daemon.desk import News
    from engine.beatmap.document import Document

MOST_MAPS: Final = 8
MOST_VERSIONS: Final = 32


@dataclass(slots=True)
class MapAtHand:
    news: News
    contents: OrderedDict[int, str] = field(default_factory=OrderedDict)
    """Version -> hash. A map looked at again has another version and the same content."""

    @property
    def key(self) -> str:
        return self.news.shown.key

    @property
    def path(self) -> Path:
        return self.news.path

    @property
    def version(self) -> int:
        return self.news.shown.outcome.version

    @property
    def content_hash(self) -> str:
        return self.news.content_hash

    @property
    def document(self) -> Document:
        return self.news.shown.analysis.document

    def is_current(self, version: int) -> bool:
        """Whether a page that shows that version shows what the map is."""
        return self.contents.get(version) == self.content_hash


class AtHand:
    def __init__(self) -> None:
        self._maps: OrderedDict[str, MapAtHand] = OrderedDict()

    def hear(self, news: News) -> MapAtHand:
        for key in [key for key, each in self._maps.items() if each.path == news.path]:
            if key != news.shown.key:  # another map lies there now
                del self._maps[key]
        at_hand = self._maps.setdefault(news.shown.key, MapAtHand(news))
        at_hand.news = news
        at_hand.contents[news.shown.outcome.version] = news.content_hash
        while len(at_hand.contents) > MOST_VERSIONS:
            at_hand.contents.popitem(last=False)
        self._maps.move_to_end(news.shown.key)
        if len(self._maps) > MOST_MAPS:
            self._maps.popitem(last=False)
        return at_hand

    def forget(self, path: Path) -> str | None:
        """Its file is gone, or has another name now. Its key."""
        key = next((key for key, each in self._maps.items() if each.path == path), None)
        if key is not None:
            del self._maps[key]
        return key

    def get(self, key: str | None) -> MapAtHand | None:
        return self._maps.get(key or "")

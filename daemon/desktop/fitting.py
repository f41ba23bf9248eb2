"""How much of a text Windows takes. It counts UTF-16 units, of which an emoji has two."""

from __future__ import annotations

_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def shortened(text: str, limit_units: int) -> str:
    if _units(text) <= limit_units:
        return text
    kept = text[: limit_units - 1]
    while _units(kept) > limit_units - 1:
        kept = kept[:-1]
    return kept + _ELLIPSIS


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", errors="surrogatepass")) // 2

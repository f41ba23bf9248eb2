"""Which checks run: all but those the person switched off."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from engine.checks.catalogue import CHECKS

if TYPE_CHECKING:
    from collections.abc import Collection

    from engine.checks.check import Check


def chosen_checks(disabled: Collection[str]) -> tuple[Check, ...]:
    return tuple(check for check in CHECKS if check.id not in disabled)


def unknown_checks_note(disabled: Collection[str]) -> str:
    """A sentence for each id that switches nothing off; "" if all are known. No error: a check may have been
    given up since the setting was written.
    """
    known = [check.id for check in CHECKS]
    return " ".join(
        f'checks.disabled names "{wrong}", and there is no such check; '
        f'the nearest is "{difflib.get_close_matches(wrong, known, n=1, cutoff=0.0)[0]}".'
        for wrong in sorted(set(disabled) - set(known))
    )

"""Files that another program has open for a moment: Windows lets nobody rename, replace or remove those.

A virus scanner looks into whatever was just written, and an editor holds what it saves: soon they are done.
"""

from __future__ import annotations

import errno
import time
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

Result = TypeVar("Result")

PATIENCE_S: Final = 2.0
"""A save or a scan is over by then."""
TRY_AGAIN_S: Final = 0.05
_SHARING_VIOLATIONS: Final = frozenset({5, 32, 33})
"""Windows: access denied, which is also what a replaced file says that is open; in use; locked."""
_BUSY: Final = frozenset({errno.EBUSY, errno.ETXTBSY})


def is_held_open(error: OSError) -> bool:
    return error.errno in _BUSY or getattr(error, "winerror", None) in _SHARING_VIOLATIONS


def patiently(step: Callable[[], Result], is_worth_it: Callable[[OSError], bool] = is_held_open) -> Result:
    """Again and again while `is_worth_it`, until the patience ends: then its error is raised. Blocks."""
    give_up_at = time.monotonic() + PATIENCE_S
    while True:
        try:
            return step()
        except OSError as error:
            if not is_worth_it(error) or time.monotonic() >= give_up_at:
                raise
        time.sleep(TRY_AGAIN_S)

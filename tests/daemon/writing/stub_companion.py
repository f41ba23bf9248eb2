"""The companion, except that its engine's process writes circles: to be started as a module."""

from __future__ import annotations

import sys
from functools import partial

from daemon import engine_link
from daemon.app import main
from engine.host import Engine

if __name__ == "__main__":
    another = partial(Engine, module="tests.daemon.writing.writing_child")
    vars(engine_link)["Engine"] = another
    sys.exit(main())

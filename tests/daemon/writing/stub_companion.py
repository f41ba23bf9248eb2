"""The companion, except that its engine's process writes circles: to be started as a module."""

from __future__ import annotations

import os
import re
import sys
from functools import partial

from daemon import engine_link
from daemon.app import main
from engine.host import Engine

PROCESS = re.compile(r"the companion is process (\d+)")

if __name__ == "__main__":
    sys.stdout.write(f"the companion is process {os.getpid()}\n")
    another = partial(Engine, module="tests.daemon.writing.writing_child")
    vars(engine_link)["Engine"] = another
    sys.exit(main())

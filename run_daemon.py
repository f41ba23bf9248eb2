"""Starts the companion: `uv run run_daemon.py --help` says how."""

from __future__ import annotations

import sys

from daemon.app import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Starts the companion: `uv run run_daemon.py --help` says how."""

from __future__ import annotations

import sys

try:
    from daemon.app import main
except KeyboardInterrupt:
    sys.exit(130)  # as for Ctrl+C later: importing takes most of the first second

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

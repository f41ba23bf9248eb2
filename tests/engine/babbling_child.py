"""A child whose answers are none."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    os.write(1, b"Hello! I am a library that prints.\n" * 10)
    sys.stdin.buffer.read()

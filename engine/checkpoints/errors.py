"""What went wrong with a checkpoint, said once and for the person who chose it."""

from __future__ import annotations


class CheckpointError(ValueError):
    """One sentence: which file, what is wrong with it, what to do. Nothing was loaded."""

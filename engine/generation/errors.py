"""What the generation room refuses, in one sentence for the person at the screen."""

from __future__ import annotations


class PromptError(ValueError):
    """Says what a prompt cannot be made of, and what to do about it."""

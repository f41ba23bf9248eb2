"""What the token room refuses, in one sentence for the person at the screen."""

from __future__ import annotations


class TokenError(ValueError):
    """Says which file or value, what is wrong with it, and what to do."""

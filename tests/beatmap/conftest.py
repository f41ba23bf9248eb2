"""How properties are tried in this room."""

from __future__ import annotations

from hypothesis import settings

# What a claim says must hold on a busy machine too: how long one example took is no part of it.
settings.register_profile("beatmap", deadline=None)
settings.load_profile("beatmap")

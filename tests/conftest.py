from __future__ import annotations

import pytest

# A comparison that fails says both sides, as an assertion in a test does.
pytest.register_assert_rewrite(
    "tests.audio.golden",
    "tests.diffusion.golden",
    "tests.generation.golden",
    "tests.generation.golden_windows",
    "tests.model.golden",
    "tests.modding.golden",
    "tests.tokens.golden",
)

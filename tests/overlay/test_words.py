"""What the page says of amounts, of models and of the engine, word by word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from tests.overlay import messages as say
from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from playwright.async_api import BrowserContext

    Say = Callable[..., Awaitable[Any]]

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def said(context: BrowserContext) -> AsyncIterator[Say]:
    """What a function of these modules returns: `await said("amounts.size", 876_000_000)`."""
    async with ScriptedCompanion() as companion:
        page = await context.new_page()
        await page.goto(f"{companion.address}favicon.svg")

        async def said(function: str, *given: Any) -> Any:
            module, _, name = function.partition(".")
            call = f"async (given) => (await import('/{module}.js')).{name}(...given)"
            return await page.evaluate(call, list(given))

        yield said
        await page.close()


@pytest.mark.parametrize(
    ("surprisal", "words"),
    [(53.1, "5.3"), (412.5, "41"), (9_990, "999"), (10_000, "999+"), (3_430_068_256_770, "999+")],
)
async def test_surprises(said: Say, surprisal: float, words: str) -> None:
    assert await said("source.surpriseText", surprisal) == words


@pytest.mark.parametrize(
    ("bytes_here", "words"),
    [
        (0, "0 MB"),
        (400, "1 kB"),
        (52_000, "52 kB"),
        (9_400_000, "9.4 MB"),
        (876_000_000, "876 MB"),
        (1_240_000_000, "1.2 GB"),
    ],
)
async def test_sizes(said: Say, bytes_here: int, words: str) -> None:
    assert await said("amounts.size", bytes_here) == words


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (200_000_000, "a few seconds left"),
        (20_000_000, "50 s left"),
        (9_000_000, "2 min left"),
        (100_000, "3 h left"),
        (100, "days left"),
        (0, ""),
        (None, ""),
    ],
)
async def test_time_left_is_rounded_up_and_silent_where_nobody_knows(
    said: Say, rate: int | None, words: str
) -> None:
    assert await said("amounts.timeLeft", 0, 900_000_000, rate) == words


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("v32", "v32"),
        ("/home/me/my model/", "my model"),
        ("C:\\models\\mine", "mine"),
        ("\\\\server\\models\\ours", "ours"),
        ("somebody/a-repository", "somebody/a-repository"),
    ],
)
async def test_a_folder_goes_by_its_last_name(said: Say, name: str, words: str) -> None:
    assert await said("engine_words.shortName", name) == words


@pytest.mark.parametrize(
    ("licence", "words"),
    [
        ("mit", "Licence: MIT"),
        ("", "Licence: not known"),
        ("not verified: see the model's page", "Licence: not verified; see the model's page"),
    ],
)
async def test_a_licence_is_named_or_said_to_be_unknown(said: Say, licence: str, words: str) -> None:
    assert await said("engine_words.licenceOf", say.model(licence=licence)) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("in the cache of other tools", "In the cache of other tools."),
        ("config.json is missing.", "config.json is missing."),
    ],
)
async def test_a_note_becomes_a_sentence_and_a_file_keeps_its_name(said: Say, text: str, words: str) -> None:
    assert await said("engine_words.sentence", text) == words


@pytest.mark.parametrize(
    ("engine", "listed", "face"),
    [
        (say.engine(status="idle"), [say.model()], "ready"),
        (say.engine(status="a status of a later version"), [say.model()], "asleep"),
        (say.no_model(), [], "unknown"),
        (say.no_model(), [say.model("v32", "absent")], "none"),
        (say.no_model(), [say.model("v32", "pulling")], "bringing"),
        (say.no_model(), [say.model("v31", "pulling"), say.model("v32", "absent")], "none"),
        (say.no_model(status="failed"), [], "failed"),
        (say.no_model(ai=False), [], "mute"),
        (say.engine(status="failed", ai=False), [], "failed"),
    ],
)
async def test_the_engine_has_one_face_at_a_time(
    said: Say, engine: say.Message, listed: list[say.Message], face: str
) -> None:
    assert await said("engine_words.faceOf", engine, listed) == face

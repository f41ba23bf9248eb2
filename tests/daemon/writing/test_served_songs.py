"""The song of a map over HTTP: under its name alone, for our own page, in pieces where it asks for them."""

from __future__ import annotations

import http.client
import random
from asyncio import to_thread
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from daemon.writing.served_songs import MOST_OF_A_RANGE_BYTES, MOST_SONGS, ServedSongs
from tests.daemon.companion import running
from tests.daemon.synth import FILE, SET, synth
from tests.daemon.writing.sections import save, writing_with

if TYPE_CHECKING:
    from pathlib import Path

    from tests.daemon.companion import Running

pytestmark = pytest.mark.usefixtures("own_home", "a_set")


async def get(app: Running, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    def ask() -> tuple[int, dict[str, str], bytes]:
        with closing(http.client.HTTPConnection("127.0.0.1", app.port, timeout=10)) as connection:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response.status, dict(response.getheaders()), response.read()

    return await to_thread(ask)


async def offered(app: Running) -> str:
    async with app.page() as page:
        shown = await save(app, page, synth())
        played: dict[str, Any] = (await page.ask("play", key=shown["key"], candidate=None))["data"]
        return str(played["song"])


class TestASong:
    async def test_is_heard_whole_and_in_pieces(self, songs: Path, a_set: Path, stub_model: Path) -> None:
        body = (a_set / "audio.flac").read_bytes()
        async with running(songs, writing_with(stub_model)) as app:
            path = await offered(app)
            status, headers, got = await get(app, path)
            assert (status, headers["Content-Type"], got) == (200, "audio/flac", body)
            assert headers["Accept-Ranges"] == "bytes"
            status, headers, got = await get(app, path, Range="bytes=10-19")
            assert (status, got) == (206, body[10:20])
            assert headers["Content-Range"] == f"bytes 10-19/{len(body)}"
            assert (await get(app, path, Range="bytes=-5"))[2] == body[-5:]
            status, headers, _ = await get(app, path, Range=f"bytes={len(body)}-")
            assert (status, headers["Content-Range"]) == (416, f"bytes */{len(body)}")
            status, _, got = await get(app, path, Range="lines=1-2")
            assert (status, got) == (200, body)

    async def test_is_told_to_nobody_else(self, songs: Path, stub_model: Path) -> None:
        async with running(songs, writing_with(stub_model)) as app:
            path = await offered(app)
            for wrong in ("/song/", "/song/x", path + "x", "/song/../" + FILE, "/song/%2e%2e/audio.flac"):
                assert (await get(app, wrong))[0] in (400, 404)
            assert (await get(app, path, Host="evil.example"))[0] == 403
            assert (await get(app, path, Origin="http://evil.example"))[0] == 403
            assert (await get(app, path, **{"Sec-Fetch-Site": "cross-site"}))[0] == 404

    async def test_is_gone_with_its_map(self, songs: Path, a_set: Path, stub_model: Path) -> None:
        async with running(songs, writing_with(stub_model)) as app:
            path = await offered(app)
            (a_set / "audio.flac").unlink()
            assert (await get(app, path))[0] == 404
            app.companion._writing.forget(songs / SET / FILE)
            (a_set / "audio.flac").write_bytes(b"back")
            assert (await get(app, path))[0] == 404

    async def test_may_be_played_by_the_page_alone(self, songs: Path, stub_model: Path) -> None:
        async with running(songs, writing_with(stub_model)) as app:
            assert "media-src 'self'" in (await get(app, "/"))[1]["Content-Security-Policy"]


class TestNames:
    def test_stay_as_long_as_the_file_does(self, tmp_path: Path) -> None:
        songs = ServedSongs()
        first = songs.offer("m1", tmp_path / "a.mp3")
        assert songs.offer("m1", tmp_path / "a.mp3") == first
        assert songs.offer("m1", tmp_path / "b.mp3") != first
        assert songs.offer("m1", None) == ""

    def test_are_let_go_where_there_are_many(self, tmp_path: Path) -> None:
        songs = ServedSongs()
        names = {songs.offer(f"m{number}", tmp_path / "a.mp3") for number in range(2 * MOST_SONGS)}
        assert len(names) == 2 * MOST_SONGS
        assert len(songs._names) == MOST_SONGS


async def test_a_player_that_asks_for_the_rest_of_a_long_song_gets_it_piece_by_piece(
    songs: Path, a_set: Path, stub_model: Path
) -> None:
    body = random.Random(1).randbytes(MOST_OF_A_RANGE_BYTES + 1000)
    (a_set / "audio.flac").write_bytes(body)
    async with running(songs, writing_with(stub_model)) as app:
        path = await offered(app)
        _, headers, first = await get(app, path, Range="bytes=0-")
        assert headers["Content-Range"] == f"bytes 0-{MOST_OF_A_RANGE_BYTES - 1}/{len(body)}"
        _, _, rest = await get(app, path, Range=f"bytes={len(first)}-")
        assert first + rest == body

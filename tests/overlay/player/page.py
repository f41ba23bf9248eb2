"""A page with nothing but a player on it, served with a song, and what tests ask of the two."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from websockets.datastructures import Headers
from websockets.http11 import Request, Response

from tests.overlay.player import maps
from tests.overlay.scripted import POLICY, ScriptedCompanion

if TYPE_CHECKING:
    from playwright.async_api import Error, Locator, Page
    from websockets.asyncio.server import ServerConnection

HTML = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Player</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<link rel="icon" href="favicon.svg">
<link rel="stylesheet" href="theme.css"><link rel="stylesheet" href="base.css">
<link rel="stylesheet" href="layout.css"><link rel="stylesheet" href="player.css">
<script type="module" src="player.js"></script>
<body><main><map-player></map-player></main></body></html>
"""
# What is set on the sound card, and when by the song it is to be heard; frames that were asked for.
LISTEN = """
window.set = [];
const start = AudioBufferSourceNode.prototype.start;
AudioBufferSourceNode.prototype.start = function (when) {
  const player = document.querySelector("map-player");
  const rate = Number(document.querySelector("player-controls select").value);
  const latency_s = this.context.outputLatency || 0;
  const at_ms = player.time_ms + (when + latency_s - this.context.currentTime) * 1000 * rate;
  window.set.push({ at_ms, seconds: this.buffer.duration, rate });
  start.call(this, when);
};
window.frames = 0;
const request = window.requestAnimationFrame;
window.costs = [];
const timed = (run) => (now) => {
  const begun = performance.now();
  run(now);
  window.costs.push(performance.now() - begun);
};
window.requestAnimationFrame = (run) => (window.frames++, request.call(window, timed(run)));
window.songs = [];
window.contexts = [];
const Card = window.AudioContext;
window.AudioContext = function (how) { const card = new Card(how); window.contexts.push(card); return card; };
const Plain = window.Audio;
window.Audio = function () { const song = new Plain(); window.songs.push(song); return song; };
"""


MOST_BYTES = 64 * 1024
"""Of one answer: the companion, too, sends long songs piece by piece."""


class PlayerCompanion(ScriptedCompanion):
    """Serves the overlay as ever, the page with the player, and songs that can be wound."""

    def __init__(self) -> None:
        super().__init__()
        self.songs: dict[str, bytes] = {}
        """Path -> what lies there."""
        self.winds = True
        """Off: a server that always sends the whole song."""

    def _answer_http(self, connection: ServerConnection, request: Request) -> Response | None:
        if request.path == "/player.html":
            return answer(HTTPStatus.OK, HTML.encode(), "text/html; charset=utf-8")
        if request.path in self.songs:
            return self._song_part(self.songs[request.path], request.headers.get("Range", ""))
        return super()._answer_http(connection, request)

    def _song_part(self, song: bytes, wanted: str) -> Response:
        if not wanted.startswith("bytes=") or not self.winds:
            return answer(HTTPStatus.OK, song, "audio/wav")
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        begin, end = int(first), min(len(song), int(last) + 1 if last else len(song))
        end = min(end, begin + MOST_BYTES)
        response = answer(HTTPStatus.PARTIAL_CONTENT, song[begin:end], "audio/wav")
        response.headers["Content-Range"] = f"bytes {begin}-{end - 1}/{len(song)}"
        response.headers["Accept-Ranges"] = "bytes"
        return response


def answer(status: HTTPStatus, body: bytes, kind: str) -> Response:
    headers = Headers(
        {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-cache",
        }
    )
    return Response(status.value, status.phrase, headers, body)


class PlayerPage:
    """The player as somebody who watches it would speak of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        page.on("pageerror", self._on_error)

    def _on_error(self, error: Error) -> None:
        self.complaints.append(str(error))

    async def begin(self) -> None:
        self.complaints.clear()
        await self.page.bring_to_front()  # a tab behind another draws nothing
        await self.page.evaluate(
            """async () => {
                await customElements.whenDefined("map-player");
                Object.assign(window, { set: [], songs: [], contexts: [] });
                document.querySelector("map-player").replaceWith(document.createElement("map-player"));
            }"""
        )

    async def leave(self) -> None:
        await self.page.evaluate("document.querySelector('map-player').stop(), localStorage.clear()")
        await self.page.set_viewport_size({"width": 1200, "height": 800})
        await self.page.emulate_media(color_scheme="dark", reduced_motion="no-preference")

    async def show_pair(self, mode: str = "osu", **how: Any) -> None:
        before, after = maps.PAIRS[mode]
        await self.show(**maps.pair(before(), after(), **how))

    async def show(self, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
        await self.page.evaluate(
            """async (given) => {
                await customElements.whenDefined("map-player");
                document.querySelector("map-player").show(given);
                await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
            }""",
            {"before": before, "after": after},
        )

    @property
    def element(self) -> Locator:
        return self.page.locator("map-player")

    @property
    def play(self) -> Locator:
        return self.page.locator("player-controls .play")

    def side(self, name: str) -> Locator:
        return self.page.locator(f"map-player .side[data-side={name}]")

    async def seek(self, time_ms: float) -> None:
        """And until it is drawn."""
        await self.page.evaluate(
            """async (time_ms) => {
                document.querySelector("map-player").seek(time_ms);
                await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
            }""",
            time_ms,
        )

    async def time_ms(self) -> float:
        return float(await self.page.evaluate("document.querySelector('map-player').time_ms"))

    async def playing(self) -> bool:
        return bool(await self.page.evaluate("document.querySelector('map-player').playing"))

    async def until(self, time_ms: float) -> None:
        """Waits while it plays."""
        await self.page.wait_for_function(
            "(time_ms) => document.querySelector('map-player').time_ms >= time_ms", arg=time_ms
        )

    async def wish(self, label: str, on: bool) -> None:
        await self.page.get_by_label(label, exact=True).set_checked(on)

    async def light(self, side: str, x: float, y: float, radius: float = 3) -> list[float]:
        """The mean colour of a small square, at a place in shares of the field's canvas."""
        mean = await self.page.evaluate(
            """([side, x, y, radius]) => {
                const canvas = document.querySelector(`.side[data-side=${side}] canvas`);
                const box = [x * canvas.width - radius, y * canvas.height - radius, 2 * radius, 2 * radius];
                const { data } = canvas.getContext("2d").getImageData(...box.map(Math.round));
                const mean = [0, 0, 0];
                data.forEach((value, at) => at % 4 < 3 && (mean[at % 4] += (value * 4) / data.length));
                return mean;
            }""",
            [side, x, y, radius],
        )
        return [float(value) for value in mean]

    async def sounds(self) -> list[dict[str, float]]:
        return list(await self.page.evaluate("window.set"))


def osu_place(x: float, y: float) -> tuple[float, float]:
    """Of osu! pixels, in shares of a field of 640 x 480."""
    return (x + 64) / 640, (y + 48) / 480

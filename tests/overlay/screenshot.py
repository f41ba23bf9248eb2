"""A picture of the overlay as it is: the real companion in its demo, the real page.

uv run python -m tests.overlay.screenshot OUT.png [--width 1200] [--height 800] [--light] [--closer 3]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.companion_process import RunningCompanion
from tests.overlay.chromium import find_chromium, started

FIRST_SAVE_TIMEOUT_MS = 60_000  # the demo renders its song first
SETTLED_MS = 1200  # the pulse of a save has faded by then


def main() -> None:
    given = _arguments()
    chromium = find_chromium()
    if chromium is None:
        sys.exit("A picture needs Chromium on the PATH.")
    asyncio.run(take(given, chromium))
    sys.stdout.write(f"{given.out}\n")


async def take(given: argparse.Namespace, chromium: str) -> None:
    with tempfile.TemporaryDirectory() as home:
        async with RunningCompanion(Path(home), "--demo") as companion, started(chromium) as browser:
            page = await browser.new_page(
                viewport={"width": given.width, "height": given.height},
                color_scheme="light" if given.light else "dark",
            )
            await page.goto(companion.link)
            # The demo's first save: something new, something gone.
            await page.locator("save-delta .number.new:not(.none)").wait_for(timeout=FIRST_SAVE_TIMEOUT_MS)
            for key in given.keys:
                await page.keyboard.press(key)
            for _ in range(given.closer):
                await page.get_by_role("button", name="Zoom in").click()
            await page.wait_for_timeout(SETTLED_MS)
            await page.screenshot(path=given.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="screenshot", description="A picture of the overlay in the demo.")
    parser.add_argument("out", type=Path, metavar="OUT.png")
    parser.add_argument("--width", type=int, default=1200)
    parser.add_argument("--height", type=int, default=800)
    parser.add_argument("--light", action="store_true", help="as on a system with a light theme")
    parser.add_argument("--keys", nargs="*", default=["j"], help="pressed before the picture, such as j j")
    parser.add_argument("--closer", type=int, default=0, help="how often the timeline is zoomed in")
    return parser.parse_args()


if __name__ == "__main__":
    main()

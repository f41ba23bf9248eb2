"""The page as a mapper would speak of it, so that tests speak of the overlay and not of markup."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from playwright.async_api import expect

if TYPE_CHECKING:
    from playwright.async_api import ConsoleMessage, Error, Locator, Page

# Keeps links into the editor inside the test, and remembers them; notes every map that was painted.
WATCH = """
window.jumps = [];
addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href^='osu:']");
  if (link) { event.preventDefault(); window.jumps.push(link.getAttribute("href")); }
});
const click = HTMLAnchorElement.prototype.click;
HTMLAnchorElement.prototype.click = function () {
  if (this.isConnected) click.call(this);
  else window.jumps.push(this.getAttribute("href"));
};
window.drawn = [];
addEventListener("mapside:drawn", ({ detail }) => window.drawn.push(detail));
"""


class OverlayPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        """Script errors and violations of the content policy."""
        page.on("pageerror", self._on_error)
        page.on("console", self._on_console)

    async def open(self, address: str) -> None:
        await self.page.goto(address)

    @property
    def rows(self) -> Locator:
        return self.page.locator("finding-list .row:visible")

    @property
    def selected(self) -> Locator:
        return self.page.locator("finding-list .row.selected:visible")

    @property
    def detail(self) -> Locator:
        return self.page.locator("finding-detail")

    @property
    def delta(self) -> Locator:
        return self.page.locator("save-delta .numbers")

    @property
    def screen(self) -> Locator:
        return self.page.locator("state-page .screen")

    @property
    def toasts(self) -> Locator:
        return self.page.locator("toast-stack")

    @property
    def connection(self) -> Locator:
        return self.page.locator("connection-state")

    @property
    def search(self) -> Locator:
        return self.page.get_by_role("searchbox")

    @property
    def stage(self) -> Locator:
        return self.page.get_by_role("slider", name="Timeline of findings")

    async def expect_rows(self, *ids: str) -> None:
        await expect(self.rows).to_have_count(len(ids))
        # Elements are used again as the list changes, so their order on screen is where they stand.
        await self.page.wait_for_function(
            """(ids) => [...document.querySelectorAll("finding-list .row:not([hidden])")]
                .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)
                .map((row) => row.dataset.id).join() === ids.join()""",
            arg=list(ids),
        )

    async def expect_selected(self, finding_id: str) -> None:
        await expect(self.selected).to_have_attribute("data-id", finding_id)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def menu(self, item: str) -> None:
        await self.page.get_by_role("button", name="Menu").click()
        await self.page.get_by_role("menu").get_by_text(item).click()

    async def choose_map(self, version: str) -> None:
        await self.page.locator("map-picker .current").click()
        await self.page.get_by_role("option").filter(has_text=f"[{version}]").click()

    async def clipboard(self) -> str:
        return str(await self.page.evaluate("navigator.clipboard.readText()"))

    async def jumps(self) -> list[str]:
        return [str(link) for link in await self.page.evaluate("window.jumps")]

    async def drawn(self) -> list[dict[str, Any]]:
        return list(await self.page.evaluate("window.drawn"))

    async def marks(self) -> list[dict[str, Any]]:
        return list(await self.page.evaluate("document.querySelector('map-timeline').marks"))

    async def view_ms(self) -> tuple[float, float]:
        view = await self.page.evaluate("document.querySelector('map-timeline').view")
        return view["start_ms"], view["end_ms"]

    async def scroll_top(self) -> float:
        return float(await self.page.evaluate("document.querySelector('finding-list').scrollTop"))

    def stop_listening(self) -> None:
        self.page.remove_listener("pageerror", self._on_error)
        self.page.remove_listener("console", self._on_console)

    def _on_error(self, error: Error) -> None:
        self.complaints.append(str(error))

    def _on_console(self, message: ConsoleMessage) -> None:
        # The browser reports a server that is gone itself; tests that expect that look at the page.
        gone = any(sign in message.text for sign in ("WebSocket", "ERR_CONNECTION", "503"))
        if message.type == "error" and not gone:
            self.complaints.append(message.text)

"""The page reads nothing that the companion does not send."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.async_api import expect

from tests.overlay import messages as say
from tests.overlay.scripted import ScriptedCompanion

if TYPE_CHECKING:
    from tests.overlay.overlay_page import OverlayPage


# Every object that comes off the wire tells which of its fields were read, and which of those are not there.
SPY = """() => {
  window.fieldsRead = new Set();
  window.fieldsMissed = new Set();
  const spies = new WeakMap();
  const dictionaries = new Set(["hello.checks"]); // keyed by what a map says: a key may well be missing
  const spied = (value, path) => {
    if (value === null || typeof value !== "object") return value;
    const get = (target, name) => read(target, name, path);
    if (!spies.has(value)) spies.set(value, new Proxy(value, { get }));
    return spies.get(value);
  };
  const read = (target, name, path) => {
    const found = target[name];
    const asked = typeof name === "symbol" || ["toJSON", "then"].includes(name);
    const ofTheLanguage = asked || typeof found === "function";
    if (ofTheLanguage) return found;
    const isList = Array.isArray(target);
    if (!isList && !dictionaries.has(path)) {
      window.fieldsRead.add(`${path}.${name}`);
      if (!(name in target)) window.fieldsMissed.add(`${path}.${name}`);
    }
    return spied(found, isList ? path : `${path}.${name}`);
  };
  const parse = JSON.parse;
  JSON.parse = (text) => {
    const message = parse(text);
    return message?.type ? spied(message, message.type) : message;
  };
}"""


async def use_everything(overlay: OverlayPage) -> None:
    for order in ("time", "check", "strength"):
        await overlay.page.get_by_label("Order").select_option(order)
    await overlay.stage.hover(position={"x": 300, "y": 110})
    await overlay.page.locator("save-delta .gone").first.click()
    await overlay.press("Escape", "j", "c", "j", "i", "u", "n", "n", "/")
    await overlay.page.keyboard.type("zz")
    await expect(overlay.page.get_by_text("No finding matches")).to_be_visible()
    await overlay.press("Escape")
    await overlay.menu("Show intended findings")
    await overlay.page.locator("engine-state > button").click()
    await overlay.page.get_by_role("button", name="Models…").click()
    await expect(overlay.page.get_by_role("dialog", name="Models")).to_contain_text("Mapperatorinator V31")
    await overlay.press("Escape")
    await hear_the_model(overlay)
    await overlay.page.locator("map-picker .current").click()
    await overlay.page.locator("map-picker [role=option]").last.click()


async def hear_the_model(overlay: OverlayPage) -> None:
    threshold = overlay.page.get_by_label("Least surprise to show")
    await threshold.focus()
    await overlay.press("Home")
    await overlay.page.locator("finding-list .row.opined:visible").first.hover()
    await expect(overlay.page.locator("finding-preview")).to_contain_text("What the model expected")
    for finding in say.EXAMPLES["opinion"]["findings"]:
        await overlay.page.locator(f'finding-list .row[data-id="{finding["id"]}"]').click()
        await expect(overlay.detail).to_contain_text(finding["opinion"]["alternatives"][0]["text"])
    await expect(overlay.page.locator("finding-list .source.agreed:visible")).to_have_count(1)


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_every_field_the_page_reads_is_one_the_companion_sends(overlay: OverlayPage) -> None:
    sent = say.EXAMPLES
    greeting = [sent[kind] for kind in ("hello", "status", "maps", "map", "engine", "models", "opinion")]
    async with ScriptedCompanion(*greeting) as companion:
        await overlay.page.add_init_script(f"if (location.port === '{companion.port}') ({SPY})()")
        await overlay.open(companion.link)
        await expect(overlay.rows.first).to_be_visible()
        companion.refuses["select"] = sent["reply_refused"]["error"]
        await use_everything(overlay)
        await expect(overlay.screen).to_contain_text("cannot be read")
        await companion.send(sent["intended"], sent["notice"])
        await expect(overlay.toasts).to_contain_text(sent["notice"]["text"])
        missed = await overlay.page.evaluate("[...window.fieldsMissed]")
        read = set(await overlay.page.evaluate("[...window.fieldsRead]"))
        assert missed == []
        assert {"map.findings.link", "map.overview.density.counts", "maps.maps.counts.problem"} <= read
        assert {"engine.device", "engine.ai", "models.chosen", "models.models.bytes_per_s"} <= read
        assert {"status.folder", "reply.error", "notice.text", "intended.finding", "hello.protocol"} <= read
        assert {"opinion.findings.opinion.places.link", "opinion.agreed.message", "hello.topics"} <= read


# What of each message a mapper sees; `reply` and `map` are drawn by the test above.
SIGNS = {
    "engine": "v32",
    "engine_off": "No model",
    "engine_failed": "stopped",
    "opinion": "findings of the model in 1.8 s",
    "opinion_scoring": "14 of 58 read",
    "opinion_waiting": "Waiting for the model",
    "opinion_off": "its findings are switched off",
    "opinion_no_model": "No model yet",
    "opinion_cancelled": "Stopped at 14 of 58",
    "opinion_failed": "The engine ran out of memory.",
}


def test_every_message_of_the_engine_and_its_opinion_is_known_here() -> None:
    told = {name for name in say.EXAMPLES if name.startswith(("engine", "opinion"))}
    assert told == SIGNS.keys()


@pytest.mark.browser
@pytest.mark.asyncio(loop_scope="session")
async def test_each_of_them_is_drawn(overlay: OverlayPage) -> None:
    sent = say.EXAMPLES
    greeting = ("hello", "status", "engine", "models", "maps", "map")
    async with ScriptedCompanion(*(sent[name] for name in greeting)) as companion:
        await overlay.open(companion.link)
        await expect(overlay.rows.first).to_be_visible()
        for name, sign in SIGNS.items():
            await companion.send(sent[name])
            part = "engine-state" if name.startswith("engine") else "opinion-strip"
            await expect(overlay.page.locator(part)).to_contain_text(sign)


def test_a_variation_of_a_message_cannot_invent_a_field() -> None:
    with pytest.raises(KeyError, match="the companion sends no such field: colour"):
        say.finding(1, colour="red")

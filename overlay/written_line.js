// <written-line>: what is being written in this map and what was, in one line; under it everything that was
// generated, with the way back for each.

import { emit, h, icon, setAttribute, setText } from "./dom.js";
import { shortName } from "./engine_words.js";
import { ago, plural } from "./format.js";
import { Popover } from "./popover.js";
import { isDone, isWritten, paceText, wordsFor } from "./regeneration.js";
import { rangeText } from "./time_range.js";

const TAKEN_BACK = "What was accepted last is taken back.";
const SHOWN_SEED = 9; // figures: one of twenty would push the rest out of the line

class WrittenLine extends HTMLElement {
  #generated = null;

  connectedCallback() {
    this.hidden = true;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Generated in this map");
    const act = (type, name, text, title) => h("button", { type: "button", title, onclick: () => emit(this, type) }, icon(name), h("span", { text }));
    this.words = h("span", { class: "text", role: "status" });
    this.show = act("show-candidates", "write", "Show", "Show the candidates");
    this.again = act("redo-write", "redo", "Put it back", "Write what was accepted over the file once more");
    this.undo = act("undo-write", "undo", "Undo", "Take back what was accepted last");
    this.redo = act("redo-write", "redo", "Redo", "Accept once more what was taken back");
    this.button = h("button", { type: "button", class: "quiet list", "aria-haspopup": "dialog" }, h("span"), icon("caret"));
    this.panel = h("div", { class: "panel generated", role: "dialog", "aria-label": "Generated in this map" });
    this.append(h("span", { class: "state" }, icon("write"), this.words), h("span", { class: "actions" }, this.show, this.again, this.undo, this.redo), this.button, this.panel);
    this.drop = new Popover({
      button: this.button,
      panel: this.panel,
      items: () => [...this.panel.querySelectorAll("button")],
      onOpen: () => this.#fill(),
      tabs: true,
    });
  }

  /** `isLookedAt`: the candidates are on screen, and say themselves how far they are. */
  update({ regeneration, generated, isLookedAt }) {
    this.#generated = generated;
    const { overwritten = "", can_undo = false, can_redo = false } = generated ?? {};
    const ranges = generated?.ranges ?? [];
    const line = lineOf(isLookedAt ? null : regeneration, generated) ?? (can_redo ? TAKEN_BACK : null);
    this.hidden = line === null && ranges.length === 0 && !can_undo && !can_redo;
    if (this.hidden) {
      this.drop.close({ focus: false });
      return;
    }
    setText(this.words, line ?? "");
    setAttribute(this.words, "title", line);
    this.dataset.tone = overwritten ? "overwritten" : "plain";
    this.show.hidden = isLookedAt || regeneration === null;
    this.again.hidden = overwritten === "" || !can_redo;
    // Where it has just been accepted, the way back stands beside it.
    this.undo.hidden = !can_undo || (isLookedAt && regeneration.state === "accepted");
    this.redo.hidden = !can_redo || overwritten !== "";
    this.button.hidden = ranges.length === 0;
    const standing = ranges.filter((range) => !range.is_reverted).length;
    setText(this.button.firstChild, standing > 0 ? `${standing} generated` : "all taken back");
    if (!this.panel.hidden) this.#fill();
  }

  #fill() {
    const { ranges, sentence } = this.#generated;
    const focused = this.panel.contains(document.activeElement) ? document.activeElement.dataset.id : null;
    this.panel.replaceChildren(
      h("ul", { class: "ranges" }, ...ranges.toReversed().map((range) => this.#range(range))),
      ...(sentence ? [this.#sentence(sentence)] : [h("p", { class: "dim", text: "Nothing that was generated stands in this map." })]),
      h("button", { type: "button", class: "link", text: "What the ranking criteria say", onclick: () => (this.drop.close(), emit(this, "disclosure")) }),
    );
    if (focused) this.panel.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  }

  #range({ id, timestamp, start_ms, end_ms, model, seed, at, objects, can_revert, is_reverted }) {
    const facts = [shortName(model), `seed ${shortSeed(seed)}`, plural(objects, "object"), ago(at, Date.now() / 1000)].join(" · ");
    const where = h("button", { type: "button", class: "link where", text: rangeText({ start_ms, end_ms }), title: `Mark this stretch on the timeline: ${timestamp}`, onclick: () => emit(this, "range-set", { range: { start_ms, end_ms } }) });
    const revert = h("button", { type: "button", class: "revert", title: "Put back what stood here before", onclick: () => emit(this, "revert-range", { id }) }, icon("undo"), h("span", { text: "Revert" }));
    revert.dataset.id = id;
    revert.setAttribute("aria-label", `Revert ${rangeText({ start_ms, end_ms })}`);
    return h("li", { class: is_reverted ? "reverted" : null }, where, h("span", { class: "dim", text: facts, title: `seed ${seed}` }), can_revert ? revert : h("span", { class: "tag dim", text: is_reverted ? "taken back" : "changed since" }));
  }

  #sentence(sentence) {
    const copy = h("button", { type: "button", onclick: () => emit(this, "copy-text", { text: sentence }) }, icon("copy"), h("span", { text: "Copy" }));
    return h("div", { class: "sentence" }, h("h3", { text: "For the map's description" }), h("p", { text: sentence }), copy);
  }
}

/** What is the matter now: a copy that was overwritten first, then what is being written. */
function lineOf(regeneration, generated) {
  if (generated?.overwritten) return generated.overwritten;
  if (regeneration === null) return standingLine(generated?.ranges ?? []);
  const { head, advice } = wordsFor(regeneration);
  if (regeneration.state === "accepted") return `${rangeText(regeneration)}: accepted. ${advice}`;
  const done = regeneration.candidates.filter(isDone).length;
  const rate = isWritten(regeneration) ? paceText(regeneration.pace) : "";
  return [`${rangeText(regeneration)}: ${done > 0 || isWritten(regeneration) ? head : head.toLowerCase()}`, rate].filter(Boolean).join(" · ");
}

function standingLine(ranges) {
  const standing = ranges.filter((range) => !range.is_reverted);
  if (ranges.length === 0) return null;
  if (standing.length === 0) return "What was generated in this map is taken back.";
  return standing.length === 1 ? `${rangeText(standing[0])} was generated.` : `${standing.length} parts of this map were generated.`;
}

const shortSeed = (seed) => (seed.length > SHOWN_SEED ? `${seed.slice(0, SHOWN_SEED - 1)}…` : seed);

customElements.define("written-line", WrittenLine);

// A stretch of the song as the editor writes it: to be typed, pasted and copied, and put on measures or combos.

import { h, icon, setAttribute, setText } from "./dom.js";
import { allowedSnap, canSnap, isSame, lengthText, namesObjects, rangeText, readRange } from "./time_range.js";

const SNAP_WORDS = { measures: "On measures", combos: "On combos", free: "Free" };

export class RangeField {
  #range = null;
  #onRange;
  #onObjects;

  /** `onRange(range)` after it was typed or pasted, `onObjects(text)` if that names objects; `onSnap(name)`; `onCopy(text)`. */
  constructor({ onRange, onObjects, onSnap, onCopy }) {
    this.#onRange = onRange;
    this.#onObjects = onObjects;
    this.input = h("input", {
      type: "text",
      class: "range",
      "aria-label": "Range, as editor timestamps",
      title: "Where it starts and where it ends, as the editor writes it: 00:10:000 - 00:20:000",
      spellcheck: "false",
      autocomplete: "off",
      onchange: () => this.#take(this.input.value),
      onpaste: (event) => this.#paste(event),
      onkeydown: (event) => this.#onKey(event),
    });
    this.copy = h("button", { type: "button", class: "quiet", title: "Copy the range as editor timestamps", "aria-label": "Copy the range", onclick: () => onCopy(rangeText(this.#range)) }, icon("copy"));
    this.length = h("span", { class: "length" });
    this.snap = h("select", { "aria-label": "Put the range on", onchange: () => onSnap(this.snap.value) });
    this.snap.append(...Object.entries(SNAP_WORDS).map(([value, text]) => h("option", { value, text })));
    this.error = h("span", { class: "error", role: "alert" });
    this.element = h("span", { class: "range-field" }, this.input, this.copy, this.snap, this.length, this.error);
  }

  update({ range, snap, grid }) {
    for (const option of this.snap.options) option.disabled = !canSnap(grid, option.value);
    this.snap.value = allowedSnap(grid, snap);
    setText(this.length, lengthText(range, grid));
    if (isSame(range, this.#range)) return;
    this.#range = range;
    this.input.value = rangeText(range);
    this.#fail("");
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  #take(text) {
    if (namesObjects(text)) {
      this.#fail("");
      this.input.value = rangeText(this.#range); // until it is known where they are
      this.#onObjects(text);
      return true;
    }
    const { range, error } = readRange(text);
    this.#fail(error ?? "");
    if (range) this.#onRange(range);
    return range !== undefined;
  }

  /** Both ends at once take the place of all that stood there; anything else is typing. */
  #paste(event) {
    const text = event.clipboardData.getData("text");
    if (readRange(text).error && !namesObjects(text)) return;
    event.preventDefault();
    this.input.value = text.trim();
    this.#take(text);
  }

  #onKey(event) {
    if (event.key === "Enter") {
      event.preventDefault();
      event.stopPropagation();
      if (this.#take(this.input.value)) this.input.select();
    } else if (event.key === "Escape" && this.input.value !== rangeText(this.#range)) {
      event.preventDefault();
      event.stopPropagation();
      this.input.value = rangeText(this.#range);
      this.#fail("");
    }
  }

  #fail(sentence) {
    setText(this.error, sentence);
    setAttribute(this.input, "aria-invalid", sentence ? "true" : null);
  }
}

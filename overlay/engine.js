// <engine-state>: which model speaks, on what and how fast: a few words in the bar, the rest under them.

import { size } from "./amounts.js";
import { emit, h, icon, setAttribute, setIcon, setText } from "./dom.js";
import { faceOf, isFolder, lineOf, sentenceOf, stateWord, titleOf } from "./engine_words.js";
import { Popover } from "./popover.js";

const BYTES_PER_MB = 1e6;
const GLYPHS = { failed: "warning", mute: "muted", none: "download", bringing: "download", unknown: "model" };
const IN_MEMORY = ["waking", "ready", "working"];

class EngineState extends HTMLElement {
  #key = null; // of the map on screen

  /** Takes a request to the companion; rejects with a sentence. */
  ask = async () => {};

  connectedCallback() {
    this.hidden = true;
    this.glyph = icon("model");
    this.words = h("span", { class: "text" });
    this.button = h("button", { type: "button", class: "quiet", "aria-haspopup": "dialog" }, this.glyph, this.words);
    this.panel = h("div", { class: "panel engine", role: "dialog", "aria-label": "The model" }, ...this.#content());
    this.append(this.button, this.panel);
    this.drop = new Popover({
      button: this.button,
      panel: this.panel,
      items: () => [...this.panel.querySelectorAll("button")].filter((button) => button.checkVisibility()),
      onOpen: () => setText(this.error, ""),
      tabs: true,
    });
  }

  #content() {
    this.name = h("b", { class: "title" });
    this.state = h("span", { class: "state" });
    this.sentence = h("p", { class: "sentence" });
    this.note = h("p", { class: "dim" });
    this.facts = h("dl");
    this.error = h("p", { class: "error", role: "alert" });
    this.ai = h(
      "button",
      { type: "button", class: "switch", role: "switch", onclick: () => this.#ask({ type: "ai", on: this.ai.getAttribute("aria-checked") !== "true" }) },
      h("span", { text: "AI findings" }),
      h("span", { class: "lever", "aria-hidden": "true" }, h("span", { class: "knob" })),
    );
    this.unload = h("button", {
      type: "button",
      text: "Unload",
      title: "Give its memory back to the game; the next save loads it again",
      onclick: () => this.#ask({ type: "unload_engine" }),
    });
    this.read = h("button", { type: "button", text: "Read this map now", onclick: () => this.#ask({ type: "mod", key: this.#key }) });
    this.readSet = h("button", { type: "button", text: "Read the whole set", onclick: () => this.#ask({ type: "mod_set", key: this.#key }) });
    this.models = h("button", { type: "button", text: "Models…", onclick: () => this.#openModels() });
    return [
      h("header", {}, this.name, this.state),
      this.sentence,
      this.note,
      this.facts,
      this.ai,
      h("div", { class: "actions" }, this.read, this.readSet),
      h("div", { class: "actions" }, this.models, this.unload),
      this.error,
    ];
  }

  /** `engine`: the last message about it, or null; `models`: the list, empty while nobody has it; `map`: on screen. */
  update({ engine, models, map, connected }) {
    this.#key = map?.key ?? null;
    this.hidden = engine === null || !connected;
    if (engine === null) return;
    const face = faceOf(engine, models);
    this.#showLine(engine, models, face);
    this.#showDetails(engine, models, face);
  }

  #showLine(engine, models, face) {
    const line = lineOf(engine, models, face).filter(Boolean).join(" · ");
    setText(this.words, line);
    setIcon(this.glyph, GLYPHS[face] ?? "model");
    setAttribute(this, "data-face", face);
    setAttribute(this.button, "aria-label", `Model: ${line}`);
    setAttribute(this.button, "title", sentenceOf(face, engine.note));
  }

  #showDetails(engine, models, face) {
    setText(this.name, engine.model === null ? "No model chosen" : titleOf(engine.model, models));
    setAttribute(this.name, "title", engine.model !== null && isFolder(engine.model) ? engine.model : null);
    setText(this.state, stateWord(face));
    setText(this.sentence, sentenceOf(face, engine.note));
    setText(this.note, face === "failed" ? "" : engine.note);
    this.#showFacts([
      ["Runs on", engine.device],
      ["Speed", engine.speed],
      ["Memory", engine.memory_mb === null ? null : size(engine.memory_mb * BYTES_PER_MB)],
    ]);
    setAttribute(this.ai, "aria-checked", String(engine.ai));
    const inMemory = IN_MEMORY.includes(face) || (face === "mute" && engine.status !== "off");
    this.read.hidden = this.readSet.hidden = this.#key === null || !engine.model_ready;
    if (!inMemory && document.activeElement === this.unload) this.models.focus();
    this.unload.hidden = !inMemory;
  }

  #showFacts(facts) {
    const known = facts.filter(([, value]) => value);
    this.facts.hidden = known.length === 0;
    const text = JSON.stringify(known);
    if (this.facts.dataset.shown === text) return;
    this.facts.dataset.shown = text;
    this.facts.replaceChildren(...known.flatMap(([name, value]) => [h("dt", { text: name }), h("dd", { text: value })]));
  }

  async #ask(message) {
    setText(this.error, "");
    try {
      await this.ask(message);
    } catch (failure) {
      setText(this.error, failure.message);
    }
  }

  #openModels() {
    this.drop.close();
    emit(this, "models");
  }
}

customElements.define("engine-state", EngineState);

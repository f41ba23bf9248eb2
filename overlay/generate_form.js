// The form of the Generate page: what is ordered of a whole map. The few things that matter first, the rest folded.

import { h, setAttribute, setText } from "./dom.js";
import { shortName } from "./engine_words.js";
import { modeName } from "./format.js";
import { BESIDE, CONTEXTS, FACTS, MODES, isMap, orderOf, usualWay, waysOf, wrongWith } from "./song_order.js";
import { read, write } from "./token.js";
import { WishFields, folded } from "./wish_fields.js";
import { recalled } from "./wishes.js";

const KEPT_KEY = "mapside.generate.";
const WAY_WORDS = { write: "written by the model", take: "taken from that map", leave: "left out" };
const IS_WINDOWS = navigator.userAgent.includes("Windows");

export class GenerateForm {
  #options = null;
  #ask;
  #onMessage;
  #ways = {};

  /** `ask` takes a request to the companion; `onOrder(order)` sends it; `model()` names the one that writes. */
  constructor({ ask, onOrder, model }) {
    this.#ask = ask;
    this.#onMessage = onOrder;
    this.model = model;
    this.source = pathField("Audio file, or a .osu to go by", IS_WINDOWS ? "C:\\Music\\song.mp3" : "/home/you/Music/song.mp3", () => this.#onSource());
    this.onScreen = h("button", { type: "button", class: "link", text: "The map on screen", title: "Go by the map that is on screen", hidden: true, onclick: () => this.#takeShown() });
    this.mode = h("select", { "aria-label": "Mode", onchange: () => this.#describe() });
    this.mode.append(...MODES.map((value) => h("option", { value, text: modeName(value) })));
    this.mode.value = MODES.includes(read(`${KEPT_KEY}mode`)) ? read(`${KEPT_KEY}mode`) : "osu";
    this.wishes = h("div", { class: "body" });
    this.error = h("p", { class: "error", role: "alert" });
    this.by = h("span", { class: "dim by" });
    this.start = h("button", { type: "submit", class: "primary", text: "Write the map", disabled: true });
    this.element = h(
      "form",
      { class: "generate", novalidate: true, onsubmit: (event) => this.#submit(event) },
      h("label", { class: "wish wide" }, h("span", { class: "label", text: "Audio file, or a .osu to go by" }), this.source, h("span", { class: "hint" }, "Its whole path, pasted. ", this.onScreen)),
      h("label", { class: "wish" }, h("span", { class: "label", text: "Mode" }), this.mode),
      this.wishes,
      this.error,
      h("footer", {}, this.by, this.start),
    );
  }

  /** `shown`: path of the map on screen, or null. */
  update({ shown }) {
    this.shown = shown;
    this.onScreen.hidden = shown === null;
  }

  /** Asked whenever the page is opened, and for another mode: another model may be chosen by then. */
  open() {
    return this.#describe();
  }

  async #describe() {
    const mode = this.mode.value;
    const model = this.model();
    write(`${KEPT_KEY}mode`, mode);
    this.start.disabled = true;
    if (this.wishes.childElementCount === 0) this.wishes.replaceChildren(h("p", { class: "dim", role: "status", text: "Asking the model what it understands." }));
    try {
      const options = await this.#ask({ type: "describe_model", mode, ...(model ? { name: model } : {}) });
      if (mode === this.mode.value) this.#show({ ...options, wishes: [...options.wishes, ...options.settings] }, mode);
    } catch (failure) {
      this.wishes.replaceChildren(h("p", { class: "error", role: "alert", text: failure.message }));
    }
  }

  #show(options, mode) {
    this.#options = options;
    for (const option of this.mode.options) option.disabled = !options.modes.includes(option.value) && option.value !== mode;
    setText(this.by, options.modes.includes(mode) ? `written by ${shortName(options.model)}` : `${shortName(options.model)} writes no ${modeName(mode)} maps: choose another mode or model.`);
    setAttribute(this.by, "title", [options.model, options.family].filter(Boolean).join(", of the family "));
    this.fields = new WishFields(options, recalled(read(`${KEPT_KEY}wishes.${mode}`), options));
    this.contexts = h("div", { class: "contexts" });
    this.superTiming = h("input", { type: "checkbox" });
    this.seed = plain({ inputmode: "numeric", placeholder: "drawn by chance" });
    this.facts = Object.fromEntries(Object.keys(FACTS).map((name) => [name, plain({ placeholder: name === "background" ? "none" : "as the file says" })]));
    this.form = h("select", {}, h("option", { value: "osz", text: ".osz, to be opened with osu!" }), h("option", { value: "osu", text: ".osu alone" }));
    this.folder = plain({ placeholder: "Mapside's own, or beside the map" });
    const more = folded(this.fields, { first: [this.#written(), this.#song()], last: [this.#file()] });
    this.wishes.replaceChildren(this.fields.simple, more);
    this.#showContexts();
    this.start.disabled = !options.modes.includes(mode);
  }

  #written() {
    const super_timing = h("label", { class: "wish check" }, this.superTiming, h("span", { class: "label", text: "Super timing" }), h("span", { class: "hint", text: "for a tempo that wanders; listens many times, and takes as long" }));
    this.superRow = super_timing;
    return h("fieldset", {}, h("legend", { text: "What is written" }), this.contexts, super_timing);
  }

  #song() {
    const fields = Object.entries(FACTS).map(([name, text]) => labelled(text, this.facts[name]));
    return h("fieldset", {}, h("legend", { text: "The song and the map" }), h("div", { class: "wishes" }, ...fields));
  }

  #file() {
    return h("fieldset", {}, h("legend", { text: "The file" }), h("div", { class: "wishes" }, labelled("As", this.form), labelled("Folder", this.folder), labelled("Seed", this.seed)));
  }

  /** One row for each context, and what a map to go by may be besides. */
  #showContexts() {
    const source = this.source.value;
    const rows = Object.entries(CONTEXTS).map(([context, text]) => this.#context(context, text, source));
    const beside = isMap(source) ? Object.entries(BESIDE).filter(([name]) => this.#options.given.includes(name)) : [];
    this.contexts.replaceChildren(...rows.filter(Boolean), ...beside.map(([value, [text, hint]]) => h("label", { class: "wish check" }, h("input", { type: "checkbox", name: "beside", value }), h("span", { class: "label", text }), h("span", { class: "hint", text: hint }))));
    this.superRow.hidden = !this.#options.written.includes("timing");
  }

  #context(context, text, source) {
    const ways = waysOf(context, this.#options, source);
    this.#ways[context] = usualWay(context, this.#options, source, this.mode.value);
    if (ways.length === 0 || (ways.length === 1 && ways[0] === "leave")) return null;
    const select = h("select", { onchange: () => (this.#ways[context] = select.value) }, ...ways.map((value) => h("option", { value, text: WAY_WORDS[value] })));
    select.value = this.#ways[context];
    return labelled(text, select);
  }

  #onSource() {
    if (this.#options === null || isMap(this.source.value) === this.wasMap) return;
    this.wasMap = isMap(this.source.value);
    this.#showContexts();
  }

  #takeShown() {
    this.source.value = this.shown.path;
    if (MODES.includes(this.shown.mode) && this.mode.value !== this.shown.mode) {
      this.mode.value = this.shown.mode;
      this.#describe();
    }
    this.#onSource();
  }

  async #submit(event) {
    event.preventDefault();
    setText(this.error, "");
    const order = this.#order();
    const wrong = wrongWith(order) || this.#wrongField();
    setText(this.error, wrong);
    if (wrong) return;
    this.start.disabled = true;
    write(`${KEPT_KEY}wishes.${this.mode.value}`, JSON.stringify(this.fields.values));
    try {
      await this.#onMessage(order);
    } catch (failure) {
      setText(this.error, failure.message);
    } finally {
      this.start.disabled = false;
    }
  }

  #wrongField() {
    const input = this.fields.wrong;
    if (input === null) return "";
    input.closest("details")?.setAttribute("open", "");
    input.focus();
    return `${input.closest("label").querySelector(".label").firstChild.textContent}: ${input.validationMessage}`;
  }

  #order() {
    const facts = Object.fromEntries(Object.entries(this.facts).map(([name, input]) => [name, input.value.trim()]));
    const beside = [...this.contexts.querySelectorAll("input[name=beside]:checked")].map((box) => box.value);
    const order = { source: this.source.value, mode: this.mode.value, ways: this.#ways, beside, seed: this.seed.value.trim(), values: this.fields.values };
    return orderOf({ ...order, superTiming: this.superTiming.checked, facts, form: this.form.value, folder: this.folder.value }, this.#options);
  }
}

function plain(props) {
  return h("input", { type: "text", spellcheck: "false", autocomplete: "off", ...props });
}

function pathField(label, placeholder, oninput) {
  return plain({ "aria-label": label, placeholder, oninput, class: "path" });
}

function labelled(text, control) {
  setAttribute(control, "aria-label", text);
  return h("label", { class: "wish" }, h("span", { class: "label", text }), control);
}

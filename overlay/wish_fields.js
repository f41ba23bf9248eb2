// Fields for what can be wished of a map, as many as a model understands: the few that matter first, the rest folded.

import { h, setAttribute, setText } from "./dom.js";
import { decimal } from "./format.js";
import { fieldOf, needsGuidance, offered } from "./wishes.js";
import { WordPicker } from "./word_picker.js";

export class WishFields {
  #options;
  #values;
  #own;
  #pickers = {};

  /** `values`: wished before; `own`: what the map has of itself, shown where nothing is wished. */
  constructor(options, values, { own = {}, onChange = () => {} } = {}) {
    this.#options = options;
    this.#values = { ...values };
    this.#own = own;
    this.onChange = onChange;
    const { simple, more } = offered(options);
    this.guidance = h("p", { class: "dim hint", hidden: true, text: "What is not wanted counts only with guidance above 1, which costs time: 2 is used." });
    this.simple = h("div", { class: "wishes" }, ...simple.map((name) => this.#field(name)), this.guidance);
    this.more = more.map(({ title, names }) => h("fieldset", {}, h("legend", { text: title }), h("div", { class: "wishes" }, ...names.map((name) => this.#field(name)))));
    this.#tell();
  }

  get values() {
    return { ...this.#values };
  }

  /** How many of the folded ones say something. */
  get told() {
    const { more } = offered(this.#options);
    return more.flatMap(({ names }) => names).filter((name) => this.#values[name] !== undefined).length;
  }

  #set(name, value) {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) delete this.#values[name];
    else this.#values[name] = value;
    this.#tell();
    this.onChange();
  }

  #tell() {
    this.guidance.hidden = !needsGuidance(this.#values, this.#options);
  }

  #field(name) {
    const field = fieldOf(name, this.#options);
    if (field.kind === "words") return this.#words(name, field);
    if (field.kind === "switch") return this.#switch(name, field);
    const control = field.kind === "choice" ? this.#choice(name, field) : this.#number(name, field);
    setAttribute(control, "aria-label", field.label);
    setAttribute(control, "aria-description", field.hint || null);
    return h("label", { class: "wish" }, h("span", { class: "label" }, field.label, field.hint ? h("span", { class: "hint", text: field.hint }) : null), control);
  }

  #number(name, { least, most, step }) {
    const own = this.#own[name];
    const input = h("input", {
      type: "number",
      min: String(least),
      max: String(most),
      step: "any",
      value: this.#values[name] === undefined ? null : String(this.#values[name]),
      placeholder: own === undefined ? "as it comes" : `${decimal(own)} now`,
      inputmode: "decimal",
      oninput: () => this.#onNumber(name, input, { least, most, isWhole: step === 1 }),
    });
    return input;
  }

  #onNumber(name, input, { least, most, isWhole }) {
    const value = input.valueAsNumber;
    const outside = Number.isNaN(value) ? input.validity.badInput : value < least || value > most || (isWhole && !Number.isInteger(value));
    input.setCustomValidity(outside ? `Between ${least} and ${most}${isWhole ? ", a whole number" : ""}.` : "");
    setAttribute(input, "aria-invalid", outside ? "true" : null);
    this.#set(name, Number.isNaN(value) || outside ? undefined : value);
  }

  #choice(name, { choices }) {
    const select = h("select", { onchange: () => this.#set(name, choices[select.selectedIndex - 1]?.[0]) });
    select.append(h("option", { text: "as it is" }), ...choices.map(([, text]) => h("option", { text })));
    select.selectedIndex = choices.findIndex(([value]) => value === this.#values[name]) + 1;
    return select;
  }

  #switch(name, { label, hint }) {
    const box = h("input", { type: "checkbox", onchange: () => this.#set(name, box.checked || undefined) });
    box.checked = this.#values[name] === true;
    return h("label", { class: "wish check" }, box, h("span", { class: "label", text: label }), h("span", { class: "hint", text: hint }));
  }

  /** What is wanted cannot be unwanted as well. */
  #words(name, { label, hint }) {
    const other = name === "descriptors" ? "unwanted_descriptors" : "descriptors";
    const picker = new WordPicker({
      label,
      placeholder: hint,
      words: this.#options.descriptors,
      chosen: this.#values[name] ?? [],
      others: () => this.#values[other] ?? [],
      onChange: (chosen) => this.#set(name, chosen),
    });
    this.#pickers[name] = picker;
    return h("div", { class: "wish wide" }, h("span", { class: "label", text: label }), picker.element);
  }

  /** The first field that does not hold what it may, shown to whoever looks; null where all do. */
  get wrong() {
    return [this.simple, ...this.more].flatMap((part) => [...part.querySelectorAll("input")]).find((input) => !input.checkValidity()) ?? null;
  }
}

/** "More", and how many of what lies under it say something; `first` and `last` are what else is folded. */
export function folded(fields, { first = [], last = [] }) {
  const count = h("span", { class: "count" });
  const details = h("details", { class: "more" }, h("summary", {}, h("span", { text: "More" }), count), ...first, ...fields.more, ...last);
  const tell = () => setText(count, fields.told > 0 ? `${fields.told} set` : "");
  fields.onChange = tell;
  tell();
  return details;
}

// Words chosen from a long list: type to search, Enter or a click takes one, Backspace gives the last one back.

import { h, icon, setAttribute } from "./dom.js";
import { matching } from "./wishes.js";

let made = 0; // for names that no two lists on the page share

export class WordPicker {
  #words;
  #chosen = [];
  #at = -1;

  /** `onChange(chosen)`; `others()`: words that are not on offer because they are taken elsewhere. */
  constructor({ label, placeholder, words, chosen = [], others = () => [], onChange }) {
    this.#words = words;
    this.others = others;
    this.onChange = onChange;
    const id = `words-${(made += 1)}`;
    this.chips = h("span", { class: "chosen" });
    this.list = h("ul", { id, role: "listbox", "aria-label": label, hidden: true });
    this.input = h("input", {
      type: "text",
      role: "combobox",
      placeholder,
      "aria-label": label,
      "aria-controls": id,
      "aria-expanded": "false",
      "aria-autocomplete": "list",
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => this.#open(),
      onfocus: () => this.#open(),
      onblur: () => this.#close(),
      onkeydown: (event) => this.#onKey(event),
    });
    this.element = h("div", { class: "word-picker" }, this.chips, this.input, this.list);
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays where words are typed
    this.set(chosen);
  }

  get chosen() {
    return [...this.#chosen];
  }

  set(chosen) {
    this.#chosen = chosen;
    this.chips.replaceChildren(...chosen.map((word) => this.#chip(word)));
  }

  #chip(word) {
    return h("button", { type: "button", class: "chip word", "aria-label": `${word}: take it away`, onclick: () => this.#drop(word) }, h("span", { text: word }), icon("close"));
  }

  #take(word) {
    this.set([...this.#chosen, word]);
    this.input.value = "";
    this.onChange(this.chosen);
    this.#open();
  }

  #drop(word) {
    this.set(this.#chosen.filter((each) => each !== word));
    this.onChange(this.chosen);
    this.input.focus();
  }

  #open() {
    const found = matching(this.#words, this.input.value, [...this.#chosen, ...this.others()]);
    this.list.replaceChildren(...found.map((word, at) => h("li", { role: "option", id: `${this.list.id}-${at}`, "aria-selected": "false", text: word, onclick: () => this.#take(word) })));
    if (found.length === 0) this.list.append(h("li", { class: "none", text: "The model knows no such word." }));
    this.list.hidden = false;
    setAttribute(this.input, "aria-expanded", "true");
    this.#point(this.input.value === "" || found.length === 0 ? -1 : 0);
  }

  #close() {
    this.list.hidden = true;
    this.input.value = "";
    setAttribute(this.input, "aria-expanded", "false");
    setAttribute(this.input, "aria-activedescendant", null);
  }

  #point(at) {
    this.#at = at;
    const options = this.list.querySelectorAll("[role=option]");
    options.forEach((option, each) => setAttribute(option, "aria-selected", String(each === at)));
    setAttribute(this.input, "aria-activedescendant", options[at]?.id);
    options[at]?.scrollIntoView({ block: "nearest" });
  }

  #onKey(event) {
    const options = this.list.querySelectorAll("[role=option]");
    const isOpen = !this.list.hidden;
    if (event.key === "ArrowDown") isOpen ? this.#point(Math.min(options.length - 1, this.#at + 1)) : this.#open();
    else if (event.key === "ArrowUp" && isOpen) this.#point(Math.max(0, this.#at - 1));
    else if (event.key === "Enter" && isOpen && options[this.#at]) this.#take(options[this.#at].textContent);
    else if (event.key === "Escape" && isOpen) this.#close();
    else if (event.key === "Backspace" && this.input.value === "" && this.#chosen.length > 0) this.#drop(this.#chosen.at(-1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

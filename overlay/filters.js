// <finding-filters>: what of the list to see, in which order. One line, and two where the window is narrow.

import { emit, h, icon, setAttribute, setText } from "./dom.js";
import { folded, isFiltered } from "./seen.js";
import { SEVERITIES } from "./store.js";

const ORDERS = [
  ["strength", "Strongest"],
  ["time", "By time"],
  ["check", "By check"],
];
const TYPING_PAUSE_MS = 60;

class FindingFilters extends HTMLElement {
  #categories = null;
  #typing = null;

  connectedCallback() {
    this.setAttribute("role", "search");
    this.setAttribute("aria-label", "Filter findings");
    this.chips = SEVERITIES.map((severity) => this.#chip(severity));
    this.fresh = this.#toggle("new", "New", "Only what is new since the last save (n)", () => emit(this, "filter-new"));
    this.category = h("select", { "aria-label": "Category", onchange: () => emit(this, "filter", { category: this.category.value }) });
    this.order = h("select", { "aria-label": "Order", onchange: () => emit(this, "order", { order: this.order.value }) });
    this.order.append(...ORDERS.map(([value, text]) => h("option", { value, text })));
    this.check = h("button", { type: "button", class: "chip only", hidden: true, onclick: () => emit(this, "filter", { check: "" }) });
    this.search = h("input", {
      type: "search",
      placeholder: "Search",
      "aria-label": "Search findings",
      title: "Search findings (/)",
      spellcheck: "false",
      autocomplete: "off",
      oninput: () => this.#onType(),
    });
    this.hiddenCount = h("span");
    this.hiddenNote = h(
      "p",
      { class: "hidden-note", role: "status", hidden: true },
      this.hiddenCount,
      h("button", { type: "button", class: "link", text: "Clear", title: "Show everything again", onclick: () => emit(this, "filter-clear") }),
    );
    this.append(
      h("span", { class: "chips" }, ...this.chips.map(({ button }) => button), this.fresh.button, this.check),
      h("span", { class: "selects" }, this.category, this.order),
      h("label", { class: "search" }, icon("search"), this.search),
      this.hiddenNote,
    );
  }

  /** `hidden`: how many findings the filters keep from sight. */
  update({ filters, facets, categories, order, checkTitle, hidden }) {
    for (const chip of this.chips) this.#press(chip, facets.severity[chip.name] ?? 0, filters.severities.includes(chip.name));
    this.#press(this.fresh, facets.fresh, filters.onlyNew);
    this.#fillCategories(categories, facets, filters.category);
    this.order.value = order;
    this.check.hidden = !filters.check;
    if (filters.check) this.check.replaceChildren(h("span", { text: checkTitle }), icon("close"));
    setAttribute(this.check, "aria-label", filters.check ? `Only ${checkTitle}: show all checks again` : null);
    // What is being typed is newer than what the store knows of it.
    if (this.search.value !== filters.text && this.#typing === null) this.search.value = filters.text;
    this.hiddenNote.hidden = !isFiltered(filters);
    setText(this.hiddenCount, hidden > 0 ? `${hidden} hidden by filters` : "The filters hide nothing here");
  }

  /** Empties the search at once; false if it was empty. What is being typed counts as there. */
  clearSearch() {
    if (this.search.value === "") return false;
    clearTimeout(this.#typing);
    this.#typing = null;
    this.search.value = "";
    emit(this, "filter", { text: "" });
    return true;
  }

  focusSearch() {
    this.search.focus();
    this.search.select();
  }

  #chip(severity) {
    const title = { problem: "Problems", warning: "Warnings", minor: "Minor" }[severity];
    const chip = this.#toggle(severity, title, `Only ${title.toLowerCase()}`, () => emit(this, "filter-severity", { severity }));
    chip.button.prepend(icon(severity));
    return chip;
  }

  #toggle(name, text, title, onclick) {
    const count = h("span", { class: "count" });
    const button = h("button", { type: "button", class: `chip ${name}`, title, "aria-pressed": "false", onclick }, h("span", { class: "word", text }), count);
    return { name, button, count };
  }

  #press({ button, count }, number, on) {
    setText(count, String(number));
    setAttribute(button, "aria-pressed", String(on));
    button.classList.toggle("none", number === 0);
  }

  #fillCategories(categories, facets, chosen) {
    if (categories !== this.#categories) {
      this.#categories = categories;
      this.category.replaceChildren(h("option", { value: "" }), ...categories.map((value) => h("option", { value })));
    }
    for (const option of this.category.options) {
      const count = facets.category[folded(option.value)] ?? 0;
      setText(option, option.value === "" ? "Category" : `${option.value} (${count})`);
      option.disabled = option.value !== "" && count === 0 && option.value !== chosen;
    }
    this.category.value = chosen;
    this.category.classList.toggle("chosen", chosen !== "");
  }

  /** Filtering thousands while somebody types waits for the end of the keystroke. */
  #onType() {
    clearTimeout(this.#typing);
    this.#typing = setTimeout(() => {
      this.#typing = null;
      emit(this, "filter", { text: this.search.value });
    }, TYPING_PAUSE_MS);
  }
}

customElements.define("finding-filters", FindingFilters);

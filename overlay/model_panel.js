// The panel of models: which there are, bringing and removing them, and which one is asked.

import { openDialog } from "./dialogs.js";
import { h, setAttribute, setText } from "./dom.js";
import { ModelCard } from "./model_card.js";

export class ModelsPanel {
  #cards = new Map(); // name -> ModelCard
  #dialog = null;
  #last = { models: [], chosen: null };

  /** Takes a request to the companion; rejects with a sentence. */
  ask = async () => {};

  get isOpen() {
    return this.#dialog?.open ?? false;
  }

  open() {
    this.#cards.clear();
    this.list = h("ul", { class: "models" });
    this.waiting = h("p", { class: "dim", text: "Looking for the models on this machine." });
    this.told = h("p", { class: "told", role: "status" });
    this.#dialog = openDialog(
      "Models",
      h("p", { class: "dim", text: "A model reads your map after each save and says what it would have expected; most can write as well. One is in use at a time." }),
      this.told,
      this.waiting,
      this.list,
      h("section", { class: "own" }, h("h3", { text: "A model in a folder of yours" }), this.#folderForm()),
    );
    this.#dialog.classList.add("models");
    this.update(this.#last);
  }

  /** `models`: the list as the companion has it; empty: it is looking. */
  update({ models, chosen }) {
    this.#last = { models, chosen };
    if (!this.isOpen) return;
    this.waiting.hidden = models.length > 0;
    for (const [name, card] of this.#cards) if (!models.some((model) => model.name === name)) this.#forget(name, card);
    models.forEach((model, at) => this.#place(this.#cardOf(model.name), at));
    for (const model of models) this.#cards.get(model.name).update(model, chosen);
  }

  /** What the companion says about a download while this is open is said here; false: somebody else must say it. */
  tell(level, text) {
    if (!this.isOpen) return false;
    setText(this.told, text);
    setAttribute(this.told, "data-level", level);
    return true;
  }

  #cardOf(name) {
    if (!this.#cards.has(name)) this.#cards.set(name, new ModelCard((message) => this.#request(message)));
    return this.#cards.get(name);
  }

  /** Moved only when it must: an element that moves loses the focus. */
  #place({ element }, at) {
    if (this.list.children[at] !== element) this.list.insertBefore(element, this.list.children[at] ?? null);
  }

  #forget(name, card) {
    card.element.remove();
    this.#cards.delete(name);
  }

  #request(message) {
    setText(this.told, "");
    return this.ask(message);
  }

  #folderForm() {
    const input = h("input", {
      type: "text",
      "aria-label": "Path of a model's folder",
      placeholder: navigator.userAgent.includes("Windows") ? "D:\\models\\my model" : "/home/you/models/my model",
      spellcheck: "false",
      autocomplete: "off",
      required: true,
    });
    const error = h("p", { class: "error", role: "alert" });
    const button = h("button", { type: "submit", text: "Use this folder" });
    const onsubmit = async (event) => {
      event.preventDefault();
      setText(error, "");
      try {
        await this.#request({ type: "choose_model", name: input.value.trim() });
        input.value = "";
      } catch (failure) {
        setText(error, failure.message);
        error.scrollIntoView({ block: "nearest" }); // the panel is longer than most windows, and this is its end
      }
    };
    return h("form", { class: "folder", onsubmit }, input, button, error);
  }
}

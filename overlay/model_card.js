// One model of the panel: what it is, where it stands, and what can be done with it. It stays the same element
// while a download goes on, so that a focus or a question in it stays too.

import { percent, size } from "./amounts.js";
import { h, icon, setAttribute, setText } from "./dom.js";
import { canMod, isFolder, isReady, licenceOf, modelState, modesOf, progressWords, purposeOf, sentence, sizeOf } from "./engine_words.js";

const ACTIONS = ["pull", "cancel", "choose", "remove"];

export class ModelCard {
  #model = null;
  #ask;
  #waiting = false;

  /** `ask` takes a request to the companion; it rejects with a sentence. */
  constructor(ask) {
    this.#ask = ask;
    this.title = h("h3");
    this.used = h("span", { class: "badge", text: "in use", hidden: true });
    this.state = h("span", { class: "state" });
    this.facts = h("span");
    this.licence = h("p", { class: "licence" });
    this.purpose = h("p", { class: "purpose-of" });
    this.note = h("p", { class: "note" });
    this.bar = h("progress", { max: "100" });
    this.amounts = h("span", { class: "amounts" });
    this.progress = h("div", { class: "progress", hidden: true }, this.bar, this.amounts);
    this.error = h("p", { class: "error", role: "alert" });
    this.buttons = Object.fromEntries(ACTIONS.map((action) => [action, this.#button(action)]));
    this.question = this.#question();
    this.element = h(
      "li",
      { class: "model" },
      h("div", { class: "head" }, icon("model"), this.title, this.used),
      h("div", { class: "actions" }, ...Object.values(this.buttons)),
      h("p", { class: "meta" }, this.state, " ", this.facts),
      this.purpose,
      this.licence,
      this.progress,
      this.note,
      this.question,
      this.error,
    );
  }

  update(model, chosen) {
    this.#model = model;
    const used = model.name === chosen;
    setText(this.title, model.title);
    setAttribute(this.title, "title", isFolder(model.name) ? model.name : null);
    this.used.hidden = !(used && isReady(model));
    setText(this.state, modelState(model));
    setText(this.facts, [modesOf(model), isFolder(model.name) ? "" : sizeOf(model)].filter(Boolean).join(" · "));
    setText(this.licence, isFolder(model.name) ? model.name : licenceOf(model));
    setText(this.purpose, purposeOf(model));
    setText(this.note, sentence(model.note));
    setAttribute(this.element, "data-state", model.state);
    setAttribute(this.element, "aria-label", model.title);
    this.#showProgress(model);
    this.#showButtons(model, used);
  }

  #showProgress(model) {
    const pulling = model.state === "pulling";
    this.progress.hidden = !(pulling || (model.state === "partial" && model.total_bytes));
    if (this.progress.hidden) return;
    // Without a value the bar says that something goes on, and not how far it is.
    setAttribute(this.bar, "value", model.total_bytes ? percent(model.done_bytes, model.total_bytes) : null);
    setAttribute(this.bar, "aria-label", `Download of ${model.title}`);
    setText(this.amounts, pulling && !model.done_bytes && !model.bytes_per_s ? "Asking for it" : progressWords(model));
  }

  #showButtons(model, used) {
    const { pull, cancel, choose, remove } = this.buttons;
    const focused = this.element.contains(document.activeElement) ? document.activeElement : null;
    setText(pull, model.state === "partial" ? "Resume" : "Download");
    pull.classList.toggle("primary", used);
    pull.hidden = model.state !== "absent" && model.state !== "partial";
    cancel.hidden = model.state !== "pulling";
    choose.hidden = !isReady(model) || used || !canMod(model);
    // What lies in a folder of their own, or of other tools, is not Mapside's to remove.
    const removable = ["complete", "partial", "broken"].includes(model.state) && !isFolder(model.name);
    if (!removable) this.question.hidden = true;
    remove.hidden = !removable || !this.question.hidden;
    if (focused && !focused.checkVisibility()) Object.values(this.buttons).find((button) => !button.hidden)?.focus();
  }

  #button(action) {
    const text = { pull: "Download", cancel: "Cancel", choose: "Use", remove: "Remove" }[action];
    const send = () => this.#send({ type: { pull: "pull_model", cancel: "cancel_pull", choose: "choose_model" }[action] });
    return h("button", { type: "button", text, hidden: true, onclick: action === "remove" ? () => this.#askFirst() : send });
  }

  #question() {
    this.doubt = h("span");
    const sure = h("button", { type: "button", class: "danger", text: "Remove", onclick: () => this.#remove() });
    this.keep = h("button", { type: "button", text: "Keep", onclick: () => this.#spare() });
    const onkeydown = (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault(); // it would close the whole panel
      this.#spare();
    };
    return h("div", { class: "question", role: "group", hidden: true, onkeydown }, this.doubt, sure, this.keep);
  }

  #askFirst() {
    const { title, done_bytes, size_bytes } = this.#model;
    const bytes = done_bytes || size_bytes;
    setText(this.doubt, `Remove ${title}${bytes ? ` (${size(bytes)})` : ""} from this machine?`);
    setAttribute(this.question, "aria-label", this.doubt.textContent);
    this.question.hidden = false;
    this.buttons.remove.hidden = true; // one of that name is enough
    this.keep.focus();
  }

  #spare() {
    this.question.hidden = true;
    this.buttons.remove.hidden = false;
    this.buttons.remove.focus();
  }

  #remove() {
    this.#spare();
    this.#send({ type: "remove_model" });
  }

  async #send(message) {
    if (this.#waiting) return;
    this.#wait(true);
    setText(this.error, "");
    try {
      await this.#ask({ ...message, name: this.#model.name });
    } catch (failure) {
      setText(this.error, failure.message);
    } finally {
      this.#wait(false);
    }
  }

  /** Not `disabled`, which would throw the focus away. */
  #wait(on) {
    this.#waiting = on;
    setAttribute(this.element, "aria-busy", on ? "true" : null);
  }
}

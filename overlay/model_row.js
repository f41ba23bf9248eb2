// One model of the list. Its buttons are built anew only when others are on offer: a download tells of itself four
// times a second, and must not take a button from under a finger.

import { h, icon, setAttribute, setText } from "./dom.js";
import { bytes, percent } from "./format.js";
import { givesOpinions, isHere, modesOf, progressOf, sizeOf } from "./model_words.js";

export class ModelRow {
  #model = null;
  #offered = null;
  #asking = false; // whether it really is to be removed

  /** `ask` puts a request to the companion, and resolves to whether that was granted. */
  constructor(name, ask) {
    this.ask = ask;
    this.title = h("b");
    this.badge = h("span", { class: "badge" });
    this.facts = h("p", { class: "dim facts" });
    this.licence = h("p", { class: "dim licence" });
    this.note = h("p", { class: "note" });
    this.fill = h("span", { class: "fill" });
    this.track = h("span", { class: "track", role: "progressbar", "aria-label": `Download of ${name}`, "aria-valuemin": "0", "aria-valuemax": "100" }, this.fill);
    this.told = h("span", { class: "told" });
    this.progress = h("p", { class: "progress", hidden: true }, this.track, this.told);
    this.actions = h("span", { class: "actions" });
    this.element = h("li", { class: "model" }, h("p", { class: "head" }, this.title, this.badge), this.facts, this.licence, this.note, this.progress, this.actions);
    this.element.dataset.name = name;
  }

  update(model, { chosen, connected }) {
    this.#model = model;
    this.element.dataset.state = model.state;
    this.element.classList.toggle("chosen", chosen);
    setText(this.title, model.title);
    setText(this.badge, chosen ? (isHere(model) ? "in use" : "chosen") : "");
    setText(this.facts, factsOf(model));
    setText(this.licence, model.licence ? `Licence: ${model.licence}` : "");
    setText(this.note, model.note);
    this.note.classList.toggle("error", model.state === "broken");
    this.#showProgress(model);
    this.#offer(chosen, connected);
  }

  #showProgress({ state, done_bytes, total_bytes, size_bytes, ...rest }) {
    const total = total_bytes ?? size_bytes;
    this.progress.hidden = state !== "pulling" && state !== "partial";
    if (this.progress.hidden) return;
    const share = total ? Math.min(1, done_bytes / total) : 0;
    this.fill.style.transform = `scaleX(${share})`;
    setAttribute(this.track, "aria-valuenow", Math.round(share * 100));
    const words = progressOf({ ...rest, done_bytes, total_bytes: total });
    setText(this.told, state === "pulling" ? `${percent(share)} · ${words}` : `${words} are here`);
    setAttribute(this.track, "aria-valuetext", this.told.textContent);
  }

  #offer(chosen, connected) {
    const offered = JSON.stringify([this.#model.state, chosen, connected, this.#asking, this.#model.size_bytes]);
    if (offered === this.#offered) return;
    this.#offered = offered;
    const hadFocus = this.actions.contains(document.activeElement);
    this.again = () => this.#offer(chosen, connected);
    const buttons = this.#asking ? this.#askOnce() : this.#buttons(chosen);
    for (const button of buttons) button.disabled = !connected;
    this.actions.replaceChildren(...buttons);
    if (hadFocus) (buttons[0] ?? this.element.closest("dialog")?.querySelector(".close"))?.focus();
  }

  #buttons(chosen) {
    const { state, name, title } = this.#model;
    const ask = (type, text, label, primary = false) =>
      h("button", { type: "button", class: primary ? "primary" : null, "aria-label": `${label} ${title}`, onclick: () => this.ask({ type, name }) }, type === "pull_model" ? icon("download") : null, text);
    const use = chosen || !givesOpinions(this.#model) ? [] : [ask("choose_model", "Use", "Use", true)];
    const remove = h("button", { type: "button", class: "quiet", text: "Remove", "aria-label": `Remove ${title}`, onclick: () => this.#ask(true) });
    const known = state !== "broken" || this.#model.family !== "";
    return {
      absent: () => [ask("pull_model", "Download", "Download", chosen)],
      partial: () => [ask("pull_model", "Resume", "Resume the download of", chosen), remove],
      pulling: () => [ask("cancel_pull", "Cancel", "Cancel the download of")],
      complete: () => [...use, remove],
      local: () => use,
      broken: () => (known ? [ask("pull_model", "Download again", "Download again"), remove] : []),
    }[state]?.() ?? [];
  }

  #askOnce() {
    const { name, title, done_bytes } = this.#model;
    const yes = async () => {
      this.#ask(false);
      await this.ask({ type: "remove_model", name });
    };
    return [
      h("button", { type: "button", class: "danger", text: `Delete ${done_bytes > 0 ? bytes(done_bytes) : "it"}`, "aria-label": `Delete ${title} from this machine`, onclick: yes }),
      h("button", { type: "button", text: "Keep", onclick: () => this.#ask(false) }),
    ];
  }

  #ask(asking) {
    this.#asking = asking;
    this.again();
  }
}

function factsOf(model) {
  const size = model.state === "local" ? "a folder of yours" : sizeOf(model);
  const speaks = givesOpinions(model) ? "" : "for making maps, gives no opinions";
  return [model.modes.length > 0 ? modesOf(model) : "", size, speaks].filter(Boolean).join(" · ");
}

// <model-hint>: says once, and quietly, that there is no model and how to get one. Put away, it stays away.

import { emit, h, icon, setText } from "./dom.js";
import { canMod, isReady, licenceOf, sentence, sizeOf } from "./engine_words.js";
import { read, write } from "./token.js";

const SEEN_KEY = "mapside.no-model-seen";

class ModelHint extends HTMLElement {
  #offer = null; // the request that its button sends

  /** Takes a request to the companion; rejects with a sentence. */
  ask = async () => {};

  connectedCallback() {
    this.hidden = true;
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "No model yet");
    this.head = h("b");
    this.terms = h("span", { class: "terms" });
    this.button = h("button", { type: "button", onclick: () => this.#take() });
    this.error = h("p", { class: "error", role: "alert" });
    this.append(
      icon("model"),
      h("p", { class: "words" }, this.head, " ", h("span", { text: "The rules do without; a model says what it would have expected." }), this.terms),
      h(
        "div",
        { class: "actions" },
        this.button,
        h("button", { type: "button", class: "link", text: "All models", onclick: () => emit(this, "models") }),
        h("button", { type: "button", class: "quiet", title: "Not now", "aria-label": "Not now", onclick: () => this.#putAway() }, icon("close")),
      ),
      this.error,
    );
  }

  update({ engine, models, connected }) {
    const offer = connected && engine !== null && read(SEEN_KEY) === null ? offerFor(engine, models) : null;
    this.hidden = offer === null;
    if (offer === null) return;
    this.#offer = offer.request;
    setText(this.head, offer.head);
    setText(this.terms, offer.terms);
    this.button.hidden = offer.button === null;
    setText(this.button, offer.button ?? "");
  }

  #putAway() {
    write(SEEN_KEY, "yes");
    this.hidden = true;
  }

  async #take() {
    setText(this.error, "");
    try {
      await this.ask(this.#offer);
    } catch (failure) {
      setText(this.error, failure.message);
    }
  }
}

/** The nearest way to a model; null where there is one, where one is coming, or where nobody wants one. */
function offerFor(engine, models) {
  if (engine.model_ready || !engine.ai || models.length === 0) return null;
  if (models.some((model) => model.state === "pulling")) return null;
  const other = models.find((model) => isReady(model) && canMod(model));
  if (other) {
    return { head: `${other.title} is on this machine and not in use.`, terms: "", button: "Use it", request: { type: "choose_model", name: other.name } };
  }
  const chosen = models.find((model) => model.name === engine.model);
  if (chosen?.state === "absent" || chosen?.state === "partial") return download(chosen);
  return { head: "The chosen model cannot be used.", terms: sentence(chosen?.note ?? ""), button: null, request: null };
}

function download(model) {
  const verb = model.state === "partial" ? "Resume the download" : "Download";
  const terms = [model.title, sizeOf(model), licenceOf(model)].join(" · ");
  return { head: "No model yet.", terms, button: verb, request: { type: "pull_model", name: model.name } };
}

customElements.define("model-hint", ModelHint);

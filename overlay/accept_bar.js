// The way of a candidate into the mapper's file, and back out of it. It says before what will be written where.

import { h, icon, setAttribute, setText } from "./dom.js";
import { versionName } from "./format.js";
import { isDone, nameOf } from "./regeneration.js";

const MOST_NAME = 80;

export class AcceptBar {
  #ask;
  #key = null;
  #number = null;

  constructor({ ask, undo }) {
    this.#ask = ask;
    this.words = h("p", { class: "words" });
    this.over = h("button", { type: "button", class: "primary", onclick: () => this.#send({ to: "file" }) }, icon("intended"), h("span"));
    this.beside = h("button", { type: "button", "aria-expanded": "false", onclick: () => this.#toggle() }, icon("plus"), h("span", { text: "New difficulty…" }));
    this.undo = h("button", { type: "button", onclick: undo }, icon("undo"), h("span", { text: "Undo" }));
    this.name = h("input", { type: "text", maxlength: String(MOST_NAME), "aria-label": "Name of the new difficulty", spellcheck: "false", autocomplete: "off" });
    this.naming = h(
      "form",
      { class: "naming", hidden: true, onsubmit: (event) => (event.preventDefault(), this.#send({ to: "new", name: this.name.value.trim() })) },
      this.name,
      h("button", { type: "submit", class: "primary", text: "Write it" }),
    );
    this.error = h("p", { class: "error", role: "alert" });
    this.element = h("footer", { class: "accept" }, this.words, h("div", { class: "actions" }, this.over, this.beside, this.undo), this.naming, this.error);
  }

  /** `open`: whether anything may be accepted at all. */
  update({ regeneration, map, candidate, open, generated }) {
    const can = open && candidate !== null && isDone(candidate);
    const accepted = regeneration.state === "accepted";
    if (this.#number !== candidate?.number) setText(this.error, "");
    this.#key = regeneration.key;
    this.#number = candidate?.number ?? null;
    this.over.hidden = this.beside.hidden = accepted;
    this.over.disabled = this.beside.disabled = !can;
    this.undo.hidden = !accepted || generated === null || !generated.can_undo;
    if (!can) this.#fold();
    const version = versionName(map.metadata);
    setText(this.over.querySelector("span"), `Accept into ${version}`);
    setAttribute(this.name, "placeholder", `${map.metadata.version} (another name)`);
    // What became a difficulty of its own is not in this one.
    if (accepted) setText(this.words, generated?.can_undo ? `What you accepted is in ${version}.` : "");
    else setText(this.words, can ? `${nameOf(candidate)} takes the place of this section; all else stays byte for byte, and a backup is kept.` : "");
  }

  #toggle() {
    this.naming.hidden = !this.naming.hidden;
    setAttribute(this.beside, "aria-expanded", String(!this.naming.hidden));
    if (!this.naming.hidden) this.name.focus();
  }

  #fold() {
    this.naming.hidden = true;
    setAttribute(this.beside, "aria-expanded", "false");
  }

  async #send(how) {
    if (this.element.ariaBusy === "true") return;
    setText(this.error, "");
    this.element.ariaBusy = "true";
    try {
      await this.#ask({ type: "accept", key: this.#key, candidate: this.#number, name: "", ...how });
      this.#fold();
    } catch (failure) {
      setText(this.error, failure.message);
    } finally {
      this.element.ariaBusy = null;
    }
  }
}

// One candidate: how far it is, what the rules and the model say of it. It stays the same element while it is
// written, so that a focus on it stays too.

import { h, icon, linkTo, setAttribute, setLink, setText } from "./dom.js";
import { plural } from "./format.js";
import { findingsText, isDone, nameOf, stateText, surpriseWords } from "./regeneration.js";

export class CandidateCard {
  #listed = "";

  /** `onChoose(number)`, `onLock(seed)`, `onCopy(text)`. */
  constructor(number, { onChoose, onLock, onCopy }) {
    this.number = number;
    this.name = h("b", { class: "name" });
    this.state = h("span", { class: "state" });
    this.objects = h("span", { class: "fact objects" });
    this.findings = h("span", { class: "fact" });
    this.surprise = h("span", { class: "fact surprise" });
    this.bar = h("progress", { "aria-hidden": "true" });
    this.head = h("button", { type: "button", role: "radio", class: "head", onclick: () => onChoose(number) }, this.name, this.state, this.objects, this.findings, this.surprise, this.bar);
    this.seed = h("code");
    this.lock = h("button", { type: "button", class: "quiet lock", title: "Use this seed first in the next run", onclick: () => onLock(this.seed.textContent) }, icon("lock"), h("span", { text: "Use again" }));
    this.copy = h("button", { type: "button", class: "quiet", title: "Copy the seed", "aria-label": "Copy the seed", onclick: () => onCopy(this.seed.textContent) }, icon("copy"));
    this.said = h("ul", { class: "said" });
    this.more = h("div", { class: "about", hidden: true }, this.said, h("p", { class: "seed" }, h("span", { class: "dim", text: "Seed" }), this.seed, this.copy, this.lock));
    this.element = h("li", { class: "candidate" }, this.head, this.more);
  }

  /** `before`: findings in the section as it is; `locked`: seeds that are used again. */
  update(candidate, { chosen, before, locked, tabbed }) {
    const done = isDone(candidate);
    this.element.dataset.state = candidate.state;
    setText(this.name, nameOf(candidate));
    setText(this.state, done ? "" : stateText(candidate));
    setText(this.objects, candidate.objects > 0 ? plural(candidate.objects, "object") : done ? "no objects" : "");
    setText(this.findings, done ? findingsText(candidate, before) : "");
    this.findings.classList.toggle("fresh", candidate.findings.some((finding) => finding.is_new));
    this.#showSurprise(candidate);
    this.bar.hidden = candidate.state !== "writing";
    setAttribute(this.head, "aria-checked", String(chosen));
    this.head.tabIndex = tabbed ? 0 : -1;
    this.more.hidden = !chosen;
    setText(this.seed, candidate.seed);
    setAttribute(this.lock, "aria-pressed", String(locked.includes(candidate.seed)));
    this.#list(candidate);
  }

  #showSurprise(candidate) {
    const words = surpriseWords(candidate);
    this.surprise.hidden = words === null;
    if (words === null) return;
    this.surprise.dataset.tone = words.tone;
    setText(this.surprise, words.text);
    setAttribute(this.surprise, "title", `By the model's own judgement: ${words.numbers}. Less is likelier.`);
  }

  #list({ findings, remarks }) {
    const listed = JSON.stringify([findings, remarks]);
    if (listed === this.#listed) return;
    this.#listed = listed;
    this.said.replaceChildren(...findings.map(findingLine), ...remarks.map((text) => h("li", { class: "remark" }, h("span", { text }))));
  }
}

/** By place, so that it can be found in the preview and in the editor. */
function findingLine({ severity, message, time_ms, timestamp, is_new }) {
  const stamp = h("a", { class: "stamp", text: timestamp || "whole map" });
  setLink(stamp, time_ms === null || time_ms < 0 ? null : linkTo(timestamp), timestamp);
  return h("li", { class: is_new ? "new" : null }, icon(severity), h("span", {}, stamp, " ", h("span", { text: message }), is_new ? h("span", { class: "badge", text: "new" }) : null));
}

// <candidate-view>: the candidates of one section as they are written, the chosen one played beside the map as it
// is, and the way into the file.

import { AcceptBar } from "./accept_bar.js";
import { CandidateCard } from "./candidate_card.js";
import { emit, h, icon, linkTo, setAttribute, setLink, setText } from "./dom.js";
import { Preview } from "./before_after.js";
import { canAccept, doingText, isDone, isWritten, nameOf, neighbour, paceText, shareOf, wordsFor } from "./regeneration.js";
import { rangeText } from "./time_range.js";

class CandidateView extends HTMLElement {
  #cards = new Map(); // number -> CandidateCard
  #regeneration = null;
  #chosen = null;

  /** Takes a request to the companion; rejects with a sentence. */
  ask = async () => {};

  connectedCallback() {
    this.hidden = true;
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Candidates");
    this.list = h("ul", { class: "candidates", role: "radiogroup", "aria-label": "Candidates, arrow keys switch" });
    this.list.addEventListener("keydown", (event) => this.#onKey(event));
    this.preview = new Preview((message) => this.ask(message));
    this.accept = new AcceptBar({ ask: (message) => this.ask(message), undo: () => emit(this, "undo-write") });
    this.append(this.#head(), h("div", { class: "choice" }, this.list), h("div", { class: "look" }, this.preview.element), this.accept.element);
  }

  #head() {
    const button = (text, type, name, props = {}) => h("button", { type: "button", onclick: () => emit(this, type), ...props }, icon(name), h("span", { text }));
    this.back = button("Findings", "show-findings", "back", { class: "quiet", title: "Back to the findings; these stay" });
    this.where = h("a", { class: "stamp" });
    this.state = h("span", { class: "state", role: "status" });
    this.pace = h("span", { class: "pace" });
    this.bar = h("progress", { "aria-label": "Written" });
    this.advice = h("p", { class: "advice" });
    this.cancel = button("Cancel", "regeneration-cancel", "close", { title: "Stop; what is done stays" });
    this.again = button("Again…", "regenerate", "write", { title: "Write this section once more" });
    this.discard = button("Discard", "regeneration-dismiss", "close", { title: "Let go of these candidates" });
    return h("header", {}, this.back, h("h2", {}, this.where), h("span", { class: "doing" }, this.state, this.bar, this.pace), h("span", { class: "actions" }, this.cancel, this.again, this.discard), this.advice);
  }

  /** `locked`: seeds used again; `generated`: of this map, or null; `connected`: whether anything can be asked. */
  update({ regeneration, map, chosen, locked, generated, connected, isShown }) {
    this.hidden = !isShown || regeneration === null;
    if (this.hidden) {
      this.preview.stop();
      return;
    }
    this.#regeneration = regeneration;
    this.#chosen = chosen;
    this.#showHead(regeneration);
    this.#showCards(regeneration, locked);
    const candidate = regeneration.candidates.find((each) => each.number === chosen) ?? null;
    this.preview.update({ regeneration, map, candidate });
    this.accept.update({ regeneration, map, candidate, open: connected && canAccept(regeneration, map), generated });
  }

  #showHead(regeneration) {
    const { head, advice } = wordsFor(regeneration);
    const under_way = isWritten(regeneration);
    this.dataset.state = regeneration.state;
    setText(this.where, rangeText(regeneration));
    setLink(this.where, linkTo(regeneration.timestamp), regeneration.timestamp);
    setText(this.state, head);
    setText(this.advice, advice);
    setText(this.pace, under_way ? paceText(regeneration.pace) : "");
    setAttribute(this.pace, "title", [doingText(regeneration.pace), regeneration.model, regeneration.device].filter(Boolean).join(" · "));
    this.bar.hidden = !under_way;
    // Without a value the bar says that something goes on, and not how far it is.
    setAttribute(this.bar, "value", shareOf(regeneration.pace));
    this.cancel.hidden = !under_way;
    this.again.hidden = this.discard.hidden = under_way;
    setText(this.discard.querySelector("span"), regeneration.state === "accepted" ? "Done" : "Discard");
  }

  #showCards({ candidates, findings_before }, locked) {
    for (const [number, card] of this.#cards) if (!candidates.some((each) => each.number === number)) this.#forget(number, card);
    const entry = this.#chosen ?? candidates[0]?.number;
    candidates.forEach((candidate, at) => {
      const card = this.#cardOf(candidate.number);
      if (this.list.children[at] !== card.element) this.list.insertBefore(card.element, this.list.children[at] ?? null);
      card.update(candidate, { chosen: candidate.number === this.#chosen, before: findings_before, locked, tabbed: candidate.number === entry });
    });
  }

  #cardOf(number) {
    if (!this.#cards.has(number)) {
      this.#cards.set(
        number,
        new CandidateCard(number, {
          onChoose: (chosen) => emit(this, "candidate", { number: chosen }),
          onLock: (seed) => emit(this, "seed-lock", { seed }),
          onCopy: (text) => emit(this, "copy-text", { text }),
        }),
      );
    }
    return this.#cards.get(number);
  }

  #forget(number, card) {
    card.element.remove();
    this.#cards.delete(number);
  }

  #onKey(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (step === undefined || !event.target.matches("[role=radio]")) return;
    event.preventDefault();
    event.stopPropagation();
    this.step(step);
    this.#cards.get(this.#chosen)?.head.focus();
  }

  /** To the candidate beside the chosen one. */
  step(by) {
    const number = neighbour(this.#regeneration.candidates, this.#chosen, by);
    if (number === null) return;
    emit(this, "candidate", { number });
    emit(this, "catch-up");
  }

  focus() {
    (this.list.querySelector('[tabindex="0"]') ?? this.back).focus();
  }
}

/** For whoever hears the page, once when it ends. */
export function spokenRegeneration(before, after) {
  if (before === null || before?.state === after.state || isWritten(after)) {
    const fresh = after.candidates.filter((each) => isDone(each) && !before?.candidates.some((other) => other.number === each.number && isDone(other)));
    return before !== null && isWritten(after) && fresh.length > 0 ? `${fresh.map(nameOf).join(", ")} done.` : "";
  }
  const { head, advice } = wordsFor(after);
  return [`${head}.`, advice].filter(Boolean).join(" ");
}

customElements.define("candidate-view", CandidateView);

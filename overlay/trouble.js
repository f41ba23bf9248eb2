// <map-trouble>: above the findings, when they are no longer those of the file: it is gone, or could not be checked.
// A map that has no findings to show gets a whole page instead (places.js); the words for both are here.

import { emit, h, icon } from "./dom.js";

const HEADS = {
  gone: "is no longer in its folder",
  unreadable: "cannot be read",
  broken: "holds no map that can be read",
};

const ADVICE = {
  gone: "Save it once in the editor, or put it back: it is then found by itself.",
};

class MapTrouble extends HTMLElement {
  #shown = null;

  connectedCallback() {
    this.setAttribute("role", "alert");
    this.hidden = true;
  }

  /** `latest`: key of the map saved last, or null. */
  update({ trouble, latest }) {
    this.hidden = trouble === null;
    if (trouble === this.#shown) return;
    this.#shown = trouble;
    this.replaceChildren(...(trouble ? this.#say(trouble, latest) : []));
  }

  #say(trouble, latest) {
    const { head, advice } = wordsFor(trouble);
    const stale = trouble.kind === "broken" ? "" : " The findings below are those of its last save.";
    return [
      icon("warning"),
      h("p", {}, h("b", { text: head }), h("span", { text: `${stale} ${advice}` })),
      h("span", { class: "actions" }, ...offers(this, trouble, latest), this.#close()),
    ];
  }

  #close() {
    const onclick = () => emit(this, "trouble-seen");
    return h("button", { type: "button", class: "quiet", title: "Put this away", "aria-label": "Put this away", onclick }, icon("close"));
  }
}

/** `head` names the file and what is the matter, `advice` what to do: the companion's own words where it gave some. */
export function wordsFor({ kind, file, set, why }) {
  if (kind === "failed") return { where: set, ...toldOf(file, why) };
  return { head: `${file} ${HEADS[kind]}.`, where: set, advice: kind === "broken" ? `${why} Save it again in the editor, or put back a copy.` : (ADVICE[kind] ?? why) };
}

/** "a.osu is empty: its writer may have crashed. ..." in two: what is the matter, and all the rest. */
function toldOf(file, text) {
  const [, matter, rest] = text.slice(file.length).match(/^(.*?)[.:] +(.*)$/s) ?? ["", text.slice(file.length), ""];
  return { head: `${file}${matter}.`, advice: rest && rest[0].toUpperCase() + rest.slice(1) };
}

/** Buttons: look again, and the way to another map if there is one. */
export function offers(element, { key }, latest) {
  const again = h("button", { type: "button", text: "Look again", onclick: () => emit(element, "map-again", { key }) });
  if (latest === null || latest === key) return [again];
  return [again, h("button", { type: "button", text: "Show the last save", onclick: () => emit(element, "map-follow") })];
}

customElements.define("map-trouble", MapTrouble);

// <object-bar>: the objects of the map that are picked, under the timeline they were picked on, and what can be done.

import { emit, h, icon, setLink, setText } from "./dom.js";
import { linkOf, stampOf, wordsForAll } from "./map_objects.js";

class ObjectBar extends HTMLElement {
  #shown = [null, null, null];

  connectedCallback() {
    this.hidden = true;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Selected objects");
    this.stamp = h("a", { class: "stamp" });
    this.words = h("span", { class: "words" });
    const act = (type, name, text, title, kind = "") => h("button", { type: "button", class: kind, title, onclick: () => emit(this, type) }, icon(name), h("span", { text }));
    this.mark = act("objects-mark", "range", "Mark", "Mark the range around them");
    this.regenerate = act("objects-regenerate", "write", "Regenerate…", "Write the measures or combos that hold them anew (r)", "primary write");
    const away = h("button", { type: "button", class: "quiet", title: "Let go of them (Esc)", "aria-label": "Let go of the objects", onclick: () => emit(this, "objects-let-go") }, icon("close"));
    this.append(
      h("span", { class: "what" }, this.stamp, this.words),
      h("span", { class: "actions" }, act("objects-copy", "copy", "Copy", "Copy the timestamp (c)"), this.mark, this.regenerate, away),
    );
  }

  /** `picked`: {first, last} of `objects`, or null. */
  update({ objects, picked, writes }) {
    this.hidden = picked === null;
    const shown = [objects, picked?.first, picked?.last, writes];
    if (this.hidden || shown.every((value, at) => value === this.#shown[at])) return;
    this.#shown = shown;
    const text = stampOf(objects, picked);
    setText(this.stamp, text);
    setLink(this.stamp, linkOf(objects, picked), text);
    setText(this.words, wordsForAll(objects, picked));
    this.mark.hidden = this.regenerate.hidden = !writes;
  }
}

customElements.define("object-bar", ObjectBar);

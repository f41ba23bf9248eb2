// <range-bar>: the stretch of the song that is meant, under the timeline it is marked on, and what can be done with it.

import { emit, h, icon } from "./dom.js";
import { RangeField } from "./range_field.js";

class RangeBar extends HTMLElement {
  connectedCallback() {
    this.hidden = true;
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "Marked range");
    this.field = new RangeField({
      onRange: (range) => emit(this, "range-set", { range }),
      onObjects: (text) => emit(this, "range-objects", { text }),
      onSnap: (snap) => emit(this, "range-snap", { snap }),
      onCopy: (text) => emit(this, "copy-text", { text }),
    });
    this.button = h("button", { type: "button", class: "primary write", title: "Write this stretch anew (r)", onclick: () => emit(this, "regenerate") }, icon("write"), h("span", { text: "Regenerate…" }));
    const away = h("button", { type: "button", class: "quiet", title: "Let go of the range (Esc)", "aria-label": "Let go of the range", onclick: () => emit(this, "range-set", { range: null }) }, icon("close"));
    this.append(this.field.element, this.button, away);
  }

  update({ range, snap, grid }) {
    this.hidden = range === null;
    if (this.hidden) return;
    this.field.update({ range, snap, grid });
  }

  focus() {
    this.field.focus();
  }
}

customElements.define("range-bar", RangeBar);

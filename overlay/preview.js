// <finding-preview>: rest the pointer on a finding of the model, and what it expected stands beside the row. The
// selected finding has all of that in its detail, so there it would only be in the way.

import { h } from "./dom.js";
import { expectation } from "./expected.js";

const REST_MS = 180; // passing over a row is not asking about it
const GAP_PX = 8;
const TEXT_PX = 176; // where a row's words begin

class FindingPreview extends HTMLElement {
  #timer = null;
  #shown = null;

  connectedCallback() {
    this.hidden = true;
    this.setAttribute("aria-hidden", "true"); // whoever hears the page selects, and hears the detail
    addEventListener("scroll", () => this.point({ finding: null }), { capture: true, passive: true });
  }

  /** `finding`: that is pointed at, or null; `element`: its row. */
  point({ finding, element, cs, selectedId }) {
    clearTimeout(this.#timer);
    const wanted = finding !== null && finding.opinion !== null && finding.id !== selectedId ? finding : null;
    if (wanted === null) this.#hide();
    else if (wanted !== this.#shown) this.#timer = setTimeout(() => this.#show(wanted, element, cs), this.hidden ? REST_MS : 0);
  }

  /** What is shown must still be so: the map was saved, or another row was chosen. */
  keep(findings, selectedId) {
    if (this.#shown !== null && (this.#shown.id === selectedId || !findings.some((finding) => finding.id === this.#shown.id))) this.#hide();
  }

  #hide() {
    clearTimeout(this.#timer);
    this.#shown = null;
    this.hidden = true;
  }

  #show(finding, row, cs) {
    if (!row.isConnected || row.hidden || row.finding?.id !== finding.id) return;
    this.#shown = finding;
    this.replaceChildren(h("p", { class: "what", text: finding.message }), ...expectation(finding, cs).filter((part) => part !== null));
    this.hidden = false;
    const { x, y } = this.#placeBeside(row.getBoundingClientRect());
    this.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
  }

  /** Over the detail's pane, which is about nothing or another finding; else under the row, or above it. */
  #placeBeside({ left, right, top, bottom }) {
    const [wide, tall] = [this.offsetWidth, this.offsetHeight];
    const within = (y) => Math.max(GAP_PX, Math.min(innerHeight - tall - GAP_PX, y));
    if (right + wide + 2 * GAP_PX <= innerWidth) return { x: right + GAP_PX, y: within(top - GAP_PX) };
    const x = Math.max(GAP_PX, Math.min(right - wide - GAP_PX, left + TEXT_PX));
    const isRoomBelow = bottom + GAP_PX + tall <= innerHeight || top < tall;
    return { x, y: within(isRoomBelow ? bottom + GAP_PX : top - GAP_PX - tall) };
  }
}

customElements.define("finding-preview", FindingPreview);

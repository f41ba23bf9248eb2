// <save-delta>: what the last save did, in one line of fixed height: what is new, what is gone, what stays.

import { emit, h, icon, setAttribute, setText } from "./dom.js";
import { ago, plural } from "./format.js";
import { Popover } from "./popover.js";

const CHIPS = 12; // more than fit beside each other on any screen

class SaveDelta extends HTMLElement {
  #delta = null;
  #map = null;
  #first = false;
  #beat = 0;
  #listed = ""; // what the chips stand for

  connectedCallback() {
    this.setAttribute("aria-label", "Since the last save");
    this.setAttribute("role", "group");
    this.fresh = h("button", { type: "button", class: "number new", title: "Show only the new ones (n)", onclick: () => emit(this, "filter-new") });
    this.gone = h("button", { type: "button", class: "number gone", title: "What is gone", "aria-haspopup": "true" });
    this.panel = h("div", { class: "panel gone", role: "region", "aria-label": "Gone since the last save", tabindex: "-1" });
    this.still = h("span", { class: "number still" });
    this.chips = h("div", { class: "changes" });
    this.saved = h("span", { class: "saved" });
    this.append(h("span", { class: "numbers" }, this.fresh, this.gone, this.still), this.chips, this.saved, this.panel);
    new Popover({ button: this.gone, panel: this.panel, items: () => [this.panel], onOpen: () => this.#listGone() });
    // Only words change by this clock, so a second's error is nothing.
    setInterval(() => this.#tellTime(), 5000);
  }

  /** `first`: there is no save before this one to compare it with. */
  update({ delta, map, titles, onlyNew, first }) {
    setAttribute(this.fresh, "aria-pressed", String(onlyNew));
    if (delta === this.#delta && first === this.#first) return;
    const arrived = map !== this.#map && map.map_version !== this.#map?.map_version;
    this.#delta = delta;
    this.#map = map;
    this.#first = first;
    this.fresh.hidden = this.gone.hidden = first;
    setText(this.fresh, delta.fresh.length > 0 ? `+${delta.fresh.length} new` : "0 new");
    setText(this.gone, `${delta.gone.length} gone`);
    setText(this.still, first ? `First look at this map: ${plural(delta.still, "finding")}` : `${delta.still} still`);
    this.fresh.classList.toggle("none", delta.fresh.length === 0);
    this.gone.classList.toggle("none", delta.gone.length === 0);
    this.#showChips(delta, titles, arrived);
    this.#tellTime();
    if (arrived) this.#pulse(delta);
  }

  /** While a model goes on finding things, the same ones stay the same elements: a click must find them. */
  #showChips({ fresh, gone }, titles, arrived) {
    const listed = JSON.stringify([this.#first, fresh.slice(0, CHIPS).map(({ id }) => id), gone.slice(0, CHIPS)]);
    if (!arrived && listed === this.#listed) return;
    this.#listed = listed;
    if (!arrived) delete this.dataset.beat; // only a save makes them light up
    this.chips.replaceChildren(
      ...fresh.slice(0, CHIPS).map((finding) => this.#freshChip(finding, titles)),
      ...gone.slice(0, CHIPS).map((finding) => goneChip(finding, titles)),
      !this.#first && fresh.length + gone.length === 0 ? h("span", { class: "same", text: "Nothing new, nothing gone" }) : "",
    );
  }

  #freshChip(finding, titles) {
    const title = titles[finding.check]?.title ?? finding.check;
    return h(
      "button",
      { type: "button", class: "change new", title: finding.message, onclick: () => emit(this, "finding-select", { id: finding.id, reveal: true }) },
      icon(finding.severity),
      finding.timestamp ? h("b", { text: finding.timestamp }) : null,
      h("span", { text: title }),
    );
  }

  #listGone() {
    const { gone } = this.#delta;
    const lines = gone.map(({ message, timestamp }) => h("p", {}, timestamp ? h("b", { text: timestamp }) : null, h("s", { text: message })));
    this.panel.replaceChildren(...(lines.length > 0 ? lines : [h("p", { text: "Nothing went away with the last save." })]));
  }

  #tellTime() {
    if (!this.#map) return;
    const { saved_at, timings } = this.#map;
    const took = timings?.total_ms == null ? "" : ` · checked in ${Math.max(1, Math.round(timings.total_ms))} ms`;
    setText(this.saved, `saved ${ago(saved_at, Date.now() / 1000)}${took}`);
  }

  /** One short pulse: the eye goes where something changed, and nothing moves. */
  #pulse({ fresh, gone }) {
    if (fresh.length + gone.length === 0) return;
    // Two animations that look alike: another name starts over, without measuring the page in between.
    this.#beat = 1 - this.#beat;
    this.dataset.beat = this.#beat;
  }
}

function goneChip({ check, message, timestamp }, titles) {
  return h(
    "span",
    { class: "change gone", title: `Gone: ${message}` },
    timestamp ? h("b", { text: timestamp }) : null,
    h("s", { text: titles[check]?.title ?? check }),
  );
}

/** The same, said aloud once per save. */
export function spoken({ fresh, gone, still }, map, isFirst) {
  if (isFirst) return `${map.metadata.version}: first look at this map, ${plural(still, "finding")}.`;
  const strongest = fresh.length > 0 ? `: ${fresh[0].message}` : "";
  return `${map.metadata.version}: ${plural(fresh.length, "new finding")}${strongest}, ${gone.length} gone, ${still} still.`;
}

customElements.define("save-delta", SaveDelta);

// <map-picker>: which difficulty is on screen, what else was saved lately, and whether the page follows saves.

import { emit, h, icon, setAttribute, setText } from "./dom.js";
import { ago, mapName, modeName, versionName } from "./format.js";
import { Popover } from "./popover.js";
import { SEVERITIES } from "./store.js";

class MapPicker extends HTMLElement {
  #state = { maps: { maps: [] }, map: null, pinned: null };

  connectedCallback() {
    this.version = h("b", { class: "version" });
    this.name = h("span", { class: "name" });
    this.others = h("span", { class: "others" });
    this.button = h(
      "button",
      { type: "button", class: "current", "aria-haspopup": "listbox", title: "Saved lately" },
      h("span", { class: "words" }, this.version, this.name),
      this.others,
      icon("caret"),
    );
    this.follow = h("button", { type: "button", class: "follow", onclick: () => this.#toggleFollow() });
    this.panel = h("div", { class: "panel maps", role: "listbox", "aria-label": "Saved lately" });
    this.append(this.button, this.follow, this.panel);
    this.drop = new Popover({
      button: this.button,
      panel: this.panel,
      items: () => [...this.panel.querySelectorAll("[role=option]")],
      onOpen: () => this.#fill(),
    });
  }

  update({ maps, map, pinned }) {
    this.#state = { maps, map, pinned };
    setText(this.version, map ? versionName(map.metadata) : "Mapside");
    setText(this.name, map ? subtitle(map.metadata) : "no map saved yet");
    setAttribute(this.name, "title", map ? `${map.metadata.set} / ${map.metadata.file}` : null);
    const others = maps.maps.filter((entry) => entry.key !== map?.key).length;
    setText(this.others, others > 0 ? `+${others}` : "");
    setAttribute(this.others, "title", others > 0 ? `${others} more saved lately` : null);
    this.#showFollow(pinned !== null, map !== null);
    if (!this.panel.hidden) this.#fill();
  }

  #showFollow(pinned, any) {
    this.follow.hidden = !any;
    setAttribute(this.follow, "aria-pressed", String(!pinned));
    const text = pinned ? "Pinned" : "Follows saves";
    if (this.follow.textContent === text) return;
    this.follow.replaceChildren(icon(pinned ? "pin" : "follow"), h("span", { text }));
    this.follow.title = pinned
      ? "This difficulty stays on screen. Click to follow saves again."
      : "The page turns to whatever was saved last. Click to keep this difficulty on screen.";
    setAttribute(this.follow, "aria-label", this.follow.title);
  }

  #toggleFollow() {
    if (this.#state.pinned === null) emit(this, "map-pin", { key: this.#state.map.key });
    else emit(this, "map-follow");
  }

  #fill() {
    const focused = this.panel.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const now_s = Date.now() / 1000;
    const options = this.#state.maps.maps.map((entry) => this.#option(entry, now_s));
    this.panel.replaceChildren(...(options.length > 0 ? options : [h("p", { class: "dim", text: "Each difficulty you save is listed here." })]));
    if (focused !== null) this.panel.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  #option(entry, now_s) {
    const chosen = entry.key === this.#state.map?.key;
    const option = h(
      "button",
      { type: "button", role: "option", class: "map", "aria-selected": String(chosen), title: entry.set, onclick: () => this.#choose(entry) },
      h("span", { class: "words" }, h("b", { class: "version", text: versionName(entry) }), h("span", { class: "name", text: mapName(entry) })),
      h(
        "span",
        { class: "tail" },
        entry.new > 0 ? h("span", { class: "badge", text: `+${entry.new} new` }) : null,
        ...SEVERITIES.filter((severity) => entry.counts[severity] > 0).map((severity) =>
          h("span", { class: "tally" }, icon(severity), h("span", { text: String(entry.counts[severity]) }), h("span", { class: "unseen", text: severity })),
        ),
        h("span", { class: "when", text: ago(entry.saved_at, now_s) }),
      ),
    );
    option.dataset.key = entry.key;
    return option;
  }

  /** The one saved last is where a follower would be anyway; any other is kept on screen because it was asked for. */
  #choose({ key }) {
    this.drop.close();
    if (key === this.#state.maps.maps[0]?.key) emit(this, "map-follow");
    else emit(this, "map-pin", { key });
  }
}

function subtitle(metadata) {
  return [mapName(metadata), metadata.creator, modeName(metadata.mode)].filter(Boolean).join(" · ");
}

customElements.define("map-picker", MapPicker);

// <tray-menu>: everything the tray icon offers, for the desktops that have no tray, and the page's own few things.

import { emit, h, icon } from "./dom.js";
import { Popover } from "./popover.js";

class TrayMenu extends HTMLElement {
  #model = { connected: false, paused: false, showIntended: false, count: 0, map: null };

  connectedCallback() {
    this.button = h("button", { type: "button", class: "quiet", title: "Menu", "aria-label": "Menu", "aria-haspopup": "menu" }, icon("menu"));
    this.panel = h("div", { class: "panel menu", role: "menu", "aria-label": "Menu" });
    this.append(this.button, this.panel);
    this.drop = new Popover({
      button: this.button,
      panel: this.panel,
      items: () => [...this.panel.querySelectorAll("button:not([disabled])")],
      onOpen: () => this.#fill(),
    });
  }

  update(model) {
    this.#model = model;
  }

  #fill() {
    const { connected, paused, showIntended, count, map, folder, writes, isWriting } = this.#model;
    this.panel.replaceChildren(
      this.#item("Check now", "check-now", {}, { off: !connected }),
      this.#item(paused ? "Resume checking" : "Pause checking", "pause", { on: !paused }, { off: !connected }),
      h("hr"),
      this.#item("Show intended findings", "show-intended", { on: !showIntended }, { off: !map, checked: showIntended }),
      this.#item(`Copy the list (${count})`, "copy-all", {}, { off: count === 0 }),
      this.#item("Keys", "help", {}, { key: "?" }),
      h("hr"),
      ...(writes ? [this.#item(isWriting ? "The map being written…" : "Generate a map…", "generate", {}, { off: !connected }), this.#item("About generated objects", "disclosure"), h("hr")] : []),
      this.#item("Models…", "models", {}, { off: !connected }),
      this.#item("Songs folder…", "folder", {}, { off: !connected, note: folder }),
      this.#item("Open the log", "open-log", {}, { off: !connected }),
      this.#item("Quit Mapside…", "quit", {}, { off: !connected }),
    );
  }

  #item(text, type, detail, { off = false, checked, key, note } = {}) {
    const onclick = () => {
      this.drop.close();
      emit(this, type, detail);
    };
    const role = checked === undefined ? "menuitem" : "menuitemcheckbox";
    return h(
      "button",
      { type: "button", role, disabled: off, "aria-checked": checked === undefined ? null : String(checked), title: note, onclick },
      h("span", { text }),
      checked ? icon("intended") : null,
      key ? h("kbd", { text: key }) : null,
    );
  }
}

customElements.define("tray-menu", TrayMenu);

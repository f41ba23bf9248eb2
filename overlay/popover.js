// A list under a button that closes on Esc, on a click elsewhere, and when focus leaves: once, for every such list.

export class Popover {
  /**
   * `button` opens `panel`; `items()` are the elements the arrow keys walk; `onOpen` fills the panel. With `tabs`, Tab
   * walks them too, and leaves after the last, as in a page; without, it leaves at once, as in a menu.
   */
  constructor({ button, panel, items, onOpen, tabs = false }) {
    Object.assign(this, { button, panel, items, onOpen, tabs });
    button.setAttribute("aria-expanded", "false");
    panel.hidden = true;
    button.addEventListener("click", () => (panel.hidden ? this.open() : this.close()));
    button.addEventListener("keydown", (event) => event.key === "ArrowDown" && this.open(event));
    panel.addEventListener("keydown", (event) => this.#onKey(event));
    if (tabs) panel.addEventListener("focusout", ({ relatedTarget }) => this.#onLeave(relatedTarget));
    document.addEventListener("pointerdown", (event) => this.#onOutside(event));
  }

  open(event) {
    event?.preventDefault();
    this.onOpen();
    this.panel.hidden = false;
    this.button.setAttribute("aria-expanded", "true");
    const items = this.items();
    (items.find((item) => item.getAttribute("aria-selected") === "true") ?? items[0])?.focus();
  }

  close({ focus = true } = {}) {
    if (this.panel.hidden) return;
    this.panel.hidden = true;
    this.button.setAttribute("aria-expanded", "false");
    if (focus) this.button.focus();
  }

  #onOutside(event) {
    if (!this.panel.contains(event.target) && !this.button.contains(event.target)) this.close({ focus: false });
  }

  /** To another element: a focus that goes nowhere has left the window, or was on what a click took away. */
  #onLeave(to) {
    if (to && !this.panel.contains(to)) this.close({ focus: false });
  }

  #onKey(event) {
    const items = this.items();
    const at = items.indexOf(document.activeElement);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
    event.stopPropagation(); // the list below has keys of its own
    if (event.key === "Escape" || (event.key === "Tab" && !this.tabs)) this.close();
    else if (event.key in moves) items.at(moves[event.key] % items.length)?.focus();
    else return;
    event.preventDefault();
  }
}

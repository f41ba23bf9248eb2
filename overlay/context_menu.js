// A menu where the pointer is, or where the focus is when it was called by key: one at a time, gone with the choice.

import { h } from "./dom.js";

const EDGE_PX = 8; // kept free between the menu and the window
let open = null; // {panel, focused, controller}

/** `items`: {text, run, note?, off?} or null for a line between them. */
export function showMenu(x, y, label, items) {
  closeMenu();
  if (items.length === 0) return; // before it is known whether anything can be written
  const panel = h("div", { class: "panel menu at-pointer", role: "menu", "aria-label": label }, ...items.map(itemOf));
  const controller = new AbortController();
  open = { panel, focused: document.activeElement, controller };
  (document.querySelector("dialog[open]") ?? document.body).append(panel);
  place(panel, x, y);
  panel.addEventListener("keydown", onKey);
  panel.addEventListener("contextmenu", (event) => event.preventDefault());
  document.addEventListener("pointerdown", (event) => panel.contains(event.target) || closeMenu(), { signal: controller.signal, capture: true });
  addEventListener("blur", () => closeMenu(), { signal: controller.signal });
  addEventListener("resize", () => closeMenu(), { signal: controller.signal });
  buttons(panel)[0]?.focus();
}

function closeMenu({ focus = false } = {}) {
  if (open === null) return;
  const { panel, focused, controller } = open;
  open = null;
  controller.abort();
  panel.remove();
  if (focus && focused?.isConnected) focused.focus();
}

const buttons = (panel) => [...panel.querySelectorAll("button:not([disabled])")];

function itemOf(item) {
  if (item === null) return h("hr");
  const onclick = () => {
    closeMenu({ focus: true });
    item.run();
  };
  return h("button", { type: "button", role: "menuitem", disabled: item.off ?? false, onclick }, h("span", { text: item.text }), item.note ? h("span", { class: "note", text: item.note }) : null);
}

function place(panel, x, y) {
  const left = Math.max(EDGE_PX, Math.min(innerWidth - panel.offsetWidth - EDGE_PX, x));
  const below = y + panel.offsetHeight + EDGE_PX <= innerHeight;
  const top = Math.max(EDGE_PX, below ? y : y - panel.offsetHeight);
  Object.assign(panel.style, { left: `${left}px`, top: `${top}px` });
}

function onKey(event) {
  const items = buttons(open.panel);
  const at = items.indexOf(document.activeElement);
  const moves = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
  event.stopPropagation(); // the page below has keys of its own
  if (event.key === "Escape" || event.key === "Tab") closeMenu({ focus: true });
  else if (event.key in moves) items.at(moves[event.key] % items.length)?.focus();
  else return;
  event.preventDefault();
}

/** Where a menu called by key belongs: under what has the focus. A mouse says it itself. */
export function menuPoint(event, element) {
  if (event.clientX > 0 || event.clientY > 0) return { x: event.clientX, y: event.clientY };
  const { left, bottom } = element.getBoundingClientRect();
  return { x: left + EDGE_PX, y: bottom };
}

// <toast-stack>: short words at the edge: what was done, how to undo it, what went wrong.

import { h, icon } from "./dom.js";

const SHOWN_MS = 4000;
const READING_MS = 60; // for each letter: a long sentence stays for as long as it takes
const WITH_ACTION_MS = 9000;
const ERROR_MS = 12000;
const MOST = 3;

class ToastStack extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "status");
    this.setAttribute("aria-live", "polite");
  }

  /** `action`: {text, run}; `stays`: until it is put away. A toast with the same `topic` replaces the last one. */
  show(text, { level = "info", action = null, topic = null, stays = false } = {}) {
    if (topic) this.clear(topic);
    while (this.children.length >= MOST) this.firstElementChild.remove();
    const toast = h("div", { class: `toast ${level}` }, h("span", { text }), action ? this.#button(action) : null, stays ? closing() : null);
    toast.dataset.topic = topic ?? "";
    this.append(toast);
    if (stays) return;
    this.#leaveAfter(toast, Math.max(level === "error" ? ERROR_MS : action ? WITH_ACTION_MS : SHOWN_MS, text.length * READING_MS));
  }

  clear(topic) {
    for (const toast of [...this.children]) if (toast.dataset.topic === topic) toast.remove();
  }

  #button({ text, run }) {
    return h("button", {
      type: "button",
      text,
      onclick: (event) => {
        event.target.closest(".toast").remove();
        run();
      },
    });
  }

  /** The wait begins again when the pointer leaves: what is being read does not vanish. */
  #leaveAfter(toast, wait_ms) {
    let timer = setTimeout(() => toast.remove(), wait_ms);
    toast.addEventListener("pointerenter", () => clearTimeout(timer));
    toast.addEventListener("pointerleave", () => (timer = setTimeout(() => toast.remove(), wait_ms)));
  }
}

function closing() {
  const onclick = (event) => event.target.closest(".toast").remove();
  return h("button", { type: "button", class: "quiet", title: "Put this away", "aria-label": "Put this away", onclick }, icon("close"));
}

customElements.define("toast-stack", ToastStack);

// <connection-state>: whether the page still hears the companion, and whether the companion watches.

import { emit, h, setText } from "./dom.js";
import { plural } from "./format.js";

class ConnectionState extends HTMLElement {
  #retryAt = null;

  connectedCallback() {
    this.setAttribute("role", "status");
    this.dot = h("span", { class: "dot" });
    this.text = h("span", { class: "text" });
    this.retry = h("button", { type: "button", class: "link", text: "Try now", hidden: true, onclick: () => emit(this, "retry") });
    this.resume = h("button", { type: "button", class: "link", text: "Resume", hidden: true, onclick: () => emit(this, "pause", { on: false }) });
    this.append(this.dot, this.text, this.retry, this.resume);
    setInterval(() => this.#retryAt !== null && this.#countDown(), 500);
  }

  update({ connection, status }) {
    const { phase, retryAt } = connection;
    const paused = phase === "open" && Boolean(status?.paused);
    this.dataset.state = paused ? "paused" : phase === "open" && status?.busy ? "busy" : phase;
    this.retry.hidden = phase !== "waiting";
    this.resume.hidden = !paused;
    this.#retryAt = phase === "waiting" ? retryAt : null;
    this.title = status?.note ?? "";
    if (this.#retryAt !== null) this.#countDown();
    else setText(this.text, wordsFor(phase, status, paused));
  }

  #countDown() {
    const left_s = Math.max(0, Math.ceil((this.#retryAt - Date.now()) / 1000));
    setText(this.text, left_s > 0 ? `Disconnected, trying again in ${left_s} s` : "Disconnected, trying again");
  }
}

function wordsFor(phase, status, paused) {
  if (phase === "connecting") return "Connecting";
  if (phase !== "open") return "Disconnected";
  if (paused) return "Paused: saves are not checked";
  if (!status) return "Connected";
  if (status.watching === "nothing" || !status.folder) return "Connected, watching nothing";
  return `Watching ${plural(status.sets, "set")}`;
}

customElements.define("connection-state", ConnectionState);

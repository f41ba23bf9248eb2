// The connection, and nothing else: it opens, it comes back after it was lost, it matches replies to requests.
// It keeps no message: after a break the server sends the whole state again.

import { now } from "./drawn.js";

export const PROTOCOL = 1;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 8000;
// A token that was good once is doubted only after this many failures: a companion on its way out may still answer.
const PATIENCE = 3;

/** Fires `phase` ({phase, retryAt}) and `message` ({message, received_at}: epoch milliseconds, before it was read). */
export class Socket extends EventTarget {
  #token;
  #socket = null;
  #timer = null;
  #failures = 0;
  #patience = 0;
  #nextId = 1;
  #waiting = new Map(); // request id -> {resolve, reject}

  open(token) {
    this.#token = token;
    this.#patience = 0;
    this.#failures = 0;
    clearTimeout(this.#timer);
    this.#drop();
    if (!token) this.#phase("no-token");
    else this.#connect();
  }

  /** Skips what is left of the wait. */
  retryNow() {
    if (this.#timer === null) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  /** Resolves with the reply's data; rejects with a sentence to show. */
  request(message) {
    if (this.#socket?.readyState !== WebSocket.OPEN) {
      return Promise.reject(new Error("Not connected to the companion: nothing was changed."));
    }
    const id = this.#nextId++;
    this.#socket.send(JSON.stringify({ ...message, id }));
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #connect() {
    this.#timer = null;
    const socket = new WebSocket(`ws://${location.host}/ws`, [`mapside.${PROTOCOL}`, `token.${this.#token}`]);
    let opened = false;
    socket.onopen = () => {
      opened = true;
      this.#failures = 0;
      this.#patience = PATIENCE;
      this.#phase("open");
    };
    socket.onmessage = (event) => this.#receive(event.data, now());
    socket.onclose = () => this.#lost(socket, opened);
    this.#socket = socket;
  }

  #receive(text, received_at) {
    const message = JSON.parse(text);
    if (message.type === "reply") this.#answer(message);
    else this.dispatchEvent(new CustomEvent("message", { detail: { message, received_at } }));
  }

  #answer({ id, ok, error, data }) {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (ok) waiting?.resolve(data);
    else waiting?.reject(refusal(error ?? "The companion refused, without saying why."));
  }

  async #lost(socket, opened) {
    if (socket !== this.#socket) return;
    this.#drop();
    const refused = !opened && this.#failures >= this.#patience && (await serverAnswers());
    if (this.#socket !== null) return; // a new token was tried meanwhile
    const wait = refused ? LAST_RETRY_MS : Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures++);
    this.#timer = setTimeout(() => this.#connect(), wait);
    this.#phase(refused ? "refused" : "waiting", Date.now() + wait);
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
    for (const { reject } of this.#waiting.values()) reject(new Error("The connection was lost before the answer came."));
    this.#waiting.clear();
  }

  #phase(phase, retryAt = null) {
    this.dispatchEvent(new CustomEvent("phase", { detail: { phase, retryAt } }));
  }
}

/** Told apart from a connection that is not there: the companion has looked, and said no. */
function refusal(sentence) {
  return Object.assign(new Error(sentence), { refused: true });
}

/** A browser does not tell a page why a handshake failed. If the page itself is still served, it was the token. */
async function serverAnswers() {
  try {
    return (await fetch(`/favicon.svg?${Date.now()}`, { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

// The chosen candidate played beside the map as it is: asks for both, and keeps what it was told, for nobody waits
// twice for the same.

import { h, setText } from "./dom.js";
import "./player.js";
import { isDone, nameOf } from "./regeneration.js";

export class Preview {
  #ask;
  #told = new Map(); // of this regeneration: candidate's number, or null for the map as it is -> PlayedJson
  #run = null; // which regeneration that is
  #shown = null; // what the player has
  #wanted = null;

  constructor(ask) {
    this.#ask = ask;
    this.player = document.createElement("map-player");
    this.caption = h("p", { class: "caption dim", role: "status" });
    this.element = h("div", { class: "preview" }, this.player, this.caption);
  }

  update({ regeneration, candidate }) {
    const run = runOf(regeneration);
    if (run !== this.#run) {
      this.#run = run;
      this.#told.clear();
      this.stop();
    }
    const number = candidate !== null && isDone(candidate) ? candidate.number : null;
    if (candidate === null || number === null) setText(this.caption, waitingFor(regeneration, candidate));
    if (this.#wanted === `${run} ${number}`) return;
    this.#wanted = `${run} ${number}`;
    this.#show(regeneration.key, number, candidate);
  }

  stop() {
    if (this.#shown === null) return;
    this.#shown = null;
    this.#wanted = null;
    this.player.stop();
  }

  async #show(key, number, candidate) {
    const wanted = this.#wanted;
    try {
      const [before, after] = await Promise.all([this.#played(key, null), number === null ? null : this.#played(key, number)]);
      if (wanted !== this.#wanted) return; // another was chosen meanwhile
      this.#shown = number;
      this.player.show({ before, after });
      setText(this.caption, after === null ? waitingFor(null, candidate) : "");
    } catch (failure) {
      if (wanted === this.#wanted) setText(this.caption, failure.message);
    }
  }

  async #played(key, candidate) {
    if (!this.#told.has(candidate)) {
      const asked = this.#ask({ type: "play", key, candidate });
      this.#told.set(candidate, asked);
      asked.catch(() => this.#told.delete(candidate)); // it can be asked again
    }
    return this.#told.get(candidate);
  }
}

/** Seeds tell two runs apart, also on the same section of the same version. */
function runOf({ key, map_version, start_ms, end_ms, candidates }) {
  return JSON.stringify([key, map_version, start_ms, end_ms, candidates.map(({ seed }) => seed)]);
}

function waitingFor(regeneration, candidate) {
  if (candidate !== null) return `${nameOf(candidate)} can be played once it is done. Until then: your map as it is.`;
  return regeneration?.candidates.length === 0 ? "" : "Your map as it is; candidates stand beside it as they are done.";
}

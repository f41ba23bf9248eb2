// The chosen candidate played beside the map as it is: asks for both, and keeps what it was told, for nobody waits
// twice for the same.

import { h, setText } from "./dom.js";
import "./player.js";
import { isDone, nameOf } from "./regeneration.js";

export class Preview {
  #ask;
  #told = new Map(); // of this regeneration: candidate's number, or null for the map as it is -> PlayedJson
  #run = null; // which regeneration that is
  #isShown = false; // whether the player has anything
  #isAlone = false; // whether that is the map as it is, for want of a candidate
  #wanted = null;

  constructor(ask) {
    this.#ask = ask;
    this.player = document.createElement("map-player");
    this.caption = h("p", { class: "caption dim", role: "status" });
    this.trouble = h("p", { class: "caption error", role: "alert" });
    this.element = h("div", { class: "preview" }, this.player, this.caption, this.trouble);
  }

  update({ regeneration, candidate }) {
    const run = runOf(regeneration);
    if (run !== this.#run) {
      this.#run = run;
      this.#told.clear();
      this.stop();
    }
    const number = candidate !== null && canPlay(candidate) ? candidate.number : null;
    setText(this.caption, captionOf(regeneration, candidate));
    // What is half written is asked for again once it is whole.
    const wanted = JSON.stringify([run, number, number !== null && isDone(candidate)]);
    if (this.#wanted === wanted) return;
    this.#wanted = wanted;
    this.#show(regeneration.key, candidate, number);
  }

  stop() {
    this.#wanted = null;
    setText(this.trouble, "");
    if (!this.#isShown) return;
    this.#isShown = false;
    this.player.stop();
  }

  async #show(key, candidate, number) {
    const wanted = this.#wanted;
    try {
      const [before, after] = await Promise.all([this.#played(key, null), number === null ? null : this.#played(key, number, isDone(candidate))]);
      if (wanted !== this.#wanted) return; // another was chosen meanwhile
      if (after !== null && this.#isAlone && !this.player.playing) this.#renew();
      this.#isShown = true;
      this.#isAlone = after === null;
      this.player.show({ before, after });
    } catch (failure) {
      if (wanted === this.#wanted) setText(this.trouble, failure.message);
    }
  }

  /** A player goes on with the side it has; a new one begins with what is new, which is what one waited for. */
  #renew() {
    this.player.stop();
    const player = document.createElement("map-player");
    this.player.replaceWith(player);
    this.player = player;
  }

  /** `isWhole`: it stays as it is, and need not be asked for again. */
  #played(key, number, isWhole = true) {
    if (this.#told.has(number)) return this.#told.get(number);
    const asked = this.#ask({ type: "play", key, candidate: number });
    if (isWhole) this.#told.set(number, asked);
    asked.catch(() => this.#told.delete(number)); // it can be asked again
    return asked;
  }
}

/** Seeds tell two runs apart, also on the same section of the same version. */
function runOf({ key, map_version, start_ms, end_ms, candidates }) {
  return JSON.stringify([key, map_version, start_ms, end_ms, candidates.map(({ seed }) => seed)]);
}

const canPlay = (candidate) => isDone(candidate) || (candidate.state === "writing" && candidate.objects > 0);

function captionOf({ candidates }, candidate) {
  if (candidate === null) return candidates.length === 0 ? "" : "Your map as it is; candidates stand beside it as they are done.";
  if (isDone(candidate)) return "";
  return canPlay(candidate) ? `${nameOf(candidate)} as far as it is written.` : `There is nothing of ${nameOf(candidate)} to play yet: your map as it is.`;
}

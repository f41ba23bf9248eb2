// <player-seek>: the stretch as a bar: its beats, the section, the objects of both sides, and where the song is.

import { emit, h, setAttribute } from "./dom.js";
import { beatsIn, placeInWords } from "./player_beats.js";
import { playerColours } from "./player_colours.js";
import { timeWords } from "./player_words.js";

const LEAST_BEAT_PX = 4; // closer together, only measures are drawn
const SAID_EVERY_MS = 1000;
const ROW = { top: 22, tall: 9, gap: 3 };

const SCHEME = matchMedia("(prefers-color-scheme: light)");

class PlayerSeek extends HTMLElement {
  #canvas = h("canvas", { "aria-hidden": "true" });
  #head = h("div", { class: "head" });
  #sides = [];
  #map = null;
  #marking = true;
  #time_ms = 0;
  #said_ms = -Infinity;
  #width = 0;
  #seen = new ResizeObserver(() => this.#paint());

  connectedCallback() {
    if (!this.#canvas.isConnected) this.append(this.#canvas, this.#head);
    const role = { role: "slider", tabindex: "0", "aria-label": "Place in the section" };
    for (const [name, value] of Object.entries(role)) setAttribute(this, name, value);
    this.onpointerdown = (event) => this.#take(event);
    this.onpointermove = (event) => event.buttons === 1 && this.hasPointerCapture(event.pointerId) && this.#point(event);
    this.#seen.observe(this);
    SCHEME.addEventListener("change", this.#paint);
  }

  disconnectedCallback() {
    this.#seen.disconnect();
    SCHEME.removeEventListener("change", this.#paint);
  }

  /** `sides`: prepared maps, the one above the other; `map`: the one that says what stretch this is. */
  show(map, sides, marking) {
    [this.#map, this.#sides, this.#marking] = [map, sides, marking];
    setAttribute(this, "aria-valuemin", Math.round(map.start_ms));
    setAttribute(this, "aria-valuemax", Math.round(map.end_ms));
    this.#paint();
    this.time = this.#time_ms;
  }

  set time(t) {
    this.#time_ms = t;
    if (this.#map === null) return;
    this.#head.style.transform = `translateX(${this.#x(t)}px)`;
    if (Math.floor(t / SAID_EVERY_MS) !== Math.floor(this.#said_ms / SAID_EVERY_MS)) this.say(t);
  }

  /** Words cost more than a moved line: where the song rests, and now and then while it plays. */
  say(t) {
    this.#said_ms = t;
    setAttribute(this, "aria-valuenow", Math.round(t));
    setAttribute(this, "aria-valuetext", timeWords(t, placeInWords(this.#map.beats, t)));
  }

  #take(event) {
    if (event.button !== 0) return;
    this.setPointerCapture(event.pointerId);
    this.#point(event);
  }

  #point(event) {
    if (this.#map === null) return;
    const share = (event.clientX - this.getBoundingClientRect().left) / this.clientWidth;
    const { start_ms, end_ms } = this.#map;
    emit(this, "seek", { time_ms: start_ms + Math.min(1, Math.max(0, share)) * (end_ms - start_ms) });
  }

  #x(t) {
    const { start_ms, end_ms } = this.#map;
    return ((t - start_ms) / Math.max(1, end_ms - start_ms)) * this.#width;
  }

  #paint = () => {
    const [width, height, ratio] = [this.clientWidth, this.clientHeight, devicePixelRatio || 1];
    this.#width = width;
    if (this.#map === null || width === 0) return;
    Object.assign(this.#canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    const context = this.#canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const colours = playerColours(this);
    this.#paintSection(context, colours, height);
    this.#paintBeats(context, colours);
    this.#sides.forEach((map, row) => this.#paintObjects(context, colours, map, ROW.top + row * (ROW.tall + ROW.gap)));
    this.time = this.#time_ms;
  };

  #paintSection(context, colours, height) {
    const [left, right] = [this.#x(this.#map.section_start_ms), this.#x(this.#map.section_end_ms)];
    context.fillStyle = colours.section;
    context.fillRect(left, 0, right - left, height);
    context.fillStyle = colours.head;
    for (const x of [left, right]) context.fillRect(Math.round(x), 0, 1, height);
  }

  #paintBeats(context, colours) {
    const { beats, start_ms, end_ms } = this.#map;
    const all = beatsIn(beats, start_ms, end_ms);
    const dense = all.length > 0 && this.#width / all.length < LEAST_BEAT_PX;
    for (const { time_ms, number } of all) {
      if (dense && number !== 0) continue;
      context.fillStyle = number === 0 ? colours["bar-strong"] : colours["bar-weak"];
      context.fillRect(Math.round(this.#x(time_ms)), 4, 1, number === 0 ? 14 : 7);
    }
  }

  #paintObjects(context, colours, map, y) {
    for (const { time_ms, end_ms, is_new, is_gone } of map.objects) {
      const marked = this.#marking && (is_new || is_gone);
      context.fillStyle = marked ? colours[is_new ? "bar-new" : "bar-gone"] : colours["bar-strong"];
      const x = this.#x(time_ms);
      context.fillRect(x, marked ? y : y + 2, 2, marked ? ROW.tall : ROW.tall - 4);
      context.fillRect(x, y + ROW.tall / 2 - 1, this.#x(end_ms) - x, 2);
    }
  }
}

customElements.define("player-seek", PlayerSeek);

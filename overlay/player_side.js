// One side of the comparison: its name, what it counts, its field, and what is on it at the moment.

import { h, setAttribute, setText } from "./dom.js";
import { catchScene, drawCatch } from "./player_draw_catch.js";
import { drawMania, maniaScene } from "./player_draw_mania.js";
import { drawOsu, osuScene } from "./player_draw_osu.js";
import { drawTaiko, taikoScene } from "./player_draw_taiko.js";
import { playerColours } from "./player_colours.js";
import { Sprites } from "./player_sprites.js";
import { countParts, fieldWords, nowWords } from "./player_words.js";

const MODES = {
  osu: { scene: osuScene, draw: drawOsu },
  taiko: { scene: taikoScene, draw: drawTaiko },
  catch: { scene: catchScene, draw: drawCatch },
  mania: { scene: maniaScene, draw: drawMania },
};

export class PlayerSide {
  #name;
  #title;
  #sprites = new Sprites();
  #canvas = h("canvas", { role: "img" });
  #radio;
  #count = h("span", { class: "count" });
  #now = h("p", { class: "now" });
  #map = null;
  #scene = null;
  #colours = null;
  #size = null; // of the canvas on the page; asking the page in every frame would cost it a layout
  #seen = new ResizeObserver(() => {
    this.#size = null;
    this.onresize();
  });

  /** `group`: the radio buttons' name; `onchosen(name)`: this side is to be heard. */
  constructor(name, title, group, onchosen) {
    [this.#name, this.#title] = [name, title];
    this.#radio = h("input", { type: "radio", name: group, value: name, onchange: () => onchosen(name) });
    const heard = h("span", { class: "heard", text: "heard" });
    const label = h("label", { title: "Hear this side (x changes over)" }, this.#radio, h("b", { text: title }), heard);
    this.element = h("figure", { class: "side", "data-side": name }, h("figcaption", {}, label, this.#count), this.#canvas, this.#now);
    this.#canvas.addEventListener("click", () => onchosen(name));
    this.onresize = () => {};
  }

  get map() {
    return this.#map;
  }

  /** `map`: prepared, or null where there is no such side. */
  set map(map) {
    this.#map = map;
    this.element.hidden = map === null;
    this.#size = null;
    this.#sprites.clear();
    if (map === null) return;
    this.#scene = (MODES[map.mode] ?? MODES.osu).scene(map);
    const parts = countParts(map).flatMap(({ text, mark }) => [", ", h("span", { class: mark && `marked ${mark}`, text })]);
    this.#count.replaceChildren(...parts.slice(1));
    setAttribute(this.#canvas, "aria-label", fieldWords(this.#title, map));
  }

  set chosen(on) {
    this.#radio.checked = on;
    this.element.classList.toggle("chosen", on);
    setAttribute(this.#now, "aria-live", on ? "polite" : null);
  }

  /** With one side there is nothing to choose. */
  set alone(on) {
    this.#size = null;
    this.element.classList.toggle("alone", on);
    this.#radio.disabled = on;
  }

  watch(onresize) {
    this.onresize = onresize;
    this.#seen.observe(this.#canvas);
  }

  unwatch() {
    this.#seen.disconnect();
    this.#size = null;
    this.#sprites.clear();
    this.#colours = null;
  }

  draw(t, { marking, still }) {
    if (this.#map === null) return;
    const ratio = devicePixelRatio || 1;
    this.#size ??= [this.#canvas.clientWidth, this.#canvas.clientHeight];
    const [width, height] = this.#size;
    if (width === 0 || height === 0) return;
    const [wide, tall] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== wide || this.#canvas.height !== tall) Object.assign(this.#canvas, { width: wide, height: tall });
    this.#sprites.ratio = ratio;
    this.#colours ??= playerColours(this.#canvas);
    const context = this.#canvas.getContext("2d", { alpha: false });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.globalAlpha = 1;
    context.fillStyle = this.#colours.ground;
    context.fillRect(0, 0, width, height);
    const view = { context, width, height, colours: this.#colours, sprites: this.#sprites, marking, still };
    (MODES[this.#map.mode] ?? MODES.osu).draw(this.#scene, view, t);
  }

  /** Says what is on the field, or holds its tongue while it moves. */
  say(t) {
    setText(this.#now, this.#map === null || t === null ? "" : nowWords(this.#map, t));
  }
}

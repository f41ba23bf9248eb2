// <map-timeline>: the whole song at a glance, and every place in it that wants attention.
// Wheel zooms, drag pans, double click shows everything again, a click selects; the arrow keys do the same.

import { busyness } from "./density.js";
import { emit, h, icon, setAttribute, setText } from "./dom.js";
import { stamp } from "./format.js";
import { heatInWords } from "./heat.js";
import { LANES, layoutMarks, markAt } from "./marks.js";
import { factsOf, summaryOf } from "./overview.js";
import { drawSong, prepare } from "./paint.js";
import { drawPointer } from "./paint_marks.js";
import { palette } from "./palette.js";
import { laneY } from "./stage.js";
import { tipLines } from "./tip.js";
import * as scale from "./timescale.js";

const CLICK_SLACK_PX = 4; // a hand that moves less than this has clicked, not dragged
const ZOOM_STEP = 0.6;

class MapTimeline extends HTMLElement {
  #map = null;
  #visible = [];
  #shown = [];
  #titles = {};
  #busyness = null;
  #selected = null;
  #view = null;
  #whole = null;
  #opinion = null;
  #marks = [];
  #scene = null;
  #size = { width: 0, height: 0 }; // of the stage, as last told: asking for it would lay the page out
  #hover = null; // {x, y} in pixels of the canvas
  #drag = null; // {x, moved, view}

  connectedCallback() {
    this.song = h("canvas", { "aria-hidden": "true" });
    this.pointer = h("canvas", { "aria-hidden": "true" });
    this.stage = h(
      "div",
      { class: "stage", role: "slider", tabindex: "0", "aria-label": "Timeline of findings", "aria-describedby": "song-in-words" },
      this.song,
      this.pointer,
    );
    this.tip = h("div", { class: "tip", hidden: true });
    this.facts = h("p", { class: "facts" });
    this.words = h("p", { id: "song-in-words", class: "unseen" });
    this.append(h("div", { class: "above" }, this.facts, this.#zoomButtons()), this.stage, this.tip, this.words);
    this.#listen();
    new ResizeObserver(([entry]) => this.#onResize(entry.contentRect)).observe(this.stage);
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => this.#redraw());
    this.#followScreen();
  }

  #zoomButtons() {
    const button = (name, title, onclick) => h("button", { type: "button", class: "quiet", title, "aria-label": title, onclick }, icon(name));
    this.reset = h("button", { type: "button", class: "link", text: "Whole song", title: "Show the whole song (double click, or 0)", onclick: () => this.#look(this.#whole) });
    return h(
      "span",
      { class: "zoom" },
      this.reset,
      button("minus", "Zoom out (wheel, or -)", () => this.#zoomBy(1 / ZOOM_STEP)),
      button("plus", "Zoom in (wheel, or +)", () => this.#zoomBy(ZOOM_STEP)),
    );
  }

  /** A window dragged to a finer screen has the same size and more pixels. */
  #followScreen() {
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener(
      "change",
      () => {
        this.#redraw();
        this.#followScreen();
      },
      { once: true },
    );
  }

  #onResize({ width, height }) {
    this.#size = { width, height };
    this.#redraw();
  }

  #listen() {
    this.stage.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
    this.stage.addEventListener("pointerdown", (event) => this.#onDown(event));
    this.stage.addEventListener("pointermove", (event) => this.#onMove(event));
    this.stage.addEventListener("pointerup", (event) => this.#onUp(event));
    this.stage.addEventListener("pointerleave", () => this.#setHover(null));
    this.stage.addEventListener("dblclick", () => this.#look(this.#whole));
    this.stage.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** `visible`: findings that pass the filters; `shown`: those and the ones a filter hides; `selected`: one or null; `opinion`: the model's. */
  update({ map, visible, shown, selected, titles, opinion }) {
    const another = map.key !== this.#map?.key;
    const changed = map !== this.#map || visible !== this.#visible || shown !== this.#shown || opinion?.heat !== this.#opinion?.heat || opinion?.state !== this.#opinion?.state;
    if (!changed && selected === this.#selected) return;
    const before = this.#view;
    const moved = selected?.id !== this.#selected?.id;
    if (map !== this.#map) this.#busyness = busyness(map.overview);
    this.#map = map;
    this.#visible = visible;
    this.#shown = shown;
    this.#titles = titles;
    this.#opinion = opinion;
    this.#selected = selected;
    // Who looks at the whole song goes on doing so when its length becomes known, or changes.
    const all = another || scale.isWhole(this.#view, this.#whole);
    this.#whole = wholeOf(map);
    this.#view = all ? this.#whole : scale.fit(this.#view, this.#whole);
    if (moved && selected?.time_ms != null) this.#view = scale.reveal(this.#view, this.#whole, selected.time_ms);
    this.#describe();
    if (!changed && this.#view === before) {
      this.#drawPointer();
      return;
    }
    const facts = factsOf(map);
    setText(this.facts, facts);
    setAttribute(this.facts, "title", facts);
    setText(this.words, [summaryOf(map, visible), heatInWords(opinion)].filter(Boolean).join(" "));
    this.#redraw();
  }

  /** What the canvas shows, for tests and for nobody else: a canvas keeps no memory of its marks. */
  get marks() {
    return this.#marks.map(({ x, lane, findings, fresh }) => ({ x, y: laneY(lane), fresh, ids: findings.map(({ id }) => id) }));
  }

  get view() {
    return { ...this.#view };
  }

  #redraw() {
    const { width, height } = this.#size;
    if (!this.#map || width === 0) return;
    this.reset.hidden = scale.isWhole(this.#view, this.#whole);
    const kept = new Set(this.#visible);
    this.#marks = layoutMarks(this.#visible, this.#view, width);
    this.#scene = {
      overview: this.#map.overview,
      busyness: this.#busyness,
      edited: this.#map.edited,
      heat: this.#opinion?.heat ?? null,
      marks: this.#marks,
      muted: layoutMarks(this.#shown.filter((finding) => !kept.has(finding)), this.#view, width),
      view: this.#view,
      whole: this.#whole,
      width,
      height,
      ratio: devicePixelRatio || 1,
      colours: palette(this),
    };
    drawSong(prepare(this.song, width, height), this.#scene);
    this.#drawPointer();
  }

  #drawPointer() {
    if (!this.#scene) return;
    const { width, height } = this.#scene;
    const context = prepare(this.pointer, width, height);
    drawPointer(context, this.#scene, { hover_x: this.#hover?.x ?? null, selected: this.#selected });
  }

  #look(view) {
    this.#view = view;
    this.#redraw();
  }

  #at(event) {
    const box = this.stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #onWheel(event) {
    if (!this.#map) return;
    event.preventDefault(); // the page must not scroll away under a zoom
    const { width } = this.#size;
    const sideways = event.shiftKey ? event.deltaY : event.deltaX;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      this.#look(scale.pan(this.#view, this.#whole, (sideways / width) * scale.span(this.#view)));
    } else {
      const anchor_ms = scale.toTime(this.#view, width, this.#at(event).x);
      this.#look(scale.zoom(this.#view, this.#whole, 1.0016 ** event.deltaY, anchor_ms));
    }
    this.#setHover(this.#at(event));
  }

  #onDown(event) {
    if (event.button !== 0) return;
    this.stage.setPointerCapture(event.pointerId);
    this.#drag = { x: this.#at(event).x, moved: false, view: this.#view };
  }

  #onMove(event) {
    const point = this.#at(event);
    if (this.#drag) this.#dragTo(point.x);
    this.#setHover(this.#drag?.moved ? null : point);
  }

  #dragTo(x) {
    const away = x - this.#drag.x;
    this.#drag.moved ||= Math.abs(away) > CLICK_SLACK_PX;
    if (!this.#drag.moved) return;
    this.stage.classList.add("dragging");
    const by_ms = (-away / this.#size.width) * scale.span(this.#drag.view);
    this.#look(scale.pan(this.#drag.view, this.#whole, by_ms));
  }

  #onUp(event) {
    const clicked = this.#drag && !this.#drag.moved;
    this.#drag = null;
    this.stage.classList.remove("dragging");
    if (clicked) this.#click(this.#at(event));
  }

  /** A second click on a mark of many takes the next of them. */
  #click({ x, y }) {
    emit(this, "catch-up"); // as above: the second of two quick clicks goes on from the first
    const mark = markAt(this.#marks, x, laneAt(y));
    if (!mark) return;
    const at = mark.findings.findIndex((finding) => finding.id === this.#selected?.id);
    emit(this, "finding-select", { id: mark.findings[(at + 1) % mark.findings.length].id, reveal: true });
  }

  #onKey(event) {
    if (!this.#map || event.ctrlKey || event.metaKey || event.altKey) return;
    const actions = {
      ArrowRight: () => (event.shiftKey ? this.#panBy(0.25) : emit(this, "step-in-time", { by: 1 })),
      ArrowLeft: () => (event.shiftKey ? this.#panBy(-0.25) : emit(this, "step-in-time", { by: -1 })),
      "+": () => this.#zoomBy(ZOOM_STEP),
      "=": () => this.#zoomBy(ZOOM_STEP),
      "-": () => this.#zoomBy(1 / ZOOM_STEP),
      0: () => this.#look(this.#whole),
      Home: () => emit(this, "step-in-time", { by: -Infinity }),
      End: () => emit(this, "step-in-time", { by: Infinity }),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    actions[event.key]();
  }

  #panBy(share) {
    this.#look(scale.pan(this.#view, this.#whole, share * scale.span(this.#view)));
  }

  #zoomBy(factor) {
    emit(this, "catch-up"); // a key pressed just before may have selected what no frame has shown here yet
    const middle_ms = (this.#view.start_ms + this.#view.end_ms) / 2;
    this.#look(scale.zoom(this.#view, this.#whole, factor, this.#selected?.time_ms ?? middle_ms));
  }

  #setHover(point) {
    this.#hover = point;
    this.#drawPointer();
    this.tip.hidden = !point || !this.#map;
    if (this.tip.hidden) return;
    const mark = markAt(this.#marks, point.x, laneAt(point.y));
    this.stage.classList.toggle("on-mark", mark !== null);
    this.tip.replaceChildren(...tipLines(this.#scene, point.x, mark));
    this.#placeTip(point.x);
  }

  #placeTip(x) {
    const room = this.#size.width - this.tip.offsetWidth;
    const left = this.stage.offsetLeft + Math.max(0, Math.min(room, x + 12));
    this.tip.style.transform = `translate(${Math.round(left)}px, ${this.stage.offsetTop + this.stage.offsetHeight + 4}px)`;
  }

  #describe() {
    const { start_ms, end_ms } = this.#whole;
    const now = this.#selected?.time_ms ?? start_ms;
    setAttribute(this.stage, "aria-valuemin", Math.round(start_ms));
    setAttribute(this.stage, "aria-valuemax", Math.round(end_ms));
    setAttribute(this.stage, "aria-valuenow", Math.round(now));
    const title = this.#titles[this.#selected?.check]?.title ?? "";
    setAttribute(this.stage, "aria-valuetext", this.#selected ? `${stamp(now)} ${title}` : "Nothing selected");
  }
}

function wholeOf({ overview }) {
  const start_ms = Math.min(0, overview.start_ms);
  const end_ms = Math.max(overview.song_ms ?? 0, overview.end_ms, start_ms + 1000);
  return { start_ms, end_ms };
}

function laneAt(y) {
  return LANES.map((_, lane) => Math.abs(laneY(lane) - y)).reduce((best, away, lane, all) => (away < all[best] ? lane : best), 0);
}

customElements.define("map-timeline", MapTimeline);

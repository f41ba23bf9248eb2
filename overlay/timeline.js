// <map-timeline>: the whole song at a glance, and every place in it that wants attention.
// Wheel zooms, a drag marks a stretch, one on the ruler moves the song, double click shows everything again, a click
// selects; the arrow keys do the same. Who looks closely sees the map's objects, and picks among those.

import { busyness } from "./density.js";
import { emit, h, setAttribute, setText } from "./dom.js";
import { stamp } from "./format.js";
import { heatInWords } from "./heat.js";
import { layoutMarks, markAt } from "./marks.js";
import { ObjectLayer } from "./object_layer.js";
import { factsOf, generatedInWords, summaryOf } from "./overview.js";
import { drawSong, prepare } from "./paint.js";
import { drawPointer } from "./paint_marks.js";
import { bandAt, drawRange } from "./paint_range.js";
import { palette } from "./palette.js";
import { followScreen, laneAt, laneY } from "./stage.js";
import { Hand, gripAt } from "./timeline_hand.js";
import { isByKey, listenForTimelineKeys } from "./timeline_keys.js";
import { placeTip, tipLines } from "./tip.js";
import * as scale from "./timescale.js";
import { viewButtons } from "./view_buttons.js";

const ZOOM_STEP = 0.6;
const NEW_RANGE_SHARE = 0.25; // of the view, for one who marks a stretch without pointing

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
  #range = null;
  #grid = null;
  #generated = [];
  #written = null;
  #canMark = false;
  #layer = new ObjectLayer(() => emit(this, "objects-wanted"));
  #pickAt_ms = null; // where an object is to be picked once they are known

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
    Object.assign(this, viewButtons({
      whole: () => this.#look(this.#whole),
      out: () => this.#zoomBy(1 / ZOOM_STEP),
      closer: () => this.#zoomBy(ZOOM_STEP),
      mark: () => this.#markMiddle(),
    }));
    this.append(h("div", { class: "above" }, this.facts, this.buttons), this.stage, this.tip, this.words);
    this.#listen();
    new ResizeObserver(([entry]) => this.#onResize(entry.contentRect)).observe(this.stage);
    matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => this.#redraw());
    followScreen(() => this.#redraw());
  }

  #onResize({ width, height }) {
    this.#size = { width, height };
    this.#redraw();
  }

  #listen() {
    this.stage.addEventListener("wheel", (event) => this.#onWheel(event), { passive: false });
    this.hand = new Hand(this.stage, {
      grip: (point, event) => gripAt(point, event, this.#rangeInPixels(), this.#canMark),
      keep: () => this.#view,
      drag: (grip, from, to, view) => this.#drag(grip, from, to, view),
      click: (point, event) => this.#click(point, event),
      hold: (point, event) => this.#openMenu(this.#timeAt(point.x), point, event),
      hover: (point) => this.#setHover(point),
    });
    this.stage.addEventListener("contextmenu", (event) => this.#onMenu(event));
    this.stage.addEventListener("dblclick", (event) => this.#onDoubleClick(event));
    listenForTimelineKeys(this.stage, () => this.#map !== null, {
      arrow: (by, shift) => this.#onArrow(by, shift),
      pick: () => this.#pickHere(),
      closer: () => this.#zoomBy(ZOOM_STEP),
      out: () => this.#zoomBy(1 / ZOOM_STEP),
      whole: () => this.#look(this.#whole),
      end: (by) => emit(this, "step-in-time", { by }),
    });
  }

  /**
   * `visible`: findings that pass the filters; `shown`: those and the ones a filter hides; `selected`: one or null;
   * `opinion`: the model's; `range`: that is meant, and `grid`: what it is put on, `written`: that is being written; `generated`: what was;
   * `layer`: {objects, isFresh, picked}, see object_layer.js.
   */
  update({ map, visible, shown, selected, titles, opinion, range, grid, written, generated, canMark, layer }) {
    const another = map.key !== this.#map?.key;
    const objects = this.#layer.update(layer);
    const moves = this.#setRange(range, grid, canMark) || objects.picks;
    const regenerated = generated !== this.#generated || written?.start_ms !== this.#written?.start_ms || written?.end_ms !== this.#written?.end_ms;
    const changed = regenerated || objects.changed || map !== this.#map || visible !== this.#visible || shown !== this.#shown || opinion?.heat !== this.#opinion?.heat || opinion?.state !== this.#opinion?.state;
    if (!changed && !moves && selected === this.#selected) return;
    const before = this.#view;
    const moved = selected?.id !== this.#selected?.id;
    if (map !== this.#map) this.#busyness = busyness(map.overview);
    if (another) this.#pickAt_ms = null;
    this.#map = map;
    this.#generated = generated;
    this.#written = written;
    this.#visible = visible;
    this.#shown = shown;
    this.#titles = titles;
    this.#opinion = opinion;
    this.#selected = selected;
    // Who looks at the whole song goes on doing so when its length becomes known, or changes.
    const all = another || scale.isWhole(this.#view, this.#whole);
    this.#whole = scale.wholeOf(map.overview);
    this.#view = all ? this.#whole : scale.fit(this.#view, this.#whole);
    if (moved && selected?.time_ms != null) this.#view = scale.reveal(this.#view, this.#whole, selected.time_ms);
    if (objects.picks) this.#showTime(this.#layer.picked_ms);
    if (objects.changed) this.#pickWhereWanted();
    this.#describe();
    if (!changed && this.#view === before) {
      this.#drawPointer();
      return;
    }
    const facts = factsOf(map);
    setText(this.facts, facts);
    setAttribute(this.facts, "title", facts);
    setText(this.words, [summaryOf(map, visible), heatInWords(opinion), generatedInWords(generated)].filter(Boolean).join(" "));
    this.#redraw();
  }

  #setRange(range, grid, canMark) {
    const moves = range !== this.#range || (range !== null && grid !== this.#grid);
    this.#range = range;
    this.#grid = grid;
    this.#canMark = canMark;
    this.mark.hidden = !canMark;
    return moves;
  }

  /** Only what is out of sight moves the song: what was clicked stays under the pointer. */
  #showTime(time_ms) {
    const isSeen = time_ms === null || (time_ms >= this.#view.start_ms && time_ms <= this.#view.end_ms);
    if (!isSeen) this.#view = scale.reveal(this.#view, this.#whole, time_ms);
  }

  /** What the canvas shows, for tests and for nobody else: a canvas keeps no memory of its marks. */
  get marks() {
    return this.#marks.map(({ x, lane, findings, fresh }) => ({ x, y: laneY(lane), fresh, ids: findings.map(({ id }) => id) }));
  }

  get objects() {
    return this.#layer.drawn;
  }

  get fade() {
    return this.#layer.fade;
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
    this.#layer.place(this.#map, this.#visible, this.#view, this.#size);
    this.#scene = {
      overview: this.#map.overview,
      busyness: this.#busyness,
      crowded: 1 - this.#layer.fade,
      edited: this.#map.edited,
      heat: this.#opinion?.heat ?? null,
      generated: this.#generated,
      written: this.#written,
      marks: this.#marks,
      muted: layoutMarks(this.#shown.filter((finding) => !kept.has(finding)), this.#view, width),
      view: this.#view,
      whole: this.#whole,
      width,
      height,
      ratio: devicePixelRatio || 1,
      colours: palette(this),
    };
    drawSong(prepare(this.song, width, height), this.#scene, (context) => this.#layer.draw(context, this.#scene, this));
    this.#drawPointer();
  }

  #drawPointer() {
    if (!this.#scene) return;
    const { width, height } = this.#scene;
    const context = prepare(this.pointer, width, height);
    this.#layer.drawPicked(context, this.#scene, this.#hover);
    drawRange(context, this.#scene, this.#range, this.#grid);
    drawPointer(context, this.#scene, { hover_x: this.#hover?.x ?? null, selected: this.#selected });
  }

  #look(view) {
    this.#view = view;
    this.#redraw();
  }

  #timeAt(x) {
    return scale.toTime(this.#view, this.#size.width, x);
  }

  #rangeInPixels() {
    if (this.#range === null) return null;
    return [this.#range.start_ms, this.#range.end_ms].map((time_ms) => scale.toX(this.#view, this.#size.width, time_ms));
  }

  #onWheel(event) {
    if (!this.#map) return;
    event.preventDefault(); // the page must not scroll away under a zoom
    const { width } = this.#size;
    const sideways = event.shiftKey ? event.deltaY : event.deltaX;
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      this.#look(scale.pan(this.#view, this.#whole, (sideways / width) * scale.span(this.#view)));
    } else {
      const anchor_ms = this.#timeAt(this.hand.at(event).x);
      this.#look(scale.zoom(this.#view, this.#whole, 1.0016 ** event.deltaY, anchor_ms));
    }
    this.#setHover(this.hand.at(event));
  }

  /** Two clicks on objects are two clicks on objects. */
  #onDoubleClick(event) {
    if (this.#layer.at(this.hand.at(event)) < 0) this.#look(this.#whole);
  }

  #drag(grip, from, to, view) {
    if (grip === "pan") this.#look(scale.pan(view, this.#whole, ((from - to) / this.#size.width) * scale.span(view)));
    else if (grip === "mark") emit(this, "range-mark", { one_ms: this.#timeAt(from), other_ms: this.#timeAt(to) });
    else emit(this, "range-resize", { end: grip, time_ms: this.#timeAt(to) });
  }

  /** Called by a key it is about the objects that are picked, the selected finding, the range, or the middle of what is in sight. */
  #onMenu(event) {
    if (!this.#map) return;
    const byKey = isByKey(event);
    const [time_ms, point] = byKey ? [this.#here(), null] : [this.#timeAt(this.hand.at(event).x), this.hand.at(event)];
    if (this.#openMenu(time_ms, point, byKey ? null : event)) event.preventDefault();
  }

  /** False where nothing can be done. */
  #openMenu(time_ms, point, event) {
    const box = this.stage.getBoundingClientRect();
    const x = event?.clientX ?? box.left + scale.toX(this.#view, this.#size.width, time_ms);
    const object = point ? this.#layer.at(point, event?.pointerType) : (this.#layer.picked?.head ?? -1);
    const mark = point && object < 0 ? markAt(this.#marks, point.x, laneAt(point.y)) : null;
    if (object < 0 && !this.#canMark) return false;
    emit(this, "timeline-menu", { time_ms, x, y: event?.clientY ?? box.bottom, band: point && bandAt(this.#scene, point), finding: mark?.findings[0] ?? this.#layer.findingsOf(object)[0] ?? null, object });
    return true;
  }

  /** What a key is about. */
  #here() {
    return this.#layer.picked_ms ?? this.#selected?.time_ms ?? this.#range?.start_ms ?? this.#middle();
  }

  #middle() {
    return (this.#view.start_ms + this.#view.end_ms) / 2;
  }

  /** For those who do not point: a stretch in the middle of what is in sight, to be typed over or dragged. */
  #markMiddle() {
    const half_ms = (scale.span(this.#view) * NEW_RANGE_SHARE) / 2;
    const about_ms = this.#layer.picked_ms ?? this.#selected?.time_ms ?? this.#middle();
    emit(this, "range-mark", { one_ms: about_ms - half_ms, other_ms: about_ms + half_ms, focus: true });
  }

  /** A second click on a mark of many takes the next of them; one beside everything lets go of the objects. */
  #click({ x, y }, { pointerType, shiftKey }) {
    emit(this, "catch-up"); // as above: the second of two quick clicks goes on from the first
    const object = this.#layer.at({ x, y }, pointerType);
    if (object >= 0) return emit(this, "object-pick", { at: object, extend: shiftKey });
    const mark = markAt(this.#marks, x, laneAt(y));
    if (!mark) return emit(this, "objects-let-go");
    const at = mark.findings.findIndex((finding) => finding.id === this.#selected?.id);
    emit(this, "finding-select", { id: mark.findings[(at + 1) % mark.findings.length].id, reveal: true });
  }

  /** Among objects where one is picked, else among findings. */
  #onArrow(by, shift) {
    emit(this, "catch-up");
    if (this.#layer.picked !== null) emit(this, "object-step", { by, extend: shift });
    else if (shift) this.#panBy(by / 4);
    else emit(this, "step-in-time", { by });
  }

  /** Without pointing: the object nearest to what is looked at, and near enough for it to be seen. */
  #pickHere() {
    emit(this, "catch-up");
    this.#pickAt_ms = this.#here();
    this.#layer.ask(this.#map);
    this.#pickWhereWanted();
  }

  #pickWhereWanted() {
    const near = this.#layer.nearTo(this.#pickAt_ms, this.#view, this.#whole, this.#size.width);
    if (near === null) return;
    this.#pickAt_ms = null;
    this.#look(near.view);
    emit(this, "object-pick", { at: near.at });
  }

  #panBy(share) {
    this.#look(scale.pan(this.#view, this.#whole, share * scale.span(this.#view)));
  }

  #zoomBy(factor) {
    emit(this, "catch-up"); // a key pressed just before may have selected what no frame has shown here yet
    this.#look(scale.zoom(this.#view, this.#whole, factor, this.#layer.picked_ms ?? this.#selected?.time_ms ?? this.#middle()));
  }

  #setHover(point) {
    this.#hover = point;
    this.#drawPointer();
    this.tip.hidden = !point || !this.#map;
    if (this.tip.hidden) return;
    const mark = markAt(this.#marks, point.x, laneAt(point.y));
    const at = this.#layer.at(point);
    this.stage.classList.toggle("on-mark", mark !== null || at >= 0);
    this.tip.replaceChildren(...tipLines(this.#scene, point, at < 0 ? mark : { findings: this.#layer.findingsOf(at) }, this.#layer.say(at)));
    placeTip(this.tip, this.stage, point.x);
  }

  #describe() {
    const { start_ms, end_ms } = this.#whole;
    const now = this.#layer.picked_ms ?? this.#selected?.time_ms ?? start_ms;
    setAttribute(this.stage, "aria-valuemin", Math.round(start_ms));
    setAttribute(this.stage, "aria-valuemax", Math.round(end_ms));
    setAttribute(this.stage, "aria-valuenow", Math.round(now));
    const title = this.#titles[this.#selected?.check]?.title ?? "";
    const object = this.#layer.say(this.#layer.picked?.head ?? -1);
    if (object) return setAttribute(this.stage, "aria-valuetext", `${object.stamp} ${object.words}`);
    setAttribute(this.stage, "aria-valuetext", this.#selected ? `${stamp(now)} ${title}` : "Nothing selected");
  }
}

customElements.define("map-timeline", MapTimeline);

// The timeline's layer of single objects: which of them are known, in sight and picked, and what is seen on them.

import { namedBy, nearestTo, stampOf, wordsFor } from "./map_objects.js";
import { clearSpan, isClose, layoutObjects, objectAt, placeOf } from "./object_layout.js";
import { drawObjects, drawPicked } from "./paint_objects.js";
import { playerColours } from "./player_colours.js";
import { Sprites } from "./player_sprites.js";
import * as scale from "./timescale.js";

const RANK = { problem: 3, warning: 2, minor: 1 };
const REACH_PX = { mouse: 3, touch: 14 };
const MEANT_FADE = 0.4; // what is fainter nobody points at

export class ObjectLayer {
  #objects = null;
  #isFresh = false; // of exactly the version that is shown, not of the one before
  #picked = null; // {first, last, head}
  #layout = null;
  #wanted = null; // the map whose objects were asked for last
  #want;
  #said = new Map(); // number -> findings that name it, the worst first
  #read = [null, null];
  #sprites = new Sprites();
  #colours = null;

  /** `want()` asks for the objects of the map that is shown. */
  constructor(want) {
    this.#want = want;
  }

  /** Whether there is another picture to draw, and whether something else is picked. */
  update({ objects, isFresh, picked }) {
    const changed = objects !== this.#objects || isFresh !== this.#isFresh;
    const picks = ["first", "last", "head"].some((name) => picked?.[name] !== this.#picked?.[name]);
    this.#objects = objects;
    this.#isFresh = isFresh;
    this.#picked = picked;
    return { changed, picks };
  }

  /** Those of an older version stay only where they are in sight: till the newer ones come, a moment later. */
  place(map, findings, view, { width, height }) {
    const stays = this.#isFresh || this.#layout?.objects === this.#objects;
    this.#layout = layoutObjects(stays ? this.#objects : null, view, width, height);
    if (this.#layout !== null) this.#readFindings(findings);
    if (this.#picked !== null || isClose(map.overview, view, width)) this.ask(map);
  }

  /** Once for each version. */
  ask(map) {
    if (this.#isFresh || this.#wanted === map) return;
    this.#wanted = map;
    this.#want();
  }

  #readFindings(findings) {
    if (this.#read[0] === this.#objects && this.#read[1] === findings) return;
    this.#read = [this.#objects, findings];
    this.#said = findingsOfEach(this.#objects, findings);
  }

  /** How far they have come forward: 0 is not seen at all, 1 clearly. */
  get fade() {
    return this.#layout?.fade ?? 0;
  }

  draw(context, scene, element) {
    if (this.#layout === null) return;
    this.#colours ??= playerColours(element);
    this.#sprites.ratio = scene.ratio;
    const written = scene.generated.filter((range) => !range.is_reverted);
    drawObjects(context, scene, { layout: this.#layout, said: this.#said, written, colours: this.#colours, sprites: this.#sprites });
  }

  drawPicked(context, scene, hover) {
    if (this.#layout !== null) drawPicked(context, scene, this.#layout, { picked: this.#picked, hover: hover === null ? -1 : this.at(hover) });
  }

  // Pointing and picking

  /** The number of the one a point means; -1 where there is none, or where it may no longer be. */
  at(point, pointerType = "mouse") {
    return this.#isFresh && this.fade >= MEANT_FADE ? objectAt(this.#layout, point, REACH_PX[pointerType] ?? REACH_PX.mouse) : -1;
  }

  findingsOf(at) {
    return this.#said.get(at) ?? [];
  }

  get picked() {
    return this.#isFresh ? this.#picked : null;
  }

  /** When the one begins that was picked last, or null. */
  get picked_ms() {
    return this.#picked === null ? null : this.#objects.times[this.#picked.head];
  }

  /** The nearest to a time, and a view around it in which it is seen clearly; null for no time and while they are not known. */
  nearTo(time_ms, view, whole, width) {
    if (time_ms === null || !this.#isFresh || this.#objects.count === 0) return null;
    const at = nearestTo(this.#objects, time_ms);
    const factor = clearSpan(this.#objects, width) / scale.span(view);
    return { at, view: factor < 1 ? scale.zoom(view, whole, factor, this.#objects.times[at]) : view };
  }

  /** {stamp, words}, or null for none. */
  say(at) {
    if (at < 0 || !this.#isFresh) return null;
    return { stamp: stampOf(this.#objects, { first: at, last: at }), words: wordsFor(this.#objects, at) };
  }

  /** What is drawn, for tests: a canvas keeps no memory of it. */
  get drawn() {
    if (this.#layout === null) return [];
    const { from, to } = this.#layout;
    return Array.from({ length: to - from }, (_, step) => ({ at: from + step, findings: this.findingsOf(from + step).map(({ id }) => id), ...placeOf(this.#layout, from + step) }));
  }
}

function findingsOfEach(objects, findings) {
  const said = new Map();
  for (const finding of [...findings].sort((one, other) => RANK[other.severity] - RANK[one.severity])) {
    if (finding.time_ms === null) continue;
    for (const at of namedBy(objects, finding)) said.set(at, [...(said.get(at) ?? []), finding]);
  }
  return said;
}

// Draws a map's objects along the song as an editor's timeline does: what is hit as a disc, what lasts as a bar; in
// osu!mania each column is a lane. Only what is in sight.

import { LANES } from "./marks.js";
import { placeOf } from "./object_layout.js";
import { drawKey, drawLanes } from "./paint_keys.js";
import { shape } from "./paint_marks.js";
import { drawRound } from "./paint_round.js";
import { fillLine } from "./stage.js";
import { toX } from "./timescale.js";

const LEAST_BEAT_PX = 9; // closer than that beats are a haze
const BADGE_PX = 3.2;
const LEAST_BADGE_PX = 2.2; // in a lane that is not high

/** `layer`: {layout, said: number -> findings, the worst first; written: stretches, colours: the player's, sprites} */
export function drawObjects(context, scene, layer) {
  const { layout } = layer;
  if (layout === null) return;
  const pen = { context, scene, ...layer, ...layout };
  context.save();
  context.globalAlpha = layout.fade;
  drawBeats(pen);
  const inLanes = layout.objects.mode === "mania";
  if (inLanes) drawLanes(pen);
  const drawOne = inLanes ? drawKey : drawRound;
  // From the last to the first: where they lie over each other, the one that comes next is on top. Long bars are below all.
  for (const isLong of [true, false]) {
    for (let at = layout.to - 1; at >= layout.from; at -= 1) {
      if ((layout.objects.kinds[at] === "w") !== isLong) continue;
      const place = placeOf(layout, at);
      if (place.end_x + place.reach > 0) drawOne(pen, at, place);
    }
  }
  for (let at = layout.from; at < layout.to; at += 1) if (layer.said.has(at)) drawBadge(pen, at, layer.said.get(at)[0].severity);
  context.restore();
}

function drawBeats({ context, scene, objects, view, width, top, tall }) {
  const lines = objects.beats.filter(([, beat_ms, meter]) => beat_ms > 0 && meter > 0);
  lines.forEach(([from_ms, beat_ms, meter], at) => {
    const start_ms = at === 0 ? view.start_ms : Math.max(from_ms, view.start_ms);
    const end_ms = Math.min(view.end_ms, lines[at + 1]?.[0] ?? Infinity);
    const beat_px = (beat_ms * width) / (view.end_ms - view.start_ms);
    const step = beat_px >= LEAST_BEAT_PX ? 1 : meter;
    if (beat_px * step < LEAST_BEAT_PX || start_ms >= end_ms) return;
    for (let beat = Math.ceil((start_ms - from_ms) / beat_ms / step) * step; from_ms + beat * beat_ms < end_ms; beat += step) {
      context.fillStyle = scene.colours[beat % meter === 0 ? "line-strong" : "line"];
      fillLine(context, scene, toX(view, width, from_ms + beat * beat_ms), top, tall);
    }
  });
}

/** In the shape and colour of what is said of it, at the head of its object. */
function drawBadge({ context, scene, layout }, at, severity) {
  const { x, y, half } = placeOf(layout, at);
  const inLane = layout.objects.mode === "mania";
  const [beside, over] = inLane ? [0, 0] : [half * 0.6, half + 1];
  const px = inLane ? Math.max(LEAST_BADGE_PX, Math.min(BADGE_PX, half * 0.8)) : BADGE_PX;
  for (const [size, colour] of [[px + 1.4, "bg-1"], [px, severity]]) {
    shape(context, LANES.indexOf(severity), x + beside, y - over, size);
    context.fillStyle = scene.colours[colour];
    context.fill();
  }
}

// What somebody has picked, and what is under the pointer

const OUT_PX = 2; // of the object, where its outline begins

/** First on its canvas: the inside of the outlines is cleared again. */
export function drawPicked(context, { colours }, layout, { picked, hover }) {
  const [first, last] = picked === null ? [0, -1] : [Math.max(picked.first, layout.from), Math.min(picked.last, layout.to - 1)];
  const isHovered = hover >= layout.from && hover < layout.to && !(hover >= first && hover <= last);
  if (isHovered) outline(context, layout, [hover], [[1.5, colours.text]]);
  outline(context, layout, Array.from({ length: Math.max(0, last - first + 1) }, (_, step) => first + step), [[4, colours["bg-1"]], [2.5, colours.accent]]);
}

/** One around all of them: rings in rings would hide what they are around. */
function outline(context, layout, numbers, strokes) {
  if (numbers.length === 0) return;
  context.save();
  for (const [wide, colour] of strokes) {
    context.fillStyle = colour;
    for (const at of numbers) fillAround(context, layout, at, OUT_PX + wide);
  }
  context.globalCompositeOperation = "destination-out";
  for (const at of numbers) fillAround(context, layout, at, OUT_PX);
  context.restore();
}

function fillAround(context, layout, at, out) {
  const { x, end_x, y, half, reach } = placeOf(layout, at);
  context.beginPath();
  context.roundRect(x - reach - out, y - half - out, end_x - x + 2 * (reach + out), 2 * (half + out), layout.objects.mode === "mania" ? 2 : half + out);
  context.fill();
}

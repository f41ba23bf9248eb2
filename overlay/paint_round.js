// Draws the objects of the modes that have one row: what is hit as a disc, what lasts as a bar, a slider's turns.

import { hasCombos, isKat, isWritten } from "./map_objects.js";
import { shaded } from "./player_colours.js";
import { putMiddle } from "./player_sprites.js";

const NUMBERED_PX = 8; // the least radius of a disc with a number on it
const REPEAT_PX = 5; // the least way between two repeats that are drawn
const NAMED_PX = 60; // the least length of a bar that says what it is
const DROPLET_PX = 6;
const LIGHT = 0.62; // of white: on lighter discs a number is dark

export function drawRound(pen, at, place) {
  const { objects } = pen;
  const colour = colourOf(pen, at);
  const kind = objects.kinds[at];
  if (kind !== "c") drawBody(pen, at, place, colour);
  if (kind === "s" || kind === "h") drawTurns(pen, at, place, colour);
  if (kind === "w" && objects.mode !== "taiko") return;
  const face = objects.mode === "taiko" && kind === "c" ? (isKat(objects, at) ? "kat" : "don") : "";
  disc(pen, colour, place.half, isWritten(pen.objects, at, pen.written), place.x, place.y, face);
  if (hasCombos(objects) && place.half >= NUMBERED_PX) number(pen, objects.combos[at], colour, place);
}

function colourOf({ objects, colours }, at) {
  const kind = objects.kinds[at];
  if (objects.mode === "taiko") return { c: isKat(objects, at) ? colours.kat : colours.don, s: colours.roll, w: colours.swell }[kind] ?? colours.roll;
  if (kind === "w") return objects.mode === "catch" ? colours.banana : colours.dim;
  return objects.colours[objects.combo_colours[at] % objects.colours.length];
}

function drawBody(pen, at, { x, end_x, y, half }, colour) {
  const { context, objects, colours, scene } = pen;
  const kind = objects.kinds[at];
  if (kind === "s" && objects.mode === "catch") return drawDroplets(pen, x, end_x, y, colour);
  const tall = kind === "w" ? half * 0.7 : half;
  context.beginPath();
  context.roundRect(x - tall, y - tall, end_x - x + 2 * tall, 2 * tall, tall);
  context.fillStyle = shaded(colour, -0.45);
  context.globalAlpha *= 0.85;
  context.fill();
  context.globalAlpha /= 0.85;
  context.strokeStyle = isWritten(pen.objects, at, pen.written) ? scene.colours.model : colour;
  context.lineWidth = half > 5 ? 2 : 1;
  context.stroke();
  if (kind === "w") nameIt(pen, at, x, end_x, y, half, colours);
}

function nameIt({ context, objects, scene, width }, at, x, end_x, y, half, colours) {
  const [left, right] = [Math.max(0, x), Math.min(width, end_x)];
  if (right - left < NAMED_PX || half < NUMBERED_PX) return;
  context.font = `600 10px ${scene.colours.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colours.ink;
  context.fillText({ osu: "spinner", taiko: "swell", catch: "bananas" }[objects.mode] ?? "", (left + right) / 2, y + 0.5);
}

/** What rains down between the fruits. */
function drawDroplets({ context, width }, x, end_x, y, colour) {
  context.fillStyle = colour;
  for (let drop = Math.max(x, x + Math.ceil(-x / DROPLET_PX) * DROPLET_PX); drop < Math.min(end_x, width); drop += DROPLET_PX) context.fillRect(drop - 1, y - 1, 2, 2);
}

/** Where a slider turns, and where it ends. */
function drawTurns(pen, at, { x, end_x, y, half }, colour) {
  const { objects, scene } = pen;
  if (objects.mode === "taiko") return;
  const spans = objects.spans[at];
  const way_px = (end_x - x) / spans;
  const first = way_px >= REPEAT_PX ? 1 : spans;
  for (let turn = first; turn <= spans; turn += 1) {
    const turn_x = x + turn * way_px;
    if (turn_x < -half || turn_x > scene.width + half) continue;
    disc(pen, colour, Math.max(2, Math.round(half * (turn < spans ? 0.4 : 0.62))), isWritten(pen.objects, at, pen.written), turn_x, y, turn < spans ? "turn" : "");
  }
}

/** A disc in a pale rim with a dark edge: seen on any ground, whatever colour the map has chosen. */
function disc(pen, colour, radius, written, x, y, face) {
  const { sprites, colours, scene } = pen;
  const side = 2 * radius + 4;
  const sprite = sprites.get(`${colour} ${radius} ${written} ${face} ${scene.colours.model}`, side, side, (context) => {
    const ring = (r, fill) => (context.beginPath(), context.arc(side / 2, side / 2, Math.max(0.5, r), 0, Math.PI * 2), (context.fillStyle = fill), context.fill());
    const rim = radius > 5 ? 1.8 : 1;
    ring(radius + 1, colours.casing);
    ring(radius, written ? scene.colours.model : colours.ink);
    ring(radius - rim, face === "turn" ? colours.ink : colour);
    if (face === "don" && radius > 4) ring(radius * 0.22, colours.ink);
    if (face === "kat" && radius > 4) (context.beginPath(), context.arc(side / 2, side / 2, radius * 0.48, 0, Math.PI * 2), (context.strokeStyle = colours.ink), (context.lineWidth = Math.max(1, radius * 0.12)), context.stroke());
  });
  putMiddle(pen.context, sprite, x, y);
}

function number({ context, sprites, scene, colours }, combo, colour, { x, y, half }) {
  const ink = lightness(colour) > LIGHT ? colours.casing : colours.ink;
  const size = Math.round(half * (combo > 99 ? 0.75 : combo > 9 ? 0.95 : 1.15));
  const sprite = sprites.get(`number ${combo} ${ink} ${size}`, 2 * half, 2 * half, (paint) => {
    paint.font = `700 ${size}px ${scene.colours.font}`;
    paint.textAlign = "center";
    paint.textBaseline = "middle";
    paint.fillStyle = ink;
    paint.fillText(combo, half, half + size * 0.06);
  });
  putMiddle(context, sprite, x, y);
}

function lightness(colour) {
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255);
  return 0.299 * r + 0.587 * g + 0.114 * b;
}

// Draws osu!taiko: a lane from right to left, the drum at its left, and what is to be hit on it.

import { beatLengthAt } from "./player_beats.js";
import { markOf, strokeMark } from "./player_mark.js";
import { putMiddle } from "./player_sprites.js";
import { taikoDistance, taikoLane } from "./player_scroll.js";

export const KAT = 2 | 8; // whistle or clap: the rim ("osu! wiki, osu!taiko")
export const BIG = 4; // finish: both sticks
const NOTE_SHARE = 0.44; // of the lane's height
const BIG_SCALE = 1.5;
const BEAT_NOTES = 2.7; // a beat's way in notes, as the game scrolls a slider multiplier of 1.4
const ROLL_TICKS = 4; // in a beat (ppy/osu, DrumRoll)
const FLASH_MS = 140;

export function taikoScene(map) {
  return { map, ...taikoLane(map), most: Math.max(0, ...map.objects.map(({ end_ms, time_ms }) => end_ms - time_ms)) };
}

export function drawTaiko(scene, view, t) {
  const note = view.height * NOTE_SHARE;
  const lane = { middle: view.height / 2, note, drum: note * 1.25, beat: note * BEAT_NOTES };
  const pen = { ...view, lane, map: scene.map };
  drawLane(pen);
  drawBars(pen, scene.bars, t);
  drawDrum(pen, scene, t);
  for (const each of scene.objects.toReversed()) drawThing(pen, each, t);
  pen.context.globalAlpha = 1;
}

function drawLane({ context, colours, width, height, lane }) {
  const tall = lane.note * BIG_SCALE * 1.22;
  context.fillStyle = colours.lane;
  context.fillRect(0, lane.middle - tall / 2, width, tall);
  context.fillStyle = colours["line-strong"];
  context.fillRect(0, Math.round(lane.middle - tall / 2), width, 1);
  context.fillRect(0, Math.min(height - 1, Math.round(lane.middle + tall / 2)), width, 1);
}

function drawBars({ context, colours, width, lane }, bars, t) {
  const tall = lane.note * BIG_SCALE * 1.22;
  context.fillStyle = colours["line-strong"];
  for (const { time_ms, beats_per_ms } of bars) {
    const x = lane.drum + taikoDistance(beats_per_ms, time_ms, t) * lane.beat;
    if (x > 0 && x < width) context.fillRect(Math.round(x), lane.middle - tall / 2, 1, tall);
  }
}

/** The place where things are hit; it answers each hit with its colour. */
function drawDrum({ context, colours, lane }, { objects }, t) {
  const ring = (r) => (context.beginPath(), context.arc(lane.drum, lane.middle, r, 0, Math.PI * 2));
  const hit = objects.findLast(({ object }) => object.time_ms <= t && object.kind === "circle")?.object;
  if (hit && t - hit.time_ms < FLASH_MS) {
    context.globalAlpha = 0.75 * (1 - (t - hit.time_ms) / FLASH_MS);
    ring((lane.note / 2) * sizeOf(hit) * 1.12);
    context.fillStyle = colourOfNote(colours, hit);
    context.fill();
    context.globalAlpha = 1;
  }
  context.strokeStyle = colours.dim;
  context.lineWidth = 1.5;
  ring(lane.note / 2);
  context.stroke();
  context.strokeStyle = colours["line-strong"];
  ring((lane.note / 2) * BIG_SCALE);
  context.stroke();
}

const sizeOf = ({ hitsound }) => (hitsound & BIG ? BIG_SCALE : 1);
const colourOfNote = (colours, { hitsound }) => (hitsound & KAT ? colours.kat : colours.don);

const DRAW = { circle: drawNote, slider: drawRoll, spinner: drawSwell };

function drawThing(pen, { object, beats_per_ms }, t) {
  const x = pen.lane.drum + taikoDistance(beats_per_ms, object.time_ms, t) * pen.lane.beat;
  const end_x = pen.lane.drum + taikoDistance(beats_per_ms, object.end_ms, t) * pen.lane.beat;
  if (x > pen.width + pen.lane.note || object.end_ms < t - FLASH_MS || end_x < -pen.lane.note) return;
  (DRAW[object.kind] ?? drawNote)(pen, object, t, x, end_x, beats_per_ms);
}

function drawNote(pen, object, t, x) {
  if (t > object.time_ms) return;
  const { colours } = pen;
  const inner = object.hitsound & KAT ? "kat" : "don";
  putMiddle(pen.context, disc(pen, object, colours[inner], inner), x, pen.lane.middle);
}

/** A coloured disc in a pale rim; the rim's notes carry a bar, the centre's none: told apart without colour too. */
function disc({ sprites, colours, lane, marking }, object, colour, name) {
  const radius = (lane.note / 2) * sizeOf(object);
  const mark = markOf(object, marking);
  const side = 2 * radius + 16;
  return sprites.get(`${name} ${radius} ${mark}`, side, side, (context) => {
    const ring = (r) => (context.beginPath(), context.arc(side / 2, side / 2, r, 0, Math.PI * 2));
    ring(radius);
    context.fillStyle = colours.casing;
    context.fill();
    ring(radius * 0.96);
    context.fillStyle = colours.ink;
    context.fill();
    ring(radius * 0.8);
    context.fillStyle = colour;
    context.fill();
    paintFace(context, colours, name, side / 2, radius);
    if (mark !== "") (ring(radius + 4), strokeMark(context, colours, mark, 3));
  });
}

function paintFace(context, colours, name, middle, radius) {
  context.strokeStyle = colours.ink;
  context.lineWidth = radius * 0.1;
  context.beginPath();
  if (name === "kat") context.arc(middle, middle, radius * 0.55, 0, Math.PI * 2);
  if (name === "don") (context.arc(middle, middle, radius * 0.2, 0, Math.PI * 2), (context.fillStyle = colours.ink), context.fill());
  if (name === "swell") for (const share of [0.25, 0.5]) (context.moveTo(middle + radius * share, middle), context.arc(middle, middle, radius * share, 0, Math.PI * 2));
  if (name !== "don") context.stroke();
}

function drawRoll(pen, object, t, x, end_x, beats_per_ms) {
  if (t > object.end_ms) return;
  const { context, colours, lane, map, marking } = pen;
  const radius = (lane.note / 2) * sizeOf(object);
  const body = () => (context.beginPath(), context.roundRect(x - radius, lane.middle - radius, end_x - x + 2 * radius, 2 * radius, radius));
  body();
  context.fillStyle = colours.roll;
  context.fill();
  context.strokeStyle = colours.ink;
  context.lineWidth = radius * 0.14;
  context.stroke();
  drawRollTicks(context, colours, lane, { object, t, beats_per_ms, gap_ms: beatLengthAt(map.beats, object.time_ms + 1) / ROLL_TICKS });
  const mark = markOf(object, marking);
  if (mark === "") return;
  context.beginPath();
  context.roundRect(x - radius - 5, lane.middle - radius - 5, end_x - x + 2 * radius + 10, 2 * radius + 10, radius + 5);
  strokeMark(context, colours, mark, 3);
}

function drawRollTicks(context, colours, lane, { object, t, beats_per_ms, gap_ms }) {
  context.fillStyle = colours.casing;
  const first = Math.max(0, Math.ceil((t - object.time_ms) / gap_ms));
  const last = Math.min(first + 200, Math.floor((object.end_ms - object.time_ms) / gap_ms + 1e-3));
  for (let at = first; at <= last; at++) {
    const x = lane.drum + taikoDistance(beats_per_ms, object.time_ms + at * gap_ms, t) * lane.beat;
    context.beginPath();
    context.arc(x, lane.middle, lane.note * 0.1, 0, Math.PI * 2);
    context.fill();
  }
}

/** Comes like a note, then waits on the drum while a ring closes in. */
function drawSwell(pen, object, t, x) {
  if (t > object.end_ms) return;
  const { context, colours, lane } = pen;
  const at_x = Math.max(lane.drum, x);
  putMiddle(context, disc(pen, object, colours.swell, "swell"), at_x, lane.middle);
  if (t < object.time_ms) return;
  const left = (object.end_ms - t) / Math.max(1, object.end_ms - object.time_ms);
  context.strokeStyle = colours.swell;
  context.lineWidth = 3;
  context.beginPath();
  context.arc(at_x, lane.middle, (lane.note / 2) * (1 + 0.6 * left), 0, Math.PI * 2);
  context.stroke();
}

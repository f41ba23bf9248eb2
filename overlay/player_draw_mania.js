// Draws osu!mania: columns in which notes fall onto a line, holds with their tails.

import { markOf, strokeMark } from "./player_mark.js";
import { maniaScroll, measures, scrolled } from "./player_scroll.js";

const SEEN_MS = 620; // from the top of the field to the line at speed 1
const WIDEST_PX = 66;
const KEYS_SHARE = 0.13; // of the height, under the line
const NOTE_SHARE = 0.36; // of a column's width
const LIT_MS = 110;

export function maniaScene(map) {
  const steps = maniaScroll(map);
  const far = (t) => scrolled(steps, t);
  const notes = map.objects.map((object) => ({ object, at: far(object.time_ms), end_at: far(object.end_ms) }));
  return { map, steps, notes, bars: measures(map).map(far) };
}

export function drawMania(scene, view, t) {
  const keys = Math.max(1, scene.map.keys);
  const column = Math.min(WIDEST_PX, (view.width - 16) / keys);
  const line = Math.round(view.height * (1 - KEYS_SHARE));
  const tall = Math.min(26, Math.max(9, column * NOTE_SHARE));
  const field = { keys, column, line, tall, left: Math.round((view.width - keys * column) / 2), px: line / SEEN_MS, now: scrolled(scene.steps, t) };
  const pen = { ...view, field };
  drawColumns(pen);
  drawBars(pen, scene.bars);
  drawLine(pen);
  for (const note of scene.notes) drawNote(pen, note, t);
  drawKeys(pen, pressed(scene.notes, keys, t));
}

const yOf = ({ line, px, now }, at) => line - (at - now) * px;

/** Outer and inner columns take turns, the middle one of an odd number stands alone. */
function columnColour(colours, keys, column) {
  if (keys % 2 === 1 && column === (keys - 1) / 2) return colours["key-mid"];
  const from_edge = column < keys / 2 ? column : keys - 1 - column;
  return from_edge % 2 === 0 ? colours["key-a"] : colours["key-b"];
}

function drawColumns({ context, colours, height, field }) {
  context.fillStyle = colours.lane;
  context.fillRect(field.left, 0, field.keys * field.column, height);
  context.fillStyle = colours.line;
  for (let column = 0; column <= field.keys; column++) {
    context.fillRect(Math.round(field.left + column * field.column), 0, 1, height);
  }
}

function drawBars({ context, colours, field }, bars) {
  context.fillStyle = colours["line-strong"];
  for (const at of bars) {
    const y = yOf(field, at);
    if (y > 0 && y < field.line) context.fillRect(field.left, Math.round(y), field.keys * field.column, 1);
  }
}

function drawLine({ context, colours, field }) {
  context.fillStyle = colours.dim;
  context.fillRect(field.left, field.line, field.keys * field.column, 2);
}

/** Its bottom reaches the line when it is hit; the head of a hold stays there while it is held. */
function drawNote(pen, { object, at, end_at }, t) {
  const { context, colours, field, marking } = pen;
  if (t > object.end_ms || (object.kind !== "hold" && t > object.time_ms)) return;
  const [bottom, top] = [Math.min(field.line, yOf(field, at)), yOf(field, end_at)];
  if (bottom < 0 || top > field.line + field.tall) return;
  const [x, wide] = [field.left + object.column * field.column + 2, field.column - 3];
  const colour = columnColour(colours, field.keys, object.column);
  if (object.kind === "hold") drawHoldBody(context, colour, { x, wide, top, bottom, held: t >= object.time_ms });
  context.globalAlpha = 1;
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(x, bottom - field.tall, wide, field.tall, 4);
  context.fill();
  context.fillStyle = "rgb(255 255 255 / 30%)";
  context.fillRect(x + 3, bottom - field.tall + 2, wide - 6, Math.max(1, field.tall * 0.16));
  const mark = markOf(object, marking);
  if (mark === "") return;
  context.beginPath();
  const upper = object.kind === "hold" ? Math.min(top, bottom - field.tall) : bottom - field.tall;
  context.roundRect(x - 0.5, upper - 1.5, wide + 1, bottom - upper + 3, 5);
  strokeMark(context, colours, mark, 2.5);
}

function drawHoldBody(context, colour, { x, wide, top, bottom, held }) {
  context.globalAlpha = held ? 0.75 : 0.5;
  context.fillStyle = colour;
  const inset = wide * 0.1;
  context.beginPath();
  context.roundRect(x + inset, top, wide - 2 * inset, Math.max(0, bottom - top), 4);
  context.fill();
  context.globalAlpha = 0.9;
  context.fillRect(x + inset, top, wide - 2 * inset, 3);
}

/** How brightly each key is lit: while held, and for a moment after a note. */
function pressed(notes, keys, t) {
  const lit = Array(keys).fill(0);
  for (const { object } of notes) {
    if (object.time_ms > t) break;
    const after_ms = t - object.end_ms;
    if (after_ms < LIT_MS && object.column < keys) lit[object.column] = Math.max(lit[object.column], after_ms <= 0 ? 1 : 1 - after_ms / LIT_MS);
  }
  return lit;
}

function drawKeys({ context, colours, height, field }, lit) {
  const top = field.line + 6;
  lit.forEach((light, column) => {
    const x = field.left + column * field.column + 2;
    context.globalAlpha = 1;
    context.fillStyle = colours["line-strong"];
    context.beginPath();
    context.roundRect(x, top, field.column - 3, height - top - 6, 5);
    context.fill();
    context.globalAlpha = light * 0.9;
    context.fillStyle = columnColour(colours, field.keys, column);
    context.fill();
  });
  context.globalAlpha = 1;
}

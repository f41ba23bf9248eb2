// Draws osu!catch: fruits that fall, and the line they are caught on.

import { catcherAt, catcherPx, fallen, fallers, mustBeCaught } from "./player_catch.js";
import { shaded } from "./player_colours.js";
import { markOf, strokeMark } from "./player_mark.js";
import { FIELD, radiusPx } from "./player_osu.js";
import { colourOf } from "./player_prepare.js";
import { putMiddle } from "./player_sprites.js";

const MARGIN_X = (FIELD.screen_width - FIELD.width) / 2;
const PLATE_Y = 420; // of 480: above it all of the fall, under it the catcher
const SIZE = { fruit: 1, banana: 0.75, droplet: 0.45, tiny: 0.22 };
const CAUGHT_FADE_MS = 90;
const SHAPES = 4; // a combo's fruits share one, so that combos are told apart without colour

export function catchScene(map) {
  const all = fallers(map);
  return { map, all, must: mustBeCaught(all), radius: radiusPx(map.cs) };
}

export function drawCatch(scene, view, t) {
  const { map, all } = scene;
  const scale = Math.min(view.width / FIELD.screen_width, view.height / FIELD.screen_height);
  const left = (view.width - FIELD.screen_width * scale) / 2 + MARGIN_X * scale;
  const at = { x: (x) => left + x * scale, scale, radius: scene.radius * scale, plate: PLATE_Y * scale, height: view.height };
  const pen = { ...view, at, map };
  drawField(pen);
  const shown = all.filter(({ time_ms }) => t <= time_ms + CAUGHT_FADE_MS && fallen(time_ms, t, map.ar) > -0.15);
  drawTrails(pen, shown, t);
  for (const each of shown.toReversed()) drawFaller(pen, each, t);
  drawCatcher(pen, catcherAt(scene.must, t));
  pen.context.globalAlpha = 1;
}

function drawField({ context, colours, at }) {
  context.fillStyle = colours.lane;
  context.fillRect(at.x(0), 0, FIELD.width * at.scale, at.height);
  context.fillStyle = colours.line;
  for (const x of [0, 128, 256, 384, 512]) context.fillRect(Math.round(at.x(x)), 0, 1, at.height);
  context.fillStyle = colours["line-strong"];
  context.fillRect(at.x(0), Math.round(at.plate), FIELD.width * at.scale, 1);
}

const yOf = ({ at, map }, time_ms, t) => fallen(time_ms, t, map.ar) * at.plate;

/** A thread through the parts of a juice stream: they are one object. */
function drawTrails(pen, shown, t) {
  const { context, at, map } = pen;
  const streams = Map.groupBy(shown.filter(({ object }) => object.kind === "slider"), ({ object }) => object);
  for (const [object, parts] of streams) {
    context.globalAlpha = 0.3;
    context.strokeStyle = colourOf(map, object);
    context.lineWidth = Math.max(2, at.radius * 0.16);
    context.beginPath();
    for (const { x, time_ms } of parts) context.lineTo(at.x(x), yOf(pen, time_ms, t));
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawFaller(pen, each, t) {
  const { context, at } = pen;
  const gone = t > each.time_ms ? (t - each.time_ms) / CAUGHT_FADE_MS : 0;
  context.globalAlpha = Math.max(0, 1 - gone);
  putMiddle(context, fruitSprite(pen, each), at.x(each.x), Math.min(at.plate, yOf(pen, each.time_ms, t)));
}

function fruitSprite(pen, { kind, object, is_hyper }) {
  const { at, sprites, colours, map, marking } = pen;
  const mark = markOf(object, marking && kind !== "tiny");
  const colour = kind === "banana" ? colours.banana : colourOf(map, object);
  const shape = kind === "fruit" ? object.colour % SHAPES : -1;
  const radius = at.radius * SIZE[kind];
  const side = 2 * radius + 18;
  const key = `${kind} ${radius} ${colour} ${shape} ${mark} ${is_hyper}`;
  return sprites.get(key, side, side, (context) => paintFruit(context, side / 2, radius, { colour, colours, shape, mark, is_hyper }));
}

function paintFruit(context, middle, radius, { colour, colours, shape, mark, is_hyper }) {
  const ring = (r, y = middle) => (context.beginPath(), context.arc(middle, y, r, 0, Math.PI * 2));
  if (is_hyper) {
    ring(radius + 1);
    context.strokeStyle = colours.hyper;
    context.lineWidth = 4;
    context.stroke();
  }
  const skin = context.createRadialGradient(middle - radius * 0.3, middle - radius * 0.35, radius * 0.1, middle, middle, radius);
  skin.addColorStop(0, shaded(colour, 0.35));
  skin.addColorStop(0.45, colour);
  skin.addColorStop(1, shaded(colour, -0.45));
  ring(radius * 0.94);
  context.fillStyle = skin;
  context.fill();
  context.strokeStyle = shaded(colour, -0.7);
  context.lineWidth = Math.max(1, radius * 0.06);
  context.stroke();
  if (shape >= 0) (paintPips(context, middle, radius, shape), paintLeaf(context, middle, radius, colour));
  if (mark !== "") (ring(radius + 5), strokeMark(context, colours, mark, 3));
}

/** One to four pips: the combo's fruit. */
function paintPips(context, middle, radius, shape) {
  context.fillStyle = "rgb(255 255 255 / 85%)";
  for (let pip = 0; pip <= shape; pip++) {
    const angle = (pip / (shape + 1)) * Math.PI * 2 - Math.PI / 2;
    const far = shape === 0 ? 0 : radius * 0.4;
    context.beginPath();
    context.arc(middle + Math.cos(angle) * far, middle + Math.sin(angle) * far, radius * 0.13, 0, Math.PI * 2);
    context.fill();
  }
}

function paintLeaf(context, middle, radius, colour) {
  const top = middle - radius * 0.86;
  context.strokeStyle = shaded(colour, -0.7);
  context.lineWidth = Math.max(1.5, radius * 0.09);
  context.lineCap = "round";
  context.beginPath();
  context.moveTo(middle, top + radius * 0.16);
  context.lineTo(middle + radius * 0.06, top - radius * 0.12);
  context.stroke();
  context.beginPath();
  context.ellipse(middle + radius * 0.26, top, radius * 0.22, radius * 0.1, -0.5, 0, Math.PI * 2);
  context.fillStyle = shaded(colour, 0.55);
  context.fill();
}

function drawCatcher({ context, colours, at, map }, x) {
  const wide = catcherPx(map.cs) * at.scale;
  const [left, tall] = [at.x(x) - wide / 2, Math.max(5, 9 * at.scale)];
  context.globalAlpha = 1;
  context.fillStyle = colours.ink;
  context.beginPath();
  context.roundRect(left, at.plate + 1, wide, tall, tall / 2);
  context.fill();
  context.fillStyle = colours.dim;
  context.beginPath();
  context.moveTo(left + wide * 0.2, at.plate + tall);
  context.lineTo(left + wide * 0.8, at.plate + tall);
  context.lineTo(left + wide * 0.62, at.plate + tall * 4.5);
  context.lineTo(left + wide * 0.38, at.plate + tall * 4.5);
  context.closePath();
  context.fill();
}

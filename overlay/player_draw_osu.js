// Draws osu!: circles, sliders, spinners, as they stand at one moment. What stands where is player_osu.js's business.

import { shaded } from "./player_colours.js";
import { drawBody } from "./player_draw_slider.js";
import { markOf, strokeMark } from "./player_mark.js";
import { alphaAt, approachAt, FIELD, followAlphaAt, followPoints, headAt, HIT_FADE_MS, preemptMs, radiusPx } from "./player_osu.js";
import { ballAt, ballShare } from "./player_path.js";
import { colourOf, visible } from "./player_prepare.js";
import { put, putMiddle } from "./player_sprites.js";

const MARGIN = { x: (FIELD.screen_width - FIELD.width) / 2, y: (FIELD.screen_height - FIELD.height) / 2 };
const FOLLOW_CIRCLE_SCALE = 1.9; // the game's is 2.4, under which neighbours vanish
const SPINNER_PX = 150;

/** What of a map never changes while it plays. */
export function osuScene(map) {
  return { map, radius: radiusPx(map.cs), follow: followPoints(map.objects, map.ar) };
}

/** `view`: {context, width, height, colours, sprites, marking, still}; `t`: the song's milliseconds. */
export function drawOsu(scene, view, t) {
  const { map } = scene;
  const scale = Math.min(view.width / FIELD.screen_width, view.height / FIELD.screen_height);
  const left = (view.width - FIELD.screen_width * scale) / 2;
  const at = {
    x: (x) => left + (x + MARGIN.x) * scale,
    y: (y) => (y + MARGIN.y) * scale,
    scale,
    radius: scene.radius * scale,
  };
  const pen = { ...view, at, map };
  drawField(pen);
  drawFollowPoints(pen, scene.follow, t);
  const shown = visible(map.objects, t, preemptMs(map.ar), HIT_FADE_MS);
  for (const object of shown.toReversed()) drawObject(pen, object, t);
  for (const object of shown) drawApproach(pen, object, t);
  pen.context.globalAlpha = 1;
}

function drawField({ context, colours, at }) {
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  context.strokeRect(Math.round(at.x(0)) + 0.5, Math.round(at.y(0)) + 0.5, Math.round(FIELD.width * at.scale), Math.round(FIELD.height * at.scale));
  context.fillStyle = colours["line-strong"];
  context.fillRect(at.x(256) - 3.5, at.y(192) - 0.5, 7, 1);
  context.fillRect(at.x(256) - 0.5, at.y(192) - 3.5, 1, 7);
}

function drawFollowPoints({ context, colours, at }, points, t) {
  context.fillStyle = colours.ink;
  for (const point of points) {
    const alpha = followAlphaAt(point, t);
    if (alpha <= 0) continue;
    context.globalAlpha = alpha * 0.55;
    context.beginPath();
    context.ellipse(at.x(point.x), at.y(point.y), 7 * at.scale, 2.2 * at.scale, point.angle, 0, Math.PI * 2);
    context.fill();
  }
  context.globalAlpha = 1;
}

const DRAW = { circle: drawHead, slider: drawSlider, spinner: drawSpinner };

function drawObject(pen, object, t) {
  (DRAW[object.kind] ?? drawHead)(pen, object, t);
}

function drawHead(pen, object, t) {
  const { context, at, still } = pen;
  const { alpha, scale } = headAt(object, t, pen.map.ar);
  if (alpha <= 0) return;
  context.globalAlpha = alpha;
  putMiddle(context, circleSprite(pen, object), at.x(object.x), at.y(object.y), still ? 1 : scale);
}

/** Disc, rim, number, and its mark: one picture for all that look alike. */
function circleSprite(pen, object) {
  const { at, sprites, colours, marking } = pen;
  const mark = object.kind === "slider" ? "" : markOf(object, marking); // a slider's stands around its body
  const colour = colourOf(pen.map, object);
  const side = 2 * sprites.whole(at.radius + 8);
  const key = `circle ${at.radius} ${colour} ${object.combo} ${mark}`;
  return sprites.get(key, side, side, (context) => paintCircle(context, side / 2, at.radius, { colour, colours, mark, combo: object.combo }));
}

function paintCircle(context, middle, radius, { colour, colours, mark, combo }) {
  const disc = (r) => (context.beginPath(), context.arc(middle, middle, r, 0, Math.PI * 2));
  const inside = context.createRadialGradient(middle, middle - radius * 0.4, radius * 0.1, middle, middle, radius);
  inside.addColorStop(0, shaded(colour, 0.12));
  inside.addColorStop(1, shaded(colour, -0.42));
  disc(radius * 0.9);
  context.fillStyle = inside;
  context.fill();
  disc(radius * 0.93);
  context.strokeStyle = colours.ink;
  context.lineWidth = radius * 0.13;
  context.stroke();
  disc(radius * 0.995);
  context.strokeStyle = shaded(colour, -0.75);
  context.lineWidth = Math.max(1, radius * 0.035);
  context.stroke();
  paintNumber(context, middle, radius, colours, combo);
  if (mark === "") return;
  disc(radius + 4);
  strokeMark(context, colours, mark, 3);
}

function paintNumber(context, middle, radius, colours, combo) {
  const text = String(combo);
  context.font = `700 ${radius * (text.length > 2 ? 0.62 : 0.86)}px ${colours.font}`;
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  const { actualBoundingBoxAscent: tall } = context.measureText(text);
  context.fillStyle = colours.casing;
  context.fillText(text, middle, middle + tall / 2 + radius * 0.05);
  context.fillStyle = colours.ink;
  context.fillText(text, middle, middle + tall / 2);
}

function drawApproach({ context, at, map }, object, t) {
  const approach = object.kind === "spinner" ? null : approachAt(object, t, map.ar);
  if (approach === null) return;
  context.globalAlpha = approach.alpha;
  context.strokeStyle = shaded(colourOf(map, object), 0.15);
  context.lineWidth = Math.max(1.5, at.radius * 0.09);
  context.beginPath();
  context.arc(at.x(object.x), at.y(object.y), at.radius * approach.scale, 0, Math.PI * 2);
  context.stroke();
}

function drawSlider(pen, object, t) {
  const { context, at } = pen;
  const alpha = alphaAt(object, t, pen.map.ar);
  if (alpha <= 0) return;
  context.globalAlpha = alpha;
  const body = drawBody(pen, object);
  put(context, body.sprite, body.x, body.y);
  drawTicks(pen, object, t);
  drawArrow(pen, object, t);
  if (t >= object.time_ms && t <= object.end_ms) drawBall(pen, object, t);
  drawHead(pen, object, t);
}

/** Those still to come in the span the ball is in, or of the first before it begins. */
function drawTicks({ context, colours, at }, object, t) {
  context.fillStyle = colours.ink;
  const span_ms = (object.end_ms - object.time_ms) / object.spans;
  const now = Math.max(0, ballShare(object, Math.max(t, object.time_ms)).span);
  for (const time_ms of object.ticks ?? []) {
    if (time_ms <= t || Math.floor((time_ms - object.time_ms) / span_ms) !== now) continue;
    const { x, y } = ballAt(object, time_ms);
    context.beginPath();
    context.arc(at.x(x), at.y(y), Math.max(1.5, at.radius * 0.12), 0, Math.PI * 2);
    context.fill();
  }
}

/** At the end the ball is running to, if it will turn there. */
function drawArrow({ context, colours, at }, object, t) {
  const { span } = ballShare(object, Math.max(t, object.time_ms));
  if (object.line === null || span >= object.spans - 1 || t > object.end_ms) return;
  const { points, total } = object.line;
  if (total <= 0) return;
  const [end, before] = span % 2 === 0 ? [points.at(-1), points.at(-2)] : [points[0], points[1]];
  const angle = Math.atan2(before[1] - end[1], before[0] - end[0]);
  const r = at.radius * 0.42;
  context.save();
  context.translate(at.x(end[0]), at.y(end[1]));
  context.rotate(angle);
  context.beginPath();
  context.moveTo(-r * 0.5, -r);
  context.lineTo(r * 0.6, 0);
  context.lineTo(-r * 0.5, r);
  context.strokeStyle = colours.ink;
  context.lineWidth = at.radius * 0.17;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.stroke();
  context.restore();
}

function drawBall({ context, colours, at, map }, object, t) {
  const { x, y } = ballAt(object, t);
  context.globalAlpha = 1;
  const ring = (r) => (context.beginPath(), context.arc(at.x(x), at.y(y), r, 0, Math.PI * 2));
  ring(at.radius * 0.8);
  context.fillStyle = shaded(colourOf(map, object), 0.25);
  context.fill();
  context.strokeStyle = colours.ink;
  context.lineWidth = at.radius * 0.14;
  context.stroke();
  ring(at.radius * FOLLOW_CIRCLE_SCALE);
  context.strokeStyle = colours.ball;
  context.lineWidth = Math.max(2, at.radius * 0.1);
  context.stroke();
}

/** A ring that closes in as the time runs out, and an arm that turns. */
function drawSpinner({ context, colours, at, marking, still }, object, t) {
  const fade = t < object.time_ms ? Math.max(0, 1 - (object.time_ms - t) / 400) : Math.max(0, 1 - Math.max(0, t - object.end_ms) / HIT_FADE_MS);
  if (fade <= 0) return;
  const left = Math.min(1, Math.max(0, (object.end_ms - t) / Math.max(1, object.end_ms - object.time_ms)));
  const [x, y, r] = [at.x(256), at.y(192), SPINNER_PX * at.scale];
  const ring = (radius) => (context.beginPath(), context.arc(x, y, Math.max(0.5, radius), 0, Math.PI * 2));
  context.globalAlpha = fade;
  ring(r);
  context.fillStyle = colours.lane;
  context.fill();
  context.strokeStyle = colours["line-strong"];
  context.lineWidth = 3;
  context.stroke();
  const mark = markOf(object, marking);
  if (mark !== "") (ring(r + 6), strokeMark(context, colours, mark, 3));
  ring(r * left);
  context.strokeStyle = colours.ball;
  context.lineWidth = 4;
  context.stroke();
  if (!still && t > object.time_ms) drawArms(context, colours, x, y, r * 0.86, (t - object.time_ms) / 48);
  ring(5 * at.scale);
  context.fillStyle = colours.ink;
  context.fill();
}

function drawArms(context, colours, x, y, r, angle) {
  context.strokeStyle = colours.dim;
  context.lineWidth = 2;
  context.beginPath();
  for (const turn of [0, Math.PI / 2]) {
    const [dx, dy] = [Math.cos(angle + turn) * r, Math.sin(angle + turn) * r];
    context.moveTo(x - dx, y - dy);
    context.lineTo(x + dx, y + dy);
  }
  context.stroke();
}

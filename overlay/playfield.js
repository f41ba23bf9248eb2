// A small playfield: where an object stands, where the model expected it, and what stands around it. Drawing only.

import { chance } from "./format.js";

export const FIELD = { width: 512, height: 384 };
const MARGIN = 26; // osu! pixels: an object may stand on the very edge
const MOST_PLACES = 4;

/** Radius of a circle in osu! pixels ("osu! wiki, circle size"). */
const radiusOf = (circleSize) => 54.4 - 4.48 * circleSize;

/** `scene`: {at, places: [{x, y, probability}], neighbours: [{x, y, number}], cs, colours} */
export function drawPlayfield(canvas, scene) {
  const ratio = devicePixelRatio || 1;
  const width = canvas.clientWidth;
  const scale = width / (FIELD.width + 2 * MARGIN);
  Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round((FIELD.height + 2 * MARGIN) * scale * ratio) });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  const place = { x: (x) => (x + MARGIN) * scale, y: (y) => (y + MARGIN) * scale, radius: radiusOf(scene.cs) * scale };
  drawFrame(context, scene, scale);
  drawNeighbours(context, scene, place);
  drawExpected(context, scene, place);
  drawReal(context, scene, place);
}

function drawFrame(context, { colours }, scale) {
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  context.strokeRect(MARGIN * scale, MARGIN * scale, FIELD.width * scale, FIELD.height * scale);
  context.beginPath();
  for (const share of [0.25, 0.5, 0.75]) {
    line(context, [(MARGIN + FIELD.width * share) * scale, MARGIN * scale], [(MARGIN + FIELD.width * share) * scale, (MARGIN + FIELD.height) * scale]);
    line(context, [MARGIN * scale, (MARGIN + FIELD.height * share) * scale], [(MARGIN + FIELD.width) * scale, (MARGIN + FIELD.height * share) * scale]);
  }
  context.globalAlpha = 0.5;
  context.stroke();
  context.globalAlpha = 1;
}

function line(context, [x, y], [to_x, to_y]) {
  context.moveTo(x, y);
  context.lineTo(to_x, to_y);
}

/** The way through the pattern as it is now, and its objects by how many before or after. */
function drawNeighbours(context, { neighbours, at, colours }, place) {
  const before = neighbours.filter(({ number }) => number < 0);
  const after = neighbours.filter(({ number }) => number > 0);
  context.strokeStyle = colours["density-edge"];
  context.setLineDash([3, 4]);
  context.beginPath();
  [...before, { x: at[0], y: at[1] }, ...after].forEach(({ x, y }) => context.lineTo(place.x(x), place.y(y)));
  context.stroke();
  context.setLineDash([]);
  for (const { x, y, number } of neighbours) {
    ring(context, place, x, y, { fill: colours["bg-2"], stroke: colours["density-edge"], width: 1.5 });
    write(context, colours, signed(number), place.x(x), place.y(y), colours.dim);
  }
}

function drawExpected(context, { places, at, colours }, place) {
  for (const { x, y, probability } of [...places].reverse()) {
    const alpha = 0.25 + 0.75 * Math.min(1, probability);
    context.globalAlpha = alpha;
    ring(context, place, x, y, { fill: colours["model-soft"], stroke: colours.model, width: 2.5 });
    context.globalAlpha = 1;
  }
  const [best] = places;
  if (!best) return;
  arrow(context, colours, [place.x(at[0]), place.y(at[1])], [place.x(best.x), place.y(best.y)], place.radius);
  label(context, colours, chance(best.probability), place.x(best.x), place.y(best.y), colours.model);
}

function drawReal(context, { at, colours }, place) {
  ring(context, place, at[0], at[1], { fill: colours["bg-3"], stroke: colours.text, width: 2.5 });
  label(context, colours, "now", place.x(at[0]), place.y(at[1]), colours.text);
}

function ring(context, place, x, y, { fill, stroke, width }) {
  context.beginPath();
  context.arc(place.x(x), place.y(y), Math.max(7, place.radius - width / 2), 0, Math.PI * 2);
  context.fillStyle = fill;
  context.fill();
  context.strokeStyle = stroke;
  context.lineWidth = width;
  context.stroke();
}

/** From where it is to where it was expected, between the rims of the two circles. */
function arrow(context, colours, [x, y], [to_x, to_y], radius) {
  const away = Math.hypot(to_x - x, to_y - y);
  if (away < 2 * radius + 10) return;
  const [ux, uy] = [(to_x - x) / away, (to_y - y) / away];
  const [end_x, end_y] = [to_x - ux * (radius + 3), to_y - uy * (radius + 3)];
  context.strokeStyle = colours.model;
  context.lineWidth = 1.5;
  context.beginPath();
  line(context, [x + ux * (radius + 3), y + uy * (radius + 3)], [end_x, end_y]);
  line(context, [end_x, end_y], [end_x - 6 * ux + 4 * uy, end_y - 6 * uy - 4 * ux]);
  line(context, [end_x, end_y], [end_x - 6 * ux - 4 * uy, end_y - 6 * uy + 4 * ux]);
  context.stroke();
}

function write(context, colours, text, x, y, colour) {
  context.font = `600 11px ${colours.font}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colour;
  context.fillText(text, x, y + 0.5);
}

/** On a ground of its own, since circles may lie over each other. */
function label(context, colours, text, x, y, colour) {
  context.font = `600 11px ${colours.font}`;
  const wide = context.measureText(text).width + 8;
  context.fillStyle = colours["bg-1"];
  context.beginPath();
  context.roundRect(x - wide / 2, y - 8, wide, 16, 4);
  context.fill();
  write(context, colours, text, x, y, colour);
}

const signed = (number) => (number > 0 ? `+${number}` : `−${-number}`);

/** What is to be drawn of a finding, or null where the model's opinion is not about a position. */
export function sceneOf({ time_ms, opinion }, cs) {
  const { at, alternatives, neighbours } = opinion;
  const places = alternatives.filter(({ x, y }) => x !== null && y !== null).slice(0, MOST_PLACES);
  if (at === null || places.length === 0) return null;
  return { at, places, neighbours: numbered(neighbours, at, time_ms), cs };
}

/** The object itself is left out; those before it count down to it, those after it up. */
function numbered(neighbours, [x, y], time_ms) {
  const others = neighbours.filter((each) => !(each[2] === time_ms && each[0] === x && each[1] === y));
  const before = others.filter((each) => each[2] < time_ms).length;
  return others.map(([nx, ny], index) => ({ x: nx, y: ny, number: index < before ? index - before : index - before + 1 }));
}

/** The same for those who do not see it. */
export function sceneInWords({ at, places, neighbours }) {
  const expected = places.map(({ x, y, probability }) => `(${x}, ${y}) ${chance(probability)}`).join("; ");
  const around = neighbours.map(({ x, y, number }) => `${signed(number)} at (${x}, ${y})`).join(", ");
  return `Playfield. The object stands at (${at.join(", ")}). Expected: ${expected}.${around ? ` Around it: ${around}.` : ""}`;
}

// Draws osu!mania: a lane for each column, the leftmost on top.

import { isWritten } from "./map_objects.js";
import { shaded } from "./player_colours.js";

/** The lines between the lanes. */
export function drawLanes({ context, scene, objects, width, top, tall }) {
  context.fillStyle = scene.colours.line;
  for (let row = 0; row <= objects.keys; row += 1) context.fillRect(0, Math.round(top + (tall / objects.keys) * row), width, 1);
}

export function drawKey(pen, at, { x, end_x, y, half, reach }) {
  const { context, objects, colours, scene } = pen;
  const colour = keyColour(colours, objects.columns[at], objects.keys);
  if (end_x > x) {
    context.fillStyle = shaded(colour, -0.4);
    context.fillRect(x, y - half * 0.7, end_x - x, half * 1.4);
    context.fillStyle = colour;
    context.fillRect(end_x - 1.5, y - half * 0.7, 1.5, half * 1.4);
  }
  context.fillStyle = colours.casing;
  context.fillRect(x - reach - 0.5, y - half - 0.5, 2 * reach + 1, 2 * half + 1);
  context.fillStyle = isWritten(pen.objects, at, pen.written) ? scene.colours.model : colour;
  context.fillRect(x - reach, y - half, 2 * reach, 2 * half);
}

/** As a keyboard's: outer and inner keys by turns, one of its own in the middle. */
function keyColour(colours, column, keys) {
  if (keys % 2 === 1 && column === (keys - 1) / 2) return colours["key-mid"];
  const from_edge = Math.min(column, keys - 1 - column);
  return colours[from_edge % 2 === 0 ? "key-a" : "key-b"];
}

// The strip of surprise along the song: a bar per stretch, higher and stronger the more the model was surprised; a
// dotted line where it has not looked yet, nothing where it has nothing to say.

import { LAYOUT } from "./stage.js";
import { toX } from "./timescale.js";

const WARM = 1 / 3; // of the scale, which counts orders of magnitude: 1 is a surprise of 100, this is one of 1
const HOT = 2 / 3; // a surprise of 10, where taste ends

export function drawHeat(context, { heat, view, width, colours }) {
  if (heat === null) return;
  const base = LAYOUT.heatTop + LAYOUT.heat;
  context.fillStyle = colours.line;
  context.fillRect(0, base, width, 1);
  heat.values.forEach((value, at) => {
    const x = toX(view, width, at * heat.bin_ms);
    const until = toX(view, width, (at + 1) * heat.bin_ms);
    if (until < 0 || x > width) return;
    if (value === null) drawPending(context, colours, x, until, base);
    else drawBar(context, colours, x, Math.max(1, until - x - (until - x > 3 ? 1 : 0)), value, base);
  });
  context.globalAlpha = 1;
}

function drawBar(context, colours, x, wide, value, base) {
  const tall = value <= 0 ? 1 : Math.max(1, value ** 1.6 * LAYOUT.heat);
  context.globalAlpha = 0.25 + 0.75 * value;
  context.fillStyle = colours.model;
  context.fillRect(x, base - tall, wide, tall);
}

/** Dots on a grid of the stage's own, so that they stand still while the song moves. */
function drawPending(context, colours, x, until, base) {
  context.globalAlpha = 0.55;
  context.fillStyle = colours.dim;
  for (let at = Math.ceil(x / 5) * 5; at < until; at += 5) context.fillRect(at, base - 4, 1.5, 1.5);
}

/** In a few words, for the pointer. */
export function heatAt({ bin_ms, values }, time_ms) {
  const value = values[Math.floor(time_ms / bin_ms)];
  if (value === undefined) return "";
  if (value === null) return "the model has not looked here yet";
  if (value < WARM) return "as the model expected";
  return value < HOT ? "a little surprising to the model" : "very surprising to the model";
}

/** The same for those who hear the page. */
export function heatInWords(opinion) {
  const values = opinion?.heat?.values ?? [];
  if (values.length === 0) return "";
  const pending = values.filter((value) => value === null).length;
  const hot = values.filter((value) => value !== null && value >= HOT).length;
  return `The model finds ${hot} of ${values.length} stretches of the song very surprising${pending > 0 ? `; ${pending} it has not looked at yet` : ""}.`;
}

// Draws stretches of the song: the one that is meant, with its handles and how long it is; the one that is being
// written; and those that were generated, as bands along the foot.

import { LAYOUT } from "./stage.js";
import { toX } from "./timescale.js";
import { lengthText } from "./time_range.js";

const HANDLE = { wide: 5, tall: 26 };
const BAND_PX = 5;
const STRIPE_PX = 6;

/** `range`: that somebody means, or null; `grid`: what its length is counted in. */
export function drawRange(context, scene, range, grid) {
  if (range === null) return;
  const { colours, height, view, width } = scene;
  const [left, right] = [toX(view, width, range.start_ms), toX(view, width, range.end_ms)];
  if (right < 0 || left > width) return;
  const tall = height - LAYOUT.ruler - LAYOUT.foot;
  context.fillStyle = colours.accent;
  context.globalAlpha = 0.16;
  context.fillRect(left, LAYOUT.ruler, Math.max(2, right - left), tall);
  context.globalAlpha = 1;
  for (const x of [left, right]) drawHandle(context, scene, x, tall);
  drawLength(context, scene, lengthText(range, grid), Math.max(0, left), Math.min(width, right));
}

function drawHandle(context, { colours }, x, tall) {
  context.fillStyle = colours.accent;
  context.fillRect(Math.round(x) - 0.5, LAYOUT.ruler, 1, tall);
  context.beginPath();
  context.roundRect(x - HANDLE.wide / 2, LAYOUT.ruler + tall / 2 - HANDLE.tall / 2, HANDLE.wide, HANDLE.tall, 2.5);
  context.fill();
}

/** In the range where it has room, else beside it. */
function drawLength(context, { colours, width }, text, left, right) {
  context.font = `600 11px ${colours.font}`;
  const wide = context.measureText(text).width + 10;
  const x = right - left > wide + 12 ? (left + right) / 2 - wide / 2 : right + wide + 10 < width ? right + 8 : left - wide - 8;
  const y = LAYOUT.songTop + 16;
  context.fillStyle = colours.accent;
  context.beginPath();
  context.roundRect(Math.max(2, x), y, wide, 16, 4);
  context.fill();
  context.fillStyle = colours["accent-ink"];
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, Math.max(2, x) + 5, y + 8.5);
}

/** `ranges`: {start_ms, end_ms, is_reverted}; one that was taken back leaves an outline. */
export function drawGenerated(context, scene) {
  const { generated, colours, height, view, width } = scene;
  const y = height - LAYOUT.foot - BAND_PX - 4;
  for (const { start_ms, end_ms, is_reverted } of generated) {
    const left = toX(view, width, start_ms);
    const wide = Math.max(4, toX(view, width, end_ms) - left);
    if (left + wide < 0 || left > width) continue;
    context.fillStyle = context.strokeStyle = colours.model;
    if (is_reverted) {
      context.globalAlpha = 0.55;
      context.strokeRect(left + 0.5, y + 0.5, wide - 1, BAND_PX - 1);
    } else {
      context.globalAlpha = 0.1;
      context.fillRect(left, LAYOUT.songTop, wide, y - LAYOUT.songTop);
      context.globalAlpha = 1;
      context.fillRect(left, y, wide, BAND_PX);
    }
    context.globalAlpha = 1;
  }
}

/** Striped: it is not there yet. */
export function drawWriting(context, scene) {
  const { written, colours, height, view, width } = scene;
  if (written === null) return;
  const left = toX(view, width, written.start_ms);
  const wide = Math.max(4, toX(view, width, written.end_ms) - left);
  const y = height - LAYOUT.foot - BAND_PX - 4;
  context.save();
  context.beginPath();
  context.rect(left, y, wide, BAND_PX);
  context.clip();
  context.fillStyle = colours["model-soft"];
  context.fillRect(left, y, wide, BAND_PX);
  context.strokeStyle = colours.model;
  context.lineWidth = 2;
  context.beginPath();
  for (let x = left - BAND_PX - (left % STRIPE_PX); x < left + wide; x += STRIPE_PX) {
    context.moveTo(x, y + BAND_PX);
    context.lineTo(x + BAND_PX, y);
  }
  context.stroke();
  context.restore();
}

/** The generated range a pointer means, the latest first. */
export function bandAt({ generated, view, width, height }, { x, y }) {
  if (y < LAYOUT.songTop || y > height) return null;
  return generated.findLast(({ start_ms, end_ms }) => x >= toX(view, width, start_ms) - 3 && x <= toX(view, width, end_ms) + 3) ?? null;
}

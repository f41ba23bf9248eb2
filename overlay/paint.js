// Draws the timeline's song: ruler, kiai, density, breaks, and on it the heat and the marks. What changes with every
// move of the mouse is on a canvas above, see paint_marks.js: this one is costly with thousands of findings.

import { rateAt } from "./density.js";
import { clock, stamp } from "./format.js";
import { drawHeat } from "./heat.js";
import { drawLanes } from "./paint_marks.js";
import { drawGenerated, drawWriting } from "./paint_range.js";
import { LAYOUT, fillLine, triangle } from "./stage.js";
import { isWhole, span, ticks, toTime, toX } from "./timescale.js";

const HATCH_PX = 7; // between the strokes of a break
const TICK_GAP_PX = 70;
const LEAST_DENSITY = 0.22; // what is left of it behind single objects

/** Sizes a canvas to whole device pixels, so that a line one pixel wide is one pixel wide. */
export function prepare(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** `scene`: {overview, busyness, crowded: share to which objects are seen as a crowd, edited, heat, generated, written, marks, muted, view, whole, width, height, ratio, colours}; `drawObjects(context)`: what stands on the song */
export function drawSong(context, scene, drawObjects) {
  drawEdited(context, scene);
  drawKiai(context, scene);
  drawDensity(context, scene);
  drawBreaks(context, scene);
  drawRuler(context, scene);
  drawPoints(context, scene);
  drawObjects(context);
  nameKiai(context, scene);
  drawGenerated(context, scene);
  drawWriting(context, scene);
  drawHeat(context, scene);
  drawLanes(context, scene);
  drawExtent(context, scene);
}

function bands(context, { view, width }, spans, draw) {
  for (const [start, end] of spans) {
    const left = Math.max(0, toX(view, width, start));
    const right = Math.min(width, toX(view, width, end));
    if (right > 0 && left < width) draw(left, Math.max(1, right - left));
  }
}

function drawEdited(context, scene) {
  const { colours, height } = scene;
  bands(context, scene, scene.edited, (x, wide) => {
    context.fillStyle = colours.edited;
    context.fillRect(x, LAYOUT.ruler, Math.max(3, wide), height - LAYOUT.ruler - LAYOUT.foot);
    context.fillStyle = colours.accent;
    context.fillRect(x, LAYOUT.ruler, Math.max(3, wide), 2);
  });
}

/** Hatched: rest must not be taken for a quiet part that is merely low. */
function drawBreaks(context, scene) {
  const { colours, height } = scene;
  const top = LAYOUT.songTop;
  const tall = height - LAYOUT.foot - top;
  bands(context, scene, scene.overview.breaks, (x, wide) => {
    context.fillStyle = colours.break;
    context.fillRect(x, top, wide, tall);
    hatch(context, colours["break-edge"], { x, top, wide, tall });
    label(context, scene, "break", x + wide / 2, top + tall / 2, wide);
  });
}

function hatch(context, colour, { x, top, wide, tall }) {
  context.save();
  context.beginPath();
  context.rect(x, top, wide, tall);
  context.clip();
  context.beginPath();
  // From a fixed grid, so that the strokes stand still while the song is dragged.
  for (let at = x - tall - (x % HATCH_PX); at < x + wide; at += HATCH_PX) {
    context.moveTo(at, top + tall);
    context.lineTo(at + tall, top);
  }
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.stroke();
  context.restore();
}

/** In the middle of a band, where it has room. */
function label(context, { colours }, text, x, y, room) {
  context.font = `10px ${colours.font}`;
  const wide = context.measureText(text).width + 8;
  if (room < wide + 6) return;
  context.fillStyle = colours["bg-1"];
  context.fillRect(x - wide / 2, y - 7, wide, 14);
  context.fillStyle = colours.dim;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x, y);
}

/** A tint of the whole height and a bar below it: seen behind a dense part as well. */
function drawKiai(context, scene) {
  const { colours, height } = scene;
  const base = height - LAYOUT.foot;
  bands(context, scene, scene.overview.kiai, (x, wide) => {
    context.fillStyle = colours["kiai-soft"];
    context.fillRect(x, LAYOUT.songTop, wide, base - LAYOUT.songTop);
    context.fillStyle = colours.kiai;
    context.fillRect(x, base - 3, wide, 3);
  });
}

function nameKiai(context, scene) {
  const { colours } = scene;
  context.font = `10px ${colours.font}`;
  context.textAlign = "left";
  context.textBaseline = "top";
  context.fillStyle = colours.kiai;
  bands(context, scene, scene.overview.kiai, (x, wide) => wide > 36 && context.fillText("kiai", x + 4, LAYOUT.songTop + 1));
}

function drawDensity(context, scene) {
  const { busyness, colours, width, height, view, crowded } = scene;
  if (busyness.most === 0) {
    label(context, scene, "no objects yet", width / 2, (LAYOUT.songTop + height - LAYOUT.foot) / 2, width);
    return;
  }
  const base = height - LAYOUT.foot - 4;
  const tall = base - LAYOUT.songTop - 2;
  context.beginPath();
  context.moveTo(0, base);
  for (let x = 0; x <= width; x += 1) {
    context.lineTo(x, base - (rateAt(busyness, toTime(view, width, x)) / busyness.most) * tall);
  }
  context.lineTo(width, base);
  context.closePath();
  context.globalAlpha = LEAST_DENSITY + (1 - LEAST_DENSITY) * crowded;
  context.fillStyle = colours.density;
  context.fill();
  context.strokeStyle = colours["density-edge"];
  context.lineWidth = 1;
  context.stroke();
  context.globalAlpha = 1;
}

function drawRuler(context, scene) {
  const { view, width, colours } = scene;
  const { step_ms, times } = ticks(view, width, TICK_GAP_PX);
  context.font = `10.5px ${colours.font}`;
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  for (const time of times) {
    const x = toX(view, width, time);
    context.fillStyle = colours["line-strong"];
    fillLine(context, scene, x, 12, LAYOUT.ruler - 12);
    context.fillStyle = colours.dim;
    if (x < width - (step_ms < 1000 ? 58 : 30)) context.fillText(step_ms < 1000 ? stamp(time) : clock(time), x + 4, 11);
  }
  context.fillStyle = colours.line;
  context.fillRect(0, LAYOUT.ruler, width, 1);
}

/** Red lines, bookmarks and the preview point stand on the ruler: places, not faults. */
function drawPoints(context, scene) {
  const { overview, colours, view, width } = scene;
  const each = (times, colour, draw) => {
    context.fillStyle = colours[colour];
    for (const time of times) {
      const x = Math.round(toX(view, width, time));
      if (x >= -6 && x <= width + 6) draw(x);
    }
  };
  each(overview.red_lines, "red-line", (x) => context.fillRect(x, 13, 2, LAYOUT.ruler - 13));
  each(overview.bookmarks, "bookmark", (x) => context.fillRect(x - 1, 15, 3, 5));
  each(overview.preview_ms === null ? [] : [overview.preview_ms], "preview", (x) => {
    triangle(context, x, 16, 4.5, Math.PI);
    context.fill();
  });
}

/** The part of the song in view, when it is not all of it. */
function drawExtent(context, { view, whole, width, height, colours }) {
  if (isWhole(view, whole)) return;
  context.fillStyle = colours.line;
  context.fillRect(0, height - 4, width, 4);
  const x = ((view.start_ms - whole.start_ms) / span(whole)) * width;
  context.fillStyle = colours.accent;
  context.fillRect(x, height - 4, Math.max(8, (span(view) / span(whole)) * width), 4);
}

// Draws what stands for findings: a mark in its severity's lane, a halo around the selected one, the pointer's line.
// A rule's mark is filled, the model's is an outline: its opinion is a question.

import { LANES } from "./marks.js";
import { LAYOUT, fillLine, laneY, triangle } from "./stage.js";
import { toX } from "./timescale.js";

/** `pointer`: {hover_x, selected} */
export function drawPointer(context, scene, { hover_x, selected }) {
  const { colours, height, view, width } = scene;
  if (hover_x !== null) {
    context.fillStyle = colours.dim;
    context.globalAlpha = 0.5;
    fillLine(context, scene, hover_x, 0, height - LAYOUT.foot);
    context.globalAlpha = 1;
  }
  if (selected === null || selected.time_ms === null) return;
  const x = toX(view, width, selected.time_ms);
  const until_x = toX(view, width, selected.end_ms ?? selected.time_ms);
  context.fillStyle = colours.text;
  context.globalAlpha = 0.12;
  context.fillRect(x, LAYOUT.ruler, Math.max(1, until_x - x), height - LAYOUT.ruler - LAYOUT.foot);
  context.globalAlpha = 1;
  fillLine(context, scene, x, LAYOUT.ruler, height - LAYOUT.ruler - LAYOUT.foot);
  drawHalo(context, scene, x, LANES.indexOf(selected.severity));
}

function drawHalo(context, { colours }, x, lane) {
  context.strokeStyle = colours.text;
  context.lineWidth = 1.5;
  context.beginPath();
  context.arc(x, laneY(lane), 7.5, 0, Math.PI * 2);
  context.stroke();
}

export function drawLanes(context, scene) {
  for (const mark of scene.muted) drawMark(context, scene, mark, 0.22);
  for (const mark of scene.marks) if (!mark.fresh) drawMark(context, scene, mark, 1);
  // Last, so that nothing covers what the last save brought.
  for (const mark of scene.marks) if (mark.fresh) drawMark(context, scene, mark, 1);
}

function drawMark(context, scene, mark, alpha) {
  const { colours } = scene;
  const y = laneY(mark.lane);
  const intended = mark.findings.every((finding) => finding.intended);
  context.globalAlpha = intended ? alpha * 0.45 : alpha;
  context.fillStyle = colours[LANES[mark.lane]];
  if (mark.until_x - mark.x > 6) drawReach(context, mark, y);
  if (mark.fresh) drawStem(context, scene, mark.x, y);
  shape(context, mark.lane, mark.x, y, mark.findings.length > 1 ? 5 : 4.2);
  fillShape(context, colours, mark);
  context.globalAlpha = 1;
}

function fillShape(context, colours, { lane, findings }) {
  const opined = findings.every((finding) => finding.opinion !== null);
  context.fillStyle = colours[opined ? "bg-1" : LANES[lane]];
  context.fill();
  if (!opined) return;
  context.strokeStyle = colours[LANES[lane]];
  context.lineWidth = 1.5;
  context.stroke();
}

/** How long it goes on: fainter than where it begins, or one finding of a whole song would drown all others. */
function drawReach(context, mark, y) {
  const alpha = context.globalAlpha;
  context.globalAlpha = alpha * 0.45;
  context.fillRect(mark.x, y - 1, mark.until_x - mark.x, 2);
  context.globalAlpha = alpha;
}

/** New: a ring in the accent's colour and a line down into the song. */
function drawStem(context, scene, x, y) {
  const { colours, height } = scene;
  context.fillStyle = colours.accent;
  fillLine(context, scene, x, y, height - LAYOUT.foot - y);
  context.beginPath();
  context.arc(x, y, 7, 0, Math.PI * 2);
  context.fillStyle = colours["bg-1"];
  context.fill();
  context.strokeStyle = colours.accent;
  context.lineWidth = 1.5;
  context.stroke();
}

/** Of a severity, by its lane. */
export function shape(context, lane, x, y, size) {
  if (lane === 1) {
    triangle(context, x, y, size, 0);
    return;
  }
  context.beginPath();
  if (lane === 2) {
    context.arc(x, y, size * 0.8, 0, Math.PI * 2);
    return;
  }
  context.moveTo(x, y - size * 1.15);
  context.lineTo(x + size * 1.15, y);
  context.lineTo(x, y + size * 1.15);
  context.lineTo(x - size * 1.15, y);
  context.closePath();
}

// The body of a slider as a picture: rim, track and the light along its middle. Wide strokes are what costs most of a
// frame, so each is made once.

import { shaded } from "./player_colours.js";
import { markOf } from "./player_mark.js";
import { thinned } from "./player_path.js";
import { colourOf } from "./player_prepare.js";

const RIM_SHARE = 0.13; // of the radius
const DARK = -0.8; // at the track's edge
const LIGHT = -0.5; // along its middle
const STEPS = 7; // from the one to the other
const SMOOTH_PX = 0.15; // as far as a drawn path may leave the way: each corner of a wide stroke costs

/** {sprite, x, y}: the picture and where its top left stands. */
export function drawBody({ at, sprites, colours, marking, map }, object) {
  const { box } = object.line;
  const pad = at.radius + 9;
  // Whole pixels from the head, so that rounding carries both the same way.
  const beyond = (head, edge) => head - sprites.whole(head - edge + pad);
  const [x, y] = [beyond(at.x(object.x), at.x(box.left)), beyond(at.y(object.y), at.y(box.top))];
  const [width, height] = [at.x(box.right) - x + pad, at.y(box.bottom) - y + pad];
  const mark = markOf(object, marking);
  const sprite = sprites.get(`body ${object.place} ${at.radius} ${mark}`, width, height, (context) => {
    context.translate(-x, -y);
    paintBody(context, wayOf(object.line, at), at.radius, { colour: colourOf(map, object), colours, mark });
  });
  return { sprite, x, y };
}

function wayOf({ points }, at) {
  const way = new Path2D();
  for (const [x, y] of thinned(points, SMOOTH_PX)) way.lineTo(at.x(x), at.y(y));
  if (points.length === 1) way.lineTo(at.x(points[0][0]) + 0.01, at.y(points[0][1])); // a round end needs a line
  return way;
}

function paintBody(context, way, radius, { colour, colours, mark }) {
  context.lineCap = "round";
  context.lineJoin = "round";
  if (mark !== "") outline(context, way, radius, colours, mark);
  context.lineWidth = radius * 2;
  context.strokeStyle = colours.rim;
  context.stroke(way);
  const inner = 2 * radius * (1 - RIM_SHARE);
  erase(context, way, inner);
  context.globalAlpha = 0.82; // what lies under a slider stays to be seen
  context.strokeStyle = shaded(colour, DARK);
  context.lineWidth = inner;
  context.stroke(way);
  context.globalAlpha = 1;
  context.globalCompositeOperation = "source-atop";
  for (let step = 1; step < STEPS; step++) {
    context.lineWidth = inner * (1 - step / STEPS);
    context.strokeStyle = shaded(colour, DARK + ((LIGHT - DARK) * step) / (STEPS - 1));
    context.stroke(way);
  }
  context.globalCompositeOperation = "source-over";
}

/** A ring around the whole body: a wider stroke with its inside taken out again. */
function outline(context, way, radius, colours, mark) {
  context.lineWidth = radius * 2 + 14;
  context.strokeStyle = colours.casing;
  context.stroke(way);
  context.lineWidth = radius * 2 + 12;
  context.strokeStyle = colours[mark];
  if (mark === "gone") context.setLineDash([10, 8]);
  context.lineCap = mark === "gone" ? "butt" : "round";
  context.stroke(way);
  context.setLineDash([]);
  context.lineCap = "round";
  erase(context, way, radius * 2 + 6);
}

function erase(context, way, wide) {
  context.globalCompositeOperation = "destination-out";
  context.lineWidth = wide;
  context.stroke(way);
  context.globalCompositeOperation = "source-over";
}

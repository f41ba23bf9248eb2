// The body of a slider as a picture: rim, track and the light along its middle. Wide strokes are what costs most of a
// frame, so each is made once.

import { shaded } from "./player_colours.js";
import { markOf } from "./player_mark.js";
import { colourOf } from "./player_prepare.js";

const RIM_SHARE = 0.13; // of the radius
const DARK = -0.8; // at the track's edge
const LIGHT = -0.5; // along its middle
const STEPS = 9; // from the one to the other

/** {sprite, x, y}: the picture and where its top left stands. */
export function drawBody({ at, sprites, colours, marking, map }, object) {
  const { points } = object.line;
  const pad = at.radius + 9;
  const [xs, ys] = [points.map(([x]) => at.x(x)), points.map(([, y]) => at.y(y))];
  const [x, y] = [Math.min(...xs) - pad, Math.min(...ys) - pad];
  const [width, height] = [Math.max(...xs) - x + pad, Math.max(...ys) - y + pad];
  const mark = markOf(object, marking);
  const colour = colourOf(map, object);
  const key = `body ${at.radius} ${object.time_ms} ${object.x} ${object.y} ${object.line.total} ${points.at(-1)} ${colour} ${mark}`;
  const sprite = sprites.get(key, width, height, (context) => {
    context.translate(-x, -y);
    const way = new Path2D();
    points.forEach((_, at_point) => way.lineTo(xs[at_point], ys[at_point]));
    if (points.length === 1) way.lineTo(xs[0] + 0.01, ys[0]);
    paintBody(context, way, at.radius, { colour, colours, mark });
  });
  return { sprite, x, y };
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

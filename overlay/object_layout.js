// Where a map's objects stand on the timeline, how large, and how far they have come forward: seen from afar they are
// a heap, and how busy the song is says more. Pure: drawing and pointing both ask here, so what is hit is what is seen.

import { isBig, within } from "./map_objects.js";
import { LAYOUT } from "./stage.js";
import { span, toX } from "./timescale.js";

const GAP_PX = { hidden: 7, clear: 13 }; // from one object to the next, as the map usually has it
const ROOM_PX = { hidden: 1.5, clear: 3 }; // for each that is in sight: a burst is longer than what the map usually has
const FEET_PX = 13; // under them: kiai, and the bands of what was generated
const HEAD_PX = 3;
const LEAST_TALL_PX = 16;
const RADIUS_PX = { least: 3, most: 15 };
const RADIUS_OF_GAP = 0.55;
const RADIUS_OF_ROOM = 0.34;
const BIG_SCALE = 1.4;
const NOTE_PX = { least: 3, most: 9 }; // an osu!mania note's length along the song
const EARLY_SHARE = 0.5; // of the gap at which they begin to be seen: asked for before they are

/** `{objects, from, to, view, width, top, tall, middle, radius, fade}`, or null where none can be told from the next. */
export function layoutObjects(objects, view, width, height) {
  const top = LAYOUT.songTop + HEAD_PX;
  const tall = height - LAYOUT.foot - FEET_PX - top;
  if (objects === null || objects.count === 0 || tall < LEAST_TALL_PX) return null;
  const gap_px = (objects.gap_ms / span(view)) * width;
  if (gap_px <= GAP_PX.hidden) return null;
  const margin_ms = (RADIUS_PX.most * BIG_SCALE * span(view)) / width;
  const [from, to] = within(objects, view.start_ms - margin_ms, view.end_ms + margin_ms);
  const fade = Math.min(risen(gap_px, GAP_PX), risen(width / ((to - from) / rowsOf(objects) || 1), ROOM_PX));
  if (fade <= 0) return null;
  const most = Math.min(RADIUS_PX.most, tall * RADIUS_OF_ROOM);
  // Whole pixels: a picture of each size is kept, and zooming goes through all sizes.
  const radius = Math.round(Math.max(RADIUS_PX.least, Math.min(most, gap_px * RADIUS_OF_GAP)));
  return { objects, from, to, view, width, top, tall, middle: top + tall / 2, radius, fade };
}

/** Columns stand above each other: objects in several do not take each other's room. */
export const rowsOf = ({ mode, keys }) => (mode === "mania" ? keys : 1);

function risen(value, { hidden, clear }) {
  const share = Math.max(0, Math.min(1, (value - hidden) / (clear - hidden)));
  return share * share * (3 - 2 * share);
}

/** Whether a map whose objects are not known yet is looked at closely enough for them to be wanted. */
export function isClose({ start_ms, end_ms, density }, view, width) {
  const count = density.counts.reduce((sum, each) => sum + each, 0);
  return count > 0 && ((end_ms - start_ms) / count / span(view)) * width > GAP_PX.hidden * EARLY_SHARE;
}

/** How long a view may be for its objects to be seen clearly. */
export const clearSpan = ({ gap_ms }, width) => (gap_ms * width) / (GAP_PX.clear * 1.2);

/** `{x, end_x, y, half, reach}`: from where to where it goes, how tall half of it is, how far it stands out at the ends. */
export function placeOf(layout, at) {
  const { objects, view, width, top, tall, middle, radius } = layout;
  const x = toX(view, width, objects.times[at]);
  const end_x = toX(view, width, objects.ends[at]);
  if (objects.mode === "mania") {
    const row = tall / objects.keys;
    const reach = Math.max(NOTE_PX.least, Math.min(NOTE_PX.most, radius * 0.9)) / 2;
    return { x, end_x, y: top + row * (objects.columns[at] + 0.5), half: Math.max(1, row / 2 - (row > 6 ? 1 : 0.5)), reach };
  }
  const half = isBig(objects, at) ? Math.round(radius * BIG_SCALE) : radius;
  return { x, end_x, y: middle, half, reach: half };
}

/** The number of the object a point means, or -1: one whose head is there before one whose body is. */
export function objectAt(layout, { x, y }, reach_px) {
  if (layout === null || y < LAYOUT.songTop || y > layout.top + layout.tall + FEET_PX) return -1;
  let [best, least] = [-1, Infinity];
  for (let at = layout.from; at < layout.to; at += 1) {
    const cost = costOf(layout, placeOf(layout, at), x, y, reach_px);
    if (cost < least) [best, least] = [at, cost];
  }
  return best;
}

const BESIDE_COST = 1000; // whatever is hit comes before whatever is only near

function costOf({ objects }, place, x, y, reach_px) {
  const rows = objects.mode === "mania" ? Math.max(0, Math.abs(y - place.y) - place.half) * 4 : 0;
  const from_head = Math.abs(x - place.x);
  if (from_head <= place.reach) return from_head + rows;
  const outside = Math.max(place.x - place.reach - x, x - place.end_x - place.reach, 0);
  if (outside > reach_px) return Infinity;
  return outside === 0 ? place.reach + rows : BESIDE_COST + outside + rows;
}

// osu!catch in numbers: what falls of an object, when it is caught and where, and where the catcher stands. Pure.

import { preemptMs } from "./player_osu.js";
import { along, edgeTimes } from "./player_path.js";

const DASH_PX_PER_MS = 1; // this and the next four: ppy/osu, Catcher and CatchBeatmapProcessor
const CATCHER_PX = 106.75;
const CAUGHT_SHARE = 0.8;
const GRACE_MS = 1000 / 60 / 4;
const TINY_FROM_MS = 80; // this and the next: ppy/osu, JuiceStream
const GAP_MS = 100;
const WIDTH_PX = 512;

export const catcherPx = (cs) => CATCHER_PX * CAUGHT_SHARE * (1 - (0.7 * (cs - 5)) / 5);

/** 0 at the top, 1 on the plate: fruits fall for as long as osu! circles approach. */
export const fallen = (time_ms, t, ar) => 1 - (time_ms - t) / preemptMs(ar);

/** Everything that falls, in order: {kind: fruit | droplet | tiny | banana, time_ms, x, object, is_hyper}. */
export function fallers(map) {
  const parts = { slider: stream, spinner: bananas };
  const all = map.objects.flatMap((object) => (parts[object.kind] ?? single)(object));
  return withHyper(all.sort((a, b) => a.time_ms - b.time_ms), map.cs);
}

const faller = (kind, object, time_ms, x) => ({ kind, object, time_ms, x, is_hyper: false });

const single = (object) => [faller("fruit", object, object.time_ms, object.x)];

/** Fruits at head, repeats and tail, droplets at the ticks, and tiny ones wherever much time lies between. */
function stream(object) {
  const edges = edgeTimes(object);
  const span_ms = (object.end_ms - object.time_ms) / object.spans;
  const xAt = (time_ms) => {
    const gone = span_ms > 0 ? (time_ms - object.time_ms) / span_ms : 0;
    const span = Math.min(object.spans - 1, Math.floor(gone + 1e-9));
    return along(object.line, span % 2 === 1 ? 1 - (gone - span) : gone - span).x;
  };
  const large = [
    ...edges.map((time_ms) => faller("fruit", object, time_ms, xAt(time_ms))),
    ...(object.ticks ?? []).map((time_ms) => faller("droplet", object, time_ms, xAt(time_ms))),
  ].sort((a, b) => a.time_ms - b.time_ms);
  return large.flatMap((each, at) => (at === 0 ? [each] : [...tiny(object, large[at - 1].time_ms, each.time_ms, xAt), each]));
}

/** The game moves tiny droplets a little to either side at random; here they stay on the path. */
function tiny(object, from_ms, until_ms, xAt) {
  const between_ms = until_ms - from_ms;
  if (between_ms <= TINY_FROM_MS) return [];
  const gap_ms = halved(between_ms);
  const count = Math.round(between_ms / gap_ms) - 1;
  return Array.from({ length: count }, (_, at) => from_ms + (at + 1) * gap_ms).map((time_ms) => faller("tiny", object, time_ms, xAt(time_ms)));
}

/** The game draws lots for where bananas fall; ours only look as if. */
function bananas(object) {
  const length_ms = object.end_ms - object.time_ms;
  if (length_ms <= 0) return [];
  const gap_ms = halved(length_ms);
  const count = Math.round(length_ms / gap_ms) + 1;
  const lots = (at) => ((at * 0.618034 + 0.37) % 1) * WIDTH_PX;
  return Array.from({ length: count }, (_, at) => faller("banana", object, object.time_ms + at * gap_ms, lots(at)));
}

function halved(length_ms) {
  let gap_ms = length_ms;
  while (gap_ms > GAP_MS) gap_ms /= 2;
  return gap_ms;
}

/** Marks the fruits after which running is not enough: only from them can the next one be reached in time. */
function withHyper(all, cs) {
  const half_px = catcherPx(cs) / 2;
  const marked = new Set();
  const must = mustBeCaught(all);
  let [last_way, spare_px] = [0, half_px];
  for (let at = 0; at + 1 < must.length; at++) {
    const [here, next] = [must[at], must[at + 1]];
    const way = next.x > here.x ? 1 : -1;
    const far_px = Math.abs(next.x - here.x) - (way === last_way ? spare_px : half_px);
    const over_px = (next.time_ms - here.time_ms - GRACE_MS) * DASH_PX_PER_MS - far_px;
    if (over_px < 0) marked.add(here);
    spare_px = over_px < 0 ? half_px : Math.min(half_px, over_px);
    last_way = way;
  }
  return all.map((each) => (marked.has(each) ? { ...each, is_hyper: true } : each));
}

/** What a catcher runs for, of all that falls. */
export const mustBeCaught = (all) => all.filter(({ kind }) => kind === "fruit" || kind === "droplet");

/** Where a catcher would stand who walks evenly from each of them to the next. */
export function catcherAt(must, t) {
  const next = must.findIndex(({ time_ms }) => time_ms > t);
  if (must.length === 0) return WIDTH_PX / 2;
  if (next === 0) return must[0].x;
  if (next < 0) return must.at(-1).x;
  const [from, to] = [must[next - 1], must[next]];
  return from.x + ((to.x - from.x) * (t - from.time_ms)) / (to.time_ms - from.time_ms);
}

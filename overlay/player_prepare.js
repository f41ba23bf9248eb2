// A stretch of a map made ready to be drawn and heard: in order, measured, and told from its other side. Pure.

import { measured } from "./player_path.js";

// Of the game's default skin ("osu! wiki, skin.ini"), for maps that name none.
const DEFAULT_COLOURS = ["#ffc000", "#00ca00", "#127cff", "#f21839"];
const COLOUR = /^#[0-9a-f]{6}$/i;
const SAME_MS = 2;
const SAME_PX = 1;

/**
 * `played`: PlayedJson, where `edges` are of a slider's head, repeats and end ([hitsound, set, set of its additions]),
 * `ticks` are times, and `scroll` says from when on a lane runs how fast ([time, velocity]).
 */
export function prepared(played) {
  const colours = played.colours.filter((colour) => COLOUR.test(colour));
  const objects = [...played.objects].sort((a, b) => a.time_ms - b.time_ms).map(ready);
  return { ...played, colours: colours.length > 0 ? colours : DEFAULT_COLOURS, objects };
}

/** `place`: in the list, by which its pictures are kept. */
function ready(object, place) {
  const spans = Math.max(1, object.spans);
  const end_ms = Math.max(object.time_ms, object.end_ms);
  const line = object.kind === "slider" ? measured(object.path, object.x, object.y) : null;
  return { ...object, spans, end_ms, line, place, is_gone: false };
}

export function colourOf(map, object) {
  const { length } = map.colours;
  return map.colours[((object.colour % length) + length) % length];
}

export const inSection = (map) => (object) => object.time_ms >= map.section_start_ms && object.time_ms < map.section_end_ms;

/** The side before, with those objects of the section marked that the side after no longer has. */
export function withGone(before, after) {
  const within = inSection(before);
  const stays = (object) => {
    const from = firstFrom(after.objects, object.time_ms - SAME_MS);
    const until = firstFrom(after.objects, object.time_ms + SAME_MS + 1);
    return after.objects.slice(from, until).some((other) => isSame(before.mode, object, other));
  };
  return { ...before, objects: before.objects.map((object) => (within(object) && !stays(object) ? { ...object, is_gone: true } : object)) };
}

/** The same to a player: what, when, where, how it sounds. Of taiko, where is nowhere; of mania, it is a column. */
function isSame(mode, a, b) {
  if (a.kind !== b.kind || Math.abs(a.time_ms - b.time_ms) > SAME_MS || Math.abs(a.end_ms - b.end_ms) > SAME_MS) return false;
  if (!isSameSound(a, b)) return false;
  if (mode === "mania") return a.column === b.column;
  return mode === "taiko" || (a.spans === b.spans && isSameWay(a, b));
}

function isSameSound(a, b) {
  const sounds = ({ hitsound, sample_set, addition_set, edges }) => JSON.stringify([hitsound, sample_set, addition_set, edges]);
  return sounds(a) === sounds(b);
}

function isSameWay(a, b) {
  const near = ([ax, ay], [bx, by]) => Math.abs(ax - bx) <= SAME_PX && Math.abs(ay - by) <= SAME_PX;
  if (!near([a.x, a.y], [b.x, b.y])) return false;
  if (a.line === null || b.line === null) return a.line === b.line;
  return Math.abs(a.line.total - b.line.total) <= SAME_PX && near(a.line.points.at(-1), b.line.points.at(-1));
}

/** The place of the first thing at or after a time, in a list in order. */
export function firstFrom(list, time_ms) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle].time_ms < time_ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** What is on screen at a time: from `early_ms` before an object begins to `late_ms` after it ends. */
export function visible(objects, t, early_ms, late_ms) {
  return objects.filter((object) => object.time_ms - early_ms <= t && t <= object.end_ms + late_ms);
}

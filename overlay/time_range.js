// A stretch of the song that somebody means: read and written as the editor's timestamps, put on measures or combos.
// From its start on, and up to its end: an object on the end is not in it. Pure.

import { decimal, plural, stamp } from "./format.js";

export const SNAPS = ["measures", "combos", "free"];
const LEAST_MS = 50; // shorter than any rhythm: a slip of the hand
const LEAST_AROUND_MS = 2000; // around a finding: what is shorter gives a model nothing to write
const MOST_AROUND = 4; // measures or combos on either side, until it is that long
const FREE_AROUND_MS = 1500;
const STAMP = /(\d{1,3}):([0-5]?\d)(?:[:.](\d{1,3}))?/g;
const SELECTION = /\d:\d{2}[:.]\d{3}(?:\s|%20)*\(\s*\d[\d\s,|]*\)/;
const NUMBERS = /^\s*(\d{1,9})\s*(?:ms)?\s*[-–—]\s*(\d{1,9})\s*(?:ms)?\s*$/;

export const rangeText = ({ start_ms, end_ms }) => `${stamp(start_ms)} - ${stamp(end_ms)}`;

export const isSame = (one, other) => one?.start_ms === other?.start_ms && one?.end_ms === other?.end_ms;

/** What somebody typed or pasted, as `{range}` or as `{error}`, a sentence. Selections in parentheses are passed over. */
export function readRange(text) {
  const times = timesIn(text);
  if (times.length < 2) return { error: "Give where it starts and where it ends, such as 00:10:000 - 00:20:000." };
  const [start_ms, end_ms] = times;
  if (end_ms - start_ms < LEAST_MS) return { error: `It ends at ${stamp(end_ms)}, which is not after its start at ${stamp(start_ms)}.` };
  return { range: { start_ms, end_ms } };
}

/** Whether objects are named as the editor copies them: by their numbers, of which only the companion knows the times. */
export const namesObjects = (text) => timesIn(text).length === 1 && SELECTION.test(text);

function timesIn(text) {
  const bare = NUMBERS.exec(text);
  if (bare) return [Number(bare[1]), Number(bare[2])];
  const plain = text.replace(/\([^)]*\)/g, "");
  return [...plain.matchAll(STAMP)].map(([, minutes, seconds, ms]) => Number(minutes) * 60000 + Number(seconds) * 1000 + Number(ms ?? 0));
}

const rough = new WeakMap(); // overview -> its grid, always the same one

/**
 * What a range can be put on in this map, as far as its overview says: red lines as [time, beat length, meter], and
 * where combos begin. One tempo says where the bars are; several do not say which of them is where.
 */
export function gridOf(overview) {
  if (!rough.has(overview)) {
    const { bpm, red_lines } = overview;
    const isOne = bpm !== null && bpm[0] === bpm[1] && bpm[0] > 0;
    rough.set(overview, { lines: isOne ? red_lines.map((time) => [time, 60000 / bpm[0], 4]) : [], combos: [] });
  }
  return rough.get(overview);
}

export function canSnap({ lines, combos }, snap) {
  return snap === "free" || (snap === "measures" ? lines.length > 0 : combos.length > 0);
}

/** The way of snapping that this map allows, the wanted one first. */
export const allowedSnap = (grid, wanted) => [wanted, ...SNAPS].find((snap) => SNAPS.includes(snap) && canSnap(grid, snap));

/** The nearest range whose ends lie on the grid, never an empty one. */
export function snapped({ start_ms, end_ms }, grid, snap) {
  const start = nearest(grid, snap, start_ms);
  const end = nearest(grid, snap, end_ms);
  return { start_ms: start, end_ms: end > start ? end : pointAfter(grid, snap, start + 1) };
}

function nearest(grid, snap, time_ms) {
  const [before, after] = [pointBefore(grid, snap, time_ms), pointAfter(grid, snap, time_ms)];
  return time_ms - before <= after - time_ms ? before : after;
}

/** The measures or combos that hold this stretch, and as many around them as a model needs to have something to write. */
export function around(start_ms, end_ms, grid, snap) {
  if (snap === "free") return { start_ms: Math.max(0, Math.round(start_ms - FREE_AROUND_MS)), end_ms: Math.round(end_ms + FREE_AROUND_MS) };
  let range = { start_ms: pointBefore(grid, snap, start_ms), end_ms: pointAfter(grid, snap, end_ms + 1) };
  for (let step = 0; step < MOST_AROUND && range.end_ms - range.start_ms < LEAST_AROUND_MS; step += 1) {
    range = { start_ms: pointBefore(grid, snap, range.start_ms - 1), end_ms: pointAfter(grid, snap, range.end_ms + 1) };
  }
  return range;
}

function pointBefore(grid, snap, time_ms) {
  if (snap === "combos") return grid.combos.findLast((time) => time <= time_ms) ?? Math.min(time_ms, 0);
  return snap === "measures" ? barline(grid.lines, time_ms, Math.floor) : Math.round(time_ms);
}

function pointAfter(grid, snap, time_ms) {
  if (snap === "combos") return grid.combos.find((time) => time >= time_ms) ?? Math.ceil(time_ms);
  return snap === "measures" ? barline(grid.lines, time_ms, Math.ceil) : Math.round(time_ms);
}

/** Before the first red line its measures go on backwards; a red line begins a measure of its own. */
function barline(lines, time_ms, round) {
  const at = Math.max(0, lines.findLastIndex(([time]) => whole(time) <= time_ms));
  const [time, beat_ms, meter] = lines[at];
  const length_ms = beat_ms * meter;
  // A barline is told in whole milliseconds, as the objects on it are: its own time must lead back to it.
  const there = whole(time + Math.round((time_ms - time) / length_ms) * length_ms);
  const found = there === time_ms ? there : whole(time + round((time_ms - time) / length_ms) * length_ms);
  return Math.min(found, lines[at + 1] ? whole(lines[at + 1][0]) : Infinity);
}

/** Cut off, as the editor does with an object's time: one on the barline must not lie before it. */
const whole = (time_ms) => Math.floor(time_ms + 1e-3);

/** "10 s", "1.33 s, 1 measure" */
export function lengthText({ start_ms, end_ms }, { lines }) {
  const seconds = `${decimal((end_ms - start_ms) / 1000)} s`;
  if (lines.length === 0) return seconds;
  const [, beat_ms, meter] = lines[Math.max(0, lines.findLastIndex(([time]) => whole(time) <= start_ms))];
  const measures = (end_ms - start_ms) / (beat_ms * meter);
  const isWhole = Math.abs(measures - Math.round(measures)) * beat_ms * meter < 2;
  return isWhole && measures > 0.5 ? `${seconds}, ${plural(Math.round(measures), "measure")}` : seconds;
}

/** Moved into the song, and never to nothing. */
export function within({ start_ms, end_ms }, whole_ms) {
  const start = Math.max(0, Math.min(start_ms, whole_ms.end_ms - LEAST_MS));
  return { start_ms: start, end_ms: Math.max(start + LEAST_MS, Math.min(end_ms, whole_ms.end_ms)) };
}

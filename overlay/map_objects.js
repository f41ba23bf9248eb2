// The objects of a map, in order, in columns: what lies where, what it is called, and how the editor writes it. Pure.

import { decimal, plural, stamp } from "./format.js";

const KAT = 2 | 8; // whistle or clap: the rim ("osu! wiki, osu!taiko")
const BIG = 4; // finish
const COMBO_MODES = ["osu", "catch"];
const MOST_SELECTED = 40; // named in a timestamp: more of them nobody reads, and the editor's field is short
const LONGEST_MS = 36e6; // the editor refuses timestamps from ten hours on
const NAMES = {
  osu: { c: "circle", s: "slider", w: "spinner", h: "hold" },
  taiko: { c: "note", s: "drum roll", w: "swell", h: "hold" },
  catch: { c: "fruit", s: "juice stream", w: "banana shower", h: "hold" },
  mania: { c: "note", s: "slider", w: "spinner", h: "hold note" },
};

/** Of all parts of a map, in order, as the companion told them. */
export function gathered(key, parts) {
  const [{ map_version, mode, keys, colours, beats, count }] = parts;
  const joined = (name) => parts.flatMap((part) => part[name]);
  const times = Float64Array.from(joined("times"));
  const ends = Float64Array.from(joined("lengths"), (length, at) => times[at] + length);
  return {
    key, map_version, mode, keys, colours, beats, count, times, ends,
    kinds: parts.map((part) => part.kinds).join(""),
    spans: joined("spans"),
    combos: joined("combos"),
    combo_colours: joined("combo_colours"),
    columns: joined("columns"),
    hitsounds: joined("hitsounds"),
    reach: reachOf(ends),
    gap_ms: usualGap(times),
  }; // prettier-ignore
}

/** How far into the song any object up to this one goes on: grows with its place, so that it can be searched. */
function reachOf(ends) {
  const reach = Float64Array.from(ends);
  for (let at = 1; at < reach.length; at += 1) reach[at] = Math.max(reach[at], reach[at - 1]);
  return reach;
}

/** Between an object and the next: half of the gaps are longer. What begins at the same time has none between it. */
function usualGap(times) {
  const gaps = times.map((time, at) => time - (at > 0 ? times[at - 1] : -Infinity)).filter((gap) => gap > 0 && gap < Infinity);
  return gaps.length > 0 ? gaps.sort()[gaps.length >> 1] : 1000;
}

/** Numbers of those in a stretch, from the first to before the last; a few that ended earlier may lie among them. */
export function within({ times, reach }, start_ms, end_ms) {
  const from = firstAt(reach, start_ms);
  return [from, Math.max(from, firstAt(times, end_ms + 1e-6))];
}

/** The place of the first value that is not below another, in a list that grows. */
export function firstAt(list, value) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (list[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The one that begins nearest to a time. */
export function nearestTo({ times }, time_ms) {
  const after = firstAt(times, time_ms);
  if (after === 0 || after === times.length) return Math.min(after, times.length - 1);
  return time_ms - times[after - 1] <= times[after] - time_ms ? after - 1 : after;
}

export const hasCombos = ({ mode }) => COMBO_MODES.includes(mode);

export const isKat = ({ hitsounds }, at) => (hitsounds[at] & KAT) !== 0;

export const isBig = ({ hitsounds }, at) => (hitsounds[at] & BIG) !== 0;

/** Whether it begins in one of the stretches that a model wrote. */
export function isWritten({ times }, at, stretches) {
  return stretches.some(({ start_ms, end_ms }) => times[at] >= start_ms && times[at] < end_ms);
}

/** What a range can be put on, see time_range.js: every red line, and every object that begins a combo. */
export function gridOf(objects) {
  const { beats, combos, times } = objects;
  return {
    lines: beats.filter(([, beat_ms, meter]) => beat_ms > 0 && meter > 0),
    combos: hasCombos(objects) ? [...times].filter((_, at) => combos[at] === 1) : [],
  };
}

// Some that follow one another: {first, last}

export function stretchOf({ times, ends }, { first, last }) {
  let end_ms = times[last];
  for (let at = first; at <= last; at += 1) end_ms = Math.max(end_ms, ends[at]);
  return { start_ms: times[first], end_ms };
}

/** As the editor writes it: 01:23:456 (1,2). */
export function stampOf(objects, { first, last }) {
  const time_ms = objects.times[first];
  if (time_ms < 0) return `${Math.floor(time_ms)} ms`;
  const names = selectionOf(objects, first, Math.min(last, first + MOST_SELECTED - 1));
  // Cut off, not rounded: the editor looks for objects from that time on.
  return stamp(Math.floor(time_ms)) + (names ? ` (${names})` : "");
}

function selectionOf(objects, first, last) {
  const nameOf = hasCombos(objects) ? (at) => objects.combos[at] : (at) => `${Math.round(objects.times[at])}|${objects.columns[at]}`;
  if (objects.mode === "taiko") return "";
  return Array.from({ length: last - first + 1 }, (_, step) => nameOf(first + step)).join(",");
}

/** Null for a time that no editor goes to. */
export function linkOf(objects, chosen) {
  const time_ms = objects.times[chosen.first];
  return time_ms < 0 || time_ms >= LONGEST_MS ? null : `osu://edit/${stampOf(objects, chosen).replace(" ", "%20")}`;
}

/** "slider 2, 1 repeat, 0.4 s" */
export function wordsFor(objects, at) {
  const { kinds, spans, times, ends, combos, columns } = objects;
  const length_ms = ends[at] - times[at];
  return [
    nameOf(objects, at) + (hasCombos(objects) ? ` ${combos[at]}` : ""),
    objects.mode === "mania" && `column ${columns[at] + 1}`,
    kinds[at] === "s" && spans[at] > 1 && plural(spans[at] - 1, "repeat"),
    length_ms > 0 && `${decimal(length_ms / 1000)} s`,
  ]
    .filter(Boolean)
    .join(", ");
}

function nameOf(objects, at) {
  const kind = objects.kinds[at];
  const name = NAMES[objects.mode][kind];
  if (objects.mode !== "taiko" || kind === "w") return name;
  const said = kind === "c" ? (isKat(objects, at) ? "kat" : "don") : name;
  return isBig(objects, at) ? `big ${said}` : said;
}

/** "5 objects: 3 circles, 2 sliders", or what the only one is. */
export function wordsForAll(objects, { first, last }) {
  if (first === last) return wordsFor(objects, first);
  const counts = new Map();
  for (let at = first; at <= last; at += 1) {
    const name = NAMES[objects.mode][objects.kinds[at]];
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return `${last - first + 1} objects: ${[...counts].map(([name, count]) => plural(count, name)).join(", ")}`;
}

/** The same object in another version of its map: of the same kind, at the same time, in the same column; or -1. */
export function sameIn(objects, other, at) {
  const time_ms = objects.times[at];
  for (let there = firstAt(other.times, time_ms); other.times[there] === time_ms; there += 1) {
    if (other.kinds[there] === objects.kinds[at] && other.columns[there] === objects.columns[at]) return there;
  }
  return -1;
}

const SAME_MS = 1; // a finding's time is told as exactly as its object's
const MOST_AHEAD = 64; // objects among which a number of a combo is looked for: combos are shorter

/** The objects a finding names in its timestamp, or those that begin or end at its time. */
export function namedBy(objects, { time_ms, timestamp }) {
  const names = /\(([\d|,]+)\)/.exec(timestamp)?.[1].split(",") ?? [];
  const found = (objects.mode === "mania" ? names.map((name) => noteNamed(objects, name)) : inTurn(objects, names, time_ms)).filter((at) => at >= 0);
  if (found.length > 0) return found;
  const isThere = (each) => Math.abs(each - time_ms) < SAME_MS;
  const [from, to] = within(objects, time_ms - SAME_MS, time_ms + SAME_MS);
  return Array.from({ length: Math.min(to - from, MOST_AHEAD) }, (_, step) => to - 1 - step).filter((at) => isThere(objects.times[at]) || isThere(objects.ends[at]));
}

function noteNamed({ times, columns }, name) {
  const [time_ms, column] = name.split("|").map(Number);
  for (let at = firstAt(times, time_ms - SAME_MS); times[at] <= time_ms + SAME_MS; at += 1) if (columns[at] === column) return at;
  return -1;
}

/** As the editor looks for them: each the first of its number, not before the one before it. */
function inTurn(objects, names, time_ms) {
  let from = firstAt(objects.times, time_ms - SAME_MS);
  return names.map((name) => {
    const until = Math.min(objects.count, from + MOST_AHEAD);
    for (let at = from; at < until; at += 1) {
      if (objects.combos[at] !== Number(name)) continue;
      from = at + 1;
      return at;
    }
    return -1;
  });
}

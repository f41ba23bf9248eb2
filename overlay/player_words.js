// What the player says in words, for the page and for those who do not see the field. Pure.

import { modeName, plural, stamp } from "./format.js";
import { BIG, KAT } from "./player_draw_taiko.js";
import { ADDITIONS } from "./player_heard.js";
import { ballAt, ballShare } from "./player_path.js";
import { inSection } from "./player_prepare.js";

const MOST_AT_ONCE = 4;
const NOW_MS = 12; // an object this near begins "now": steps land on beats, objects on whole milliseconds

/** "24 objects, 5 new": what stands beside a side's name, in parts: {text, mark}. */
export function countParts(map) {
  const within = map.objects.filter(inSection(map));
  const fresh = within.filter(({ is_new }) => is_new).length;
  const gone = within.filter(({ is_gone }) => is_gone).length;
  const marked = [
    { text: `${fresh} new`, mark: "new", count: fresh },
    { text: `${gone} replaced`, mark: "gone", count: gone },
  ];
  return [{ text: plural(within.length, "object"), mark: "" }, ...marked.filter(({ count }) => count > 0)];
}

export function fieldWords(title, map) {
  const counted = countParts(map).map(({ text }) => text);
  return `${title}: ${modeName(map.mode)} playfield. In the section ${counted.join(", ")}.`;
}

/** What is to be done at a time; "" where there is nothing. */
export function nowWords(map, t) {
  const now = map.objects.filter(({ time_ms, end_ms }) => time_ms - NOW_MS <= t && t <= end_ms + NOW_MS);
  const said = now.slice(0, MOST_AT_ONCE).map((object) => (SAY[map.mode] ?? SAY.osu)(object, t) + soundWords(map, object));
  const more = now.length > MOST_AT_ONCE ? [`${now.length - MOST_AT_ONCE} more`] : [];
  return [...said, ...more].join("; ");
}

/** ", whistle, clap": what is added to its hit; in taiko that is the object itself. */
function soundWords({ mode }, { hitsound }) {
  if (mode === "taiko") return "";
  return ADDITIONS.filter(([bit]) => hitsound & bit).map(([, name]) => `, ${name}`).join("");
}

const place = (object, { x, y }) => `(${Math.round(x)}, ${Math.round(y)})`;
const isNew = ({ is_new, is_gone }) => (is_new ? "new " : is_gone ? "replaced " : "");

const SAY = {
  osu: (object, t) => {
    if (object.kind === "spinner") return `${isNew(object)}spinner`;
    const where = object.kind === "slider" ? ballAt(object, Math.max(t, object.time_ms)) : object;
    const turn = object.spans > 1 ? `, span ${ballShare(object, Math.max(t, object.time_ms)).span + 1} of ${object.spans}` : "";
    return `${isNew(object)}${object.kind} ${object.combo} at ${place(object, where)}${turn}`;
  },
  taiko: (object) => {
    const big = object.hitsound & BIG ? "big " : "";
    const name = { slider: "drum roll", spinner: "swell" }[object.kind] ?? (object.hitsound & KAT ? "kat" : "don");
    return `${isNew(object)}${big}${name}`;
  },
  catch: (object, t) => {
    if (object.kind === "spinner") return `${isNew(object)}banana shower`;
    if (object.kind === "slider") return `${isNew(object)}juice stream at x ${Math.round(ballAt(object, Math.max(t, object.time_ms)).x)}`;
    return `${isNew(object)}fruit at x ${Math.round(object.x)}`;
  },
  mania: (object) => `${isNew(object)}${object.kind === "hold" ? "hold" : "note"} in column ${object.column + 1}`,
};

export function timeWords(t, place_words) {
  return [stamp(t), place_words].filter(Boolean).join(", ");
}

// What is to be heard of a stretch, and when: hit sounds of its objects, ticks of a metronome. Pure.

import { beatLengthAt, beatsIn } from "./player_beats.js";
import { BIG, KAT } from "./player_draw_taiko.js";
import { edgeTimes } from "./player_path.js";

export const ADDITIONS = [
  [2, "whistle"],
  [4, "finish"],
  [8, "clap"],
]; // as the file writes them ("osu! wiki, .osu file format")
const BANKS = ["normal", "soft", "drum"];
const QUIETEST = 0.05; // the game lets nothing be quieter (ppy/osu, DrawableHitObject)
const TICK_GAIN = 0.5;
const ROLL_TICKS = 4;
const MOST_ROLL_TICKS = 200;

/** [{time_ms, bank, name, gain}] in order. */
export function heardOf(map) {
  const sounds = map.mode === "taiko" ? (object) => drummed(map, object) : played;
  return map.objects.flatMap(sounds).sort((a, b) => a.time_ms - b.time_ms);
}

export function metronomeOf(map) {
  return beatsIn(map.beats, map.start_ms, map.end_ms).map(({ time_ms, number }) => ({
    time_ms,
    bank: "normal",
    name: number === 0 ? "measure" : "beat",
    gain: 0.8,
  }));
}

const bankOf = (name) => (BANKS.includes(String(name).toLowerCase()) ? String(name).toLowerCase() : "normal");
const gainOf = ({ volume }) => Math.max(QUIETEST, Math.min(1, volume / 100));

/** A sound is the bank's plain hit with what is added to it; the additions may have a bank of their own. */
function hit(object, time_ms, [hitsound, set, addition_set]) {
  const [bank, gain] = [bankOf(set), gainOf(object)];
  const added = ADDITIONS.filter(([bit]) => hitsound & bit).map(([, name]) => ({ time_ms, bank: bankOf(addition_set), name, gain }));
  return [{ time_ms, bank, name: "hit", gain }, ...added];
}

function played(object) {
  const own = [object.hitsound, object.sample_set, object.addition_set ?? object.sample_set];
  if (object.kind === "spinner") return hit(object, object.end_ms, own);
  if (object.kind !== "slider") return hit(object, object.time_ms, own);
  const edges = edgeTimes(object).flatMap((time_ms, number) => hit(object, time_ms, object.edges?.[number] ?? own));
  const ticks = (object.ticks ?? []).map((time_ms) => ({ time_ms, bank: bankOf(object.sample_set), name: "tick", gain: gainOf(object) * TICK_GAIN }));
  return [...edges, ...ticks];
}

/** The drum's two sounds; a big note is hit with both sticks. A roll is played at its ticks, a swell as it ends. */
function drummed(map, object) {
  const [bank, gain] = [bankOf(object.sample_set), gainOf(object)];
  const name = object.hitsound & KAT ? "kat" : "don";
  const stroke = (time_ms, which = name) => ({ time_ms, bank, name: which, gain });
  if (object.kind === "spinner") return [stroke(object.end_ms, "don"), stroke(object.end_ms, "kat")];
  if (object.kind === "slider") return rollTimes(map, object).map((time_ms) => ({ ...stroke(time_ms, "don"), gain: gain * TICK_GAIN }));
  const big = object.hitsound & BIG ? [{ time_ms: object.time_ms, bank, name: "finish", gain: gain * TICK_GAIN }] : [];
  return [stroke(object.time_ms), ...big];
}

function rollTimes(map, { time_ms, end_ms }) {
  const gap_ms = beatLengthAt(map.beats, time_ms + 1) / ROLL_TICKS;
  const count = Math.min(MOST_ROLL_TICKS, Math.floor((end_ms - time_ms) / gap_ms + 1e-3));
  return Array.from({ length: count + 1 }, (_, at) => time_ms + at * gap_ms);
}

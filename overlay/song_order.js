// A whole map as it is ordered: what is written, what is taken from a map to go by, and what it says of its song. Pure.

import { askedOf } from "./wishes.js";

export const MODES = ["osu", "taiko", "catch", "mania"];

/** Contexts as a mapper knows them, in the order in which a model writes them. */
export const CONTEXTS = {
  timing: "Timing",
  kiai: "Kiai",
  map: "Objects",
  sv: "Scroll speed",
};
const SCROLLS = ["taiko", "mania"];

/** What of a map to go by may be read beside what is written: only with such a map. */
export const BESIDE = {
  gd: ["As a guest difficulty", "the map it goes by is the difficulty beside it"],
  no_hs: ["Hit sounds for its objects", "the map it goes by is the same one without hit sounds"],
};

export const FACTS = {
  title: "Title",
  artist: "Artist",
  creator: "Creator",
  difficulty_name: "Difficulty's name",
  background: "Background, a picture's path",
};

export const isMap = (source) => /\.osu["']?\s*$/i.test(source);

/** As people paste it: with quotation marks around. */
const cleanPath = (text) => text.trim().replace(/^["'](.*)["']$/, "$1").trim();

/** Which ways there are for each context: "write", "take" or "leave". */
export function waysOf(context, { written, given }, source) {
  return [written.includes(context) && "write", isMap(source) && given.includes(context) && "take", context !== "map" && "leave"].filter(Boolean);
}

/** What is done where nobody says: a map to go by has its timing already. */
export function usualWay(context, options, source, mode) {
  const ways = waysOf(context, options, source);
  const wanted = context === "map" ? "write" : isMap(source) && context === "timing" ? "take" : context === "sv" && !SCROLLS.includes(mode) ? "leave" : "write";
  return ways.includes(wanted) ? wanted : ways[0];
}

/** What is sent. `ways`: context -> way; `beside`: those of a map to go by that are wanted as well. */
export function orderOf({ source, mode, ways, beside, seed, values, superTiming, facts, form, folder }, options) {
  const names = (way) => Object.keys(CONTEXTS).filter((context) => ways[context] === way);
  const output = names("write");
  return {
    type: "generate_map",
    source: cleanPath(source),
    mode,
    given: isMap(cleanPath(source)) ? [...names("take"), ...beside] : [],
    output,
    seed: seed === "" ? null : seed,
    wishes: askedOf(values, options),
    super_timing: superTiming && output.includes("timing"),
    ...facts,
    background: cleanPath(facts.background),
    form,
    folder: cleanPath(folder),
  };
}

/** What is wrong with an order, as a sentence; "" if nothing is. */
export function wrongWith({ source, output, seed }) {
  if (source === "") return "Give the path of an audio file, or of a .osu to go by.";
  if (output.length === 0) return "Nothing would be written: choose what the model writes.";
  return seed !== null && !/^[0-9]{1,20}$/.test(seed) ? `${seed} is no seed: a seed is a whole number.` : "";
}

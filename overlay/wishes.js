// What can be wished of a map to be written: by the companion's names, in the words of a mapper. A model understands
// some of it; no more is ever offered, and no more is ever asked. Pure.

const number = (label, least, most, step, hint = "") => ({ kind: "number", label, least, most, step, hint });
const words = (label, hint) => ({ kind: "words", label, hint });

export const WISHES = {
  star_rating: number("Star rating", 0, 20, 0.1, "how hard"),
  descriptors: words("Described as", "Type to search, such as jump aim"),
  unwanted_descriptors: words("And not as", "What it should keep away from"),
  year: number("Year", 2007, 2100, 1, "in the manner of that year"),
  mapper_id: number("Mapper's id", 0, Number.MAX_SAFE_INTEGER, 1, "the number in a profile's address at osu.ppy.sh"),
  hitsounded: { kind: "choice", label: "Hit sounds", choices: [[true, "with them"], [false, "without"]], hint: "" },
  hold_note_ratio: number("Share of hold notes", 0, 1, 0.05, "0 to 1"),
  scroll_speed_ratio: number("Share of scroll speed changes", 0, 1, 0.05, "0 to 1"),
  keys: number("Keys", 1, 18, 1),
  circle_size: number("Circle size", 0, 18, 0.1),
  approach_rate: number("Approach rate", 0, 10, 0.1),
  overall_difficulty: number("Overall difficulty", 0, 10, 0.1),
  hp_drain: number("HP drain", 0, 10, 0.1),
  slider_multiplier: number("Slider velocity", 0.4, 3.6, 0.1),
  slider_tick_rate: number("Slider tick rate", 0.5, 8, 0.5),
  temperature: number("Temperature", 0.05, 10, 0.05, "higher is bolder, lower is safer"),
  timing_temperature: number("Temperature of timing", 0.05, 10, 0.05),
  column_temperature: number("Temperature of columns", 0.05, 10, 0.05),
  taiko_hit_temperature: number("Temperature of dons and kats", 0.05, 10, 0.05),
  guidance: number("Guidance", -10, 10, 0.1, "1: none; above 1: closer to what is wished"),
  top_p: number("Top-p", 0.01, 1, 0.01, "only the likeliest, up to that share"),
  top_k: number("Top-k", 0, 100000, 1, "only that many of the likeliest"),
  time_bias: number("Density", -20, 20, 0.1, "above 0 busier, below 0 sparser"),
  timing_beams: number("Beams of timing", 1, 8, 1, "so many ways on are followed, and the likeliest is taken"),
  is_greedy: { kind: "switch", label: "Always the likeliest", hint: "leaves nothing to chance: one candidate is all there is" },
};

const SIMPLE = ["star_rating", "descriptors", "unwanted_descriptors"];
const GROUPS = [
  ["Style", ["year", "mapper_id", "hitsounded", "hold_note_ratio", "scroll_speed_ratio"]],
  ["Settings of the map", ["keys", "circle_size", "approach_rate", "overall_difficulty", "hp_drain", "slider_multiplier", "slider_tick_rate"]],
  ["Chance", ["temperature", "timing_temperature", "column_temperature", "taiko_hit_temperature", "guidance", "top_p", "top_k", "time_bias", "timing_beams", "is_greedy"]],
];
const GUIDED = 2; // what is not wanted counts from above 1 on

/** `{simple: [name], more: [{title, names}]}`: what this model understands, in the order in which it is shown. */
export function offered({ wishes }) {
  const known = (names) => names.filter((name) => wishes.includes(name));
  const more = GROUPS.map(([title, names]) => ({ title, names: known(names) })).filter(({ names }) => names.length > 0);
  return { simple: known(SIMPLE), more };
}

/** A field as this model has it: its years, its hardest. */
export function fieldOf(name, { years, most_star_rating, mappers }) {
  const field = WISHES[name];
  if (name === "year" && years !== null) return { ...field, least: years[0], most: years[1], hint: `${years[0]} to ${years[1]}` };
  if (name === "star_rating" && most_star_rating !== null) return { ...field, most: most_star_rating, hint: `up to ${most_star_rating}` };
  if (name === "mapper_id" && mappers > 0) return { ...field, hint: `${field.hint}; this model knows ${mappers}` };
  return field;
}

/** What is sent: what was wished, of what the model understands. */
export function askedOf(values, options) {
  const asked = {};
  for (const name of options.wishes) {
    const value = values[name];
    if (!(name in WISHES) || isBlank(value)) continue;
    asked[name] = value;
  }
  if (needsGuidance(values, options)) asked.guidance = GUIDED;
  return asked;
}

const isBlank = (value) => value === undefined || value === null || (Array.isArray(value) && value.length === 0);

/** Without guidance nothing goes away from what is not wanted. */
export function needsGuidance({ unwanted_descriptors: unwanted, guidance }, { wishes }) {
  return wishes.includes("guidance") && (unwanted?.length ?? 0) > 0 && isBlank(guidance);
}

/** What was wished before, as far as this model understands it. */
export function recalled(text, options) {
  try {
    const kept = JSON.parse(text ?? "{}");
    return Object.fromEntries(Object.entries(kept).filter(([name, value]) => options.wishes.includes(name) && fits(name, value, options)));
  } catch {
    return {};
  }
}

function fits(name, value, options) {
  const field = name in WISHES ? fieldOf(name, options) : null;
  if (field?.kind === "number") return typeof value === "number" && value >= field.least && value <= field.most;
  if (field?.kind === "words") return Array.isArray(value) && value.every((each) => options.descriptors.includes(each));
  return field !== null && typeof value === "boolean";
}

/** Seeds as they are typed: whole numbers, apart by commas or spaces. `{seeds}` or `{error}`. */
export function readSeeds(text) {
  const seeds = text.split(/[\s,;]+/).filter(Boolean);
  const wrong = seeds.find((seed) => !/^[0-9]{1,20}$/.test(seed));
  return wrong === undefined ? { seeds: seeds.slice(0, 8) } : { error: `${wrong} is no seed: seeds are whole numbers, apart by commas.` };
}

/** Descriptors that hold every word that was typed, those that begin with it first. */
export function matching(descriptors, text, taken, most = 8) {
  const asked = text.toLowerCase().split(/\s+/).filter(Boolean);
  const free = descriptors.filter((each) => !taken.includes(each) && asked.every((word) => each.toLowerCase().includes(word)));
  const begins = (each) => Number(asked.length > 0 && each.toLowerCase().startsWith(asked[0]));
  return [...free].sort((one, other) => begins(other) - begins(one)).slice(0, most);
}

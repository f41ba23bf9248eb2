// Models and downloads in a mapper's words. Pure.

import { bytes, left, modeName } from "./format.js";

/** The one to offer where there is none: the one that is chosen, or else the first that gives opinions. */
export function defaultModel({ chosen, models }, engine) {
  const wanted = chosen ?? engine?.model;
  return models.find((model) => model.name === wanted && givesOpinions(model)) ?? models.find(givesOpinions) ?? null;
}

/** One that refines positions has none. */
export const givesOpinions = ({ family }) => family !== "diffusion";

export const isHere = ({ state }) => state === "complete" || state === "local";

export function sizeOf({ size_bytes, total_bytes }) {
  const size = size_bytes ?? total_bytes;
  return size === null ? "of a size that is told once it begins" : bytes(size);
}

/** "311 of 876 MB · 9.4 MB/s · 1 min left" */
export function progressOf({ done_bytes, total_bytes, bytes_per_s }) {
  const rate = bytes_per_s > 0 ? `${bytes(bytes_per_s)}/s` : "";
  const wait = bytes_per_s > 0 && total_bytes !== null ? left((total_bytes - done_bytes) / bytes_per_s) : "";
  return [total_bytes === null ? bytes(done_bytes) : `${bytes(done_bytes)} of ${bytes(total_bytes)}`, rate, wait].filter(Boolean).join(" · ");
}

export function modesOf({ modes }) {
  return modes.length === 4 ? "all modes" : modes.map(modeName).join(", ");
}

/** What a person calls a model: a folder goes by its last name. */
export function nameOf(name) {
  return /[\\/]/.test(name) && /^([A-Za-z]:|[\\/~])/.test(name) ? name.split(/[\\/]/).filter(Boolean).at(-1) : name;
}

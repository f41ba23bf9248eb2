// What a page says of the engine and of a model, in words. Pure: the bar, the panel and the hint all ask here.

import { percent, share, size, timeLeft } from "./amounts.js";
import { modeName } from "./format.js";

const ALL_MODES = 4;
const SHORT_NAME = 24; // characters: a folder may be called anything

export const isReady = (model) => model.state === "complete" || model.state === "local";

/** Whether it has an opinion of a map: only such a one can be the model that is asked after each save. */
export const canMod = ({ purposes }) => purposes.includes("mod");

/** What it is for, as a sentence. */
export function purposeOf({ purposes }) {
  const writes = purposes.includes("generate");
  if (purposes.includes("mod")) return writes ? "Says what it would have expected, and writes maps." : "Says what it would have expected.";
  const does = writes ? "Writes maps" : purposes.includes("diffusion") ? "Places objects for another model" : "";
  return does && `${does}; it has no opinion of a map.`;
}

export const isFolder = (name) => /^(~|\/|\\\\|[a-z]:[\\/])/i.test(name);

/** "v32", or the last part of a folder's path. */
export function shortName(name) {
  const last = isFolder(name) ? (name.split(/[\\/]/).filter(Boolean).pop() ?? name) : name;
  return last.length > SHORT_NAME ? `${last.slice(0, SHORT_NAME - 1)}…` : last;
}

export function titleOf(name, models) {
  return models.find((model) => model.name === name)?.title ?? shortName(name);
}

const FACES = { off: "asleep", starting: "waking", loading: "waking", idle: "ready", working: "working", failed: "failed" };

/**
 * Which of its faces the engine shows: asleep, waking, ready, working, failed; "mute" where AI findings are switched
 * off and nothing is under way; "none" and "bringing" where the chosen model is not here; "unknown" until it is known.
 */
export function faceOf(engine, models) {
  if (!engine.ai && (engine.status === "off" || engine.status === "idle")) return "mute";
  if (engine.model_ready || engine.status === "failed") return FACES[engine.status] ?? "asleep";
  if (models.length === 0) return "unknown";
  return models.some((model) => model.name === engine.model && model.state === "pulling") ? "bringing" : "none";
}

const STATE_WORDS = {
  asleep: "asleep",
  waking: "waking up",
  ready: "ready",
  working: "at work",
  failed: "stopped",
  mute: "AI off",
  none: "No model",
  bringing: "downloading",
  unknown: "…",
};

export const stateWord = (face) => STATE_WORDS[face];

const SENTENCES = {
  asleep: "Takes no memory now. It wakes with the next save.",
  waking: "The first answer takes a few seconds; the next ones come at once.",
  ready: "Reads your map after every save.",
  working: "What it finds or writes appears as it goes.",
  failed: "It stopped without saying why. The next save starts it again.",
  mute: "Saves are checked by the rules alone.",
  none: "It is not on this machine yet. The rules check every save without it.",
  bringing: "It reads your maps as soon as it is here.",
  unknown: "Looking for the models on this machine.",
};

/** What is the matter, for one who has asked for more; the engine's own sentence where it has one. */
export const sentenceOf = (face, note) => (face === "failed" && note ? note : SENTENCES[face]);

/** The few words in the bar. */
export function lineOf(engine, models, face) {
  const name = engine.model === null ? "" : shortName(engine.model);
  if (face === "mute" || face === "none") return [STATE_WORDS[face]];
  if (face === "bringing") return [name, downloading(models.find((model) => model.name === engine.model))];
  if (face !== "ready" && face !== "working") return [name, STATE_WORDS[face]];
  return [name, face === "working" ? STATE_WORDS.working : "", engine.device?.split(",")[0] ?? "", engine.speed ?? ""];
}

function downloading({ done_bytes, total_bytes }) {
  return total_bytes ? `${percent(done_bytes, total_bytes)} %` : STATE_WORDS.bringing;
}

/** "311 of 876 MB · 9.4 MB/s · 60 s left" */
export function progressWords({ done_bytes, total_bytes, bytes_per_s }) {
  const amount = total_bytes ? share(done_bytes, total_bytes) : size(done_bytes);
  const rate = bytes_per_s ? `${size(bytes_per_s)}/s` : "";
  return [amount, rate, timeLeft(done_bytes, total_bytes, bytes_per_s)].filter(Boolean).join(" · ");
}

export function modelState(model) {
  if (model.state === "pulling") return "Downloading";
  if (model.state === "broken") return "Cannot be used";
  if (isReady(model)) return "On this machine";
  if (model.state !== "partial") return "Not downloaded";
  return model.total_bytes ? `Stopped at ${percent(model.done_bytes, model.total_bytes)} %` : "Partly here";
}

export function modesOf({ modes }) {
  if (modes.length === ALL_MODES) return "all modes";
  return modes.map(modeName).join(", ");
}

/** An absent one's size is known once its download has begun. */
export function sizeOf({ size_bytes, total_bytes, done_bytes }) {
  const bytes = size_bytes ?? total_bytes ?? (done_bytes || null);
  return bytes === null ? "size not known yet" : size(bytes);
}

/** "mit" -> "Licence: MIT"; a sentence stays what it is, with one colon. */
export function licenceOf({ licence }) {
  if (!licence) return "Licence: not known";
  return `Licence: ${/\s/.test(licence) ? licence.replace(": ", "; ") : licence.toUpperCase()}`;
}

/** As a sentence of its own: a command line words it as the rest of a line. A file's name keeps its letters. */
export function sentence(text) {
  const begun = /^[a-z]+\s/.test(text) ? text[0].toUpperCase() + text.slice(1) : text;
  return begun && `${begun}${/[.!?]$/.test(begun) ? "" : "."}`;
}

// A section being written anew, as the companion tells of it: what it is doing, and what each candidate is. Pure.

import { decimal, plural } from "./format.js";

const MOST_KEPT = 4; // maps: as many as the model's opinions are kept of
const SAME = 0.05; // of the surprise: below that nobody could tell which of the two is likelier
const FAR = 0.25;

/** By map, the latest of each; the one that just came last. */
export function keepLatest(kept, message) {
  const others = kept.filter((each) => each.key !== message.key).slice(1 - MOST_KEPT);
  return [...others, message];
}

export const ofMap = (kept, map) => kept.find((each) => each.key === map?.key) ?? null;

export const isWritten = (regeneration) => regeneration?.state === "writing" || regeneration?.state === "waiting";

export const isDone = ({ state }) => state === "done";

/** Only what was made for the map as it is now can be taken into it. */
export function canAccept(regeneration, map) {
  return regeneration.map_version === map.map_version && !["stale", "accepted", "none", "failed"].includes(regeneration.state);
}

/** `{head, advice}` for the state it is in; the companion's own sentence where it has one. */
export function wordsFor(regeneration) {
  const { state, candidates } = regeneration;
  const note = noteOf(regeneration);
  const done = candidates.filter(isDone).length;
  const head = (HEADS[state] ?? HEADS.none)(candidates.length, done);
  return { head, advice: note || (ADVICE[state]?.(done) ?? "") };
}

/** What the companion says of it, unless that is what it does now: the head and the pace tell of that. */
export const noteOf = ({ note, pace }) => (pace !== null && note === pace.doing ? "" : note);

const HEADS = {
  none: () => "Nothing is being written",
  waiting: () => "Waiting for the model",
  writing: (all, done) => (done > 0 ? `Writing, ${done} of ${all} done` : "Writing"),
  done: (all) => `${plural(all, "candidate")} to choose from`,
  failed: () => "It could not be written",
  cancelled: (all, done) => (done > 0 ? `Stopped, ${done} of ${all} done` : "Stopped"),
  accepted: () => "Accepted",
  stale: () => "The map was saved meanwhile",
};

const ADVICE = {
  failed: () => "Nothing was changed. Try again, with a shorter range if it happens twice.",
  cancelled: (done) => (done > 0 ? "What is done can be played and accepted." : "Nothing was changed."),
  stale: () => "These were made for the version before, and accepting one would take back what you saved. Write them again for the map as it is now.",
};

/** "1 finding, new" or "3 findings, 1 new; 4 before": what rules say of the section with this candidate in it. */
export function findingsText({ findings }, before) {
  const fresh = findings.filter((finding) => finding.is_new).length;
  const now = findings.length === 0 ? "no findings" : `${plural(findings.length, "finding")}, ${fresh === 0 ? "none new" : `${fresh} new`}`;
  return `${now}; ${before > 0 ? before : "none"} before`;
}

/** Which of the two the model would rather have written; null where it was not asked. */
export function surpriseWords({ surprise, surprise_before }) {
  if (surprise === null) return null;
  if (surprise_before === null || surprise_before <= 0) return { tone: "even", text: "judged alone", numbers: numbersOf(surprise, null) };
  const change = (surprise - surprise_before) / surprise_before;
  const text = change < -FAR ? "much likelier than yours" : change < -SAME ? "likelier than yours" : change > FAR ? "much unlikelier than yours" : change > SAME ? "unlikelier than yours" : "as likely as yours";
  return { tone: change < -SAME ? "less" : change > SAME ? "more" : "even", text, numbers: numbersOf(surprise, surprise_before) };
}

const tenth = (value) => decimal(Math.round(value * 10) / 10);

function numbersOf(surprise, before) {
  return `surprise ${tenth(surprise)}${before === null ? "" : ` against ${tenth(before)}`} bits an event`;
}

const STATES = { waiting: "waiting", writing: "being written", done: "done", failed: "failed" };

export const stateText = ({ state }) => STATES[state] ?? state;

/** "Candidate 2": people count from one. */
export const nameOf = ({ number }) => `Candidate ${number + 1}`;

/** "128 tokens/s · 12 s left" */
export function paceText(pace) {
  if (pace === null) return "";
  const rate = pace.tokens_per_s > 0 ? `${pace.tokens_per_s < 10 ? tenth(pace.tokens_per_s) : Math.round(pace.tokens_per_s)} tokens/s` : "";
  return [rate, leftText(pace.left_s)].filter(Boolean).join(" · ");
}

function leftText(left_s) {
  if (left_s === null) return "";
  if (left_s < 90) return `${Math.max(1, Math.round(left_s))} s left`;
  return left_s < 5400 ? `${Math.round(left_s / 60)} min left` : `${decimal(Math.round(left_s / 360) / 10)} h left`;
}

/** "the map · 1240 tokens": what it does now, and how much there is of it. */
export function doingText(pace) {
  if (pace === null) return "";
  return [pace.doing, pace.tokens > 0 ? plural(pace.tokens, "token") : ""].filter(Boolean).join(" · ");
}

/** 0 to 1, or null where the length is not known. */
export const shareOf = (pace) => (pace !== null && pace.total > 0 ? Math.min(1, pace.done / pace.total) : null);

/** The candidate beside that one, among those there is something to hear of. */
export function neighbour(candidates, number, step) {
  const playable = candidates.filter(isDone);
  if (playable.length === 0) return null;
  const at = playable.findIndex((each) => each.number === number);
  if (at < 0) return playable[step > 0 ? 0 : playable.length - 1].number;
  return playable[Math.min(playable.length - 1, Math.max(0, at + step))].number;
}

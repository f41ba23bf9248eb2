// What the page knows of writing, and how a message or a person changes it. The other half of store.js; as pure.

import { isDone, keepLatest, ofMap } from "./regeneration.js";
import { allowedSnap, gridOf, isSame, snapped, within } from "./time_range.js";

export const SNAP_KEY = "mapside.snap";

export const NOTHING_WRITTEN = Object.freeze({
  writing: null, // whether it may begin
  regenerations: Object.freeze([]), // of each map the latest section that is written anew
  generated: Object.freeze([]), // of each map what in it was generated
  songJob: null, // the whole map that is being written
  range: null, // {key, start_ms, end_ms}: the stretch of a map that somebody means
  grid: null, // {key, map_version, lines, combos}: of the map whose objects were told last
  snap: "measures", // what a range is put on, where the map has it
  view: "findings", // what fills the page: these, the "candidates" of a section, or a whole song to "generate"
  candidate: null, // number of the one that is looked at
  lockedSeeds: Object.freeze([]), // of candidates that are to be made again
});

export const WRITING_RECEIVERS = {
  writing: (state, message) => ({ ...state, writing: message }),
  regeneration: receiveRegeneration,
  generated: (state, message) => ({ ...state, generated: keepLatest(state.generated, message) }),
  song_job: (state, message) => ({ ...state, songJob: message }),
};

/** The first that is done is looked at, until somebody looks at another. */
function receiveRegeneration(state, message) {
  const next = { ...state, regenerations: keepLatest(state.regenerations, message) };
  if (message.key !== state.map?.key) return next;
  if (message.state === "none") return { ...next, candidate: null, view: state.view === "candidates" ? "findings" : state.view };
  const known = message.candidates.some((each) => each.number === state.candidate);
  return { ...next, candidate: known ? state.candidate : (message.candidates.find(isDone)?.number ?? null) };
}

/** Of the map on screen, or null where there is none. */
export function regeneration(state) {
  const latest = ofMap(state.regenerations, state.map);
  return latest === null || latest.state === "none" ? null : latest;
}

export const generated = (state) => ofMap(state.generated, state.map);

/** The range that is meant in the map on screen. */
export const rangeOf = ({ range, map }) => (range !== null && range.key === map?.key ? range : null);

/** `loose`: the ends stay where they were put, as those of a typed timestamp do. */
export function setRange(state, range, { loose = false } = {}) {
  if (range === null || state.map === null) return { ...state, range: null };
  const { overview } = state.map;
  const grid = gridNow(state);
  const whole = { start_ms: 0, end_ms: Math.max(overview.song_ms ?? 0, overview.end_ms) };
  const placed = within(loose ? range : snapped(range, grid, allowedSnap(grid, state.snap)), whole);
  return isSame(placed, rangeOf(state)) ? state : { ...state, range: { key: state.map.key, ...placed } };
}

export const isGridKnown = ({ grid, map }) => grid !== null && grid.key === map.key && grid.map_version === map.map_version;

/** What a range is put on in the map on screen: all of it once that was asked for, till then what its overview says. */
export const gridNow = (state) => (isGridKnown(state) ? state.grid : gridOf(state.map.overview));

export function setSnap(state, snap) {
  const next = { ...state, snap };
  return rangeOf(state) === null ? next : setRange(next, rangeOf(state));
}

export function look(state, view) {
  return { ...state, view, candidate: view === "candidates" ? (state.candidate ?? regeneration(state)?.candidates.find(isDone)?.number ?? null) : state.candidate };
}

// What the page knows, and how a message or a person changes it. Pure: no document, no socket, no clock, so that
// every rule of the page can be tried without a page. What of it is seen, and in which order, is in seen.js.

import { SURPRISE, asFinding, isUnderWay, keep, markIntended } from "./opinion.js";
import { NO_OBJECTS } from "./object_store.js";
import { NOTHING_WRITTEN, WRITING_RECEIVERS } from "./writing_store.js";

export const ORDER_KEY = "mapside.order";
export const PIN_KEY = "mapside.pinned";
export const SEVERITIES = ["problem", "warning", "minor"];
const UNREADABLE = "unreadable-lines"; // the check that names lines nobody can read
const MOST_LISTED = 50; // the companion lists no more: beyond that, absence says nothing

export const NO_FILTERS = Object.freeze({
  severities: Object.freeze([]), // empty: all of them
  source: "", // "rules" or "model"; empty: both
  category: "",
  check: "",
  text: "",
  onlyNew: false,
});

export const INITIAL = Object.freeze({
  connection: Object.freeze({ phase: "connecting", retryAt: null }),
  hello: null,
  status: null,
  engine: null, // how the model is doing
  models: Object.freeze({ chosen: null, models: Object.freeze([]) }), // none: the list has not come yet
  maps: Object.freeze({ current: null, maps: Object.freeze([]) }),
  greeted: false, // a connection has just begun: the map that comes is the one to show
  map: null,
  opinions: Object.freeze([]), // what the model said last of each map, see opinion.js
  threshold: SURPRISE.usual, // a model's finding that surprises less is not shown
  pinned: null, // key of the map held on screen; null: the page follows saves
  elsewhere: null, // while pinned: the map message of another difficulty that was saved meanwhile
  firsts: Object.freeze({}), // map key -> saved_at of its first look: nothing to compare it with
  trouble: null, // {key, kind: see trouble.js, set, file, ...}: a map that is not what its file is
  filters: NO_FILTERS,
  showIntended: false,
  order: "strength",
  collapsed: Object.freeze([]),
  selectedId: null,
  cursor: 0, // where in the list the last selection stood, so that j goes on from there once it is fixed
  ...NO_OBJECTS,
  ...NOTHING_WRITTEN,
});

const RECEIVERS = {
  hello: (state, message) => ({ ...state, hello: message, greeted: true, opinions: [], regenerations: [], generated: [], ...NO_OBJECTS }),
  status: (state, message) => ({ ...state, status: message }),
  engine: (state, message) => ({ ...state, engine: message }),
  models: (state, message) => ({ ...state, models: message }),
  maps: receiveMaps,
  map: receiveMap,
  opinion: receiveOpinion,
  intended: (state, message) => setIntended(state, message.key, message.finding, message.on),
  ...WRITING_RECEIVERS,
};

/** State after a message. State is replaced by type, so a message that was missed never has to be made up for. */
export function receive(state, message) {
  const receiver = RECEIVERS[message.type];
  return receiver ? receiver(state, message) : state;
}

function receiveMaps(state, message) {
  const keys = new Set(message.maps.map((entry) => entry.key));
  const pinned = keys.has(state.pinned) ? state.pinned : null;
  return { ...state, maps: message, pinned, trouble: vanished(state, keys) ?? state.trouble };
}

/** A map that leaves the list while it is on screen has lost its file; a full list may have had no room for it. */
function vanished({ map, maps }, keys) {
  const entry = maps.maps.find((each) => each.key === map?.key);
  return entry && !keys.has(entry.key) && keys.size < MOST_LISTED ? { ...entry, kind: "gone" } : null;
}

/** The companion has refused to show a map: its file is gone, or cannot be read now. */
export function missMap(state, key, why) {
  const entry = state.maps.maps.find((each) => each.key === key) ?? (state.map?.key === key ? state.map.metadata : null);
  const kind = state.trouble?.key === key && state.trouble.kind === "gone" ? "gone" : "unreadable";
  return { ...state, trouble: { ...entry, file: entry?.file ?? "This map", key, kind, why } };
}

/** A notice that names the file on screen is about these findings: they are no longer those of the file. */
export function failCheck(state, text) {
  if (!state.map?.metadata.file || !text.startsWith(`${state.map.metadata.file} `)) return state;
  return { ...state, trouble: { ...state.map.metadata, key: state.map.key, kind: "failed", why: text } };
}

function receiveMap(state, map) {
  const firsts = isFirst(state, map) ? { ...state.firsts, [map.key]: map.saved_at } : state.firsts;
  if (state.pinned !== null && state.pinned !== map.key) return { ...state, firsts, elsewhere: map };
  if (state.pinned === null && isSecondLook(state, map)) return state;
  const sameMap = state.map?.key === map.key;
  const drawn = sameMap ? sharing(state.map, map) : { ...map, findings: map.findings.map(asFinding) };
  const kept = sameMap && (has(drawn, state.selectedId) || isOpined(state));
  return {
    ...state,
    ...(sameMap ? {} : NO_OBJECTS),
    map: drawn,
    firsts,
    greeted: false,
    elsewhere: null,
    trouble: broken(map),
    selectedId: kept ? state.selectedId : null,
    cursor: sameMap ? state.cursor : 0,
    filters: sameMap ? state.filters : { ...state.filters, check: "" },
    view: sameMap || state.view === "generate" ? state.view : "findings",
  };
}

/** What the model said of the last save is not shown for this one, but it may be said again in a moment. */
function isOpined({ map, opinions, selectedId }) {
  return opinions.some((each) => each.key === map.key && has(each, selectedId));
}

const has = ({ findings }, id) => findings.some((finding) => finding.id === id);

/** A selection outlives the moments in which the model has not come to it yet. */
function receiveOpinion(state, message) {
  const next = { ...state, opinions: keep(state.opinions, message, state.map?.key) };
  const { map, selectedId } = state;
  if (selectedId === null || map?.key !== message.key || isUnderWay(message)) return next;
  return has(map, selectedId) || has(message, selectedId) ? next : { ...next, selectedId: null };
}

/** A file with no object in it and with lines nobody can read is not a map with a few faults. */
function broken({ key, metadata, overview, findings }) {
  const unreadable = findings.find((finding) => finding.check === UNREADABLE);
  if (!unreadable || overview.density.counts.some((count) => count > 0)) return null;
  return { ...metadata, key, kind: "broken", why: unreadable.message };
}

/** The map as it is now, made of what was there where that is the same: what did not change is not drawn again. */
function sharing(before, after) {
  const known = new Map(before.findings.map((finding) => [finding.id, finding]));
  const findings = after.findings.map((finding) => sameOr(known.get(finding.id), asFinding(finding)));
  return { ...after, findings, metadata: sameOr(before.metadata, after.metadata) };
}

function sameOr(before, after) {
  return before && Object.keys(after).every((name) => before[name] === after[name]) ? before : after;
}

/** A map the companion has not listed before has no save to be compared with. */
function isFirst({ hello, maps }, map) {
  const listed = maps.maps.length >= MOST_LISTED || maps.maps.some((entry) => entry.key === map.key);
  return hello !== null && !listed && map.gone.length === 0 && map.findings.every((finding) => finding.status !== "new");
}

export function isFirstLook({ map, firsts }) {
  return map !== null && firsts[map.key] === map.saved_at;
}

/** News of a map saved earlier than the one on screen (its song's length is known now) is no reason to turn to it. */
function isSecondLook({ map: shown, greeted }, map) {
  return !greeted && shown !== null && map.key !== shown.key && map.saved_at < shown.saved_at;
}

export function pin(state, key) {
  return { ...state, pinned: key, elsewhere: null, trouble: null };
}

export function follow(state) {
  return { ...state, pinned: null, elsewhere: null, trouble: null };
}

/** The map that one who follows saves would see, or null if none is left. */
export function latestKey({ maps: { current, maps } }) {
  return (maps.find((entry) => entry.key === current) ?? maps[0])?.key ?? null;
}

export function setFilters(state, changes) {
  return { ...state, filters: { ...state.filters, ...changes } };
}

export function toggleSeverity(state, severity) {
  const { severities } = state.filters;
  const on = severities.includes(severity);
  return setFilters(state, {
    severities: on ? severities.filter((other) => other !== severity) : [...severities, severity],
  });
}

export function toggleGroup(state, check) {
  const closed = state.collapsed.includes(check);
  return { ...state, collapsed: closed ? state.collapsed.filter((id) => id !== check) : [...state.collapsed, check] };
}

export function setIntended(state, key, findingId, on) {
  if (state.map?.key !== key) return state;
  if (!has(state.map, findingId)) return { ...state, opinions: markIntended(state.opinions, key, findingId, on) };
  const findings = state.map.findings.map((each) => (each.id === findingId ? { ...each, intended: on } : each));
  return { ...state, map: { ...state.map, findings } };
}

/** Which page to show instead of the map, or null for the map itself. */
export function place(state) {
  const { phase } = state.connection;
  if (phase === "no-token" || phase === "refused" || phase === "outdated") return phase;
  if (state.view === "generate") return "generate";
  if (state.trouble && state.trouble.key !== state.map?.key) return "trouble";
  if (state.map) return null;
  if (phase !== "open" || !state.status) return phase === "waiting" ? "disconnected" : "connecting";
  if (!state.status.folder) return "no-folder";
  return "never-saved";
}

// What the page knows, and how a message or a person changes it. Pure: no document, no socket, no clock, so that
// every rule of the page can be tried without a page.

export const ORDER_KEY = "mapside.order";
export const PIN_KEY = "mapside.pinned";
export const SEVERITIES = ["problem", "warning", "minor"];
const UNREADABLE = "unreadable-lines"; // the check that names lines nobody can read
const MOST_LISTED = 50; // the companion lists no more: beyond that, absence says nothing
const RANK = { problem: 3, warning: 2, minor: 1 };

export const NO_FILTERS = Object.freeze({
  severities: Object.freeze([]), // empty: all of them
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
});

const RECEIVERS = {
  hello: (state, message) => ({ ...state, hello: message, greeted: true }),
  status: (state, message) => ({ ...state, status: message }),
  engine: (state, message) => ({ ...state, engine: message }),
  models: (state, message) => ({ ...state, models: message }),
  maps: receiveMaps,
  map: receiveMap,
  intended: (state, message) => setIntended(state, message.key, message.finding, message.on),
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
  const kept = sameMap && map.findings.some((finding) => finding.id === state.selectedId);
  return {
    ...state,
    map: sameMap ? sharing(state.map, map) : map,
    firsts,
    greeted: false,
    elsewhere: null,
    trouble: broken(map),
    selectedId: kept ? state.selectedId : null,
    cursor: sameMap ? state.cursor : 0,
    filters: sameMap ? state.filters : { ...state.filters, check: "" },
  };
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
  const findings = after.findings.map((finding) => sameOr(known.get(finding.id), finding));
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
  const findings = state.map.findings.map((each) => (each.id === findingId ? { ...each, intended: on } : each));
  return { ...state, map: { ...state.map, findings } };
}

/** Hides a finding, and moves the selection to its neighbour, so that a row of them is one keystroke each. */
export function hideIntended(state, findingId) {
  const before = findingsInOrder(state);
  const at = before.findIndex((finding) => finding.id === findingId);
  const neighbour = before[at + 1] ?? before[at - 1] ?? null;
  const hidden = setIntended(state, state.map.key, findingId, true);
  if (state.showIntended || state.selectedId !== findingId) return hidden;
  return { ...hidden, selectedId: neighbour?.id ?? null };
}

export function select(state, findingId) {
  const at = findingsInOrder(state).findIndex((finding) => finding.id === findingId);
  return { ...state, selectedId: findingId, cursor: at < 0 ? state.cursor : at };
}

/** The finding `step` rows on from the selection, in the order on screen. */
export function neighbour(state, step) {
  const findings = findingsInOrder(state);
  if (findings.length === 0) return null;
  const at = findings.findIndex((finding) => finding.id === state.selectedId);
  const start = at < 0 ? state.cursor - Math.max(step, 0) : at;
  return findings[Math.min(findings.length - 1, Math.max(0, start + step))];
}

/** The same along the song, for the timeline's arrows; an infinite step leads to its first or last finding. */
export function neighbourInTime(state, step) {
  const findings = inTime(state);
  const at = findings.findIndex((finding) => finding.id === state.selectedId);
  const start = at < 0 && step > 0 ? -1 : at < 0 ? findings.length : at;
  return findings[Math.min(findings.length - 1, Math.max(0, start + step))] ?? null;
}

export function selected(state) {
  return byId(state, state.selectedId);
}

export function byId(state, id) {
  return state.map?.findings.find((finding) => finding.id === id) ?? null;
}

// Derivations. Each is computed once for the parts of the state it reads.

export const shown = memo(
  (state) => [state.map, state.showIntended],
  (map, showIntended) => (map ? map.findings.filter((finding) => showIntended || !finding.intended) : []),
);

const titles = (state) => state.hello?.checks ?? null;

export const visible = memo(
  (state) => [shown(state), state.filters, titles(state)],
  (findings, filters, checks) => findings.filter(matcher(filters, checks)),
);

export const rows = memo(
  (state) => [visible(state), state.order, state.collapsed],
  (findings, order, collapsed) => (order === "check" ? grouped(findings, collapsed) : [...findings].sort(ORDERS[order]).map(findingRow)),
);

const findingsInOrder = memo(
  (state) => [rows(state)],
  (list) => list.filter((row) => row.kind === "finding").map((row) => row.finding),
);

const inTime = memo(
  (state) => [visible(state)],
  (findings) => findings.filter((finding) => finding.time_ms !== null).sort(byTime),
);

/** How many findings each filter would leave, the filter of its own kind aside: numbers that tell what a click gives. */
export const facets = memo(
  (state) => [shown(state), state.filters, titles(state)],
  (findings, filters, checks) => ({
    severity: tally(findings.filter(matcher({ ...filters, severities: [] }, checks)), "severity"),
    category: tally(findings.filter(matcher({ ...filters, category: "" }, checks)), "category"),
    fresh: findings.filter(matcher({ ...filters, onlyNew: true }, checks)).length,
  }),
);

/** What the last save did: the first thing a mapper wants to know. */
export const delta = memo(
  (state) => [state.map],
  (map) => {
    const open = map ? map.findings.filter((finding) => !finding.intended) : [];
    const fresh = open.filter((finding) => finding.status === "new").sort(ORDERS.strength);
    return {
      fresh,
      gone: map?.gone ?? [],
      still: open.length - fresh.length,
      intended: map ? map.findings.length - open.length : 0,
      counts: tally(open, "severity"),
    };
  },
);

export function isFiltered(filters) {
  return filters.severities.length > 0 || Boolean(filters.category || filters.check || filters.text || filters.onlyNew);
}

/** Which page to show instead of the map, or null for the map itself. */
export function place(state) {
  const { phase } = state.connection;
  if (phase === "no-token" || phase === "refused" || phase === "outdated") return phase;
  if (state.trouble && state.trouble.key !== state.map?.key) return "trouble";
  if (state.map) return null;
  if (phase !== "open" || !state.status) return phase === "waiting" ? "disconnected" : "connecting";
  if (!state.status.folder) return "no-folder";
  return "never-saved";
}

function findingRow(finding) {
  return { kind: "finding", key: finding.id, finding };
}

function grouped(findings, collapsed) {
  const groups = new Map();
  for (const finding of [...findings].sort(ORDERS.strength)) {
    if (!groups.has(finding.check)) groups.set(finding.check, []);
    groups.get(finding.check).push(finding);
  }
  // The map keeps the order in which a check first appears: its strongest finding places the group.
  return [...groups].flatMap(([check, members]) => groupRows(check, members, collapsed.includes(check)));
}

function groupRows(check, members, closed) {
  const fresh = members.filter((finding) => finding.status === "new").length;
  const head = { kind: "group", key: `group:${check}`, check, worst: members[0].severity, count: members.length, fresh, closed };
  return closed ? [head] : [head, ...members.sort(ORDERS.time).map(findingRow)];
}

const timeOf = (finding) => finding.time_ms ?? -Infinity;
const byTime = (a, b) => (timeOf(a) === timeOf(b) ? 0 : timeOf(a) - timeOf(b));

export const ORDERS = {
  strength: (a, b) => RANK[b.severity] - RANK[a.severity] || b.strength - a.strength || byTime(a, b),
  time: (a, b) => byTime(a, b) || RANK[b.severity] - RANK[a.severity] || b.strength - a.strength,
};

export const isOrder = (name) => name === "check" || name in ORDERS;

function matcher(filters, checks) {
  const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean);
  return (finding) =>
    (filters.severities.length === 0 || filters.severities.includes(finding.severity)) &&
    (!filters.category || finding.category === filters.category) &&
    (!filters.check || finding.check === filters.check) &&
    (!filters.onlyNew || finding.status === "new") &&
    (words.length === 0 || words.every((word) => haystack(finding, checks).includes(word)));
}

function haystack(finding, checks) {
  const title = checks?.[finding.check]?.title ?? finding.check;
  return `${finding.timestamp} ${finding.message} ${title} ${finding.category}`.toLowerCase();
}

function tally(findings, field) {
  const counts = {};
  for (const finding of findings) counts[finding[field]] = (counts[finding[field]] ?? 0) + 1;
  return counts;
}

function memo(inputs, compute) {
  let last = null;
  return (state) => {
    const now = inputs(state);
    if (!last || now.some((value, at) => value !== last.inputs[at])) last = { inputs: now, value: compute(...now) };
    return last.value;
  };
}

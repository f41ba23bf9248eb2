// What of the findings is seen, in which order, and how one walks through them. Pure, and computed once for the
// parts of the state it reads.

import { countBelow, current, goneOf, joined } from "./opinion.js";
import { setIntended } from "./store.js";

const RANK = { problem: 3, warning: 2, minor: 1 };

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
  return { ...state, selectedId: findingId, picked: findingId === null ? state.picked : null, cursor: at < 0 ? state.cursor : at };
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
  return all(state).find((finding) => finding.id === id) ?? null;
}

/** What the model says of the map on screen, or null. */
export const opinion = memo((state) => [state.map, state.opinions], current);

const all = memo(
  (state) => [state.map, opinion(state), state.threshold],
  (map, said, threshold) => (map ? joined(map.findings, said, threshold) : []),
);

export const countOpined = memo(
  (state) => [all(state)],
  (findings) => findings.reduce((count, finding) => count + (finding.opinion !== null && !finding.intended ? 1 : 0), 0),
);

/** The rules' categories, and the model's topics that are none of those: "Hit Sounds" is "Hit sounds". */
export const categories = memo(
  (state) => [state.hello, state.engine !== null],
  (hello, opined) => {
    const rules = hello?.categories ?? [];
    const known = new Set(rules.map(folded));
    return opined && hello ? [...rules, ...hello.topics.filter((topic) => !known.has(folded(topic)))] : rules;
  },
);

export const below = memo((state) => [opinion(state), state.threshold], countBelow);

export const shown = memo(
  (state) => [all(state), state.showIntended],
  (findings, showIntended) => findings.filter((finding) => showIntended || !finding.intended),
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
    severity: tally(findings.filter(matcher({ ...filters, severities: [] }, checks)), severityOf),
    category: tally(findings.filter(matcher({ ...filters, category: "" }, checks)), ({ category }) => folded(category)),
    source: countSources(findings.filter(matcher({ ...filters, source: "" }, checks))),
    fresh: findings.filter(matcher({ ...filters, onlyNew: true }, checks)).length,
  }),
);

/** What the last save did: the first thing a mapper wants to know. */
export const delta = memo(
  (state) => [state.map, all(state), opinion(state), state.threshold],
  (map, findings, said, threshold) => {
    const open = findings.filter((finding) => !finding.intended);
    const fresh = open.filter((finding) => finding.status === "new").sort(ORDERS.strength);
    return {
      fresh,
      gone: [...(map?.gone ?? []), ...goneOf(said, threshold)],
      still: open.length - fresh.length,
      intended: findings.length - open.length,
      counts: tally(open, severityOf),
    };
  },
);

export function isFiltered(filters) {
  return filters.severities.length > 0 || Boolean(filters.source || filters.category || filters.check || filters.text || filters.onlyNew);
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

/** Two that do not know of each other say the same: that comes first among its like. */
const rises = (finding) => Number(finding.agreed !== null);

export const ORDERS = {
  strength: (a, b) => RANK[b.severity] - RANK[a.severity] || rises(b) - rises(a) || b.strength - a.strength || byTime(a, b),
  time: (a, b) => byTime(a, b) || RANK[b.severity] - RANK[a.severity] || b.strength - a.strength,
};

export const isOrder = (name) => name === "check" || name in ORDERS;

function matcher(filters, checks) {
  const words = filters.text.toLowerCase().split(/\s+/).filter(Boolean);
  return (finding) =>
    (filters.severities.length === 0 || filters.severities.includes(finding.severity)) &&
    (!filters.source || sourcesOf(finding).includes(filters.source)) &&
    (!filters.category || folded(finding.category) === folded(filters.category)) &&
    (!filters.check || finding.check === filters.check) &&
    (!filters.onlyNew || finding.status === "new") &&
    (words.length === 0 || words.every((word) => haystack(finding, checks).includes(word)));
}

/** Who says so; where the model agrees, both do. */
function sourcesOf({ opinion: said, agreed }) {
  if (said !== null) return ["model"];
  return agreed === null ? ["rules"] : ["rules", "model"];
}

function countSources(findings) {
  const counts = { rules: 0, model: 0 };
  for (const finding of findings) for (const source of sourcesOf(finding)) counts[source] += 1;
  return counts;
}

function haystack(finding, checks) {
  const title = checks?.[finding.check]?.title ?? finding.check;
  return `${finding.timestamp} ${finding.message} ${title} ${finding.category}`.toLowerCase();
}

function tally(findings, nameOf) {
  const counts = {};
  for (const finding of findings) counts[nameOf(finding)] = (counts[nameOf(finding)] ?? 0) + 1;
  return counts;
}

const severityOf = ({ severity }) => severity;

/** Rules and models write the same heading each in its own way. */
export const folded = (name) => name.toLowerCase();

function memo(inputs, compute) {
  let last = null;
  return (state) => {
    const now = inputs(state);
    if (!last || now.some((value, at) => value !== last.inputs[at])) last = { inputs: now, value: compute(...now) };
    return last.value;
  };
}

// What a model thinks of the maps, and how it joins what the rules found. Pure.

export const THRESHOLD_KEY = "mapside.threshold";
// Of the surprise as mappers know it from MaiMod: 100 is likely an issue, below 10 is taste. The companion tells of
// what is above 2. A little taste is worth seeing, all of it drowns the rest.
export const SURPRISE = Object.freeze({ least: 2, usual: 5, taste: 10, most: 100 });
const PER_SURPRISAL = 0.1;
const MOST_KEPT = 4; // maps: the one on screen, and those that were saved beside it
const UNDER_WAY = ["waiting", "scoring"];

export const surpriseOf = (surprisal) => surprisal * PER_SURPRISAL;

export const isUnderWay = (opinion) => opinion !== null && UNDER_WAY.includes(opinion.state);

export function readThreshold(text) {
  const value = Number.parseFloat(text);
  return value >= SURPRISE.least && value <= SURPRISE.most ? value : SURPRISE.usual;
}

/** A finding with every field that one of either kind may have. */
export function asFinding(finding) {
  return { opinion: null, agreed: null, ...finding };
}

/**
 * The latest opinion of each map, the one that just came last; what did not change stays the same object.
 * `shown`: key of the map on screen, whose opinion stays however many other maps the model is at.
 */
export function keep(opinions, message, shown = null) {
  const before = opinions.find((each) => each.key === message.key);
  const known = new Map((before?.findings ?? []).map((finding) => [finding.id, finding]));
  const findings = message.findings.map((finding) => sharing(known.get(finding.id), asFinding(finding)));
  const others = opinions.filter((each) => each !== before);
  const dropped = others.filter((each) => each.key !== shown).slice(0, Math.max(0, others.length + 1 - MOST_KEPT));
  return [...others.filter((each) => !dropped.includes(each)), { ...message, findings, earlier: earlierOf(before, message) }];
}

function sharing(before, after) {
  return before && JSON.stringify(before) === JSON.stringify(after) ? before : after;
}

/** How surprising the findings of the version before were: one that was never shown is not told of as gone. */
function earlierOf(before, { map_version }) {
  if (!before) return new Map();
  if (before.map_version === map_version || before.findings.length === 0) return before.earlier;
  return new Map(before.findings.map((finding) => [lineOf(finding), finding.opinion.surprisal]));
}

const lineOf = ({ check, message, timestamp }) => JSON.stringify([check, message, timestamp]);

/** The opinion of the map on screen as it is now: one of an earlier save is never shown. */
export function current(map, opinions) {
  if (map === null) return null;
  return opinions.find((each) => each.key === map.key && each.map_version === map.map_version) ?? null;
}

export function markIntended(opinions, key, findingId, on) {
  const mark = (finding) => (finding.id === findingId ? { ...finding, intended: on } : finding);
  return opinions.map((each) => (each.key === key ? { ...each, findings: each.findings.map(mark) } : each));
}

/** The rules' findings, those the model agrees with marked so, and the model's own from the threshold on. */
export function joined(findings, opinion, threshold) {
  if (opinion === null) return findings;
  const strong = ({ surprisal }) => surpriseOf(surprisal) >= threshold;
  const agreed = new Map(opinion.agreed.filter(strong).map((each) => [each.finding, each]));
  const rules = agreed.size === 0 ? findings : findings.map((finding) => agreeing(finding, agreed.get(finding.id)));
  return [...rules, ...opinion.findings.filter((finding) => strong(finding.opinion))];
}

const merged = new WeakMap(); // a rule's finding -> the same with the model's agreement, while that says the same

function agreeing(finding, agreed) {
  if (!agreed) return finding;
  const known = merged.get(finding);
  if (known?.agreed.surprisal === agreed.surprisal && known.agreed.message === agreed.message) return known;
  const both = { ...finding, agreed };
  merged.set(finding, both);
  return both;
}

export function goneOf(opinion, threshold) {
  if (opinion === null) return [];
  return opinion.gone.filter((each) => surpriseOf(opinion.earlier.get(lineOf(each)) ?? Infinity) >= threshold);
}

/** How many of the model's findings the threshold keeps from sight. */
export function countBelow(opinion, threshold) {
  if (opinion === null) return 0;
  return opinion.findings.filter(({ intended, opinion: { surprisal } }) => !intended && surpriseOf(surprisal) < threshold).length;
}

/** For whoever hears the page: said once, when the model has looked at all of it. */
export function spokenOpinion({ state, note }, findings) {
  if (state === "failed") return `The model gave no opinion: ${note}`;
  const own = findings.filter((finding) => finding.opinion !== null && !finding.intended);
  const fresh = own.filter((finding) => finding.status === "new").length;
  return `The model has looked at the whole map: ${own.length} ${own.length === 1 ? "finding" : "findings"}, ${fresh} of them new.`;
}

// Where findings stand on the timeline. Pure: drawing and pointing both ask here, so what is hit is what is seen.

import { toX } from "./timescale.js";

export const LANES = ["problem", "warning", "minor"];
const BUCKET_PX = 7; // one mark's width: findings closer than this share a mark

/** Marks of a view: `{lane, x, until_x, findings, fresh}`, at most one per lane and bucket. */
export function layoutMarks(findings, view, width) {
  const buckets = new Map();
  for (const finding of findings) {
    if (finding.time_ms === null) continue;
    const x = toX(view, width, finding.time_ms);
    const until_x = toX(view, width, finding.end_ms ?? finding.time_ms);
    if (until_x < -BUCKET_PX || x > width + BUCKET_PX) continue;
    addTo(buckets, finding, x, until_x);
  }
  return [...buckets.values()];
}

function addTo(buckets, finding, x, until_x) {
  const lane = LANES.indexOf(finding.severity);
  const key = lane * 1e6 + Math.floor(x / BUCKET_PX);
  const mark = buckets.get(key);
  const fresh = finding.status === "new";
  if (!mark) {
    buckets.set(key, { lane, x, until_x, findings: [finding], fresh });
    return;
  }
  mark.findings.push(finding);
  mark.fresh ||= fresh;
  mark.until_x = Math.max(mark.until_x, until_x);
}

/** The mark a pointer means: the nearest within reach, its own lane before another. */
export function markAt(marks, x, lane, reach_px = 8) {
  let best = null;
  for (const mark of marks) {
    const away = x < mark.x ? mark.x - x : Math.min(Math.abs(x - mark.x), Math.max(0, x - mark.until_x));
    if (away > reach_px) continue;
    const cost = away + Math.abs(mark.lane - lane) * reach_px;
    if (!best || cost < best.cost) best = { mark, cost };
  }
  return best?.mark ?? null;
}

// What the timeline says of the place under the pointer, line by line.

import { rateAt } from "./density.js";
import { h } from "./dom.js";
import { chance, stamp } from "./format.js";
import { heatAt } from "./heat.js";
import { placesAt, pointsNear } from "./overview.js";
import { span, toTime } from "./timescale.js";

const POINT_REACH_PX = 5;
const MOST_FINDINGS = 3;

/** `mark`: that the pointer means, or null. */
export function tipLines({ overview, edited, busyness, heat, view, width }, x, mark) {
  const time_ms = toTime(view, width, x);
  const near_ms = (POINT_REACH_PX / width) * span(view);
  const rate = `${rateAt(busyness, time_ms).toFixed(1)} objects/s`;
  const findings = mark?.findings ?? [];
  const more = findings.length - MOST_FINDINGS;
  return [
    h("b", { text: [stamp(findings[0]?.time_ms ?? time_ms), ...placesAt({ overview, edited }, time_ms), rate].join(" · ") }),
    ...findings.slice(0, MOST_FINDINGS).flatMap(findingLines),
    more > 0 ? h("i", { text: `and ${more} more` }) : "",
    ...pointsNear(overview, time_ms, near_ms).map((text) => h("i", { text })),
    findings.length === 0 && heat !== null ? h("i", { text: heatAt(heat, time_ms) }) : "",
  ];
}

function findingLines({ severity, message, opinion, agreed }) {
  const [best] = opinion?.alternatives ?? [];
  return [
    h("span", { class: severity, text: message }),
    best ? h("i", { text: `the model expected ${best.text}, ${chance(best.probability)}` }) : "",
    agreed ? h("i", { text: "the model agrees" }) : "",
  ];
}

// What the timeline says of the place under the pointer, line by line.

import { rateAt } from "./density.js";
import { h } from "./dom.js";
import { shortName } from "./engine_words.js";
import { ago, chance, plural, stamp } from "./format.js";
import { heatAt } from "./heat.js";
import { placesAt, pointsNear } from "./overview.js";
import { bandAt } from "./paint_range.js";
import { span, toTime } from "./timescale.js";

const POINT_REACH_PX = 5;
const MOST_FINDINGS = 3;
const BESIDE_PX = 12;

/** `mark`: that the pointer means, or null; `object`: {stamp, words} of the one it means, or null. */
export function tipLines(scene, point, mark, object) {
  const { overview, edited, busyness, heat, view, width } = scene;
  const time_ms = toTime(view, width, point.x);
  const near_ms = (POINT_REACH_PX / width) * span(view);
  const rate = `${rateAt(busyness, time_ms).toFixed(1)} objects/s`;
  const findings = mark?.findings ?? [];
  const more = findings.length - MOST_FINDINGS;
  return [
    h("b", { text: [object?.stamp ?? stamp(findings[0]?.time_ms ?? time_ms), ...placesAt({ overview, edited }, time_ms), object ? "" : rate].filter(Boolean).join(" · ") }),
    object && h("span", { text: object.words }),
    ...findings.slice(0, MOST_FINDINGS).flatMap(findingLines),
    more > 0 ? h("i", { text: `and ${more} more` }) : "",
    ...bandLines(bandAt(scene, point)),
    ...pointsNear(overview, time_ms, near_ms).map((text) => h("i", { text })),
    findings.length === 0 && heat !== null ? h("i", { text: heatAt(heat, time_ms) }) : "",
  ].filter(Boolean);
}

function bandLines(band) {
  if (band === null) return [];
  const { model, seed, at, objects, is_reverted } = band;
  const what = is_reverted ? "generated here once, and taken back" : `generated: ${plural(objects, "object")}`;
  return [h("span", { class: "written", text: what }), h("i", { text: `${shortName(model)}, seed ${seed}, ${ago(at, Date.now() / 1000)}` })];
}

function findingLines({ severity, message, opinion, agreed }) {
  const [best] = opinion?.alternatives ?? [];
  return [
    h("span", { class: severity, text: message }),
    best ? h("i", { text: `the model expected ${best.text}, ${chance(best.probability)}` }) : "",
    agreed ? h("i", { text: "the model agrees" }) : "",
  ];
}

/** Beside the pointer, and within the stage. */
export function placeTip(tip, stage, x) {
  const room = stage.clientWidth - tip.offsetWidth;
  const left = stage.offsetLeft + Math.max(0, Math.min(room, x + BESIDE_PX));
  tip.style.transform = `translate(${Math.round(left)}px, ${stage.offsetTop + stage.offsetHeight + 4}px)`;
}

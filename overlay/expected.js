// What the model expected and how sure it was: bars for the likeliest, and a playfield where it is about a position.

import { h, setLink } from "./dom.js";
import { chance } from "./format.js";
import { palette } from "./palette.js";
import { drawPlayfield, sceneInWords, sceneOf } from "./playfield.js";
import { surpriseText, weightOf } from "./source.js";

const MOST_ALTERNATIVES = 5;

/** Elements for a finding of the model. `cs` sizes the playfield's circles. */
export function expectation(finding, cs) {
  const { opinion } = finding;
  return [
    h("h3", { text: "What the model expected" }),
    h("dl", { class: "expected" }, ...opinion.alternatives.slice(0, MOST_ALTERNATIVES).flatMap(bar), ...real(opinion)),
    playfield(finding, cs),
  ];
}

/** The scale and its two marks: a number nobody can place helps nobody. */
export function surpriseLine({ opinion: { surprisal } }) {
  return h("p", { class: "surprise" }, "Surprise ", h("b", { text: surpriseText(surprisal) }), `, ${weightOf(surprisal)}. From 100 on likely an issue, below 10 taste.`);
}

/** All places of one suggestion, each a link into the editor. */
export function placesOf(finding) {
  const { places } = finding.opinion;
  if (places.length < 2) return [];
  return [
    h("h3", { text: `The same in ${places.length} places` }),
    h("ul", { class: "spots" }, ...places.map((place) => h("li", {}, spot(place)))),
  ];
}

function spot({ timestamp, link }) {
  const anchor = h("a", { class: "stamp", text: timestamp });
  setLink(anchor, link, timestamp);
  return anchor;
}

function bar({ text, probability }) {
  const fill = h("span", { class: "fill" });
  fill.style.width = `${Math.max(1, Math.min(100, probability * 100))}%`;
  return [h("dt", { text }), h("dd", {}, h("span", { class: "bar-of", "aria-hidden": "true" }, fill), h("span", { class: "share", text: chance(probability) }))];
}

function real({ real: text }) {
  return text ? [h("dt", { class: "real", text }), h("dd", { class: "real" }, h("span", { class: "now", text: "in the map" }))] : [];
}

function playfield(finding, cs) {
  const scene = sceneOf(finding, cs);
  if (scene === null) return null;
  const canvas = h("canvas", { class: "playfield", role: "img", "aria-label": sceneInWords(scene) });
  const draw = () => canvas.isConnected && canvas.clientWidth > 0 && drawPlayfield(canvas, { ...scene, colours: palette(canvas) });
  new ResizeObserver(draw).observe(canvas);
  return canvas;
}

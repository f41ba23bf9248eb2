// Who says a finding, as a small tag: the model alone, or a rule and the model with it.

import { h, icon, setAttribute, setText } from "./dom.js";
import { decimal } from "./format.js";
import { SURPRISE, surpriseOf } from "./opinion.js";

const MOST = 999; // a model that is sure of itself gives numbers of twelve figures, which say no more

/** 41.25 -> "41", 5.31 -> "5.3": a surprise is no measurement. */
export function surpriseText(surprisal) {
  const value = surpriseOf(surprisal);
  if (value > MOST) return `${MOST}+`;
  return value >= 10 ? String(Math.round(value)) : decimal(Math.round(value * 10) / 10);
}

/** What a surprise means, in words. */
export function weightOf(surprisal) {
  const value = surpriseOf(surprisal);
  if (value >= SURPRISE.most) return "likely an issue";
  return value >= SURPRISE.taste ? "worth a look" : "a matter of taste";
}

export function sourceTag() {
  const words = h("span");
  const tag = h("span", { class: "source", hidden: true }, icon("model"), words);
  tag.words = words;
  return tag;
}

export function fillSourceTag(tag, { opinion, agreed }) {
  tag.hidden = opinion === null && agreed === null;
  if (tag.hidden) return;
  const { surprisal } = agreed ?? opinion;
  tag.classList.toggle("agreed", agreed !== null);
  setText(tag.words, agreed ? "model agrees" : `model ${surpriseText(surprisal)}`);
  setAttribute(tag, "title", agreed ? `The model agrees: ${agreed.message}` : `The model's opinion, not a rule. Surprise ${surpriseText(surprisal)}: ${weightOf(surprisal)}.`);
}

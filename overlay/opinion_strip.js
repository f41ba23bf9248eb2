// <opinion-strip>: one line of fixed height on what the model says of this save: how far it is, what stands in its
// way, and how surprising something must be to be shown. Nothing in it ever moves what is around it.

import { emit, h, icon, setAttribute, setText } from "./dom.js";
import { decimal, plural } from "./format.js";
import { SURPRISE } from "./opinion.js";

const SOURCES = [
  ["", "Rules and model"],
  ["rules", "Rules only"],
  ["model", "Model only"],
];
// The slider walks the scale by its logarithm: between 2 and 10 lies as much as between 20 and 100.
const STEPS = 100;
const toStep = (value) => Math.round((Math.log(value / SURPRISE.least) / Math.log(SURPRISE.most / SURPRISE.least)) * STEPS);
const toValue = (step) => SURPRISE.least * (SURPRISE.most / SURPRISE.least) ** (step / STEPS);
const rounded = (value) => (value < 10 ? Math.round(value * 10) / 10 : Math.round(value));

class OpinionStrip extends HTMLElement {
  #said = null;

  connectedCallback() {
    this.setAttribute("role", "group");
    this.setAttribute("aria-label", "The model's opinion");
    this.text = h("span", { class: "text" });
    this.fill = h("span", { class: "fill" });
    this.track = h("span", { class: "track", role: "progressbar", "aria-label": "Looked at", "aria-valuemin": "0", hidden: true }, this.fill);
    this.offers = h("span", { class: "offers" });
    this.rating = h("span", { class: "pinned", tabindex: "0", hidden: true });
    this.source = h("select", { "aria-label": "Whose findings", onchange: () => emit(this, "filter", { source: this.source.value }) });
    this.source.append(...SOURCES.map(([value, text]) => h("option", { value, text })));
    this.value = h("output", { class: "value" });
    this.slider = h("input", { type: "range", min: "0", max: String(STEPS), step: "1", "aria-label": "Least surprise to show", oninput: () => this.#onSlide() });
    this.hiddenCount = h("span", { class: "below" });
    this.threshold = h(
      "label",
      { class: "threshold", title: "How surprising something must be to the model to be shown. 100 is likely an issue, below 10 is taste." },
      h("span", { class: "word", text: "Surprise from" }),
      this.slider,
      this.value,
      this.hiddenCount,
    );
    this.append(h("span", { class: "state" }, icon("model"), this.text, this.track, this.offers), this.rating, this.source, this.threshold);
  }

  /** `below`: how many findings the threshold keeps from sight; `count`: how many it lets through. */
  update({ engine, opinion, threshold, below, count, connected, source, sources }) {
    this.hidden = engine === null;
    if (this.hidden) return;
    const { state, text, title, progress, offers } = wordsFor({ engine, opinion, count });
    this.dataset.stage = state;
    setText(this.text, text);
    setAttribute(this.text, "title", title ?? text);
    this.#showProgress(progress, opinion);
    this.#offer(offers, connected);
    this.#showRating(opinion?.rating ?? null);
    const any = opinion !== null && opinion.heat !== null;
    this.#showSource(source, sources, any);
    this.#showThreshold(threshold, below, any);
  }

  #showProgress(share, opinion) {
    this.track.hidden = share === null;
    if (share === null) return;
    this.fill.style.transform = `scaleX(${share})`;
    setAttribute(this.track, "aria-valuemax", opinion?.total || 100);
    setAttribute(this.track, "aria-valuenow", Math.round(share * (opinion?.total || 100)));
  }

  /** Built again only when other things are on offer, so that the focus stays on a button while numbers run. */
  #offer(offers, connected) {
    const said = JSON.stringify([offers, connected]);
    if (said === this.#said) return;
    this.#said = said;
    this.offers.replaceChildren(
      ...offers.map(({ text, type, detail, title }) =>
        h("button", { type: "button", class: "link", text, disabled: !connected && type !== "models", title, onclick: () => emit(this, type, detail) }),
      ),
    );
  }

  #showRating(rating) {
    this.rating.hidden = rating === null;
    if (rating === null) return;
    setText(this.rating, `rated as ${decimal(Math.round(rating * 10) / 10)}★`);
    const why = `This model is told how hard the map is, and all it hears depends on that. The rating of ${decimal(rating)} stars stays pinned for this session, so that an edit does not mean listening to the whole song again.`;
    setAttribute(this.rating, "title", why);
    setAttribute(this.rating, "aria-label", `rated as ${decimal(rating)} stars, pinned for this session. ${why}`);
  }

  /** Where only the rules speak there is nothing to choose, unless it was chosen before. */
  #showSource(chosen, counts, any) {
    this.source.classList.toggle("idle", !any && chosen === "");
    for (const option of this.source.options) {
      const [, text] = SOURCES.find(([value]) => value === option.value);
      setText(option, option.value === "" ? text : `${text} (${counts[option.value]})`);
    }
    this.source.value = chosen;
    this.source.classList.toggle("chosen", chosen !== "");
  }

  #showThreshold(threshold, below, any) {
    this.threshold.classList.toggle("idle", !any);
    this.slider.disabled = !any;
    if (document.activeElement !== this.slider || toStep(threshold) !== Number(this.slider.value)) this.slider.value = String(toStep(threshold));
    setText(this.value, decimal(rounded(threshold)));
    setAttribute(this.slider, "aria-valuetext", `${decimal(rounded(threshold))}, ${below} hidden`);
    setText(this.hiddenCount, any && below > 0 ? `${below} hidden` : "");
    setAttribute(this.hiddenCount, "title", `${plural(below, "finding")} of the model below this`);
  }

  #onSlide() {
    emit(this, "threshold", { value: rounded(toValue(Number(this.slider.value))) });
  }
}

const ASK = { text: "Ask now", type: "mod", title: "Ask the model about this map as it was saved last" };
const AGAIN = { ...ASK, text: "Try again" };
const MODELS = { text: "Models", type: "models", title: "Which models there are" };

function wordsFor(seen) {
  const { engine, opinion } = seen;
  if (!engine.model_ready && (opinion === null || opinion.state === "no_model")) return withoutModel(seen);
  if (opinion === null) return engine.ai ? line("idle", "The model has not been asked about this save.", [ASK]) : turnedOff();
  return (WORDS[opinion.state] ?? WORDS.waiting)(seen);
}

const WORDS = {
  off: () => turnedOff(),
  no_model: (seen) => withoutModel(seen),
  waiting: ({ opinion, engine }) => line("waiting", engine.status === "loading" ? "Loading the model" : withNote("Waiting for the model", opinion.note), [cancel()], 0),
  scoring: ({ opinion, count }) => ({ ...line("scoring", `${opinion.done} of ${opinion.total} read, ${plural(count, "finding")} so far`, [cancel()], share(opinion)), title: opinion.note }),
  done: ({ opinion, count }) => ({
    ...line("done", `${plural(count, "finding")} of the model${opinion.seconds === null ? "" : ` in ${seconds(opinion.seconds)}`}`, []),
    title: [opinion.model, opinion.device, opinion.note].filter(Boolean).join(" · "),
  }),
  failed: ({ opinion }) => line("failed", opinion.note || "The model gave no opinion.", [AGAIN]),
  cancelled: ({ opinion }) => line("cancelled", opinion.total > 0 ? `Stopped at ${opinion.done} of ${opinion.total}` : "Stopped", [ASK]),
};

const line = (state, text, offers, progress = null) => ({ state, text, offers, progress });
const cancel = () => ({ text: "Cancel", type: "mod-cancel", title: "Stop asking; what has come so far stays" });
const share = ({ done, total }) => (total > 0 ? done / total : 0);
const seconds = (value) => (value < 0.95 ? `${Math.max(10, Math.round(value * 100) * 10)} ms` : `${decimal(Math.round(value * 10) / 10)} s`);
const withNote = (text, note) => (note ? `${text}: ${note}` : text);

function turnedOff() {
  return line("off", "The model is not asked: its findings are switched off.", [{ text: "Switch on", type: "ai", detail: { on: true } }]);
}

/** How to get one is said once by the hint below the page, and stands in the bar. */
function withoutModel() {
  return line("none", "No model yet: the rules speak alone.", [MODELS]);
}

customElements.define("opinion-strip", OpinionStrip);

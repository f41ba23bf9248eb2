// The dialog before a section is written anew: which section, what stays of it, and what is wished of what comes. It
// offers what the model understands and nothing else, and remembers what was wished last.

import { openDialog } from "./dialogs.js";
import { emit, h, setAttribute, setText } from "./dom.js";
import { shortName } from "./engine_words.js";
import { modeName } from "./format.js";
import { RangeField } from "./range_field.js";
import { read, write } from "./token.js";
import { WishFields, folded } from "./wish_fields.js";
import { askedOf, readSeeds, recalled } from "./wishes.js";

const KEPT_KEY = "mapside.wishes.";
const KEEP_KEY = "mapside.keep";
const COUNT_KEY = "mapside.candidates";
const MOST_CANDIDATES = 8;
const KEEPS = {
  nothing: ["Nothing", "objects, rhythm and hit sounds are new"],
  rhythm: ["My rhythm", "the same objects at the same times, in new places"],
  "all but hitsounds": ["All but the hit sounds", "nothing moves, it only sounds different"],
};

export class RegenerateDialog {
  #dialog = null;
  #model = { map: null, range: null, snap: "free", grid: null, writing: null };
  #options = null;

  /** Takes a request to the companion; rejects with a sentence. */
  ask = async () => {};
  /** Called with what is to be sent, once that is known; rejects with a sentence. */
  onStart = async () => {};

  get isOpen() {
    return this.#dialog?.open ?? false;
  }

  /** `seeds`: that were locked. */
  async open({ seeds }) {
    const { map } = this.#model;
    this.field = new RangeField({
      onRange: (range) => emit(document, "range-set", { range }),
      onObjects: (text) => emit(document, "range-objects", { text }),
      onSnap: (snap) => emit(document, "range-snap", { snap }),
      onCopy: (text) => emit(document, "copy-text", { text }),
    });
    this.body = h("div", { class: "body" }, h("p", { class: "dim", role: "status", text: "Asking the model what it understands." }));
    this.error = h("p", { class: "error", role: "alert" });
    this.by = h("span", { class: "dim by" });
    this.start = h("button", { type: "submit", class: "primary", text: "Start", disabled: true });
    const form = h(
      "form",
      { class: "regenerate", novalidate: true, onsubmit: (event) => this.#submit(event) },
      h("div", { class: "what" }, this.field.element),
      this.body,
      this.error,
      h("footer", {}, this.by, this.start),
    );
    this.#dialog = openDialog("Regenerate", form);
    this.#dialog.classList.add("regenerate");
    this.update(this.#model);
    this.field.focus();
    await this.#fill(map, seeds);
  }

  update(model) {
    this.#model = model;
    if (!this.isOpen) return;
    if (model.map === null || model.range === null) this.#dialog.close();
    else this.field.update(model);
  }

  async #fill({ metadata: { mode }, settings }, seeds) {
    const { body } = this;
    try {
      const options = await this.ask({ type: "describe_model", mode, ...named(this.#model.writing) });
      if (body.isConnected) this.#show(options, mode, settings, seeds);
    } catch (failure) {
      body.replaceChildren(...otherModel(failure.message));
    }
  }

  #show(options, mode, settings, seeds) {
    this.#options = options;
    setText(this.by, `written by ${shortName(options.model)}`);
    setAttribute(this.by, "title", [options.model, options.family].filter(Boolean).join(", of the family "));
    if (!options.modes.includes(mode)) {
      this.body.replaceChildren(...otherModel(`${shortName(options.model)} writes no ${modeName(mode)} maps.`));
      return;
    }
    this.kept = `${KEPT_KEY}${mode}`;
    this.fields = new WishFields(options, recalled(read(this.kept), options), { own: ownOf(settings) });
    this.count = countField(Number(read(COUNT_KEY)) || this.#model.writing.candidates);
    this.seeds = h("input", { type: "text", value: seeds.join(", "), placeholder: "drawn by chance", spellcheck: "false", autocomplete: "off", inputmode: "numeric" });
    const seedField = h("label", { class: "wish wide" }, h("span", { class: "label", text: "Seeds" }), this.seeds, h("span", { class: "hint", text: "the same seed and wishes give the same section again; apart by commas" }));
    const more = folded(this.fields, { last: [h("fieldset", {}, h("legend", { text: "The same again" }), seedField)] });
    more.open = seeds.length > 0;
    this.body.replaceChildren(...[this.#keeps(options), this.fields.simple, this.count.element, more, criteria(this.#model.writing)].filter(Boolean));
    this.start.disabled = false;
  }

  #keeps({ keeps }) {
    const known = keeps.filter((keep) => keep in KEEPS);
    if (known.length < 2) return null;
    const before = known.includes(read(KEEP_KEY)) ? read(KEEP_KEY) : known[0];
    const choices = known.map((keep) => {
      const radio = h("input", { type: "radio", name: "keep", value: keep, checked: keep === before });
      return h("label", { class: "keep" }, radio, h("span", {}, h("b", { text: KEEPS[keep][0] }), h("span", { class: "hint", text: KEEPS[keep][1] })));
    });
    return h("fieldset", { class: "keeps" }, h("legend", { text: "What stays as it is" }), ...choices);
  }

  async #submit(event) {
    event.preventDefault();
    setText(this.error, "");
    const wrong = this.#wrong();
    if (wrong) {
      setText(this.error, wrong);
      return;
    }
    setAttribute(this.start, "aria-busy", "true");
    this.start.disabled = true;
    try {
      await this.onStart(this.#asked());
      this.#dialog.close();
    } catch (failure) {
      setText(this.error, failure.message);
    } finally {
      setAttribute(this.start, "aria-busy", null);
      this.start.disabled = false;
    }
  }

  /** A sentence, or "". */
  #wrong() {
    const input = this.fields.wrong;
    if (input !== null) {
      input.closest("details")?.setAttribute("open", "");
      input.focus();
      return `${input.closest("label").querySelector(".label").firstChild.textContent}: ${input.validationMessage}`;
    }
    return readSeeds(this.seeds.value).error ?? "";
  }

  #asked() {
    const { values } = this.fields;
    const keep = this.body.querySelector("input[name=keep]:checked")?.value ?? "nothing";
    write(this.kept, JSON.stringify(values));
    write(KEEP_KEY, keep);
    write(COUNT_KEY, String(this.count.value));
    const candidates = values.is_greedy ? 1 : this.count.value;
    return { candidates, seeds: readSeeds(this.seeds.value).seeds.slice(0, candidates), keep, wishes: askedOf(values, this.#options) };
  }
}

function otherModel(why) {
  return [h("p", { class: "error", role: "alert", text: why }), h("button", { type: "button", text: "Models…", onclick: () => emit(document, "models") })];
}

const named = (writing) => (writing?.model ? { name: writing.model } : {});

/** What the map says of itself, by the names of wishes. */
function ownOf({ cs, ar, od, hp, slider_multiplier, tick_rate }) {
  return { circle_size: cs, keys: cs, approach_rate: ar, overall_difficulty: od, hp_drain: hp, slider_multiplier, slider_tick_rate: tick_rate };
}

function countField(value) {
  const slider = h("input", { type: "range", min: "1", max: String(MOST_CANDIDATES), step: "1", value: String(value) });
  const told = h("output", { text: String(value) });
  slider.addEventListener("input", () => setText(told, slider.value));
  const element = h("label", { class: "wish count" }, h("span", { class: "label", text: "Candidates" }), slider, told);
  return {
    element,
    get value() {
      return Number(slider.value);
    },
  };
}

function criteria({ disclosure }) {
  const lines = disclosure.split(/\n+/).filter(Boolean);
  return h("details", { class: "criteria" }, h("summary", { text: "What the ranking criteria say" }), ...lines.map((text) => h("p", { text })));
}

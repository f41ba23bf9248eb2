// What a person can do about writing: each changes the state, and asks the companion where it has a say.

import { showMenu } from "./context_menu.js";
import { disclosureDialog } from "./disclosure.js";
import { stamp } from "./format.js";
import * as seen from "./seen.js";
import { allowedSnap, around, namesObjects, rangeText, readRange } from "./time_range.js";
import { write } from "./token.js";
import * as store from "./writing_store.js";

export class WritingActions {
  #page; // {state, change}
  #socket;
  #parts;
  #objects; // see object_actions.js
  #then = null;

  constructor(page, socket, parts, objects) {
    Object.assign(parts.regenerate, { ask: (message) => socket.request(message), onStart: (asked) => this.#start(asked) });
    parts.candidates.ask = (message) => socket.request(message);
    this.#page = page;
    this.#socket = socket;
    this.#parts = parts;
    this.#objects = objects;
  }

  // The range

  markRange({ one_ms, other_ms, focus = false }) {
    this.#knowGrid();
    this.setRange({ range: { start_ms: Math.min(one_ms, other_ms), end_ms: Math.max(one_ms, other_ms) }, loose: false });
    if (focus) this.#focusRange();
  }

  /** The end that is dragged past the other one takes its place. */
  resizeRange({ end, time_ms }) {
    const range = store.rangeOf(this.#state);
    if (range === null) return;
    const other_ms = end === "start" ? range.end_ms : range.start_ms;
    const keeps = end === "start" ? time_ms < other_ms : time_ms > other_ms;
    if (keeps) this.markRange({ one_ms: time_ms, other_ms });
  }

  /** What was typed stays as it was typed. */
  setRange({ range, loose = true }) {
    if (range !== null) this.#knowGrid();
    this.#change(store.setRange(this.#state, range, { loose }));
  }

  snapRange({ snap }) {
    write(store.SNAP_KEY, snap);
    this.#change(store.setSnap(this.#state, snap));
  }

  /** Pasted where nothing is typed; false if it is no range. */
  pasteRange(text) {
    if (this.#state.map === null || this.#state.writing === null) return false;
    const { range } = readRange(text);
    if (range) this.setRange({ range });
    else if (namesObjects(text)) this.takeObjects(text);
    else return false;
    return true;
  }

  /** Objects as the editor copies them: `00:10:000 (1,2,3) - ` is from the first to the end of the last. */
  async takeObjects(text) {
    const { key } = this.#state.map;
    try {
      const range = await this.#socket.request({ type: "read_range", key, text });
      if (this.#state.map?.key === key) this.setRange({ range });
    } catch (failure) {
      this.#say(failure.message, { level: "error", topic: "range" });
    }
  }

  #focusRange() {
    requestAnimationFrame(() => requestAnimationFrame(() => this.#parts.range.focus()));
  }

  /** Where bars and combos are: told with the objects, and asked for where a range is wanted. */
  #knowGrid() {
    return this.#objects.know();
  }

  #around(start_ms, end_ms) {
    const grid = store.gridNow(this.#state);
    return around(start_ms, end_ms, grid, allowedSnap(grid, this.#state.snap));
  }

  // Writing a section anew

  /** Of the range, or of what lies around the objects that are picked or the finding that is selected. */
  regenerate() {
    const { map } = this.#state;
    if (map === null || this.#state.writing === null) return;
    if (store.rangeOf(this.#state) !== null) this.regenerateRange(store.rangeOf(this.#state));
    else if (this.#objects.stretch !== null) this.regenerateObjects();
    else this.regenerateFinding(seen.selected(this.#state));
  }

  async regenerateObjects() {
    await this.#knowGrid();
    const range = this.#rangeOfObjects();
    if (range !== null) await this.regenerateRange(range);
  }

  async markObjects() {
    await this.#knowGrid();
    this.setRange({ range: this.#rangeOfObjects() });
  }

  /** The measures or combos that hold what is picked; null where nothing is. */
  #rangeOfObjects() {
    const { stretch } = this.#objects;
    return stretch === null ? null : this.#around(stretch.start_ms, stretch.end_ms);
  }

  async regenerateFinding(finding) {
    if (finding?.time_ms == null) {
      const text = finding === null ? "Mark a stretch of the timeline first, or pick a finding." : "This finding concerns the whole map: mark a stretch of the timeline instead.";
      this.#say(text, { topic: "regenerate" });
      return;
    }
    await this.#knowGrid();
    await this.regenerateRange(this.#around(finding.time_ms, finding.end_ms ?? finding.time_ms));
  }

  async regenerateRange(range) {
    this.setRange({ range });
    if (!(await this.mayWrite(() => this.regenerateRange(range)))) return;
    const running = store.regeneration(this.#state);
    if (running !== null && (running.state === "writing" || running.state === "waiting")) {
      this.#say("A section of this map is being written already. Cancel it first.", { topic: "regenerate", action: { text: "Show it", run: () => this.showCandidates() } });
      return;
    }
    this.#parts.regenerate.update({ ...this.#state, range: store.rangeOf(this.#state), grid: store.gridNow(this.#state) });
    this.#parts.regenerate.open({ seeds: this.#state.lockedSeeds });
  }

  /** Has read and accepted what must be read first, and goes on with `then`; false where nothing can be written now. */
  async mayWrite(then) {
    const { writing } = this.#state;
    if (!writing.disclosed) {
      this.readDisclosure(then);
      return false;
    }
    if (writing.model === null) {
      this.#say(writing.note || "No model that can write is on this machine yet.", { level: "warning", topic: "regenerate", action: { text: "Models…", run: () => this.#parts.models.open() } });
      return false;
    }
    return writing.on || this.#switchOn();
  }

  /** It was switched off in the tray: whoever asks for a section wants it on. */
  async #switchOn() {
    return this.#try({ type: "set_writing", on: true });
  }

  async #start(asked) {
    const { map } = this.#state;
    const { start_ms, end_ms } = store.rangeOf(this.#state);
    await this.#socket.request({ type: "regenerate", key: map.key, map_version: map.map_version, start_ms, end_ms, ...asked });
    this.#change({ ...this.#state, range: null, candidate: null });
    this.showCandidates();
  }

  /** The same section once more, whatever range is marked now. */
  again() {
    const { start_ms, end_ms } = store.regeneration(this.#state);
    this.regenerateRange({ start_ms, end_ms });
  }

  lockSeed({ seed }) {
    const { lockedSeeds } = this.#state;
    this.#change({ ...this.#state, lockedSeeds: lockedSeeds.includes(seed) ? lockedSeeds.filter((each) => each !== seed) : [...lockedSeeds, seed] });
  }

  // Candidates, and what was accepted

  showCandidates() {
    this.#change(store.look(this.#state, "candidates"));
    requestAnimationFrame(() => this.#parts.candidates.focus());
  }

  showFindings() {
    this.#change(store.look(this.#state, "findings"));
  }

  showGenerate() {
    this.#change(store.look(this.#state, "generate"));
  }

  /** One thing at a time: the page over the findings, then the range. False if there was neither. */
  letGo() {
    const { view } = this.#state;
    if (view !== "findings") this.showFindings();
    else if (store.rangeOf(this.#state) !== null) this.setRange({ range: null });
    else return false;
    return true;
  }

  choose({ number }) {
    this.#change({ ...this.#state, candidate: number });
  }

  cancel() {
    this.#ofMap("cancel_regeneration");
  }

  async dismiss() {
    if (await this.#ofMap("dismiss_regeneration")) this.showFindings();
  }

  // That the editor still holds its own copy the companion says itself, after each of these.

  undo() {
    this.#ofMap("undo_write");
  }

  redo() {
    this.#ofMap("redo_write");
  }

  revert({ id }) {
    this.#ofMap("revert_range", { range: id });
  }

  /** `then`: what somebody wanted to do when it came up; done as soon as the companion says that it may be. */
  readDisclosure(then = null) {
    const { writing } = this.#state;
    if (writing === null) return;
    if (writing.disclosed) {
      disclosureDialog(writing.disclosure);
      return;
    }
    let accepted = false;
    this.#then = then;
    const dialog = disclosureDialog(writing.disclosure, async () => {
      await this.#socket.request({ type: "accept_disclosure" });
      accepted = true;
    });
    dialog.addEventListener("close", () => accepted || (this.#then = null));
  }

  /** After a message about whether writing may begin. */
  allowed({ disclosed }) {
    const then = this.#then;
    if (!disclosed || then === null) return;
    this.#then = null;
    then();
  }

  // Menus

  timelineMenu({ time_ms, x, y, band, finding, object }) {
    this.#knowGrid();
    const range = store.rangeOf(this.#state);
    const inside = range !== null && time_ms >= range.start_ms && time_ms <= range.end_ms;
    const writes = this.#state.writing !== null;
    const objects = object < 0 ? [] : [...this.#objectItems(object, writes), null];
    const items = [
      range && { text: "Regenerate the range…", note: rangeText(range), run: () => this.regenerateRange(range) },
      finding && { text: "Regenerate around this finding…", note: finding.timestamp, run: () => this.regenerateFinding(finding) },
      object < 0 && !inside && { text: "Regenerate around here…", note: stamp(time_ms), run: () => this.regenerateRange(this.#around(time_ms, time_ms)) },
      object < 0 && { text: "Mark a range around here", run: () => this.setRange({ range: this.#around(time_ms, time_ms) }) },
      range && { text: "Copy the range", run: () => this.#parts.copy(rangeText(range)) },
      range && { text: "Let go of the range", run: () => this.setRange({ range: null }) },
      band?.can_revert && { text: "Revert what was generated here", note: band.timestamp, run: () => this.revert(band) },
    ];
    const all = [...objects, ...(writes ? items.filter(Boolean) : [])];
    showMenu(x, y, object < 0 ? "Timeline" : "Objects", all.at(-1) === null ? all.slice(0, -1) : all);
  }

  /** The object the menu was called on belongs to what is picked, or takes its place. */
  #objectItems(object, writes) {
    const before = this.#objects.picked;
    this.#objects.mean(object);
    const isOther = before !== null && this.#objects.picked.first !== before.first;
    return [
      writes && { text: "Regenerate…", note: this.#objects.words, run: () => this.regenerateObjects() },
      writes && { text: "Mark their range", run: () => this.markObjects() },
      { text: "Open in the editor", note: this.#objects.stamp, off: this.#objects.link === null, run: () => this.#objects.jump() },
      { text: "Copy the timestamp", run: () => this.#objects.copy() },
      isOther && { text: "Select from the last one to here", run: () => this.#objects.reach(before, object) },
    ].filter(Boolean);
  }

  findingMenu({ finding, x, y }, actions) {
    if (finding === null) return;
    showMenu(x, y, "Finding", [
      { text: "Regenerate around it…", note: finding.timestamp, off: finding.time_ms === null, run: () => this.regenerateFinding(finding) },
      null,
      { text: "Open in the editor", off: finding.link === null, run: () => actions.jump(finding) },
      { text: "Copy as discussion text", run: () => actions.copyFinding(finding) },
      { text: finding.intended ? "Show again" : "It is intended", run: () => actions.toggleIntended(finding) },
    ]);
  }

  #ofMap(type, more = {}) {
    return this.#try({ type, key: this.#state.map.key, ...more });
  }

  async #try(message) {
    try {
      await this.#socket.request(message);
      return true;
    } catch (failure) {
      this.#say(failure.message, { level: "error", topic: failure.message });
      return false;
    }
  }

  get #state() {
    return this.#page.state;
  }

  #change(next) {
    this.#page.change(next);
  }

  #say(text, options) {
    this.#parts.toasts.show(text, options);
  }
}

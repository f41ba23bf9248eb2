// What a person can do on this page: each changes the state, and asks the companion where it has a say.

import { folderDialog, quitDialog } from "./dialogs.js";
import { isEditorLink } from "./dom.js";
import { plural } from "./format.js";
import { THRESHOLD_KEY } from "./opinion.js";
import * as seen from "./seen.js";
import * as store from "./store.js";
import { remember, write } from "./token.js";

export class Actions {
  #page; // {state, change}
  #socket;
  #parts;
  #undo = null; // takes back the last "intended"

  constructor(page, socket, parts) {
    this.#page = page;
    this.#socket = socket;
    this.#parts = parts;
  }

  ask(message) {
    return this.#socket.request(message).catch((failure) => this.#complain(failure.message));
  }

  /** As `ask`, for one map: when the companion cannot read it, the page says so for as long as that is so. */
  async askForMap(message) {
    try {
      await this.#socket.request(message);
    } catch (failure) {
      if (!failure.refused || !message.key) this.#complain(failure.message);
      else this.#miss(message.key, failure.message);
    }
  }

  #miss(key, why) {
    // Said already, and nothing on the page would change: a click must not seem to do nothing.
    if (this.#state.trouble?.key === key) this.#say("Still the same: the file is not there, or cannot be read.", { level: "warning", topic: "again" });
    this.#change(store.missMap(this.#state, key, why));
  }

  checkNow() {
    const key = this.#state.map?.key;
    this.askForMap(key ? { type: "check", key } : { type: "check" });
  }

  // Findings

  selectFinding({ id, reveal = false }) {
    this.#change(seen.select(this.#state, id));
    // After the frame's drawing: in a narrow window the detail has just taken room from the list.
    if (id) requestAnimationFrame(() => this.#parts.list.reveal(id, reveal));
  }

  goTo(finding) {
    if (finding) this.selectFinding({ id: finding.id, reveal: true });
  }

  jump(finding) {
    if (!finding) return;
    if (!isEditorLink(finding.link)) {
      this.#say("This finding concerns the whole map: there is no place to open.", { topic: "jump" });
      return;
    }
    const anchor = Object.assign(document.createElement("a"), { href: finding.link });
    anchor.click();
  }

  copyFinding(finding) {
    if (finding) this.#copy(finding.discussion, `Copied: ${finding.discussion}`);
  }

  copyText(text) {
    this.#copy(text, `Copied: ${text}`);
  }

  copyAll() {
    const list = seen.visible(this.#state);
    this.#copy(list.map((finding) => finding.discussion).join("\n"), `Copied ${plural(list.length, "finding")}.`);
  }

  toggleIntended(finding) {
    if (!finding) return;
    const { key } = this.#state.map;
    this.#markIntended(key, finding, !finding.intended);
    if (finding.intended) return;
    this.#undo = () => this.#markIntended(key, finding, false);
    this.#say(`Intended: ${finding.message}`, { topic: "intended", action: { text: "Undo", run: () => this.undo() } });
  }

  undo() {
    this.#parts.toasts.clear("intended");
    this.#undo?.();
    this.#undo = null;
  }

  /** At once on screen, and taken back if the companion could not keep it. */
  #markIntended(key, finding, on) {
    const id = finding.id;
    this.#change(on ? seen.hideIntended(this.#state, id) : store.setIntended(this.#state, key, id, false));
    this.#socket.request({ type: "intended", key, finding: id, on }).catch((failure) => {
      this.#change(store.setIntended(this.#state, key, id, !on));
      this.#say(failure.message, { level: "error", topic: "intended" });
    });
  }

  // The list

  setOrder({ order }) {
    write(store.ORDER_KEY, order);
    this.#change({ ...this.#state, order });
  }

  toggleNew() {
    this.#change(store.setFilters(this.#state, { onlyNew: !this.#state.filters.onlyNew }));
  }

  clearFilters() {
    this.#parts.filters.clearSearch();
    this.#change({ ...this.#state, filters: store.NO_FILTERS });
  }

  /** Lets go of one thing at a time, the innermost first. */
  letGo() {
    if (document.activeElement === this.#parts.filters.search) this.#parts.list.focus();
    if (this.#parts.filters.clearSearch()) return;
    if (this.#state.selectedId !== null) this.selectFinding({ id: null });
    else if (seen.isFiltered(this.#state.filters)) this.clearFilters();
  }

  // Which map

  pinMap(key) {
    this.#change(store.pin(this.#state, key));
    this.rememberPin();
    if (this.#state.map?.key !== key) this.askForMap({ type: "select", key });
  }

  followSaves() {
    this.#change(store.follow(this.#state));
    this.rememberPin();
    this.#parts.toasts.clear("elsewhere");
    const key = store.latestKey(this.#state);
    if (key !== null && key !== this.#state.map?.key) this.askForMap({ type: "select", key });
  }

  rememberPin() {
    remember(store.PIN_KEY, this.#state.pinned);
  }

  // The model

  setThreshold({ value }) {
    write(THRESHOLD_KEY, String(value));
    this.#change({ ...this.#state, threshold: value });
  }

  /** Of the map on screen. */
  askModel(type) {
    const key = this.#state.map?.key;
    if (key) this.ask({ type, key });
  }

  point({ finding, element }) {
    this.#parts.preview.point({ finding, element, cs: this.#state.map?.settings.cs, selectedId: this.#state.selectedId });
  }

  // The companion

  async chooseFolder(path) {
    await this.#socket.request({ type: "choose_folder", path });
  }

  askForFolder() {
    folderDialog(this.#state.status?.folder, (path) => this.chooseFolder(path));
  }

  quit() {
    quitDialog(() => this.ask({ type: "quit" }));
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

  #complain(text) {
    this.#say(text, { level: "error", topic: text });
  }

  async #copy(text, done) {
    try {
      await navigator.clipboard.writeText(text);
      this.#say(done, { topic: "copy" });
    } catch (failure) {
      this.#say(`The browser refused the clipboard: ${failure.message}`, { level: "error", topic: "copy" });
    }
  }
}

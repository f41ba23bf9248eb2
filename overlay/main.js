// Puts the page together: messages and people change the state, the state is drawn. Nothing else knows every part.

import "./candidate_view.js";
import "./connection.js";
import "./delta.js";
import "./detail.js";
import "./engine.js";
import "./filters.js";
import "./findings.js";
import "./generate_page.js";
import "./menu.js";
import "./model_hint.js";
import "./object_bar.js";
import "./opinion_strip.js";
import "./picker.js";
import "./places.js";
import "./preview.js";
import "./range_bar.js";
import "./timeline.js";
import "./toasts.js";
import "./trouble.js";
import "./written_line.js";
import { Actions } from "./actions.js";
import { spoken } from "./delta.js";
import { helpDialog } from "./dialogs.js";
import { setText } from "./dom.js";
import { afterPaint, announceDrawn } from "./drawn.js";
import { plural, versionName } from "./format.js";
import { listenForKeys } from "./keyboard.js";
import { ModelsPanel } from "./model_panel.js";
import { ObjectActions } from "./object_actions.js";
import { THRESHOLD_KEY, readThreshold, spokenOpinion } from "./opinion.js";
import { RegenerateDialog } from "./regenerate_dialog.js";
import { spokenRegeneration } from "./candidate_view.js";
import { draw } from "./screen.js";
import * as seen from "./seen.js";
import { PROTOCOL, Socket } from "./socket.js";
import * as store from "./store.js";
import { SNAPS } from "./time_range.js";
import { onTokenChange, read, recall, remember, takeToken } from "./token.js";
import { WritingActions } from "./writing_actions.js";
import { SNAP_KEY, regeneration } from "./writing_store.js";

const RELOADED_KEY = "mapside.reloaded";

const part = (name) => document.querySelector(name);
const parts = {
  work: part("#work"),
  picker: part("map-picker"),
  connection: part("connection-state"),
  engine: part("engine-state"),
  menu: part("tray-menu"),
  hint: part("model-hint"),
  models: new ModelsPanel(),
  timeline: part("map-timeline"),
  delta: part("save-delta"),
  strip: part("opinion-strip"),
  preview: part("finding-preview"),
  trouble: part("map-trouble"),
  filters: part("finding-filters"),
  list: part("finding-list"),
  detail: part("finding-detail"),
  objects: part("object-bar"),
  range: part("range-bar"),
  written: part("written-line"),
  candidates: part("candidate-view"),
  generate: part("generate-page"),
  regenerate: new RegenerateDialog(),
  place: part("state-page"),
  toasts: part("toast-stack"),
  announce: part("#announce"),
};
const socket = new Socket();
const order = read(store.ORDER_KEY);
const page = {
  state: {
    ...store.INITIAL,
    order: seen.isOrder(order) ? order : store.INITIAL.order,
    pinned: recall(store.PIN_KEY),
    threshold: readThreshold(read(THRESHOLD_KEY)),
    snap: SNAPS.includes(read(SNAP_KEY)) ? read(SNAP_KEY) : store.INITIAL.snap,
  },
  change,
};
const actions = new Actions(page, socket, parts);
const objects = new ObjectActions(page, socket, parts);
const writing = new WritingActions(page, socket, parts, objects);
parts.copy = (text) => actions.copyText(text);
let frame = null;
let greeted = false; // between a connection's hello and its first list of maps

// From the socket

socket.addEventListener("phase", ({ detail }) => change({ ...page.state, connection: detail }));

socket.addEventListener("message", ({ detail: { message, received_at } }) => {
  if (message.type === "notice") notice(message);
  else if (message.type === "hello" && message.protocol > PROTOCOL) reloadForNewer(message.protocol);
  else receive(message, received_at);
});

function receive(message, received_at) {
  const before = page.state;
  change(store.receive(before, message));
  if (message.type === "hello") greeted = true;
  if (message.type === "maps") askForPinned();
  if (message.type === "opinion") tellOpinion(seen.opinion(before), seen.opinion(page.state));
  if (message.type === "regeneration") tellRegeneration(regeneration(before), regeneration(page.state));
  if (message.type === "writing") writing.allowed(message);
  if (message.type !== "map") return;
  if (page.state.map !== before.map) showSave(page.state.map, received_at);
  else if (before.elsewhere !== page.state.elsewhere) offerElsewhere(message);
}

/** On every connection the server sends the map saved last; one that is pinned has to be asked for. */
function askForPinned() {
  actions.rememberPin();
  if (greeted && page.state.pinned !== null) actions.askForMap({ type: "select", key: page.state.pinned });
  greeted = false;
}

/** A save is drawn at once, not in the coming frame's own time: what that frame then has left to do is to paint. */
function showSave(map, received_at) {
  if (!document.hidden) render();
  setText(parts.announce, spoken(seen.delta(page.state), map, store.isFirstLook(page.state)));
  // A hidden page has no frames, and then nothing is on screen either.
  afterPaint(() => announceDrawn(map, received_at));
}

/** Once per save, when there is no more to come. */
function tellOpinion(before, after) {
  const ended = after !== null && (after.state === "done" || after.state === "failed");
  if (ended && before?.state !== after.state) setText(parts.announce, spokenOpinion(after, seen.shown(page.state)));
}

/** Each candidate as it is done, and how it ended. */
function tellRegeneration(before, after) {
  const text = after === null || before === after ? "" : spokenRegeneration(before, after);
  if (text) setText(parts.announce, text);
}

function offerElsewhere(map) {
  const fresh = map.findings.filter((finding) => finding.status === "new" && !finding.intended).length;
  const text = `${versionName(map.metadata)} was saved: ${plural(fresh, "new finding")}.`;
  parts.toasts.show(text, { topic: "elsewhere", action: { text: "Show it", run: () => actions.followSaves() } });
}

function notice({ level, text }) {
  if (page.state.view === "candidates" && regeneration(page.state)?.note === text) return; // it stands above them
  const next = level === "error" ? store.failCheck(page.state, text) : page.state;
  // An error is said again below the panel: it need not be about a model.
  if (next === page.state && parts.models.tell(level, text) && level !== "error") return;
  if (next === page.state) parts.toasts.show(text, { level, topic: text, stays: level === "error" });
  else change(next);
}

/** Once per version: if the newer page is not there to be had, reloading for ever would only flicker. */
function reloadForNewer(protocol) {
  if (recall(RELOADED_KEY) === String(protocol)) {
    change({ ...page.state, connection: { phase: "outdated", retryAt: null } });
    return;
  }
  remember(RELOADED_KEY, String(protocol));
  location.reload();
}

// From people

function on(type, handler) {
  document.addEventListener(type, ({ detail }) => handler(detail));
}

on("finding-select", (choice) => actions.selectFinding(choice));
on("step-in-time", ({ by }) => (page.state.view === "candidates" ? parts.candidates.step(by) : actions.goTo(seen.neighbourInTime(page.state, by))));
on("catch-up", () => frame !== null && render());
on("finding-jump", ({ id }) => actions.jump(seen.byId(page.state, id)));
on("finding-copy", ({ id }) => actions.copyFinding(seen.byId(page.state, id)));
on("finding-intended", ({ id }) => actions.toggleIntended(seen.byId(page.state, id)));
on("group-toggle", ({ check }) => change(store.toggleGroup(page.state, check)));
on("filter", (changes) => change(store.setFilters(page.state, changes)));
on("filter-severity", ({ severity }) => change(store.toggleSeverity(page.state, severity)));
on("filter-new", () => actions.toggleNew());
on("filter-clear", () => actions.clearFilters());
on("order", (choice) => actions.setOrder(choice));
on("map-pin", ({ key }) => actions.pinMap(key));
on("map-follow", () => actions.followSaves());
on("map-again", ({ key }) => actions.askForMap({ type: "select", key }));
on("trouble-seen", () => change({ ...page.state, trouble: null }));
on("retry", () => socket.retryNow());
on("check-now", () => actions.checkNow());
on("pause", ({ on: paused }) => actions.ask({ type: "pause", on: paused }));
on("show-intended", ({ on: showIntended }) => change({ ...page.state, showIntended }));
on("finding-point", (place) => actions.point(place));
on("threshold", (choice) => actions.setThreshold(choice));
on("ai", ({ on: wanted }) => actions.ask({ type: "ai", on: wanted }));
on("mod", () => actions.askModel("mod"));
on("mod-cancel", () => actions.askModel("cancel_mod"));
on("copy-all", () => actions.copyAll());
on("help", helpDialog);
on("folder", () => actions.askForFolder());
on("open-log", () => actions.ask({ type: "open_log" }));
on("models", () => parts.models.open());
on("quit", () => actions.quit());
on("range-mark", (ends) => writing.markRange(ends));
on("range-resize", (end) => writing.resizeRange(end));
on("range-set", (choice) => writing.setRange(choice));
on("range-objects", ({ text }) => writing.takeObjects(text));
on("range-snap", (choice) => writing.snapRange(choice));
// After the frame: a save is on screen before anything else is asked.
on("objects-wanted", () => afterPaint(() => objects.know()));
on("object-pick", (choice) => objects.pick(choice));
on("object-step", (way) => objects.step(way));
on("objects-let-go", () => objects.letGo());
on("objects-copy", () => objects.copy());
on("objects-mark", () => writing.markObjects());
on("objects-regenerate", () => writing.regenerateObjects());
on("timeline-menu", (place) => writing.timelineMenu(place));
on("finding-menu", ({ id, x, y }) => writing.findingMenu({ finding: seen.byId(page.state, id), x, y }, actions));
on("finding-regenerate", ({ id }) => writing.regenerateFinding(seen.byId(page.state, id)));
on("regenerate", () => (page.state.view === "candidates" ? writing.again() : writing.regenerate()));
on("regeneration-cancel", () => writing.cancel());
on("regeneration-dismiss", () => writing.dismiss());
on("candidate", (choice) => writing.choose(choice));
on("seed-lock", (choice) => writing.lockSeed(choice));
on("show-candidates", () => writing.showCandidates());
on("show-findings", () => writing.showFindings());
on("undo-write", () => writing.undo());
on("redo-write", () => writing.redo());
on("revert-range", (choice) => writing.revert(choice));
on("disclosure", () => writing.readDisclosure());
on("generate", () => writing.showGenerate());
on("copy-text", ({ text }) => actions.copyText(text));
parts.generate.mayWrite = (then) => writing.mayWrite(then);
for (const asking of [parts.engine, parts.hint, parts.models, parts.generate]) asking.ask = (message) => socket.request(message);
parts.place.onFolder = (path) => actions.chooseFolder(path);

const FINDING_KEYS = {
  j: () => actions.goTo(seen.neighbour(page.state, 1)),
  k: () => actions.goTo(seen.neighbour(page.state, -1)),
  ArrowDown: () => actions.goTo(seen.neighbour(page.state, 1)),
  ArrowUp: () => actions.goTo(seen.neighbour(page.state, -1)),
  Enter: () => (objects.picked ? objects.jump() : actions.jump(seen.selected(page.state))),
  c: () => (objects.picked ? objects.copy() : actions.copyFinding(seen.selected(page.state))),
  i: () => actions.toggleIntended(seen.selected(page.state)),
  u: () => actions.undo(),
  n: () => actions.toggleNew(),
  r: () => writing.regenerate(),
  "/": () => parts.filters.focusSearch(),
  "?": helpDialog,
  Escape: () => objects.letGo() || writing.letGo() || actions.letGo(),
};
const [before, after] = [() => parts.candidates.step(-1), () => parts.candidates.step(1)];
const CANDIDATE_KEYS = { ArrowLeft: before, ArrowUp: before, k: before, ArrowRight: after, ArrowDown: after, j: after, "?": helpDialog, Escape: () => writing.letGo() };
const PAGE_KEYS = { "?": helpDialog, Escape: () => writing.letGo() };
listenForKeys(() => ({ findings: FINDING_KEYS, candidates: CANDIDATE_KEYS, generate: PAGE_KEYS })[page.state.view]);

addEventListener("paste", (event) => {
  const typing = event.target.closest?.("input, textarea") || document.querySelector("dialog[open]");
  if (!typing && writing.pasteRange(event.clipboardData.getData("text"))) event.preventDefault();
});

// To the screen

function change(next) {
  if (next === page.state) return;
  page.state = next;
  if (frame !== null) return;
  // In a hidden tab there are no frames, but its title should still tell what is new.
  frame = document.hidden ? setTimeout(render, 0) : requestAnimationFrame(render);
}

function render() {
  if (frame !== null) cancelAnimationFrame(frame);
  frame = null;
  draw(parts, page.state, change);
}

onTokenChange((token) => socket.open(token));
addEventListener("online", () => socket.retryNow());
document.addEventListener("visibilitychange", () => document.hidden || (socket.retryNow(), change({ ...page.state })));
socket.open(takeToken());
render();

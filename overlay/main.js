// Puts the page together: messages and people change the state, the state is drawn. Nothing else knows every part.

import "./connection.js";
import "./delta.js";
import "./detail.js";
import "./filters.js";
import "./findings.js";
import "./menu.js";
import "./picker.js";
import "./places.js";
import "./timeline.js";
import "./toasts.js";
import { spoken } from "./delta.js";
import { countAlike, emptyList } from "./detail.js";
import { folderDialog, helpDialog, quitDialog } from "./dialogs.js";
import { setText } from "./dom.js";
import { afterPaint, announceDrawn } from "./drawn.js";
import { mapName, plural } from "./format.js";
import { listenForKeys } from "./keyboard.js";
import { PROTOCOL, Socket } from "./socket.js";
import * as store from "./store.js";
import { onTokenChange, read, takeToken, write } from "./token.js";

const ORDER_KEY = "mapside.order";
const PIN_KEY = "mapside.pinned"; // of this tab: two tabs may hold two difficulties
const RELOADED_KEY = "mapside.reloaded";

const part = (name) => document.querySelector(name);
const parts = {
  work: part("#work"),
  picker: part("map-picker"),
  connection: part("connection-state"),
  menu: part("tray-menu"),
  timeline: part("map-timeline"),
  delta: part("save-delta"),
  filters: part("finding-filters"),
  list: part("finding-list"),
  detail: part("finding-detail"),
  place: part("state-page"),
  toasts: part("toast-stack"),
  announce: part("#announce"),
};
const socket = new Socket();
let state = {
  ...store.INITIAL,
  order: store.isOrder(read(ORDER_KEY)) ? read(ORDER_KEY) : store.INITIAL.order,
  pinned: sessionStorage.getItem(PIN_KEY),
};
let frame = null;
let greeted = false; // between a connection's hello and its first list of maps
let undo = null; // takes back the last "intended"

// From the socket

socket.addEventListener("phase", ({ detail }) => change({ ...state, connection: detail }));

socket.addEventListener("message", ({ detail: { message, received_at } }) => {
  if (message.type === "notice") notice(message);
  else if (message.type === "hello" && message.protocol > PROTOCOL) reloadForNewer(message.protocol);
  else receive(message, received_at);
});

function receive(message, received_at) {
  const before = state;
  change(store.receive(state, message));
  if (message.type === "hello") greeted = true;
  if (message.type === "maps") askForPinned();
  if (message.type !== "map") return;
  if (state.map === message) sayAndReport(message, received_at);
  else if (before.elsewhere !== state.elsewhere) offerElsewhere(message);
}

/** On every connection the server sends the map saved last; one that is pinned has to be asked for. */
function askForPinned() {
  rememberPin();
  if (greeted && state.pinned !== null) ask({ type: "select", key: state.pinned });
  greeted = false;
}

function sayAndReport(map, received_at) {
  setText(parts.announce, spoken(store.delta(state), map));
  // Drawn in the coming frame; a hidden page has no frames, and then nothing is on screen either.
  afterPaint(() => announceDrawn(map, received_at));
}

function offerElsewhere(map) {
  const fresh = map.findings.filter((finding) => finding.status === "new" && !finding.intended).length;
  const text = `[${map.metadata.version}] was saved: ${plural(fresh, "new finding")}.`;
  parts.toasts.show(text, { topic: "elsewhere", action: { text: "Show it", run: () => followSaves() } });
}

function notice({ level, text }) {
  parts.toasts.show(text, { level, topic: text });
}

/** Once per version: if the newer page is not there to be had, reloading for ever would only flicker. */
function reloadForNewer(protocol) {
  if (sessionStorage.getItem(RELOADED_KEY) === String(protocol)) {
    change({ ...state, connection: { phase: "outdated", retryAt: null } });
    return;
  }
  sessionStorage.setItem(RELOADED_KEY, String(protocol));
  location.reload();
}

function ask(message) {
  return socket.request(message).catch((failure) => parts.toasts.show(failure.message, { level: "error", topic: failure.message }));
}

// From people

function change(next) {
  if (next === state) return;
  state = next;
  if (frame !== null) return;
  frame = "wanted";
  // In a hidden tab there are no frames, but its title should still tell what is new.
  if (document.hidden) setTimeout(render, 0);
  else requestAnimationFrame(render);
}

function on(type, handler) {
  document.addEventListener(type, ({ detail }) => handler(detail));
}

function selectFinding({ id, reveal = false }) {
  change(store.select(state, id));
  // After the frame's drawing: in a narrow window the detail has just taken room from the list.
  if (id) requestAnimationFrame(() => parts.list.reveal(id, reveal));
}

function goTo(finding) {
  if (finding) selectFinding({ id: finding.id, reveal: true });
}

function byId(id) {
  return state.map?.findings.find((finding) => finding.id === id) ?? null;
}

function jump(finding) {
  if (!finding) return;
  if (!finding.link?.startsWith("osu://edit/")) {
    parts.toasts.show("This finding concerns the whole map: there is no place to open.", { topic: "jump" });
    return;
  }
  const anchor = Object.assign(document.createElement("a"), { href: finding.link });
  anchor.click();
}

async function copy(text, done) {
  try {
    await navigator.clipboard.writeText(text);
    parts.toasts.show(done, { topic: "copy" });
  } catch (failure) {
    parts.toasts.show(`The browser refused the clipboard: ${failure.message}`, { level: "error", topic: "copy" });
  }
}

function copyFinding(finding) {
  if (finding) copy(finding.discussion, `Copied: ${finding.discussion}`);
}

function copyAll() {
  const list = store.visible(state);
  copy(list.map((finding) => finding.discussion).join("\n"), `Copied ${plural(list.length, "finding")}.`);
}

function toggleIntended(finding) {
  if (!finding) return;
  const { key } = state.map;
  if (finding.intended) markIntended(key, finding, false);
  else {
    markIntended(key, finding, true);
    undo = () => markIntended(key, finding, false);
    parts.toasts.show(`Intended: ${finding.message}`, { topic: "intended", action: { text: "Undo", run: runUndo } });
  }
}

function runUndo() {
  parts.toasts.clear("intended");
  undo?.();
  undo = null;
}

/** At once on screen, and taken back if the companion could not keep it. */
function markIntended(key, finding, on) {
  change(on ? store.hideIntended(state, finding.id) : store.setIntended(state, key, finding.id, false));
  socket.request({ type: "intended", key, finding: finding.id, on }).catch((failure) => {
    change(store.setIntended(state, key, finding.id, !on));
    parts.toasts.show(failure.message, { level: "error", topic: "intended" });
  });
}

function pinMap({ key }) {
  change(store.pin(state, key));
  rememberPin();
  if (state.map?.key !== key) ask({ type: "select", key });
}

function followSaves() {
  change(store.follow(state));
  rememberPin();
  parts.toasts.clear("elsewhere");
  const latest = state.maps.current ?? state.maps.maps[0]?.key;
  if (latest && latest !== state.map?.key) ask({ type: "select", key: latest });
}

function rememberPin() {
  if (state.pinned === null) sessionStorage.removeItem(PIN_KEY);
  else sessionStorage.setItem(PIN_KEY, state.pinned);
}

function setOrder({ order }) {
  write(ORDER_KEY, order);
  change({ ...state, order });
}

function toggleNew() {
  change(store.setFilters(state, { onlyNew: !state.filters.onlyNew }));
}

/** Lets go of one thing at a time, the innermost first. */
function escape() {
  if (document.activeElement === parts.filters.search) parts.list.focus();
  if (parts.filters.clearSearch()) return;
  if (state.selectedId !== null) selectFinding({ id: null });
  else if (store.isFiltered(state.filters)) change({ ...state, filters: store.NO_FILTERS });
}

async function chooseFolder(path) {
  await socket.request({ type: "choose_folder", path });
}

function checkNow() {
  const key = state.map?.key;
  ask(key ? { type: "check", key } : { type: "check" });
}

on("finding-select", selectFinding);
on("step-in-time", ({ by }) => goTo(store.neighbourInTime(state, by)));
on("finding-jump", ({ id }) => jump(byId(id)));
on("finding-copy", ({ id }) => copyFinding(byId(id)));
on("finding-intended", ({ id }) => toggleIntended(byId(id)));
on("group-toggle", ({ check }) => change(store.toggleGroup(state, check)));
on("filter", (changes) => change(store.setFilters(state, changes)));
on("filter-severity", ({ severity }) => change(store.toggleSeverity(state, severity)));
on("filter-new", toggleNew);
on("order", setOrder);
on("map-pin", pinMap);
on("map-follow", followSaves);
on("retry", () => socket.retryNow());
on("check-now", checkNow);
on("pause", ({ on: paused }) => ask({ type: "pause", on: paused }));
on("show-intended", ({ on: showIntended }) => change({ ...state, showIntended }));
on("copy-all", copyAll);
on("help", helpDialog);
on("folder", () => folderDialog(state.status?.folder, chooseFolder));
on("open-log", () => ask({ type: "open_log" }));
on("quit", () => quitDialog(() => ask({ type: "quit" })));
parts.place.onFolder = chooseFolder;

listenForKeys({
  j: () => goTo(store.neighbour(state, 1)),
  k: () => goTo(store.neighbour(state, -1)),
  ArrowDown: () => goTo(store.neighbour(state, 1)),
  ArrowUp: () => goTo(store.neighbour(state, -1)),
  Enter: () => jump(store.selected(state)),
  c: () => copyFinding(store.selected(state)),
  i: () => toggleIntended(store.selected(state)),
  u: runUndo,
  n: toggleNew,
  "/": () => parts.filters.focusSearch(),
  "?": helpDialog,
  Escape: escape,
});

// To the screen

function render() {
  frame = null;
  const place = store.place(state);
  document.body.dataset.connection = state.connection.phase;
  parts.work.hidden = place !== null;
  parts.place.update(place, state);
  parts.connection.update(state);
  parts.picker.update(place === null ? state : { ...state, map: null });
  parts.menu.update(menuModel());
  document.title = titleOf(place);
  if (place === null) renderMap();
}

function renderMap() {
  const { map, filters } = state;
  const titles = state.hello?.checks ?? {};
  const finding = store.selected(state);
  const visible = store.visible(state);
  const shown = store.shown(state);
  const delta = store.delta(state);
  parts.timeline.update({ map, visible, shown, selected: finding, titles });
  parts.delta.update({ delta, map, titles, onlyNew: filters.onlyNew });
  parts.filters.update({
    filters,
    facets: store.facets(state),
    categories: state.hello?.categories ?? [],
    order: state.order,
    checkTitle: titles[filters.check]?.title ?? filters.check,
  });
  parts.list.update({ rows: store.rows(state), checks: titles, selectedId: state.selectedId, map, empty });
  parts.detail.update({ finding, check: titles[finding?.check], map, alike: finding ? countAlike(visible, finding.check) : 0 });
}

function empty() {
  return emptyList({
    filtered: store.isFiltered(state.filters) && store.shown(state).length > 0,
    map: state.map,
    checks: state.hello?.checks ?? {},
    intended: store.delta(state).intended,
    onClear: () => change({ ...state, filters: store.NO_FILTERS }),
    onShowIntended: () => change({ ...state, showIntended: true }),
  });
}

function menuModel() {
  return {
    connected: state.connection.phase === "open",
    paused: Boolean(state.status?.paused),
    showIntended: state.showIntended,
    count: store.visible(state).length,
    map: state.map,
    folder: state.status?.folder ?? null,
  };
}

/** The tab tells it too: the page is often behind the editor. */
function titleOf(place) {
  if (place !== null || !state.map) return "Mapside";
  const { fresh, still } = store.delta(state);
  const count = fresh.length > 0 ? `+${fresh.length} new` : String(still);
  return `${count} · [${state.map.metadata.version}] ${mapName(state.map.metadata)}`;
}

onTokenChange((token) => socket.open(token));
addEventListener("online", () => socket.retryNow());
document.addEventListener("visibilitychange", () => document.hidden || (socket.retryNow(), change({ ...state })));
socket.open(takeToken());
render();

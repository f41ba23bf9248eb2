// From the state to what is on screen: which part gets what. Draws nothing itself.

import { countAlike } from "./detail.js";
import { emptyList } from "./empty.js";
import { mapName, versionName } from "./format.js";
import { isOf, pickedOf } from "./object_store.js";
import { isUnderWay } from "./opinion.js";
import { isWritten } from "./regeneration.js";
import * as seen from "./seen.js";
import * as store from "./store.js";
import { generated, gridNow, rangeOf, regeneration } from "./writing_store.js";

/** `change` takes the next state, for the few offers that are made where the list is empty. */
export function draw(parts, state, change) {
  const place = store.place(state);
  document.body.dataset.connection = state.connection.phase;
  parts.work.hidden = place !== null;
  parts.place.update(place === "generate" ? null : place, state);
  parts.generate.update({ writing: state.writing, songJob: state.songJob, isShown: place === "generate", shown: shownFile(state) });
  parts.connection.update(state);
  parts.picker.update({ ...state, map: place === null || place === "generate" ? state.map : missing(state, place) });
  drawModels(parts, state);
  parts.menu.update(menuModel(state));
  document.title = titleOf(state, place);
  if (place !== null) {
    parts.regenerate.update({ ...state, map: null, range: null });
    parts.candidates.update({ regeneration: null });
    return;
  }
  drawMap(parts, state, change);
  drawWriting(parts, state);
}

function drawWriting(parts, state) {
  const { map, snap, writing, view, candidate, lockedSeeds } = state;
  const range = rangeOf(state);
  const latest = regeneration(state);
  const isLookedAt = view === "candidates" && latest !== null;
  parts.work.classList.toggle("choosing", isLookedAt);
  parts.range.update({ range: isLookedAt ? null : range, snap, grid: gridNow(state) });
  parts.regenerate.update({ map, range, snap, grid: gridNow(state), writing });
  parts.written.update({ regeneration: latest, generated: generated(state), isLookedAt });
  parts.candidates.update({ regeneration: latest, map, chosen: candidate, locked: lockedSeeds, generated: generated(state), connected: state.connection.phase === "open", isShown: isLookedAt });
}

/** The path of the map on screen, as far as it lies in the folder that is watched. */
function shownFile({ map, status }) {
  if (map === null || !status?.folder || !map.metadata.set) return null;
  const between = status.folder.includes("\\") ? "\\" : "/";
  return { path: [status.folder.replace(/[\\/]$/, ""), map.metadata.set, map.metadata.file].join(between), mode: map.metadata.mode };
}

function drawModels(parts, { engine, models: { models, chosen }, map, connection }) {
  const model = { engine, models, chosen, map, connected: connection.phase === "open" };
  parts.engine.update(model);
  parts.hint.update(model);
  parts.models.update(model);
}

function drawMap(parts, state, change) {
  const { map, filters } = state;
  const checks = state.hello?.checks ?? {};
  const finding = seen.selected(state);
  const visible = seen.visible(state);
  const shown = seen.shown(state);
  const delta = seen.delta(state);
  const opinion = seen.opinion(state);
  const facets = seen.facets(state);
  const layer = layerOf(state);
  parts.objects.update({ ...layer, writes: state.writing !== null });
  parts.timeline.update({ map, visible, shown, selected: finding, titles: checks, opinion, layer, ...rangesOf(state) });
  parts.delta.update({ delta, map, titles: checks, onlyNew: filters.onlyNew, first: store.isFirstLook(state) });
  parts.trouble.update({ trouble: state.trouble, latest: store.latestKey(state) });
  parts.filters.update({
    filters,
    facets,
    categories: seen.categories(state),
    order: state.order,
    checkTitle: checks[filters.check]?.title ?? filters.check,
    hidden: shown.length - visible.length,
  });
  parts.strip.update({
    engine: state.engine,
    opinion,
    threshold: state.threshold,
    source: filters.source,
    sources: facets.source,
    below: seen.below(state),
    count: seen.countOpined(state),
    connected: state.connection.phase === "open",
  });
  const empty = () => emptyList({ filtered: shown.length > visible.length, map, checks, delta, listening: isUnderWay(opinion), change: (changes) => change({ ...state, ...changes }) });
  parts.list.update({ rows: seen.rows(state), checks, selectedId: state.selectedId, map, empty });
  parts.preview.keep(visible, state.selectedId);
  parts.detail.update({ finding, check: checks[finding?.check], map, alike: finding ? countAlike(visible, finding.check) : 0, writes: state.writing !== null });
}

function layerOf(state) {
  return { objects: state.objects, isFresh: isOf(state.objects, state.map), picked: pickedOf(state) };
}

const NONE = Object.freeze([]); // always the same one: what did not change is not drawn again

function rangesOf(state) {
  const latest = regeneration(state);
  const written = latest !== null && latest.state !== "accepted" ? latest : null;
  return { range: rangeOf(state), grid: gridNow(state), written, generated: generated(state)?.ranges ?? NONE, canMark: state.writing !== null };
}

/** The map that was asked for and cannot be shown, as far as the list of saved maps knows it. */
function missing({ trouble }, place) {
  return place === "trouble" && trouble.version !== undefined ? { key: trouble.key, metadata: trouble } : null;
}

function menuModel(state) {
  return {
    connected: state.connection.phase === "open",
    paused: Boolean(state.status?.paused),
    showIntended: state.showIntended,
    count: seen.visible(state).length,
    map: state.map,
    folder: state.status?.folder ?? null,
    writes: state.writing !== null,
    isWriting: isWritten(state.songJob),
  };
}

/** The tab tells it too: the page is often behind the editor. */
function titleOf(state, place) {
  if (place !== null || !state.map) return "Mapside";
  const { fresh, still } = seen.delta(state);
  const count = fresh.length > 0 ? `+${fresh.length} new` : String(still);
  return `${count} · ${versionName(state.map.metadata)} ${mapName(state.map.metadata)}`;
}

// Which objects of the map the page knows, and which of them somebody has picked. Another part of store.js; as pure.

import { gridOf, sameIn } from "./map_objects.js";

export const NO_OBJECTS = Object.freeze({
  objects: null, // of the map on screen, see map_objects.js; of an older version until those of the new one are there
  picked: null, // {anchor, head}: the object that was clicked, and the one up to which it goes
});

/** Of a version that is no longer on screen they are dropped. What was picked is kept as far as it is still there. */
export function receiveObjects(state, objects) {
  if (!isOf(objects, state.map)) return state;
  const grid = { key: objects.key, map_version: objects.map_version, ...gridOf(objects) };
  return { ...state, objects, grid, picked: movedTo(state, objects) };
}

function movedTo({ objects: before, picked }, objects) {
  if (picked === null || before?.key !== objects.key) return null;
  const anchor = sameIn(before, objects, picked.anchor);
  const head = sameIn(before, objects, picked.head);
  return anchor < 0 || head < 0 ? null : { anchor, head };
}

export const isOf = (objects, map) => objects !== null && objects.key === map?.key && objects.map_version === map.map_version;

/** Those of exactly what is on screen, or null. */
export const objectsNow = ({ objects, map }) => (isOf(objects, map) ? objects : null);

/** A finding that is selected is let go of: Enter, c and r can mean one thing only. */
export function pick(state, at, { extend = false } = {}) {
  const objects = objectsNow(state);
  if (objects === null || at < 0 || at >= objects.count) return state;
  const anchor = extend && state.picked !== null ? state.picked.anchor : at;
  return { ...state, picked: { anchor, head: at }, selectedId: null };
}

export function step(state, by, { extend = false } = {}) {
  const objects = objectsNow(state);
  if (objects === null || state.picked === null) return state;
  return pick(state, Math.max(0, Math.min(objects.count - 1, state.picked.head + by)), { extend });
}

export const letGo = (state) => (state.picked === null ? state : { ...state, picked: null });

/** {first, last, head} in the objects that are known, or null. */
export function pickedOf({ picked, objects }) {
  if (picked === null || objects === null) return null;
  const { anchor, head } = picked;
  return { first: Math.min(anchor, head), last: Math.max(anchor, head), head };
}

/** The same of exactly what is on screen: what has been saved since cannot be acted upon for a moment. */
export const pickedNow = (state) => (objectsNow(state) === null ? null : pickedOf(state));

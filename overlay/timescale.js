// Time to pixels and back, for a view into a song. Pure.

const MIN_SPAN_MS = 400;
const TICK_STEPS_MS = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 15000, 30000, 60000, 120000, 300000, 600000];

export const span = (view) => view.end_ms - view.start_ms;

export const toX = (view, width, time_ms) => ((time_ms - view.start_ms) / span(view)) * width;

export const toTime = (view, width, x) => view.start_ms + (x / width) * span(view);

/** A view of the same length moved, or of another length, back inside the song. */
export function fit(view, whole) {
  const length = Math.min(span(whole), Math.max(MIN_SPAN_MS, span(view)));
  const start_ms = Math.min(whole.end_ms - length, Math.max(whole.start_ms, view.start_ms));
  return { start_ms, end_ms: start_ms + length };
}

/** The view made `factor` times as long; `anchor_ms` stays where it is on screen. */
export function zoom(view, whole, factor, anchor_ms) {
  const length = Math.min(span(whole), Math.max(MIN_SPAN_MS, span(view) * factor));
  const share = (anchor_ms - view.start_ms) / span(view);
  const start_ms = anchor_ms - share * length;
  return fit({ start_ms, end_ms: start_ms + length }, whole);
}

export function pan(view, whole, by_ms) {
  return fit({ start_ms: view.start_ms + by_ms, end_ms: view.end_ms + by_ms }, whole);
}

/** The view moved no further than needed to show a time, with some song around it. */
export function reveal(view, whole, time_ms) {
  const margin = span(view) * 0.1;
  if (time_ms < view.start_ms + margin) return pan(view, whole, time_ms - margin - view.start_ms);
  if (time_ms > view.end_ms - margin) return pan(view, whole, time_ms + margin - view.end_ms);
  return view;
}

export function isWhole(view, whole) {
  return span(view) >= span(whole) - 0.5;
}

/** Times of the ruler's labels, at least `gap_px` apart. */
export function ticks(view, width, gap_px) {
  const least_ms = (gap_px / width) * span(view);
  const step_ms = TICK_STEPS_MS.find((step) => step >= least_ms) ?? TICK_STEPS_MS.at(-1);
  const times = [];
  for (let time = Math.ceil(view.start_ms / step_ms) * step_ms; time <= view.end_ms; time += step_ms) times.push(time);
  return { step_ms, times };
}

/** All there is of a map's song, an object behind its end included. */
export function wholeOf(overview) {
  const start_ms = Math.min(0, overview.start_ms);
  return { start_ms, end_ms: Math.max(overview.song_ms ?? 0, overview.end_ms, start_ms + 1000) };
}

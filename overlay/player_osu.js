// osu! in numbers: when an object appears and goes, how far its approach circle is, where follow points lie. Pure.

import { endOf } from "./player_path.js";

export const FIELD = { width: 512, height: 384, screen_width: 640, screen_height: 480 };
export const HIT_FADE_MS = 240; // of a circle that was hit (ppy/osu, DrawableHitCircle)
const APPROACH_SCALE = 4; // ppy/osu, DrawableHitCircle: begins at four times the circle
const APPROACH_ALPHA = 0.9;
const FOLLOW_SPACING_PX = 32; // this and the next: ppy/osu, FollowPointConnection
const FOLLOW_PREEMPT_MS = 800;

const share = (value) => Math.min(1, Math.max(0, value));

/** "osu! wiki, approach rate": 1800, 1200 and 450 ms at 0, 5 and 10. */
export const preemptMs = (ar) => (ar < 5 ? 1200 + (600 * (5 - ar)) / 5 : 1200 - (750 * (ar - 5)) / 5);

/** The same page: 1200, 800 and 300 ms. */
export const fadeInMs = (ar) => (ar < 5 ? 800 + (400 * (5 - ar)) / 5 : 800 - (500 * (ar - 5)) / 5);

/** "osu! wiki, circle size", in osu! pixels. */
export const radiusPx = (cs) => Math.max(4, 54.4 - 4.48 * cs);

/** 0 before it appears, 1 once it is there, and to 0 again after its end. */
export function alphaAt({ time_ms, end_ms }, t, ar) {
  const shown_ms = t - (time_ms - preemptMs(ar));
  if (shown_ms <= 0) return 0;
  return t > end_ms ? share(1 - (t - end_ms) / HIT_FADE_MS) : share(shown_ms / fadeInMs(ar));
}

/** Null where it has none: before it appears, and from the hit on. */
export function approachAt({ time_ms }, t, ar) {
  const preempt_ms = preemptMs(ar);
  const left_ms = time_ms - t;
  if (left_ms <= 0 || left_ms >= preempt_ms) return null;
  const alpha = APPROACH_ALPHA * share((preempt_ms - left_ms) / Math.min(2 * fadeInMs(ar), preempt_ms));
  return { scale: 1 + (APPROACH_SCALE - 1) * (left_ms / preempt_ms), alpha };
}

/** A circle, or a slider's head: what is left of it after the hit; it grows while it goes. */
export function headAt(object, t, ar) {
  if (t <= object.time_ms) return { alpha: alphaAt(object, t, ar), scale: 1 };
  const gone = share((t - object.time_ms) / HIT_FADE_MS);
  return { alpha: 1 - gone, scale: 1 + 0.4 * (1 - (1 - gone) ** 2) };
}

/** Points from one object to the next of its combo, with the times at which each lights up and goes out. */
export function followPoints(objects, ar) {
  return objects.slice(1).flatMap((to, at) => {
    const from = objects[at];
    if (to.combo <= 1 || from.kind === "spinner" || to.kind === "spinner") return [];
    const start = endOf(from);
    const [dx, dy] = [to.x - start.x, to.y - start.y];
    const far = Math.hypot(dx, dy);
    const points = [];
    for (let px = FOLLOW_SPACING_PX * 1.5; px < far - FOLLOW_SPACING_PX; px += FOLLOW_SPACING_PX) {
      const out_ms = from.end_ms + (px / far) * (to.time_ms - from.end_ms);
      points.push({ x: start.x + (dx * px) / far, y: start.y + (dy * px) / far, angle: Math.atan2(dy, dx), out_ms, fade_ms: fadeInMs(ar) });
    }
    return points;
  });
}

export function followAlphaAt({ out_ms, fade_ms }, t) {
  const shown_ms = t - (out_ms - FOLLOW_PREEMPT_MS);
  if (shown_ms <= 0) return 0;
  return t > out_ms ? share(1 - (t - out_ms) / fade_ms) : share(shown_ms / fade_ms);
}

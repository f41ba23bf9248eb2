// The two modes that scroll: how far a thing is from where it is hit. Distances are in beats of the lane's own speed:
// 1 is as far as a thing of velocity 1 goes in one beat of the tempo the section has. Pure.

import { beatLengthAt, beatsIn } from "./player_beats.js";

const SLOWEST = 0.01;

/** [[time, velocity], ...] as the map has it, or else as its objects tell. */
function velocities(map) {
  if (map.scroll?.length > 0) return [...map.scroll].sort((a, b) => a[0] - b[0]);
  return map.objects.filter(({ velocity }, at) => velocity !== map.objects[at - 1]?.velocity).map(({ time_ms, velocity }) => [time_ms, velocity]);
}

const velocityAt = (changes, t) => changes.findLast(([time]) => time <= t + 1)?.[1] ?? changes[0]?.[1] ?? 1;

/** taiko: each thing moves at a speed of its own, from velocity and tempo, so that fast ones overtake slow ones. */
export function taikoLane(map) {
  const changes = velocities(map);
  const perMs = (t, velocity) => Math.max(SLOWEST, velocity) / beatLengthAt(map.beats, t + 1);
  const objects = map.objects.map((object) => ({ object, beats_per_ms: perMs(object.time_ms, object.velocity) }));
  const bars = measures(map).map((time_ms) => ({ time_ms, beats_per_ms: perMs(time_ms, velocityAt(changes, time_ms)) }));
  return { objects, bars };
}

/** How many lane beats before the drum, at `t`, what is there at `time_ms`. */
export const taikoDistance = (beats_per_ms, time_ms, t) => (time_ms - t) * beats_per_ms;

/** mania: all columns move together, as fast as the lines in force say; the way gone is summed up over them. */
export function maniaScroll(map) {
  const usual_ms = beatLengthAt(map.beats, map.section_start_ms + 1);
  const changes = velocities(map);
  const times = [...new Set([map.start_ms, ...changes.map(([time]) => time), ...map.beats.map(([time]) => time)])].sort((a, b) => a - b);
  const steps = [];
  for (const time_ms of times) {
    const last = steps.at(-1);
    const gone_ms = last ? last.gone_ms + (time_ms - last.time_ms) * last.speed : 0;
    const speed = (Math.max(SLOWEST, velocityAt(changes, time_ms)) * usual_ms) / beatLengthAt(map.beats, time_ms + 1);
    steps.push({ time_ms, gone_ms, speed });
  }
  return steps;
}

/** The way gone at a time, in milliseconds at speed 1; differences of it are distances on the screen. */
export function scrolled(steps, t) {
  const step = steps.findLast(({ time_ms }) => time_ms <= t) ?? steps[0];
  return step.gone_ms + (t - step.time_ms) * step.speed;
}

/** Where measures begin, for the lines across the lane, from some time before the stretch to some after. */
export function measures(map) {
  return beatsIn(map.beats, map.start_ms, map.end_ms).filter(({ number }) => number === 0).map(({ time_ms }) => time_ms);
}

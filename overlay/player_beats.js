// The beats of a stretch, from its red lines: where they fall, which of them begin measures, which comes next. Pure.

const MOST_BEATS = 4000; // of one red line; only a joke has more in a stretch, and nobody could see them
const SAME_MS = 1;

/** A red line rules from its time to the next one; the first rules before itself too. */
function reigns(beats) {
  const sane = beats.filter(([time, length]) => Number.isFinite(time) && length > 0).sort((a, b) => a[0] - b[0]);
  return sane.map(([time_ms, beat_ms, meter], at) => ({
    time_ms,
    beat_ms,
    meter: Math.max(1, meter),
    from: at === 0 ? -Infinity : time_ms,
    until: sane[at + 1]?.[0] ?? Infinity,
  }));
}

function ruleAt(rules, t) {
  return rules.findLast(({ from }) => from <= t) ?? rules[0];
}

/** 500 ms where no red line says anything: the editor's own 120 BPM. */
export function beatLengthAt(beats, t) {
  return ruleAt(reigns(beats), t)?.beat_ms ?? 500;
}

/** [{time_ms, number}] in [start, end]; `number` counts within the measure, 0 begins it. */
export function beatsIn(beats, start_ms, end_ms) {
  return reigns(beats).flatMap((rule) => {
    const [from, until] = [Math.max(start_ms, rule.from), Math.min(end_ms, rule.until - SAME_MS)];
    const first = Math.ceil((from - rule.time_ms) / rule.beat_ms - 1e-6);
    const last = Math.floor((until - rule.time_ms) / rule.beat_ms + 1e-6);
    if (last - first > MOST_BEATS) return [];
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => ({
      time_ms: rule.time_ms + (first + at) * rule.beat_ms,
      number: (((first + at) % rule.meter) + rule.meter) % rule.meter,
    }));
  });
}

/** The beat after (`way` 1) or before (-1) a time; `divisor` 4 steps by quarters of a beat. */
export function stepped(beats, t, way, divisor = 1) {
  const rules = reigns(beats);
  if (rules.length === 0) return t + (way * 500) / divisor;
  const rule = ruleAt(rules, way > 0 ? t + SAME_MS : t - SAME_MS);
  const step_ms = rule.beat_ms / divisor;
  const place = (t - rule.time_ms) / step_ms;
  const tolerance = SAME_MS / step_ms;
  const number = way > 0 ? Math.floor(place + tolerance) + 1 : Math.ceil(place - tolerance) - 1;
  const time_ms = rule.time_ms + number * step_ms;
  return way > 0 ? Math.min(time_ms, rule.until) : Math.max(time_ms, rule.from);
}

/** "measure 3, beat 2", counted from the red line that rules; "" before it or without one. */
export function placeInWords(beats, t) {
  const rule = ruleAt(reigns(beats), t);
  if (!rule || t < rule.time_ms - SAME_MS) return "";
  const beat = Math.floor((t - rule.time_ms) / rule.beat_ms + 1e-3);
  return `measure ${Math.floor(beat / rule.meter) + 1}, beat ${(beat % rule.meter) + 1}`;
}

// A map's song in words: what it is, what lies at a time, what the picture shows for those who hear the page. Pure.

import { clock, decimal, plural, stamp } from "./format.js";
import { SEVERITIES } from "./store.js";
import { rangeText } from "./time_range.js";

const MOST_POINTS = 3;

/** Names of the spans around a time. */
export function placesAt({ overview, edited }, time_ms) {
  const within = (spans) => spans.some(([start, end]) => time_ms >= start && time_ms <= end);
  return [
    within(overview.kiai) && "kiai",
    within(overview.breaks) && "break",
    within(edited) && "edited in this save",
  ].filter(Boolean);
}

/** The points of the ruler close to a time, each in a few words. */
export function pointsNear({ bookmarks, preview_ms, red_lines }, time_ms, reach_ms) {
  const near = (each) => Math.abs(each - time_ms) <= reach_ms;
  const named = (times, name) => times.flatMap((each, at) => (near(each) ? [`${name(at)} at ${stamp(each)}`] : []));
  return [
    ...named(bookmarks, (at) => `bookmark ${at + 1} of ${bookmarks.length}`),
    ...named(preview_ms === null ? [] : [preview_ms], () => "preview point"),
    ...named(red_lines, (at) => `red line ${at + 1} of ${red_lines.length}`),
  ].slice(0, MOST_POINTS);
}

/** Length, tempo and settings, as one line. */
export function factsOf({ settings, overview }) {
  return [
    lengthOf(overview),
    tempoOf(overview.bpm),
    `CS ${decimal(settings.cs)}`,
    `AR ${decimal(settings.ar)}`,
    `OD ${decimal(settings.od)}`,
    `HP ${decimal(settings.hp)}`,
    `SV ${decimal(settings.slider_multiplier)}`,
  ].join("   ");
}

function lengthOf({ song_ms, end_ms }) {
  if (song_ms === null) return `${clock(end_ms)}, song length unknown`;
  return end_ms > song_ms + 1000 ? `${clock(end_ms)}, song ends at ${clock(song_ms)}` : clock(song_ms);
}

function tempoOf(bpm) {
  if (bpm === null) return "no timing";
  const [lo, hi, main] = bpm.map(decimal);
  return lo === hi ? `${main} BPM` : `${lo}–${hi} BPM, mostly ${main}`;
}

/** What the canvas shows. */
export function summaryOf({ overview, edited }, findings) {
  const marked = findings.filter((finding) => finding.time_ms !== null);
  const counts = SEVERITIES.map((severity) => [severity, marked.filter((finding) => finding.severity === severity).length]);
  const fresh = marked.filter((finding) => finding.status === "new").length;
  const parts = [
    `${clock(overview.song_ms ?? overview.end_ms)} long`,
    ...counts.filter(([, count]) => count > 0).map(([severity, count]) => (severity === "minor" ? `${count} minor` : plural(count, severity))),
    marked.length === 0 ? "no finding has a place in it" : `${fresh} of them new`,
    plural(overview.kiai.length, "kiai section"),
    plural(overview.breaks.length, "break"),
    edited.length > 0 ? `${plural(edited.length, "part")} edited in the last save` : "",
  ];
  return `${parts.filter(Boolean).join(", ")}. Arrow keys walk the findings in time.`;
}

/** The bands of what was generated, for those who hear the page. */
export function generatedInWords(ranges) {
  const standing = ranges.filter((range) => !range.is_reverted);
  return standing.length === 0 ? "" : `Generated: ${standing.map(rangeText).join(", ")}.`;
}

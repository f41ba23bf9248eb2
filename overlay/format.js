// Numbers as a mapper reads them.

/** 83456 -> "01:23:456", as the editor writes a time. */
export function stamp(ms) {
  const whole = Math.max(0, Math.round(ms));
  const minutes = String(Math.floor(whole / 60000)).padStart(2, "0");
  const seconds = String(Math.floor(whole / 1000) % 60).padStart(2, "0");
  return `${minutes}:${seconds}:${String(whole % 1000).padStart(3, "0")}`;
}

/** 83456 -> "1:23", for rulers and lengths. */
export function clock(ms) {
  const seconds = Math.round(Math.max(0, ms) / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export function ago(then_s, now_s) {
  const seconds = Math.max(0, Math.round(now_s - then_s));
  if (seconds < 5) return "just now";
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  const days = Math.floor(seconds / 86400);
  return days === 1 ? "yesterday" : `${days} days ago`;
}

export function plural(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/** 4 -> "4", 9.25 -> "9.25", 7.000000001 -> "7": a setting as its author typed it. */
export function decimal(number) {
  return Number.isFinite(number) ? String(Math.round(number * 100) / 100) : "?";
}

export function mapName(map) {
  return [map.artist, map.title].filter(Boolean).join(" - ") || map.set || "Untitled map";
}

/** A difficulty that has no name yet goes by its file. */
export function versionName({ version, file }) {
  return version ? `[${version}]` : file || "[]";
}

/** 0.614 -> "61 %": how sure somebody is. */
export function chance(share) {
  return share > 0 && share < 0.01 ? "<1 %" : `${Math.round(share * 100)} %`;
}

const MODE_NAMES = { osu: "osu!", taiko: "osu!taiko", catch: "osu!catch", mania: "osu!mania" };

export function modeName(mode) {
  return MODE_NAMES[String(mode).toLowerCase()] ?? String(mode ?? "");
}

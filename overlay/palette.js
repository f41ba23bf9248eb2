// The theme's colours for what is drawn on a canvas, and its font. Costly: kept until the theme changes.

import { LANES } from "./marks.js";

const NAMES = [
  "bg-1", "bg-2", "bg-3", "line", "line-strong", "text", "dim", "accent", "accent-ink", "edited", "density", "density-edge", "kiai",
  "kiai-soft", "break", "break-edge", "red-line", "bookmark", "preview", "model", "model-soft", ...LANES,
];
let kept = null;
matchMedia("(prefers-color-scheme: light)").addEventListener("change", () => (kept = null));

export function palette(element) {
  if (kept === null) {
    const style = getComputedStyle(element);
    kept = { ...Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])), font: style.fontFamily };
  }
  return kept;
}

// The player's own colours for what is drawn on a canvas, read from player.css once for each element.

const NAMES = [
  "ground", "lane", "line", "line-strong", "ink", "dim", "new", "gone", "casing", "don", "kat", "roll", "swell",
  "key-a", "key-b", "key-mid", "lit", "banana", "hyper", "ball", "section", "head", "rim", "bar-weak", "bar-strong", "bar-new", "bar-gone",
]; // prettier-ignore

export function playerColours(element) {
  const style = getComputedStyle(element);
  const colours = Object.fromEntries(NAMES.map((name) => [name, style.getPropertyValue(`--player-${name}`).trim()]));
  return { ...colours, font: style.fontFamily };
}

/** "#rrggbb" nearer to black (share below 0) or to white (above). */
export function shaded(colour, share) {
  const towards = share < 0 ? 0 : 255;
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  const mixed = parts.map((part) => Math.round(part + (towards - part) * Math.abs(share)));
  return `rgb(${mixed.join(" ")})`;
}

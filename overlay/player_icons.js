// The signs on the player's buttons.

const SVG = "http://www.w3.org/2000/svg";
const FILLED = {
  play: "M4.5 2.5v11l9-5.5z",
  pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z",
  back: "M12.5 3v10L6 8zM3.5 3h2v10h-2z",
  on: "M3.5 3v10L10 8zM10.5 3h2v10h-2z",
};

export function playerIcon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "player-icon");
  svg.append(path);
  turnIcon(svg, name);
  return svg;
}

/** Gives an icon another shape. */
export function turnIcon(svg, name) {
  svg.firstChild.setAttribute("d", FILLED[name]);
}

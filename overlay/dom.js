// The one way this page makes elements. There is no path from a string to markup: a map's title is a stranger's
// text, and here it can only ever become text.

const SVG = "http://www.w3.org/2000/svg";

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) setProperty(element, name, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function setProperty(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "text") element.textContent = value;
  else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else element.setAttribute(name, value === true ? "" : value);
}

/** Sets an attribute, or takes it away for null and false; touches nothing that is already so. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) element.removeAttribute(name);
  else if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** Events go up; the properties they lead to come down again from main.js. */
export function emit(element, type, detail = {}) {
  element.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
}

/** A link only where it leads into the editor: whatever else a message might carry stays text. */
export function isEditorLink(link) {
  return typeof link === "string" && link.startsWith("osu://edit/");
}

/** A timestamp of the editor's as a link, of a range to its start; null for what is none. */
export function linkTo(timestamp) {
  const [, start] = /^(\d{2,}:\d{2}:\d{3}(?: \([\d,|]+\))?)/.exec(timestamp) ?? [];
  return start ? `osu://edit/${start.replace(" ", "%20")}` : null;
}

export function setLink(anchor, link, timestamp) {
  const safe = isEditorLink(link);
  setAttribute(anchor, "href", safe ? link : null);
  setAttribute(anchor, "title", safe ? `Open ${timestamp} in the osu! editor (Enter)` : null);
}

const PATHS = {
  // One shape per severity, the same on the timeline: nobody has to tell red from amber.
  problem: "M8 1.5 14.5 8 8 14.5 1.5 8z",
  warning: "M8 2 15 14H1z",
  minor: "M8 3.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9z",
};

const STROKES = {
  caret: "M4 6.5 8 10.5 12 6.5",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  pin: "M8 9.5V15M4.5 9.5h7M5.5 9.5V5L4.5 2h7l-1 3v4.5",
  follow: "M2 8a6 6 0 1 1 1.8 4.3M2 12.5V9h3.5",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  intended: "M2.5 8.5 6 12 13.5 4.5",
  restore: "M3 8a5 5 0 1 1 1.5 3.6M3 12V8.5h3.5",
  jump: "M6 3H3v10h10v-3M9 3h4v4M13 3 7.5 8.5",
  back: "M9.5 3.5 5 8l4.5 4.5M5 8h8.5",
  folder: "M2 4h4.5l1.5 2h6v6.5H2z",
  close: "M4 4 12 12M12 4 4 12",
  plus: "M8 3v10M3 8h10",
  minus: "M3 8h10",
  model: "M8 1.8 9.7 6.3 14.2 8 9.7 9.7 8 14.2 6.3 9.7 1.8 8 6.3 6.3z",
  muted: "M9.2 5.1 8 1.8 6.3 6.3 1.8 8l4.5 1.7L8 14.2l1.2-3.3M11.3 9.1 14.2 8l-2.5-1M2.5 2.5l11 11",
  download: "M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13.5h10",
  range: "M3 3v10M13 3v10M3 8h10M5.5 5.8 3.2 8l2.3 2.2M10.5 5.8 12.8 8l-2.3 2.2",
  write: "M3 13l.8-3.2 7.4-7.4 2.4 2.4-7.4 7.4zM9.6 4l2.4 2.4",
  undo: "M6 3 2.5 6.5 6 10M3 6.5h6.5a4 4 0 0 1 0 8H7",
  redo: "M10 3l3.5 3.5L10 10M13 6.5H6.5a4 4 0 0 0 0 8H9",
  lock: "M4 7.5h8v6H4zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5",
  search: "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.5 10.5 14 14",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", PATHS[name] ? `icon mark ${name}` : "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name] ?? STROKES[name]);
  svg.append(path);
  return svg;
}

/** Gives an existing icon another shape. */
export function setIcon(svg, name) {
  const wanted = PATHS[name] ? `icon mark ${name}` : "icon";
  setAttribute(svg, "class", wanted);
  setAttribute(svg.firstChild, "d", PATHS[name] ?? STROKES[name]);
}

/** Gives an existing severity icon another severity, for rows that are used again. */
export function setSeverityIcon(svg, severity) {
  svg.setAttribute("class", `icon mark ${severity}`);
  svg.firstChild.setAttribute("d", PATHS[severity] ?? PATHS.minor);
}

// The timeline's buttons, for those who have no wheel and do not drag.

import { h, icon } from "./dom.js";

/** `{buttons, reset, mark}`: all of them, and the two that are hidden at times. */
export function viewButtons({ whole, out, closer, mark: onMark }) {
  const button = (name, title, onclick) => h("button", { type: "button", class: "quiet", title, "aria-label": title, onclick }, icon(name));
  const reset = h("button", { type: "button", class: "link", text: "Whole song", title: "Show the whole song (double click, or 0)", onclick: whole });
  const mark = button("range", "Mark a stretch of the song (drag on it, or r)", onMark);
  const buttons = h("span", { class: "zoom" }, reset, mark, button("minus", "Zoom out (wheel, or -)", out), button("plus", "Zoom in (wheel, or +)", closer));
  return { buttons, reset, mark };
}

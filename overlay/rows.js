// The rows of the list as elements: built once, filled again for whatever they stand for next.

import { h, icon, setAttribute, setLink, setSeverityIcon, setText } from "./dom.js";
import { fillSourceTag, sourceTag } from "./source.js";

export function buildFinding() {
  const parts = {
    mark: icon("minor"),
    severity: h("span", { class: "unseen" }),
    stamp: h("a", { class: "stamp", tabindex: "-1" }),
    title: h("span", { class: "title" }),
    message: h("span", { class: "message" }),
    source: sourceTag(),
    badge: h("span", { class: "badge" }),
    hide: h("button", { type: "button", class: "quiet", "data-action": "finding-intended", tabindex: "-1" }),
  };
  parts.copy = h(
    "button",
    { type: "button", class: "quiet", title: "Copy as discussion text (c)", "data-action": "finding-copy", tabindex: "-1" },
    icon("copy"),
  );
  parts.copy.setAttribute("aria-label", "Copy as discussion text");
  const actions = h("span", { class: "actions" }, parts.copy, parts.hide);
  const row = h("div", { class: "row", role: "listitem" }, parts.mark, parts.severity, parts.stamp, parts.message, parts.source, parts.title, parts.badge, actions);
  row.parts = parts;
  return row;
}

export function fillFinding(parts, finding, title) {
  setSeverityIcon(parts.mark, finding.severity);
  setText(parts.severity, `${finding.severity}:`);
  setText(parts.stamp, finding.timestamp || "whole map");
  setLink(parts.stamp, finding.link, finding.timestamp);
  setText(parts.title, title);
  setText(parts.message, finding.message);
  // The model's own are told in full beside the row, see preview.js.
  setAttribute(parts.message, "title", finding.opinion === null ? finding.message : null);
  fillSourceTag(parts.source, finding);
  setText(parts.badge, finding.intended ? "intended" : finding.status === "new" ? "new" : "");
  const verb = finding.intended ? "Show again" : "Hide: it is intended";
  if (parts.hide.title !== verb) {
    parts.hide.replaceChildren(icon(finding.intended ? "restore" : "intended"));
    parts.hide.title = verb;
    parts.hide.setAttribute("aria-label", verb);
  }
}

export function buildGroup() {
  const parts = {
    mark: icon("minor"),
    title: h("span", { class: "title" }),
    count: h("span", { class: "count" }),
    fresh: h("span", { class: "badge" }),
  };
  parts.button = h("button", { type: "button", class: "group-button" }, icon("caret"), parts.mark, parts.title, parts.count, parts.fresh);
  const row = h("div", { class: "group", role: "listitem" }, parts.button);
  row.parts = parts;
  return row;
}

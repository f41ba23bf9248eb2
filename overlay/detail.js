// <finding-detail>: one finding in full, why it matters, and what to do about it. Without a selection, where there is
// room, it says what the map has: a pane is never blank.

import { emit, h, icon, setLink } from "./dom.js";
import { expectation, placesOf, surpriseLine } from "./expected.js";
import { mapName, versionName } from "./format.js";

class FindingDetail extends HTMLElement {
  #inputs = [];

  connectedCallback() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Selected finding");
  }

  /** `writes`: whether a section can be written anew at all. */
  update({ finding, check, map, alike, writes }) {
    const inputs = finding ? [finding, check, alike, map.key, map.metadata, map.settings.cs, writes] : [null];
    if (inputs.every((value, at) => value === this.#inputs[at])) return;
    const another = finding?.id !== this.#inputs[0]?.id;
    this.#inputs = inputs;
    this.classList.toggle("filled", finding !== null);
    this.replaceChildren(...(finding ? this.#finding(finding, check, map, alike, writes).filter((part) => part !== null) : nothing()));
    if (another) this.scrollTop = 0;
  }

  #finding(finding, check, map, alike, writes) {
    return [
      h(
        "div",
        { class: "head" },
        icon(finding.opinion === null ? finding.severity : "model"),
        h("h2", { text: check?.title ?? finding.check }),
        h("button", { type: "button", class: "quiet close", title: "Close (Esc)", "aria-label": "Close", onclick: () => emit(this, "finding-select", { id: null }) }, icon("close")),
      ),
      h("p", { class: "where" }, stampOf(finding), h("span", { text: kindOf(finding) })),
      h("p", { class: "what", text: finding.message }),
      ...agreement(finding),
      this.#actions(finding, writes),
      ...(finding.opinion === null ? [] : [...expectation(finding, map.settings.cs), surpriseLine(finding), ...placesOf(finding)]),
      h("p", { class: "belongs" }, "In ", h("b", { text: versionName(map.metadata) }), ` ${mapName(map.metadata)}. The link jumps in whichever map the editor has open.`),
      ...reasons(check),
      alike > 1
        ? h("button", { type: "button", class: "link", text: `Show only these ${alike}`, onclick: () => emit(this, "filter", { check: finding.check }) })
        : "",
    ];
  }

  #actions(finding, writes) {
    const act = (type, name, text, key) =>
      h("button", { type: "button", onclick: () => emit(this, type, { id: finding.id }) }, icon(name), h("span", { text }), h("kbd", { text: key }));
    const jump = h("a", { class: "button primary" }, icon("jump"), h("span", { text: "Open in editor" }), h("kbd", { text: "Enter" }));
    setLink(jump, finding.link, finding.timestamp);
    return h(
      "div",
      { class: "actions" },
      finding.link ? jump : null,
      act("finding-copy", "copy", "Copy", "c"),
      finding.intended ? act("finding-intended", "restore", "Show again", "i") : act("finding-intended", "intended", "Intended", "i"),
      writes && finding.time_ms !== null ? act("finding-regenerate", "write", "Regenerate…", "r") : null,
    );
  }
}

function kindOf({ severity, category, status, opinion }) {
  return [opinion === null ? severity : "the model's opinion", category, status === "new" ? "new" : ""].filter(Boolean).join(" · ");
}

function agreement({ agreed }) {
  if (agreed === null) return [];
  return [h("p", { class: "agrees" }, icon("model"), h("span", {}, h("b", { text: "The model agrees. " }), agreed.message))];
}

function stampOf(finding) {
  const anchor = h("a", { class: "stamp", text: finding.timestamp || "whole map" });
  setLink(anchor, finding.link, finding.timestamp);
  return anchor;
}

function reasons(check) {
  if (!check) return [];
  return [
    h("h3", { text: "Why it matters" }),
    h("p", { class: "purpose", text: check.purpose }),
    ...check.reasoning.split(/\n\s*\n/).map((paragraph) => h("p", { text: paragraph })),
  ];
}

function nothing() {
  const keys = [
    ["j k", "next, previous"],
    ["Enter", "open in the editor"],
    ["c", "copy as discussion text"],
    ["i", "mark as intended"],
    ["n", "only new ones"],
    ["r", "write a range anew"],
    ["/", "search"],
    ["?", "all keys"],
  ];
  return [
    h("h2", { class: "hint", text: "Pick a finding" }),
    h("p", { class: "hint", text: "It opens here, with the reason it matters." }),
    h("dl", { class: "keys" }, ...keys.flatMap(([key, text]) => [h("dt", {}, ...key.split(" ").map((each) => h("kbd", { text: each }))), h("dd", { text })])),
  ];
}

export function countAlike(findings, check) {
  return findings.reduce((count, finding) => count + (finding.check === check ? 1 : 0), 0);
}

customElements.define("finding-detail", FindingDetail);

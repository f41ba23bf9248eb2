// What the list says when it has no rows: a filter hides them all, or there is nothing wrong.

import { h, icon } from "./dom.js";
import { plural, versionName } from "./format.js";
import { NO_FILTERS } from "./store.js";

/** `change` takes the parts of the state that an offer changes. */
export function emptyList({ filtered, map, checks, delta, listening, change }) {
  if (filtered) {
    return h(
      "div",
      { class: "no-match" },
      h("p", { text: "No finding matches the filter." }),
      h("button", { type: "button", text: "Show all findings", onclick: () => change({ filters: NO_FILTERS }) }),
    );
  }
  const { gone, intended } = delta;
  const showIntended = () => change({ showIntended: true });
  return h(
    "div",
    { class: gone.length > 0 ? "clean just-now" : "clean" },
    h("span", { class: "seal" }, icon("intended")),
    h("h2", { text: `${versionName(map.metadata)} is clean${gone.length > 0 ? " now" : ""}${listening ? " by the rules" : ""}` }),
    listening ? h("p", { text: "The model is still reading it." }) : null,
    h("p", { text: gone.length > 0 ? lastOfThem(gone.length) : `${plural(Object.keys(checks).filter(isRule).length, "check")} found nothing to say.` }),
    intended > 0 ? h("button", { type: "button", class: "link", text: `${intended} marked as intended`, onclick: showIntended }) : null,
  );
}

/** What a model may find is listed beside the checks, and is none. */
const isRule = (id) => !id.startsWith("ai-");

function lastOfThem(count) {
  return count === 1 ? "That save took care of the last finding." : `That save took care of the last ${count} findings.`;
}

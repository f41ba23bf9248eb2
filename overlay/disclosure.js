// What the ranking criteria say of generated objects: read before the first of them is written, and again at any time.

import { openDialog } from "./dialogs.js";
import { h, setText } from "./dom.js";

const SEEN_SLACK_PX = 4;

/** `onAccept` where it still has to be accepted; it rejects with a sentence. Without, the text is only shown again. */
export function disclosureDialog(text, onAccept = null) {
  const lines = text.split(/\n+/).filter(Boolean).map((line) => h("p", { text: line }));
  const body = h("div", { class: "disclosure-text", tabindex: "0", role: "document", "aria-label": "What the ranking criteria say" }, ...lines);
  const dialog = openDialog("Before anything is generated", body, onAccept ? acceptance(body, onAccept, () => dialog.close()) : again());
  dialog.classList.add("disclosure");
  body.scrollTop = 0;
  body.focus();
  return dialog;
}

const again = () => h("p", { class: "dim", text: "You have accepted this. What was generated is listed under the timeline of each map." });

function acceptance(body, onAccept, onDone) {
  const error = h("p", { class: "error", role: "alert" });
  const read = h("input", { type: "checkbox", disabled: true, onchange: () => (accept.disabled = !read.checked) });
  const hint = h("span", { text: "I have read this to its end" });
  const accept = h("button", { type: "button", class: "primary", text: "Accept, and switch writing on", disabled: true });
  accept.onclick = async () => {
    accept.disabled = true;
    setText(error, "");
    try {
      await onAccept();
      onDone();
    } catch (failure) {
      setText(error, failure.message);
      accept.disabled = false;
    }
  };
  whenSeen(body, () => (read.disabled = false));
  return h("div", { class: "acceptance" }, h("label", { class: "check" }, read, hint), error, h("div", { class: "actions" }, accept, h("button", { type: "button", text: "Not now", onclick: onDone })));
}

/** Once its end has been in sight. */
function whenSeen(body, onSeen) {
  const look = () => {
    if (body.scrollTop + body.clientHeight < body.scrollHeight - SEEN_SLACK_PX) return;
    observer.disconnect();
    body.removeEventListener("scroll", look);
    onSeen();
  };
  const observer = new ResizeObserver(look);
  body.addEventListener("scroll", look, { passive: true });
  observer.observe(body);
}

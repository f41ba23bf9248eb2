// What asks for an answer before it does something, and the page of keys. The browser's own <dialog> keeps the focus
// inside and closes on Esc.

import { h } from "./dom.js";

const KEYS = [
  ["j", "↓", "Next finding"],
  ["k", "↑", "Previous finding"],
  ["Enter", "", "Open its place in the editor"],
  ["c", "", "Copy it as discussion text"],
  ["i", "", "Intended: hide it for good"],
  ["u", "", "Undo that"],
  ["n", "", "Only what is new"],
  ["r", "", "Regenerate the range, or around the finding"],
  ["/", "", "Search"],
  ["Esc", "", "Close, clear, deselect"],
  ["?", "", "This page"],
];
const TIMELINE_KEYS = [
  ["←", "→", "Previous, next finding in time; object, once one is selected"],
  ["Space", "", "Select the object here, close enough to be seen"],
  ["+", "-", "Zoom in, out"],
  ["Shift ←", "Shift →", "Move along the song; select more objects"],
  ["0", "", "The whole song"],
  ["Menu", "", "What can be done here"],
];
const CHOOSING_KEYS = [
  ["←", "→", "The candidate before, after"],
  ["Esc", "", "Back to the findings"],
];

export function helpDialog() {
  return openDialog(
    "Keys",
    table(KEYS),
    h("h3", { text: "On the timeline" }),
    table(TIMELINE_KEYS),
    h("p", { class: "dim", text: "With the mouse: wheel zooms until single objects are seen, a click selects one and Shift + click all up to it, a drag marks a stretch, one on the ruler moves the song, double click shows all of it, right click says what can be done." }),
    h("h3", { text: "Among candidates" }),
    table(CHOOSING_KEYS),
  );
}

function table(keys) {
  const rows = keys.map(([first, second, text]) =>
    h("tr", {}, h("td", {}, h("kbd", { text: first }), second ? h("kbd", { text: second }) : null), h("td", { text })),
  );
  return h("table", { class: "keys" }, ...rows);
}

export function quitDialog(onQuit) {
  const dialog = openDialog(
    "Quit Mapside?",
    h("p", { text: "Saves are not checked until you start it again." }),
    h(
      "div",
      { class: "actions" },
      h("button", { type: "button", class: "primary", text: "Quit", onclick: () => (dialog.close(), onQuit()) }),
      h("button", { type: "button", text: "Stay", onclick: () => dialog.close() }),
    ),
  );
  return dialog;
}

export function folderDialog(current, onChoose) {
  const dialog = openDialog("Songs folder", folderForm(current, async (path) => {
    await onChoose(path);
    dialog.close();
  }));
  return dialog;
}

/** Asks for a path. A page may not open a folder picker that tells a path, so it is typed or pasted. */
export function folderForm(current, onChoose) {
  const input = h("input", {
    type: "text",
    value: current ?? "",
    "aria-label": "Path of the Songs folder",
    placeholder: navigator.userAgent.includes("Windows") ? "C:\\Users\\you\\AppData\\Local\\osu!\\Songs" : "/home/you/osu!/Songs",
    spellcheck: "false",
    autocomplete: "off",
    required: true,
  });
  const error = h("p", { class: "error", role: "alert" });
  const button = h("button", { type: "submit", class: "primary", text: "Watch this folder" });
  return h(
    "form",
    {
      class: "folder",
      onsubmit: async (event) => {
        event.preventDefault();
        button.disabled = true;
        error.textContent = "";
        try {
          await onChoose(input.value.trim());
        } catch (failure) {
          error.textContent = failure.message;
        } finally {
          button.disabled = false;
        }
      },
    },
    input,
    button,
    error,
  );
}

/** The browser's own dialog, with a title and a way out; one at a time. */
export function openDialog(title, ...content) {
  document.querySelector("dialog[open]")?.close();
  const close = h("button", { type: "button", class: "quiet close", text: "Close", onclick: () => dialog.close() });
  const dialog = h("dialog", { "aria-label": title }, h("header", {}, h("h2", { text: title }), close), ...content);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

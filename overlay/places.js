// <state-page>: what is shown instead of a map, and what to do about it. One screen per reason.

import { folderForm } from "./dialogs.js";
import { emit, h } from "./dom.js";
import { mapName, plural } from "./format.js";
import { latestKey } from "./store.js";
import { offers, wordsFor } from "./trouble.js";

const PAGES = {
  connecting: () => screen("Connecting", "Asking the companion on this machine."),
  "no-token": () => screen("Open this page from Mapside", ...howToOpen("This page talks only to whoever holds the companion's link.")),
  refused: () => screen("The companion did not accept this page", ...howToOpen("Its link was made for another run or another user.")),
  outdated: () => screen("This page is older than the companion", "Reload it with Ctrl+F5. If that does not help, close the tab and open it from the tray."),
  disconnected: (state, page) => [
    ...screen("Mapside is not running", "Start it again, from your programs or with run_daemon.py. This page finds it by itself."),
    h("button", { type: "button", text: "Try now", onclick: () => emit(page, "retry") }),
  ],
  "no-folder": (state, page) => [
    ...screen("Where is your Songs folder?", state.status.note || "Mapside looked where osu! usually keeps it and found none."),
    folderForm("", (path) => page.onFolder(path)),
    h("p", { class: "dim", text: "osu! shows it under Options, “Open osu! folder”. osu!lazer has none: use “Edit externally” in its editor, and give the folder that this opens." }),
  ],
  trouble: (state, page) => {
    const { head, where, advice } = wordsFor(state.trouble);
    return [
      ...screen(head, advice),
      h("dl", { class: "watched" }, ...lines({ Map: nameOf(state.trouble), Set: where, File: state.trouble.file })),
      h("div", { class: "offers" }, ...offers(page, state.trouble, latestKey(state))),
    ];
  },
  "never-saved": (state) => [
    ...screen("Press Ctrl+S in the editor", "The moment a difficulty is saved, what looks wrong with it stands here."),
    h("dl", { class: "watched" }, ...lines({ Watching: state.status.folder, Holds: holds(state.status) })),
    state.status.note ? h("p", { class: "dim", text: state.status.note }) : null,
    state.status.paused ? h("p", { class: "error", text: "Checking is paused: resume it in the menu, top right." }) : null,
  ],
};

class StatePage extends HTMLElement {
  #key = null;

  update(place, state) {
    this.hidden = place === null;
    const key = JSON.stringify([place, state.status?.folder, state.status?.note, state.status?.sets, state.status?.paused, state.trouble]);
    if (this.hidden || key === this.#key) return;
    this.#key = key;
    this.dataset.place = place;
    const content = PAGES[place](state, this).filter((child) => child !== null);
    this.replaceChildren(h("section", { class: "screen" }, ...content));
  }
}

function screen(title, ...lines) {
  return [h("h1", { text: title }), ...lines.map((line) => (typeof line === "string" ? h("p", { text: line }) : line))];
}

function lines(facts) {
  return Object.entries(facts).flatMap(([name, fact]) => (fact ? [h("dt", { text: name }), h("dd", { text: fact })] : []));
}

function nameOf({ version, ...map }) {
  return version === undefined ? "" : `${mapName(map)} [${version}]`;
}

function howToOpen(why) {
  return [
    why,
    h(
      "ul",
      {},
      h("li", { text: "Click the Mapside icon in the tray and choose “Open overlay”," }),
      h("li", { text: "or open the link that run_daemon.py printed when it started." }),
    ),
  ];
}

function holds(status) {
  const watched = { all: "all of them watched", recent: "the most recent ones watched", nothing: "none of them watched" };
  return `${plural(status.sets, "set")}, ${watched[status.watching] ?? "watched"}`;
}

customElements.define("state-page", StatePage);

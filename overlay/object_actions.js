// What a person can do with single objects: each changes the state, and asks the companion where it has a say.

import { isEditorLink } from "./dom.js";
import { gathered, linkOf, stampOf, stretchOf, wordsForAll } from "./map_objects.js";
import * as store from "./object_store.js";

export class ObjectActions {
  #page; // {state, change}
  #socket;
  #parts;
  #asked = { map: null, answer: null }; // the version asked for last, and a promise that is kept when it was told

  constructor(page, socket, parts) {
    this.#page = page;
    this.#socket = socket;
    this.#parts = parts;
  }

  /** The objects of the map on screen, asked for once for each version, and only when somebody wants them. */
  know() {
    const { map } = this.#state;
    if (map === null || store.objectsNow(this.#state) !== null) return Promise.resolve();
    if (this.#asked.map !== map) this.#asked = { map, answer: this.#ask(map) };
    return this.#asked.answer;
  }

  async #ask(map) {
    // Refused where the map was saved meanwhile, or nobody is connected: the next version is asked for anew.
    const parts = await this.#told(map).catch(() => null);
    if (parts !== null) this.#page.change(store.receiveObjects(this.#state, gathered(map.key, parts)));
    else if (this.#state.map === map) this.#page.change({ ...this.#state, ...store.NO_OBJECTS });
  }

  /** A long map comes in parts. */
  async #told({ key, map_version }) {
    const parts = [];
    let known = 0;
    do {
      const part = await this.#socket.request({ type: "objects", key, map_version, first: known });
      parts.push(part);
      known += part.times.length;
    } while (known < parts[0].count && parts.at(-1).times.length > 0);
    return parts;
  }

  // Picking

  pick({ at, extend = false }) {
    this.#page.change(store.pick(this.#state, at, { extend }));
  }

  step({ by, extend = false }) {
    this.#page.change(store.step(this.#state, by, { extend }));
  }

  /** False if nothing was picked. */
  letGo() {
    const isPicked = this.#state.picked !== null;
    this.#page.change(store.letGo(this.#state));
    return isPicked;
  }

  /** One that is picked already stands for all that are. */
  mean(at) {
    if (this.picked === null || at < this.picked.first || at > this.picked.last) this.pick({ at });
  }

  /** From what was picked before up to another one: Shift and a click, for those who have no Shift. */
  reach({ first, last }, at) {
    this.pick({ at: at < first ? last : first });
    this.pick({ at, extend: true });
  }

  // What is picked: {first, last, head} or null, and what is to be said of it

  get picked() {
    return store.pickedNow(this.#state);
  }

  get stretch() {
    return this.picked && stretchOf(this.#state.objects, this.picked);
  }

  get stamp() {
    return this.picked ? stampOf(this.#state.objects, this.picked) : "";
  }

  get words() {
    return this.picked ? wordsForAll(this.#state.objects, this.picked) : "";
  }

  get link() {
    return this.picked && linkOf(this.#state.objects, this.picked);
  }

  jump() {
    if (isEditorLink(this.link)) Object.assign(document.createElement("a"), { href: this.link }).click();
  }

  /** As the editor itself copies them, the beginning of a post. */
  copy() {
    if (this.picked) this.#parts.copy(`${this.stamp} - `);
  }

  get #state() {
    return this.#page.state;
  }
}

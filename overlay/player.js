// <map-player>: a stretch of a map, played: with the song, its hit sounds, and beside it what it would become.
//
//     player.show({ before, after })   // PlayedJson or null each; the same stretch again plays on where it is
//     player.stop()                    // silent, and nothing is held: neither song nor sound card
//
// Sends "player:state" {playing} and "player:side" {side}, which bubble.

import { emit, h, setText } from "./dom.js";
import { placeInWords, stepped } from "./player_beats.js";
import { PlayerClock } from "./player_clock.js";
import "./player_controls.js";
import { heardOf, metronomeOf } from "./player_heard.js";
import { playerKeys } from "./player_keys.js";
import { prepared, withGone } from "./player_prepare.js";
import "./player_seek.js";
import { PlayerSide } from "./player_side.js";
import { PlayerSounds } from "./player_sounds.js";
import { keepWishes, keptWishes } from "./player_wishes.js";

const STILL = matchMedia("(prefers-reduced-motion: reduce)");
let players = 0;

class MapPlayer extends HTMLElement {
  #clock = new PlayerClock();
  #sounds = new PlayerSounds(this.#clock);
  #seek = h("player-seek");
  #controls = h("player-controls");
  #trouble = h("p", { class: "trouble", role: "status" });
  #sides;
  #side = "after";
  #map = null; // whichever says what stretch this is
  #wishes = keptWishes();
  #isFresh = true; // nobody has played or moved it yet
  #frame = null;

  constructor() {
    super();
    const group = `player-side-${++players}`;
    const choose = (side) => this.#choose(side);
    this.#sides = { before: new PlayerSide("before", "Before", group, choose), after: new PlayerSide("after", "After", group, choose) };
    this.#clock.addEventListener("change", () => this.#turned());
    this.#clock.addEventListener("trouble", () => setText(this.#trouble, this.#clock.trouble));
    this.addEventListener("keydown", playerKeys({
      toggle: () => this.toggle(),
      step: (way, divisor) => this.#step(way, divisor),
      start: () => this.seek(this.#map.start_ms),
      end: () => this.seek(this.#map.end_ms),
      swap: () => this.#choose(this.#side === "after" ? "before" : "after"),
    }));
    this.addEventListener("player:toggle", () => this.toggle());
    this.addEventListener("player:step", ({ detail }) => this.#step(detail.way, 1));
    this.addEventListener("player:wish", ({ detail }) => this.#wish(detail));
    this.addEventListener("seek", (event) => (event.stopPropagation(), this.seek(event.detail.time_ms)));
  }

  connectedCallback() {
    if (this.childElementCount === 0) this.#build();
    for (const side of Object.values(this.#sides)) side.watch(this.#dirty);
    document.addEventListener("visibilitychange", this.#hidden);
  }

  disconnectedCallback() {
    this.stop();
    for (const side of Object.values(this.#sides)) side.unwatch();
    document.removeEventListener("visibilitychange", this.#hidden);
  }

  get playing() {
    return this.#clock.playing;
  }

  get time_ms() {
    return this.#clock.time_ms;
  }

  /** Which side is heard: before or after. */
  get side() {
    return this.#side;
  }

  show({ before, after }) {
    const maps = { before: before && prepared(before), after: after && prepared(after) };
    if (maps.before && maps.after) maps.before = withGone(maps.before, maps.after);
    const stretch = maps.after ?? maps.before;
    if (!stretch) return this.stop();
    const again = this.#map !== null && ["start_ms", "end_ms", "song", "mode"].every((name) => this.#map[name] === stretch[name]);
    this.#map = stretch;
    this.#fill(maps);
    this.#clock.load(stretch.song);
    if (!again) this.#begin();
    this.#listen();
    this.#dirty();
  }

  stop() {
    this.#clock.unload();
    this.#sounds.close();
    this.#map = null;
    this.hidden = true;
  }

  toggle() {
    if (this.#map === null) return;
    if (this.playing) return this.#clock.pause();
    if (this.#isFresh || this.time_ms >= this.#end_ms - 1) this.#clock.seek(this.#wishes.loop ? this.#map.section_start_ms : this.#map.start_ms);
    this.#isFresh = false;
    this.#clock.play();
  }

  seek(time_ms) {
    if (this.#map === null) return;
    this.#isFresh = false;
    this.#clock.seek(Math.min(this.#map.end_ms, Math.max(this.#map.start_ms, time_ms)));
    this.#dirty();
  }

  #build() {
    this.tabIndex = -1; // a click on a field leaves the keys with the player
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Preview");
    this.#controls.begin(this.#wishes);
    setText(this.#trouble, this.#clock.trouble);
    const sides = h("div", { class: "sides" }, this.#sides.before.element, this.#sides.after.element);
    this.append(sides, this.#seek, this.#trouble, this.#controls);
    this.hidden = this.#map === null;
    this.#apply();
  }

  #fill(maps) {
    this.hidden = false;
    this.dataset.mode = this.#map.mode;
    const alone = !(maps.before && maps.after);
    for (const [name, side] of Object.entries(this.#sides)) Object.assign(side, { map: maps[name], alone });
    if (!maps[this.#side]) this.#side = maps.after ? "after" : "before";
    this.#showSide();
    this.#fillSeek();
  }

  #fillSeek() {
    const shown = Object.values(this.#sides).map(({ map }) => map);
    this.#seek.show(this.#map, shown.filter((map) => map !== null), this.#wishes.marking);
  }

  /** At rest where the two begin to differ, which is what is compared; played, with what leads up to it. */
  #begin() {
    this.#clock.pause();
    this.#clock.seek(this.#map.section_start_ms);
    this.#isFresh = true;
  }

  #choose(side) {
    if (this.#sides[side].map === null || side === this.#side) return;
    this.#side = side;
    this.#showSide();
    this.#listen();
    emit(this, "player:side", { side });
  }

  #showSide() {
    for (const [name, side] of Object.entries(this.#sides)) side.chosen = name === this.#side;
  }

  #step(way, divisor) {
    if (this.#map !== null) this.seek(stepped(this.#map.beats, this.time_ms, way, divisor));
  }

  #wish(change) {
    this.#wishes = { ...this.#wishes, ...change };
    keepWishes(this.#wishes);
    this.#apply();
    if (this.#map === null) return;
    if ("marking" in change) this.#fillSeek();
    if (["loop", "hitsounds", "metronome"].some((name) => name in change)) this.#listen();
    this.#dirty();
  }

  #apply() {
    const { speed, song, hits } = this.#wishes;
    if (speed !== this.#clock.rate) this.#clock.rate = speed;
    this.#clock.volume = song;
    this.#sounds.volume = hits;
  }

  /** The chosen side's sounds, as far as they are wished for. */
  #listen() {
    const { hitsounds, metronome } = this.#wishes;
    const map = this.#sides[this.#side].map;
    this.#sounds.play([hitsounds ? heardOf(map) : [], metronome ? metronomeOf(map) : []], this.#end_ms);
  }

  get #end_ms() {
    return this.#wishes.loop ? this.#map.section_end_ms : this.#map.end_ms;
  }

  #turned() {
    this.#controls.playing = this.playing;
    this.#dirty();
    emit(this, "player:state", { playing: this.playing });
  }

  #hidden = () => document.hidden && this.#clock.pause();

  #dirty = () => {
    this.#frame ??= requestAnimationFrame(() => this.#tick());
  };

  #tick() {
    this.#frame = null;
    if (this.#map === null) return;
    if (this.playing) this.#advance();
    this.#draw(this.time_ms);
    if (this.playing) this.#dirty();
  }

  #advance() {
    this.#clock.sync();
    if (this.time_ms < this.#end_ms) return;
    if (this.#wishes.loop) return this.#clock.seek(this.#map.section_start_ms);
    this.#clock.pause();
    this.#clock.seek(this.#map.end_ms);
  }

  #draw(t) {
    const how = { marking: this.#wishes.marking, still: STILL.matches };
    for (const side of Object.values(this.#sides)) {
      side.draw(t, how);
      side.say(this.playing ? null : t);
    }
    this.#seek.time = t;
    if (!this.playing) this.#seek.say(t);
    this.#controls.at(t, placeInWords(this.#map.beats, t));
  }
}

customElements.define("map-player", MapPlayer);

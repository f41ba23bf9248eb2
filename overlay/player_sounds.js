// Plays hit sounds with the song: each is set on the sound card's own clock a little ahead, since a page's timers are
// far too coarse for it.

import { firstFrom } from "./player_prepare.js";
import { voice } from "./player_voices.js";

const AHEAD_MS = 160;
const EVERY_MS = 40;
const LATE_MS = 15; // what should have begun this long ago is left out
const MASTER = 0.55; // room for chords

export class PlayerSounds {
  #clock;
  #context = null;
  #master = null;
  #buffers = new Map();
  #lists = []; // [[sound, ...], ...]: what is heard, each in order
  #until_ms = 0; // everything before is set already
  #end_ms = Infinity;
  #pending = new Map(); // source -> when it begins, in the card's seconds
  #timer = null;
  #volume = 1;

  constructor(clock) {
    this.#clock = clock;
    clock.addEventListener("change", () => (clock.playing ? this.#start() : this.#stop()));
    clock.addEventListener("jump", () => this.#again());
  }

  /** `lists`: of {time_ms, bank, name, gain}, each in order; nothing from `end_ms` on is set. */
  play(lists, end_ms) {
    [this.#lists, this.#end_ms] = [lists, end_ms];
    this.#again();
  }

  set volume(volume) {
    this.#volume = volume;
    if (this.#master) this.#master.gain.value = volume * MASTER;
  }

  /** Gives the sound card back. */
  close() {
    this.#stop();
    this.#context?.close();
    [this.#context, this.#master] = [null, null];
    this.#buffers.clear();
  }

  #start() {
    this.#open();
    this.#context.resume();
    this.#again();
    this.#timer ??= setInterval(() => this.#fill(), EVERY_MS);
  }

  #stop() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#silence();
  }

  #open() {
    if (this.#context !== null) return;
    this.#context = new AudioContext({ latencyHint: "interactive" });
    this.#master = this.#context.createGain();
    this.#master.connect(this.#context.destination);
    this.volume = this.#volume;
  }

  /** The song is elsewhere than thought, or something else is to be heard. */
  #again() {
    this.#silence();
    this.#until_ms = this.#clock.time_ms - LATE_MS * this.#clock.rate;
    if (this.#timer !== null) this.#fill();
  }

  /** Takes back what has not begun; what sounds may fade. */
  #silence() {
    for (const [source, begins_s] of this.#pending) if (begins_s > this.#context.currentTime) source.stop();
    this.#pending.clear();
  }

  #fill() {
    if (this.#clock.waiting || this.#context.state !== "running") return;
    const now_ms = this.#clock.time_ms;
    const until_ms = Math.min(this.#end_ms, now_ms + AHEAD_MS * this.#clock.rate);
    for (const list of this.#lists) {
      for (let at = firstFrom(list, this.#until_ms); at < list.length && list[at].time_ms < until_ms; at++) {
        this.#set(list[at], (list[at].time_ms - now_ms) / 1000 / this.#clock.rate);
      }
    }
    this.#until_ms = Math.max(this.#until_ms, until_ms);
  }

  /** The card plays what it is given a little later, and the song's clock knows that already. */
  #set({ bank, name, gain }, in_s) {
    const context = this.#context;
    const source = new AudioBufferSourceNode(context, { buffer: this.#buffer(bank, name) });
    const quieter = new GainNode(context, { gain });
    source.connect(quieter).connect(this.#master);
    source.addEventListener("ended", () => (this.#pending.delete(source), quieter.disconnect()));
    const begins_s = context.currentTime + Math.max(0, in_s - (context.outputLatency || 0));
    this.#pending.set(source, begins_s);
    source.start(begins_s);
  }

  #buffer(bank, name) {
    const key = `${bank} ${name}`;
    if (!this.#buffers.has(key)) {
      const { sampleRate } = this.#context;
      const samples = voice(bank, name, sampleRate);
      const buffer = new AudioBuffer({ length: samples.length, sampleRate });
      buffer.copyToChannel(samples, 0);
      this.#buffers.set(key, buffer);
    }
    return this.#buffers.get(key);
  }
}

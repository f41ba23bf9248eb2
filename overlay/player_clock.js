// What time it is in the song: the song's own time while it can be heard, a clock of our own where it cannot. Between
// the song's reports the clock runs by itself and is drawn to them gently, so that nothing on screen jerks.

const JUMP_MS = 45; // further off than this, it is set instead of drawn
const DRAWN_SHARE = 0.08; // of what it is off, per frame
const PATIENCE_MS = 4000; // for a song that does not come
const ASTRAY_MS = 1000; // a song that sounds this far from where it was set cannot be wound
const NO_SONG = "No song can be heard for this map: the preview keeps time by a clock of its own.";
const LOST_SONG = "The song could not be played: the preview keeps time by a clock of its own.";
const UNWOUND_SONG = "The song cannot be wound to this place: the preview keeps time by a clock of its own.";
const LATE_SONG = "The song takes too long to load: the preview keeps time by a clock of its own.";
const NO_LEAVE = "The browser does not let the song be heard yet. Press play once more.";

export class PlayerClock extends EventTarget {
  #audio = null;
  #path = "";
  #at_ms = 0;
  #since = 0;
  #rate = 1;
  #volume = 1;
  #playing = false;
  #waiting_since = null;
  #fresh = true; // since the song began to sound here, nothing has been read from it
  #trouble = NO_SONG;

  /** A sentence where the song is not heard, "" where it is. */
  get trouble() {
    return this.#trouble;
  }

  get playing() {
    return this.#playing;
  }

  get rate() {
    return this.#rate;
  }

  get waiting() {
    return this.#waiting_since !== null;
  }

  get time_ms() {
    if (!this.#playing || this.waiting) return this.#at_ms;
    return this.#at_ms + (performance.now() - this.#since) * this.#rate;
  }

  /** `path`: where this server has the song, or "". The same one again changes nothing, unless it was lost. */
  load(path) {
    const is_had = this.#audio !== null || path === "" || this.#playing;
    if (path === this.#path && is_had) return;
    this.unload();
    this.#path = path;
    if (path === "") return;
    const audio = new Audio();
    Object.assign(audio, { preload: "auto", preservesPitch: true, defaultPlaybackRate: this.#rate, volume: this.#volume });
    audio.addEventListener("error", () => audio === this.#audio && this.#lose(LOST_SONG));
    this.#audio = audio;
    this.#say("");
    audio.src = path;
  }

  /** Lets go of the song, and of its connection. */
  unload() {
    this.pause();
    const audio = this.#audio;
    [this.#audio, this.#path] = [null, ""];
    audio?.removeAttribute("src");
    audio?.load();
    this.#say(NO_SONG);
  }

  play() {
    if (this.#playing) return;
    this.#playing = true;
    this.#anchor(this.#at_ms);
    this.sync();
    this.#tell("change");
  }

  pause() {
    if (!this.#playing) return;
    this.#at_ms = this.time_ms;
    this.#playing = false;
    this.#waiting_since = null;
    this.#audio?.pause();
    this.#tell("change");
  }

  seek(time_ms) {
    this.#anchor(time_ms);
    this.#waiting_since = null;
    this.#audio?.pause(); // `sync` starts it again where it belongs
    this.#tell("jump");
    if (this.#playing) this.sync();
  }

  set rate(rate) {
    this.#anchor(this.time_ms);
    this.#rate = rate;
    if (this.#audio) Object.assign(this.#audio, { playbackRate: rate, defaultPlaybackRate: rate });
    this.#tell("jump");
  }

  set volume(volume) {
    this.#volume = volume;
    if (this.#audio) this.#audio.volume = volume;
  }

  /** Once a frame while playing: begins, awaits or follows the song, as its time wants it. */
  sync() {
    const audio = this.#audio;
    if (audio === null || !this.#playing) return;
    const time_ms = this.time_ms;
    const ends_ms = Number.isFinite(audio.duration) ? audio.duration * 1000 : Infinity;
    if (time_ms < 0 || time_ms >= ends_ms) {
      this.#go();
      if (!audio.paused) audio.pause();
    } else if (audio.paused) this.#begin(audio, time_ms);
    else if (audio.seeking || audio.readyState < HTMLMediaElement.HAVE_FUTURE_DATA) this.#wait(time_ms);
    else this.#follow(audio.currentTime * 1000);
  }

  #begin(audio, time_ms) {
    audio.currentTime = time_ms / 1000;
    this.#fresh = true;
    const if_still = (then) => (told) => audio === this.#audio && then(told);
    audio.play().then(
      if_still(() => this.#say("")),
      if_still(({ name }) => name === "NotAllowedError" && this.#refused()),
    );
    this.#wait(time_ms);
  }

  #follow(song_ms) {
    const was_waiting = this.waiting;
    this.#go();
    const off_ms = song_ms - this.time_ms;
    if (this.#fresh && Math.abs(off_ms) > ASTRAY_MS) return this.#lose(UNWOUND_SONG);
    if (this.#fresh || was_waiting || Math.abs(off_ms) > JUMP_MS) {
      this.#fresh = false;
      this.#anchor(song_ms);
      this.#tell("jump");
    } else this.#anchor(this.time_ms + off_ms * DRAWN_SHARE);
  }

  #wait(time_ms) {
    this.#anchor(time_ms);
    this.#waiting_since ??= performance.now();
    if (performance.now() - this.#waiting_since > PATIENCE_MS) this.#lose(LATE_SONG);
  }

  #go() {
    if (!this.waiting) return;
    this.#waiting_since = null;
    this.#since = performance.now();
  }

  /** From here on without the song. */
  #lose(sentence) {
    this.#audio?.pause();
    this.#audio = null;
    this.#go();
    this.#say(sentence);
    this.#tell("jump");
  }

  #refused() {
    this.#say(NO_LEAVE);
    this.pause();
  }

  #anchor(time_ms) {
    this.#at_ms = time_ms;
    this.#since = performance.now();
  }

  #say(sentence) {
    if (sentence === this.#trouble) return;
    this.#trouble = sentence;
    this.#tell("trouble");
  }

  #tell(type) {
    this.dispatchEvent(new Event(type));
  }
}

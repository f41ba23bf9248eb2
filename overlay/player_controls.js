// The row under the fields: play, step, loop, speed, and what is heard and marked. Tells the player by events.

import { emit, h, setAttribute, setText } from "./dom.js";
import { stamp } from "./format.js";
import { playerIcon, turnIcon } from "./player_icons.js";

const SPEEDS = [0.25, 0.5, 0.75, 1, 1.25, 1.5];

class PlayerControls extends HTMLElement {
  #icon = playerIcon("play");
  #word = h("span", { class: "unseen", text: "Play" });
  #time = h("span", { class: "time" });
  #place = h("span", { class: "place" });

  /** `wishes`: as player_wishes.js keeps them. */
  begin(wishes) {
    const play = this.#button("Play or pause (Space)", "player:toggle", {}, this.#icon, this.#word);
    play.classList.add("primary", "play");
    const speed = h("select", { "aria-label": "Speed" }, ...SPEEDS.map((each) => speedOption(each, wishes.speed)));
    speed.addEventListener("change", () => this.#wish({ speed: Number(speed.value) }));
    this.replaceChildren(
      h(
        "div",
        { class: "group" },
        this.#button("One beat back (←; with Shift a quarter)", "player:step", { way: -1 }, playerIcon("back")),
        play,
        this.#button("One beat on (→; with Shift a quarter)", "player:step", { way: 1 }, playerIcon("on")),
        h("div", { class: "clock" }, this.#time, this.#place),
      ),
      h("div", { class: "group" }, h("label", { class: "speed" }, "Speed", speed), this.#switch("Loop section", "loop", wishes), this.#switch("Mark changes", "marking", wishes)),
      h(
        "div",
        { class: "group sound" },
        this.#level("Song", "song", wishes),
        this.#switch("Hit sounds", "hitsounds", wishes),
        this.#level("Hit sounds' volume", "hits", wishes),
        this.#switch("Metronome", "metronome", wishes),
      ),
    );
  }

  set playing(on) {
    turnIcon(this.#icon, on ? "pause" : "play");
    setText(this.#word, on ? "Pause" : "Play");
  }

  /** `place`: measure and beat. */
  at(t, place) {
    setText(this.#time, stamp(t));
    setText(this.#place, place);
  }

  #button(title, event, detail, ...content) {
    const button = h("button", { type: "button", title, onclick: () => emit(this, event, detail) }, ...content);
    if (event !== "player:toggle") setAttribute(button, "aria-label", title.replace(/ \(.*/, ""));
    return button;
  }

  #switch(text, name, wishes) {
    const box = h("input", { type: "checkbox", checked: wishes[name], onchange: () => this.#wish({ [name]: box.checked }) });
    return h("label", { class: "switch" }, box, text);
  }

  #level(text, name, wishes) {
    const input = h("input", { type: "range", min: "0", max: "100", step: "5", value: Math.round(wishes[name] * 100), "aria-label": text });
    input.addEventListener("input", () => this.#wish({ [name]: Number(input.value) / 100 }));
    return name === "song" ? h("label", { class: "level" }, text, input) : input;
  }

  #wish(change) {
    emit(this, "player:wish", change);
  }
}

function speedOption(speed, chosen) {
  return h("option", { value: speed, selected: speed === chosen, text: `${Math.round(speed * 100)} %` });
}

customElements.define("player-controls", PlayerControls);

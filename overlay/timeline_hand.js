// What a hand does on the timeline: a click, a drag that marks a stretch, one that moves the song or an end of the
// stretch, a long press. It finds out which of them it is; the timeline knows what that means.

import { LAYOUT } from "./stage.js";

const CLICK_SLACK_PX = 4; // a hand that moves less than this has clicked, not dragged
const HOLD_MS = 550;
const REACH_PX = { mouse: 6, touch: 18 }; // of a handle

/** `end_x`: where the two ends of the stretch stand, or null. A finger moves the song; a mouse marks, and moves it by the ruler. */
export function gripAt({ x, y }, { pointerType, button }, end_x, canMark) {
  const reach = REACH_PX[pointerType] ?? REACH_PX.mouse;
  const away = end_x?.map((each) => Math.abs(each - x)) ?? [Infinity, Infinity];
  if (button === 0 && Math.min(...away) <= reach && y >= LAYOUT.ruler) return away[1] <= away[0] ? "end" : "start";
  return button === 1 || pointerType === "touch" || y < LAYOUT.ruler || !canMark ? "pan" : "mark";
}

export class Hand {
  #down = null; // {x, grip, moved, kept: what the timeline wants to find again}
  #hold = null;
  #stage;
  #deeds;

  /** `deeds`: {grip(point, event), keep(), drag(grip, from_x, x, kept), click(point, event), hold(point, event), hover(point or null)} */
  constructor(stage, deeds) {
    this.#stage = stage;
    this.#deeds = deeds;
    stage.addEventListener("pointerdown", (event) => this.#onDown(event));
    stage.addEventListener("pointermove", (event) => this.#onMove(event));
    stage.addEventListener("pointerup", (event) => this.#onUp(event));
    stage.addEventListener("pointercancel", () => this.#letGo());
    stage.addEventListener("pointerleave", () => this.#deeds.hover(null));
  }

  at(event) {
    const box = this.#stage.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  #onDown(event) {
    if (event.button > 1) return;
    event.button === 1 && event.preventDefault(); // the browser's own scrolling by the middle button
    const point = this.at(event);
    this.#stage.setPointerCapture(event.pointerId);
    this.#down = { ...point, grip: this.#deeds.grip(point, event), moved: false, kept: this.#deeds.keep() };
    if (event.pointerType === "touch") this.#hold = setTimeout(() => this.#onHold(event, point), HOLD_MS);
  }

  #onHold(event, point) {
    this.#letGo();
    this.#deeds.hold(point, event);
  }

  #onMove(event) {
    const point = this.at(event);
    if (this.#down) this.#dragTo(point.x);
    else this.#stage.dataset.grip = this.#deeds.grip(point, event.buttons === 0 ? { pointerType: event.pointerType, button: 0 } : event);
    this.#deeds.hover(this.#down?.moved ? null : point);
  }

  #dragTo(x) {
    const { grip, kept, x: from } = this.#down;
    this.#down.moved ||= Math.abs(x - from) > CLICK_SLACK_PX;
    if (!this.#down.moved) return;
    clearTimeout(this.#hold);
    this.#stage.dataset.drag = grip;
    this.#deeds.drag(grip, from, x, kept);
  }

  #onUp(event) {
    const clicked = this.#down !== null && !this.#down.moved && event.button === 0;
    this.#letGo();
    if (clicked) this.#deeds.click(this.at(event), event);
  }

  #letGo() {
    clearTimeout(this.#hold);
    this.#down = null;
    delete this.#stage.dataset.drag;
  }
}

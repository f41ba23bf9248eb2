// Pictures drawn once and shown many times: bodies of sliders, circles, numbers. Forgets the oldest when it holds much.

const MOST_PIXELS = 10_000_000; // 40 MB

export class Sprites {
  #kept = new Map();
  #pixels = 0;
  #ratio = 1;

  /** How many of the screen's pixels a pixel of the page has; another number makes all anew. */
  set ratio(ratio) {
    if (ratio === this.#ratio) return;
    this.#ratio = ratio;
    this.clear();
  }

  clear() {
    this.#kept.clear();
    this.#pixels = 0;
  }

  /** `paint(context)` draws into a box of the page's pixels whose top left is its origin. */
  get(key, width, height, paint) {
    const found = this.#kept.get(key);
    if (found) return found;
    const canvas = new OffscreenCanvas(Math.max(1, Math.ceil(width * this.#ratio)), Math.max(1, Math.ceil(height * this.#ratio)));
    const context = canvas.getContext("2d");
    context.scale(this.#ratio, this.#ratio);
    paint(context);
    this.#keep(key, { canvas, width: canvas.width / this.#ratio, height: canvas.height / this.#ratio });
    return this.#kept.get(key);
  }

  #keep(key, sprite) {
    this.#kept.set(key, sprite);
    this.#pixels += sprite.canvas.width * sprite.canvas.height;
    for (const [oldest, { canvas }] of this.#kept) {
      if (this.#pixels <= MOST_PIXELS || oldest === key) break;
      this.#pixels -= canvas.width * canvas.height;
      this.#kept.delete(oldest);
    }
  }
}

export function put(context, { canvas, width, height }, x, y) {
  context.drawImage(canvas, x, y, width, height);
}

/** With its middle there, and at another size. */
export function putMiddle(context, { canvas, width, height }, x, y, scale = 1) {
  context.drawImage(canvas, x - (width * scale) / 2, y - (height * scale) / 2, width * scale, height * scale);
}

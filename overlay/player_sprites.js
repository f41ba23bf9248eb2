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

  /** The least whole number of the screen's pixels that a length fills, as a length. */
  whole(px) {
    return Math.ceil(px * this.#ratio) / this.#ratio;
  }

  clear() {
    for (const { image } of this.#kept.values()) image.close();
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
    const { width: wide, height: tall } = canvas;
    const sprite = { image: canvas.transferToImageBitmap(), ratio: this.#ratio, width: wide / this.#ratio, height: tall / this.#ratio };
    this.#keep(key, sprite);
    return sprite;
  }

  #keep(key, sprite) {
    this.#kept.set(key, sprite);
    this.#pixels += sprite.image.width * sprite.image.height;
    for (const [oldest, { image }] of this.#kept) {
      if (this.#pixels <= MOST_PIXELS || oldest === key) break;
      this.#pixels -= image.width * image.height;
      this.#kept.delete(oldest);
      image.close();
    }
  }
}

/** On whole pixels of the screen: sharp, and several times as fast as between them. */
export function put(context, { image, ratio, width, height }, x, y) {
  context.drawImage(image, Math.round(x * ratio) / ratio, Math.round(y * ratio) / ratio, width, height);
}

/** With its middle there, and at another size. */
export function putMiddle(context, sprite, x, y, scale = 1) {
  const { image, width, height } = sprite;
  if (scale === 1) put(context, sprite, x - width / 2, y - height / 2);
  else context.drawImage(image, x - (width * scale) / 2, y - (height * scale) / 2, width * scale, height * scale);
}

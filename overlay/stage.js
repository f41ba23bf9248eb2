// How the timeline's stage is divided, from top to bottom in pixels. Everything that draws or points asks here.

export const LAYOUT = { ruler: 20, lane: 15, lanes: 3, lanesTop: 24, heatTop: 71, heat: 10, songTop: 84, foot: 8 };

export function laneY(lane) {
  return LAYOUT.lanesTop + lane * LAYOUT.lane + LAYOUT.lane / 2;
}

/** The lane nearest to a height. */
export function laneAt(y) {
  return Math.max(0, Math.min(LAYOUT.lanes - 1, Math.round((y - LAYOUT.lanesTop - LAYOUT.lane / 2) / LAYOUT.lane)));
}

/** A line as wide as one pixel of the page, on whole pixels of the screen: sharp at 150 % too. */
export function fillLine(context, { ratio }, x, top, tall) {
  const wide = Math.max(1, Math.round(ratio));
  context.fillRect(Math.round(x * ratio) / ratio, top, wide / ratio, tall);
}

/** Standing on its base, or with half a turn hanging from it. */
export function triangle(context, x, y, size, turn) {
  const up = turn === 0 ? -1 : 1;
  context.beginPath();
  context.moveTo(x, y + up * size);
  context.lineTo(x + size * 1.05, y - up * size * 0.8);
  context.lineTo(x - size * 1.05, y - up * size * 0.8);
  context.closePath();
}

/** A window dragged to a finer screen has the same size and more pixels. */
export function followScreen(onChange) {
  const again = () => {
    onChange();
    followScreen(onChange);
  };
  matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener("change", again, { once: true });
}

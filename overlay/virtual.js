// Which of many rows are on screen. Pure: tops of rows are running sums of heights.

/** tops[i] = where row i begins; tops[n] = the height of all. */
export function measure(rows, heightOf) {
  const tops = new Float64Array(rows.length + 1);
  for (let at = 0; at < rows.length; at += 1) tops[at + 1] = tops[at] + heightOf(rows[at]);
  return tops;
}

/** Index of the row that covers `y`, by halving. */
export function rowAt(tops, y) {
  let [low, high] = [0, Math.max(0, tops.length - 2)];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle] <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** [first, last) of the rows that touch the window, `spare` more on both sides. */
export function range(tops, top, height, spare) {
  const count = tops.length - 1;
  if (count === 0) return [0, 0];
  return [Math.max(0, rowAt(tops, top) - spare), Math.min(count, rowAt(tops, top + height) + 1 + spare)];
}

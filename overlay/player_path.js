// Ways along a slider's path: how long it is, where a share of it lies, where the ball is. Pure.

/** `points`: [[x, y], ...] of one span, moved so that it begins at the head, stacking included. */
export function measured(points, head_x, head_y) {
  const way = points.length > 0 ? points : [[head_x, head_y]];
  const [dx, dy] = [head_x - way[0][0], head_y - way[0][1]];
  const moved = way.map(([x, y]) => [x + dx, y + dy]);
  const lengths = [0];
  for (let at = 1; at < moved.length; at++) {
    lengths.push(lengths[at - 1] + Math.hypot(moved[at][0] - moved[at - 1][0], moved[at][1] - moved[at - 1][1]));
  }
  return { points: moved, lengths, total: lengths.at(-1), box: boxOf(moved) };
}

function boxOf(points) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return { left: Math.min(...xs), top: Math.min(...ys), right: Math.max(...xs), bottom: Math.max(...ys) };
}

/** Where a share of the path lies, 0 its head and 1 its end, and where it leads there in radians. */
export function along({ points, lengths, total }, share) {
  const wanted = Math.min(1, Math.max(0, share)) * total;
  let low = 1;
  let high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lengths[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  if (points.length < 2) return { x: points[0][0], y: points[0][1], angle: 0 };
  const [[ax, ay], [bx, by]] = [points[low - 1], points[low]];
  const step = lengths[low] - lengths[low - 1];
  const part = step > 0 ? (wanted - lengths[low - 1]) / step : 0;
  return { x: ax + (bx - ax) * part, y: ay + (by - ay) * part, angle: Math.atan2(by - ay, bx - ax) };
}

/** Which span the ball is in, from 0, and which share of the path it has reached: back again in odd spans. */
export function ballShare({ time_ms, end_ms, spans }, t) {
  const gone = end_ms > time_ms ? Math.min(1, Math.max(0, (t - time_ms) / (end_ms - time_ms))) * spans : spans;
  const span = Math.min(spans - 1, Math.floor(gone));
  const part = gone - span;
  return { span, share: span % 2 === 1 ? 1 - part : part };
}

export function ballAt(object, t) {
  return along(object.line, ballShare(object, t).share);
}

/** Where the object is left: at the head again after an even number of spans. */
export function endOf(object) {
  if (object.kind !== "slider") return { x: object.x, y: object.y };
  return along(object.line, object.spans % 2);
}

/** When head, repeats and tail are reached. */
export function edgeTimes({ time_ms, end_ms, spans }) {
  const span_ms = (end_ms - time_ms) / spans;
  return Array.from({ length: spans + 1 }, (_, number) => time_ms + number * span_ms);
}

/** The same way with no more points than it takes to stay within `tolerance` of it (Douglas and Peucker). */
export function thinned(points, tolerance) {
  const keep = new Set([0, points.length - 1]);
  const open = [[0, points.length - 1]];
  while (open.length > 0) {
    const [from, to] = open.pop();
    const { at, off } = farthest(points, from, to);
    if (off <= tolerance) continue;
    keep.add(at);
    open.push([from, at], [at, to]);
  }
  return points.filter((_, at) => keep.has(at));
}

/** Which point between two lies farthest from the straight way between them. */
function farthest(points, from, to) {
  const [[ax, ay], [bx, by]] = [points[from], points[to]];
  const length = Math.hypot(bx - ax, by - ay);
  let most = { at: from, off: 0 };
  for (let at = from + 1; at < to; at++) {
    const [x, y] = points[at];
    const beside = length > 0 ? Math.abs((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / length : 0;
    const over = length > 0 ? ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length : 0;
    const off = over < 0 || over > length || length === 0 ? Math.min(Math.hypot(x - ax, y - ay), Math.hypot(x - bx, y - by)) : beside;
    if (off > most.off) most = { at, off };
  }
  return most;
}

// How busy the song is, second by second. Pure.

const WINDOW_MS = 2000; // about what a mapper sees of a section at once; single bins would only show the rhythm

/** Objects per second around each bin: `{start_ms, bin_ms, rates, most}`. */
export function busyness({ start_ms, density: { bin_ms, counts } }) {
  const reach = Math.max(0, Math.round((WINDOW_MS / bin_ms - 1) / 2));
  const sums = runningSums(counts);
  const rates = counts.map((_, at) => {
    const [from, to] = [Math.max(0, at - reach), Math.min(counts.length, at + reach + 1)];
    return ((sums[to] - sums[from]) / ((to - from) * bin_ms)) * 1000;
  });
  return { start_ms, bin_ms, rates, most: rates.reduce((most, rate) => Math.max(most, rate), 0) };
}

/** The rate at a time, between the middles of the two nearest bins. */
export function rateAt({ start_ms, bin_ms, rates }, time_ms) {
  const place = (time_ms - start_ms) / bin_ms - 0.5;
  const at = Math.floor(place);
  const [before, after] = [rates[at] ?? 0, rates[at + 1] ?? 0];
  return before + (after - before) * (place - at);
}

function runningSums(counts) {
  const sums = [0];
  for (const count of counts) sums.push(sums.at(-1) + count);
  return sums;
}

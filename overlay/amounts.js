// Amounts of data and of waiting, as a person reads them. Pure.

/** 876000000 -> "876 MB", 1240000000 -> "1.2 GB". */
export function size(bytes) {
  const [amount, unit] = scaled(bytes);
  return `${amount} ${unit}`;
}

/** 311 MB of 876 MB -> "311 of 876 MB": the unit once, where both have the same. */
export function share(done, total) {
  const [amount, unit] = scaled(done);
  const [whole, wholeUnit] = scaled(total);
  return unit === wholeUnit ? `${amount} of ${whole} ${unit}` : `${amount} ${unit} of ${whole} ${wholeUnit}`;
}

export function percent(done, total) {
  return total > 0 ? Math.min(100, Math.floor((100 * done) / total)) : 0;
}

/** How long what is left will take at this rate, or "" where nobody can tell. */
export function timeLeft(done, total, bytes_per_s) {
  if (!total || !bytes_per_s || done >= total) return "";
  const seconds = (total - done) / bytes_per_s;
  if (seconds < 10) return "a few seconds left";
  if (seconds < 90) return `${Math.ceil(seconds / 10) * 10} s left`;
  if (seconds < 5400) return `${Math.ceil(seconds / 60)} min left`;
  const hours = Math.ceil(seconds / 3600);
  return hours < 48 ? `${hours} h left` : "days left";
}

/** Decimal units, as the hub and most systems count them. */
function scaled(bytes) {
  if (bytes >= 1e9) return [(bytes / 1e9).toFixed(1), "GB"];
  if (bytes >= 1e7 || bytes === 0) return [String(Math.round(bytes / 1e6)), "MB"];
  if (bytes >= 1e6) return [(bytes / 1e6).toFixed(1), "MB"];
  return [String(Math.max(1, Math.round(bytes / 1e3))), "kB"];
}

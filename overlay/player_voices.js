// The sounds themselves: short ones of our own, made by arithmetic from falling tones and filtered noise. Pure.

const tone = (from_hz, to_hz, decay_s, level) => ({ from_hz, to_hz, decay_s, level, at_s: 0 });
const noise = (low_hz, high_hz, decay_s, level, at_s = 0) => ({ low_hz, high_hz, decay_s, level, at_s });

const VOICES = {
  normal: {
    hit: [tone(1150, 520, 0.018, 0.5), noise(1800, 9000, 0.014, 0.75)],
    whistle: [tone(1760, 1745, 0.09, 0.3), tone(2637, 2620, 0.06, 0.16)],
    finish: [noise(3500, 14000, 0.3, 0.5), tone(4200, 4100, 0.12, 0.06)],
    clap: [0, 0.009, 0.019].map((at_s) => noise(900, 4200, at_s > 0.01 ? 0.06 : 0.006, 0.75, at_s)),
    tick: [tone(2400, 2200, 0.012, 0.4)],
    don: [tone(210, 95, 0.08, 0.95), noise(200, 1200, 0.012, 0.3)],
    kat: [tone(980, 860, 0.02, 0.4), noise(1800, 7000, 0.025, 0.6)],
    beat: [tone(1000, 1000, 0.016, 0.6)],
    measure: [tone(1600, 1600, 0.022, 0.7)],
  },
  soft: {
    hit: [tone(640, 400, 0.026, 0.5), noise(300, 2600, 0.018, 0.45)],
    whistle: [tone(1319, 1312, 0.13, 0.24), tone(1976, 1970, 0.09, 0.1)],
    finish: [noise(5500, 16000, 0.42, 0.32)],
    clap: [noise(1400, 6500, 0.04, 0.5), noise(1400, 6500, 0.05, 0.3, 0.012)],
    tick: [tone(1500, 1400, 0.014, 0.3)],
    don: [tone(170, 85, 0.09, 0.8)],
    kat: [tone(760, 700, 0.022, 0.4), noise(1200, 4500, 0.02, 0.35)],
  },
  drum: {
    hit: [tone(260, 110, 0.055, 0.9), noise(400, 3000, 0.01, 0.4)],
    whistle: [tone(560, 310, 0.1, 0.55)],
    finish: [tone(120, 48, 0.2, 0.8), noise(2200, 9000, 0.24, 0.35)],
    clap: [tone(205, 180, 0.05, 0.45), noise(1200, 8000, 0.09, 0.7)],
    tick: [tone(420, 380, 0.016, 0.5)],
    don: [tone(150, 62, 0.12, 1), noise(150, 900, 0.015, 0.35)],
    kat: [tone(620, 520, 0.03, 0.5), noise(1500, 8000, 0.035, 0.55)],
  },
};
const SILENT_DECAYS = 6; // after so many a part has sunk below hearing
const RISE_S = 0.0006; // no click at the beginning
const LOUDEST = 0.9;

/** Samples at `rate_hz`; what a bank lacks sounds as the normal one's. */
export function voice(bank, name, rate_hz) {
  const parts = VOICES[bank]?.[name] ?? VOICES.normal[name] ?? VOICES.normal.hit;
  const length_s = Math.max(...parts.map(({ at_s, decay_s }) => at_s + SILENT_DECAYS * decay_s));
  const samples = new Float32Array(Math.ceil(length_s * rate_hz));
  for (const part of parts) (part.from_hz ? addTone : addNoise)(samples, part, rate_hz);
  return limited(samples);
}

const envelope = (s, decay_s) => Math.min(1, s / RISE_S) * Math.exp(-s / decay_s);

function addTone(samples, { from_hz, to_hz, decay_s, level }, rate_hz) {
  let phase = 0;
  for (let at = 0; at < samples.length; at++) {
    const s = at / rate_hz;
    samples[at] += Math.sin(phase) * level * envelope(s, decay_s);
    phase += (2 * Math.PI * (to_hz + (from_hz - to_hz) * Math.exp(-s / decay_s))) / rate_hz;
  }
}

/** White noise from the same seed each time, between two one-pole filters. */
function addNoise(samples, { low_hz, high_hz, decay_s, level, at_s }, rate_hz) {
  const smooth = (hz) => 1 - Math.exp((-2 * Math.PI * hz) / rate_hz);
  const [below, above] = [smooth(low_hz), smooth(Math.min(high_hz, rate_hz / 2.2))];
  let [seed, dull, deep] = [0x2f6e2b1, 0, 0];
  for (let at = Math.floor(at_s * rate_hz); at < samples.length; at++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) | 0;
    dull += above * (seed / 0x80000000 - dull);
    deep += below * (dull - deep);
    samples[at] += (dull - deep) * level * 1.6 * envelope(at / rate_hz - at_s, decay_s);
  }
}

function limited(samples) {
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return peak > LOUDEST ? samples.map((sample) => (sample * LOUDEST) / peak) : samples;
}

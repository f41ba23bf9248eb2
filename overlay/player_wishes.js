// How somebody likes to watch and hear: kept from one time to the next in this browser.

const KEY = "mapside.player";
const PLAIN = { speed: 1, loop: false, marking: true, hitsounds: true, metronome: false, song: 0.7, hits: 0.7 };

/** What was kept, as far as it makes sense. */
export function keptWishes() {
  const kept = read();
  const sane = (name, plain) => (typeof kept[name] === typeof plain && isLevel(kept[name]) ? kept[name] : plain);
  const wishes = Object.fromEntries(Object.entries(PLAIN).map(([name, plain]) => [name, sane(name, plain)]));
  return { ...wishes, speed: Math.max(0.25, wishes.speed) };
}

const isLevel = (value) => typeof value !== "number" || (value >= 0 && value <= 1.5);

function read() {
  try {
    return Object(JSON.parse(localStorage.getItem(KEY)));
  } catch {
    return {}; // storage refused, or somebody else's words
  }
}

export function keepWishes(wishes) {
  try {
    localStorage.setItem(KEY, JSON.stringify(wishes));
  } catch {
    // storage refused: they last as long as the page
  }
}

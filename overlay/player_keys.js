// The player's keys. They end here: the page around it has letters and arrows of its own.

const OWN_SPACE = "button, input, select, textarea, a[href], summary";
const OWN_ARROWS = "input, select, textarea";
const QUARTERS = 4;

/** `player`: {toggle, step(way, divisor), start, end, swap}. */
export function playerKeys(player) {
  const keys = {
    " ": { own: OWN_SPACE, run: () => player.toggle() },
    ArrowLeft: { own: OWN_ARROWS, run: ({ shiftKey }) => player.step(-1, shiftKey ? QUARTERS : 1) },
    ArrowRight: { own: OWN_ARROWS, run: ({ shiftKey }) => player.step(1, shiftKey ? QUARTERS : 1) },
    Home: { own: OWN_ARROWS, run: () => player.start() },
    End: { own: OWN_ARROWS, run: () => player.end() },
    x: { own: "textarea", run: () => player.swap() },
  };
  return (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const key = keys[event.key];
    if (!key) return;
    event.stopPropagation();
    if (event.target.closest(key.own)) return;
    event.preventDefault();
    key.run(event);
  };
}

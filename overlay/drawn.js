// When a map message is truly on screen. The save-to-screen benchmark listens to this, so it must not flatter:
// a frame's callback runs before the frame is painted, a task posted from it runs after.

export function afterPaint(run) {
  requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      run();
    };
    channel.port2.postMessage(null);
  });
}

/** `at` and `received_at` in milliseconds, `sent_at` in seconds since the epoch: the clocks of page and companion. */
export function announceDrawn({ key, map_version, timings, sent_at }, received_at) {
  const detail = { key, map_version, timings, sent_at, received_at, at: now() };
  dispatchEvent(new CustomEvent("mapside:drawn", { detail }));
}

/** Finer than Date.now(), on the same scale. */
export function now() {
  return performance.timeOrigin + performance.now();
}

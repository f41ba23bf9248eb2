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

export function announceDrawn({ key, map_version }) {
  const at = performance.timeOrigin + performance.now();
  dispatchEvent(new CustomEvent("mapside:drawn", { detail: { key, map_version, at } }));
}

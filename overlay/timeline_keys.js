// The keys of the timeline while it has the focus: walking, zooming, picking without pointing.

/** `deeds`: {arrow(by, shift), pick(), closer(), out(), whole(), end(by)}; `isShown()`: whether there is a map. */
export function listenForTimelineKeys(stage, isShown, deeds) {
  const keys = {
    ArrowRight: ({ shiftKey }) => deeds.arrow(1, shiftKey),
    ArrowLeft: ({ shiftKey }) => deeds.arrow(-1, shiftKey),
    " ": deeds.pick,
    "+": deeds.closer,
    "=": deeds.closer,
    "-": deeds.out,
    0: deeds.whole,
    Home: () => deeds.end(-Infinity),
    End: () => deeds.end(Infinity),
  };
  stage.addEventListener("keydown", (event) => {
    if (!isShown() || event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key](event);
  });
}

/** Of a menu's event. Chromium says of a key that a mouse without a button did it; others that nothing pointed. */
export function isByKey({ button, pointerType = "" }) {
  return button !== 2 && (pointerType === "" || (pointerType === "mouse" && button === -1));
}

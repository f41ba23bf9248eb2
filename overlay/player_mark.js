// How what is new, and what is gone, is marked: a ring in a dark casing, so that it shows on any colour of a combo;
// gone is broken, so that nobody has to tell the colours apart.

/** "new", "gone" or "": what is to be marked of an object. */
export function markOf({ is_new, is_gone }, marking) {
  if (!marking) return "";
  return is_new ? "new" : is_gone ? "gone" : "";
}

/** Strokes the context's current path, or `path`. `wide` in pixels. */
export function strokeMark(context, colours, mark, wide, path = null) {
  const stroke = () => (path ? context.stroke(path) : context.stroke());
  context.save();
  context.lineJoin = "round";
  context.strokeStyle = colours.casing;
  context.lineWidth = wide + 2;
  stroke();
  context.strokeStyle = colours[mark];
  context.lineWidth = wide;
  if (mark === "gone") context.setLineDash([wide * 2.5, wide * 2]);
  stroke();
  context.restore();
}

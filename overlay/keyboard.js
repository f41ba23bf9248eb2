// One letter, one action, unless somebody is typing.

const TYPING = "input, select, textarea, [contenteditable]";
const PRESSABLE = "button, a[href], summary, select, input";

/** `actionsNow()`: key -> function, for what is on the page. Enter and Space belong to a focused button or link before they belong to the list. */
export function listenForKeys(actionsNow) {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector("dialog[open]")) return;
    const typing = event.target.closest?.(TYPING);
    if (typing && event.key !== "Escape") return;
    if (event.key === "Enter" && event.target.closest?.(PRESSABLE)) return;
    const action = actionsNow()[event.key];
    if (!action) return;
    event.preventDefault();
    action(event);
  });
}

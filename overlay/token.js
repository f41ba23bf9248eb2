// The secret that opens the socket. It comes in the address's fragment, which a browser never sends, and leaves the
// address bar at once, so that a shared screen or a bookmark does not carry it.

const KEY = "mapside.token";

export function takeToken() {
  const fromLink = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!fromLink) return read(KEY);
  history.replaceState(null, "", location.pathname + location.search);
  write(KEY, fromLink);
  return fromLink;
}

/** Another tab was opened with a fresh link: this one may use it too. */
export function onTokenChange(listener) {
  addEventListener("storage", (event) => {
    if (event.key === KEY && event.newValue) listener(event.newValue);
  });
  addEventListener("hashchange", () => {
    if (location.hash.includes("token=")) listener(takeToken());
  });
}

// A browser may forbid storage altogether; then the page works for as long as it stays open.

export function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** Of this tab alone, for two tabs may hold two difficulties. */
export function recall(key) {
  try {
    return sessionStorage.getItem(key);
  } catch {
    return null;
  }
}

/** For this tab; null forgets. */
export function remember(key, value) {
  try {
    if (value === null) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, value);
  } catch {
    // see above
  }
}

export function write(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // see above
  }
}

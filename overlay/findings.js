// <finding-list>: thousands of findings, of which only those on screen are elements.

import { emit, h, icon, setAttribute, setLink, setSeverityIcon, setText } from "./dom.js";
import { measure, range, rowAt } from "./virtual.js";

const SPARE_ROWS = 6;
const NARROW_PX = 620;
// Heights are fixed per shape of the list, so that where a row stands is a sum and never a measurement.
const HEIGHTS = { wide: { finding: 34, group: 34 }, narrow: { finding: 64, group: 36 } };

class FindingList extends HTMLElement {
  #rows = [];
  #tops = new Float64Array(1);
  #checks = {};
  #selectedId = null;
  #drawn = new Map(); // row key -> element on screen
  #spare = { finding: [], group: [] };
  #narrow = false;
  #top = 0; // scrollTop and clientHeight as last told: asking for them would lay the page out in mid-drawing
  #height = 0;
  #entry = 0; // index of the row that Tab reaches while none is selected

  connectedCallback() {
    this.inner = h("div", { class: "rows", role: "list", "aria-label": "Findings" });
    this.empty = h("div", { class: "empty", hidden: true });
    this.append(this.inner, this.empty);
    this.tabIndex = -1;
    this.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    new ResizeObserver(([entry]) => this.#onResize(entry.contentRect)).observe(this);
    this.addEventListener("click", (event) => this.#onClick(event));
    this.addEventListener("focusin", (event) => this.#onFocus(event));
    this.addEventListener("dblclick", (event) => this.#onDoubleClick(event));
  }

  update({ rows, checks, selectedId, empty, map }) {
    this.#checks = checks;
    this.#selectedId = selectedId;
    if (this.key !== map.key) this.#scrollTo(0);
    this.key = map.key;
    if (rows !== this.#rows) this.#replaceRows(rows);
    else this.#draw();
    this.empty.hidden = rows.length > 0;
    if (rows.length === 0) this.empty.replaceChildren(empty());
  }

  /** Brings a finding into view, without moving the list when it is there already; `roomy` keeps a neighbour in view. */
  reveal(id, roomy) {
    const at = this.#rows.findIndex((row) => row.key === id);
    if (at < 0) return;
    const margin = roomy ? this.#heights.finding : 0;
    const [top, bottom] = [this.#tops[at] - margin, this.#tops[at + 1] + margin];
    if (top < this.#top) this.#scrollTo(top);
    else if (bottom > this.#top + this.clientHeight) this.#scrollTo(bottom - this.clientHeight);
    this.#draw();
    // Who walks the list by Tab and arrows has the focus there; it goes along.
    if (this.contains(document.activeElement)) this.#drawn.get(id)?.focus({ preventScroll: true });
  }

  get #heights() {
    return this.#narrow ? HEIGHTS.narrow : HEIGHTS.wide;
  }

  /** The row at the top of the window stays there when rows come and go above it. */
  #replaceRows(rows) {
    const anchor = this.#anchor();
    this.#rows = rows;
    this.#entry = rows.findIndex((row) => row.kind === "finding");
    this.#tops = measure(rows, (row) => this.#heights[row.kind]);
    this.inner.style.height = `${this.#tops.at(-1)}px`;
    const at = anchor ? rows.findIndex((row) => row.key === anchor.key) : -1;
    if (at >= 0) this.#scrollTo(this.#tops[at] + anchor.offset);
    this.#draw();
  }

  #scrollTo(top) {
    if (top === this.#top) return;
    this.scrollTop = top;
    this.#top = this.scrollTop;
  }

  #onScroll() {
    this.#top = this.scrollTop;
    this.#draw();
  }

  #anchor() {
    if (this.#top === 0 || this.#rows.length === 0) return null;
    const at = rowAt(this.#tops, this.#top);
    return { key: this.#rows[at].key, offset: this.#top - this.#tops[at] };
  }

  #onResize({ width, height }) {
    const narrow = width < NARROW_PX;
    this.#height = height;
    this.classList.toggle("narrow", narrow);
    if (narrow === this.#narrow) {
      this.#draw();
      return;
    }
    const anchor = this.#anchor();
    this.#narrow = narrow;
    this.#replaceRows(this.#rows);
    const at = anchor ? this.#rows.findIndex((row) => row.key === anchor.key) : -1;
    if (at >= 0) this.#scrollTo(this.#tops[at]);
  }

  #draw() {
    // A list that has become shorter is scrolled back by the browser, but only in its next layout.
    const top = Math.min(this.#top, Math.max(0, this.#tops.at(-1) - this.#height));
    const [first, last] = range(this.#tops, top, this.#height, SPARE_ROWS);
    const wanted = new Set();
    for (let at = first; at < last; at += 1) wanted.add(this.#rows[at].key);
    for (const [key, element] of this.#drawn) if (!wanted.has(key)) this.#retire(key, element);
    for (let at = first; at < last; at += 1) this.#place(this.#rows[at], at);
  }

  #retire(key, element) {
    if (element.contains(document.activeElement)) this.focus({ preventScroll: true });
    this.#drawn.delete(key);
    element.tabIndex = -1;
    element.hidden = true;
    this.#spare[element.dataset.kind].push(element);
  }

  #place(row, at) {
    let element = this.#drawn.get(row.key);
    if (!element) {
      element = this.#spare[row.kind].pop() ?? this.#build(row.kind);
      element.hidden = false;
      this.#drawn.set(row.key, element);
    }
    element.style.transform = `translateY(${this.#tops[at]}px)`;
    setAttribute(element, "aria-posinset", at + 1);
    setAttribute(element, "aria-setsize", this.#rows.length);
    if (row.kind === "group") this.#fillGroup(element, row);
    else this.#fillFinding(element, row.finding, at);
  }

  #build(kind) {
    const element = kind === "group" ? buildGroup() : buildFinding();
    element.dataset.kind = kind;
    this.inner.append(element);
    return element;
  }

  /** Tab leads to the selected row, or to the first one; from there on arrows walk. */
  #fillFinding(element, finding, at) {
    const chosen = finding.id === this.#selectedId;
    element.classList.toggle("selected", chosen);
    setAttribute(element, "aria-current", chosen ? "true" : null);
    element.tabIndex = chosen || (this.#selectedId === null && at === this.#entry) ? 0 : -1;
    if (element.finding === finding && element.checks === this.#checks) return;
    element.finding = finding;
    element.checks = this.#checks;
    element.dataset.id = finding.id;
    element.classList.toggle("fresh", finding.status === "new");
    element.classList.toggle("intended", finding.intended);
    fillFinding(element.parts, finding, this.#checks[finding.check]?.title ?? finding.check);
  }

  #fillGroup(element, row) {
    element.row = row;
    const { parts } = element;
    setSeverityIcon(parts.mark, row.worst);
    setText(parts.title, this.#checks[row.check]?.title ?? row.check);
    setText(parts.count, String(row.count));
    setText(parts.fresh, row.fresh > 0 ? `+${row.fresh} new` : "");
    setAttribute(parts.button, "aria-expanded", String(!row.closed));
  }

  #onClick(event) {
    const element = event.target.closest("[data-kind]");
    if (!element) return;
    if (element.dataset.kind === "group") {
      emit(this, "group-toggle", { check: element.row.check });
      return;
    }
    const action = event.target.closest("[data-action]")?.dataset.action;
    emit(this, "finding-select", { id: element.dataset.id });
    if (action) emit(this, action, { id: element.dataset.id });
  }

  #onFocus(event) {
    const id = event.target.matches('[data-kind="finding"]') ? event.target.dataset.id : null;
    if (id !== null && id !== this.#selectedId && event.target.matches(":focus-visible")) emit(this, "finding-select", { id });
  }

  #onDoubleClick(event) {
    const element = event.target.closest('[data-kind="finding"]');
    if (element && !event.target.closest("a, button")) emit(this, "finding-jump", { id: element.dataset.id });
  }
}

function buildFinding() {
  const parts = {
    mark: icon("minor"),
    severity: h("span", { class: "unseen" }),
    stamp: h("a", { class: "stamp", tabindex: "-1" }),
    title: h("span", { class: "title" }),
    message: h("span", { class: "message" }),
    badge: h("span", { class: "badge" }),
    hide: h("button", { type: "button", class: "quiet", "data-action": "finding-intended", tabindex: "-1" }),
  };
  parts.copy = h(
    "button",
    { type: "button", class: "quiet", title: "Copy as discussion text (c)", "data-action": "finding-copy", tabindex: "-1" },
    icon("copy"),
  );
  parts.copy.setAttribute("aria-label", "Copy as discussion text");
  const actions = h("span", { class: "actions" }, parts.copy, parts.hide);
  const row = h("div", { class: "row", role: "listitem" }, parts.mark, parts.severity, parts.stamp, parts.message, parts.title, parts.badge, actions);
  row.parts = parts;
  return row;
}

function fillFinding(parts, finding, title) {
  setSeverityIcon(parts.mark, finding.severity);
  setText(parts.severity, `${finding.severity}:`);
  setText(parts.stamp, finding.timestamp || "whole map");
  setLink(parts.stamp, finding.link, finding.timestamp);
  setText(parts.title, title);
  setText(parts.message, finding.message);
  setAttribute(parts.message, "title", finding.message);
  setText(parts.badge, finding.intended ? "intended" : finding.status === "new" ? "new" : "");
  const verb = finding.intended ? "Show again" : "Hide: it is intended";
  if (parts.hide.title !== verb) {
    parts.hide.replaceChildren(icon(finding.intended ? "restore" : "intended"));
    parts.hide.title = verb;
    parts.hide.setAttribute("aria-label", verb);
  }
}

function buildGroup() {
  const parts = {
    mark: icon("minor"),
    title: h("span", { class: "title" }),
    count: h("span", { class: "count" }),
    fresh: h("span", { class: "badge" }),
  };
  parts.button = h("button", { type: "button", class: "group-button" }, icon("caret"), parts.mark, parts.title, parts.count, parts.fresh);
  const row = h("div", { class: "group", role: "listitem" }, parts.button);
  row.parts = parts;
  return row;
}

customElements.define("finding-list", FindingList);

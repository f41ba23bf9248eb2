// <finding-list>: thousands of findings, of which only those on screen are elements.

import { menuPoint } from "./context_menu.js";
import { emit, h, setAttribute, setSeverityIcon, setText } from "./dom.js";
import { buildFinding, buildGroup, fillFinding } from "./rows.js";
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
    this.addEventListener("pointerover", (event) => this.#onPoint(event));
    this.addEventListener("pointerleave", () => emit(this, "finding-point", { finding: null }));
    this.addEventListener("dblclick", (event) => this.#onDoubleClick(event));
    this.addEventListener("contextmenu", (event) => this.#onMenu(event));
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

  /** What is pointed at, else what is selected, else the row at the top stays where it is when rows come and go. */
  #replaceRows(rows) {
    const anchors = this.#anchors();
    this.#rows = rows;
    this.#entry = rows.findIndex((row) => row.kind === "finding");
    this.#tops = measure(rows, (row) => this.#heights[row.kind]);
    const places = new Map(anchors.length > 0 ? rows.map((row, at) => [row.key, at]) : []);
    const anchor = anchors.find(({ key }) => places.has(key));
    const top = anchor ? Math.max(0, this.#tops[places.get(anchor.key)] + anchor.offset) : this.#top;
    // A short list gets room below, for as long as somebody points at it: else it could not hold still.
    const room = anchor?.held ? top + this.#height : 0;
    this.inner.style.height = `${Math.max(this.#tops.at(-1), room)}px`;
    this.#scrollTo(top);
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

  /** Rows to hold on to, the dearest first, each with how far above it the window begins. */
  #anchors() {
    if (this.#rows.length === 0) return [];
    const pointed = this.inner.querySelector("[data-kind]:hover:not([hidden])");
    const at = (index, held) => ({ key: this.#rows[index].key, offset: this.#top - this.#tops[index], held });
    const find = (element) => this.#rows.findIndex((row) => this.#drawn.get(row.key) === element);
    const chosen = this.#rows.findIndex((row) => row.key === this.#selectedId);
    return [
      ...(pointed && find(pointed) >= 0 ? [at(find(pointed), true)] : []),
      ...(chosen >= 0 && this.#isInSight(chosen) ? [at(chosen, true)] : []),
      ...(this.#top > 0 ? [at(rowAt(this.#tops, this.#top), false)] : []),
    ];
  }

  #isInSight(index) {
    return this.#tops[index + 1] > this.#top && this.#tops[index] < this.#top + this.#height;
  }

  #onResize({ width, height }) {
    const narrow = width < NARROW_PX;
    this.#height = height;
    this.classList.toggle("narrow", narrow);
    if (narrow === this.#narrow) {
      this.#draw();
      return;
    }
    const anchor = this.#top > 0 ? this.#anchors().at(-1) : null;
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
    element.classList.toggle("opined", finding.opinion !== null);
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

  /** Only a mouse can rest on a row without choosing it. */
  #onPoint(event) {
    if (event.pointerType !== "mouse") return;
    const element = event.target.closest('[data-kind="finding"]');
    emit(this, "finding-point", { finding: element?.finding ?? null, element });
  }

  /** A link keeps the browser's own menu: it can copy where it leads. */
  #onMenu(event) {
    const element = event.target.closest('[data-kind="finding"]');
    if (!element || event.target.closest("a")) return;
    event.preventDefault();
    emit(this, "finding-select", { id: element.dataset.id });
    emit(this, "finding-menu", { id: element.dataset.id, ...menuPoint(event, element) });
  }

  #onDoubleClick(event) {
    const element = event.target.closest('[data-kind="finding"]');
    if (element && !event.target.closest("a, button")) emit(this, "finding-jump", { id: element.dataset.id });
  }
}

customElements.define("finding-list", FindingList);

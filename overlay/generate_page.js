// <generate-page>: a whole map from a song: what is ordered, and how far it is.

import { emit, h, icon, setAttribute, setText } from "./dom.js";
import { shortName } from "./engine_words.js";
import { plural } from "./format.js";
import { GenerateForm } from "./generate_form.js";
import { doingText, isWritten, noteOf, paceText, shareOf } from "./regeneration.js";

const HEADS = { waiting: "Waiting for the model", writing: "Writing", done: "Done", failed: "It could not be written", cancelled: "Stopped" };

class GeneratePage extends HTMLElement {
  #writing = null;
  #wasShown = false;

  /** Takes a request to the companion; rejects with a sentence. */
  ask = async () => {};
  /** Does it once the disclosure has been read; false where nothing can be written. */
  mayWrite = async () => false;

  connectedCallback() {
    this.hidden = true;
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Generate a map");
    const back = h("button", { type: "button", class: "quiet", onclick: () => emit(this, "show-findings") }, icon("back"), h("span", { text: "Back" }));
    const rules = h("button", { type: "button", class: "link", text: "What the ranking criteria say", onclick: () => emit(this, "disclosure") });
    this.form = new GenerateForm({
      ask: (message) => this.ask(message),
      onOrder: (order) => this.#send(order),
      model: () => this.#writing?.model ?? null,
    });
    this.head = h("h1", { text: "Generate a map" });
    this.note = h("p", { class: "error" });
    this.append(h("div", { class: "sheet" }, h("header", {}, back, this.head), h("p", { class: "dim" }, "From a song alone, or by a map that is there. It is written to a file of its own; nothing of yours is touched. ", rules), this.note, this.#job(), this.form.element));
  }

  #job() {
    this.state = h("b", { role: "status" });
    this.file = h("span", { class: "file" });
    this.bar = h("progress", { "aria-label": "Written" });
    this.pace = h("span", { class: "pace" });
    this.about = h("p", { class: "dim" });
    this.words = h("p", { class: "words" });
    this.remarks = h("ul", { class: "remarks" });
    this.cancel = h("button", { type: "button", text: "Cancel", onclick: () => this.#try({ type: "cancel_map" }) });
    this.folder = h("button", { type: "button", class: "primary", onclick: () => this.#try({ type: "open_map_folder" }) }, icon("folder"), h("span", { text: "Open its folder" }));
    this.error = h("p", { class: "error", role: "alert" });
    this.job = h("section", { class: "job", hidden: true, "aria-label": "The map being written" }, h("p", { class: "top" }, this.state, this.file), this.bar, this.about, this.pace, this.words, this.remarks, h("div", { class: "actions" }, this.cancel, this.folder), this.error);
    return this.job;
  }

  update({ writing, songJob, isShown, shown }) {
    this.#writing = writing;
    this.hidden = !isShown;
    if (isShown && !this.#wasShown) this.#open();
    this.#wasShown = isShown;
    if (!isShown) return;
    this.form.update({ shown });
    setText(this.note, writing?.model === null ? writing.note : "");
    this.#showJob(songJob);
  }

  #open() {
    this.form.open();
    requestAnimationFrame(() => this.form.element.hidden || this.form.source.focus());
  }

  #showJob(job) {
    this.job.hidden = job === null || job.state === "none";
    this.form.element.hidden = isWritten(job); // one at a time
    if (this.job.hidden) return;
    const under_way = isWritten(job);
    this.job.dataset.state = job.state;
    setText(this.state, HEADS[job.state] ?? job.state);
    setText(this.file, job.file || job.audio);
    setAttribute(this.file, "title", job.file ? `${job.file}, of ${job.audio}` : job.audio);
    this.bar.hidden = !under_way;
    setAttribute(this.bar, "value", shareOf(job.pace));
    setText(this.pace, under_way ? paceText(job.pace) : "");
    setText(this.about, [job.objects > 0 ? plural(job.objects, "object") : "", under_way ? doingText(job.pace) : "", job.model && shortName(job.model), job.device].filter(Boolean).join(" · "));
    setText(this.words, noteOf(job) || (job.state === "cancelled" ? "What had been written so far is not kept." : ""));
    this.#showRemarks(job.remarks);
    this.cancel.hidden = !under_way;
    this.folder.hidden = job.state !== "done";
    setAttribute(this.folder, "title", job.folder);
  }

  #showRemarks(remarks) {
    const told = JSON.stringify(remarks);
    if (this.remarks.dataset.told === told) return;
    this.remarks.dataset.told = told;
    this.remarks.replaceChildren(...remarks.map((text) => h("li", { text })));
  }

  async #send(order) {
    const send = async () => {
      await this.ask(order);
      this.scrollTop = 0;
    };
    if (await this.mayWrite(() => send().catch((failure) => setText(this.form.error, failure.message)))) await send();
  }

  async #try(message) {
    setText(this.error, "");
    try {
      await this.ask(message);
    } catch (failure) {
      setText(this.error, failure.message);
    }
  }
}

customElements.define("generate-page", GeneratePage);

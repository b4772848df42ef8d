/** The time line on the page: the picture, what is selected in it, and the same in words. */
import { Picture } from './timeline-picture.js';
import { summary, wordsOfRow, wordsOfSpan } from './timeline-words.js';

/** @typedef {import('./timeline.js').Timeline} Timeline */
/** @typedef {import('./timeline-picture.js').Place} Place */

/** How often it is drawn while the program runs. */
const EVERY_MS = 100;
const CALM_MS = 1000;
const WORDS_MS = 1000;

const calm = matchMedia('(prefers-reduced-motion: reduce)');

const frame = `
  <ul class="legend">
    <li><i class="key run"></i>runs, or is ready to</li>
    <li><i class="key wait"></i>waits</li>
    <li><i class="key cancel"></i>is being cancelled</li>
    <li><i class="key">●</i>ended</li>
    <li><i class="key">✕</i>ended, was asked to stop</li>
    <li><i class="key">■</i>stopped with the program</li>
  </ul>
  <p class="window"><label for="timeline-window">Show</label>
    <select id="timeline-window">
      <option value="Infinity">the whole run</option>
      <option value="60000">the last minute</option>
      <option value="10000">the last 10 seconds</option>
      <option value="1000">the last second</option>
    </select></p>
  <div class="scroller" id="timeline-picture" role="group" tabindex="0" aria-labelledby="timeline-title"
    aria-describedby="timeline-hint"></div>
  <p class="details" id="timeline-details" role="status"></p>
  <p class="hint" id="timeline-hint">Point at a span, or use the arrow keys in the picture: it is told here.</p>
  <details id="timeline-words"><summary>In words</summary><p></p><ol></ol></details>`;

export class TimelineView {
  #picture = new Picture();
  /** @type {Timeline | null} */ #timeline = null;
  /** @type {Place | null} */ #selected = null;
  #scroller;
  #window;
  #details;
  #words;
  #wordsAt = -Infinity;
  #timer = 0;

  /** @param {HTMLElement} element */
  constructor(element) {
    element.innerHTML = frame;
    const find = (/** @type {string} */ selector) => /** @type {any} */ (element.querySelector(selector));
    this.#scroller = /** @type {HTMLElement} */ (find('.scroller'));
    this.#window = /** @type {HTMLSelectElement} */ (find('select'));
    this.#details = /** @type {HTMLElement} */ (find('.details'));
    this.#words = /** @type {HTMLDetailsElement} */ (find('details'));
    this.#window.addEventListener('change', () => this.#draw());
    this.#words.addEventListener('toggle', () => this.#write());
    this.#scroller.addEventListener('keydown', (event) => this.#onKey(event));
    for (const type of ['pointermove', 'pointerdown'])
      this.#picture.image.addEventListener(type, (event) => this.#onPointer(/** @type {PointerEvent} */ (event)));
    new ResizeObserver(() => this.#draw()).observe(this.#scroller);
  }

  /** Shows a time line from now on, until it has ended. @param {Timeline} timeline */
  show(timeline) {
    this.#timeline = timeline;
    this.#scroller.replaceChildren(this.#picture.axis, this.#picture.image);
    this.#wordsAt = -Infinity;
    this.#select(null);
    this.update();
  }

  /** Draws what there is, and from then on now and then, until the time line has ended. */
  update() {
    clearTimeout(this.#timer);
    this.#draw();
    if (this.#timeline?.ended) return this.#write();
    if (performance.now() - this.#wordsAt > WORDS_MS) this.#write();
    // By frames, so that a page that nobody sees draws nothing.
    this.#timer = window.setTimeout(() => requestAnimationFrame(() => this.update()), calm.matches ? CALM_MS : EVERY_MS);
  }

  #draw() {
    const timeline = this.#timeline;
    if (!timeline) return;
    const to = timeline.length;
    const from = Math.max(to - Number(this.#window.value), 0);
    const width = this.#scroller.clientWidth;
    this.#picture.draw(timeline, { width, from, to, selected: this.#selected, summary: summary(timeline) });
  }

  /** The text alternative, where somebody reads it. */
  #write() {
    const timeline = this.#timeline;
    if (!timeline || !this.#words.open) return;
    this.#wordsAt = performance.now();
    const [all, list] = this.#words.querySelectorAll('p, ol');
    const now = timeline.length;
    const items = timeline.rows.map((row) => {
      const item = document.createElement('li');
      item.textContent = wordsOfRow(row, now);
      return item;
    });
    all?.replaceChildren(summary(timeline));
    list?.replaceChildren(...items);
  }

  /** @param {Place | null} place */
  #select(place) {
    if (place?.span === this.#selected?.span) return;
    this.#selected = place;
    this.#details.textContent = place ? wordsOfSpan(place.row, place.span, this.#timeline?.length ?? 0) : '';
    this.#draw();
  }

  /** @param {PointerEvent} event */
  #onPointer({ offsetX, offsetY }) {
    const place = this.#timeline && this.#picture.placeAt(this.#timeline, offsetX, offsetY);
    if (place) this.#select(place);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const rows = this.#timeline?.rows ?? [];
    if (event.altKey || event.ctrlKey || event.metaKey || rows.length === 0) return;
    if (event.key === 'Escape') return this.#select(null);
    const place = moved(rows, this.#selected, event.key);
    if (!place) return;
    event.preventDefault();
    this.#select(place);
    this.#reveal(rows.indexOf(place.row));
  }

  /** @param {number} index of a row */
  #reveal(index) {
    const { top, bottom } = Picture.rowBox(index);
    const above = this.#picture.axis.clientHeight;
    const { scrollTop, clientHeight } = this.#scroller;
    if (top < scrollTop) this.#scroller.scrollTop = top;
    else if (bottom + above > scrollTop + clientHeight) this.#scroller.scrollTop = bottom + above - clientHeight;
  }
}

/**
 * Where a key leads: left and right in a row, up and down to the same time in another one.
 *
 * @param {import('./timeline.js').Row[]} rows
 * @param {Place | null} selected
 * @param {string} key
 * @returns {Place | null}
 */
function moved(rows, selected, key) {
  if (!['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End'].includes(key)) return null;
  const index = selected ? rows.indexOf(selected.row) : -1;
  if (!selected || index < 0) return placeIn(rows[0], 0);
  if (key === 'ArrowUp') return near(rows[Math.max(index - 1, 0)], selected.span.from);
  if (key === 'ArrowDown') return near(rows[Math.min(index + 1, rows.length - 1)], selected.span.from);
  const { spans } = selected.row;
  const at = Math.max(spans.indexOf(selected.span), 0);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: spans.length - 1 }[key] ?? at;
  return placeIn(selected.row, Math.min(Math.max(to, 0), spans.length - 1));
}

/** @param {import('./timeline.js').Row | undefined} row @param {number} at */
function placeIn(row, at) {
  const span = row?.spans[at];
  return row && span ? { row, span } : null;
}

/** @param {import('./timeline.js').Row | undefined} row @param {number} time */
function near(row, time) {
  const at = row?.spans.findIndex(({ to }) => to === null || to > time) ?? -1;
  return placeIn(row, at >= 0 ? at : (row?.spans.length ?? 1) - 1);
}

/**
 * The time line as a picture: a row for each task. What is over is drawn once, in milliseconds, and only stretched
 * from then on; so a drawing costs little however long the program runs.
 */
import { titleOf } from './timeline-words.js';

/** @typedef {import('./timeline.js').Timeline} Timeline */
/** @typedef {import('./timeline.js').Row} Row */
/** @typedef {import('./timeline.js').Span} Span */
/** @typedef {import('./timeline.js').Kind} Kind */
/** @typedef {{ row: Row, span: Span }} Place */

/** Pixels. */
const ROW = 24;
const AXIS = 22;
const RIGHT = 16;
const LETTER = 7;
/** Above and below each kind of span, so that they differ by more than their colour. */
const INSETS = { run: 3, wait: 7, cancel: 5 };
const KINDS = /** @type {Kind[]} */ (['wait', 'cancel', 'run']);
/** What is waited for stands in the spans of so few rows. */
const MOST_LABELLED = 40;
/** How a task has ended: a dot, a cross, a square. */
const MARKS = {
  ended: 'M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z',
  cancelled: 'M-4 -4L4 4M-4 4L4 -4',
  stopped: 'M-4 -4h8v8h-8z',
};

/**
 * @typedef {object} Drawn the elements of a row
 * @property {SVGElement} bars
 * @property {Record<Kind, SVGElement>} paths of what is over
 * @property {SVGElement} open what lasts
 * @property {SVGElement} name
 * @property {SVGElement | null} mark
 * @property {number} version
 */

export class Picture {
  axis = svg('svg', { 'aria-hidden': 'true', class: 'axis', height: AXIS });
  image = svg('svg', { role: 'img', 'aria-labelledby': 'timeline-name timeline-summary', class: 'picture' });
  #summary = svg('desc', { id: 'timeline-summary' });
  #clip = svg('rect', { y: 0 });
  #grid = svg('g', { class: 'grid' });
  #names = svg('g', { class: 'names' });
  #bars = svg('g', {});
  #labels = svg('g', { class: 'labels' });
  #marks = svg('g', { class: 'marks' });
  #selected = svg('rect', { class: 'selected', rx: 2 });
  /** @type {Map<Row, Drawn>} */ #drawn = new Map();
  #left = 0;
  #plot = 1;
  #scale = 1;
  #from = 0;

  constructor() {
    const name = svg('title', { id: 'timeline-name' });
    name.textContent = 'Time line of the tasks';
    const clip = svg('clipPath', { id: 'timeline-plot' });
    clip.append(this.#clip);
    const plot = svg('g', { 'clip-path': 'url(#timeline-plot)' });
    plot.append(this.#grid, this.#bars, this.#labels, this.#marks, this.#selected);
    this.image.append(name, this.#summary, clip, this.#names, plot);
  }

  /**
   * @param {Timeline} timeline
   * @param {{ width: number, from: number, to: number, selected: Place | null, summary: string }} how
   */
  draw({ rows }, { width, from, to, selected, summary }) {
    this.#left = Math.round(Math.min(Math.max(width * 0.3, 72), 208));
    this.#plot = Math.max(width - this.#left - RIGHT, 1);
    this.#scale = this.#plot / Math.max(to - from, 1);
    this.#from = from;
    const height = Math.max(rows.length, 1) * ROW;
    set(this.axis, { width, viewBox: `0 0 ${width} ${AXIS}` });
    set(this.image, { width, height, viewBox: `0 0 ${width} ${height}` });
    set(this.#clip, { x: this.#left - 1, width: this.#plot + RIGHT, height });
    set(this.#bars, { transform: `translate(${this.#xOf(0)} 0) scale(${this.#scale} 1)` });
    if (this.#summary.textContent !== summary) this.#summary.textContent = summary;
    this.#drawAxis(from, to, height);
    this.#dropRows(rows);
    rows.forEach((row, index) => this.#drawRow(row, index * ROW, to));
    this.#drawLabels(rows, to);
    this.#drawSelected(rows, selected, to);
  }

  /** What is drawn at a point of the image. @param {Timeline} timeline @param {number} x @param {number} y */
  placeAt({ rows }, x, y) {
    const row = rows[Math.floor(y / ROW)];
    const time = (x - this.#left) / this.#scale + this.#from;
    // A short span is wider in the picture than in time.
    const near = 3 / this.#scale;
    const hits = row?.spans.filter(({ from, to }) => from - near <= time && time <= (to ?? Infinity) + near) ?? [];
    const inside = hits.filter(({ from, to }) => from <= time && time <= (to ?? Infinity));
    const short = hits.find(({ from, to }) => to !== null && to - from < 2 * near);
    const span = short ?? inside.at(-1) ?? hits[0];
    return row && span ? { row, span } : null;
  }

  /** Where a row stands. @param {number} index */
  static rowBox(index) {
    return { top: index * ROW, bottom: (index + 1) * ROW };
  }

  /** @param {number} time */
  #xOf(time) {
    return this.#left + (time - this.#from) * this.#scale;
  }

  /** @param {number} from @param {number} to @param {number} height */
  #drawAxis(from, to, height) {
    const step = niceStep((64 / this.#plot) * Math.max(to - from, 1));
    const texts = [];
    let lines = '';
    for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
      const x = Math.round(this.#xOf(time)) + 0.5;
      lines += `M${x} 0V${height}`;
      const content = axisText(time, to);
      const atEdge = x + (content.length * LETTER) / 2 > this.#left + this.#plot + RIGHT;
      const text = svg('text', { x, y: AXIS - 7, 'text-anchor': atEdge ? 'end' : 'middle' });
      text.textContent = content;
      texts.push(text);
    }
    this.axis.replaceChildren(...texts);
    const path = this.#grid.firstElementChild ?? this.#grid.appendChild(svg('path', {}));
    set(path, { d: lines || 'M0 0' });
  }

  /** @param {Row[]} rows that are there */
  #dropRows(rows) {
    if (this.#drawn.size === 0) return;
    const there = new Set(rows);
    for (const [row, { bars, name, mark }] of this.#drawn) {
      if (there.has(row)) continue;
      for (const element of [bars, name, mark]) element?.remove();
      this.#drawn.delete(row);
    }
  }

  /** @param {Row} row @param {number} y @param {number} now */
  #drawRow(row, y, now) {
    const drawn = this.#drawn.get(row) ?? this.#addRow(row);
    set(drawn.bars, { transform: `translate(0 ${y})` });
    set(drawn.name, { y: y + ROW / 2 });
    const fits = Math.floor((this.#left - 8) / LETTER);
    const title = titleOf(row);
    const short = title.length > fits ? `${title.slice(0, fits - 1)}…` : title;
    if (drawn.name.textContent !== short) drawn.name.textContent = short;
    if (drawn.version !== row.version) {
      for (const kind of KINDS) set(drawn.paths[kind], { d: pathOf(row.spans, kind) });
      drawn.version = row.version;
    }
    drawOpen(drawn.open, row, now);
    if (row.end && !drawn.mark) {
      drawn.mark = svg('path', { d: MARKS[row.end.how], class: row.end.how });
      this.#marks.append(drawn.mark);
    }
    if (row.end && drawn.mark) set(drawn.mark, { transform: `translate(${this.#xOf(row.end.time) + 7} ${y + ROW / 2})` });
  }

  /** @param {Row} row @returns {Drawn} */
  #addRow(row) {
    const bars = svg('g', { class: 'bars' });
    const pathFor = (/** @type {Kind} */ kind) => svg('path', { class: kind });
    const paths = { run: pathFor('run'), wait: pathFor('wait'), cancel: pathFor('cancel') };
    const open = svg('rect', { class: 'open' });
    bars.append(...KINDS.map((kind) => paths[kind]), open);
    const name = svg('text', { x: 4, 'dominant-baseline': 'central' });
    this.#bars.append(bars);
    this.#names.append(name);
    const drawn = { bars, paths, open, name, mark: null, version: -1 };
    this.#drawn.set(row, drawn);
    return drawn;
  }

  /** What is waited for, where it has room. @param {Row[]} rows @param {number} now */
  #drawLabels(rows, now) {
    const labels = rows.length > MOST_LABELLED ? [] : rows.flatMap((row, index) => this.#labelsOf(row, index, now));
    this.#labels.replaceChildren(...labels);
  }

  /** @param {Row} row @param {number} index @param {number} now */
  #labelsOf({ spans }, index, now) {
    return spans.flatMap(({ from, to, what }) => {
      const [start, end] = [Math.max(this.#xOf(from), this.#left), this.#xOf(to ?? now)];
      if (!what || end - start < what.length * LETTER + 4) return [];
      const [x, y] = [(start + end) / 2, index * ROW + ROW / 2];
      const text = svg('text', { x, y, 'text-anchor': 'middle', 'dominant-baseline': 'central' });
      text.textContent = what;
      return [text];
    });
  }

  /** @param {Row[]} rows @param {Place | null} selected @param {number} now */
  #drawSelected(rows, selected, now) {
    const index = selected ? rows.indexOf(selected.row) : -1;
    if (!selected || index < 0) {
      set(this.#selected, { visibility: 'hidden' });
      return;
    }
    const { from, to } = selected.span;
    const x = this.#xOf(from) - 2;
    const width = Math.max(this.#xOf(to ?? now) + 2 - x, 5);
    set(this.#selected, { visibility: 'visible', x, y: index * ROW + 1, width, height: ROW - 2 });
  }
}

/** @param {Span[]} spans @param {Kind} kind */
function pathOf(spans, kind) {
  const inset = INSETS[kind];
  const height = ROW - 2 * inset;
  const boxes = spans.filter((span) => span.kind === kind && span.to !== null).map(({ from, to }) => {
    const width = Number(to) - from;
    return `M${from.toFixed(2)} ${inset}h${width.toFixed(2)}v${height}h${(-width).toFixed(2)}z`;
  });
  return boxes.join('') || 'M0 0';
}

/** @param {SVGElement} rect @param {Row} row @param {number} now */
function drawOpen(rect, row, now) {
  const last = row.spans.at(-1);
  if (!last || last.to !== null) {
    set(rect, { visibility: 'hidden' });
    return;
  }
  const inset = INSETS[last.kind];
  const width = Math.max(now - last.from, 0);
  set(rect, { visibility: 'visible', class: `open ${last.kind}`, x: last.from, y: inset, width, height: ROW - 2 * inset });
}

/** 1, 2 or 5 times a power of ten, at least that much. @param {number} least */
function niceStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return power * ([1, 2, 5].find((factor) => factor * power >= least) ?? 10);
}

/** In one unit for all of an axis. @param {number} time @param {number} longest */
function axisText(time, longest) {
  if (time === 0) return '0';
  const rounded = (/** @type {number} */ number) => Number(number.toPrecision(9));
  if (longest < 1000) return `${rounded(time)} ms`;
  if (longest < 120_000) return `${rounded(time / 1000)} s`;
  const seconds = rounded((time / 1000) % 60);
  return `${Math.floor(time / 60_000)}:${seconds < 10 ? '0' : ''}${seconds}`;
}

/** @param {string} name @param {Record<string, string | number>} attributes @returns {SVGElement} */
function svg(name, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  set(element, attributes);
  return /** @type {SVGElement} */ (element);
}

/**
 * Setting what it is already would still cost.
 *
 * @param {Element} element
 * @param {Record<string, string | number>} attributes
 */
function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    const text = String(value);
    if (element.getAttribute(name) !== text) element.setAttribute(name, text);
  }
}

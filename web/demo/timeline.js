/** When each task of a run has run, waited and was being cancelled, put together from what `ontasks` tells. */
import { wordsOfPlace } from './places.js';

/** Bounds of what is kept: rows, and spans of a row. */
const MOST_ROWS = 300;
const MOST_SPANS = 128;
/** So many old spans become one where there are too many. */
const TOGETHER = 4;

/** @typedef {import('corun').TaskChange} TaskChange */
/** @typedef {'run' | 'wait' | 'cancel'} Kind */

/**
 * Times are milliseconds since the beginning of the time line.
 *
 * @typedef {object} Span
 * @property {Kind} kind
 * @property {number} from
 * @property {number | null} to null: it lasts
 * @property {string} what it waits for; may be empty
 * @property {string} where it stands; may be empty
 * @property {number} count of the spans that it stands for
 */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {string} coroutine
 * @property {Span[]} spans without gaps, at least one
 * @property {{ time: number, how: 'ended' | 'cancelled' | 'stopped' } | null} end `cancelled`: it was asked to stop
 *   before; `stopped`: with the program
 * @property {Record<Kind, number>} totals of the spans that are over
 * @property {Map<string, number>} waits likewise, by what was waited for
 * @property {number} version rises when a span ends
 */

/** @type {Record<string, Kind>} */
const KINDS = { new: 'run', ready: 'run', running: 'run', pending: 'wait', cancelling: 'cancel' };

export class Timeline {
  /** @type {Row[]} oldest first */ rows = [];
  /** How many tasks had no room. */
  left = 0;
  ended = false;
  /** @type {number | null} */ #origin = null;
  #end = 0;
  #latest = 0;
  /** @type {Map<number, Row>} those that are not done */ #live = new Map();

  /** Its length by now. */
  get length() {
    if (this.ended || this.#origin === null) return this.#end;
    return Math.max(this.#end, performance.timeOrigin + performance.now() - this.#origin);
  }

  /** @param {TaskChange[]} changes */
  add(changes) {
    if (this.ended) return;
    for (const change of changes) this.#addOne(change);
  }

  /** The program has ended; what it did not say of its tasks it will never say. */
  end() {
    const time = this.length;
    this.#end = time;
    this.ended = true;
    for (const row of this.#live.values()) endRow(row, time, 'stopped');
    this.#live.clear();
  }

  /** @param {TaskChange} change */
  #addOne(change) {
    this.#origin ??= change.time;
    const time = Math.max(change.time - this.#origin, 0);
    this.#end = Math.max(this.#end, time);
    const row = this.#live.get(change.task) ?? this.#newRow(change);
    if (!row) return;
    const kind = KINDS[change.state];
    if (kind) return goOn(row, { kind, from: time, to: null, count: 1, ...detailsOf(change, kind) });
    endRow(row, time, row.spans.at(-1)?.kind === 'cancel' ? 'cancelled' : 'ended');
    this.#live.delete(change.task);
  }

  /** @param {TaskChange} change @returns {Row | undefined} undefined: there is no room */
  #newRow({ task, name, coroutine }) {
    if (task <= this.#latest) return undefined;
    this.#latest = task;
    if (this.rows.length >= MOST_ROWS) {
      this.left++;
      const over = this.rows.findIndex(({ end }) => end !== null);
      if (over < 0) return undefined;
      this.rows.splice(over, 1);
    }
    const totals = { run: 0, wait: 0, cancel: 0 };
    const row = { name, coroutine, spans: [], end: null, totals, waits: new Map(), version: 0 };
    this.rows.push(row);
    this.#live.set(task, row);
    return row;
  }
}

/** @param {TaskChange} change @param {Kind} kind */
function detailsOf({ waitsFor, at }, kind) {
  if (kind === 'run') return { what: '', where: '' };
  return { what: waitsFor ?? '', where: at ? wordsOfPlace(at) : '' };
}

/** @param {Row} row @param {Span} next */
function goOn(row, next) {
  const last = row.spans.at(-1);
  if (last && last.kind === next.kind && last.what === next.what && last.where === next.where) return;
  endSpan(row, next.from);
  row.spans.push(next);
  if (row.spans.length <= MOST_SPANS) return;
  const half = MOST_SPANS / 2;
  row.spans = [...thinned(row.spans.slice(0, -half)), ...row.spans.slice(-half)];
}

/** @param {Row} row @param {number} time */
function endSpan(row, time) {
  const last = row.spans.at(-1);
  if (!last) return;
  last.to = time;
  row.totals[last.kind] += time - last.from;
  if (last.what) row.waits.set(last.what, (row.waits.get(last.what) ?? 0) + time - last.from);
  row.version++;
}

/** @param {Row} row @param {number} time @param {'ended' | 'cancelled' | 'stopped'} how */
function endRow(row, time, how) {
  endSpan(row, time);
  row.end = { time, how };
}

/** Fewer spans: of several together the longest gives what is shown. @param {Span[]} spans */
function thinned(spans) {
  /** @type {Span[]} */
  const fewer = [];
  for (let i = 0; i < spans.length; i += TOGETHER) {
    const group = spans.slice(i, i + TOGETHER);
    const longest = group.reduce((one, other) => (lengthOf(other) > lengthOf(one) ? other : one));
    const [first, last] = [/** @type {Span} */ (group[0]), /** @type {Span} */ (group.at(-1))];
    const count = group.reduce((sum, span) => sum + span.count, 0);
    fewer.push({ ...longest, from: first.from, to: last.to, count });
  }
  return fewer;
}

/** @param {Span} span */
const lengthOf = ({ from, to }) => (to ?? from) - from;

/** A time line in words: of one span, of one task, of all. */

/** @typedef {import('./timeline.js').Timeline} Timeline */
/** @typedef {import('./timeline.js').Row} Row */
/** @typedef {import('./timeline.js').Span} Span */

/** @param {number} ms */
export function duration(ms) {
  if (ms < 9.95) return `${Number(ms.toFixed(1))} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_995) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** @param {Row} row */
export const titleOf = ({ name, coroutine }) => (coroutine ? `${name} ${coroutine}` : name);

/** @param {Row} row @param {Span} span @param {number} now */
export function wordsOfSpan(row, span, now) {
  const to = span.to ?? now;
  const doing = {
    run: 'ran, or was ready to',
    wait: span.what ? `waited (${span.what})` : 'waited',
    cancel: span.what ? `was being cancelled, and waited (${span.what})` : 'was being cancelled',
  }[span.kind];
  const parts = [`${titleOf(row)}: ${doing}`];
  if (span.where) parts.push(span.where);
  if (span.count > 1) parts.push(`mostly, ${span.count} spans in one`);
  const until = span.to === null ? 'until now' : `to ${duration(to)}`;
  parts.push(`${duration(to - span.from)}, from ${duration(span.from)} ${until}`);
  if (row.end && span === row.spans.at(-1)) parts.push(ends[row.end.how]);
  return `${parts.join(', ')}.`;
}

const ends = {
  ended: 'then ended',
  cancelled: 'then ended, having been asked to stop',
  stopped: 'then was stopped with the program',
};

/** @param {Row} row @param {number} now */
export function wordsOfRow(row, now) {
  const began = row.spans[0]?.from ?? 0;
  const last = row.spans.at(-1);
  const totals = { ...row.totals };
  const waits = new Map(row.waits);
  if (last && last.to === null) {
    totals[last.kind] += now - last.from;
    if (last.what) waits.set(last.what, (waits.get(last.what) ?? 0) + now - last.from);
  }
  const until = row.end ? `to ${duration(row.end.time)}, ${ends[row.end.how]}` : 'until now';
  const did = [`ran ${duration(totals.run)}`, `waited ${duration(totals.wait)}`];
  if (row.spans.some(({ kind }) => kind === 'cancel')) did.push(`was being cancelled ${duration(totals.cancel)}`);
  const what = [...waits].map(([name, ms]) => `${name} ${duration(ms)}`).join(', ');
  return `${titleOf(row)}: from ${duration(began)} ${until}. It ${did.join(', ')}${what && ` (${what})`}.`;
}

/** @param {Timeline} timeline */
export function summary({ rows, left, length }) {
  if (rows.length === 0) return 'No tasks yet.';
  const count = (/** @type {string} */ how) => rows.filter(({ end }) => end?.how === how).length;
  const parts = [
    [count('ended'), 'ended'],
    [count('cancelled'), 'ended after they were asked to stop'],
    [count('stopped'), 'stopped with the program'],
    [rows.filter(({ end }) => !end).length, 'not done'],
  ].filter(([number]) => number);
  const tasks = rows.length === 1 ? '1 task' : `${rows.length} tasks`;
  const more = left > 0 ? ` ${left} more had no room.` : '';
  return `${tasks} in ${duration(length)}: ${parts.map((part) => part.join(' ')).join(', ')}.${more}`;
}

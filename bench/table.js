/* Medians, and the table as Markdown. */

/** @param {number[]} numbers not empty */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three digits that count: 0.123, 12.3, 1234. */
const digits = (number) => number.toFixed(number >= 100 ? 0 : number >= 10 ? 1 : number >= 1 ? 2 : 3);

/** Ratios of two columns: what is divided by what. */
const ratios = [['wasm, Node', 'native'], ['wasm, wasmtime', 'native'], ['asyncio', 'native']];

/**
 * @param {import('./rows.js').rows} rows
 * @param {string[]} columns
 * @param {(row: string, column: string) => number | undefined} look a number
 * @returns {string}
 */
export function table(rows, columns, look) {
  const head = ['', ...columns, ...ratios.map(([a, b]) => `${a} / ${b}`)];
  const lines = rows.map(({ name, text, unit, of }) => [
    `${text} (${unit})`,
    ...columns.map((column) => shown(look(name, column), (number) => digits(number / of))),
    ...ratios.map(([a, b]) => shown(quotient(look(name, a), look(name, b)), (number) => `${digits(number)}×`)),
  ]);
  return layOut([head, ...lines]);
}

const shown = (number, form) => (number === undefined ? '–' : form(number));

const quotient = (a, b) => (a === undefined || b === undefined ? undefined : a / b);

function layOut(cells) {
  const widths = cells[0].map((_, i) => Math.max(...cells.map((line) => line[i].length)));
  const form = (line) => `| ${line.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  const [head, ...lines] = cells;
  return [form(head), rule, ...lines.map(form)].join('\n');
}

// The table of docs/platforms.md whose every cell is held by tests: tests/platforms.json, and what makes text of it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './env.js';

const read = (path) => readFileSync(join(root, path), 'utf8');
const { hosts, tests, rows } = JSON.parse(read('tests/platforms.json'));

const begin = '<!-- tests/platforms.json -->\n';
const end = '<!-- end -->\n';

/** Tests that are named and not there. @returns {string[]} */
export function missingTests() {
  const used = new Set(rows.flatMap(([, ...cells]) => cells.flatMap(([, ...names]) => names)));
  const unknown = [...used].filter((name) => !(name in tests)).map((name) => `there is no test called '${name}'`);
  const unused = Object.keys(tests).filter((name) => !used.has(name)).map((name) => `'${name}' holds no cell`);
  const gone = Object.values(tests).filter(([file, title]) => !read(file).includes(title)).map(([file, title]) => `${file} has no '${title}'`);
  return [...unknown, ...unused, ...gone];
}

/** docs/platforms.md with the table as it should be. */
export function withTable() {
  const text = read('docs/platforms.md');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error('docs/platforms.md has lost the marks of its table');
  return text.slice(0, from + begin.length) + table() + text.slice(to);
}

function table() {
  const numbers = new Map(Object.keys(tests).map((name, i) => [name, i + 1]));
  const cell = ([says, ...names]) => [says, names.map((name) => numbers.get(name)).join(' ')].filter(Boolean).join(' · ');
  const line = (cells) => `| ${cells.join(' | ')} |`;
  const lines = rows.map(([behaviour, ...cells]) => line([behaviour, ...cells.map(cell)]));
  const list = Object.values(tests).map(([file, title], i) => `${i + 1}. ${file}: ${title.replace(/\$\{\w+\}/g, '…')}`);
  return ['', line(['', ...hosts]), line(['', ...hosts].map(() => '---')), ...lines, '', 'The tests:', '', ...list, '', ''].join('\n');
}

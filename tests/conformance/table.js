// What the conformance tests prove: a table of scenario by host, made of the results of a run.
import { readFileSync } from 'node:fs';
import { engines } from '../support/engines.js';

/** @typedef {import('../support/c-tests.js').Result} Result */

const read = (name) => JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));

const { scenarios } = read('scenarios.json');
export const exceptions = read('exceptions.json');

/** Blocking or in turns, a process's own loop is one column; where the host drives there are only turns. */
const columns = [
  { title: 'native epoll', platform: 'native', kinds: ['host', 'turn'], needs: 'native' },
  { title: 'native poll', platform: 'native-poll', kinds: ['host', 'turn'], needs: 'native' },
  { title: 'native sim', platform: 'native', kinds: ['sim'], needs: 'native' },
  { title: 'wasmtime poll_oneoff', platform: 'wasmtime', kinds: ['host', 'turn'], needs: 'wasi' },
  { title: 'wasmtime sim', platform: 'wasmtime', kinds: ['sim'], needs: 'wasi' },
  { title: 'Node turn', platform: 'node', kinds: ['turn'], needs: 'wasi' },
  { title: 'Node sim', platform: 'node', kinds: ['sim'], needs: 'wasi' },
  ...Object.entries(engines).flatMap(([platform, { title }]) => [
    { title: `${title} turn`, platform, kinds: ['turn'], needs: 'browser' },
    { title: `${title} sim`, platform, kinds: ['sim'], needs: 'browser' },
  ]),
];

/** RUN-01 of RUN_01_returns_the_main_result@sim; undefined for a name that begins with no id. */
export function idOf({ name }) {
  const [, area, number] = /^([A-Z]+)_(\d+)_/.exec(name) ?? [];
  return area && `${area}-${number}`;
}

const isExcepted = (id, kind) => exceptions.cells.some(({ ids, kinds }) => ids.includes(id) && kinds.includes(kind));

/**
 * @param {Result[]} results of one scenario
 * @returns {'yes' | 'FAILS' | 'see' | 'no' | '' | 'MISSING'}
 */
function cell({ id, platforms }, column, results) {
  const here = results.filter(({ platform, kind }) => platform === column.platform && column.kinds.includes(kind));
  if (here.some(({ passed }) => !passed)) return 'FAILS';
  if (here.length > 0) return 'yes';
  if (exceptions.elsewhere.some((one) => one.id === id && one.columns.includes(column.title))) return 'see';
  if (!platforms.includes(column.needs)) return '';
  return column.kinds.every((kind) => isExcepted(id, kind)) ? 'no' : 'MISSING';
}

function rows(results) {
  return scenarios.map((scenario) => {
    const own = results.filter((result) => idOf(result) === scenario.id);
    return { scenario, cells: columns.map((column) => cell(scenario, column, own)) };
  });
}

/** Every tested loop of a scenario, by kind: a column may hide that one of its kinds is missing. */
function untestedKinds(results) {
  const problems = [];
  for (const { id } of scenarios) {
    const own = results.filter((result) => idOf(result) === id);
    const kinds = new Set(own.map(({ kind }) => kind));
    for (const kind of own.length > 0 ? ['sim', 'host', 'turn'] : [])
      if (kinds.has(kind) === isExcepted(id, kind))
        problems.push(`${id}, ${kind}: ${kinds.has(kind) ? 'tested, though exceptions.json says why not' : 'not tested'}`);
  }
  return problems;
}

/** What is wrong with the proof: in words, empty if nothing. */
export function problems(results) {
  const known = new Set(scenarios.map(({ id }) => id));
  const unknown = results.filter((result) => !known.has(idOf(result))).map(({ name }) => `${name}: there is no such scenario`);
  const open = rows(results).flatMap(({ scenario, cells }) => cells
    .map((text, i) => `${scenario.id}, ${columns[i].title}: ${text}`)
    .filter((text) => /(FAILS|MISSING)$/.test(text)));
  return [...new Set([...unknown, ...open, ...untestedKinds(results)])];
}

const line = (cells) => `| ${cells.join(' | ')} |`;

function count(table, text) {
  return table.reduce((sum, { cells }) => sum + cells.filter((one) => one === text).length, 0);
}

/** docs/conformance.md */
export function render(results) {
  const table = rows(results);
  const head = ['scenario', ...columns.map(({ title }) => title)];
  const body = table.map(({ scenario, cells }) => line([`${scenario.id} ${scenario.title}`, ...cells]));
  const cells = exceptions.cells.map(({ ids, kinds, reason }) => `- ${ids.join(', ')}, ${kinds.join(' and ')}: ${reason}.`);
  const elsewhere = exceptions.elsewhere.map(({ id, file, test, reason }) => `- ${id}: \`${file}\`, "${test}": ${reason}.`);
  const differs = Object.entries(exceptions.differs).map(([id, reason]) => `- ${id}: ${reason}`);
  return `# Conformance

What Corun does as Python's asyncio does, scenario by scenario, on every host. \`npm test\` writes this page from what it has
seen, and fails where it says otherwise; the scenarios are tests/conformance/scenarios.json, each checked against CPython 3.14.10, the
tests tests/conformance/*_test.c, each named by its scenario.

\`yes\`: tested and passed, natively in three builds (release, sanitizers, hard-test) and poll(2) in a fourth, on Node in two (WASI,
Emscripten). epoll, poll and poll_oneoff are tested twice, blocking and in turns (\`corun_runner_start\` and \`corun_loop_turn\`).
\`see\`: tested elsewhere, named below. \`no\`: has no meaning there, the reason is below.
Empty: asyncio's own scenario is not for that host.

${count(table, 'yes')} cells are proven.

${line(head)}
${line(head.map(() => '---'))}
${body.join('\n')}

## Tested elsewhere

${elsewhere.join('\n')}

## Not on these loops

\`sim\` is the loop of virtual time, \`host\` the host's own one with blocking runs, \`turn\` the same driven in turns.

${cells.join('\n')}

## Where C says it differently

What a scenario asks for that has no meaning in C, or another form, one by one. Everything else in it is tested as it stands.

${differs.join('\n')}
`;
}

/* `npm run bench [-- --rounds N]`: the same measurements on every host, and asyncio's beside them. The
 * hosts take turns, so that a busy minute of the machine falls on all of them; what is shown are the
 * medians over the rounds, and the quickest rounds, which other work disturbed least.
 * docs/benchmarks.md says what each line means. */
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { abortTable } from './aborts.js';
import { columns } from './columns.js';
import { numbersOf, secondInterrupt } from './processes.js';
import { rows } from './rows.js';
import { driverLine, sizeLine } from './size.js';
import { median, table } from './table.js';

const interruptsMeasured = 20;

const rounds = readRounds();
const notes = [];
/** @type {Map<string, Map<string, number[]>>} column to row to what was measured */
const results = new Map();

const ready = await prepareAll();
for (let round = 1; round <= rounds; round++) await runRound(round);
await measureInterrupts();
print();

function readRounds() {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' } } });
  const number = Number(values.rounds);
  if (Number.isInteger(number) && number > 0) return number;
  process.stderr.write(`bench: --rounds takes a number of at least 1, not '${values.rounds}'\n`);
  process.exit(2);
}

async function prepareAll() {
  const prepared = [];
  for (const { name, prepare } of columns) {
    progress(`building for ${name}`);
    try {
      prepared.push({ name, failed: false, ...(await prepare()) });
      results.set(name, new Map());
    } catch (error) {
      note(`${name}: missing: ${error.message}`);
    }
  }
  return prepared;
}

async function runRound(round) {
  for (const column of ready) {
    progress(`round ${round} of ${rounds}: ${column.name}`);
    for (const command of column.commands) {
      await attempt(column, async () => {
        for (const [row, number] of await numbersOf(command)) add(column.name, row, number);
      });
    }
  }
}

async function measureInterrupts() {
  for (let i = 1; i <= interruptsMeasured; i++) {
    progress(`second Ctrl-C: ${i} of ${interruptsMeasured}`);
    for (const column of ready.filter(({ spin }) => spin)) {
      await attempt(column, async () => add(column.name, 'second_interrupt', await secondInterrupt(column.spin)));
    }
  }
}

/** A host that fails is named below the table, and fails the bench; the others go on. */
async function attempt(column, work) {
  await work().catch((error) => {
    note(`${column.name}: failed: ${error.message}`);
    process.exitCode = 1;
  });
}

function add(column, row, number) {
  const numbers = results.get(column);
  if (!numbers.has(row)) numbers.set(row, []);
  numbers.get(row).push(number);
}

/** Gives what `choose` makes of a row's numbers. */
function looker(choose) {
  return (row, column) => {
    const numbers = results.get(column)?.get(row);
    return numbers && choose(numbers);
  };
}

function note(text) {
  if (!notes.includes(text)) notes.push(text);
}

function progress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

async function print() {
  const size = `${await sizeLine()} ${await driverLine()}`;
  const aborts = await abortTable(progress);
  progress('');
  console.log(`${headLine()}\n`);
  const names = columns.map(({ name }) => name);
  console.log(`Medians of the rounds:\n\n${table(rows, names, looker(median))}\n`);
  console.log(`The quickest rounds:\n\n${table(rows, names, looker((numbers) => Math.min(...numbers)))}`);
  console.log(`\n${aborts}\n\n${size}`);
  for (const text of notes) console.log(text);
}

function headLine() {
  const cores = cpus();
  const load = loadavg().map((number) => number.toFixed(1)).join(' ');
  return [
    new Date().toISOString().slice(0, 10),
    `${cores.length} × ${cores[0].model}`,
    `Node ${process.versions.node}`,
    `rounds: ${rounds}`,
    `load ${load}`,
  ].join(', ');
}

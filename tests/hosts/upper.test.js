// examples/upper.c against `tr a-z A-Z`, 64 MiB of all bytes: as a file and through a pipe, with and
// without the control channel; and Ctrl-C in the middle.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { closeSync, openSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { wasmtime } from '../support/env.js';
import { execute, succeed } from '../support/process.js';
import { Terminal, corun, example, run, runHosts, temporaryDirectory } from './command.js';

const options = { timeout: 120_000 };
const megabyte = 1 << 20;

/** Runs a line of shell; `args` are "$0", "$@". */
const shell = (line, args) => succeed('sh', ['-c', line, ...args], { timeout: 100_000 });
const checksum = (line, args) => shell(`${line} | sha256sum`, args);

/** @type {{ input: string, expected: string, wasm: string }} */
let files;
const cleanups = [];
before(async () => {
  const directory = temporaryDirectory({ after: (action) => cleanups.push(action) });
  const [input, wasm] = [join(directory, 'input'), join(directory, 'upper.wasm')];
  // Bytes that look random: all of them, the control channel's own included.
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16));
  writeFileSync(input, cipher.update(Buffer.alloc(64 * megabyte)));
  const expected = await checksum('LC_ALL=C tr a-z A-Z < "$0"', [input]);
  if (runHosts.includes('wasmtime')) assert.equal((await run(['build', example('upper'), '-o', wasm])).status, 0);
  files = { input, expected, wasm };
});
after(() => cleanups.forEach((action) => action()));

/** @param {string} name @param {() => string[]} command */
function convertsAsTr(name, command) {
  describe(`upper as tr, ${name}`, () => {
    test('a file', options, async () => {
      assert.equal(await checksum('{ "$@" < "$0" || echo failed; }', [files.input, ...command()]), files.expected);
    });
    test('a pipe', options, async () => {
      assert.equal(await checksum('cat "$0" | { "$@" || echo failed; }', [files.input, ...command()]), files.expected);
    });
    test('nothing', options, async () => {
      const { status, stdout } = await execute(command()[0], command().slice(1), { input: '' });
      assert.deepEqual([status, stdout], [0, '']);
    });
  });
}

for (const host of runHosts) convertsAsTr(host, () => [process.execPath, corun, 'run', '--host', host, example('upper')]);
if (runHosts.includes('wasmtime')) convertsAsTr('plain wasmtime', () => [wasmtime(), 'run', files.wasm]);

for (const host of runHosts) {
  describe(`Ctrl-C in the middle of upper, ${host}`, () => {
    const line = `exec "$0" "$1" run --host ${host} "$2" < "$3" > "$4"`;

    /** Interrupts it when some megabytes are done: what it says it did must be what is there. */
    async function interruptInTheMiddle(directory, input) {
      const output = join(directory, 'output');
      writeFileSync(output, '');
      const terminal = new Terminal(['sh', '-c', line, process.execPath, corun, example('upper'), input, output]);
      while (!terminal.over && statSync(output).size < 4 * megabyte) await setTimeout(5);
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'SIGINT', terminal.output);
      assert.equal(terminal.output, `interrupted after ${statSync(output).size} bytes\n`);
    }

    test('a file', options, async (t) => {
      const directory = temporaryDirectory(t);
      const input = join(directory, 'input');
      closeSync(openSync(input, 'w'));
      truncateSync(input, 2 ** 40); // sparse: no disk holds what is read
      await interruptInTheMiddle(directory, input);
    });

    test('a pipe', options, async (t) => {
      const directory = temporaryDirectory(t);
      const input = join(directory, 'input');
      await succeed('mkfifo', [input]);
      const writer = spawn('sh', ['-c', 'exec cat /dev/zero > "$0"', input], { stdio: 'ignore' });
      t.after(() => writer.kill());
      await interruptInTheMiddle(directory, input);
    });
  });
}

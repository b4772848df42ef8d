// `corun run --runtime`: the launcher with other WASI runtimes. All that a real one does is tried by
// `npm run runtimes`; here there is one that needs nothing installed, Node's own, and the lines that others are given.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { findProgram } from '../../web/commands/compilers.js';
import { tests } from '../support/env.js';
import { execute } from '../support/process.js';
import { Process, Terminal, corun, example, program, run, temporaryDirectory } from './command.js';
import { processesOf, stateOf, until } from './proc.js';

const skip = !tests('node') && !tests('wasmtime') && 'no host for WebAssembly is tested';
const options = { timeout: 60_000, skip };

describe('node:wasi', { concurrency: 2 }, () => {
  const inNode = (file, ...args) => ['run', '--runtime', 'node', file, ...args];
  const start = (file, ...args) => run(inNode(file, ...args), { timeout: 30_000 });

  test('Ctrl-C: the cleanup runs to its end, then the process dies of SIGINT', options, async () => {
    const terminal = Terminal.corun(inNode(example('countdown')));
    await terminal.shows('4\n');
    terminal.interrupt();
    assert.equal(await terminal.ended(), 'SIGINT');
    assert.equal(terminal.output, '5\n4\naborted at 4, cleaning up\nclean\n');
  });

  // Its poll_oneoff does not look at descriptors when the clock's time is over.
  test('Ctrl-C while work is always ready', options, async () => {
    const terminal = Terminal.corun(inNode(program('yields')));
    await terminal.shows('working\n');
    terminal.interrupt();
    assert.equal(await terminal.ended(), 'SIGINT');
    assert.equal(terminal.output, 'working\nclean\n');
  });

  test('the second one ends a tight loop', options, async () => {
    const terminal = Terminal.corun(inNode(program('spins')));
    await terminal.shows('spinning\n');
    terminal.interrupt();
    await setTimeout(500);
    terminal.interrupt();
    assert.equal(await terminal.ended(), 'SIGINT');
  });

  test('statuses, and what a trap ends with', options, async () => {
    for (const status of [0, 7, 124]) assert.equal((await start(program('returns'), String(status))).status, status);
    const { status, stdout, stderr } = await start(program('traps'));
    assert.deepEqual([status, stdout], [134, 'before\n']);
    assert.match(stderr, /^[^\n]*: unreachable\n$/);
  });

  test('arguments, environment and directories', options, async (t) => {
    const { stdout, stderr } = await run(['run', '--runtime', 'node', '--env', 'SHOWN=a = b ü', program('shows'), '--', '', '--x=1', '日本'],
                                         { timeout: 30_000 });
    assert.equal(stdout, '[shows]\n[]\n[--x=1]\n[日本]\nSHOWN=a = b ü\n', stderr);
    const directory = temporaryDirectory(t);
    writeFileSync(join(directory, 'file'), 'a line\n');
    const seen = await run(['run', '--runtime', 'node', '--dir', `${directory}::/seen`, program('reads'), '/seen/file'], { timeout: 30_000 });
    assert.deepEqual([seen.status, seen.stdout], [0, 'a line\ndebug off\n'], seen.stderr);
  });

  test('its input arrives, in pieces and to its end, also without the launcher', options, async (t) => {
    const file = join(temporaryDirectory(t), 'upper.wasm');
    assert.equal((await run(['build', example('upper'), '-o', file])).status, 0);
    const plain = new URL('../../web/commands/node-wasi.js', import.meta.url).pathname;
    const pieces = '{ sleep 0.2; printf "a li"; sleep 0.2; printf "ne\\n"; } | timeout 20 "$0" "$@"';
    for (const line of [[corun, 'run', '--runtime', 'node', file], [plain, file]]) {
      const { status, stdout } = await execute('sh', ['-c', pieces, process.execPath, ...line], { timeout: 30_000 });
      assert.deepEqual([status, stdout], [0, 'A LINE\n']);
    }
  });
});

describe('the lines that runtimes are given', { concurrency: 2 }, () => {
  /** A runtime that shows its line, and what `corun run` makes of it. */
  async function lineOf(t, name, ...args) {
    const directory = temporaryDirectory(t);
    const path = join(directory, name);
    writeFileSync(path, '#!/bin/sh\nfor word; do echo "$word"; done\nexit 7\n');
    chmodSync(path, 0o755);
    const outcome = await run(['run', '--runtime', path, '--env', 'A=b c', ...args], { timeout: 30_000, env: { TMPDIR: directory } });
    assert.equal(outcome.status, 7, outcome.stderr);
    assert.deepEqual(readdirSync(directory), [name], 'nothing is left behind');
    return outcome.stdout.replaceAll(directory, '').replace(/corun-\w+|\/\S*\.wasm/g, 'TEMPORARY').trimEnd().split('\n');
  }
  const control = ['CORUN_CONTROL=stdin', 'CORUN_INTERRUPT_STATUS=125'];

  test('wasmtime', options, async (t) => {
    assert.deepEqual(await lineOf(t, 'wasmtime', '--dir', '/etc::/seen', program('shows'), '--', '--x'), [
      'run', '--argv0=shows', '--env=A=b c', ...control.map((word) => `--env=${word}`), '--dir=/etc::/seen', 'TEMPORARY', '--x',
    ]);
  });

  test('wazero', options, async (t) => {
    assert.deepEqual(await lineOf(t, 'wazero', '--dir', '/etc::/seen', program('shows'), '--', '--x'), [
      'run', '-env=A=b c', ...control.map((word) => `-env=${word}`), '-mount=/etc:/seen', '/TEMPORARY/shows', '--', '--x',
    ]);
  });

  test('wasmi', options, async (t) => {
    assert.deepEqual(await lineOf(t, 'wasmi', '--dir', '/etc', program('shows'), '--', '--x'), [
      'run', '--env=A=b c', ...control.map((word) => `--env=${word}`), '--dir=/etc', '--', '/TEMPORARY/shows', '--x',
    ]);
  });
});

describe('refusals', { concurrency: 2 }, () => {
  const cases = [
    ['an unknown one', ['--runtime', 'moon'], 2, /no runtime 'moon'; there are wasmtime, wazero, wasmi, node/],
    ['beside another host', ['--runtime', 'wazero', '--host', 'native'], 2, /--runtime is for WASI runtimes, not for --host native/],
    ['wazero that is not there', ['--runtime', '/nowhere/wazero'], 127, /there is no \/nowhere\/wazero; .* go install \S+wazero@v\d/],
    ['wasmi that is not there', ['--runtime', '/nowhere/wasmi'], 127, /there is no \/nowhere\/wasmi; .* cargo install .*wasmi_cli --version \d/],
  ];
  for (const [name, args, status, message] of cases) {
    test(name, options, async () => {
      const outcome = await run(['run', ...args, program('returns')], { timeout: 30_000 });
      assert.deepEqual([outcome.status, outcome.stdout], [status, ''], outcome.stderr);
      assert.match(outcome.stderr, message);
      assert.match(outcome.stderr, /^corun: [^\n]+\n$/);
    });
  }

  const shapes = [['wasmi', '/etc::/seen', /wasmi gives a directory no other name/], ['wazero', '/etc::/a:b', /no directory with a colon/]];
  for (const [name, dir, message] of shapes) {
    test(`a directory that ${name} cannot give`, options, async (t) => {
      const path = join(temporaryDirectory(t), name);
      writeFileSync(path, '#!/bin/sh\n', { mode: 0o755 });
      const outcome = await run(['run', '--runtime', path, '--dir', dir, program('returns')], { timeout: 30_000 });
      assert.equal(outcome.status, 2);
      assert.match(outcome.stderr, message);
    });
  }
});

test('a runtime that cannot be started: said at once, also while the input is open', options, async (t) => {
  const directory = temporaryDirectory(t);
  const [bin, file] = ['bin', 'countdown.wasm'].map((name) => join(directory, name));
  assert.equal((await run(['build', example('countdown'), '-o', file])).status, 0);
  mkdirSync(bin);
  symlinkSync(findProgram('mkfifo'), join(bin, 'mkfifo')); // and no shell
  const line = ['/bin/sh', '-c', 'exec "$@" 2>&1', 'sh', process.execPath, corun, 'run', '--runtime', 'node', file];
  const command = new Process(t, line, { env: { PATH: bin } });
  await command.shows('corun: spawn sh ENOENT\n');
  assert.equal(await command.ended(), 'status 126');
});

test('the status of an interrupt, without one, is a status', options, async (t) => {
  const path = join(temporaryDirectory(t), 'wasmtime');
  writeFileSync(path, '#!/bin/sh\nexit 125\n', { mode: 0o755 });
  assert.equal((await run(['run', '--runtime', path, program('returns')], { timeout: 30_000 })).status, 125);
});

test('a guard that is gone holds nobody up', options, async (t) => {
  const path = join(temporaryDirectory(t), 'wasmtime');
  writeFileSync(path, '#!/bin/sh\necho ready\nread -r line\nexit 7\n', { mode: 0o755 });
  const command = new Process(t, [process.execPath, corun, 'run', '--runtime', path, program('returns')]);
  await command.shows('ready\n');
  const { others } = processesOf(command.child.pid);
  for (const pid of others) process.kill(pid, 'SIGKILL');
  await until(() => others.every((pid) => stateOf(pid) === 'gone'));
  command.type('a line\n');
  assert.equal(await command.ended(), 'status 7');
});

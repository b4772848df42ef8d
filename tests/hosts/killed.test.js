// A launcher that is killed (SIGKILL): its program, which has a session of its own, does not outlive it for ever. One
// that listens cleans up; one that does not is killed.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { tests } from '../support/env.js';
import { Terminal, corun, example, program, run, temporaryDirectory } from './command.js';
import { isOver, processesOf, stateOf, until } from './proc.js';

const runtimes = { wasmtime: 'wasmtime', node: 'node:wasi' };

// The shell keeps the terminal when the launcher is gone; at Ctrl-D it ends.
const script = 'trap : INT; "$@"; echo "ended $?"; cat';

/** Starts a program, and gives it and its processes once it has shown something. */
async function begin(t, runtime, file, shown, ...more) {
  const terminal = new Terminal(['sh', '-c', script, 'sh', process.execPath, corun, 'run', '--runtime', runtime, ...more, file]);
  await terminal.shows(shown);
  const { launcher, program, others } = processesOf(terminal.child.pid);
  t.after(() => {
    if (!isOver(program)) process.kill(program, 'SIGKILL');
    terminal.type('\x04');
  });
  return { terminal, launcher, program, all: [launcher, program, ...others] };
}

for (const [runtime, title] of Object.entries(runtimes)) {
  const options = { timeout: 60_000, skip: !tests(runtime) && `${runtime} is not tested` };

  describe(`the launcher of ${title} is killed`, { concurrency: 2 }, () => {
    test('a program in a tight loop is killed', options, async (t) => {
      const { launcher, all } = await begin(t, runtime, program('spins'), 'spinning\n', '--grace', '1');
      process.kill(launcher, 'SIGKILL');
      await until(() => all.every(isOver));
    });

    test('one in a tight loop that Ctrl-C could not reach, too', options, async (t) => {
      const { terminal, launcher, all } = await begin(t, runtime, program('spins'), 'spinning\n', '--grace', '2');
      terminal.interrupt();
      await setTimeout(300); // it reaches the launcher, and would reach a guard that had no session of its own
      process.kill(launcher, 'SIGKILL');
      await until(() => all.every(isOver));
    });

    test('one that is stopped, too', options, async (t) => {
      const { launcher, program: stopped, all } = await begin(t, runtime, example('countdown'), '4\n', '--grace', '1');
      process.kill(stopped, 'SIGSTOP');
      process.kill(launcher, 'SIGKILL');
      await until(() => all.every(isOver));
    });

    test('one whose cleanup never ends, too', options, async (t) => {
      const { terminal, launcher, all } = await begin(t, runtime, program('lingers'), 'waiting\n', '--grace', '5');
      process.kill(launcher, 'SIGKILL');
      await terminal.shows('cleaning up\n'); // within the grace, also on a busy machine
      await until(() => all.every(isOver));
    });

    test('one that listens cleans up', options, async (t) => {
      const { terminal, launcher, all } = await begin(t, runtime, example('countdown'), '4\n');
      process.kill(launcher, 'SIGKILL');
      await terminal.shows('aborted at 4, cleaning up\n');
      await terminal.shows('clean\n');
      await until(() => all.every(isOver));
    });
  });

  describe(`the launcher of ${title} is not killed`, { concurrency: 2 }, () => {
    for (const [how, status] of [['an end', 0], ['Ctrl-C', 130]]) {
      test(`after ${how} nothing is left`, options, async (t) => {
        const { terminal, all } = await begin(t, runtime, example('countdown'), '4\n');
        if (status === 130) terminal.interrupt();
        await terminal.shows(`ended ${status}\n`);
        assert.deepEqual(all.filter((pid) => stateOf(pid) !== 'gone'), []);
      });
    }
  });
}

const options = { timeout: 60_000, skip: !tests('wasmtime') && 'wasmtime is not tested' };

test('a launcher that is killed the moment its program starts', options, async (t) => {
  const directory = temporaryDirectory(t);
  const [runtime, noted] = ['wasmtime', 'noted'].map((name) => join(directory, name));
  writeFileSync(runtime, `#!/bin/sh\nkill -KILL $PPID\necho $$ >'${noted}'\nexec sleep 1000\n`, { mode: 0o755 });
  const { signal } = await run(['run', '--runtime', runtime, '--grace', '1', example('countdown')]);
  assert.equal(signal, 'SIGKILL');
  const read = () => existsSync(noted) && Number(readFileSync(noted, 'utf8'));
  await until(read);
  const pid = read();
  t.after(() => { if (!isOver(pid)) process.kill(pid, 'SIGKILL'); });
  await until(() => isOver(pid));
});

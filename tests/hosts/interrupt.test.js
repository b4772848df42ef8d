// Ctrl-C in a real terminal, on every host of `corun run`: same program, same output, same end.
import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { findRuntime } from '../../web/commands/runtimes.js';
import { Process, Terminal, corun, example, program, runHosts, runLine, temporaryDirectory } from './command.js';

const options = { timeout: 60_000 };

/** Makes a process do nothing for a while after each spawn, as a busy machine does. */
const slowSpawn = `data:text/javascript,${encodeURIComponent(`
  import childProcess from 'node:child_process';
  import { syncBuiltinESMExports } from 'node:module';
  const { spawn } = childProcess;
  childProcess.spawn = (...args) => {
    const child = spawn(...args);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    return child;
  };
  syncBuiltinESMExports();`)}`;

for (const host of runHosts) {
  const start = (file, ...args) => Terminal.corun(['run', '--host', host, file, ...args]);

  describe(`Ctrl-C, ${host}`, { concurrency: 2 }, () => {
    test('without it the countdown ends', options, async () => {
      const terminal = start(example('countdown'));
      assert.equal(await terminal.ended(), 'status 0');
      assert.equal(terminal.output, '5\n4\n3\n2\n1\nliftoff\n');
    });

    test('the cleanup runs to its end, then the process dies of SIGINT', options, async () => {
      const terminal = start(example('countdown'));
      await terminal.shows('4\n');
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'SIGINT');
      assert.equal(terminal.output, '5\n4\naborted at 4, cleaning up\nclean\n');
    });

    test('one that comes before the launcher does anything else', options, async () => {
      const terminal = Terminal.corun(['run', '--host', host, program('catches')], { env: { NODE_OPTIONS: `--import ${slowSpawn}` } });
      await terminal.shows('waiting\n');
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'status 0');
    });

    test('a main that catches it and returns 0 ends with 0', options, async () => {
      const terminal = start(program('catches'));
      await terminal.shows('waiting\n');
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'status 0');
      assert.equal(terminal.output, 'waiting\ncaught CORUN_CANCELLED\ndone\n');
    });

    test('the second one ends a tight loop', options, async () => {
      const terminal = start(program('spins'));
      await terminal.shows('spinning\n');
      terminal.interrupt();
      // Two signals that come together are one: the first must have been taken.
      await setTimeout(500);
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'SIGINT');
    });

    test('the second one ends a cleanup that takes too long', options, async () => {
      const terminal = start(program('lingers'));
      await terminal.shows('waiting\n');
      terminal.interrupt();
      await terminal.shows('cleaning up\n');
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'SIGINT');
    });

    if (host === 'wasmtime') {
      test('it is heard, and input arrives, where there is no memory left', options, async (t) => {
        const runtime = join(temporaryDirectory(t), 'wasmtime');
        const line = `shift; exec '${findRuntime('wasmtime')[0]}' run -W max-memory-size=4194304 "$@"`;
        writeFileSync(runtime, `#!/bin/sh\n${line}\n`, { mode: 0o755 });
        const terminal = Terminal.corun(['run', '--runtime', runtime, program('hoards')]);
        await terminal.shows('waiting\n');
        for (let i = 0; i < 200; i++) terminal.type(`line ${i}\n`);
        await terminal.shows('line 199\n');
        terminal.interrupt();
        assert.equal(await terminal.ended(), 'SIGINT');
        assert.match(terminal.output, /^waiting\n(line \d+\n){200}cleaning up\n$/);
      });
    }

    test('--grace kills a cleanup that takes too long', options, async () => {
      const terminal = Terminal.corun(['run', '--host', host, '--grace', '0.3', program('lingers')]);
      await terminal.shows('waiting\n');
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'SIGINT');
      assert.equal(terminal.output, 'waiting\ncleaning up\n');
    });

    /** Starts the countdown with `size` bytes of input, of which it reads nothing. */
    async function startWithInput(t, size) {
      const input = join(temporaryDirectory(t), 'input');
      writeFileSync(input, Buffer.alloc(size, 'x'));
      const line = `exec "$0" "$1" run --host ${host} "$2" < "$3"`;
      const terminal = new Terminal(['sh', '-c', line, process.execPath, corun, example('countdown'), input]);
      await terminal.shows('4\n');
      return terminal;
    }

    const unread = host === 'wasmtime' ? 900_000 : 8_000_000;
    test(`${unread} bytes of input that the program does not read are not in its way`, options, async (t) => {
      const terminal = await startWithInput(t, unread);
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'SIGINT');
      assert.equal(terminal.output, '5\n4\naborted at 4, cleaning up\nclean\n');
    });

    // More than the program's side of the control channel holds: then it reads no interrupts either.
    if (host === 'wasmtime') {
      test('more input than that: told so, and the second one kills', options, async (t) => {
        const terminal = await startWithInput(t, 8_000_000);
        terminal.interrupt();
        await terminal.shows('corun: cannot reach the program; Ctrl-C again kills it\n');
        terminal.interrupt();
        assert.equal(await terminal.ended(), 'SIGINT');
      });
    }

    test('--grace keeps nobody waiting when the program has ended', options, async () => {
      const terminal = Terminal.corun(['run', '--host', host, '--grace', '1000', program('catches')]);
      await terminal.shows('waiting\n');
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'status 0');
    });

    test('under npm, which sends every SIGINT once more, one Ctrl-C is one', options, async () => {
      const terminal = Terminal.corun(['run', '--host', host, example('countdown')], { env: { npm_command: 'exec' } });
      await terminal.shows('4\n');
      if (host === 'native') terminal.interrupt(); // npm's copy does not reach the program
      else terminal.type('\x03\x03');
      assert.equal(await terminal.ended(), 'SIGINT');
      assert.match(terminal.output, /cleaning up\nclean\n$/);
    });

    // Only there a pipe shows at once what a program prints.
    if (host === 'node') {
      test('under npm, a SIGINT that comes right behind another is its copy', options, async (t) => {
        const command = new Process(t, [process.execPath, corun, 'run', program('catches')], { env: { npm_command: 'exec' } });
        await command.shows('waiting\n');
        command.kill('SIGINT');
        await command.hasTaken('SIGINT'); // two that come together are one
        command.kill('SIGINT');
        assert.equal(await command.ended(), 'status 0');
        assert.match(command.output, /done\n$/);
      });
    }

    test('Ctrl-Z stops it, fg lets it go on, Ctrl-C still cleans up', options, async () => {
      const terminal = await Terminal.shell();
      terminal.type(`${runLine(host, example('countdown'))}\n`);
      await terminal.shows('4\n');
      terminal.type('\x1a');
      await terminal.shows('Stopped');
      await terminal.shows('bash-');
      terminal.type('fg\n');
      await terminal.shows('3\n');
      terminal.interrupt();
      await terminal.shows('cleaning up\nclean\n');
      await terminal.shows('bash-');
      terminal.type('exit 5\n');
      assert.equal(await terminal.ended(), 'status 5');
    });

    test('one during the compilation ends it and leaves nothing', options, async (t) => {
      const directory = temporaryDirectory(t);
      const file = join(directory, 'fresh.c');
      writeFileSync(file, `#warning compiling\n#include "${example('countdown')}"\n`);
      const terminal = Terminal.corun(['run', '--host', host, file], { env: { XDG_CACHE_HOME: directory } });
      await terminal.shows('compiling');
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'SIGINT');
      const left = readdirSync(join(directory, 'corun/compiled')).filter((name) => name.endsWith('.new'));
      assert.deepEqual(left, []);
    });
  });
}

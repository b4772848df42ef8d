// Signals that come from elsewhere than the terminal.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { execute } from '../support/process.js';
import { cleanEnvironment, corun, example, nativeProgram, run, runHosts, temporaryDirectory } from './command.js';

const options = { timeout: 60_000 };

/** Starts upper.c and waits until it has answered, so that it runs for sure. */
async function start(t, host) {
  const output = join(temporaryDirectory(t), 'output');
  writeFileSync(output, '');
  const [out, err] = [openSync(output, 'a'), openSync(output, 'a')];
  const child = spawn(process.execPath, [corun, 'run', '--host', host, example('upper')], {
    env: cleanEnvironment(),
    stdio: ['pipe', out, err],
  });
  t.after(() => child.kill('SIGKILL'));
  child.stdin.write('corun');
  const contains = async (text) => {
    while (!readFileSync(output, 'utf8').includes(text)) await setTimeout(10);
  };
  await contains('CORUN');
  return { child, contains };
}

for (const host of runHosts) {
  describe(`signals, ${host}`, () => {
    test('SIGTERM ends the program and the command', options, async (t) => {
      const { child } = await start(t, host);
      child.kill('SIGTERM');
      assert.deepEqual(await once(child, 'exit'), [null, 'SIGTERM']);
    });

    if (host !== 'native') {
      test('SIGINT is an interrupt', options, async (t) => {
        const { child, contains } = await start(t, host);
        child.kill('SIGINT');
        assert.deepEqual(await once(child, 'exit'), [null, 'SIGINT']);
        await contains('interrupted after 5 bytes\n');
      });
    }

    if (host === 'native') {
      for (const signal of /** @type {const} */ (['SIGTERM', 'SIGPIPE', 'SIGSEGV', 'SIGABRT'])) {
        test(`a program that dies of ${signal}`, options, async () => {
          const outcome = await run(['run', '--host', host, nativeProgram('raises'), String(constants.signals[signal])]);
          assert.equal(outcome.signal, signal);
        });
      }
    }

    if (host === 'native') {
      test('a core file is the program\'s', options, async (t) => {
        const wait = 'import os, sys; print(os.WCOREDUMP(os.waitpid(os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ), 0)[1]))';
        const script = `ulimit -c unlimited; exec python3 -c '${wait}' "$@"`;
        const line = [process.execPath, corun, 'run', '--host', host, nativeProgram('raises'), String(constants.signals.SIGABRT)];
        const { stdout } = await execute('sh', ['-c', script, 'sh', ...line], { cwd: temporaryDirectory(t) });
        assert.equal(stdout, 'False\n', 'the launcher has none');
      });
    }

    if (host === 'wasmtime') {
      for (const [what, line] of Object.entries({ 'outlives it': 'kill -INT $PPID; PATH=$USUAL exec mkfifo "$@"', 'dies of it': 'kill -INT $PPID $$' })) {
        test(`Ctrl-C while the channel is made, by a mkfifo that ${what}, leaves nothing`, options, async (t) => {
          const directory = temporaryDirectory(t);
          const [bin, temporary] = ['bin', 'temporary'].map((name) => join(directory, name));
          for (const path of [bin, temporary]) mkdirSync(path);
          writeFileSync(join(bin, 'mkfifo'), `#!/bin/sh\n${line}\n`, { mode: 0o755 });
          const env = { TMPDIR: temporary, USUAL: process.env.PATH, PATH: `${bin}:${process.env.PATH}` };
          const { signal, stderr } = await run(['run', '--host', host, example('countdown')], { env });
          assert.deepEqual([signal, stderr, readdirSync(temporary)], ['SIGINT', '', []]);
        });
      }

      test('the death of the launcher is an interrupt for the program', options, async (t) => {
        const { child, contains } = await start(t, host);
        child.kill('SIGKILL');
        await contains('interrupted after 5 bytes\n');
      });
    }
  });
}

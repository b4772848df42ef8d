// Real signals to processes whose main() asks for more than SIGINT: cleanup, and the death that the sender
// expects.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { build, tests } from '../support/env.js';
import { Process } from './command.js';

const options = { timeout: 60_000, skip: !tests('native') && 'native is not tested' };

for (const preset of ['native-release', 'native-asan', 'native-poll']) {
  const serve = (t, ...args) => new Process(t, [build(preset, 'tests/hosts/processes/serves'), ...args]);

  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    describe(`${signal}, ${preset}`, { concurrency: 2 }, () => {
      test('the cleanup runs to its end, then the process dies of it', options, async (t) => {
        const process = serve(t);
        await process.shows('waiting\n');
        process.kill(signal);
        assert.equal(await process.ended(), signal);
        assert.equal(process.output, 'waiting\ncleaning up\nclean\n');
      });

      test('the second one ends a tight loop', options, async (t) => {
        const process = serve(t, 'spins');
        await process.shows('waiting\n');
        process.kill(signal);
        await process.hasTaken(signal);
        process.kill(signal);
        assert.equal(await process.ended(), signal);
        assert.equal(process.output, 'waiting\n');
      });
    });
  }

  describe(`interrupt_signals, ${preset}`, { concurrency: 2 }, () => {
    test('a main that catches it ends with its own status', options, async (t) => {
      const process = serve(t, 'catches');
      await process.shows('waiting\n');
      process.kill('SIGTERM');
      assert.equal(await process.ended(), 'status 7');
      assert.equal(process.output, 'waiting\ncleaning up\nclean\n');
    });

    test('the second one ends a cleanup that takes too long; the latest is what it dies of', options, async (t) => {
      const process = serve(t, 'lingers');
      await process.shows('waiting\n');
      process.kill('SIGTERM');
      await process.shows('cleaning up\n');
      process.kill('SIGINT');
      assert.equal(await process.ended(), 'SIGINT');
    });
  });
}

// The examples that show what tasks share: to their end, and stopped in the middle, on every host.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Terminal, example, run, runHosts } from './command.js';

const options = { timeout: 60_000 };

for (const host of runHosts) {
  const start = (name) => run(['run', '--host', host, example(name)], { timeout: 30_000 });
  const inTerminal = (name) => Terminal.corun(['run', '--host', host, example(name)]);

  describe(`workers, ${host}`, { concurrency: 2 }, () => {
    test('each job is done once, by three at a time', options, async () => {
      const { status, stdout, stderr } = await start('workers');
      const lines = stdout.trimEnd().split('\n');
      assert.deepEqual([status, lines.at(-1)], [0, '8 of 8 jobs done'], stderr);
      const begun = lines.slice(0, -1).map((line) => /^worker ([123]) begins job (\d)$/.exec(line));
      assert.deepEqual(begun.map((match) => match?.[2]), ['1', '2', '3', '4', '5', '6', '7', '8']);
      assert.deepEqual(begun.slice(0, 3).map((match) => match?.[1]), ['1', '2', '3']);
    });

    test('Ctrl-C', options, async () => {
      const terminal = inTerminal('workers');
      await terminal.shows('job 3\n');
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'SIGINT', terminal.output);
      assert.match(terminal.output, /\n[0-5] of 8 jobs done\n$/);
    });
  });

  describe(`limiter, ${host}`, { concurrency: 2 }, () => {
    test('all requests in order, two at a time', options, async () => {
      const { status, stdout, stderr } = await start('limiter');
      const lines = [1, 2, 3, 4, 5, 6].map((number) => `request ${number} begins, [12] under way\n`);
      assert.equal(status, 0, stderr);
      assert.match(stdout, new RegExp(`^${lines.join('')}all done\n$`));
    });

    test('Ctrl-C', options, async () => {
      const terminal = inTerminal('limiter');
      await terminal.shows('request 2 begins');
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'SIGINT', terminal.output);
      assert.match(terminal.output, /\nstopped, 0 under way\n$/);
    });
  });
}

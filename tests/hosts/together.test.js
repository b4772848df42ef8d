// examples/first_of.c and examples/supervisor.c: to their ends, and ended by Ctrl-C.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Terminal, example, run, runHosts } from './command.js';

const options = { timeout: 60_000 };

for (const host of runHosts) {
  const start = (name, ...args) => run(['run', '--host', host, example(name), ...args]);

  describe(`tasks together, ${host}`, { concurrency: 2 }, () => {
    test('the first of many', options, async () => {
      const { status, stdout } = await start('first_of', '10');
      assert.equal(stdout, 'south answers\nnorth is given up\nwest is given up\n');
      assert.equal(status, 0);
    });

    test('none in time', options, async () => {
      const { status, stdout } = await start('first_of', '0.05');
      assert.equal(stdout, 'nobody has answered in time\nnorth is given up\nsouth is given up\nwest is given up\n');
      assert.equal(status, 1);
    });

    test('a worker that fails is started again', options, async () => {
      const { status, stdout } = await start('supervisor');
      assert.equal(stdout, 'mail: failure 1\nmail: failure 2\nmail: done\nnews: done\n');
      assert.equal(status, 0);
    });

    test('one that fails too often ends all', options, async () => {
      const { status, stdout } = await start('supervisor', '2');
      assert.equal(stdout, 'mail: failure 1\nmail: failure 2\nnews: stopped\nsupervisor: mail failed too often\n');
      assert.equal(status, 1);
    });

    test('Ctrl-C stops every worker', options, async () => {
      const terminal = Terminal.corun(['run', '--host', host, example('supervisor')]);
      await terminal.shows('mail: failure 1\n');
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'SIGINT');
      assert.match(terminal.output, /news: stopped\n/);
      assert.doesNotMatch(terminal.output, /done/);
    });
  });
}

// What --debug shows: the tree of tasks at a deadlock, at a failed end, and when Ctrl-\ asks for it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { Terminal, example, program, run, runHosts } from './command.js';

const options = { timeout: 60_000 };

/** The text without the folders and lines of what is shown. */
const withoutPlaces = (text) => text.replace(/(\(|at )\S*?([\w.]+):\d+(\)?)/g, '$1$2$3');

for (const host of runHosts) {
  const start = (file, ...more) => Terminal.corun(['run', '--host', host, '--debug', ...more, file]);

  describe(`sight, ${host}`, { concurrency: 2 }, () => {
    test('at a deadlock', options, async () => {
      const terminal = start(program('deadlocks'));
      await terminal.shows('waiting\n');
      await terminal.shows('    in wait_for_nothing');
      await terminal.shows('\n');
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'SIGINT');
      assert.equal(
        withoutPlaces(terminal.output),
        `waiting
corun: every task waits, and only an interrupt can end that
Task-1: pending, waits for task, spawned at deadlocks.c
│   in deadlocks (deadlocks.c)
└── child: pending, waits for future, spawned at deadlocks.c
        in wait_for_nothing (deadlocks.c)
cleaned up
`,
      );
    });

    test('at a failed end', options, async () => {
      const outcome = await run(['run', '--host', host, '--debug', program('leaves')], { timeout: 30_000 });
      assert.equal(outcome.status, 1);
      assert.equal(
        withoutPlaces(outcome.stderr),
        `corun: the run has failed and leaves these tasks
left: pending, waits for sleep, spawned at leaves.c
    in sleep_long (leaves.c)
corun: main failed: CORUN_TIMEOUT: no luck today
  in leaves (leaves.c)
`,
      );
    });

    test('not without --debug', options, async () => {
      const { status, stderr } = await run(['run', '--host', host, program('leaves')], { timeout: 30_000 });
      assert.equal(status, 1);
      assert.match(stderr, /^corun: main failed: /);
    });

    if (host !== 'native') return;

    test('Ctrl-\\ shows the tasks, and the program goes on', options, async () => {
      const terminal = start(example('countdown'));
      await terminal.shows('4\n');
      terminal.type('\x1c');
      await terminal.shows('corun: the tasks\n');
      await terminal.shows('    in countdown (');
      await terminal.shows('liftoff\n');
      assert.equal(await terminal.ended(), 'status 0');
    });

    test('Ctrl-\\ without --debug quits', options, async () => {
      const terminal = Terminal.corun(['run', '--host', host, example('countdown')]);
      await terminal.shows('4\n');
      terminal.type('\x1c');
      assert.equal(await terminal.ended(), 'SIGQUIT');
    });

    test('Ctrl-\\ in a step that never ends: that is said, then it quits', options, async () => {
      const terminal = start(program('spins'));
      await terminal.shows('spinning\n');
      terminal.type('\x1c');
      await setTimeout(300); // two signals that come together are one
      terminal.type('\x1c');
      await terminal.shows('once more quits\n');
      terminal.type('\x1c');
      assert.equal(await terminal.ended(), 'SIGQUIT');
    });
  });
}

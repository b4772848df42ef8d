// Corun inside other libraries' loops: main and the other loop's own timer run side by side, and Ctrl-C means
// what it means everywhere.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { build, tests } from '../support/env.js';
import { Process, Terminal } from './command.js';

const options = { timeout: 60_000, skip: !tests('native') && 'native is not tested' };

const counted = ['main: 1', 'main: 2', 'main: 3', 'main: which status?'];
const mainOf = (output) => output.split('\n').filter((line) => line.startsWith('main: '));

for (const preset of ['native-release', 'native-asan']) {
  for (const library of ['libuv', 'glib']) {
    const program = build(preset, 'examples/embed', library);
    const tick = `${library}: tick\n`;

    describe(`embedded in ${library}, ${preset}`, { concurrency: 2 }, () => {
      test('main awaits time and input, the other timer ticks, the status is main\'s', options, async (t) => {
        const process = new Process(t, [program]);
        await process.shows('main: which status?\n');
        await process.shows(tick);
        await process.shows(tick);
        process.type('7\n');
        assert.equal(await process.ended(), 'status 7');
        assert.deepEqual(mainOf(process.output), counted);
      });

      test('Ctrl-C: the cleanup runs to its end, then the process dies of SIGINT', options, async () => {
        const terminal = new Terminal([program]);
        await terminal.shows('main: which status?\n');
        terminal.interrupt();
        assert.equal(await terminal.ended(), 'SIGINT');
        assert.deepEqual(mainOf(terminal.output), [...counted, 'main: cleaning up', 'main: clean']);
      });

      test('a SIGINT while main sleeps', options, async (t) => {
        const process = new Process(t, [program]);
        await process.shows('main: 1\n');
        process.kill('SIGINT');
        assert.equal(await process.ended(), 'SIGINT');
        assert.deepEqual(mainOf(process.output).slice(-2), ['main: cleaning up', 'main: clean']);
      });

      test('the other timer ticks on during the cleanup; the second Ctrl-C ends that', options, async () => {
        const terminal = new Terminal([program, '3600']);
        await terminal.shows('main: which status?\n');
        terminal.interrupt();
        await terminal.shows('main: cleaning up\n');
        await terminal.shows(tick);
        await terminal.shows(tick);
        terminal.interrupt();
        assert.equal(await terminal.ended(), 'SIGINT');
      });
    });
  }

  describe(`embedded in a loop of the program's own, ${preset}`, { concurrency: 2 }, () => {
    for (const [where, how] of [['between', 'between two turns'], ['inside', 'in a function that Corun calls']]) {
      test(`the second SIGINT ends a program that hangs ${how}`, options, async (t) => {
        const process = new Process(t, [build(preset, 'tests/hosts/processes/embeds'), where]);
        await process.shows('hanging\n');
        process.kill('SIGINT');
        await process.hasTaken('SIGINT');
        await setTimeout(1000); // one that comes at once may be too early for a turn
        process.kill('SIGINT');
        assert.equal(await process.ended(), 'SIGINT');
        assert.equal(process.output, 'hanging\n');
      });
    }
  });
}

// What `corun run` does to its terminal and its streams, on every host: the terminal is as it was, however the
// run ends; input of every kind arrives; output keeps its order; nothing is left running.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { execute } from '../support/process.js';
import { Terminal, corun, example, nativeProgram, program, runHosts, runLine, temporaryDirectory } from './command.js';
import { processesOf, stateOf, until } from './proc.js';

const options = { timeout: 60_000 };

// The flags are those of the open file, which the shell shares.
const look = 'stty -g; python3 -c "import fcntl, os; print([fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_NONBLOCK for fd in range(3)])"';

/** What the example `upper` says when its launcher is killed, whenever it comes to that. */
const lastWords = 'interrupted after 7 bytes\n';

/** Runs a program from a shell that tells how the terminal was before and is afterwards. */
async function comparing(host, file, talk) {
  const script = `trap : INT QUIT; ${look}; echo --; "$@"; echo "-- ended $?"; ${look}; echo over`;
  const terminal = new Terminal(['sh', '-c', script, 'sh', process.execPath, corun, 'run', '--host', host, file], { env: { LC_ALL: 'C' } });
  await terminal.shows('--\n');
  const before = terminal.output.slice(0, -'--\n'.length);
  await talk(terminal);
  await terminal.shows('-- ended ');
  await terminal.shows('over\n');
  const [, status, after] = /-- ended (\d+)\n([^]*)over\n$/.exec(terminal.output);
  assert.equal(after.replace(lastWords, ''), before, 'the terminal is as it was');
  await terminal.ended();
  return Number(status);
}

for (const host of runHosts) {
  describe(`the terminal, ${host}`, { concurrency: 2 }, () => {
    test('as it was after an end, after Ctrl-C, and after a second one', options, async () => {
      assert.equal(await comparing(host, program('returns'), async () => {}), 0);
      assert.equal(await comparing(host, example('countdown'), async (terminal) => {
        await terminal.shows('4\n');
        terminal.interrupt();
      }), 130);
      assert.equal(await comparing(host, program('spins'), async (terminal) => {
        await terminal.shows('spinning\n');
        terminal.interrupt();
        await setTimeout(500);
        terminal.interrupt();
      }), 130);
    });

    test('as it was after the program was killed; the run ends as it did', options, async () => {
      const status = await comparing(host, example('upper'), async (terminal) => {
        terminal.type('a line\n');
        await terminal.shows('A LINE\n');
        const { launcher, program } = processesOf(terminal.child.pid);
        process.kill(program ?? launcher, 'SIGKILL');
      });
      assert.equal(status, 137);
    });

    test('as it was after the command was killed', options, async () => {
      const status = await comparing(host, example('upper'), async (terminal) => {
        terminal.type('a line\n');
        await terminal.shows('A LINE\n');
        const { launcher, program } = processesOf(terminal.child.pid);
        process.kill(launcher, 'SIGKILL');
        if (host === 'native') process.kill(program, 'SIGKILL'); // a process like any other, it goes on
      });
      assert.equal(status, 137);
    });

    test('typed lines arrive, Ctrl-D ends the input', options, async () => {
      const terminal = Terminal.corun(['run', '--host', host, example('upper')]);
      terminal.type('one\n');
      await terminal.shows('ONE\n');
      terminal.type('two\n');
      await terminal.shows('TWO\n');
      terminal.type('\x04');
      assert.equal(await terminal.ended(), 'status 0');
    });

    test('a window that is resized disturbs nothing', options, async () => {
      const terminal = Terminal.corun(['run', '--host', host, example('countdown')]);
      for (const text of ['5\n', '4\n', '3\n']) {
        await terminal.shows(text);
        terminal.child.kill('SIGUSR1');
      }
      await setTimeout(100);
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'SIGINT');
      assert.equal(terminal.output, '5\n4\n3\naborted at 3, cleaning up\nclean\n');
    });

    test('a terminal that is closed takes the run with it', options, async () => {
      const terminal = Terminal.corun(['run', '--host', host, example('upper')]);
      terminal.type('a line\n');
      await terminal.shows('A LINE\n');
      const { launcher, program } = processesOf(terminal.child.pid);
      terminal.child.stdin.end();
      await terminal.ended();
      await until(() => [launcher, program].every((pid) => !pid || stateOf(pid) === 'gone'));
    });

    test('Ctrl-Z without a shell that could let it go on stops nothing', options, async () => {
      const terminal = Terminal.corun(['run', '--host', host, example('countdown')]);
      await terminal.shows('4\n');
      terminal.type('\x1a');
      await terminal.shows('3\n');
      terminal.type('\x1a');
      assert.equal(await terminal.ended(), 'status 0');
    });

    test('Ctrl-Z stops the program too; bg lets both go on', options, async () => {
      const terminal = await Terminal.shell();
      terminal.type(`${runLine(host, example('countdown'))}\n`);
      await terminal.shows('4\n');
      const { launcher, program } = processesOf(terminal.child.pid);
      terminal.type('\x1a');
      await terminal.shows('Stopped');
      await until(() => [launcher, program].every((pid) => !pid || stateOf(pid) === 'T'));
      terminal.type('bg\n');
      await terminal.shows('liftoff\n');
      terminal.type('wait\n');
      await terminal.shows('bash-');
      terminal.type('exit 5\n');
      assert.equal(await terminal.ended(), 'status 5');
    });

    // The others poll the terminal, so that it stops them only when something is typed: `fg` itself. If bash gives them the
    // terminal before it hears of that stop, it sends no SIGCONT and they need a second `fg`, as any program that polls.
    if (host === 'wasmtime') {
      test('a job of the background that comes to the foreground gets what is typed', options, async () => {
        const terminal = await Terminal.shell();
        terminal.type(`${runLine(host, program('greets'))} &\n`);
        await terminal.shows('ready\n');
        // What another job is to read, and does not read at once.
        terminal.type('sleep 1\n');
        await setTimeout(300);
        terminal.type('jobs\n');
        await terminal.shows('Running');
        terminal.type('fg\n');
        await setTimeout(500); // until the shell has given the terminal away
        terminal.type('a line\n');
        await terminal.shows('read a line\n');
        terminal.interrupt();
        await terminal.shows('bash-');
        terminal.type('exit 5\n');
        assert.equal(await terminal.ended(), 'status 5');
      });
    }

    if (host === 'wasmtime') {
      test('a job that was sent to the background leaves alone what is typed', options, async () => {
        const terminal = await Terminal.shell();
        terminal.type(`${runLine(host, program('greets'))}\n`);
        await terminal.shows('ready\n');
        terminal.type('\x1a');
        await terminal.shows('Stopped');
        await terminal.shows('bash-');
        terminal.type('bg\n');
        await terminal.shows('bash-');
        // What another job is to read, and does not read at once.
        terminal.type('sleep 1\n');
        await setTimeout(300);
        terminal.type('jobs\n');
        await terminal.shows('Running');
        terminal.type('kill %1; exit 5\n');
        assert.equal(await terminal.ended(), 'status 5');
      });
    }

    test('Ctrl-\\ quits', options, async () => {
      const terminal = Terminal.corun(['run', '--host', host, program('lingers')]);
      await terminal.shows('waiting\n');
      const { program: child } = processesOf(terminal.child.pid);
      terminal.type('\x1c');
      assert.equal(await terminal.ended(), 'SIGQUIT');
      await until(() => !child || stateOf(child) === 'gone');
    });

    if (host === 'native') {
      test('Ctrl-\\ does not part the command from a program that goes on', options, async () => {
        const terminal = Terminal.corun(['run', '--host', host, nativeProgram('quits')]);
        await terminal.shows('waiting\n');
        terminal.type('\x1c');
        await terminal.shows('heard\n');
        assert.equal(await terminal.ended(), 'status 0');
        assert.match(terminal.output, /done\n$/);
      });
    }
  });

  describe(`streams, ${host}`, { concurrency: 2 }, () => {
    const inputs = {
      'a pipe in pieces': ['{ printf "a li"; sleep 0.3; printf "ne\\n"; } | "$0" "$@"', 'A LINE\n'],
      'a pipe that is closed at once': [': | "$0" "$@"', ''],
      'a file': ['"$0" "$@" < file', 'A LINE\n'],
      'an empty file': [': > empty; "$0" "$@" < empty', ''],
      '/dev/null': ['"$0" "$@" < /dev/null', ''],
      closed: ['"$0" "$@" <&-', ''],
      'a FIFO whose writer has gone': ['mkfifo fifo; exec 3<>fifo 4<fifo; echo "a line" >&3; exec 3>&-; "$0" "$@" <&4 4<&-', 'A LINE\n'],
      'for writing only': ['"$0" "$@" < /dev/null 0> written', /^(?!.*A LINE)/s],
    };
    test('stdin: what cannot be read is said', options, async () => {
      const said = host === 'wasmtime' ? /^corun: cannot read standard input: EISDIR[^\n]*\n$/ : /^corun: main failed: E(IO|ISDIR): /;
      const { status, stderr } = await execute('sh', ['-c', '"$0" "$@" < /', process.execPath, corun, 'run', '--host', host, example('upper')], { timeout: 30_000 });
      assert.match(stderr, said);
      assert.equal(status, host === 'wasmtime' ? 0 : 1);
    });

    for (const [name, [line, expected]] of Object.entries(inputs)) {
      test(`stdin: ${name}`, options, async (t) => {
        const directory = temporaryDirectory(t);
        writeFileSync(join(directory, 'file'), 'a line\n');
        const outcome = await execute('sh', ['-c', line, process.execPath, corun, 'run', '--host', host, example('upper')], { cwd: directory, timeout: 30_000 });
        if (expected instanceof RegExp) return assert.ok(!outcome.timedOut && outcome.status !== null);
        assert.deepEqual([outcome.status, outcome.stdout], [0, expected], outcome.stderr);
      });
    }

    test('output of both streams keeps its order, through a pipe and in a file', options, async (t) => {
      const directory = temporaryDirectory(t);
      const expected = Array.from({ length: 1000 }, (_, i) => `${i}\n`).join('');
      for (const line of ['"$0" "$@" 2>&1 | cat', '"$0" "$@" > file 2>&1; cat file']) {
        const outcome = await execute('sh', ['-c', line, process.execPath, corun, 'run', '--host', host, program('alternates')], { cwd: directory, timeout: 30_000 });
        assert.equal(outcome.stdout, expected);
      }
    });
  });
}

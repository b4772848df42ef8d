// stdin, stdout and stderr in every form that run() and Runner take.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { PassThrough, Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Runner, run } from 'corun';
import { example, kit, places, record, rejection, test } from './support/programs.js';

const upper = example('upper');

async function* each(/** @type {any[]} */ ...parts) {
  yield* parts;
}

for (const { name, options } of places) {
  test(`stdin in ${name}`, async (t) => {
    const encode = (/** @type {string} */ text) => new TextEncoder().encode(text);
    const inputs = {
      text: () => 'abc',
      bytes: () => encode('abc'),
      'an ArrayBuffer': () => encode('abc').buffer,
      'a ReadableStream': () => new Blob(['abc']).stream(),
      'a Blob, as a File is one': () => new Blob(['abc']),
      'an async iterable': () => each('a', encode('b'), '', new Uint8Array(0), 'c'),
      'a Readable of Node': () => Readable.from([Buffer.from('ab'), Buffer.from('c')]),
      'text of a Readable': () => new PassThrough({ encoding: 'utf8' }).end('abc'),
    };
    for (const [kind, make] of Object.entries(inputs)) {
      await t.test(kind, async () => {
        const result = await run(upper, {
          ...options,
          stdin: /** @type {any} */ (make()),
          stdout: 'collect',
        });
        assert.deepEqual(result, { status: 0, value: undefined, stdout: 'ABC' });
      });
    }

    await t.test('nothing', async () => {
      assert.equal((await run(upper, { ...options, stdout: 'collect' })).stdout, '');
    });

    await t.test('is not asked before the program reads', async () => {
      let asked = false;
      const stdin = {
        async *[Symbol.asyncIterator]() {
          asked = true;
          yield 'x';
        },
      };
      await run(kit, { ...options, stdin, stdout: 'collect' });
      assert.equal(asked, false);
    });

    await t.test('that arrives bit by bit keeps its order', async () => {
      const bytes = randomBytes(300_000);
      async function* slowly() {
        for (let at = 0; at < bytes.length; at += 7919) {
          yield bytes.subarray(at, at + 7919);
          if (at % 3 === 0)
            await new Promise((resolve) => {
              setImmediate(resolve);
            });
        }
      }
      const { stdout } = await run(upper, {
        ...options,
        stdin: slowly(),
        stdout: { to: 'collect', as: 'bytes' },
      });
      const wanted = bytes.map((byte) => (byte >= 97 && byte <= 122 ? byte - 32 : byte));
      assert.ok(Buffer.from(/** @type {Uint8Array} */ (stdout)).equals(wanted));
    });

    await t.test('that fails is EIO in the program, with the failure as cause', async () => {
      async function* failing() {
        yield 'abc';
        throw new Error('the line is dead');
      }
      const error = await rejection(run(upper, { ...options, stdin: failing(), stdout: 'collect' }));
      assert.equal(error.code, 'EIO');
      assert.equal(error.cause.message, 'the line is dead');
    });

    await t.test('that fails without a reason, or with what cannot be shown, is EIO too', async () => {
      const shapeless = Object.create(null);
      for (const [reason, cause] of [[undefined, 'the input failed'], [shapeless, undefined]]) {
        const stdin = new ReadableStream({ start: (controller) => controller.error(reason) });
        const error = await rejection(run(upper, { ...options, stdin, stdout: 'collect' }));
        assert.deepEqual([error.code, error.cause.message], ['EIO', cause]);
      }
    });

    await t.test('a Readable that cannot be opened is EIO in the program', async () => {
      const stdin = createReadStream('no/such');
      const error = await rejection(run(upper, { ...options, stdin, stdout: 'collect' }));
      assert.deepEqual([error.code, error.cause.code], ['EIO', 'ENOENT']);
      assert.equal(stdin.listenerCount('error'), 0);
    });

    await t.test('a Readable that fails while the program waits for more is EIO in it', async () => {
      const stdin = new PassThrough();
      stdin.write('abc');
      const out = record();
      const running = rejection(run(upper, { ...options, stdin, stdout: out.receive }));
      await out.saw('ABC');
      stdin.destroy(new Error('the line is dead'));
      const error = await running;
      assert.deepEqual([error.code, error.cause.message], ['EIO', 'the line is dead']);
      assert.equal(stdin.listenerCount('error'), 0);
    });

    await t.test('an iterator whose return() throws does not keep the program from being killed', async () => {
      const iterator = {
        next: () => new Promise(() => {}),
        return() {
          throw new Error('never');
        },
      };
      const runner = await Runner.open(upper, { ...options, stdin: /** @type {any} */ ({ [Symbol.asyncIterator]: () => iterator }) });
      const running = runner.run();
      await sleep(50);
      runner.kill();
      assert.equal((await rejection(running)).code, 'EKILLED');
    });

    await t.test('what was not read stays in a ReadableStream', async () => {
      const stream = new Blob(['abc']).stream();
      await run(kit, { ...options, stdin: stream, stdout: 'collect' });
      assert.equal(await new Response(stream).text(), 'abc');
    });
  });

  test(`stdout in ${name}`, async (t) => {
    const halves = async (/** @type {any} */ stdout) => {
      const runner = await Runner.open(kit, { ...options, stdout });
      try {
        return await runner.run('halves');
      } finally {
        await runner.close();
      }
    };

    await t.test('text never cuts a character', async () => {
      /** @type {string[]} */
      const parts = [];
      await halves((/** @type {string} */ text) => {
        parts.push(text);
      });
      assert.equal(parts.join('|').replace(/\|(?=two)/, ''), '日 one\ntwo');
    });

    await t.test('lines come whole, an unfinished last one at the end', async () => {
      /** @type {string[]} */
      const lines = [];
      await halves({ to: (/** @type {string} */ line) => lines.push(line), as: 'lines' });
      assert.deepEqual(lines, ['日 one', 'two']);
    });

    await t.test('bytes', async () => {
      /** @type {Uint8Array[]} */
      const parts = [];
      await halves({
        to: (/** @type {Uint8Array} */ part) => {
          parts.push(part);
        },
        as: 'bytes',
      });
      assert.equal(Buffer.concat(parts).toString(), '日 one\ntwo');
    });

    await t.test('collected, as text or bytes', async () => {
      assert.equal((await halves('collect')).stdout, '日 one\ntwo');
      assert.deepEqual(
        (await halves({ to: 'collect', as: 'bytes' })).stdout,
        new TextEncoder().encode('日 one\ntwo'),
      );
    });

    await t.test('a WritableStream, which stays open', async () => {
      const { readable, writable } = new TransformStream();
      const got = new Response(readable).text();
      await halves(writable);
      await writable.close();
      assert.equal(await got, '日 one\ntwo');
    });

    await t.test('one WritableStream for both', async () => {
      const { readable, writable } = new TransformStream();
      const got = new Response(readable).text();
      const runner = await Runner.open(kit, { ...options, stdout: writable, stderr: writable });
      await runner.run('floods', { args: ['', '2'] });
      await runner.close();
      await writable.close();
      const text = await got;
      assert.equal(text.replaceAll('x', ''), '2 blocks\n');
      assert.equal(text.length, 2 * 65536 + '2 blocks\n'.length);
    });

    await t.test('a Writable of Node', async () => {
      const stream = new PassThrough({ encoding: 'utf8' });
      let got = '';
      stream.on('data', (text) => {
        got += text;
      });
      await halves(stream);
      assert.equal(got, '日 one\ntwo');
    });

    await t.test('a Writable of Node that fails, or cannot be opened', async () => {
      const full = new Writable({ write: (_, __, done) => done(new Error('full')) });
      assert.equal((await rejection(halves(full))).message, 'full');
      const missing = createWriteStream('no/such');
      assert.equal((await rejection(run(kit, { ...options, env: { A: '1' }, stdout: missing }))).code, 'ENOENT');
      const stream = new PassThrough().resume();
      await halves(stream);
      assert.equal(stream.listenerCount('error'), 0);
    });

    await t.test('many short lines for a function that takes its time', async () => {
      let lines = 0;
      const stdout = { as: /** @type {const} */ ('lines'), to: async () => void lines++ };
      const began = performance.now();
      await run(upper, { ...options, stdin: 'a\n'.repeat(1 << 17), stdout });
      assert.equal(lines, 1 << 17);
      assert.ok(performance.now() - began < 10_000, 'each waits for those behind it');
    });

    await t.test('a slow reader makes corun_write wait', async () => {
      let waiting = 0;
      let most = 0;
      let bytes = 0;
      const runner = await Runner.open(kit, {
        ...options,
        stderr: 'collect',
        stdout: {
          as: 'bytes',
          to: async (/** @type {Uint8Array} */ part) => {
            waiting++;
            most = Math.max(most, waiting);
            await new Promise((resolve) => {
              setImmediate(resolve);
            });
            waiting--;
            bytes += part.length;
          },
        },
      });
      const { stderr } = await runner.run('floods', { args: ['', '320'] });
      await runner.close();
      assert.deepEqual({ stderr, bytes, most }, { stderr: '320 blocks\n', bytes: 320 * 65536, most: 1 });
    });

    await t.test(
      'a function that throws: EPIPE in the program, and the run rejects with what it threw',
      async () => {
        const error = await rejection(
          halves(() => {
            throw new Error('no ink');
          }),
        );
        assert.equal(error.message, 'no ink');
        let times = 0;
        const to = () => {
          times++;
          throw new Error('no ink');
        };
        assert.equal((await rejection(halves({ to, as: 'lines' }))).message, 'no ink');
        assert.equal(times, 1);
      },
    );

    await t.test('is a terminal where a person reads along', async () => {
      const terminals = async (/** @type {any} */ stdout, more = {}) => {
        const runner = await Runner.open(kit, { ...options, stdout, ...more });
        const result = await runner.run('terminals');
        await runner.close();
        return result.stdout;
      };
      assert.match(String(await terminals('collect')), /^01[01]\n$/);
      const streams = { stdin: new PassThrough(), stderr: new PassThrough().resume() };
      assert.equal(await terminals('collect', streams), '010\n');
      const { readable, writable } = new TransformStream();
      const got = new Response(readable).text();
      await terminals(writable, { ...streams, stdin: new Blob(['']).stream() });
      await writable.close();
      assert.equal(await got, '000\n');
    });
  });
}

test('C code that blocks in this thread: Node sleeps', async () => {
  const runner = await Runner.open(kit, { stdout: 'collect' });
  assert.deepEqual(await runner.run('naps'), { status: 0, value: 0, stdout: 'tired\nasleep\n' });
  await runner.close();
});

test('what was printed before C code blocks in a Worker is seen before', async () => {
  const out = record();
  const runner = await Runner.open(kit, { worker: true, stdout: out.receive });
  let ended = false;
  const running = runner.run('naps', { args: ['', '500'] }).then(() => (ended = true));
  await out.saw('asleep');
  await sleep(100);
  assert.equal(ended, false);
  await running;
  await runner.close();
});

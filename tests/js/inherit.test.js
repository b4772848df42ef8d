// A process's own streams, as files and pipes, with readers of every kind: nothing is lost.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, openSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tests } from '../support/env.js';
import { example, kit, test } from './support/programs.js';

const script = fileURLToPath(new URL('./support/inherit.js', import.meta.url));
const size = 64 << 20;
let folder = '';
let input = '';
let expected = '';

before(async () => {
  if (!tests('node')) return;
  folder = await mkdtemp(join(tmpdir(), 'corun-inherit-'));
  input = join(folder, 'input');
  const text = randomBytes((size / 4) * 3).toString('base64');
  await writeFile(input, text);
  expected = hash(text.toUpperCase());
});

after(() => folder && rm(folder, { recursive: true, force: true }));

/** @param {string | Buffer} data */
const hash = (data) => createHash('sha256').update(data).digest('hex');

/** @param {string[]} args @param {import('node:child_process').StdioOptions} stdio */
function start(args, stdio) {
  const child = spawn(process.execPath, [script, ...args], { stdio });
  const ended = once(child, 'close').then(([status, signal]) => ({ status, signal }));
  return { child, ended };
}

/** @param {string} path */
async function hashOfFile(path) {
  const sum = createHash('sha256');
  for await (const chunk of createReadStream(path)) sum.update(chunk);
  return sum.digest('hex');
}

const upper = [example('upper').href, 'main'];

test('64 MiB from file to file', async () => {
  const output = join(folder, 'file');
  const { ended } = start(upper, [openSync(input, 'r'), openSync(output, 'w'), 'inherit']);
  assert.deepEqual(await ended, { status: 0, signal: null });
  assert.equal(await hashOfFile(output), expected);
});

for (const touch of ['', 'touch']) {
  test(`64 MiB through pipes${touch && ', non-blocking'}`, async () => {
    const output = join(folder, `pipe${touch}`);
    const command = `cat "$1" | "$2" "$3" "$4" main ${touch} | cat > "$5"; test \${PIPESTATUS[1]} = 0`;
    const child = spawn(
      'bash',
      ['-c', command, 'bash', input, process.execPath, script, upper[0] ?? '', output],
      { stdio: 'inherit' },
    );
    assert.deepEqual(await once(child, 'close'), [0, null]);
    assert.equal(await hashOfFile(output), expected);
  });

  test(`64 MiB to a slow reader${touch && ' of a non-blocking pipe'}`, async () => {
    const { child, ended } = start(
      [...upper, ...(touch ? [touch] : [])],
      [openSync(input, 'r'), 'pipe', 'inherit'],
    );
    const sum = createHash('sha256');
    let chunks = 0;
    for await (const chunk of /** @type {import('node:stream').Readable} */ (child.stdout)) {
      sum.update(chunk);
      if (++chunks % 100 === 0)
        await new Promise((resolve) => {
          setTimeout(resolve, 5);
        });
    }
    assert.deepEqual(await ended, { status: 0, signal: null });
    assert.equal(sum.digest('hex'), expected);
  });
}

test('SIGINT in the middle: says how far it got, loses nothing of that', async () => {
  const { child, ended } = start(upper, ['pipe', 'pipe', 'pipe']);
  const { stdin, stdout, stderr } =
    /** @type {import('node:child_process').ChildProcessWithoutNullStreams} */ (child);
  let said = '';
  stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  stdin.write('a'.repeat(100_000));
  let got = 0;
  stdout.on('data', (chunk) => {
    got += chunk.length;
    if (got === 100_000) child.kill('SIGINT');
  });
  assert.deepEqual(await ended, { status: 99, signal: null });
  const [interrupted, error] = said.trim().split('\n');
  assert.equal(interrupted, 'interrupted after 100000 bytes');
  assert.equal(JSON.parse(error ?? '').name, 'AbortError');
  stdin.destroy();
});

test('a reader that goes away is EPIPE', async () => {
  const { child, ended } = start(upper, [openSync(input, 'r'), 'pipe', 'pipe']);
  let said = '';
  child.stderr?.on('data', (text) => {
    said += text;
  });
  child.stdout?.once('data', () => child.stdout?.destroy());
  assert.equal((await ended).status, 99);
  assert.equal(JSON.parse(said).code, 'EPIPE');
});

test('a program that only prints is not ahead of its reader without end', async () => {
  const lines = 3_000_000;
  const { child, ended } = start([kit.href, 'pours'], ['ignore', 'pipe', 'inherit']);
  let bytes = 0;
  for await (const chunk of /** @type {import('node:stream').Readable} */ (child.stdout))
    bytes += chunk.length;
  assert.deepEqual(await ended, { status: 0, signal: null });
  assert.equal(bytes, lines * 'a line of some text\n'.length);
});

test('a process whose stdin nobody reads can end', async () => {
  const { ended } = start([kit.href, 'nothing'], ['pipe', 'inherit', 'inherit']);
  assert.deepEqual(await ended, { status: 0, signal: null });
});

test('a runner in a Worker that is not closed does not keep the process', async () => {
  const code = `import { Runner } from 'corun';
    const runner = await Runner.open('${kit.href}', { worker: true });
    await runner.run('nothing');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: 'inherit',
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  assert.deepEqual(await once(child, 'close'), [0, null]);
});

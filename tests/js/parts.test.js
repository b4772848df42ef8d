// What is made for pages, where no more can be had of it than what is loaded at first: what runs and stops needs no more, and
// what does need it says so.
import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { firstLoad } from '../../tools/driver-size.js';
import { root, tests } from '../support/env.js';
import { succeed } from '../support/process.js';
import { calls, kit, test } from './support/programs.js';

let folder = '';

before(async () => {
  if (!tests('node')) return;
  folder = await mkdtemp(join(tmpdir(), 'corun-parts-'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const dist = join(root, 'web/dist');
  const names = (await readdir(dist)).filter((name) => name.startsWith('part-') && name.endsWith('.js'));
  const texts = await Promise.all(names.map((name) => readFile(join(dist, name), 'utf8')));
  // The functions without which kit.c cannot begin, since it opens files.
  const wasi = names.filter((_, i) => texts[i]?.includes('"path_open","path_readlink"') && !texts[i].includes('postMessage'));
  assert.equal(wasi.length, 1);
  for (const name of [...(await firstLoad(dist)).files, ...wasi]) await copyFile(join(dist, name), join(folder, name));
});
after(() => folder && rm(folder, { recursive: true }));

/** What a script tells, which has `CorunError`, `Runner`, `run`, `calls`, `kit` and `rejection`. @param {string} body */
async function told(body) {
  const script = `
    import { readFile } from 'node:fs/promises';
    import { CorunError, Runner, run } from './corun.js';
    const [kit, calls] = await Promise.all(${JSON.stringify([kit, calls])}.map((path) => readFile(new URL(path))));
    const rejection = (promise) => promise.then(() => 'it resolved', (error) => error);
    console.log(JSON.stringify(await (async () => { ${body} })()));
    process.exit();`;
  return JSON.parse(await succeed(process.execPath, ['--input-type=module', '-e', script], { cwd: folder, timeout: 20_000 }));
}

const missing = /^cannot load a part of Corun: Cannot find module/;

test('a run, an abort, an exit and a trap need no part', async () => {
  const outcomes = await told(`
    const { value, stdout } = await run(kit, { args: ['kit', 'a'], stdout: 'collect' });
    const runner = await Runner.open(kit, { stdout: () => {}, stderr: () => {} });
    const controller = new AbortController();
    const running = rejection(runner.run('waits', { signal: controller.signal }));
    controller.abort('why');
    const reason = await running;
    const { status } = await runner.run('exits', { args: ['', '9'] });
    const other = await Runner.open(kit, { stdout: () => {} });
    const trap = await rejection(other.run('traps'));
    return [value, stdout, reason, status, trap instanceof WebAssembly.RuntimeError];`);
  assert.deepEqual(outcomes, [2, '0:kit\n1:a\n', 'why', 9, true]);
});

test("the program's own error is told without its chain of awaits", async () => {
  const error = await told(`
    const runner = await Runner.open(kit);
    const error = await rejection(runner.run('fails'));
    return { known: error instanceof CorunError, code: error.code, message: error.message, told: error.explain() };`);
  assert.deepEqual(error, { known: true, code: 'ENOENT', message: 'no honey here', told: 'ENOENT: no honey here\n' });
});

test('a program that calls its host is interrupted, cleans up, and fails with what is missing', async () => {
  const { code, message, over } = await told(`
    const runner = await Runner.open(calls, { stdout: () => {} });
    const { code, message } = await rejection(runner.run('main', { args: ['', 'it'] }));
    return { code, message, over: (await rejection(runner.run('rests'))).code };`);
  assert.deepEqual([code, over], ['ELOAD', 'ELOAD']);
  assert.match(message, missing);
});

test('one whose cleanup calls it too does not wait for ever', async () => {
  const { code, message } = await told(`
    const runner = await Runner.open(calls, { stdout: () => {} });
    const { code, message } = await rejection(runner.run('cleans_up'));
    return { code, message };`);
  assert.equal(code, 'ELOAD');
  assert.match(message, missing);
});

test('options and sources that need a part reject with what is missing', async () => {
  const errors = await told(`
    const wanting = [{ env: { A: 'b' } }, { stdin: 'abc' }, { stdout: new WritableStream() }, { worker: true }, { files: {} }];
    const errors = await Promise.all(wanting.map((options) => rejection(run(kit, options))));
    errors.push(await rejection(run(new Uint8Array(8))), await rejection(run(new URL('data:application/wasm,none'))));
    return errors.map((error) => ({ code: error.code, message: error.message, cause: error.cause?.name }));`);
  assert.equal(errors.length, 7);
  for (const { code } of errors) assert.equal(code, 'ELOAD');
  for (const { message } of errors.slice(0, 5)) assert.match(message, missing);
  // What the engine said of the code is not lost.
  assert.equal(errors[5].cause, 'CompileError');
  assert.match(errors[5].message, /^cannot load a part of Corun: .*WebAssembly/);
});

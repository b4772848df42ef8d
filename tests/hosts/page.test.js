// `corun page`: programs on a page of this machine, started and aborted by real clicks.
import assert from 'node:assert/strict';
import { copyFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { By, until } from 'selenium-webdriver';
import { openBrowser } from '../support/browser.js';
import { tests } from '../support/env.js';
import { Terminal, example, program, run, temporaryDirectory } from './command.js';

const options = { timeout: 120_000 };

/** Starts a server; gives its address, and Ctrl-C as its end. */
async function serve(t, ...args) {
  const terminal = Terminal.corun(['page', ...args]);
  t.after(async () => {
    terminal.interrupt();
    assert.equal(await terminal.ended(), 'SIGINT');
  });
  await terminal.shows('/\n');
  return terminal.output.trim();
}

/** What the server has to run. */
const listed = async (address) => (await fetch(new URL('programs.json', address))).json();

const load = async ({ url }, address) => fetch(new URL(url, address));

describe('corun page, its server', { skip: !tests('node') && 'node is not tested' }, () => {
  test('the module has its type, what is not there is not found', options, async (t) => {
    const address = await serve(t, example('countdown'));
    const [one, ...others] = await listed(address);
    assert.equal(one.name, 'countdown');
    assert.match(one.about, /^Counts down, one second each\. /);
    assert.deepEqual(others, []);
    const module = await load(one, address);
    assert.equal(module.headers.get('content-type'), 'application/wasm');
    assert.ok(WebAssembly.validate(await module.arrayBuffer()));
    for (const path of ['dist/..%2f..%2fpackage.json', 'programs/1/countdown.wasm', '%'])
      assert.equal((await fetch(`${address.slice(0, -1)}/${path}`)).status, 404, path);
  });

  test('without a file: the examples, compiled when they are picked', options, async (t) => {
    const address = await serve(t);
    const programs = await listed(address);
    const names = ['countdown', 'fetch', 'first_of', 'limiter', 'supervisor', 'upper', 'workers'];
    assert.deepEqual(programs.map(({ name }) => name), names);
    for (const { about } of programs) assert.match(about, /^[A-Z][^*]+\.$/);
    assert.ok(WebAssembly.validate(await (await load(programs.at(-1), address)).arrayBuffer()));
  });

  test('several files, also of one name; one that has changed is compiled again', options, async (t) => {
    const file = join(temporaryDirectory(t), 'returns.c');
    await copyFile(program('returns'), file);
    const address = await serve(t, program('returns'), file);
    const [first, second] = await listed(address);
    assert.equal(first.name, second.name);
    const bytes = async (which) => Buffer.from(await (await load(which, address)).arrayBuffer());
    const before = await bytes(second);
    assert.ok((await bytes(first)).length > 0);
    await copyFile(example('countdown'), file);
    assert.notDeepEqual(await bytes(second), before);
    await writeFile(file, '#error no\n');
    const broken = await load(second, address);
    assert.equal(broken.status, 500);
    assert.match(await broken.text(), /returns\.c did not compile\. The terminal of corun page may tell more\.$/);
  });

  test('Ctrl-C while a program is compiled ends the server and leaves nothing', options, async (t) => {
    const directory = temporaryDirectory(t);
    const file = join(directory, 'changes.c');
    const source = `#include "${example('countdown')}"\n`;
    await writeFile(file, source);
    const terminal = Terminal.corun(['page', file], { env: { XDG_CACHE_HOME: directory } });
    await terminal.shows('/\n');
    const address = terminal.output.trim();
    const [one] = await listed(address);
    await writeFile(file, `#warning compiling\n${source}`);
    const answer = load(one, address).then(() => 'an answer', () => 'none');
    await terminal.shows('compiling');
    terminal.interrupt();
    assert.equal(await terminal.ended(), 'SIGINT');
    assert.equal(await answer, 'none');
    assert.doesNotMatch(terminal.output, /Interrupted/);
    assert.deepEqual((await readdir(join(directory, 'corun/compiled'))).filter((name) => name.endsWith('.new')), []);
  });

  test('what is wrong with a file is said before anything is served', options, async (t) => {
    const folder = temporaryDirectory(t);
    const text = join(folder, 'text.wasm');
    const broken = join(folder, 'broken.c');
    await writeFile(text, 'text');
    await writeFile(broken, '#error no\n');
    const refusals = [
      [[example('upper'), 'no-such.c'], 127, /^corun: no-such\.c: no such file\n$/],
      [[folder], 126, /^corun: .*: is a directory\n$/],
      [[text], 126, /^corun: .*text\.wasm is neither C \(its name would end in \.c\) nor WebAssembly\n$/],
      [[broken], 1, /corun: .*broken\.c did not compile\n$/],
      [['--port', '70000'], 2, /^corun: --port takes 0 to 65535, not 70000\n$/],
      [['--no-such'], 2, /^corun: Unknown option '--no-such'/],
    ];
    for (const [args, status, message] of refusals) {
      const outcome = await run(['page', ...args], { timeout: 60_000 });
      assert.equal(outcome.stdout, '');
      assert.match(outcome.stderr, message);
      assert.equal(outcome.status, status);
    }
  });

  test('a port that is taken: one line, 1', options, async (t) => {
    const other = createServer().listen(0, '127.0.0.1');
    t.after(() => other.close());
    await new Promise((resolve) => { other.once('listening', resolve); });
    const outcome = await run(['page', example('countdown'), '--port', String(other.address().port)], { timeout: 60_000 });
    assert.equal(outcome.status, 1);
    assert.match(outcome.stderr, /^corun: cannot serve on port \d+: .*EADDRINUSE[^\n]*\n$/);
  });
});

describe('corun page', { skip: !tests('chromium') && 'chromium is not tested' }, () => {
  test('Start, then Abort: the cleanup is seen', options, async (t) => {
    const address = await serve(t, example('countdown'));
    const { driver, close } = await openBrowser('chromium');
    t.after(close);
    await driver.get(address);
    const [start, abort, output] = await Promise.all(
      ['start', 'abort', 'output'].map((id) => driver.findElement(By.id(id))),
    );
    await start.click();
    await driver.wait(until.elementTextContains(output, '4'), 20_000);
    const tasks = await driver.findElement(By.id('tasks'));
    await driver.wait(until.elementTextMatches(tasks, /pending, waits for sleep\nin countdown \(/), 20_000);
    await abort.click();
    await driver.wait(until.elementTextContains(output, 'clean\n'.trim()), 20_000);
    await driver.wait(until.elementIsEnabled(start), 20_000);
    assert.match(await output.getText(), /^5\n4\n(3\n)?aborted at \d, cleaning up\nclean$/);
    assert.equal(await driver.findElement(By.id('program')).isDisplayed(), false);
  });

  test('--isolate makes the page cross-origin isolated', options, async (t) => {
    const address = await serve(t, example('countdown'), '--isolate');
    const { driver, close } = await openBrowser('chromium');
    t.after(close);
    await driver.get(address);
    assert.equal(await driver.executeScript('return crossOriginIsolated'), true);
  });
});

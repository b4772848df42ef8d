// The demo page in a real Chromium, with real clicks and keys, for both toolchains.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { By, Key, until } from 'selenium-webdriver';
import { openChromium } from '../support/browser.js';
import { tests } from '../support/env.js';
import { serveDemo } from './support/demo-server.js';
import { example } from './support/programs.js';

const patience = 20_000;
const skip = tests('chromium') ? false : 'CORUN_TEST_HOSTS';

/** @type {Awaited<ReturnType<typeof openChromium>>} */
let browser;
/** @type {Awaited<ReturnType<typeof serveDemo>>} */
let server;

before(async () => {
  if (skip) return;
  server = await serveDemo(example('countdown'));
  browser = await openChromium();
});

after(async () => {
  await browser?.close();
  await server?.close();
});

/** @param {string} id */
const find = (id) => browser.driver.findElement(By.id(id));

/** @param {string} id @param {RegExp} pattern */
async function wait(id, pattern) {
  await browser.driver.wait(until.elementTextMatches(await find(id), pattern), patience);
}

/** @param {string} query */
async function load(query) {
  await browser.driver.get(`${server.origin}/${query}`);
  await wait('status', /^Ready\.$/);
}

for (const [name, query] of [
  ['WASI', ''],
  ['Emscripten', '?factory=emscripten/examples/countdown.mjs'],
]) {
  test(`${name} build`, { skip }, async (t) => {
    await t.test('Start, Abort: the cleanup runs, then the promise rejects', async () => {
      await load(String(query));
      await find('start').click();
      await wait('output', /^5\n4/);
      await find('abort').click();
      await wait('status', /^Rejected: AbortError: /);
      assert.match(await find('output').getText(), /^5\n4\n(3\n)?aborted at [34], cleaning up\nclean$/);
    });

    await t.test('Start again runs it to its end', async () => {
      await find('start').click();
      await wait('status', /^Ended with status 0\.$/);
      assert.equal(await find('output').getText(), '5\n4\n3\n2\n1\nliftoff');
    });
  });
}

test('by keyboard', { skip }, async () => {
  await load('');
  await find('args').sendKeys('"two words"', Key.ENTER);
  await wait('output', /^5/);
  await browser.driver.actions().sendKeys(Key.ENTER).perform(); // Abort has the focus
  await wait('status', /^Rejected: AbortError: /);
  assert.equal(await browser.driver.switchTo().activeElement().getAttribute('id'), 'start');
});

test('the tasks are shown while the program runs', { skip }, async () => {
  await load('');
  assert.equal(await find('tasks').getText(), 'None.');
  await find('start').click();
  await wait('tasks', /^Task-\d+: pending, waits for sleep\nin countdown \(.*countdown\.c:\d+\)$/);
  await find('abort').click();
  await wait('status', /^Rejected: AbortError: /);
  assert.equal(await find('tasks').getText(), 'None.');
});

test('trees of tasks are nested lists, very long ones are cut', { skip }, async () => {
  const got = await inPage(`${openKit('{}')}
    const { watchTasks } = await import('/tasks.js');
    const list = document.getElementById('tasks');
    const texts = (under) => [...under.children].map((item) => {
      const [name] = item.textContent.split(':');
      const inner = item.querySelector(':scope > ul');
      return inner ? [name, ...texts(inner)] : name;
    });
    const shown = async (entry) => {
      const running = runner.run(entry).catch((error) => error.name);
      await saw('waiting');
      out = '';
      const stop = watchTasks(runner, list);
      while (list.children.length < 2) await soon();
      const result = texts(list);
      stop();
      runner.interrupt();
      await running;
      return result.slice(1);
    };
    const families = await shown('families');
    const dynasty = await shown('dynasty');
    runner.kill();
    return [families, dynasty.at(-1), list.textContent];`);
  assert.deepEqual(got, [
    [
      ['mother', 'child é'],
      ['father', 'child é'],
      ['chicken', ['egg', 'chicken']],
    ],
    'and 9987 more',
    'None.',
  ]);
});

for (const worker of [false, true]) {
  test(`host calls and fetch${worker ? ', in a Worker' : ''}`, { skip }, async () => {
    const got = await inPage(`
      const calls = '/wasi/tests/js/programs/calls.wasm', fetches = '/wasi/tests/js/programs/fetches.wasm';
      const text = (bytes) => new TextDecoder().decode(bytes);
      const asked = await corun.run(calls, {
        worker: ${worker}, args: ['', 'it', 'abc'],
        hostCalls: { it: async (bytes) => bytes.map((byte) => byte + 1) },
      });
      let signal;
      const runner = await corun.Runner.open(calls, {
        worker: ${worker}, stdout: () => {},
        hostCalls: { wait: (_, call) => (signal = call.signal, new Promise(() => {})), after: () => {} },
      });
      await runner.run('limits');
      await runner.close();
      const get = (url) => corun.run(fetches, { worker: ${worker}, args: ['get', url], stdout: 'collect' })
        .then(({ stdout }) => stdout, (error) => error.code + ' ' + error.message);
      const [there, missing, nobody] = [await get('tasks.js'), await get('nothing'), await get('http://127.0.0.1:1/')];
      const file = await (await fetch('tasks.js')).text();
      const head = '200 ' + new URL('tasks.js', location.href) + '\\n';
      return [text(asked.value), signal.aborted, there === head + file, missing.slice(0, 4), nobody];`);
    assert.deepEqual(got, ['bcd', true, true, '404 ', 'CORUN_HOST_ERROR TypeError: Failed to fetch']);
  });
}

test('a narrow window needs no sideways scrolling', { skip }, async () => {
  await browser.driver.manage().window().setRect({ width: 320, height: 640 });
  await load('');
  const [wide, there] = /** @type {number[]} */ (
    await browser.driver.executeScript('return [document.documentElement.scrollWidth, innerWidth]')
  );
  assert.ok(Number(wide) <= Number(there), `${wide} of ${there}`);
});

/** Runs a function in the page with the package imported as `corun`. @param {string} body */
async function inPage(body) {
  await load('');
  const script = `const done = arguments[0];
    import('/dist/corun.js').then(async (corun) => { ${body} }).then(done, (error) => done('failed: ' + error));`;
  await browser.driver.manage().setTimeouts({ script: patience });
  return browser.driver.executeAsyncScript(script);
}

/** A runner of the kit and what it printed. */
const openKit = (/** @type {string} */ options) => `
  let out = '';
  const soon = () => new Promise((resolve) => setTimeout(resolve, 5));
  const saw = async (text) => { while (!out.includes(text)) await soon(); };
  const stdout = (text) => { out += text; };
  const runner = await corun.Runner.open('/wasi/tests/js/programs/kit.wasm', { stdout, ...${options} });`;

test('in a Worker of the page, an interrupt cancels main', { skip }, async () => {
  const got = await inPage(`${openKit('{ worker: true }')}
    const running = runner.run('waits').catch((error) => error.name);
    await saw('waiting');
    runner.interrupt();
    const name = await running;
    await runner.close();
    return [name, out];`);
  assert.deepEqual(got, ['AbortError', 'waiting\ncleaning up\nclean\n']);
});

test('in a Worker of the page, a tight loop is killed after the second interrupt', { skip }, async () => {
  const got = await inPage(`${openKit('{ worker: true }')}
    const running = runner.run('spins').catch((error) => error.code);
    await saw('spinning');
    runner.interrupt();
    runner.interrupt();
    return await running;`);
  assert.equal(got, 'EKILLED');
});

test('a program that never waits leaves the page its frames', { skip }, async () => {
  const got = await inPage(`${openKit('{}')}
    const running = runner.run('yields').catch((error) => error.name);
    await saw('yielding');
    for (let frame = 0; frame < 20; frame++) await new Promise(requestAnimationFrame);
    runner.interrupt();
    return await running;`);
  assert.equal(got, 'AbortError');
});

test('a trap rejects with the RuntimeError of the page', { skip }, async () => {
  const got = await inPage(`${openKit('{}')}
    const error = await runner.run('traps').catch((error) => error);
    return [error instanceof WebAssembly.RuntimeError, out];`);
  assert.deepEqual(got, [true, 'before the trap\n']);
});

test('what a page does not have is said', { skip }, async () => {
  const got = await inPage(`
    const said = async (options) => corun.run('/app.wasm', options).catch((error) => error.message);
    return [await said({ stdin: 'inherit' }), await said({ dirs: { '/': '.' } })];`);
  assert.deepEqual(got, [
    "stdin: 'inherit' is for Node; a page has none: give text, bytes or a stream",
    'dirs is for Node; a page has none: use files',
  ]);
});

test('files come and go in a page', { skip }, async () => {
  const got = await inPage(`
    const { files } = await corun.run('/app.wasm', { files: { '/a/b.txt': 'text' }, stdout: () => {} });
    return Object.entries(files).map(([path, bytes]) => path + '=' + new TextDecoder().decode(bytes));`);
  assert.deepEqual(got, ['/a/b.txt=text']);
});

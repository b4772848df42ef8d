// The demo page, with real clicks and keys, in every engine and for both toolchains.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { By, Key } from 'selenium-webdriver';
import { example } from '../js/support/programs.js';
import { describeEngines } from './engines.js';
import { serveDemo } from './server.js';

const patience = 20_000;

/** A runner of the kit and what it printed. */
const openKit = `
  let out = '';
  const soon = () => new Promise((resolve) => setTimeout(resolve, 5));
  const saw = async (text) => { while (!out.includes(text)) await soon(); };
  const corun = await import('/dist/corun.js');
  const runner = await corun.Runner.open('/wasi/tests/js/programs/kit.wasm', { stdout: (text) => { out += text; } });`;

describeEngines('the demo page', (page) => {
  /** @param {string} id */
  const find = (id) => page.driver.findElement(By.id(id));

  /** As it is seen: WebKit's own getText forgets where lines end. @param {string} id @returns {Promise<string>} */
  const text = (id) => page.driver.executeScript('return document.getElementById(arguments[0]).innerText.trimEnd()', id);

  /** @param {string} id @param {RegExp} pattern */
  async function wait(id, pattern) {
    let seen = '';
    const matches = async () => pattern.test((seen = await text(id)));
    await page.driver.wait(matches, patience).catch(() => assert.match(seen, pattern));
  }

  /** @param {string} query */
  async function load(query) {
    await page.load(`/${query}`);
    await wait('status', /^Ready\.$/);
  }

  for (const [name, query] of [
    ['WASI', ''],
    ['Emscripten', '?factory=emscripten/examples/countdown.mjs'],
  ]) {
    test(`${name} build`, async (t) => {
      await t.test('Start, Abort: the cleanup runs, then the promise rejects', async () => {
        await load(String(query));
        await find('start').click();
        await wait('output', /^5\n4/);
        await find('abort').click();
        await wait('status', /^Rejected: AbortError: /);
        assert.match(await text('output'), /^5\n4\n(3\n)?(2\n)?aborted at [234], cleaning up\nclean$/);
      });

      await t.test('Start again runs it to its end', async () => {
        await find('start').click();
        await wait('status', /^Ended with status 0\.$/);
        assert.equal(await text('output'), '5\n4\n3\n2\n1\nliftoff');
      });
    });
  }

  test('by keyboard', async () => {
    await load('');
    await find('args').sendKeys('"two words"', Key.ENTER);
    await wait('output', /^5/);
    await page.driver.actions().sendKeys(Key.ENTER).perform(); // Abort has the focus
    await wait('status', /^Rejected: AbortError: /);
    assert.equal(await page.driver.switchTo().activeElement().getAttribute('id'), 'start');
  });

  test('the tasks are shown while the program runs', async () => {
    await load('');
    assert.equal(await text('tasks'), 'None.');
    await find('start').click();
    await wait('tasks', /^Task-\d+: pending, waits for sleep\nin countdown \(.*countdown\.c:\d+\)$/);
    await find('abort').click();
    await wait('status', /^Rejected: AbortError: /);
    assert.equal(await text('tasks'), 'None.');
  });

  test('trees of tasks are nested lists, very long ones are cut', async () => {
    await load('');
    const got = await page.ask(`${openKit}
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

  test('a narrow window needs no sideways scrolling', async () => {
    await page.driver.manage().window().setRect({ width: 320, height: 640 });
    await load('');
    const [wide, there] = /** @type {number[]} */ (
      await page.driver.executeScript('return [document.documentElement.scrollWidth, innerWidth]')
    );
    assert.ok(Number(wide) <= Number(there), `${wide} of ${there}`);
  });
}, { serve: () => serveDemo(example('countdown')) });

// The demo page, with real clicks and keys, in every engine and for both toolchains.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { By, Key } from 'selenium-webdriver';
import { CommandError } from '../../web/commands/arguments.js';
import { DemoPage } from './demo-page.js';
import { describeEngines } from './engines.js';
import { builtExamples, builtProgram, serveDemo } from './server.js';

const broken = {
  name: 'broken',
  about: '',
  bytes: async () => {
    throw new CommandError('broken.c did not compile');
  },
};

/** One that is compiled for ever. */
const endless = { name: 'endless', about: '', bytes: () => new Promise(() => {}) };

const serve = async () => serveDemo([...(await builtExamples()), builtProgram('lingers'), builtProgram('spins'), broken, endless]);

describeEngines('the demo page', (page) => {
  /** @type {DemoPage} */
  let demo;
  before(() => {
    demo = new DemoPage(page);
  });

  for (const [name, query] of [
    ['WASI, in a Worker', ''],
    ['WASI, in this thread', '?thread'],
    ['Emscripten', '?factory=emscripten/examples/countdown.mjs'],
  ]) {
    test(`${name}`, async (t) => {
      await t.test('Start, Abort: the cleanup runs, then the promise rejects', async () => {
        await demo.load(String(query));
        await demo.click('start');
        await demo.wait('output', /^5\n4/);
        await demo.click('abort');
        await demo.wait('status', /^Rejected: AbortError: /);
        assert.match(await demo.text('output'), /^5\n4\n(3\n)?(2\n)?aborted at [234], cleaning up\nclean$/);
      });

      await t.test('Start again, and Kill: no cleanup', async () => {
        await demo.click('start');
        await demo.wait('output', /^5/);
        await demo.click('kill');
        await demo.wait('status', /^Rejected: EKILLED: /);
        assert.match(await demo.text('output'), /^5(\n4)?(\n3)?$/);
      });

      await t.test('Start again runs it to its end', async () => {
        await demo.click('start');
        await demo.wait('status', /^Ended with status 0\.$/);
        assert.equal(await demo.text('output'), '5\n4\n3\n2\n1\nliftoff');
      });
    });
  }

  test('an example is picked, told about, and gets arguments and input', async () => {
    await demo.load('');
    await demo.pick('first_of');
    assert.match(await demo.text('about'), /^Asks three mirrors at once, takes the first answer and gives the others up;/);
    await demo.type('args', '0.001');
    await demo.click('start');
    await demo.wait('status', /^Ended with status 1, value 1\.$/);
    assert.match(await demo.text('output'), /^nobody has answered in time\n/);
    await demo.pick('upper');
    await demo.type('stdin', 'some text');
    await demo.click('start');
    await demo.wait('status', /^Ended with status 0\.$/);
    assert.equal(await demo.text('output'), 'SOME TEXT');
  });

  test('nothing moves while a program prints', async () => {
    const top = () => page.driver.executeScript('return document.getElementById("timeline-title").getBoundingClientRect().top + scrollY');
    await demo.load('?program=workers');
    const before = await top();
    await demo.click('start');
    await demo.wait('status', /^Ended with status 0\.$/);
    assert.equal((await demo.text('output')).split('\n').length, 9);
    assert.equal(await top(), before);
  });

  test('a program that does not compile is told, and another one can be picked', async () => {
    await demo.load('?program=broken');
    await demo.click('start');
    await demo.wait('status', /^Rejected: Error: broken\.c did not compile\. The terminal of corun page may tell more\.$/);
    await demo.pick('upper');
    await demo.click('start');
    await demo.wait('status', /^Ended with status 0\.$/);
  });

  test('what is still being loaded can be aborted and killed', async () => {
    await demo.load('?program=endless');
    for (const button of ['abort', 'kill']) {
      await demo.click('start');
      await demo.wait('status', /^Loading endless\.$/);
      await demo.click(button);
      await demo.wait('status', /^Rejected: AbortError: /);
    }
  });

  test('all of it by keyboard', async (t) => {
    const { driver } = page;
    const press = (/** @type {string[]} */ ...keys) => driver.actions().sendKeys(...keys).perform();
    const focused = () => driver.switchTo().activeElement();
    const here = async () => (await focused()).getAttribute('id');

    await t.test('Enter starts, and the focus is on Abort; the end gives it back', async () => {
      await demo.load('?program=lingers');
      await demo.type('args', '"two words"', Key.ENTER);
      await demo.wait('output', /^waiting$/);
      assert.equal(await here(), 'abort');
      await press(Key.ENTER);
      await demo.wait('output', /^waiting\ncleaning up$/);
      assert.equal(await demo.text('abort'), 'Stop now');
      await press(Key.ENTER);
      await demo.wait('status', /^Rejected: AbortError: /);
      assert.equal(await here(), 'start');
    });

    await t.test('Kill is next to Abort', async () => {
      await press(' ');
      await demo.wait('output', /^waiting$/);
      await press(Key.TAB);
      assert.equal(await here(), 'kill');
      assert.ok(await driver.executeScript('return document.activeElement.matches(":focus-visible")'));
      await press(Key.ENTER);
      await demo.wait('status', /^Rejected: EKILLED: /);
      assert.equal(await here(), 'start');
    });

    await t.test('a letter picks a program', async () => {
      await demo.find('program').sendKeys('w');
      assert.match(await demo.text('about'), /^Three workers/);
    });

    await t.test('everything can be reached, in order', async () => {
      await driver.executeScript('document.getElementById("program").focus()');
      const seen = [await here()];
      while (seen.at(-1) !== 'tasks' && seen.length < 20) {
        await press(Key.TAB);
        seen.push((await here()) || (await (await focused()).getTagName()));
      }
      assert.deepEqual(seen, [
        'program',
        'args',
        'stdin',
        'worker',
        'start',
        'output',
        'timeline-window',
        'timeline-picture',
        'summary',
        'tasks',
      ]);
    });
  });

  test('a narrow window needs no sideways scrolling', async () => {
    await demo.load('');
    const wide = await page.ask(`
      const frame = document.createElement('iframe');
      frame.width = 320;
      frame.height = 600;
      frame.src = '/?program=first_of';
      document.body.append(frame);
      const until = async (is) => { while (!is()) await new Promise((resolve) => setTimeout(resolve, 10)); };
      const find = (id) => frame.contentDocument.getElementById(id);
      await until(() => find('status')?.textContent === 'Ready.');
      find('timeline-words').open = true;
      find('start').click();
      await until(() => find('status').textContent.startsWith('Ended'));
      await until(() => frame.contentDocument.querySelectorAll('#timeline li').length > 8);
      const { documentElement } = frame.contentDocument;
      const all = [...frame.contentDocument.querySelectorAll('main *')];
      const inner = all.filter((element) => element.closest('svg') === null);
      return [documentElement.scrollWidth, ...inner.map((element) => Math.floor(element.getBoundingClientRect().right))];`);
    assert.ok(Math.max(...wide) <= 320, `${wide}`);
  });
}, { serve });

describeEngines('the demo page as plain files', (page) => {
  test('a factory, or app.wasm, which may not be there', async () => {
    const demo = new DemoPage(page);
    await demo.load('web/demo/index.html?factory=../../build/emscripten/examples/upper.mjs');
    await demo.click('start');
    await demo.wait('status', /^Ended with status 0\.$/);
    await demo.load('web/demo/index.html');
    await demo.click('start');
    await demo.wait('status', /^Rejected: Error: http.*\/web\/demo\/app\.wasm: 404 Not Found$/);
  });
});

/** In a browser of its own: WebKit lets a Worker in a tight loop of wasm run on when it is terminated. */
describeEngines('the demo page and a tight loop', (page) => {
  test('Kill ends it, Start works again', async () => {
    const demo = new DemoPage(page);
    await demo.load('?program=spins');
    await demo.click('start');
    await demo.wait('output', /^spinning/);
    await demo.click('abort');
    await demo.wait('status', /^Aborted, but the program is in a loop that never waits: it has not heard\. Kill ends it\.$/);
    await demo.click('kill');
    await demo.wait('status', /^Rejected: EKILLED: /);
    assert.ok(await page.driver.findElement(By.css('#timeline .marks .stopped')).isDisplayed());
    await demo.pick('upper');
    await demo.click('start');
    await demo.wait('status', /^Ended with status 0\.$/);
  });
}, { serve });

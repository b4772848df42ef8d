// The time line of the demo page: its rows and spans for known programs, in every engine.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Key, Origin } from 'selenium-webdriver';
import { DemoPage } from './demo-page.js';
import { describeEngines } from './engines.js';
import { builtExamples, builtProgram, serveDemo } from './server.js';

const patience = 60_000;

describeEngines('the time line', (page) => {
  /** @type {DemoPage} */
  let demo;
  before(() => {
    demo = new DemoPage(page);
  });

  /** @param {string} program @param {string} query */
  async function start(program, query = '') {
    await demo.load(`?program=${program}${query}`);
    await page.driver.executeScript('document.getElementById("timeline-words").open = true');
    await demo.click('start');
  }

  /** What the picture is made of, and the same in words. */
  const seen = () => page.ask(`
    const all = (selector, of) => [...document.querySelectorAll('#timeline ' + selector)].map(of);
    return {
      names: all('.names text', (text) => text.textContent),
      marks: all('.marks path', (path) => path.getAttribute('class')),
      summary: document.getElementById('timeline-summary').textContent,
      lasting: all('.open[visibility=visible]', (open) => open.getAttribute('class')),
      rows: all('ol li', (item) => item.textContent),
    };`);

  const time = String.raw`(?:\d+ min )?[\d.]+ m?s`;
  const row = (/** @type {string} */ text) => new RegExp(`^${text.replaceAll('TIME', time)}$`);

  for (const [where, query] of [['a Worker', ''], ['this thread', '&thread']]) {
    test(`a pool of workers in ${where}: each task waits in turn for what it should`, async () => {
      await start('workers', query);
      await demo.wait('status', /^Ended/);
      const { names, marks, summary, lasting, rows } = await seen();
      assert.deepEqual(names.map((/** @type {string} */ name) => name.replace(/\d+/, 'N')), [
        'Task-N workers',
        'Task-N work',
        'Task-N work',
        'Task-N work',
      ]);
      assert.deepEqual(marks, ['ended', 'ended', 'ended', 'ended']);
      assert.deepEqual(lasting, []);
      assert.match(summary, row('4 tasks in TIME: 4 ended\\.'));
      const ended = 'TIME, then ended\\. It ran TIME, waited TIME';
      assert.match(rows[0], row(`Task-\\d+ workers: from 0 ms to ${ended} \\(queue put TIME, queue join TIME.*\\)\\.`));
      for (const text of rows.slice(1))
        assert.match(text, row(`Task-\\d+ work: from TIME to ${ended} \\(.*sleep TIME.*\\)\\.`));
    });
  }

  test('what is aborted was being cancelled, main and what it waits for', async () => {
    await start('deadlocks');
    await demo.wait('output', /^waiting/);
    await demo.click('abort');
    await demo.wait('status', /^Rejected/);
    const { marks, rows } = await seen();
    assert.deepEqual(marks, ['cancelled', 'cancelled']);
    for (const [i, name] of ['Task-\\d+ deadlocks', 'child wait_for_nothing'].entries())
      assert.match(rows[i], row(`${name}: .*, then ended, having been asked to stop\\. It .*, was being cancelled TIME.*`));
  });

  test('a cleanup takes its time, and waits; it grows while the program runs, and stops with it', async () => {
    await start('lingers');
    await demo.wait('output', /^waiting$/);
    const lasts = (/** @type {string} */ kind) =>
      page.driver.wait(async () => (await seen()).lasting.join() === `open ${kind}`, patience);
    await lasts('wait');
    const width = () => page.driver.executeScript('return document.querySelector("#timeline .open").getAttribute("width")');
    const first = Number(await width());
    await page.driver.wait(async () => Number(await width()) > first, patience);
    await demo.click('abort');
    await demo.wait('output', /cleaning up$/);
    await lasts('cancel');
    await demo.find('timeline-picture').sendKeys(Key.HOME, Key.END);
    const sleeps = 'Task-\\d+ lingers: was being cancelled, and waited \\(sleep\\)';
    await demo.wait('timeline-details', row(`${sleeps}, in lingers \\(lingers\\.c:\\d+\\), .* until now\\.`));
    await demo.click('kill');
    await demo.wait('status', /^Rejected: EKILLED/);
    const { marks, lasting, summary, rows } = await seen();
    assert.deepEqual(marks, ['stopped']);
    assert.deepEqual(lasting, []);
    assert.match(summary, row('1 task in TIME: 1 stopped with the program\\.'));
    const stopped = 'then was stopped with the program\\. It .*, was being cancelled .*';
    assert.match(rows[0], row(`Task-\\d+ lingers: from 0 ms to TIME, ${stopped}`));
  });

  test('arrow keys and the pointer tell of a span', async () => {
    await start('first_of');
    await demo.wait('status', /^Ended/);
    const picture = await demo.find('timeline-picture');
    const details = () => demo.text('timeline-details');
    await picture.sendKeys(Key.RIGHT);
    assert.match(await details(), row('Task-\\d+ first_of: ran, or was ready to, TIME, from 0 ms to TIME\\.'));
    await picture.sendKeys(Key.RIGHT);
    const place = 'in first_of \\(first_of\\.c:\\d+\\)';
    assert.match(await details(), row(`Task-\\d+ first_of: waited \\(wait\\), ${place}, TIME, from TIME to TIME\\.`));
    await picture.sendKeys(Key.DOWN, Key.DOWN, Key.DOWN, Key.DOWN);
    assert.match(await details(), row('Task-\\d+ ask: .*'));
    await picture.sendKeys(Key.ESCAPE);
    assert.equal(await details(), '');
    // Right of the middle of the second row, where a mirror still sleeps.
    await page.driver.actions().move({ origin: /** @type {any} */ (picture), x: 60, y: 0 }).perform();
    await demo.wait('timeline-details', row('Task-\\d+ (ask|first_of): waited \\((sleep|wait)\\), .*'));
    await page.driver.actions().move({ origin: Origin.VIEWPORT, x: 1, y: 1 }).perform();
  });

  test('very many tasks and very many spans: the picture stays small, the totals stay right', async () => {
    await demo.load('');
    const got = await page.ask(`
      const { Timeline } = await import('/timeline.js');
      const { TimelineView } = await import('/timeline-view.js');
      const { wordsOfRow } = await import('/timeline-words.js');
      const timeline = new Timeline();
      const at = { function: 'f', file: '/a/f.c', line: 1 };
      const change = (task, time, state, waitsFor = null) =>
        ({ task, name: 'T' + task, coroutine: 'f', time: 1e12 + time, state, waitsFor, at });
      timeline.add([change(1, 0, 'new')]);
      for (let at = 0; at < 500_000; at += 100)
        timeline.add([change(1, at, 'pending', 'sleep'), change(1, at + 90, 'running')]);
      for (let task = 2; task < 1000; task++) {
        const began = 100 * task;
        timeline.add([change(task, began, 'new'), change(task, began + 1, 'pending', 'read')]);
        timeline.add([change(task, began + 50, 'done')]);
      }
      timeline.add([change(1, 500_000, 'done')]);
      timeline.end();
      const element = document.createElement('div');
      document.body.append(element);
      new TimelineView(element).show(timeline);
      const spans = timeline.rows[0].spans;
      return {
        rows: timeline.rows.length,
        left: timeline.left,
        last: timeline.rows.at(-1).name,
        spans: spans.length,
        gaps: spans.some(({ to }, i) => i + 1 < spans.length && to !== spans[i + 1].from),
        words: wordsOfRow(timeline.rows[0], 0),
        elements: element.querySelectorAll('*').length,
      };`);
    const { elements, spans, ...rest } = got;
    assert.deepEqual(rest, {
      rows: 300,
      left: 699,
      last: 'T999',
      gaps: false,
      words: 'T1 f: from 0 ms to 8 min 20 s, then ended. It ran 50.00 s, waited 7 min 30 s (sleep 7 min 30 s).',
    });
    assert.ok(spans <= 128, `${spans}`);
    assert.ok(elements < 3000, `${elements}`);
  });
}, { serve: async () => serveDemo([...(await builtExamples()), builtProgram('lingers'), builtProgram('deadlocks')]) });

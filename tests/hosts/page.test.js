// `corun page`: the program on a page of this machine, started and aborted by real clicks.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { By, until } from 'selenium-webdriver';
import { openBrowser } from '../support/browser.js';
import { tests } from '../support/env.js';
import { Terminal, example, run } from './command.js';

const options = { timeout: 120_000 };

/** Starts a server; gives its address, and Ctrl-C as its end. */
async function serve(t, ...more) {
  const terminal = Terminal.corun(['page', example('countdown'), ...more]);
  t.after(async () => {
    terminal.interrupt();
    assert.equal(await terminal.ended(), 'SIGINT');
  });
  await terminal.shows('/\n');
  return terminal.output.trim();
}

describe('corun page', { skip: !tests('chromium') && 'chromium is not tested' }, () => {
  test('Start, then Abort: the cleanup is seen', options, async (t) => {
    const address = await serve(t);
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
  });

  test('--isolate makes the page cross-origin isolated', options, async (t) => {
    const address = await serve(t, '--isolate');
    const { driver, close } = await openBrowser('chromium');
    t.after(close);
    await driver.get(address);
    assert.equal(await driver.executeScript('return crossOriginIsolated'), true);
  });

  test('the module has its type, what is not there is not found', options, async (t) => {
    const address = await serve(t);
    const module = await fetch(new URL('app.wasm', address));
    assert.equal(module.headers.get('content-type'), 'application/wasm');
    assert.ok(WebAssembly.validate(await module.arrayBuffer()));
    const outside = await fetch(new URL('dist/..%2f..%2fpackage.json', address));
    assert.equal(outside.status, 404);
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

// Runs tests in every browser engine that is tested.
import assert from 'node:assert/strict';
import { after, before, describe } from 'node:test';
import { openBrowser, serveProject, within } from '../support/browser.js';
import { engines } from '../support/engines.js';
import { browsers, tests } from '../support/env.js';

const patience = 30_000;

/**
 * One page of a browser.
 *
 * @typedef {object} Page
 * @property {import('selenium-webdriver').WebDriver} driver
 * @property {(path: string) => Promise<void>} load
 * @property {(body: string, ...args: unknown[]) => Promise<any>} ask runs the body of an async function in the page, whose
 *   `args` are what is given; what it returns comes back
 */

/**
 * @param {string} title
 * @param {(page: Page, engine: keyof typeof engines) => void} define
 * @param {{ isolate?: boolean, skip?: string[], serve?: () => Promise<{ origin: string, close: () => Promise<unknown> }> }}
 *   [options] `isolate`: the pages are cross-origin isolated; `skip`: engines that cannot do it
 */
export function describeEngines(title, define, { isolate = false, skip = [], serve = () => serveProject({ isolate }) } = {}) {
  for (const engine of browsers.filter((name) => !skip.includes(name))) {
    const page = /** @type {Page} */ ({});
    describe(`${title}, ${engines[engine].title}`, { skip: !tests(engine) && `${engine} is not tested` }, () => {
      /** @type {Awaited<ReturnType<typeof openBrowser>>} */
      let browser;
      /** @type {Awaited<ReturnType<typeof serveProject>>} */
      let server;
      before(async () => {
        server = await serve();
        browser = await openBrowser(engine);
        page.driver = browser.driver;
        page.load = (path) => load(browser.driver, new URL(path, server.origin).href);
        page.ask = (body, ...args) => ask(browser.driver, body, args);
        await browser.driver.manage().setTimeouts({ script: patience });
      });
      after(async () => {
        await browser?.close();
        await server?.close();
      });
      define(page, engine);
    });
  }
}

/** Until the page has been drawn: WebKit loses clicks before that. */
async function load(driver, url) {
  await driver.get(url);
  await driver.executeAsyncScript('requestAnimationFrame(() => requestAnimationFrame(arguments[0]))');
}

// A script of the page itself, since Firefox runs those of WebDriver in a sandbox, where import maps do not hold.
const askInPage = `
  const [body, given, done] = arguments;
  if (!window.askedByTest) {
    const script = document.createElement('script');
    script.textContent = 'window.askedByTest = (body, args) => new (async () => {}).constructor("args", body)(args);';
    document.head.append(script);
  }
  window.askedByTest(body, given).then((value) => done([value]), (error) => done('it rejected with ' + error));
`;

async function ask(driver, body, args) {
  const answer = await within(patience + 5_000, driver.executeAsyncScript(askInPage, body, args));
  assert.ok(answer, 'the page does not answer');
  assert.ok(Array.isArray(answer), answer);
  return answer[0];
}

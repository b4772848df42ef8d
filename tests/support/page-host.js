// The C tests' host that is one page of a browser; each case is an instance in it.
import { openBrowser, serveProject, within } from './browser.js';

// In the page. The last argument is WebDriver's callback.
const runInPage = `
  const [source, args, done] = arguments;
  Promise.all([import('/web/dist/corun.js'), import('/tests/support/run-case.js')])
    .then(([{ Runner }, { runCase }]) =>
      runCase(Runner, new URL(source, location.href), { args, stdout: 'collect', stderr: 'collect' }))
    .then(
      (outcome) => done(outcome),
      (error) => done({ status: null, stdout: '', stderr: String(error && error.stack || error) }),
    );
`;

export class PageHost {
  together = 1;

  /**
   * @param {keyof typeof import('./engines.js').engines} name of the engine
   * @param {(program: string) => string} source
   * @param {(kind: string) => boolean} runs
   */
  constructor(name, source, runs) {
    this.name = name;
    this.platform = name;
    this.source = source;
    this.runs = runs;
  }

  async open() {
    this.server = await serveProject();
    await this.#openPage();
  }

  async close() {
    await this.browser?.close();
    await this.server?.close();
  }

  async run(program, args, timeout) {
    const asked = this.#ask(this.source(program), [program, ...args], timeout);
    asked.catch(() => {}); // when the browser is killed
    const answer = await within(timeout, asked);
    if (answer) return { signal: null, timedOut: false, ...answer };
    await this.browser.kill();
    await this.#openPage();
    return { status: null, signal: null, stdout: '', stderr: '', timedOut: true };
  }

  async #ask(source, args, timeout) {
    const { driver } = this.browser;
    // Later than our own limit: WebDriver cannot end a script that is in a tight loop.
    await driver.manage().setTimeouts({ script: 10 * timeout });
    return driver.executeAsyncScript(runInPage, source, args);
  }

  async #openPage() {
    this.browser = await openBrowser(this.name);
    await this.browser.driver.get(`${this.server.origin}/tests/support/page.html`);
  }
}

// The demo page as its tests use it.
import assert from 'node:assert/strict';
import { By } from 'selenium-webdriver';

const patience = 60_000;

export class DemoPage {
  #page;

  /** @param {import('./engines.js').Page} page */
  constructor(page) {
    this.#page = page;
  }

  /** @param {string} query */
  async load(query) {
    await this.#page.load(`/${query}`);
    await this.wait('status', /^Ready\.$/);
  }

  /** @param {string} id */
  find(id) {
    return this.#page.driver.findElement(By.id(id));
  }

  /** @param {string} id */
  async click(id) {
    await this.find(id).click();
  }

  /** Instead of what is there. @param {string} id @param {string} text @param {string[]} keys */
  async type(id, text, ...keys) {
    await this.find(id).clear();
    await this.find(id).sendKeys(text, ...keys);
  }

  /** @param {string} program */
  async pick(program) {
    await this.find('program').findElement(By.xpath(`option[text()="${program}"]`)).click();
    assert.equal(await this.find('program').getAttribute('value'), program);
  }

  /** As it is seen: WebKit's own getText forgets where lines end. @param {string} id @returns {Promise<string>} */
  text(id) {
    return this.#page.driver.executeScript('return document.getElementById(arguments[0]).innerText.trimEnd()', id);
  }

  /** Waits until an element shows what matches. @param {string} id @param {RegExp} pattern */
  async wait(id, pattern) {
    let seen = '';
    const matches = async () => pattern.test((seen = await this.text(id)));
    await this.#page.driver.wait(matches, patience).catch(() => assert.match(seen, pattern));
  }
}

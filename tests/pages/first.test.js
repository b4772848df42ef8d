// What a page loads of the driver: for a plain run no more than at first, the rest when it is needed.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { firstLoad } from '../../tools/driver-size.js';
import { root } from '../support/env.js';
import { describeEngines } from './engines.js';

const examples = '/build/wasi/examples';
const calls = '/build/wasi/tests/js/programs/calls.wasm';

/** Runs a body that has `run`; tells what it returned, and which files of the driver came. @param {string} body */
const loadedBy = (body) => `
  const { run } = await import('/web/dist/corun.js');
  const told = await (async () => { ${body} })();
  const names = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
  return { told, files: names.filter((name) => name.startsWith('/web/dist/')).map((name) => name.slice('/web/dist/'.length)).sort() };`;

describeEngines('what is loaded', (page) => {
  /** @param {string} body */
  async function ask(body) {
    await page.load('tests/pages/cases.html');
    return page.ask(loadedBy(body));
  }

  test('by a plain run: what is loaded at first', async () => {
    const { told, files } = await ask(`return run('${examples}/first_of.wasm', { args: ['first_of', '0.5'], stdout: 'collect', stderr: () => {} });`);
    assert.deepEqual(told, { status: 0, value: 0, stdout: 'south answers\nnorth is given up\nwest is given up\n' });
    assert.deepEqual(files, (await firstLoad(join(root, 'web/dist'))).files);
  });

  test('by an abort: no more', async () => {
    const { told, files } = await ask(`
      const controller = new AbortController();
      let printed = '';
      const stdout = (text) => {
        printed += text;
        if (printed === '5\\n') controller.abort('enough');
      };
      const reason = await run('${examples}/countdown.wasm', { stdout, signal: controller.signal }).catch((error) => error);
      return [printed, reason];`);
    assert.deepEqual(told, ['5\naborted at 5, cleaning up\nclean\n', 'enough']);
    assert.deepEqual(files, (await firstLoad(join(root, 'web/dist'))).files);
  });

  test('by a call of the host, and by the failure of that: their parts', async () => {
    const { told, files } = await ask(`
      const { code, message, trace } = await run('${calls}', { args: ['', 'it'] }).catch((error) => error);
      return [code, message, trace.includes('in ask')];`);
    assert.deepEqual(told, ['CORUN_NO_HOST_CALL', "there is no host call 'it': none was given", true]);
    const first = new Set((await firstLoad(join(root, 'web/dist'))).files);
    const more = files.filter((/** @type {string} */ name) => !first.has(name));
    assert.ok(more.length >= 2 && more.length <= 3, `${files}`);
  });
});

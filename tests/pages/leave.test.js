// A page that is left while programs run in it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeEngines } from './engines.js';

const begin = `
  const { Runner } = await import('/web/dist/corun.js');
  let printed = '';
  for (const worker of [false, true]) {
    const stdout = (text) => { printed += text; };
    const runner = await Runner.open('/build/wasi/tests/js/programs/kit.wasm', { worker, stdout });
    runner.run('waits').catch(() => {});
    runner.run('nothing').catch(() => {});
  }
  while (printed !== 'waiting\\nwaiting\\n') await new Promise((resolve) => setTimeout(resolve, 5));
  return printed;`;

const whole = `
  const { run } = await import('/web/dist/corun.js');
  const program = '/build/wasi/examples/first_of.wasm';
  const ends = [false, true].map((worker) => run(program, { worker, stdout: 'collect' }));
  return (await Promise.all(ends)).map(({ stdout }) => stdout);`;

describeEngines('a page that is left', (page) => {
  test('in the middle of programs, and come back to', { timeout: 120_000 }, async () => {
    for (let visit = 0; visit < 3; visit++) {
      await page.load('tests/pages/cases.html');
      assert.equal(await page.ask(begin), 'waiting\nwaiting\n');
      await page.driver.get('about:blank');
    }
    await page.load('tests/pages/cases.html');
    const text = 'south answers\nnorth is given up\nwest is given up\n';
    assert.deepEqual(await page.ask(whole), [text, text]);
  });
});

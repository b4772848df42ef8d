// examples/fetch.c under `corun run`: what is at a URL, Ctrl-C in the middle of it, and hosts that have no fetch.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { listen } from '../support/listen.js';
import { Terminal, example, run, runHosts } from './command.js';

const options = { timeout: 60_000 };
let origin = '';
let broken;

const server = createServer((request, response) => {
  response.setHeader('Connection', 'close');
  response.write('one\n');
  if (request.url === '/slow') broken = once(response, 'close');
  else response.end('two\n');
});

let close;

before(async () => {
  ({ origin, close } = await listen(server));
});
after(() => close());

for (const host of runHosts) {
  const command = (path) => ['run', '--host', host, example('fetch'), '--', `${origin}${path}`];

  describe(`fetch, ${host}`, { skip: host !== 'node' && 'there is none' }, () => {
    test('prints what is there', options, async () => {
      const { status, stdout, stderr } = await run(command('/'), { timeout: 30_000 });
      assert.deepEqual([status, stdout, stderr], [0, 'one\ntwo\n', '8 bytes, status 200\n']);
    });

    test('Ctrl-C ends the request', options, async () => {
      const terminal = Terminal.corun(command('/slow'));
      await terminal.shows('one\n');
      terminal.interrupt();
      assert.equal(await terminal.ended(), 'SIGINT', terminal.output);
      await broken;
    });
  });

  test(`fetch, ${host}: is unsupported`, { ...options, skip: host === 'node' && 'there is one' }, async () => {
    const { status, stdout, stderr } = await run(command('/'), { timeout: 30_000 });
    assert.deepEqual([status, stdout], [1, '']);
    assert.match(stderr, /CORUN_UNSUPPORTED: this host does not support it\n {2}in corun_fetch .*\n {2}in app /);
  });
}

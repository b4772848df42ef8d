// The later versions of Node, which tools/setup brings: the cases of run() and Runner, and the command.
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { cache, root, tests } from '../support/env.js';
import { execute } from '../support/process.js';

/** The programs, by version. */
function nodes() {
  const folders = existsSync(cache) ? readdirSync(cache).filter((name) => name.startsWith('node-')) : [];
  return folders.flatMap((folder) => {
    const modules = join(cache, folder, 'node_modules');
    const name = existsSync(modules) && readdirSync(modules).find((entry) => entry.startsWith('node-'));
    return name ? [{ version: folder.slice('node-'.length), program: join(modules, name, 'bin/node') }] : [];
  });
}

const options = { timeout: 120_000 };

describe('other versions of Node', { skip: !tests('node') && 'node is not tested' }, () => {
  test('there are some', () => assert.ok(nodes().length > 0, 'tools/setup node brings them'));

  for (const { version, program } of nodes()) {
    test(`${version}: run() and Runner`, options, async () => {
      const env = { NODE_TEST_CONTEXT: '' }; // else its results would go to this test's runner
      const { status, stdout, stderr } = await execute(program, ['--test', join(root, 'tests/js/run.test.js')], { timeout: 100_000, env });
      assert.equal(status, 0, stdout + stderr);
    });

    test(`${version}: corun run`, options, async () => {
      const { status, stdout, stderr } = await execute(program, [join(root, 'web/bin/corun.js'), 'run', join(root, 'examples/first_of.c')]);
      assert.deepEqual([status, stdout, stderr], [0, 'south answers\nnorth is given up\nwest is given up\n', '']);
    });
  }
});

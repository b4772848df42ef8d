// The program of docs/asyncio.md prints what is said there, in C and in Python; README's compiler call makes it too.
import assert from 'node:assert/strict';
import { readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root, tests } from '../support/env.js';
import { execute, succeed } from '../support/process.js';
import { run, runHosts, temporaryDirectory } from './command.js';

const text = await readFile(join(root, 'docs/asyncio.md'), 'utf8');
const block = (language) => new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'm').exec(text)?.[1];
const says = /^Both print\n\n```\n([^]*?)^```$/m.exec(text)?.[1];
const { status: python } = await execute('python3', ['-c', 'import asyncio; asyncio.TaskGroup']).catch(() => ({ status: 1 }));

describe('docs/asyncio.md', () => {
  for (const host of runHosts) {
    test(host, { timeout: 60_000 }, async (t) => {
      const file = join(temporaryDirectory(t), 'program.c');
      await writeFile(file, block('c'));
      const { status, stdout, stderr } = await run(['run', '--host', host, file], { timeout: 30_000 });
      assert.deepEqual([status, stdout, stderr], [0, says, '']);
    });
  }

  test('Python', { skip: python !== 0 && 'there is no Python 3.11' }, async () => {
    assert.equal(await succeed('python3', ['-c', block('python')]), says);
  });
});

test('README.md: gcc by hand', { skip: !tests('native') && 'native is not tested', timeout: 60_000 }, async (t) => {
  const [, command] = /^```\n(gcc [^\n]*)\n```$/m.exec(await readFile(join(root, 'README.md'), 'utf8')) ?? [];
  const cwd = temporaryDirectory(t);
  await writeFile(join(cwd, 'app.c'), block('c'));
  for (const name of ['include', 'src', 'hosts']) await symlink(join(root, name), join(cwd, name));
  await succeed('sh', ['-c', `${command} -Wall -Wextra -Werror`], { cwd });
  assert.equal(await succeed(join(cwd, 'app'), []), says);
});

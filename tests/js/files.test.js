// files and dirs: what the program sees beside its streams.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Runner } from 'corun';
import { openDirectories } from '../../web/src/dirs-node.js';
import { kit, places, rejection, test } from './support/programs.js';

for (const { name, options } of places) {
  test(`files in ${name}`, async () => {
    const runner = await Runner.open(kit, {
      ...options,
      files: { '/in/é.txt': 'one\ntwo\n', raw: Buffer.from([0, 255]) },
    });
    const { files } = await runner.run('copies', { args: ['', '/in/é.txt', '/out.txt'] });
    assert.deepEqual(Object.keys(files ?? {}).sort(), ['/in/é.txt', '/out.txt', '/raw']);
    assert.equal(Buffer.from(files?.['/out.txt'] ?? []).toString(), 'one\ntwo\n');
    assert.deepEqual(files?.['/raw'], new Uint8Array([0, 255]));
    assert.equal((await rejection(runner.run('copies', { args: ['', '/none', '/out.txt'] }))).code, 'ENOENT');
    await runner.close();
  });

  test(`dirs in ${name}`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'corun-dirs-'));
    t.after(() => rm(folder, { recursive: true, force: true }));
    await writeFile(join(folder, 'in.txt'), 'one\ntwo\n');
    const warnings = [];
    const onwarning = (/** @type {Error} */ warning) => warnings.push(warning);
    process.on('warning', onwarning);
    const runner = await Runner.open(kit, { ...options, dirs: { '/data': folder } });
    await runner.run('copies', { args: ['', '/data/in.txt', '/data/out.txt'] });
    await runner.close();
    process.off('warning', onwarning);
    assert.equal(await readFile(join(folder, 'out.txt'), 'utf8'), 'one\ntwo\n');
    assert.deepEqual(warnings, []);
  });

  test(`no files in ${name}`, async () => {
    const runner = await Runner.open(kit, options);
    const error = await rejection(runner.run('copies', { args: ['', '/in', '/out'] }));
    assert.match(error.message, /^cannot open \/in$/);
    await runner.close();
  });
}

test('a path that is none is refused', async () => {
  for (const path of ['/', '', '/a/../b', '..']) {
    const error = await rejection(Runner.open(kit, { files: { [path]: '' } }));
    assert.equal(error.message, `files: ${JSON.stringify(path)} is not the path of a file`);
  }
});

test('two at once put process.emitWarning back', async () => {
  const { emitWarning } = process;
  await Promise.all([openDirectories({}), openDirectories({})]);
  assert.equal(process.emitWarning, emitWarning);
});

test('what is a file and a directory at once is refused, in either order', async () => {
  const parent = await rejection(Runner.open(kit, { files: { '/a': '', '/a/b': '' } }));
  assert.equal(parent.message, 'files: /a/b lies in a, which is a file');
  const child = await rejection(Runner.open(kit, { files: { '/a/b': '', '/a': '' } }));
  assert.equal(child.message, 'files: /a is a directory too');
});

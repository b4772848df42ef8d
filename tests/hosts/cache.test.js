// What `corun` keeps of its compilations, and how it finds it, and other programs, again.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { cached } from '../../web/commands/cache.js';
import { findProgram } from '../../web/commands/compilers.js';
import { example, run, temporaryDirectory } from './command.js';

const options = { timeout: 120_000 };

describe('the cache', () => {
  const home = mkdtempSync(join(tmpdir(), 'corun-test-'));
  process.env.XDG_CACHE_HOME = home;
  process.on('exit', () => rmSync(home, { recursive: true, force: true }));

  /** @param {string[]} key */
  async function madeFor(...key) {
    let made = false;
    const path = await cached(key, '.o', async (file) => {
      made = true;
      writeFileSync(file, key.join());
    });
    return { path, made };
  }
  const daysAgo = (/** @type {number} */ days) => new Date(Date.now() - days * 24 * 3600 * 1000);

  test('a key is its parts, not their text', options, async () => {
    assert.equal((await madeFor('ab', 'c')).made, true);
    assert.equal((await madeFor('a', 'bc')).made, true);
    assert.equal((await madeFor('ab', 'c')).made, false);
  });

  test('what nobody has used for a month goes, what is used stays', options, async () => {
    const [used, unused, younger] = [await madeFor('used'), await madeFor('unused'), await madeFor('younger')].map(({ path }) => path);
    for (const path of [used, unused]) utimesSync(path, daysAgo(31), daysAgo(31));
    utimesSync(younger, daysAgo(29), daysAgo(29));
    symlinkSync('nowhere', join(dirname(used), 'gone')); // as one that another process has just taken away
    assert.equal((await madeFor('used')).made, false);
    await madeFor('something new');
    assert.deepEqual([used, unused, younger].map(existsSync), [true, false, true]);
    assert.ok(statSync(used).mtime > daysAgo(1));
  });

  for (const [what, make] of /** @type {[string, (path: string) => void][]} */ ([
    ['a file', (path) => writeFileSync(path, '')],
    ['a link', (path) => (mkdirSync(`${path}-other`), symlinkSync(`${path}-other`, path))],
    ['open to others', (path) => (mkdirSync(path), chmodSync(path, 0o777))],
  ])) {
    test(`a temporary one that is ${what} is not taken`, options, async (t) => {
      const directory = temporaryDirectory(t);
      const [none, temporary] = ['none', 'temporary'].map((name) => join(directory, name));
      writeFileSync(none, 'no directory');
      mkdirSync(temporary);
      const taken = join(temporary, `corun-cache-${process.getuid()}`);
      make(taken);
      const env = { XDG_CACHE_HOME: none, TMPDIR: temporary };
      const { status, stderr } = await run(['build', example('upper'), '-o', join(directory, 'upper.wasm')], { env });
      assert.deepEqual([status, stderr], [0, '']);
      assert.deepEqual(statSync(taken).isDirectory() ? readdirSync(taken) : [], []);
    });
  }

  test('what is known of the compilers, damaged, is found out anew', options, async (t) => {
    const directory = temporaryDirectory(t);
    mkdirSync(join(directory, 'corun'));
    const store = join(directory, 'corun/compilers.json');
    writeFileSync(store, '{');
    const { status, stderr } = await run(['build', example('upper'), '-o', join(directory, 'upper.wasm')], { env: { XDG_CACHE_HOME: directory } });
    assert.deepEqual([status, stderr], [0, '']);
    const text = readFileSync(store, 'utf8'); // untouched where no clang is tried
    if (text !== '{') JSON.parse(text);
  });
});

test('a program is looked for as a shell does', options, (t) => {
  const [first, second] = [temporaryDirectory(t), temporaryDirectory(t)];
  const usual = process.env.PATH;
  t.after(() => { process.env.PATH = usual; });
  process.env.PATH = `${first}:${second}`;
  mkdirSync(join(first, 'folder'));
  writeFileSync(join(first, 'text'), '');
  for (const name of ['folder', 'text']) {
    assert.equal(findProgram(name), null);
    writeFileSync(join(second, name), '', { mode: 0o755 });
    assert.equal(findProgram(name), join(second, name));
    assert.equal(findProgram(join(first, name)), null);
  }
});

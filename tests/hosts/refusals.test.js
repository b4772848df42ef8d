// What bad input gets: one line on standard error, nothing on standard output, a shell's statuses.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { VERSION } from '../../web/src/protocol.js';
import { example, run, runHosts, temporaryDirectory } from './command.js';

const options = { timeout: 60_000 };

/** @param {string[]} args @param {number} status @param {RegExp} line */
async function refused(args, status, line) {
  const outcome = await run(args, { timeout: 30_000, input: '' });
  assert.deepEqual([outcome.status, outcome.stdout], [status, ''], outcome.stderr);
  assert.match(outcome.stderr, /^corun: [^\n]+\n$/, 'one line');
  assert.match(outcome.stderr, line);
}

describe('wrong usage: 2', { concurrency: 2 }, () => {
  const cases = [
    [[], /which command\?/],
    [['fly'], /no command 'fly'/],
    [['x.c'], /what to do with it\? corun run x\.c/],
    [['--fly'], /Unknown option '--fly'/],
    [['run'], /run what\?/],
    [['run', '--fly', 'x.c'], /Unknown option '--fly'/],
    [['run', '--host', 'moon', 'x.c'], /no host 'moon'/],
    [['run', 'x.c', '--host'], /'--host <value>' argument missing/],
    [['run', '--grace', 'soon', 'x.c'], /--grace takes a number/],
    [['run', '--grace=-1', 'x.c'], /--grace takes a number/],
    [['run', '--env', '=x', 'x.c'], /--env takes NAME=VALUE/],
    [['run', '--dir', 'a::b::c', 'x.c'], /--dir takes HOST::GUEST/],
    [['run', '--dir', '/no/such::/data', 'x.c'], /--dir \/no\/such::\/data: there is no directory '\/no\/such'/],
    [['run', '--dir', '/dev/null', 'x.c'], /there is no directory '\/dev\/null'/],
    [['run', '--host', 'native', 'x.wasm'], /does not end in \.c/],
    [['run', '--host', 'native', '--dir', '/', 'x.c'], /--dir is for WebAssembly/],
    [['build'], /build what\?/],
    [['build', 'x.c'], /build where\?/],
    [['build', 'x.o', '-o', 'x'], /x\.o does not end in \.c/],
    [['build', 'x.c', '-o', 'x', '--host', 'node'], /no host 'node' to build for/],
    [['page', 'x.c', '--port', '70000'], /--port takes 0 to 65535/],
    [['doctor', 'who'], /doctor takes no arguments/],
  ];
  for (const [args, line] of cases) {
    test(['corun', ...args].join(' '), options, () => refused(args, 2, line));
  }
});

for (const host of runHosts) {
  describe(`not there, not runnable, ${host}`, { concurrency: 2 }, () => {
    const refusedHere = (file, status, line) => refused(['run', '--host', host, file], status, line);

    test('no such file: 127', options, () => refusedHere('nowhere.c', 127, /nowhere\.c: no such file/));

    test('a directory: 126', options, (t) => {
      const directory = join(temporaryDirectory(t), 'directory.c');
      mkdirSync(directory);
      return refusedHere(directory, 126, /is a directory/);
    });

    test('C that does not compile: the compiler\'s messages, 1', options, async (t) => {
      const file = join(temporaryDirectory(t), 'broken.c');
      writeFileSync(file, 'int main(void) { retrun 0; }\n');
      const { status, stdout, stderr } = await run(['run', '--host', host, file], { timeout: 30_000 });
      assert.deepEqual([status, stdout], [1, '']);
      assert.match(stderr, /broken\.c:1:\d+: error: .*retrun/);
      assert.match(stderr, /\ncorun: .*broken\.c did not compile\n$/);
    });
  });
}

test('a native program that cannot be started: 126', { ...options, skip: !runHosts.includes('native') && 'native is not tested' }, async (t) => {
  const directory = temporaryDirectory(t);
  const compiler = join(directory, 'compiler');
  const script = 'case $1 in --version) echo fake; exit;; esac; cc "$@"; for output; do :; done; chmod -x "$output"';
  writeFileSync(compiler, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const env = { CC: compiler, XDG_CACHE_HOME: directory };
  const { status, stderr } = await run(['run', '--host', 'native', example('countdown')], { env, timeout: 60_000 });
  assert.equal(status, 126);
  assert.match(stderr, /^corun: \S*countdown\.c: spawn \S+ EACCES\n$/);
});

const wasmHosts = runHosts.filter((host) => host !== 'native');

describe('a .wasm that is not fit: 126 and which', { skip: wasmHosts.length === 0 && 'no host for WebAssembly is tested' }, () => {
  /** @type {Buffer} */
  let good;
  /** @type {string} */
  let directory;
  before(async () => {
    directory = temporaryDirectory({ after: (action) => process.on('exit', action) });
    const path = join(directory, 'good.wasm');
    const outcome = await run(['build', example('countdown'), '-o', path], { timeout: 60_000 });
    assert.equal(outcome.status, 0, outcome.stderr);
    good = readFileSync(path);
  });

  /** The smallest module: nothing in it. */
  const empty = Buffer.from('\0asm\x01\0\0\0', 'latin1');
  const component = Buffer.from('\0asm\x0d\0\x01\0', 'latin1');

  const cases = [
    ['nothing', () => Buffer.alloc(0), /neither C .* nor WebAssembly/],
    ['text', () => Buffer.from('hello\n'), /neither C .* nor WebAssembly/],
    ['the beginning of a header', () => good.subarray(0, 6), /is truncated/],
    ['half of a module', () => good.subarray(0, good.length >> 1), /is truncated: at least \d+ bytes are missing/],
    ['one byte less', () => good.subarray(0, -1), /is truncated: at least 1 bytes are missing/],
    ['a damaged module', () => damage(good), /is damaged/],
    ['a component', () => component, /is a WebAssembly component/],
    ['another module', () => empty, /not a Corun program/],
    ['another ABI version', () => otherVersion(good), /ABI version 77/],
  ];
  for (const host of wasmHosts) {
    for (const [name, bytes, line] of cases) {
      test(`${name}, ${host}`, options, () => {
        const path = join(directory, `${host}.wasm`);
        writeFileSync(path, bytes());
        return refused(['run', '--host', host, path], 126, line);
      });
    }
  }
});

/** A first section of a kind that there is not. */
function damage(good) {
  const bytes = Buffer.from(good);
  bytes[8] = 0x7f;
  return bytes;
}

function otherVersion(good) {
  const bytes = Buffer.from(good);
  const at = bytes.indexOf(`CORN${String.fromCharCode(VERSION)}\0\0\0`, 0, 'latin1');
  assert.ok(at > 0, 'the table of the interface is in the data');
  bytes[at + 4] = 77;
  return bytes;
}

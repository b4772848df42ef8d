/* The bundled compiler, @yowasp/clang: clang and lld as WebAssembly. It needs nothing of the machine,
 * takes files as a tree and gives a tree back. */
import { readFile, writeFile } from 'node:fs/promises';
import { isAbsolute, posix, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Lint, coroutineFlags, treeFlags } from '../lint/lint.js';
import { CommandError, asArgument, status } from './arguments.js';
import { namesOf } from './compilers.js';

/** @returns {Promise<import('./compilers.js').Compiler>} */
export async function bundledCompiler() {
  const clang = await import('@yowasp/clang').catch(() => {
    throw new CommandError('no compiler for WebAssembly is there: npm install @yowasp/clang brings one',
                           status.notFound);
  });
  const compile = (job) => compileIn(clang, job);
  const lint = (job) => lintIn(clang, job);
  return { name: '@yowasp/clang', version: `@yowasp/clang ${clang.version}`, isClang: true, compile, lint };
}

const overlayName = 'corun-overlay.json';

/** The first program takes some ten seconds, which whoever waits at a terminal is to know. */
function tellSlow({ what, own, flags }) {
  if (process.stderr.isTTY && flags.includes('-c')) process.stderr.write(`corun: compiling ${own ? 'the library, once' : what}\n`);
}

async function compileIn(clang, job) {
  tellSlow(job);
  const print = (bytes) => { if (bytes) process.stderr.write(Buffer.from(bytes)); };
  const made = await runIn(clang, job, [...job.link, '-o', 'made.out'], { stdout: print, stderr: print });
  if (!made) throw new CommandError(`${job.what} ${job.failed}`);
  await writeFile(job.output, made['made.out']);
}

/**
 * Its every token of the tree comes by a call of its own, two million for the smallest program. So it gives only
 * the coroutines, in half a second, unless a call stands outside them.
 * @returns {Promise<import('../lint/clang.js').Linted>}
 */
async function lintIn(clang, job) {
  const first = await readTree(clang, job, coroutineFlags, new Lint({ isFiltered: true }));
  if (!hasCallOutside(job.contents, first.coroutines)) return first;
  return readTree(clang, job, treeFlags, new Lint());
}

async function readTree(clang, job, flags, lint) {
  const [tree, messages] = [new TextDecoder(), new TextDecoder()];
  let pieces = [];
  let errors = '';
  const pass = () => {
    lint.push(pieces.join(''));
    pieces = [];
  };
  const stdout = (bytes) => {
    if (bytes) pieces.push(tree.decode(bytes, { stream: true }));
    if (pieces.length === 10_000) pass();
  };
  const stderr = (bytes) => { if (bytes) errors += messages.decode(bytes, { stream: true }); };
  await runIn(clang, job, flags, { stdout, stderr });
  pass();
  const names = new Map([...job.contents.keys()].map((path) => [place(path), nameOf(path)]));
  const named = (one) => ({ ...one, file: names.get(one.file) ?? one.file });
  return { findings: lint.findings.map(named), coroutines: lint.coroutines.map(named), errors };
}

const ownHeaders = fileURLToPath(new URL('../../include/', import.meta.url));

/** Only whether to look closer: a word in a comment costs time, no more. */
function hasCallOutside(contents, coroutines) {
  return [...contents].filter(([path]) => !path.startsWith(ownHeaders)).some(([path, bytes]) => {
    const inside = coroutines.filter(({ file }) => file === nameOf(path));
    return bytes.toString('latin1').split('\n').some((line, index) => line.includes('CORUN_CALL')
      && !inside.some(({ first, last }) => first <= index + 1 && index + 1 <= last));
  });
}

/** Gives the files that were made, null if the compiler was not content. */
async function runIn(clang, job, last, streams) {
  const objects = job.inputs.filter((input) => input.endsWith('.o'));
  const tree = {};
  for (const [path, bytes] of job.contents) put(tree, place(path), bytes);
  for (const path of objects) put(tree, place(path), await readFile(path));
  put(tree, overlayName, Buffer.from(JSON.stringify(overlay([...job.contents.keys()]))));
  const includes = job.includeDirectories.map((directory) => `-I${place(directory)}`);
  const inputs = job.inputs.map((input) => asArgument(place(input)));
  const own = job.own && place(job.own);
  const named = own && own !== '.' ? [namesOf(own)] : []; // within Corun's folder files are named as they should be
  const args = ['clang', '-ivfsoverlay', overlayName, ...job.flags, ...named, ...includes, ...inputs, ...last];
  try {
    // Done by itself, since runClang would tell on standard output how far its loading is.
    await clang.runClang(null, {}, { fetchProgress() {} });
    return await clang.runClang(args, tree, { ...streams, decodeASCII: false });
  } catch (error) {
    if (!(error instanceof clang.Exit)) throw error;
    return null;
  }
}

/** Clang's table of files. Its file system takes `a/../b` for `a/b`, clang's own does not; and a file
 * below the working directory has two names. */
function overlay(paths) {
  const roots = paths.flatMap((path) => {
    const content = place(path);
    return [path, `/${content}`].map((name) => ({
      type: 'directory',
      name: posix.dirname(name),
      contents: [{ type: 'file', name: posix.basename(name), 'external-contents': content }],
    }));
  });
  return { version: 0, 'case-sensitive': 'true', roots };
}

/** Where a file stands in the compiler's tree. Below the working directory under the very name the
 * user knows, since messages show it; `usr` is where the compiler has its own headers. */
function place(path) {
  const name = isNear(path) ? relative(process.cwd(), resolve(path)) : resolve(path).slice(1);
  return name === 'usr' || name.startsWith('usr/') ? `host/${name}` : name || '.';
}

function isNear(path) {
  const near = relative(process.cwd(), resolve(path));
  return !near.startsWith('..') && !isAbsolute(near);
}

/** What the user calls a file. */
function nameOf(path) {
  return isNear(path) ? relative(process.cwd(), path) : path;
}

function put(tree, name, bytes) {
  const parts = name.split('/');
  const last = parts.pop();
  for (const part of parts) tree = tree[part] ??= {};
  tree[last] = new Uint8Array(bytes);
}

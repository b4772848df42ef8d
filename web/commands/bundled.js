/* The bundled compiler, @yowasp/clang: clang and lld as WebAssembly. It needs nothing of the machine,
 * takes files as a tree and gives a tree back. */
import { readFile, writeFile } from 'node:fs/promises';
import { isAbsolute, posix, relative, resolve } from 'node:path';
import { CommandError, status } from './arguments.js';

/** @returns {Promise<import('./compilers.js').Compiler>} */
export async function bundledCompiler() {
  const clang = await import('@yowasp/clang').catch(() => {
    throw new CommandError('no compiler for WebAssembly is there: npm install @yowasp/clang brings one',
                           status.notFound);
  });
  const compile = (job) => compileIn(clang, job);
  return { name: '@yowasp/clang', version: `@yowasp/clang ${clang.version}`, compile };
}

const overlayName = 'corun-overlay.json';

async function compileIn(clang, job) {
  const objects = job.inputs.filter((input) => input.endsWith('.o'));
  const tree = {};
  for (const [path, bytes] of job.contents) put(tree, place(path), bytes);
  for (const path of objects) put(tree, place(path), await readFile(path));
  put(tree, overlayName, Buffer.from(JSON.stringify(overlay([...job.contents.keys()]))));
  const includes = job.includeDirectories.map((directory) => `-I${place(directory)}`);
  const inputs = job.inputs.map(place);
  const args = ['clang', '-ivfsoverlay', overlayName, ...job.flags, ...includes, ...inputs, ...job.link, '-o', 'made.out'];
  const print = (bytes) => { if (bytes) process.stderr.write(Buffer.from(bytes)); };
  const options = { stdout: print, stderr: print, decodeASCII: false };
  try {
    // Done by itself, since runClang would tell on standard output how far its loading is.
    await clang.runClang(null, {}, { fetchProgress() {} });
    const made = await clang.runClang(args, tree, options);
    await writeFile(job.output, made['made.out']);
  } catch (error) {
    if (!(error instanceof clang.Exit)) throw error;
    throw new CommandError(`${job.what} did not compile`);
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
  const near = relative(process.cwd(), resolve(path));
  const name = near.startsWith('..') || isAbsolute(near) ? resolve(path).slice(1) : near;
  return name === 'usr' || name.startsWith('usr/') ? `host/${name}` : name || '.';
}

function put(tree, name, bytes) {
  const parts = name.split('/');
  const last = parts.pop();
  for (const part of parts) tree = tree[part] ??= {};
  tree[last] = new Uint8Array(bytes);
}

/* How much of a small program is Corun: examples/countdown.c beside a program that uses the same of the C library
 * and no Corun, both as small as the compiler makes them. And what a page loads of the driver. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { firstLoad } from '../tools/driver-size.js';
import { wasiClang } from '../web/commands/compilers.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const execute = promisify(execFile);
const small = ['-Oz', '-DNDEBUG', '-ffunction-sections', '-fdata-sections', '-Iinclude', '-Isrc', '-I.'];
const link = ['-Wl,--stack-first', '-Wl,-z,stack-size=65536', '-Wl,--strip-all'];

/** @returns {Promise<string>} a sentence */
export async function sizeLine() {
  const sizes = await countdownSizes();
  if (!sizes) return 'Size: missing, since there is no clang for WASI.';
  return `Size: countdown.wasm at -Oz, stripped, is ${sizes.whole} bytes. A program that uses the same of the C library `
         + `and no Corun is ${sizes.baseline}: so Corun's share is ${sizes.whole - sizes.baseline}.`;
}

/** In bytes; null if no compiler for WASI is there.
 * @returns {Promise<{ whole: number, baseline: number } | null>} */
export async function countdownSizes() {
  const clang = await wasiClang();
  if (!clang) return null;
  const directory = await mkdtemp(join(tmpdir(), 'corun-size-'));
  const sizeOf = async (...args) => {
    const made = join(directory, 'made.wasm');
    await execute(clang.path, [...clang.flags, ...small, ...args, ...link, '-o', made], { cwd: root });
    return (await stat(made)).size;
  };
  try {
    return {
      whole: await sizeOf('examples/countdown.c', 'hosts/wasi/all.c', '-Wl,--wrap=__wasi_fd_read'),
      baseline: await sizeOf('bench/size_baseline.c'),
    };
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** @returns {Promise<string>} a sentence */
export async function driverLine() {
  try {
    await execute('npm', ['run', '--silent', 'build:web'], { cwd: root });
    const { bytes } = await firstLoad(join(root, 'web/dist'));
    return `A page loads ${(bytes / 1000).toFixed(1)} KB of driver (minified, gzipped) before it runs a program.`;
  } catch (error) {
    return `The driver's size: missing: ${error.message}`;
  }
}

/* How much of a small program is Corun: from the linker's map of examples/countdown.c. And what a page loads of the driver. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { firstLoad } from '../tools/driver-size.js';
import { wasiClang } from '../web/commands/compilers.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const execute = promisify(execFile);
const small = ['-Oz', '-ffunction-sections', '-fdata-sections'];
const link = ['-Wl,--stack-first', '-Wl,-z,stack-size=65536', '-Wl,--wrap=__wasi_fd_read', '-Wl,--strip-all'];

/** @returns {Promise<string>} a sentence */
export async function sizeLine() {
  const clang = await wasiClang();
  if (!clang) return 'Size: missing, since there is no clang for WASI whose linker could tell.';
  const directory = await mkdtemp(join(tmpdir(), 'corun-bench-'));
  try {
    const { whole, own, strings } = await sizes(clang, directory);
    return `Size: countdown.wasm at -Oz, stripped, is ${whole} bytes. Corun's own share is ${own}, and most of `
           + `${strings} of strings that the linker merged; the rest is the C library's and the program's.`;
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

async function sizes({ path, flags }, directory) {
  const file = (name) => join(directory, name);
  const compile = (...args) => execute(path, [...flags, ...small, '-Iinclude', '-Isrc', '-I.', ...args], { cwd: root });
  await compile('-c', 'hosts/wasi/all.c', '-o', file('corun.o'));
  await compile('examples/countdown.c', file('corun.o'), ...link, `-Wl,-Map=${file('map')}`, '-o', file('countdown.wasm'));
  const map = await readFile(file('map'), 'utf8');
  return {
    whole: (await stat(file('countdown.wasm'))).size,
    own: shareOf('corun.o:(', map),
    strings: shareOf('<internal>:(.rodata', map),
  };
}

/** Adds up the code and data of what begins so. Lines are: address, offset and size in hexadecimal,
 * object:(section). Zeros (.bss) are in no file. */
function shareOf(beginning, map) {
  let sum = 0;
  for (const [, size, section] of map.matchAll(/^ *\S+ +\S+ +([0-9a-f]+) +\S*?([^/\s]+:\(.*\))$/gm)) {
    if (section.startsWith(beginning) && !section.includes('(.bss')) sum += parseInt(size, 16);
  }
  return sum;
}

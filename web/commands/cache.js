/* Compiled files, kept under the user's cache directory by the hash of all that went into them.
 * A file appears there complete or not at all: it is written beside and renamed. */
import { createHash, randomUUID } from 'node:crypto';
import { accessSync, constants, lstatSync, mkdirSync, mkdtempSync } from 'node:fs';
import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandError } from './arguments.js';

const unusedDays = 30;

/** The user's own, perhaps not there or not to be written. */
export const userDirectory = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'corun');

/** Where compiled files are kept: the user's cache directory for Corun, a temporary one where that cannot be written. */
export const cacheDirectory = once(() => {
  const path = userDirectory();
  const parts = [path, join(path, 'compiled')];
  try {
    for (const part of parts) {
      mkdirSync(part, { recursive: true });
      accessSync(part, constants.W_OK | constants.X_OK);
    }
    return path;
  } catch {
    const temporary = temporaryDirectory();
    mkdirSync(join(temporary, 'compiled'), { recursive: true });
    return temporary;
  }
});

/** The same each time, so that it serves as a cache and there is one at the most; another if that is not ours alone. */
function temporaryDirectory() {
  const user = process.getuid?.();
  const path = join(tmpdir(), `corun-cache-${user}`);
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  const found = lstatSync(path);
  const isOurs = found.isDirectory() && found.uid === user && (found.mode & 0o077) === 0;
  return isOurs ? path : mkdtempSync(join(tmpdir(), 'corun-cache-'));
}

/**
 * Gives the path of a cached file, making it first if it is not there.
 * @param {(string | Uint8Array)[]} key all that the content depends on
 * @param {string} extension
 * @param {(path: string) => Promise<void>} make writes the file
 */
export async function cached(key, extension, make) {
  const path = join(cacheDirectory(), 'compiled', hash(key) + extension);
  if (await touch(path)) return path;
  await dropUnused();
  await writeWhole(path, make).catch((error) => {
    throw error.syscall ? new CommandError(`cannot write into ${cacheDirectory()}: ${error.message}`) : error;
  });
  return path;
}

/**
 * Writes a file so that it is there complete or not at all.
 * @param {string} path
 * @param {(path: string) => Promise<void>} make
 */
export async function writeWhole(path, make) {
  const temporary = `${path}.${randomUUID()}.new`;
  try {
    await make(temporary);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Lengths go in too, or moving a byte from one part to the next would not change the hash. */
function hash(parts) {
  const sum = createHash('sha256');
  for (const part of parts) {
    const bytes = Buffer.from(part);
    sum.update(`${bytes.length}:`).update(bytes);
  }
  return sum.digest('hex');
}

async function touch(path) {
  const now = new Date();
  return utimes(path, now, now).then(() => true, () => false);
}

async function dropUnused() {
  const directory = join(cacheDirectory(), 'compiled');
  const oldest = Date.now() - unusedDays * 24 * 3600 * 1000;
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Infinity }));
    if (mtimeMs < oldest) await rm(path, { force: true });
  }
}

function once(make) {
  let made;
  return () => (made ??= make());
}

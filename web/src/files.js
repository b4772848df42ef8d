/** `files` and `dirs`: a file system, in memory or the machine's, for the guest's descriptors from 3 on. */
import { Directory, File, OpenFile, PreopenDirectory, WASI } from '@bjorn3/browser_wasi_shim';
import { host } from '#host';
import { CorunError } from './errors.js';

/**
 * @typedef {object} FileSystem
 * @property {Record<string, (...args: any[]) => number>} imports WASI functions for descriptors above 2
 * @property {(memory: WebAssembly.Memory) => void} bind
 * @property {() => Record<string, Uint8Array>} [collect] what is there now, by path
 */

/**
 * @param {import('./options.js').GuestSettings} settings
 * @param {import('./source.js').Loaded} loaded
 * @returns {Promise<FileSystem>}
 */
export async function openFileSystem({ files = {}, dirs }, { factory }) {
  if (factory) throw new TypeError('files and dirs are for WASI builds; an Emscripten module has its own file system');
  if (!dirs) return openFiles(files);
  if (!host.openDirectories) throw new CorunError('CORUN_UNSUPPORTED', 'dirs is for Node; a page has none: use files');
  return host.openDirectories(dirs);
}

/**
 * @param {Record<string, string | Uint8Array>} files
 * @returns {FileSystem}
 */
function openFiles(files) {
  const root = new PreopenDirectory('/', new Map());
  for (const [path, contents] of Object.entries(files)) {
    const bytes =
      typeof contents === 'string' ? new TextEncoder().encode(contents) : new Uint8Array(contents);
    place(root.dir.contents, path, new File(bytes), () => new Directory(new Map()));
  }
  // 0-2 are ours; these keep the numbers apart.
  const none = () => new OpenFile(new File([]));
  const wasi = new WASI([], [], [none(), none(), none(), root], { debug: false });
  return {
    imports: /** @type {FileSystem['imports']} */ (wasi.wasiImport),
    bind(memory) {
      Object.assign(wasi, { inst: { exports: { memory } } });
    },
    collect: () => walk(root.dir.contents, '', {}),
  };
}

/**
 * @param {Map<string, any>} directory
 * @param {string} path
 * @param {unknown} file
 * @param {() => any} makeDirectory
 */
function place(directory, path, file, makeDirectory) {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const name = parts.pop();
  if (name === undefined || parts.includes('..') || name === '..') {
    throw new TypeError(`files: ${JSON.stringify(path)} is not the path of a file`);
  }
  for (const part of parts) {
    if (!directory.has(part)) directory.set(part, makeDirectory());
    const next = directory.get(part);
    if (!(next.contents instanceof Map))
      throw new TypeError(`files: ${path} lies in ${part}, which is a file`);
    directory = next.contents;
  }
  if (directory.get(name)?.contents instanceof Map) throw new TypeError(`files: ${path} is a directory too`);
  directory.set(name, file);
}

/**
 * @param {Map<string, any>} directory
 * @param {string} above
 * @param {Record<string, Uint8Array>} found
 */
function walk(directory, above, found) {
  for (const [name, item] of directory) {
    const path = `${above}/${name}`;
    if (item.contents instanceof Map) walk(item.contents, path, found);
    else found[path] = new Uint8Array(item.data).slice();
  }
  return found;
}

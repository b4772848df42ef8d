/**
 * Module factories of Emscripten (`-sMODULARIZE`), as source. Its own print comes by line and loses an
 * unfinished last one, its stdin in a page is prompt(): descriptors 0-2, the environment and exit are
 * taken over where it instantiates. Main must not start by itself, or it would run before an
 * abort can be seen.
 */
import { host } from '#host';
import { CorunError, GuestExit } from './errors.js';
import { badModule } from './protocol.js';
import { checkExports, forbidden } from './refusals.js';
import { loadSource } from './source.js';

const TAKEN_OVER = ['environ_get', 'environ_sizes_get', 'proc_exit', 'random_get', 'poll_oneoff'];
const BY_DESCRIPTOR = ['fd_read', 'fd_write'];
/** How the address of a script ends. */
const SCRIPT = /\.m?js$/;
/** What a guest reads of that gives way, as by sched_yield, which its C library does not import. */
const NOTHING = -1;

/**
 * @param {URL | import('./source.js').EmscriptenFactory} source the factory, or the address of the script that exports it
 * @param {import('./source.js').Source} [wasm]
 * @param {AbortSignal} [signal] ends the download
 * @returns {Promise<import('./source.js').Loaded>}
 */
export async function loadFactory(source, wasm, signal) {
  if (typeof source === 'function') {
    const found = wasm === undefined ? undefined : await loadSource(wasm, undefined, signal);
    return { module: found?.module, label: found?.label ?? 'the module', factory: source };
  }
  if (!(source instanceof URL && SCRIPT.test(source.pathname))) throw new TypeError('wasm goes with an Emscripten factory only');
  const { module, label } = await loadSource(wasm ?? new URL(source.pathname.replace(SCRIPT, '.wasm'), source), undefined, signal);
  return { module: /** @type {WebAssembly.Module} */ (module), label, factory: source.href };
}

/**
 * @typedef {object} Made
 * @property {WebAssembly.Exports} exports
 * @property {WebAssembly.Module} module
 * @property {WebAssembly.Memory} memory
 */

/**
 * @param {import('./source.js').EmscriptenFactory | string} source the factory, or the address of what exports it
 * @param {WebAssembly.Module | undefined} given
 * @param {import('./wasi.js').Wasi} wasi
 * @param {string} label
 * @returns {Promise<Made>}
 */
export async function openEmscripten(source, given, wasi, label) {
  const factory = typeof source === 'string' ? await importFactory(source) : source;
  let wasmUrl = '';
  /** @type {(found: Made) => void} */
  let resolve = () => {};
  /** @type {(error: unknown) => void} */
  let reject = () => {};
  /** @type {Promise<Made>} */
  const instantiated = new Promise((yes, no) => ([resolve, reject] = [yes, no]));
  instantiated.catch(() => {});

  const loading = factory({
    noInitialRun: true,
    /** @param {string} path @param {string} directory */
    locateFile: (path, directory) => (wasmUrl = directory + path),
    /** @param {number} status */
    quit(status) {
      throw new GuestExit(status);
    },
    /**
     * @param {Record<string, Record<string, any>>} imports
     * @param {(instance: unknown, module: unknown) => void} receive
     */
    instantiateWasm(imports, receive) {
      // Nothing may be thrown here: Emscripten would print it and wait for ever.
      instantiate(given, wasmUrl, () => takeOver(imports, wasi.imports, label))
        .then(({ instance, module }) => {
          checkExports(module, label);
          const { exports } = instance;
          const memory = /** @type {WebAssembly.Memory} */ (exports['memory']); // it has been checked
          wasi.memory = () => memory.buffer; // before its constructors, which ask for the environment
          receive(instance, module);
          resolve({ exports, module, memory });
        })
        .catch((error) => reject(forbidden(label, error) ?? error));
      return {};
    },
  });
  // The factory's own promise stays pending for ever when the instance could not be made.
  const made = await Promise.race([instantiated, loading.then(() => instantiated)]);
  await loading;
  return made;
}

/** @param {string} url @returns {Promise<import('./source.js').EmscriptenFactory>} */
async function importFactory(url) {
  let script;
  try {
    script = await import(/* @vite-ignore */ /* webpackIgnore: true */ url);
  } catch (error) {
    throw new CorunError('ELOAD', `cannot load ${url}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
  if (typeof script.default === 'function') return script.default;
  throw badModule(url, 'exports no Emscripten factory: link with -sMODULARIZE -sEXPORT_ES6');
}

/**
 * @param {WebAssembly.Module | undefined} given
 * @param {string} url
 * @param {() => WebAssembly.Imports} makeImports
 */
async function instantiate(given, url, makeImports) {
  const module = given ?? (await loadWasm(url));
  return { module, instance: await WebAssembly.instantiate(module, makeImports()) };
}

/** @param {string} url */
async function loadWasm(url) {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(url) && host.name === 'Node') {
    throw new TypeError(
      "an Emscripten factory does not know in Node where its .wasm lies: give it as the option 'wasm', or the module's URL instead of the factory",
    );
  }
  return /** @type {WebAssembly.Module} */ ((await loadSource(url)).module);
}

/**
 * @param {Record<string, Record<string, any>>} imports
 * @param {Record<string, (...args: any[]) => number>} own
 * @param {string} label
 */
function takeOver(imports, own, label) {
  const theirs = imports['wasi_snapshot_preview1'];
  if (!theirs) throw badModule(label, 'was linked with renamed imports (-O3, -Os or -Oz): link at -O2');
  const wasi = { ...theirs };
  for (const name of TAKEN_OVER) if (name in wasi) wasi[name] = own[name];
  for (const name of BY_DESCRIPTOR) {
    const original = wasi[name];
    if (original)
      wasi[name] = (/** @type {number} */ fd, /** @type {any[]} */ ...rest) =>
        (fd <= 2 ? own[name] : original)?.(fd, ...rest);
  }
  const read = wasi['fd_read'];
  wasi['fd_read'] = (/** @type {number} */ fd, /** @type {any[]} */ ...rest) =>
    fd === NOTHING ? own['sched_yield']?.() : read?.(fd, ...rest);
  return { ...imports, wasi_snapshot_preview1: wasi };
}

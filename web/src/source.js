/**
 * From what the embedder gives to a compiled module: URL, Response, bytes, Module or factory. A factory of Emscripten's is the
 * function itself or, by the address of the script that exports it, something that can also cross to a Worker.
 */
import { host } from '#host';
import { CorunError, part, refusals } from './errors.js';

/**
 * @typedef {(options: Record<string, unknown>) => Promise<Record<string, any>>} EmscriptenFactory
 * @typedef {string | URL | Response | BufferSource | WebAssembly.Module} WasmSource
 * @typedef {WasmSource | Promise<WasmSource> | EmscriptenFactory} Source
 */

/**
 * @typedef {{ module: WebAssembly.Module, label: string, factory?: undefined }
 *   | { module: WebAssembly.Module, label: string, factory: string }
 *   | { module: WebAssembly.Module | undefined, label: string, factory: EmscriptenFactory }} Loaded
 */

/**
 * Promises that are given as sources may reject before anybody has come to wait for them, or if nobody does.
 *
 * @param {unknown[]} given
 */
export const handle = (...given) => void Promise.all(given).catch(() => {});

/**
 * @param {Source} source
 * @param {Source} [wasm] the .wasm of a factory
 * @param {AbortSignal} [signal] ends the download; whoever has it does not wait for what becomes of this
 * @returns {Promise<Loaded>}
 */
export async function loadSource(source, wasm, signal) {
  const given = typeof source === 'function' ? source : await source;
  const url = /** @type {unknown} */ (typeof given === 'string' ? host.resolve(given) : given);
  if (wasm !== undefined || typeof url === 'function' || (url instanceof URL && /\.m?js$/.test(url.pathname)))
    return (await part(import('./emscripten.js'))).loadFactory(/** @type {any} */ (url), wasm, signal);
  if (url instanceof URL) return loadUrl(url, signal);
  if (url instanceof Response) return loadResponse(url, url.url || 'the response');
  if (url instanceof WebAssembly.Module) return { module: url, label: 'the module' };
  if (url instanceof ArrayBuffer || ArrayBuffer.isView(url)) return compile('the module', /** @type {BufferSource} */ (url));
  return (await refusals()).refuseSource();
}

/** @param {URL} url @param {AbortSignal} [signal] */
async function loadUrl(url, signal) {
  const label = url.protocol === 'file:' ? decodeURIComponent(url.pathname) : url.href;
  let got;
  try {
    got = (await host.load(url)) ?? (await fetch(url, { signal }));
  } catch (error) {
    const { message, cause } = /** @type {Error & { cause?: { message?: string } }} */ (error);
    throw new CorunError('ELOAD', `cannot load ${label}: ${cause?.message ?? message}`, { cause: error });
  }
  return got instanceof Response ? loadResponse(got, label) : compile(label, /** @type {BufferSource} */ (got));
}

/** @param {Response} response @param {string} label */
async function loadResponse(response, label) {
  if (!response.ok) return (await refusals()).refuseResponse(label, response);
  if (response.headers.get('Content-Type') !== 'application/wasm') return compile(label, response.arrayBuffer());
  return compile(label, undefined, response);
}

/**
 * @param {string} label
 * @param {BufferSource | Promise<BufferSource>} [bytes]
 * @param {Response} [response] or what they come with
 * @returns {Promise<Loaded>}
 */
async function compile(label, bytes, response) {
  try {
    const module = response ? WebAssembly.compileStreaming(response) : WebAssembly.compile(/** @type {BufferSource} */ (await bytes));
    return { module: await module, label };
  } catch (error) {
    return (await refusals(error)).refuseCode(label, error, bytes);
  }
}

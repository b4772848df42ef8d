/**
 * From what the embedder gives to a compiled module: URL, Response, bytes, Module or factory. A factory of Emscripten's is the
 * function itself or, by the address of the script that exports it, something that can also cross to a Worker.
 */
import { host } from '#host';
import { CorunError } from './errors.js';
import { badModule, checkBytes, forbidden } from './protocol.js';

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
 * @param {Source} source
 * @param {Source} [wasm] the .wasm of a factory
 * @returns {Promise<Loaded>}
 */
export async function loadSource(source, wasm) {
  if (typeof source === 'function') {
    const found = wasm === undefined ? undefined : await loadSource(wasm);
    const factory = /** @type {EmscriptenFactory} */ (source);
    return { module: found?.module, label: found?.label ?? 'the module', factory };
  }
  const given = await source;
  const url = typeof given === 'string' ? host.resolve(given) : given;
  if (url instanceof URL && /\.m?js$/.test(url.pathname)) {
    const found = await loadSource(wasm ?? new URL(url.pathname.replace(/\.m?js$/, '.wasm'), url));
    return { module: /** @type {WebAssembly.Module} */ (found.module), label: found.label, factory: url.href };
  }
  if (wasm !== undefined) throw new TypeError('wasm goes with an Emscripten factory only');
  if (given instanceof WebAssembly.Module) return { module: given, label: 'the module' };
  if (url instanceof URL) return loadUrl(url);
  if (typeof Response === 'function' && given instanceof Response)
    return loadResponse(given, given.url || 'the response');
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) return loadBytes(given, 'the module');
  throw new TypeError(
    'the source is not a URL, a Response, bytes, a WebAssembly.Module or an Emscripten factory',
  );
}

/** @param {URL} url */
async function loadUrl(url) {
  const label = url.protocol === 'file:' ? decodeURIComponent(url.pathname) : url.href;
  let response;
  try {
    const bytes = await host.load(url);
    if (bytes) return await loadBytes(/** @type {BufferSource} */ (bytes), label);
    response = await fetch(url);
  } catch (error) {
    if (error instanceof CorunError) throw error;
    const { message, cause } = /** @type {Error & { cause?: { message?: string } }} */ (error);
    throw new CorunError('ELOAD', `cannot load ${label}: ${cause?.message ?? message}`, { cause: error });
  }
  return loadResponse(response, label);
}

/** @param {Response} response @param {string} label */
async function loadResponse(response, label) {
  if (!response.ok) {
    throw new CorunError(
      'ELOAD',
      `cannot load ${label}: the server answered ${response.status} ${response.statusText}`.trimEnd(),
    );
  }
  if (response.headers.get('Content-Type') !== 'application/wasm')
    return loadBytes(await response.arrayBuffer(), label);
  try {
    return { module: await WebAssembly.compileStreaming(response), label };
  } catch (error) {
    throw damaged(label, error);
  }
}

/** @param {BufferSource} source @param {string} label */
async function loadBytes(source, label) {
  const bytes =
    source instanceof ArrayBuffer
      ? new Uint8Array(source)
      : new Uint8Array(/** @type {ArrayBuffer} */ (source.buffer), source.byteOffset, source.byteLength);
  checkBytes(bytes, label);
  try {
    return { module: await WebAssembly.compile(bytes), label };
  } catch (error) {
    throw damaged(label, error);
  }
}

/** @param {string} label @param {unknown} error */
function damaged(label, error) {
  const why = error instanceof Error ? error.message.replace(/^WebAssembly\.\w+\(\): /, '') : String(error);
  return forbidden(label, error) ?? badModule(label, `is damaged or truncated: ${why}`);
}

/* Says in one sentence what is wrong with a .wasm file before anything of it runs. */
import { CorunError } from '../src/errors.js';
import * as refusals from '../src/refusals.js';
import { CommandError, status } from './arguments.js';

/**
 * Compiles a module and checks that it is a Corun program of this version.
 * @param {Buffer} bytes
 * @param {string} file for messages
 * @returns {Promise<WebAssembly.Module>}
 */
export async function checkModule(bytes, file) {
  try {
    refusals.checkBytes(bytes, file);
    const missing = missingBytes(bytes);
    if (missing > 0) throw refusal(`${file} is truncated: at least ${missing} bytes are missing at its end`);
    const module = await WebAssembly.compile(bytes).catch((error) => {
      throw refusal(`${file} is damaged: ${error.message.replace('WebAssembly.compile(): ', '')}`);
    });
    refusals.checkModule(module, file);
    await checkAbi(module, file);
    return module;
  } catch (error) {
    throw error instanceof CorunError ? refusal(error.message) : error;
  }
}

const refusal = (message) => new CommandError(message, status.notRunnable);

/** Walks the sections, each a number and its size: the first that reaches past the end tells. */
function missingBytes(bytes) {
  let at = 8;
  while (at < bytes.length) {
    const size = readNumber(bytes, at + 1);
    at = size.end + size.value;
  }
  return at - bytes.length;
}

/** An unsigned LEB128 number; one that is cut off ends past the end. */
function readNumber(bytes, at) {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) return { value: 0, end: bytes.length + 1 };
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return { value, end: at };
}

/** Asks corun_abi(), which returns static data. The C library's constructors may run on the way and
 * ask WASI for something: every answer is "bad descriptor", where their search for files ends. */
async function checkAbi(module, file) {
  const imports = {};
  for (const { name } of WebAssembly.Module.imports(module)) imports[name] = () => 8;
  const { exports } = await WebAssembly.instantiate(module, { wasi_snapshot_preview1: imports });
  let address;
  try {
    address = exports.corun_abi();
  } catch (error) {
    throw refusal(`${file} is damaged: corun_abi() failed: ${error.message}`);
  }
  refusals.checkAbi(address, exports.memory.buffer, file);
}

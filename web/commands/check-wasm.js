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

import { constants, copyFile } from 'node:fs/promises';
import { CommandError, usageError } from './arguments.js';
import { writeWhole } from './cache.js';
import { compileProgram } from './compile.js';

export const help = `corun build FILE.c... -o OUT.wasm|OUT [--host wasm|native] [--no-lint]

Compiles a program. A .wasm runs in wasmtime, in Node and in pages; what does not end in .wasm is made
for this machine, unless --host says otherwise. The compiler for WebAssembly is $WASI_SDK_PATH/bin/clang,
else a clang with a WASI sysroot, else the bundled one (CORUN_COMPILER=bundled asks for it); for this
machine it is $CC, else cc.

The lint must pass too (corun lint --help); --no-lint compiles without it.
`;

export const options = /** @type {const} */ ({
  output: { type: 'string', short: 'o' },
  host: { type: 'string' },
  'no-lint': { type: 'boolean' },
});

export async function run({ output, host = output?.endsWith('.wasm') ? 'wasm' : 'native', ...values }, files) {
  if (files.length === 0) throw usageError('build what? corun build FILE.c... -o OUT.wasm|OUT');
  if (!output) throw usageError('build where? -o OUT.wasm or -o OUT');
  if (host !== 'wasm' && host !== 'native') throw usageError(`no host '${host}' to build for; there are wasm, native`);
  const other = files.find((file) => !file.endsWith('.c'));
  if (other) throw usageError(`build compiles C: ${other} does not end in .c`);
  const program = await compileProgram(files, host, { lint: !values['no-lint'] });
  await writeWhole(output, (path) => copyFile(program, path, constants.COPYFILE_FICLONE)).catch((error) => {
    throw new CommandError(`cannot write ${output}: ${error.message}`);
  });
  return 0;
}

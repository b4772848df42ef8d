// Runs one case of a C test program in this process, through the package, by turns:
//   node node-case.js FILE.wasm|FILE.mjs ARGS...
import { basename, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Runner } from '../../web/src/index.js';
import { runCase } from './run-case.js';

const [file, ...args] = process.argv.slice(2);
const url = pathToFileURL(file);
const source = extname(file) === '.mjs' ? (await import(url.href)).default : url;
const wasm = source === url ? undefined : new URL(url.href.replace(/\.mjs$/, '.wasm'));
const options = { args: [basename(file), ...args], stdout: 'inherit', stderr: 'inherit', wasm };
const { status } = await runCase(Runner, source, options);
process.exitCode = status;

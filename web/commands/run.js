import { statSync } from 'node:fs';
import { numberOption, usageError } from './arguments.js';
import { programName } from './program.js';

export const help = `corun run FILE.c|FILE.wasm [options] [ARGS...] [-- ARGS...]

Runs a program. Ctrl-C cancels its main coroutine, whose cleanup runs to its end; a second Ctrl-C
ends the run. The status is the program's; 1 after an error, and death by SIGINT after an interrupt.

  --host node       in Node, as WebAssembly (the default)
  --host wasmtime   in wasmtime, as WebAssembly
  --runtime NAME    in another WASI runtime: wasmtime, wazero, wasmi, or node for node:wasi; or the
                    path of one
  --host native     as a process of this machine
  --debug           Corun's debug mode
  --env NAME=VALUE  an environment variable for the program; NAME alone passes on this one's
  --dir HOST::GUEST a directory that the program may use, and its name there; --dir . for the same name
  --no-lint         compile also what the lint refuses
  --grace SECONDS   kill the program if it still runs so long after the first Ctrl-C
`;

export const options = /** @type {const} */ ({
  host: { type: 'string' },
  runtime: { type: 'string' },
  debug: { type: 'boolean' },
  env: { type: 'string', multiple: true, default: [] },
  dir: { type: 'string', multiple: true, default: [] },
  'no-lint': { type: 'boolean' },
  grace: { type: 'string' },
});

const hosts = new Map([
  ['node', () => import('./host-node.js')],
  ['wasmtime', () => import('./host-runtime.js')],
  ['native', () => import('./host-native.js')],
]);

/**
 * @typedef {object} Request what to run, and how
 * @property {string} file
 * @property {string[]} args with the program's name first
 * @property {Record<string, string>} env
 * @property {Record<string, string>} dirs guest's name to this machine's
 * @property {boolean} lint whether a C file must pass the lint
 * @property {number | undefined} grace milliseconds
 * @property {string} runtime where a WASI runtime is the host: which
 */

export async function run(values, [file, ...args]) {
  if (file === undefined) throw usageError('run what? corun run FILE.c|FILE.wasm');
  const name = values.host ?? (values.runtime === undefined ? 'node' : 'wasmtime');
  const load = hosts.get(name);
  if (!load) throw usageError(`no host '${name}'; there are ${[...hosts.keys()].join(', ')}`);
  if (values.runtime !== undefined && name !== 'wasmtime') throw usageError(`--runtime is for WASI runtimes, not for --host ${name}`);
  const env = environment(values.env);
  if (values.debug) env.CORUN_DEBUG = '1';
  const request = {
    file,
    args: [programName(file), ...args],
    env,
    dirs: Object.fromEntries(values.dir.map(directory)),
    lint: !values['no-lint'],
    grace: milliseconds(numberOption(values.grace, 'grace')),
    runtime: values.runtime ?? 'wasmtime',
  };
  const host = await load();
  return host.runOn(request);
}

/** Timers take no more, about 25 days, and run at once when they are given more. */
const longest = 2 ** 31 - 1;

function milliseconds(seconds) {
  return seconds === undefined ? undefined : Math.min(seconds * 1000, longest);
}

function environment(settings) {
  const env = {};
  for (const setting of settings) {
    const [, name, , value] = /^([^=]+)(=([^]*))?$/.exec(setting) ?? [];
    if (!name) throw usageError(`--env takes NAME=VALUE, not '${setting}'`);
    const passed = value ?? process.env[name];
    if (passed !== undefined) env[name] = passed;
  }
  return env;
}

function directory(setting) {
  const [host, guest = host, more] = setting.split('::');
  if (!host || !guest || more !== undefined) throw usageError(`--dir takes HOST::GUEST, not '${setting}'`);
  // Runtimes say so with a stack, if at all.
  if (!statSync(host, { throwIfNoEntry: false })?.isDirectory()) throw usageError(`--dir ${setting}: there is no directory '${host}'`);
  return [guest, host];
}

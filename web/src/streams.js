/**
 * Where output goes and input comes from in the plainest runs: functions, collected text, the host's own, nothing. All other
 * kinds are those of sinks.js and sources.js, which are loaded for them.
 */
import { host } from '#host';
import { part } from './errors.js';
import { callFunction, collect, textFormer } from './forms.js';

/**
 * @param {import('./sinks.js').OutputOption | undefined} option
 * @param {number} fd 1 or 2
 * @param {'stdout' | 'stderr'} name
 * @returns {Promise<import('./output.js').Sink>}
 */
export async function openSink(option = 'inherit', fd, name) {
  if (option === 'inherit') return host.inheritSink(fd);
  if (option === 'collect') return collect('text');
  if (typeof option === 'function') return callFunction(option, textFormer('text'));
  return (await part(import('./sinks.js'))).makeSink(option, name, fd);
}

/**
 * @param {import('./sources.js').InputOption | undefined} option
 * @returns {Promise<Input>}
 */
export async function openInput(option) {
  if (option !== undefined) return (await part(import('./sources.js'))).openInput(option);
  return { ready: true, source: { pull: async () => null }, fetch() {}, read: () => 0, stop() {}, onready() {} };
}

/**
 * What a guest reads from: an Input of input.js, or nothing.
 *
 * @typedef {object} Input
 * @property {boolean} ready whether a read would not say EAGAIN
 * @property {unknown} [error]
 * @property {boolean} [terminal]
 * @property {Pick<import('./input.js').Source, 'pull'>} source
 * @property {() => void} fetch
 * @property {(targets: Uint8Array[]) => number} read how many bytes, 0 at the end, -1 when nothing has arrived
 * @property {() => void} stop
 * @property {() => void} onready called when there is something to read, or the end
 */

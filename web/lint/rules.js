/* What a coroutine must not do, and what nobody must do with a call. */
import { follow, heldBy, heldIn, lossOf } from './flow.js';

/**
 * @typedef {object} Finding
 * @property {string} file
 * @property {number} line
 * @property {number} column
 * @property {string} name of the variable, or what it is about: 'call', 'awaitable', 'end', 'finally'
 * @property {string} text
 */

const makeField = 'make it a field of the coroutine (the second list of CORUN_ASYNC)';
const callsAreShort = 'the arguments of a CORUN_CALL live only in the block where it is written; corun_call_keep copies them';

const at = ({ what, line }) => `${what} at line ${line}`;

/**
 * Gives what is wrong in a function.
 * @param {import('./graph.js').Graph} graph
 * @returns {Finding[]}
 */
export function check(graph) {
  if (graph.broken || (!graph.isCoroutine && !graph.hasCalls)) return [];
  const findings = new Findings();
  for (const { variable, why, place } of graph.guarded) findings.add(variable.place, variable, guardText(variable, why, place));
  if (graph.untried) findings.add(graph.untried, null, 'CORUN_FINALLY without CORUN_TRY before it: errors and CORUN_RETURN pass it by', 'finally');
  follow(graph, (/** @type {any} */ event, state) => rules[event.do]?.(findings, event, state, graph));
  return findings.sorted();
}

const rules = {
  read(findings, { target, place }, state) {
    const { variable } = target;
    const loss = lossOf(state, target);
    if (loss) findings.add(place, variable, staleText(variable, loss));
    for (const held of heldBy(state, target).filter(({ gone }) => gone)) {
      if (held.address) findings.add(place, held.address, danglingText(target, held));
      else findings.add(place, variable, `'${variable.name}' holds a call of line ${held.place.line}, whose block has ended: ${callsAreShort}`);
    }
  },

  await(findings, { target, place }, state) {
    for (const { address } of heldBy(state, target)) {
      if (address) findings.add(place, address, awaitedText(address));
    }
  },

  spawn(findings, { place, sources }, state, { isCoroutine }) {
    for (const { address } of isCoroutine ? heldIn(state, sources) : []) {
      if (address) findings.add(place, address, spawnedText(address));
    }
  },

  /** Whatever is not a local of this function lives longer than a call. */
  set(findings, { target, place, sources }, state) {
    if (target.variable.isField) keptCall(findings, place, `my->${fieldName(target)}`, heldIn(state, sources));
  },

  store(findings, { through, place, sources }, state) {
    const isOurs = heldIn(state, through).some(({ address }) => address);
    if (!isOurs) keptCall(findings, place, 'a place outside this function', heldIn(state, sources));
  },

  /** Arguments are copied, but not what they point to. */
  pass(findings, { place, sources }, state) {
    keptCall(findings, place, 'an argument of another', heldIn(state, sources));
  },

  return(findings, { place, sources }, state) {
    if (heldIn(state, sources).some(({ call }) => call !== undefined)) {
      findings.add(place, null, `a call is returned: ${callsAreShort}`);
    }
  },

  drop(findings, { place }, state, { isCoroutine }) {
    if (isCoroutine) findings.add(place, null, 'nobody awaits this, so nothing happens: CORUN_AWAIT waits for it, corun_spawn begins it', 'awaitable');
  },

  leak(findings, { place }) {
    findings.add(place, null, 'the coroutine ends without CORUN_END(), its last line', 'end');
  },
};

function keptCall(findings, place, where, held) {
  if (held.some(({ call }) => call !== undefined)) findings.add(place, null, `a call is kept in ${where}: ${callsAreShort}`);
}

const fieldName = ({ path }) => path.filter(Boolean).join('.');

function staleText({ name }, { set, at: suspension }) {
  return `'${name}' is read here after ${at(suspension)}, where the value of line ${set.line} is lost: ${makeField}`;
}

function danglingText(target, { address, gone }) {
  const pointer = target.variable.isField ? `my->${fieldName(target)}` : target.variable.name;
  return `'${pointer}' points to '${address.name}', which ended with ${at(gone)}: ${makeField}`;
}

function awaitedText({ name }) {
  return `what is awaited uses '${name}', which ends when the await begins: ${makeField}`;
}

function spawnedText({ name }) {
  return `what is started here uses '${name}', which ends with the next await: ${makeField}`;
}

function guardText({ name }, why, place) {
  if (why === 'cleanup') return `'${name}' stands across ${at(place)}, but __attribute__((cleanup)) runs at each: clean up after CORUN_FINALLY`;
  return `'${name}' has a variable length and stands across ${at(place)}: allocate it, and keep the pointer in a field of the coroutine`;
}

/** One for each variable, the first in the file: the others go with it. */
class Findings {
  #found = new Map();

  add({ file, line, column }, variable, text, what = 'call') {
    const key = variable ? variable.id : `${line}:${column}`;
    const old = this.#found.get(key);
    if (old && (old.line - line || old.column - column) <= 0) return;
    this.#found.set(key, { file, line, column, name: variable?.name ?? what, text });
  }

  sorted() {
    return [...this.#found.values()].sort((a, b) => a.line - b.line || a.column - b.column);
  }
}

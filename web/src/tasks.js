/**
 * The tasks of a guest: struct turn_tasks of hosts/web/abi.h, read, and the trees that they make. What crosses
 * between threads is the list, since a chain of many joins would be too deep for a structured clone.
 */
import { host } from '#host';
import { CorunError, refusals } from './errors.js';
import { TASK_FIELDS, badModule, readText } from './protocol.js';

/** @typedef {'new' | 'ready' | 'running' | 'pending' | 'cancelling'} TaskState */

/**
 * A place in the program's source.
 *
 * @typedef {{ function: string, file: string, line: number }} Place
 */

/**
 * A task that is not done.
 *
 * @typedef {object} TaskTree
 * @property {string} name
 * @property {TaskState} state
 * @property {string | null} waitsFor what kind of thing: `sleep`, `task`, `read`; null: it does not wait
 * @property {{ file: string, line: number } | null} spawnedAt
 * @property {Place[]} stack where it stands: its chain of awaits, innermost first
 * @property {TaskTree[]} awaits the tasks that it waits for
 * @property {'shared' | 'cycle'} [repeated] this task stands in the trees already, with what it awaits; with
 *   `cycle` on the very way to here: the awaits close a circle
 */

/** @typedef {Omit<TaskTree, 'awaits' | 'repeated'> & { id: number, awaitedBy: number[] }} TaskRecord */

const STATES = ['new', 'ready', 'running', 'pending', 'cancelling'];
const HEADER = 2;
/** Words of one place in a task's first list. */
const PLACE_FIELDS = 3;

/** Reads words one after another, none of them outside of the block. */
class Reader {
  #words;
  #label;
  #at = 0;

  /** @param {DataView} words @param {string} label */
  constructor(words, label) {
    this.#words = words;
    this.#label = label;
  }

  /** @param {number} count @returns {number[]} */
  take(count) {
    const end = this.#at + count * 4;
    if (end > this.#words.byteLength) throw badModule(this.#label, 'tells of tasks beyond the end of its list');
    const words = Array.from({ length: count }, (_, i) => this.#words.getUint32(this.#at + i * 4, true));
    this.#at = end;
    return words;
  }
}

/**
 * @param {number} address what corun_tasks returned
 * @param {ArrayBuffer} memory
 * @param {string} label
 * @returns {TaskRecord[]}
 */
export function readTasks(address, memory, label) {
  const start = address >>> 0;
  const fits = (/** @type {number} */ size) => start % 4 === 0 && start + size <= memory.byteLength;
  if (start === 0 || !fits(HEADER * 4)) throw badModule(label, `puts its tasks at ${start}, which is not in its memory`);
  const size = new DataView(memory).getUint32(start, true);
  if (size < HEADER * 4 || !fits(size)) throw badModule(label, `has ${size} bytes of tasks, which are not in its memory`);
  const reader = new Reader(new DataView(memory, start, size), label);
  const [, count] = /** @type {[number, number]} */ (reader.take(HEADER));
  if (count * TASK_FIELDS * 4 > size) throw badModule(label, `has no room for its ${count} tasks`);
  const text = cachedTexts(memory, label);
  return Array.from({ length: count }, () => readTask(reader, text, label));
}

/**
 * The tasks of a guest in this thread, as it has them now.
 *
 * @param {import('./machine.js').Machine} machine
 */
export function listTasks(machine) {
  const { exports, label } = machine;
  const address = exports.corun_tasks();
  if (address === 0) throw new CorunError('ENOMEM', 'no memory for a list of the tasks');
  const tasks = readTasks(address, machine.memory, label);
  exports.corun_free(address);
  return tasks;
}

/** Most texts are static, and stand there many times. @param {ArrayBuffer} memory @param {string} label */
function cachedTexts(memory, label) {
  /** @type {Map<number, string>} */
  const known = new Map();
  return (/** @type {number} */ at) => {
    const text = known.get(at) ?? readText(at, memory, label);
    known.set(at, text);
    return text;
  };
}

/**
 * @param {Reader} reader
 * @param {(at: number) => string} text
 * @param {string} label
 * @returns {TaskRecord}
 */
function readTask(reader, text, label) {
  const [id, name, stateAt, waitsFor, file, line, places, awaiters] =
    /** @type {[number, number, number, number, number, number, number, number]} */ (reader.take(TASK_FIELDS));
  const state = text(stateAt);
  if (!STATES.includes(state)) throw badModule(label, `tells of a task in the state '${state}'`);
  const stack = Array.from({ length: places }, () => {
    const [inFile, called, at] = /** @type {[number, number, number]} */ (reader.take(PLACE_FIELDS));
    return { function: text(called), file: text(inFile), line: at | 0 };
  });
  return {
    id,
    name: text(name),
    state: /** @type {TaskState} */ (state),
    waitsFor: waitsFor === 0 ? null : text(waitsFor),
    spawnedAt: file === 0 ? null : { file: text(file), line: line | 0 },
    stack,
    awaitedBy: reader.take(awaiters),
  };
}

/**
 * Makes trees of a list: tasks that nobody awaits are roots, and the first of each circle that no root leads to.
 *
 * @param {TaskRecord[]} records
 * @returns {TaskTree[]}
 */
export function taskTrees(records) {
  /** @type {Map<number, TaskRecord[]>} */
  const awaits = new Map(records.map(({ id }) => [id, []]));
  for (const record of records) for (const id of record.awaitedBy) awaits.get(id)?.push(record);
  /** @type {Set<number>} */
  const seen = new Set();
  const isRoot = (/** @type {TaskRecord} */ { awaitedBy }) => !awaitedBy.some((id) => awaits.has(id));
  const roots = records.filter(isRoot).map((record) => treeOf(record, awaits, seen));
  const rest = records.filter(({ id }) => !seen.has(id));
  return [...roots, ...rest.flatMap((record) => (seen.has(record.id) ? [] : [treeOf(record, awaits, seen)]))];
}

/**
 * Without recursion: chains of joins may be long.
 *
 * @param {TaskRecord} root
 * @param {Map<number, TaskRecord[]>} awaits
 * @param {Set<number>} seen what stands in some tree
 */
function treeOf(root, awaits, seen) {
  const tree = plant(root);
  const path = [{ id: root.id, tree, awaits: awaits.get(root.id) ?? [], entered: 0 }];
  const onPath = new Set([root.id]);
  seen.add(root.id);
  for (let last = path.at(-1); last; last = path.at(-1)) {
    const next = last.awaits[last.entered++];
    if (!next) {
      onPath.delete(last.id);
      path.pop();
      continue;
    }
    const branch = plant(next);
    last.tree.awaits.push(branch);
    if (seen.has(next.id)) {
      branch.repeated = onPath.has(next.id) ? 'cycle' : 'shared';
      continue;
    }
    seen.add(next.id);
    onPath.add(next.id);
    path.push({ id: next.id, tree: branch, awaits: awaits.get(next.id) ?? [], entered: 0 });
  }
  return tree;
}

/** @param {TaskRecord} record @returns {TaskTree} */
function plant({ name, state, waitsFor, spawnedAt, stack }) {
  return { name, state, waitsFor, spawnedAt, stack, awaits: [] };
}

/**
 * What Runner.tasks() answers.
 *
 * @param {import('./guest.js').Guest} guest
 * @param {() => import('./refusals.js').Over | undefined} over why it cannot tell
 */
export async function tellTasks(guest, over) {
  const release = host.hold(); // a Worker does not
  try {
    const tasks = over() ? undefined : await guest.tasks();
    return tasks ? taskTrees(tasks) : (await refusals()).refuseRun(over());
  } finally {
    release();
  }
}

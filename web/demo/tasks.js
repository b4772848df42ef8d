/** The tree of a program's tasks as nested lists, while it runs. */
import { wordsOfPlace } from './places.js';

/** How often it is looked at, and at most which part of the time that may take. */
const EVERY_MS = 100;
const SHARE = 0.1;
/** What is shown of very many tasks, or of very long chains of them. */
const MOST = 200;
const DEEPEST = 12;

/** @typedef {import('corun').TaskTree} TaskTree */
/** @typedef {{ depth: number, name: string, rest: string, places: string[] }} Line */

/**
 * Shows the tasks of `runner` in `list`, a <ul>, until the answer is called.
 *
 * @param {import('corun').Runner} runner
 * @param {HTMLElement} list
 */
export function watchTasks(runner, list) {
  let timer = 0;
  let over = false;
  let shown = '';
  const show = (/** @type {TaskTree[]} */ trees) => {
    const { lines, left } = linesOf(trees);
    const key = JSON.stringify([lines, left]);
    // What has not changed stays, with whatever is selected in it.
    if (key !== shown) list.replaceChildren(...itemsOf(lines, left));
    shown = key;
  };
  async function look() {
    const began = performance.now();
    const trees = await runner.tasks().catch(() => []); // the program has ended by force
    if (over) return;
    show(trees);
    timer = window.setTimeout(look, Math.max(EVERY_MS, (performance.now() - began) / SHARE));
  }
  void look();
  return () => {
    over = true;
    clearTimeout(timer);
    show([]);
  };
}

/**
 * The first tasks of the trees, and how many are left out. Without recursion: chains may be long.
 *
 * @param {TaskTree[]} trees
 */
function linesOf(trees) {
  /** @type {Line[]} */
  const lines = [];
  let left = 0;
  const waiting = trees.map((tree) => ({ tree, depth: 0 })).reverse();
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { tree, depth } = next;
    if (lines.length < MOST && depth <= DEEPEST) lines.push(lineOf(tree, depth));
    else if (!tree.repeated) left++;
    for (const awaited of [...tree.awaits].reverse()) waiting.push({ tree: awaited, depth: depth + 1 });
  }
  return { lines, left };
}

/** @param {TaskTree} tree @param {number} depth @returns {Line} */
function lineOf({ name, state, waitsFor, stack, repeated }, depth) {
  if (repeated) return { depth, name, rest: repeated === 'cycle' ? 'closes a circle' : 'see above', places: [] };
  const rest = waitsFor === null ? state : `${state}, waits for ${waitsFor}`;
  const places = stack.slice(0, DEEPEST).map((place) => wordsOfPlace(place));
  if (stack.length > DEEPEST) places.push(`and ${stack.length - DEEPEST} more`);
  return { depth, name, rest, places };
}

/** @param {Line[]} lines @param {number} left */
function itemsOf(lines, left) {
  const top = document.createElement('ul');
  /** The latest item of each depth. */
  const latest = /** @type {HTMLElement[]} */ ([]);
  for (const line of lines) {
    const item = itemOf(line);
    const above = latest[line.depth - 1];
    (above ? listIn(above) : top).append(item);
    latest[line.depth] = item;
  }
  if (left > 0 || lines.length === 0) {
    const item = document.createElement('li');
    item.textContent = left > 0 ? `and ${left} more` : 'None.';
    top.append(item);
  }
  return [...top.children];
}

/** The list in an item, made for its first member: an empty one would be read aloud. @param {HTMLElement} item */
function listIn(item) {
  const last = item.lastElementChild;
  if (last?.tagName === 'UL') return last;
  return item.appendChild(document.createElement('ul'));
}

/** @param {Line} line */
function itemOf({ name, rest, places }) {
  const item = document.createElement('li');
  const strong = document.createElement('strong');
  strong.textContent = name;
  item.append(strong, `: ${rest}`);
  for (const place of places) {
    const line = document.createElement('div');
    line.textContent = place;
    item.append(line);
  }
  return item;
}

/* The lint: from clang's syntax tree to what is wrong with the coroutines in it. It needs nothing but
 * Node, since CMake's builds use it where no package is installed.
 *
 *     const lint = new Lint();
 *     for await (const piece of text) lint.push(piece);
 *     lint.findings
 */
import { Graph } from './graph.js';
import { check } from './rules.js';
import { Declarations, bodyOf, isCoroutine, linesOf } from './syntax.js';

/** What clang must be told to give its tree; its warnings are the compilation's. */
export const treeFlags = ['-fsyntax-only', '-w', '-Xclang', '-ast-dump=json'];

/** Makes it give the coroutines alone, and so little of the rest that the bundled clang is done in half a second. */
export const coroutineFlags = [...treeFlags, '-Xclang', '-ast-dump-filter=_step_'];

/** Functions that take a format as printf does. Others are known by their attribute, unless it was filtered away. */
const formats = ['printf', 'fprintf', 'dprintf', 'sprintf', 'snprintf', 'syslog', 'corun_raise_with_'];

export class Lint {
  /** @type {import('./rules.js').Finding[]} */
  findings = [];
  /** The lines that coroutines take up.
   * @type {{ file: string, first: number, last: number }[]} */
  coroutines = [];

  #formats = new Set(formats);
  #declarations;

  constructor({ isFiltered = false } = {}) {
    this.#declarations = new Declarations((declaration) => this.#take(declaration), isFiltered);
  }

  /** @param {string} piece of the tree's text */
  push(piece) {
    this.#declarations.push(piece);
  }

  #take(declaration) {
    if (declaration.kind !== 'FunctionDecl') return;
    if (declaration.inner?.some(({ kind }) => kind === 'FormatAttr')) this.#formats.add(declaration.name);
    if (!bodyOf(declaration)) return;
    if (isCoroutine(declaration)) this.coroutines.push(linesOf(declaration));
    this.findings.push(...check(new Graph(declaration, this.#formats)));
  }
}

/** A finding as compilers write theirs. */
export const textOf = ({ file, line, column, text }) => `${file}:${line}:${column}: error: ${text} [corun lint]\n`;

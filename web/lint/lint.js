/* The lint: from clang's syntax tree to what is wrong with the coroutines in it. It needs nothing but
 * Node, since CMake's builds use it where no package is installed.
 *
 *     const lint = new Lint();
 *     for await (const piece of text) lint.push(piece);
 *     lint.findings
 */
import { Graph } from './graph.js';
import { check } from './rules.js';
import { Declarations, bodyOf } from './syntax.js';

/** What clang must be told to give its tree; its warnings are the compilation's. */
export const treeFlags = ['-fsyntax-only', '-w', '-Xclang', '-ast-dump=json'];

export class Lint {
  /** @type {import('./rules.js').Finding[]} */
  findings = [];

  #formats = new Set();
  #declarations = new Declarations((declaration) => this.#take(declaration));

  /** @param {string} piece of the tree's text */
  push(piece) {
    this.#declarations.push(piece);
  }

  #take(declaration) {
    if (declaration.kind !== 'FunctionDecl') return;
    if (declaration.inner?.some(({ kind }) => kind === 'FormatAttr')) this.#formats.add(declaration.name);
    if (bodyOf(declaration)) this.findings.push(...check(new Graph(declaration, this.#formats)));
  }
}

/** A finding as compilers write theirs. */
export const textOf = ({ file, line, column, text }) => `${file}:${line}:${column}: error: ${text} [corun lint]\n`;

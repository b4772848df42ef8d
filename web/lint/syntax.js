/* Reads clang's syntax tree, which comes as JSON (-Xclang -ast-dump=json), one declaration of the file at a
 * time: with its headers a small program is 2 MB of it, a test with many macros 25 MB.
 *
 * The text is cut where its lines say that a declaration of the outermost level ends. A JSON string
 * holds no line break, and clang indents by two, so a line that is `    }` can be nothing else; or `}`, where
 * clang was asked for some declarations only (-ast-dump-filter), which it writes one after another.
 *
 * Clang writes a location's file and line only where they differ from those of the location before it, in
 * the order of the text, so every node is walked once, those of headers too.
 */

/**
 * @typedef {object} Location one of clang's
 * @property {string} file
 * @property {number} line
 * @property {number} col
 * @property {boolean} [isMacroArgExpansion]
 * @property {Location} [spellingLoc]
 * @property {Location} [expansionLoc]
 *
 * @typedef {object} Node one of clang's, with what is used of it
 * @property {string} id
 * @property {string} kind
 * @property {string} name
 * @property {Node[]} [inner]
 * @property {{ qualType: string, desugaredQualType?: string }} type
 * @property {{ begin: Location, end: Location }} range
 * @property {Location} loc
 * @property {string} opcode
 * @property {string} castKind
 * @property {boolean} isArrow
 * @property {string} storageClass
 * @property {string} value
 * @property {Node} referencedDecl
 * @property {string} declId
 * @property {string} labelDeclId
 * @property {string} targetLabelDeclId
 * @property {boolean} [hasElse]
 * @property {boolean} [hasInit]
 * @property {boolean} [hasVar]
 * @property {boolean} [selected]
 *
 * @typedef {{ file: string, line: number, column: number }} Place
 */

/** Takes the text in pieces and gives its declarations. */
export class Declarations {
  #text = '';
  #file = '';
  #line = 0;

  /**
   * @param {(declaration: Node) => void} take
   * @param {boolean} isFiltered
   */
  constructor(take, isFiltered) {
    this.take = take;
    const indent = isFiltered ? '' : '    ';
    this.begin = `${indent}{\n`;
    this.end = `\n${indent}}`;
  }

  /** @param {string} piece */
  push(piece) {
    // No end can begin more than its own length before the new piece.
    const from = Math.max(0, this.#text.length - this.end.length);
    this.#text += piece;
    let done = 0;
    for (let at = this.#next(from); at >= 0; at = this.#next(at)) {
      const begin = this.#begin(done);
      at += this.end.length;
      if (begin >= 0 && begin < at) this.#declare(this.#text.slice(begin, at));
      done = at;
    }
    this.#text = this.#text.slice(done);
  }

  /** Where the next line that begins a declaration begins. */
  #begin(from) {
    for (let at = this.#text.indexOf(this.begin, from); at >= 0; at = this.#text.indexOf(this.begin, at + 1)) {
      if (at === 0 || this.#text[at - 1] === '\n') return at;
    }
    return -1;
  }

  /** Where the next line that ends one has its line break before, if the whole line is there. */
  #next(from) {
    for (let at = this.#text.indexOf(this.end, from); at >= 0; at = this.#text.indexOf(this.end, at + 1)) {
      const next = this.#text[at + this.end.length];
      if (next === ',' || next === '\n' || next === '\r') return at;
    }
    return -1;
  }

  #declare(text) {
    const declaration = JSON.parse(text);
    this.#restore(declaration);
    this.take(declaration);
  }

  #restore(value) {
    if ('offset' in value && 'col' in value) {
      if (value.file !== undefined) this.#file = value.file;
      else value.file = this.#file;
      if (value.line !== undefined) this.#line = value.line;
      else value.line = this.#line;
      return;
    }
    for (const key in value) {
      const part = value[key];
      if (typeof part === 'object' && part !== null) this.#restore(part);
    }
  }
}

/**
 * Where a node stands for the reader: in the line of the outermost macro, or, if it is an argument of
 * one, where it is written.
 * @param {Node} node
 * @returns {Place}
 */
export function placeOf(node) {
  const location = node.kind === 'VarDecl' && node.loc.col !== undefined ? node.loc : node.range.begin;
  const expansion = location.expansionLoc ?? location;
  const spelling = location.spellingLoc;
  const written = expansion.isMacroArgExpansion && spelling?.file === expansion.file ? spelling : expansion;
  return { file: written.file, line: written.line, column: written.col };
}

/** Where the brace stands that ends a block. */
export function endOf({ range: { end } }) {
  const { file, line, col } = end.expansionLoc ?? end;
  return { file, line, column: col };
}

/** The lines that a declaration takes up. */
export function linesOf({ range: { begin, end } }) {
  const [first, last] = [begin.expansionLoc ?? begin, end.expansionLoc ?? end];
  return { file: first.file, first: first.line, last: last.line };
}

/** Whether a function is a coroutine's body, as CORUN_ASYNC and CORUN_DEFINE make it. */
export function isCoroutine(declaration) {
  const [task, my] = (declaration.inner ?? []).filter(({ kind }) => kind === 'ParmVarDecl');
  return declaration.name.endsWith('_step_') && task?.name === 'corun_task_' && my?.name === 'my';
}

export const bodyOf = (declaration) => declaration.inner?.find(({ kind }) => kind === 'CompoundStmt');

/** A type with its typedefs taken away. */
export const typeOf = (node) => node.type?.desugaredQualType ?? node.type?.qualType ?? '';

/** Whether a type has an array whose length is known at run time only: clang writes such a length as an
 * expression, any other as a number. */
function hasVariableLength(type) {
  for (let at = type.indexOf('['); at >= 0; at = type.indexOf('[', at + 1)) {
    const length = type.slice(at + 1, type.indexOf(']', at));
    if (!Number.isInteger(Number(length))) return true; // none is 0
  }
  return false;
}

/** Why a variable must not stand across an await, if it must not. */
export function guardOf(node) {
  if (node.inner?.some(({ kind }) => kind === 'CleanupAttr')) return 'cleanup';
  return hasVariableLength(typeOf(node)) ? 'length' : null;
}

/** Whether an expression makes an awaitable and does not assign it. */
export const isAwaitable = (node) => typeOf(node) === 'struct corun_awaitable' && bare(node).opcode !== '=';

/** What parentheses, and casts that change nothing, enclose. */
export function bare(node) {
  const transparent = node.kind === 'ParenExpr' || node.kind === 'ConstantExpr'
    || (node.kind === 'ImplicitCastExpr' && node.castKind !== 'LValueToRValue' && node.castKind !== 'ArrayToPointerDecay')
    || node.kind === 'CStyleCastExpr' || (node.kind === 'UnaryOperator' && node.opcode === '__extension__');
  return transparent && node.inner?.length ? bare(node.inner.at(-1)) : node;
}

/** The name of the function that a call calls, if it says so. */
export function calleeOf(call) {
  let callee = call.inner[0];
  while (callee.kind !== 'DeclRefExpr' && callee.inner?.length === 1) [callee] = callee.inner;
  return callee.referencedDecl?.name ?? '';
}

/** Clang writes an absent part of a statement as an empty object. */
export const isNode = (child) => child?.kind !== undefined;

/** Gives the label of that name below a node, or null.
 * @returns {Node | null} */
export function findLabel(node, name) {
  if (node.kind === 'LabelStmt' && node.name === name) return node;
  for (const child of node.inner ?? []) {
    const found = isNode(child) && findLabel(child, name);
    if (found) return found;
  }
  return null;
}

/** What a condition always is: true, false, or not known. */
export function truth(node) {
  const inner = bare(node);
  if (inner.kind === 'ImplicitCastExpr') return undefined;
  if (inner.kind === 'IntegerLiteral') return inner.value !== '0';
  if (inner.kind === 'CXXBoolLiteralExpr') return String(inner.value) === 'true';
  if (inner.kind === 'UnaryOperator' && inner.opcode === '!') {
    const operand = truth(inner.inner[0]);
    return operand === undefined ? undefined : !operand;
  }
  if (inner.kind !== 'BinaryOperator' || !['&&', '||'].includes(inner.opcode)) return undefined;
  const [left, right] = inner.inner.map(truth);
  const decides = inner.opcode === '||';
  if (left === decides || right === decides) return decides;
  return left === !decides && right === !decides ? !decides : undefined;
}

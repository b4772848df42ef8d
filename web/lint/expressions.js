/* What an expression does with variables, as events in the order of evaluation.
 *
 * `value` walks an expression for its value and gives the value's *sources*: which addresses of locals and
 * which calls it carries, and which variables it is a copy of. `target` walks one for the
 * place that it names.
 *
 *     source   { address: Variable, place }      the address of a local
 *              { call: scope, place }            CORUN_CALL, whose arguments live in that scope
 *              { copy: Target }                  whatever that variable carries
 *     target   { variable, path, element }       a local, a field of `my`, or a member or an element of one
 *              { outside: sources }              something else: a global, or what a pointer points to
 */
import { bare, calleeOf, isNode, placeOf, typeOf } from './syntax.js';

const unevaluated = new Set(['UnaryExprOrTypeTraitExpr', 'OffsetOfExpr', 'OpaqueValueExpr', 'BlockExpr', 'StringLiteral',
                             'PredefinedExpr', 'TypeTraitExpr']);
const throughUnary = new Set(['__extension__', '__real', '__imag']);

/** Casts after which a value is an address no more. */
const numbers = new Set(['PointerToIntegral', 'PointerToBoolean', 'ToVoid', 'IntegralCast', 'IntegralToBoolean']);

const isAwaitable = (node) => ['struct corun_awaitable', 'const struct corun_awaitable'].includes(typeOf(node));
const isPointer = (node) => typeOf(node).endsWith('*');

/** `const char *`, but not `const char **`. */
function pointsToConst(node) {
  const type = typeOf(node);
  return type.startsWith('const ') && type.indexOf('*') === type.length - 1;
}

export class Expressions {
  /** What is done to a variable whose address is taken: it may be written there, it is read, or neither:
   * `const char *end = text + size` does not look. */
  #use = 'write';

  /**
   * @param {import('./graph.js').Graph} graph takes the events
   * @param {Set<string>} formats functions that take a format as printf does
   */
  constructor(graph, formats) {
    this.graph = graph;
    this.formats = formats;
  }

  /** @returns {object[]} sources */
  value(node) {
    const walk = this[node.kind];
    if (walk) return walk.call(this, node);
    if (unevaluated.has(node.kind)) return [];
    return (node.inner ?? []).filter(isNode).flatMap((child) => this.value(child));
  }

  /* ------------------------------------------------------------ values, by clang's kinds */

  ParenExpr(node) { return this.value(node.inner[0]); }

  ConstantExpr(node) { return this.value(node.inner[0]); }

  CStyleCastExpr(node) { return this.#cast(node); }

  ImplicitCastExpr(node) {
    if (node.castKind === 'LValueToRValue') return this.#load(node.inner[0]);
    if (node.castKind === 'ArrayToPointerDecay') return this.#address(node.inner[0]);
    const looksOnly = this.#use === 'write' && pointsToConst(node);
    return looksOnly ? this.#using('none', () => this.#cast(node)) : this.#cast(node);
  }

  UnaryOperator(node) {
    const [operand] = node.inner;
    if (node.opcode === '&') return this.#address(operand);
    if (node.opcode === '++' || node.opcode === '--') return this.#change(operand, operand);
    const sources = this.value(operand);
    return throughUnary.has(node.opcode) ? sources : [];
  }

  BinaryOperator(node) {
    const [left, right] = node.inner;
    if (node.opcode === '=') return this.#assign(left, this.value(right), node);
    if (node.opcode === '&&' || node.opcode === '||') {
      this.value(left);
      this.graph.maybe(() => this.value(right));
      return [];
    }
    const [first, second] = [this.value(left), this.value(right)];
    if (node.opcode === ',') return second;
    return isPointer(node) ? [...first, ...second] : [];
  }

  CompoundAssignOperator(node) {
    this.value(node.inner[1]);
    return this.#change(node.inner[0], node);
  }

  ConditionalOperator(node) {
    const [condition, yes, no] = node.inner;
    this.value(condition);
    const sources = [];
    this.graph.either(() => sources.push(...this.value(yes)), () => sources.push(...this.value(no)));
    return sources;
  }

  BinaryConditionalOperator(node) {
    const sources = this.value(node.inner[0]);
    this.graph.maybe(() => sources.push(...this.value(node.inner.at(-1))));
    return sources;
  }

  GenericSelectionExpr(node) {
    const chosen = node.inner.find((child) => child.selected) ?? { inner: [] };
    return (chosen.inner ?? []).filter((child) => child.kind.endsWith('Expr') || child.kind.endsWith('Operator'))
      .flatMap((child) => this.value(child));
  }

  /** A literal of an awaitable that points to another literal is what CORUN_CALL makes. */
  CompoundLiteralExpr(node) {
    const sources = this.value(node.inner.at(-1));
    const literal = isAwaitable(node) ? literalIn(node.inner.at(-1)) : undefined;
    if (!literal) return sources;
    if (isArguments(literal)) this.graph.emit({ do: 'pass', sources, place: placeOf(node) });
    return [...sources, { call: this.graph.scope, place: placeOf(node) }];
  }

  StmtExpr(node) {
    this.graph.statement(node.inner[0]);
    return [];
  }

  AddrLabelExpr(node) {
    this.graph.takeLabel(node);
    return [];
  }

  RecoveryExpr() {
    this.graph.broken = true;
    return [];
  }

  CallExpr(node) {
    const [callee, ...values] = node.inner;
    const name = calleeOf(node);
    this.value(callee);
    const formatAt = this.formats.has(name) && !name.includes('scanf') ? values.findIndex(pointsToConst) : Infinity;
    const use = (value, index) => (index > formatAt || pointsToConst(value) ? 'read' : 'write');
    // What a function may write through is set when it has returned, whatever the other arguments read.
    const started = [];
    const byUse = (wanted) => values.flatMap((value, index) => {
      if (use(value, index) !== wanted) return [];
      const sources = this.#using(wanted, () => this.value(value));
      if (isAwaitable(value)) started.push(...sources);
      return sources;
    });
    const sources = [...byUse('read'), ...byUse('write')];
    if (startsTask(name)) this.graph.emit({ do: 'spawn', sources: started, place: placeOf(node) });
    if (typeOf(callee).includes('__attribute__((noreturn))')) this.graph.stop();
    return isAwaitable(node) ? sources.filter(({ call }) => call === undefined) : [];
  }

  /* ------------------------------------------------------------ the steps */

  #cast(node) {
    const sources = this.value(node.inner.at(-1));
    return numbers.has(node.castKind) ? [] : sources;
  }

  #load(node) {
    const target = this.target(node);
    if (!target) return this.value(bare(node));
    if (target.done) return target.done;
    if (!target.variable) return [];
    this.graph.emit({ do: 'read', target, place: placeOf(node) });
    return [{ copy: target }];
  }

  #address(node) {
    const use = this.#use;
    const target = this.target(node);
    if (!target) return this.value(bare(node));
    if (target.done) return target.done;
    const { variable } = target;
    if (!variable) return [];
    if (use === 'read') this.graph.emit({ do: 'read', target, place: placeOf(node) });
    if (use === 'write') this.graph.emit({ do: 'set', target, place: placeOf(node), sources: [] });
    return variable.isField ? [] : [{ address: variable, place: placeOf(node) }];
  }

  #using(use, walk) {
    const before = this.#use;
    this.#use = use;
    const sources = walk();
    this.#use = before;
    return sources;
  }

  #assign(left, sources, node) {
    const target = this.target(left);
    if (!target) this.value(bare(left));
    else if (target.variable) this.graph.emit({ do: 'set', target, place: placeOf(node), sources });
    else if (target.outside) this.graph.emit({ do: 'store', through: target.outside, sources, place: placeOf(node) });
    return sources;
  }

  /** x += 1, x++ */
  #change(operand, node) {
    const sources = this.#load(operand);
    const target = this.graph.quietly(() => this.target(operand));
    if (target?.variable) this.graph.emit({ do: 'set', target, place: placeOf(node), sources });
    return isPointer(operand) ? sources : [];
  }

  /* ------------------------------------------------------------ places */

  /** What an expression names; null: no place, but a value (a literal, what a function gave). */
  target(node) {
    switch (node.kind) {
      case 'ParenExpr':
        return this.target(node.inner[0]);
      case 'UnaryOperator':
        if (throughUnary.has(node.opcode)) return this.target(node.inner[0]);
        return node.opcode === '*' ? this.#pointee(node.inner[0]) : null;
      case 'DeclRefExpr':
        return this.#named(node);
      case 'MemberExpr':
        return this.#member(node);
      case 'ArraySubscriptExpr': {
        const target = this.#pointee(node.inner[0]);
        this.value(node.inner[1]);
        return target;
      }
      default:
        return null;
    }
  }

  #named({ referencedDecl }) {
    if (referencedDecl?.kind !== 'VarDecl' && referencedDecl?.kind !== 'ParmVarDecl') return { done: [] };
    const variable = this.graph.variables.get(referencedDecl.id);
    if (variable) return { variable, path: [], element: false };
    return referencedDecl.kind === 'VarDecl' ? { outside: [] } : { done: [] };
  }

  #member(node) {
    const [base] = node.inner;
    if (!node.isArrow) {
      const target = this.target(base);
      if (!target) return { done: this.value(base) };
      return target.variable ? { ...target, path: [...target.path, node.name] } : target;
    }
    const pointer = bare(base);
    if (pointer.kind === 'UnaryOperator' && pointer.opcode === '&') {
      const target = this.target(pointer.inner[0]);
      if (target?.variable) return { ...target, path: [...target.path, node.name] };
      if (target) return target;
    }
    const holder = pointer.kind === 'ImplicitCastExpr' ? pointer.inner[0] : null;
    if (holder?.kind === 'DeclRefExpr' && holder.referencedDecl.id === this.graph.my?.id) {
      return { variable: this.graph.my, path: [node.name], element: false };
    }
    return { outside: this.value(base) };
  }

  /** `*p`, `p[i]`: an element, if p is an array of ours. */
  #pointee(node) {
    const inner = bare(node);
    if (inner.kind === 'ImplicitCastExpr' && inner.castKind === 'ArrayToPointerDecay') {
      const target = this.target(inner.inner[0]);
      if (target?.variable) return { ...target, element: true };
      if (target) return target;
    }
    return { outside: this.value(node) };
  }
}

/** Whether a function takes a call whose coroutine runs after the present step: a task's, a generator's. */
function startsTask(name) {
  return name.startsWith('corun_') && (name.includes('spawn') || name === 'corun_task_create' || name === 'corun_generator_open');
}

/** The literal that one of an awaitable's members points to. */
function literalIn(list) {
  const pointers = (list.inner ?? []).map(bare).filter(({ kind, opcode }) => kind === 'UnaryOperator' && opcode === '&');
  return pointers.map(({ inner }) => bare(inner[0])).find(({ kind }) => kind === 'CompoundLiteralExpr');
}

/** Whether a literal is what CORUN_CALL makes of a coroutine's arguments, not the operand of another awaitable. */
const isArguments = (literal) => /^struct \w+_call_$/.test(typeOf(literal));

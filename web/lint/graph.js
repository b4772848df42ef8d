/* The ways that control takes through a function, as a graph of blocks. Each holds events in their order:
 *
 *     declare   a variable comes into being without a value
 *     set, read, store      as expressions.js says
 *     enter     the computed jump of CORUN_BEGIN: what is set here is set at each entry
 *     await     a value is handed to the driver, which looks at it after the step has returned
 *     pass, spawn   a value becomes an argument of a call; a task or a generator, which runs when the step has returned
 *     suspend   the step returns, and control comes back at a label: locals are lost
 *     leave     a block of C ends, and with it what CORUN_CALL made in it
 *     return    a value leaves the function
 *     drop      an awaitable is made, and nothing done with it
 *     leak      a coroutine is left at its last brace
 *
 * An await is `return corun_await_(…);` and a label behind it, so the edge from a suspension to its label is
 * drawn here; it stands for the way through the driver, CORUN_BEGIN and its jump.
 */
import { Expressions } from './expressions.js';
import { cleanupLabel, exits, firstLabel, isResumeLabel, suspensions } from './steps.js';
import { bare, bodyOf, calleeOf, endOf, findLabel, guardOf, isAwaitable, isCoroutine, isNode, placeOf, truth, typeOf } from './syntax.js';

/**
 * @typedef {{ events: object[], next: Block[] }} Block
 *
 * @typedef {object} Variable
 * @property {string} id
 * @property {string} name
 * @property {import('./syntax.js').Place} place
 * @property {Set<string>} members that the function names, of a struct
 * @property {boolean} isUnion whose members are one place
 * @property {boolean} isField stands for all fields of `my`
 */

/** @returns {Block} */
const newBlock = () => ({ events: [], next: [] });

export class Graph {
  /** @type {Map<string, Variable>} */
  variables = new Map();
  /** @type {Variable | null} */
  my = null;
  entry = newBlock();
  /** The innermost block of C, a number. */
  scope = 0;
  /** Whether clang could not make sense of a part of it. */
  broken = false;
  /** Where CORUN_FINALLY stands, if there is no CORUN_TRY.
   * @type {import('./syntax.js').Place | null} */
  untried = null;
  /** Whether any CORUN_CALL is in it. */
  hasCalls = false;
  /** Variables that must not stand across an await, with the await: what is known without any flow.
   * @type {{ variable: Variable, why: string, place: import('./flow.js').Suspension }[]} */
  guarded = [];

  #block = this.entry;
  #labels = new Map();
  /** Jumps of the program's own to labels whose addresses it takes, maybe further below. */
  #taken = [];
  #computed = [];
  /** @type {{ number: number, guarded: { variable: Variable, why: string }[] }[]} */
  #scopes = [{ number: 0, guarded: [] }];
  #scopeCount = 0;
  #breaks = [];
  #continues = [];
  #switches = [];
  /** @type {string | null} */
  #cleanup = null;
  #cleanupSeen = false;
  #quiet = false;
  /** The labels of the next suspension and of CORUN_BEGIN. */
  #resume = '';
  #first = '';

  /**
   * @param {import('./syntax.js').Node} declaration a function with its body
   * @param {Set<string>} formats functions that take a format as printf does
   */
  constructor(declaration, formats) {
    this.isCoroutine = isCoroutine(declaration);
    this.expressions = new Expressions(this, formats);
    for (const node of declaration.inner ?? []) if (node.kind === 'ParmVarDecl') this.#parameter(node);
    const body = bodyOf(declaration);
    const cleanup = this.isCoroutine ? findLabel(body, cleanupLabel) : null;
    this.#cleanup = cleanup?.declId ?? null;
    this.untried = cleanup && placeOf(cleanup);
    this.statement(body);
    if (this.isCoroutine) this.emit({ do: 'leak', place: endOf(body) });
    for (const block of this.#computed) block.next.push(...this.#taken.map((label) => this.#label(label)));
  }

  /* ------------------------------------------------------------ what expressions ask for */

  emit(event) {
    if (!this.#quiet) this.#block.events.push(event);
    const { target } = event;
    if (target && !target.variable.isField && target.path.length && !target.variable.isUnion) target.variable.members.add(target.path[0]);
    if (event.sources?.some(({ call }) => call !== undefined)) this.hasCalls = true;
  }

  /** Walks again what has been walked, without its events. */
  quietly(walk) {
    const before = this.#quiet;
    this.#quiet = true;
    const result = walk();
    this.#quiet = before;
    return result;
  }

  maybe(walk) {
    this.either(walk, () => {});
  }

  either(first, second) {
    const [from, after] = [this.#block, newBlock()];
    for (const walk of [first, second]) {
      this.#block = follow(from);
      walk();
      this.#block.next.push(after);
    }
    this.#block = after;
  }

  /** Control does not come back from here. */
  stop() {
    this.#block = newBlock();
  }

  /** `&&label`: where a computed jump may go, or where the next suspension comes back. */
  takeLabel({ name, labelDeclId }) {
    if (name === cleanupLabel) this.untried = null;
    if (isResumeLabel(name)) this.#resume = labelDeclId;
    else if (name !== firstLabel) this.#taken.push(labelDeclId);
    else this.#first = labelDeclId;
  }

  /* ------------------------------------------------------------ statements */

  statement(node) {
    if (!isNode(node)) return;
    const walk = this[node.kind];
    if (walk) walk.call(this, node);
    else this.#effect(node);
  }

  CompoundStmt(node) {
    this.#scoped(() => node.inner?.forEach((child) => this.statement(child)));
  }

  DeclStmt(node) {
    for (const child of node.inner ?? []) if (child.kind === 'VarDecl') this.#declare(child);
  }

  IfStmt(node) {
    const parts = node.inner.filter(isNode);
    const otherwise = node.hasElse ? parts.pop() : null;
    const then = parts.pop();
    this.#scoped(() => {
      const condition = this.#conditionOf(parts);
      const [from, after] = [this.#block, newBlock()];
      for (const [branch, taken] of [[then, condition !== false], [otherwise, condition !== true]]) {
        this.#block = taken ? follow(from) : newBlock();
        if (branch) this.#scoped(() => this.statement(branch));
        this.#block.next.push(after);
      }
      this.#block = after;
    });
  }

  WhileStmt(node) {
    const parts = node.inner.filter(isNode);
    const body = parts.pop();
    this.#loop({ before: () => this.#conditionOf(parts), body });
  }

  ForStmt(node) {
    const [init, variable, condition, step, body] = node.inner;
    this.#scoped(() => {
      this.statement(init);
      const before = () => (isNode(condition) ? this.#conditionOf([variable, condition].filter(isNode)) : true);
      this.#loop({ before, body, step: () => this.statement(step) });
    });
  }

  DoStmt(node) {
    const [body, condition] = node.inner;
    const [begin, test, after] = [follow(this.#block), newBlock(), newBlock()];
    this.#block = begin;
    this.#body(body, test, after);
    this.#block.next.push(test);
    this.#block = test;
    const known = this.#conditionOf([condition]);
    if (known !== false) this.#block.next.push(begin);
    if (known !== true) this.#block.next.push(after);
    this.#block = after;
  }

  SwitchStmt(node) {
    const parts = node.inner.filter(isNode);
    const body = parts.pop();
    this.#scoped(() => {
      this.#conditionOf(parts);
      const after = newBlock();
      this.#switches.push({ head: this.#block, hasDefault: false });
      this.#breaks.push({ block: after, depth: this.#scopes.length });
      this.stop();
      this.#scoped(() => this.statement(body));
      this.#block.next.push(after);
      this.#breaks.pop();
      const { head, hasDefault } = this.#switches.pop();
      if (!hasDefault) head.next.push(after);
      this.#block = after;
    });
  }

  CaseStmt(node) {
    const next = newBlock();
    this.#switches.at(-1)?.head.next.push(next);
    this.#block.next.push(next);
    this.#block = next;
    this.statement(node.inner.at(-1));
  }

  DefaultStmt(node) {
    const inSwitch = this.#switches.at(-1);
    if (inSwitch) inSwitch.hasDefault = true;
    this.CaseStmt(node);
  }

  BreakStmt() {
    this.#jump(this.#breaks.at(-1));
  }

  ContinueStmt() {
    this.#jump(this.#continues.at(-1));
  }

  LabelStmt(node) {
    const block = this.#label(node.declId);
    this.#block.next.push(block);
    this.#block = block;
    if (isResumeLabel(node.name)) this.#guard({ what: node.name === cleanupLabel ? 'CORUN_FINALLY' : 'the await', ...placeOf(node) });
    if (node.name === cleanupLabel) this.#cleanupSeen = true;
    this.statement(node.inner[0]);
  }

  GotoStmt(node) {
    this.#block.next.push(this.#label(node.targetLabelDeclId));
    this.stop();
  }

  IndirectGotoStmt(node) {
    this.#first = '';
    this.#evaluate(node.inner[0]);
    if (this.#first) {
      this.emit({ do: 'enter' });
      this.#block.next.push(this.#label(this.#first));
    } else {
      this.#computed.push(this.#block);
    }
    this.stop();
  }

  ReturnStmt(node) {
    const value = node.inner?.[0];
    const call = value ? bare(value) : null;
    const name = this.isCoroutine && call?.kind === 'CallExpr' ? calleeOf(call) : '';
    const sources = value ? this.expressions.value(value) : [];
    if (suspensions.has(name)) this.#suspend(node, name, call);
    else if (exits.has(name)) this.#exit({ what: exits.get(name), ...placeOf(node) });
    else this.emit({ do: 'return', sources, place: placeOf(node) });
    this.stop();
  }

  AttributedStmt(node) {
    this.statement(node.inner.at(-1));
  }

  /* ------------------------------------------------------------ the steps */

  /** An expression whose value nobody takes. */
  #effect(node) {
    if (isAwaitable(node)) this.emit({ do: 'drop', place: placeOf(node) });
    this.#evaluate(node);
  }

  #evaluate(node) {
    if (!node.kind.endsWith('Stmt')) this.expressions.value(node);
    else for (const child of (node.inner ?? []).filter(isNode)) this.#evaluate(child);
  }

  #suspend(node, name, call) {
    const place = { what: suspensions.get(name), ...placeOf(node) };
    const awaited = name === 'corun_await_' ? bare(call.inner[3]) : null;
    const target = awaited?.inner && this.quietly(() => this.expressions.target(awaited.inner[0]));
    if (target?.variable) this.emit({ do: 'await', target, place });
    this.emit({ do: 'suspend', place });
    this.#block.next.push(this.#label(this.#resume));
    if (!this.#cleanupSeen && this.#cleanup) this.#block.next.push(this.#label(this.#cleanup));
  }

  #exit(place) {
    if (this.#cleanupSeen || !this.#cleanup) return;
    this.emit({ do: 'suspend', place });
    this.#block.next.push(this.#label(this.#cleanup));
  }

  /** The last part is the condition, those before it declare. Gives what it is, if that is known. */
  #conditionOf(parts) {
    for (const part of parts.slice(0, -1)) this.statement(part);
    const condition = parts.at(-1);
    if (condition) this.#evaluate(condition);
    return condition && truth(condition);
  }

  #loop({ before, body, step = () => {} }) {
    const [begin, again, after] = [follow(this.#block), newBlock(), newBlock()];
    this.#block = begin;
    const known = before();
    if (known !== true) this.#block.next.push(after);
    this.#block = known === false ? newBlock() : follow(this.#block);
    this.#body(body, again, after);
    this.#block.next.push(again);
    this.#block = again;
    step();
    this.#block.next.push(begin);
    this.#block = after;
  }

  #body(body, again, after) {
    const depth = this.#scopes.length;
    this.#continues.push({ block: again, depth });
    this.#breaks.push({ block: after, depth });
    this.#scoped(() => this.statement(body));
    this.#continues.pop();
    this.#breaks.pop();
  }

  /** break and continue leave the blocks of C that they stand in. */
  #jump(to) {
    if (to) {
      for (const { number } of this.#scopes.slice(to.depth).reverse()) this.emit({ do: 'leave', scope: number });
      this.#block.next.push(to.block);
    }
    this.stop();
  }

  #scoped(walk) {
    const outer = this.scope;
    this.scope = ++this.#scopeCount;
    this.#scopes.push({ number: this.scope, guarded: [] });
    walk();
    this.emit({ do: 'leave', scope: this.scope });
    this.#scopes.pop();
    this.scope = outer;
  }

  #label(id) {
    if (!this.#labels.has(id)) this.#labels.set(id, newBlock());
    return this.#labels.get(id);
  }

  /** @returns {Variable} */
  #variable(node, isField = false) {
    const place = placeOf(node);
    return { id: node.id, name: node.name, place, members: new Set(), isUnion: typeOf(node).startsWith('union '), isField };
  }

  #parameter(node) {
    if (this.isCoroutine && node.name === 'my') this.my = this.#variable(node, true);
    else if (node.name && !this.isCoroutine) this.variables.set(node.id, this.#variable(node));
  }

  #declare(node) {
    if (node.storageClass === 'static' || node.storageClass === 'extern') return;
    const variable = this.#variable(node);
    this.variables.set(node.id, variable);
    const why = guardOf(node);
    if (why) this.#scopes.at(-1)?.guarded.push({ variable, why });
    const target = { variable, path: [], element: false };
    this.emit({ do: 'declare', target, place: variable.place });
    const value = node.init && node.inner?.find(({ kind }) => !kind.endsWith('Attr'));
    if (value) this.emit({ do: 'set', target, place: variable.place, sources: this.expressions.value(value) });
  }

  /** Whatever is in scope at a label is entered without its declaration. */
  #guard(place) {
    for (const scope of this.#scopes) {
      for (const { variable, why } of scope.guarded.splice(0)) this.guarded.push({ variable, why, place });
    }
  }
}

/** @returns {Block} */
function follow(block) {
  const next = newBlock();
  block.next.push(next);
  return next;
}

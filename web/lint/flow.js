/* What is known of each variable at each point: data flow forward over a graph, until nothing changes.
 *
 * A fact says what *may* be so on some way to the point:
 *
 *     set    where the value was given that the variable still has
 *     lost   where a value was given and by which suspension it was lost: reading it now is the mistake
 *     holds  the addresses and calls that the value carries
 *
 * Facts are never changed, only replaced. Where ways meet, the earliest witness of each kind stays, so
 * facts only grow, and the work ends. A variable without a fact has no value yet: reading it is a mistake
 * of another kind, which compilers find.
 *
 * A struct has one fact for the whole and one for each member that the function names. Setting the whole sets
 * them all; reading the whole is stale only if nothing of it has been set since. An array has one fact,
 * and setting any element sets it: which one is not known.
 *
 * Of the frame's fields only what they hold is followed, under their whole path.
 */

/**
 * @typedef {import('./syntax.js').Place} Place
 * @typedef {Place & { what: string }} Suspension
 *
 * @typedef {object} Held
 * @property {import('./graph.js').Variable} [address] of a local
 * @property {number} [call] the scope of a call
 * @property {Place} place
 * @property {Place | null} gone where what it refers to came to its end
 *
 * @typedef {object} Fact
 * @property {Place | null} set
 * @property {{ set: Place, at: Suspension } | null} lost
 * @property {Map<string, Held>} holds
 *
 * @typedef {Map<string, Fact>} State
 */

const none = new Map();

/** @type {Fact} */
const nothing = { set: null, lost: null, holds: none };

const before = (a, b) => a.line - b.line || a.column - b.column;
const earliest = (a, b) => (!a || (b && before(b, a) < 0) ? b : a);
const earlierLoss = (a, b) => (!a || (b && (before(b.at, a.at) || before(b.set, a.set)) < 0) ? b : a);

/** The keys of facts that a target stands for: the whole, then its members. */
function keysOf({ variable, path }) {
  const names = path.filter(Boolean);
  if (variable.isField) return [[variable.id, ...names].join('.')];
  if (path.length && !variable.isUnion) return [`${variable.id}.${path[0]}`];
  return [variable.id, ...[...variable.members].map((member) => `${variable.id}.${member}`)];
}

/** The facts of a target, those of a field's parts and of what it is a part of too. */
function factsOf(state, target) {
  const keys = keysOf(target);
  if (!target.variable.isField) return keys.map((key) => state.get(key) ?? nothing);
  return [...state].filter(([key]) => key === keys[0] || key.startsWith(`${keys[0]}.`) || keys[0].startsWith(`${key}.`))
    .map(([, fact]) => fact);
}

/** By which suspension a target's value was lost; null: it was not, or not all of it. */
export function lossOf(state, target) {
  const losses = factsOf(state, target).map(({ lost }) => lost);
  return losses.every(Boolean) ? losses.reduce(earlierLoss, null) : null;
}

/** What a target's value carries. */
export function heldBy(state, target) {
  return factsOf(state, target).flatMap(({ holds }) => [...holds.values()]);
}

/** What a value made of `sources` carries. What was gone already has been told where it was read. */
export function heldIn(state, sources) {
  const held = (source) => (source.copy ? heldBy(state, source.copy).filter(({ gone }) => !gone) : [{ gone: null, ...source }]);
  return sources.flatMap(held);
}

/** @param {Held[]} held */
function mapOf(held) {
  if (!held.length) return none;
  return new Map(held.map((one) => [`${one.address?.id ?? one.call}:${one.gone ? 'gone' : ''}`, one]));
}

/** Changes a state by an event. */
class Transfer {
  /** @type {State | null} what is set before CORUN_BEGIN jumps */
  entered = null;

  /** @param {State} state */
  apply(state, event) {
    this[event.do]?.(state, event);
  }

  declare(state, { target }) {
    for (const key of keysOf(target)) state.delete(key);
  }

  set(state, { target, place, sources }) {
    const held = heldIn(state, sources);
    for (const key of keysOf(target)) {
      const kept = target.element ? [...(state.get(key)?.holds.values() ?? [])] : [];
      state.set(key, { set: target.variable.isField ? null : place, lost: null, holds: mapOf([...kept, ...held]) });
    }
    if (!target.variable.isField || target.element) return;
    const [whole] = keysOf(target);
    for (const key of [...state.keys()]) if (key.startsWith(`${whole}.`)) state.delete(key);
  }

  enter(state) {
    this.entered = new Map(state);
  }

  suspend(state, { place }) {
    for (const [key, fact] of state) {
      const again = this.entered?.get(key);
      if (again?.set) state.set(key, again);
      else if (fact.set) state.set(key, { set: null, lost: earlierLoss(fact.lost, { set: fact.set, at: place }), holds: none });
      else if (fact.holds.size) state.set(key, end(fact, ({ address }) => address !== undefined, place));
    }
  }

  leave(state, { scope }) {
    for (const [key, fact] of state) {
      const ends = ({ call }) => call === scope;
      if ([...fact.holds.values()].some(ends)) state.set(key, end(fact, ends, fact.set ?? { line: 0, column: 0 }));
    }
  }
}

function end(fact, ends, place) {
  return { ...fact, holds: mapOf([...fact.holds.values()].map((held) => (!held.gone && ends(held) ? { ...held, gone: place } : held))) };
}

/** Adds what may be so in `from`; tells whether that was anything new. */
function join(into, from) {
  let isNew = false;
  for (const [key, fact] of from) {
    const old = into.get(key);
    const joined = old ? joinFacts(old, fact) : fact;
    if (joined === old) continue;
    into.set(key, joined);
    isNew = true;
  }
  return isNew;
}

function joinFacts(a, b) {
  const [set, lost] = [earliest(a.set, b.set), earlierLoss(a.lost, b.lost)];
  const more = [...b.holds].filter(([key]) => !a.holds.has(key));
  if (set === a.set && lost === a.lost && !more.length) return a;
  return { set, lost, holds: more.length ? new Map([...a.holds, ...more]) : a.holds };
}

/**
 * Follows all ways through a graph, then shows each event once with what is known right before it.
 * @param {import('./graph.js').Graph} graph
 * @param {(event: object, state: State) => void} show
 */
export function follow(graph, show) {
  const transfer = new Transfer();
  /** @type {Map<import('./graph.js').Block, State>} */
  const states = new Map([[graph.entry, new Map()]]);
  const waiting = new Set([graph.entry]);
  for (const block of waiting) {
    waiting.delete(block);
    const state = new Map(states.get(block));
    for (const event of block.events) transfer.apply(state, event);
    for (const next of block.next) {
      const known = states.get(next);
      if (!known) states.set(next, new Map(state));
      if (!known || join(known, state)) waiting.add(next);
    }
  }
  for (const [block, start] of states) {
    const state = new Map(start);
    for (const event of block.events) {
      show(event, state);
      transfer.apply(state, event);
    }
  }
}

/** Corun: runs C programs made of coroutines, and stops them cleanly, in pages, Workers and Node. */
export { run } from './run.js';
export { Runner } from './runner.js';
export { CorunError } from './errors.js';

/** @typedef {import('./options.js').OpenOptions} OpenOptions */
/** @typedef {import('./options.js').RunOptions} RunOptions */
/** @typedef {import('./session.js').RunResult} RunResult */
/** @typedef {import('./sources.js').InputOption} InputOption */
/** @typedef {import('./sinks.js').OutputOption} OutputOption */
/** @typedef {import('./perform.js').HostFunction} HostFunction */
/** @typedef {import('./perform.js').HostAnswer} HostAnswer */
/** @typedef {import('./fetch.js').Fetch} Fetch */
/** @typedef {import('./source.js').Source} Source */
/** @typedef {import('./tasks.js').TaskTree} TaskTree */
/** @typedef {import('./tasks.js').TaskState} TaskState */
/** @typedef {import('./tasks.js').Place} Place */
/** @typedef {import('./watch.js').TaskChange} TaskChange */

/* What the macros of include/corun/coroutine.h leave in a step: the functions that it returns through, and its labels. */

/** What suspends, and how people know it. */
export const suspensions = new Map([
  ['corun_await_', 'the await'],
  ['corun_yield_value_', 'CORUN_YIELD'],
]);

/** What goes to CORUN_FINALLY, if there is one. */
export const exits = new Map([
  ['corun_finally_', 'CORUN_FINALLY'],
  ['corun_return_', 'CORUN_RETURN'],
  ['corun_raise_', 'CORUN_RAISE'],
  ['corun_raise_with_', 'CORUN_RAISE'],
  ['corun_exit_', 'CORUN_EXIT'],
]);

export const firstLabel = 'corun_begin_';
export const cleanupLabel = 'corun_finally_';
export const isResumeLabel = (name) => name.startsWith('corun_resume_') || name === cleanupLabel;

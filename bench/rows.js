/* The lines of the table, in order: the programs' names for them, people's, and the unit shown. The
 * programs print nanoseconds and bytes; `of` is how many of the smallest unit one of `unit` has. */
const ns = { unit: 'ns', of: 1 };
const us = { unit: 'µs', of: 1e3 };
const ms = { unit: 'ms', of: 1e6 };
const bytes = { unit: 'bytes', of: 1 };

export const rows = [
  { name: 'yield', text: 'yield, one task', ...ns },
  { name: 'yield_100', text: 'yield, 100 tasks in turn', ...ns },
  { name: 'chain', text: 'yield under 10,000 awaits', ...ns },
  { name: 'call', text: 'nested call', ...ns },
  { name: 'call_yield', text: 'nested call that yields', ...ns },
  { name: 'spawn_join', text: 'spawn and join', ...ns },
  { name: 'spawn_join_context', text: 'the same, with three variables', ...ns },
  { name: 'sleep_cancel', text: 'spawn a sleeper, cancel, join', ...ns },
  { name: 'call_soon', text: 'call_soon', ...ns },
  { name: 'call_later_cancel', text: 'call_later and cancel', ...ns },
  // Printed for each of them.
  { name: 'cancel_all', text: '100,000 sleepers: spawn, cancel, join', unit: 'ms', of: 1e6 / 100_000 },
  { name: 'lock', text: 'lock and unlock, uncontended', ...ns },
  { name: 'lock_handed', text: 'a lock that two tasks want', ...ns },
  { name: 'queue', text: 'put and get between two tasks', ...ns },
  { name: 'gather_begin', text: '1,000,000 sleepers: gather', unit: 'ms', of: 1 },
  { name: 'gather_cancel', text: 'the same: one cancel, until all are gone', unit: 'ms', of: 1 },
  { name: 'empty_run', text: 'empty run', ...us },
  { name: 'run_from_js', text: 'empty run() from JavaScript', ...us },
  { name: 'interrupt', text: 'SIGINT to the first line of cleanup', ...us },
  { name: 'thread_call', text: 'a call from another thread, made', ...us },
  { name: 'thread_wake', text: 'a call from another thread, until it runs', ...us },
  { name: 'second_interrupt', text: 'second Ctrl-C to death, tight loop', ...ms },
  { name: 'sleeper_heap', text: 'sleeping task, heap', ...bytes },
  { name: 'sleeper_rss', text: 'sleeping task, resident', ...bytes },
];

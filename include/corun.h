/* Corun: C programs as coroutines, run and stopped everywhere.
 *
 * The umbrella header. Its parts, in the order in which they build on each other:
 *
 *   corun/base.h       version, values, allocator
 *   corun/error.h      error codes, their names and texts            (asyncio: Exceptions)
 *   corun/awaitable.h  what can be awaited, and how to write one's own
 *   corun/coroutine.h  CORUN_ASYNC ... CORUN_END                      (Coroutines and tasks)
 *   corun/context.h    variables that belong to a task             (contextvars)
 *   corun/call.h       calls that are kept
 *   corun/future.h     a result that somebody sets later              (Futures)
 *   corun/task.h       spawn, join, cancel                            (Task object)
 *   corun/wait.h       sleep, yield, gather, wait, shield             (Sleeping, Waiting primitives)
 *   corun/timeout.h    time limits                                    (Timeouts)
 *   corun/group.h      tasks that end together                        (Task groups)
 *   corun/sync.h       lock, event, condition, semaphore, barrier     (Synchronization primitives)
 *   corun/queue.h      queues between tasks                           (Queues)
 *   corun/io.h         read, write and wait for descriptors
 *   corun/host_call.h  what the program asks of its embedder
 *   corun/fetch.h      HTTP, where that has it
 *   corun/loop.h       callbacks, timers, reports                     (Event loop)
 *   corun/executor.h   functions that block, in threads               (Running in threads)
 *   corun/inspect.h    which tasks are there and where they wait      (Call graph introspection)
 *   corun/generator.h  coroutines that yield values                   (async generators)
 *   corun/runner.h     run, Runner, CORUN_MAIN, interrupts            (Runners)
 *
 * corun/sim.h, the loop with virtual time for people's tests, is included by name.
 */
#ifndef CORUN_H
#define CORUN_H

#include "corun/base.h"
#include "corun/error.h"
#include "corun/awaitable.h"
#include "corun/coroutine.h"
#include "corun/context.h"
#include "corun/call.h"
#include "corun/future.h"
#include "corun/task.h"
#include "corun/wait.h"
#include "corun/timeout.h"
#include "corun/group.h"
#include "corun/sync.h"
#include "corun/queue.h"
#include "corun/io.h"
#include "corun/host_call.h"
#include "corun/fetch.h"
#include "corun/generator.h"
#include "corun/loop.h"
#include "corun/executor.h"
#include "corun/inspect.h"
#include "corun/runner.h"

#endif

/* Seeing what a program does: its tasks, who awaits whom, and where each waits.
 *
 * Everything here only looks. What it tells holds until the loop goes on.
 */
#ifndef CORUN_INSPECT_H
#define CORUN_INSPECT_H

#include <stdio.h>

#include "corun/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Lists where a task stands: the chain of awaits, innermost first, into `capacity` entries. A generator that
 * the task is inside of is part of it.
 *
 *   returns  how deep the chain is, which may be more than was written; 0 of a task that is done
 *   owner    the texts are static
 *   asyncio  capture_call_graph's call_stack, Task.get_stack, X5
 */
CORUN_API size_t corun_task_stack(const corun_task *task, corun_where *out_chain, size_t capacity);

/* Lists the tasks that wait for this one, each once, into `capacity` entries: those that join, gather, shield or
 * wait for it, that have opened a group in which it runs, or as_completed with it. A task that has stopped waiting is
 * not among them any more, whatever its wait came to.
 *
 *   returns  how many there are, which may be more than were written
 *   owner    no references
 *   asyncio  capture_call_graph's awaited_by, X5
 */
CORUN_API size_t corun_task_awaited_by(const corun_task *task, corun_task **out_tasks, size_t capacity);

/* Tells how far a task is, in a word: "new" (it has not begun), "ready" (what it waited for is over, its turn is
 * still to come), "running", "pending" (it waits), "cancelling" (it was asked to stop, and is not done: whatever
 * else it is), "cancelled", "finished".
 *
 *   owner    the text is static
 *   asyncio  the state in a task's repr, T15
 */
CORUN_API const char *corun_task_state(const corun_task *task);

/* Tells what a task waits for, in a word, as the awaitable's type calls itself: "sleep", "task", "read". NULL if
 * it does not wait.
 *
 *   owner    the type's text
 *   asyncio  wait_for in a task's repr, T15
 */
CORUN_API const char *corun_task_waits_for(const corun_task *task);

/* Tells the line that spawned a task. Its `function` is NULL, its `file` too if what was spawned is no call.
 *
 *   owner    the text is static
 */
CORUN_API corun_where corun_task_spawned_at(const corun_task *task);

/* Writes every task of the loop (NULL: the running one) to `file`, as a tree: below a task the lines of its
 * chain of awaits, innermost first, then the tasks that it awaits. Tasks that nobody awaits begin a tree of their
 * own. A task that several await is written once; awaits that close a circle are told as such:
 *
 *     Task-1: pending, waits for task, spawned at app.c:40
 *     │   in serve (app.c:12)
 *     │   in app (app.c:30)
 *     └── Task-2: pending, waits for sleep, spawned at app.c:11
 *             in answer (app.c:5)
 *
 * Without memory the tasks are written one after another.
 *
 * In debug mode a process does so by itself, to standard error, when SIGQUIT (Ctrl-\) comes while a runner runs: at
 * once, or when the present step has ended; not if the program has another use for that signal.
 * During a step that goes on for ever nothing can be shown: the second SIGQUIT says so, the third ends the process.
 *
 *   asyncio  python -m asyncio pstree, X6
 */
CORUN_API void corun_print_tasks(corun_loop *loop, FILE *file);

/* Writes to `file` where a task stands (NULL: the current one), then the same of the tasks that await it, of those that
 * await them, and so on, at most 24 deep. In asyncio's form, without the addresses:
 *
 *     * Task(name='Task-2')
 *       + Call stack:
 *       |   File 'app.c', line 5, in async answer()
 *       + Awaited by:
 *         * Task(name='Task-1')
 *
 *   asyncio  print_call_graph, X5
 */
CORUN_API void corun_print_call_graph(const corun_task *task, FILE *file);

#ifdef __cplusplus
}
#endif
#endif

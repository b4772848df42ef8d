/* Seeing what a program does: its tasks, and where each waits. */
#ifndef CORUN_INSPECT_H
#define CORUN_INSPECT_H

#include "corun/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Lists where a task stands: the chain of awaits, innermost first, into `capacity` entries.
 *
 *   returns  how deep the chain is, which may be more than was written
 *   owner    the texts are static
 *   asyncio  capture_call_graph, Task.get_stack
 */
CORUN_API size_t corun_task_stack(const corun_task *task, corun_where *out_chain, size_t capacity);

/* Writes every task of the loop (NULL: the running one) to standard error: name, where it was
 * spawned, the chain of awaits.
 *
 *   asyncio  print_call_graph
 */
CORUN_API void corun_print_tasks(corun_loop *loop);

#ifdef __cplusplus
}
#endif
#endif

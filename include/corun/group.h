/* Groups: tasks that are waited for together, and that end together if one fails.
 *
 *     CORUN_ASYNC(app, (int argc; char **argv;), (corun_group group;)) {
 *         CORUN_BEGIN();
 *         corun_group_open(&my->group);
 *         CORUN_TRY();
 *         corun_group_spawn(&my->group, CORUN_CALL(tick, .name = "fast", .period = 0.3));
 *         corun_group_spawn(&my->group, CORUN_CALL(tick, .name = "slow", .period = 1.0));
 *         CORUN_FINALLY();
 *         CORUN_AWAIT(corun_group_close(&my->group));
 *         CORUN_END();
 *     }
 *
 * What stands between open and CORUN_FINALLY is the group's body. If a child fails, the others are cancelled, and so
 * is what the body waits for; if the body fails or is cancelled, the children are. The close waits for all of them,
 * and then the coroutine ends with CORUN_GROUP, which has every error, if there was any.
 *
 * A group is the caller's memory, usually a field of the frame; all zero is a new one. It belongs to the task that
 * opens it, and is closed by the same coroutine. Each is used once: `my->group =
 * (corun_group)CORUN_GROUP_INIT` makes it new.
 *
 * States: new, open, closing, closed.
 */
#ifndef CORUN_GROUP_H
#define CORUN_GROUP_H

#include "corun/awaitable.h"
#include "corun/error.h"
#include "corun/task.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct corun_group {
    struct {
        corun_task *parent;             /* while it is open */
        struct corun_scope_ *scope;     /* which ends with the frame that opened it */
        struct corun_child_ *running;   /* the last of a ring */
        struct corun_child_ *failed;    /* the last of a ring, in the order in which they failed */
        struct corun_errors_ *errors;   /* once it is closed */
        const char *file;               /* of the first spawn that failed without memory to note that */
        int32_t line, error;            /* likewise */
        uint8_t state;                  /* enum group_state in src/group.h */
        bool aborting;                  /* its children have been cancelled */
        bool cancelled_parent;          /* one of the parent's requests to stop is the group's own */
        bool close_cancelled;           /* somebody has cancelled the wait of the close */
        bool cancelled;                 /* the body or the close was: the group ends so, if there are no errors */
        bool queued;                    /* the closer's turn will come */
    } private_;
} corun_group;

#define CORUN_GROUP_INIT {{NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0, false, false, false, false, false}}

/* Opens a group for the running task.
 *
 *   returns  0
 *   CORUN_GROUP_ENTERED  it has been opened before
 *   CORUN_NO_TASK  no task is running
 *   -ENOMEM  no memory; need not be checked: the body is cancelled, and the group ends with it
 *   owner    if the coroutine that opens it ends without having closed it, that is reported, and its children are
 *            cancelled
 *   asyncio  TaskGroup.__aenter__, G1
 */
CORUN_API int corun_group_open(corun_group *group);

/* Starts a task in an open group. That it could not be started need not be checked: the group fails with that
 * error then, as if a child had. What a call that is not started owns is dropped.
 *
 *   returns  0
 *   CORUN_GROUP_NOT_ENTERED, CORUN_GROUP_FINISHED  it is not open; nothing is noted
 *   CORUN_GROUP_SHUTTING_DOWN  its children have been cancelled; likewise
 *   CORUN_NOT_AWAITABLE, -ENOMEM  as corun_spawn, or what the loop's factory returns; noted
 *   asyncio  TaskGroup.create_task, G1
 */
CORUN_API int corun_group_spawn(corun_group *group, corun_awaitable awaitable);

/* The same with options, and giving the task. Either may be NULL.
 *
 *   owner    *out_task is one reference, beside the group's own: corun_task_release
 *   asyncio  TaskGroup.create_task(name=, context=)
 */
CORUN_API int corun_group_spawn_with(corun_group *group, corun_awaitable awaitable,
                                     const corun_spawn_options *options, corun_task **out_task);

/* Ends a group without an error: its children are cancelled, and what its body waits for. The close forgets
 * the body's cancellation, unless somebody else asked for one too. Does nothing unless it is open.
 *
 *   asyncio  TaskGroup.cancel (3.15)
 */
CORUN_API void corun_group_cancel(corun_group *group);

/* Waits until every child is done, however often that is cancelled meanwhile. It reads and may replace the exit of
 * the frame that awaits it, so it stands behind CORUN_FINALLY; elsewhere it answers as if the body had returned.
 * It fails with
 *   - the CORUN_INTERRUPTED or CORUN_SYSTEM_EXIT of a child;
 *   - CORUN_GROUP, if children failed, or the body with another error than a cancellation. The body's own is
 *     the last of its errors. A cancellation that came from outside is delivered at the next suspension;
 *   - CORUN_CANCELLED, if it was cancelled from outside.
 * On a group that is new or closed it does nothing. CORUN_INVALID_STATE: another task has opened it, whose children
 * are cancelled then and left alone, or awaits its close.
 *
 *   owner    needs no memory; details of errors may be lost without, codes never are
 *   asyncio  TaskGroup.__aexit__, G2-G8
 */
CORUN_API CORUN_TO_AWAIT_ corun_awaitable corun_group_close(corun_group *group);

/* Counts the errors that a closed group has ended with: its children's in the order in which they came, then the body's.
 * CORUN_GROUP's corun_failure has them too.
 *
 *   asyncio  ExceptionGroup.exceptions
 */
CORUN_API size_t corun_group_errors(const corun_group *group);

/* Gives one of them, counted from 0.
 *
 *   returns  0
 *   CORUN_BAD_ARGUMENT  there is no such
 *   owner    texts and failure live until the coroutine that closed the group ends
 */
CORUN_API int corun_group_error(const corun_group *group, size_t index, corun_child_error *out_error);

#ifdef __cplusplus
}
#endif
#endif

/* How tasks begin: in the next round, or at once if they are eager; by way of the loop's factory.
 *
 * An eager task's first step runs inside the call that spawns it, on the same C stack. So there is a limit to how
 * deep such calls may nest: beyond it a task begins in the next round, as others do.
 */
#include <errno.h>
#include <string.h>

#include "corun/task.h"
#include "frame.h"
#include "memory.h"
#include "operand.h"
#include "task.h"

enum { DEEPEST_EAGER = 64 };

static const corun_spawn_options no_options = {NULL, NULL, CORUN_START_USUAL};

static atomic_uint tasks_made; /* of all loops: for names */

/* ------------------------------------------------------------------ create */

/* What a task runs that was given an awaitable other than a call. It runs later, so the awaitable has been copied. */
CORUN_ASYNC(await_kept, (corun_awaitable kept;), ())
{
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(my->kept);
    return corun_return_(corun_task_, &my->corun_frame_, CORUN_RESULT());
    CORUN_FINALLY();
    awaitable_free(&my->kept);
    CORUN_END();
}
CORUN_DROP(await_kept)
{
    if (my->corun_frame_.state == FRAME_NEW)
        awaitable_drop(&my->kept);
    awaitable_free(&my->kept);
}

static void take_context(corun_task *task, corun_context *context)
{
    if (!context) {
        task->bindings = bindings_retain(*bindings_current());
        return;
    }
    task->context = corun_context_retain(context);
    task->future.task_flags |= TASK_HAS_CONTEXT;
}

/* Gives a task that nobody knows of yet; NULL without memory. */
static corun_task *allocate_task(corun_loop *loop, const corun_frame *first, const char *name)
{
    corun_task *task = memory_allocate(frame_first_size(first->coroutine));
    if (!task)
        return NULL;
    memset(task, 0, sizeof *task);
    future_init(&task->future, loop);
    task->future.flags = FUTURE_IS_TASK;
    task->future.references = 2; /* the loop's and the caller's */
    if (!name || corun_task_set_name(task, name) == 0)
        return task;
    future_drop(&task->future);
    memory_release(task);
    loop_release(loop);
    return NULL;
}

/* Makes a task that is in the loop's list, but not queued. */
static int create_from_call(corun_loop *loop, const corun_awaitable *call, const corun_spawn_options *options,
                            corun_task **out_task)
{
    corun_task *task = allocate_task(loop, call->self, options->name);
    if (!task)
        return -ENOMEM;
    task->entry.run = task_run_first;
    take_context(task, options->context);
    task->file = call->file;
    task->line = call->extra;
    task->number = atomic_fetch_add_explicit(&tasks_made, 1, memory_order_relaxed) + 1;
    frame_push_first(task, call->self);
    list_append(&loop->tasks, &task->all);
    *out_task = task;
    return 0;
}

static int create_from_other(corun_loop *loop, const corun_awaitable *awaitable, const corun_spawn_options *options,
                             corun_task **out_task)
{
    corun_where where = awaitable_where(awaitable);
    struct await_kept_call_ call = {.corun_frame_ = {.coroutine = &await_kept_coroutine_}, .kept = *awaitable};
    corun_awaitable wrapped = {.self = &call, .file = where.file, .extra = where.line};
    int rc = awaitable_keep(&call.kept);
    if (rc < 0)
        return rc;
    rc = create_from_call(loop, &wrapped, options, out_task);
    if (rc < 0)
        awaitable_free(&call.kept);
    return rc;
}

static int create(corun_loop *loop, const corun_awaitable *awaitable, const corun_spawn_options *options,
                  corun_task **out_task)
{
    if (awaitable->type == &corun_call_type_)
        return create_from_call(loop, awaitable, options, out_task);
    return create_from_other(loop, awaitable, options, out_task);
}

/* -------------------------------------------------------------------- start */

static bool starts_eagerly(const corun_loop *loop, const corun_spawn_options *options)
{
    return options->start == CORUN_START_EAGER && loop_is_this_thread(loop) && loop->eager_depth < DEEPEST_EAGER;
}

/* Returns 0, or the error by which the first step leaves the loop (E3). */
static int start_eagerly(corun_loop *loop, corun_task *task)
{
    struct bindings **aside = bindings_enter(NULL);
    corun_task *outer = loop->current;
    loop->eager_depth++;
    task_run_first(&task->entry);
    loop->eager_depth--;
    loop->current = outer;
    bindings_enter(aside);
    return corun_task_done(task) && task->future.outcome.error == loop->leaving ? loop->leaving : 0;
}

static int start_task(corun_loop *loop, corun_task *task, const corun_spawn_options *options)
{
    bool eager = starts_eagerly(loop, options);
    if (!eager)
        loop_ready(loop, &task->entry);
    if (loop->listener->task_added)
        loop->listener->task_added(loop->runner, task);
    return eager ? start_eagerly(loop, task) : 0;
}

static int create_and_start(corun_loop *loop, const corun_awaitable *awaitable, const corun_spawn_options *options,
                            corun_task **out_task)
{
    corun_task *task;
    int rc;
    if (loop_is_misused(loop))
        return CORUN_WRONG_THREAD;
    if (loop->closed)
        return CORUN_CLOSED;
    rc = create(loop, awaitable, options, &task);
    if (rc < 0)
        return rc;
    rc = start_task(loop, task, options);
    if (rc == 0 && out_task)
        *out_task = task;
    else
        corun_task_release(task);
    return rc;
}

int corun_task_create(corun_loop *loop, corun_awaitable awaitable, const corun_spawn_options *options,
                      corun_task **out_task)
{
    return create_and_start(loop, &awaitable, options ? options : &no_options, out_task);
}

/* -------------------------------------------------------------------- spawn */

int loop_spawn(corun_loop *loop, const corun_awaitable *awaitable, const corun_spawn_options *options,
               corun_task **out_task)
{
    if (!options)
        options = &no_options;
    if (!loop)
        loop = corun_current_loop();
    if (!loop)
        return CORUN_NO_LOOP;
    if (loop->factory && !loop->closed)
        return loop->factory(loop, *awaitable, options, loop->factory_argument, out_task);
    return create_and_start(loop, awaitable, options, out_task);
}

int corun_loop_spawn_with(corun_loop *loop, corun_awaitable awaitable, const corun_spawn_options *options,
                          corun_task **out_task)
{
    return loop_spawn(loop, &awaitable, options, out_task);
}

int corun_loop_spawn(corun_loop *loop, corun_awaitable awaitable, corun_task **out_task)
{
    return loop_spawn(loop, &awaitable, NULL, out_task);
}

int corun_spawn(corun_awaitable awaitable, corun_task **out_task)
{
    return loop_spawn(NULL, &awaitable, NULL, out_task);
}

void corun_loop_set_task_factory(corun_loop *loop, corun_task_factory *factory, void *argument)
{
    loop->factory = factory;
    loop->factory_argument = argument;
}

corun_task_factory *corun_loop_get_task_factory(const corun_loop *loop)
{
    return loop->factory;
}

int corun_eager_task_factory(corun_loop *loop, corun_awaitable awaitable, const corun_spawn_options *options,
                             void *argument, corun_task **out_task)
{
    corun_spawn_options eager = *options;
    (void)argument;
    if (eager.start == CORUN_START_USUAL)
        eager.start = CORUN_START_EAGER;
    return corun_task_create(loop, awaitable, &eager, out_task);
}

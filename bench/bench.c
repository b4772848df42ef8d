/* What Corun's operations cost: prints a line "name nanoseconds" for each. Every body does its
 * operation `n` times between start_watch and stop_watch. docs/benchmarks.md says what each means;
 * asyncio_bench.py does the same with asyncio. Arguments: only the measurements of these names. */
#include <corun.h>
#include <string.h>

#include "stopwatch.h"

enum { DEPTH = 10000, IN_TURN = 100, BATCH = 100, SLEEPERS = 100000 };

#define CHECKED(call) \
    do { \
        int rc_ = (call); \
        if (rc_ < 0) \
            CORUN_RAISE(rc_); \
    } while (0)

/* ------------------------------------------------------------------ bodies */

CORUN_ASYNC(nothing, (), ()) {
    CORUN_BEGIN();
    CORUN_END();
}

CORUN_ASYNC(yield_once, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

CORUN_ASYNC(sleep_long, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

CORUN_ASYNC(yield_often, (long n;), (long i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < my->n; my->i++)
        CORUN_AWAIT(corun_yield());
    CORUN_END();
}

CORUN_ASYNC(yield, (long n;), ()) {
    CORUN_BEGIN();
    start_watch();
    CORUN_AWAIT(CORUN_CALL(yield_often, .n = my->n));
    stop_watch();
    CORUN_END();
}

CORUN_ASYNC(yield_100, (long n;), (corun_task *tasks[IN_TURN]; int i;)) {
    CORUN_BEGIN();
    start_watch();
    for (my->i = 0; my->i < IN_TURN; my->i++)
        CHECKED(corun_spawn(CORUN_CALL(yield_often, .n = my->n / IN_TURN), &my->tasks[my->i]));
    for (my->i = 0; my->i < IN_TURN; my->i++) {
        CORUN_AWAIT(corun_join(my->tasks[my->i]));
        corun_task_release(my->tasks[my->i]);
    }
    stop_watch();
    CORUN_END();
}

CORUN_ASYNC(call, (long n;), (long i;)) {
    CORUN_BEGIN();
    start_watch();
    for (my->i = 0; my->i < my->n; my->i++)
        CORUN_AWAIT(CORUN_CALL(nothing));
    stop_watch();
    CORUN_END();
}

CORUN_ASYNC(call_yield, (long n;), (long i;)) {
    CORUN_BEGIN();
    start_watch();
    for (my->i = 0; my->i < my->n; my->i++)
        CORUN_AWAIT(CORUN_CALL(yield_once));
    stop_watch();
    CORUN_END();
}

CORUN_ASYNC(link, (int depth; long n;), (long i;)) {
    CORUN_BEGIN();
    if (my->depth > 1) {
        CORUN_AWAIT(CORUN_CALL(link, .depth = my->depth - 1, .n = my->n));
        CORUN_RETURN();
    }
    start_watch();
    for (my->i = 0; my->i < my->n; my->i++)
        CORUN_AWAIT(corun_yield());
    stop_watch();
    CORUN_END();
}

CORUN_ASYNC(chain, (long n;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(link, .depth = DEPTH, .n = my->n));
    CORUN_END();
}

CORUN_ASYNC(spawn_join, (long n;), (long i; corun_task *task;)) {
    CORUN_BEGIN();
    start_watch();
    for (my->i = 0; my->i < my->n; my->i++) {
        CHECKED(corun_spawn(CORUN_CALL(nothing), &my->task));
        CORUN_AWAIT(corun_join(my->task));
        corun_task_release(my->task);
    }
    stop_watch();
    CORUN_END();
}

static const corun_var variables[3];

/* The same, each task taking over a context that has something in it. */
CORUN_ASYNC(spawn_join_context, (long n;), (int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < 3; my->i++)
        CHECKED(corun_var_set(&variables[my->i], &my->n, NULL));
    CORUN_AWAIT(CORUN_CALL(spawn_join, .n = my->n));
    CORUN_END();
}

CORUN_ASYNC(sleep_cancel, (long n;), (long i; corun_task *task;)) {
    CORUN_BEGIN();
    start_watch();
    for (my->i = 0; my->i < my->n; my->i++) {
        CHECKED(corun_spawn(CORUN_CALL(sleep_long), &my->task));
        CORUN_AWAIT(corun_yield()); /* it arms its timer */
        corun_task_cancel(my->task, NULL);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
        corun_task_release(my->task);
    }
    stop_watch();
    CORUN_END();
}

static void do_nothing(void *argument)
{
    (void)argument;
}

CORUN_ASYNC(call_soon, (long n;), (long i;)) {
    CORUN_BEGIN();
    start_watch();
    for (my->i = 0; my->i < my->n; my->i++) {
        CHECKED(corun_loop_call_soon(corun_current_loop(), do_nothing, NULL, NULL));
        if (my->i % BATCH == 0)
            CORUN_AWAIT(corun_yield());
    }
    CORUN_AWAIT(corun_yield());
    stop_watch();
    CORUN_END();
}

CORUN_ASYNC(call_later_cancel, (long n;), (long i; corun_callback *callback;)) {
    CORUN_BEGIN();
    start_watch();
    for (my->i = 0; my->i < my->n; my->i++) {
        CHECKED(corun_loop_call_later(corun_current_loop(), 3600, do_nothing, NULL, &my->callback));
        corun_callback_cancel(my->callback);
        corun_callback_release(my->callback);
        if (my->i % BATCH == 0)
            CORUN_AWAIT(corun_yield());
    }
    stop_watch();
    CORUN_END();
}

CORUN_ASYNC(cancel_all, (long n;), (long i; corun_task **tasks;)) {
    CORUN_BEGIN();
    my->tasks = malloc((size_t)my->n * sizeof *my->tasks);
    if (!my->tasks)
        abort();
    start_watch();
    for (my->i = 0; my->i < my->n; my->i++)
        CHECKED(corun_spawn(CORUN_CALL(sleep_long), &my->tasks[my->i]));
    CORUN_AWAIT(corun_yield());
    for (my->i = 0; my->i < my->n; my->i++)
        corun_task_cancel(my->tasks[my->i], NULL);
    for (my->i = 0; my->i < my->n; my->i++) {
        CORUN_CATCH_ALL_AWAIT(corun_join(my->tasks[my->i]));
        corun_task_release(my->tasks[my->i]);
    }
    stop_watch();
    free(my->tasks);
    CORUN_END();
}

CORUN_ASYNC(lock, (long n;), (long i; corun_lock lock;)) {
    CORUN_BEGIN();
    start_watch();
    for (my->i = 0; my->i < my->n; my->i++) {
        CORUN_AWAIT(corun_lock_acquire(&my->lock));
        CHECKED(corun_lock_release(&my->lock));
    }
    stop_watch();
    CORUN_END();
}

CORUN_ASYNC(lock_contended, (corun_lock *lock; long n;), (long i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < my->n; my->i++) {
        CORUN_AWAIT(corun_lock_acquire(my->lock));
        CORUN_AWAIT(corun_yield());
        CHECKED(corun_lock_release(my->lock));
    }
    CORUN_END();
}

/* Two tasks, each of which finds the lock taken by the other. */
CORUN_ASYNC(lock_handed, (long n;), (corun_lock lock; corun_task *other;)) {
    CORUN_BEGIN();
    start_watch();
    CHECKED(corun_spawn(CORUN_CALL(lock_contended, .lock = &my->lock, .n = my->n / 2), &my->other));
    CORUN_AWAIT(CORUN_CALL(lock_contended, .lock = &my->lock, .n = my->n / 2));
    CORUN_AWAIT(corun_join(my->other));
    corun_task_release(my->other);
    stop_watch();
    CORUN_END();
}

CORUN_ASYNC(put_often, (corun_queue *queue; long n;), (long i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < my->n; my->i++)
        CORUN_AWAIT(corun_queue_put(my->queue, CORUN_VALUE(.i = my->i)));
    CORUN_END();
}

/* With room for one item, so that the two tasks take turns. */
CORUN_ASYNC(queue, (long n;), (long i; corun_queue queue; corun_task *other; corun_value storage;)) {
    CORUN_BEGIN();
    CHECKED(corun_queue_open(&my->queue, &(corun_queue_options){.limit = 1, .storage = &my->storage}));
    start_watch();
    CHECKED(corun_spawn(CORUN_CALL(put_often, .queue = &my->queue, .n = my->n), &my->other));
    for (my->i = 0; my->i < my->n; my->i++)
        CORUN_AWAIT(corun_queue_get(&my->queue));
    stop_watch();
    CORUN_AWAIT(corun_join(my->other));
    corun_task_release(my->other);
    CHECKED(corun_queue_close(&my->queue));
    CORUN_END();
}

/* ----------------------------------------------------------------- measure */

#define STARTER(body) \
    static int start_##body(long n, corun_task **out_task) \
    { \
        return corun_spawn(CORUN_CALL(body, .n = n), out_task); \
    }
STARTER(yield)
STARTER(yield_100)
STARTER(call)
STARTER(call_yield)
STARTER(chain)
STARTER(spawn_join)
STARTER(spawn_join_context)
STARTER(sleep_cancel)
STARTER(call_soon)
STARTER(call_later_cancel)
STARTER(cancel_all)
STARTER(lock)
STARTER(lock_handed)
STARTER(queue)

static const struct measurement {
    const char *name;
    int (*start)(long n, corun_task **out_task);
    long n; /* to begin with */
} measurements[] = {
    {"yield", start_yield, 1000},
    {"yield_100", start_yield_100, 1000},
    {"call", start_call, 1000},
    {"call_yield", start_call_yield, 1000},
    {"chain", start_chain, 1000},
    {"spawn_join", start_spawn_join, 1000},
    {"spawn_join_context", start_spawn_join_context, 1000},
    {"sleep_cancel", start_sleep_cancel, 1000},
    {"call_soon", start_call_soon, 1000},
    {"call_later_cancel", start_call_later_cancel, 1000},
    {"cancel_all", start_cancel_all, SLEEPERS},
    {"lock", start_lock, 1000},
    {"lock_handed", start_lock_handed, 1000},
    {"queue", start_queue, 1000},
};

CORUN_ASYNC(measure, (const struct measurement *what;), (struct rounds rounds; corun_task *task; bool more;)) {
    CORUN_BEGIN();
    my->rounds.n = my->what->n;
    do {
        CHECKED(my->what->start(my->rounds.n, &my->task));
        CORUN_AWAIT(corun_join(my->task));
        corun_task_release(my->task);
        my->more = note_round(&my->rounds);
    } while (my->more);
    print_rounds(my->what->name, &my->rounds);
    CORUN_END();
}

/* No names: all. */
static bool is_named(const char *name, int argc, char **argv)
{
    bool named = argc < 2;
    for (int i = 1; i < argc; i++)
        named |= strcmp(argv[i], name) == 0;
    return named;
}

CORUN_ASYNC(bench, (int argc; char **argv;), (size_t i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < sizeof measurements / sizeof measurements[0]; my->i++) {
        if (is_named(measurements[my->i].name, my->argc, my->argv))
            CORUN_AWAIT(CORUN_CALL(measure, .what = &measurements[my->i]));
    }
    CORUN_END();
}

CORUN_MAIN(bench)

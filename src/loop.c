/* The loop: rounds, and who runs them.
 *
 * Always true:
 *   - an entry stands in at most one place: the ready queue, the timer heap, or a ring of waiters;
 *   - queueing never allocates, so a wake-up cannot fail;
 *   - entries queued during a round wait for the next one, and I/O comes in between.
 *
 * The host is not asked every round: while work is ready that would cost more than the work.
 */
#include "loop.h"

#include <math.h>

#include "duration.h"
#include "report.h"
#include "task.h"

enum { ROUNDS_BETWEEN_POLLS = 61, STEPS_BETWEEN_POLLS = 1000 };

static _Thread_local corun_loop *running_loop;

/* -------------------------------------------------------------- one round */

bool loop_withdraw(corun_loop *loop, struct entry *entry)
{
    bool is_queued = !timer_disarm(&loop->timers, entry) && entry->link.next;
    if (is_queued)
        loop_unready(loop, entry);
    entry->link.next = NULL;
    return is_queued;
}

static bool can_be_woken(const corun_loop *loop)
{
    return loop->watch_waiters > 0 || loop->holds > 0 || loop->backend.interruptible;
}

/* Queues what other threads and signal handlers have left for the loop. */
static void take_arrivals(corun_loop *loop)
{
    calls_take_foreign(loop);
    if (loop->uses.signals)
        loop->uses.signals->queue_arrived(loop);
}

/* Nothing is ready. Waiting without end is a deadlock if nothing from outside can end it. */
static int wait_for_host(corun_loop *loop)
{
    int64_t deadline = timer_next(&loop->timers);
    int rc;
    if (deadline == INT64_MAX && !can_be_woken(loop))
        return CORUN_DEADLOCK;
    if (deadline == INT64_MAX && loop->watch_waiters == 0 && loop->holds == 0 && loop->debug)
        report_deadlock_once(loop);
    rc = backend_wait(&loop->backend, deadline);
    take_arrivals(loop);
    return rc;
}

static int ask_host(corun_loop *loop, bool may_block)
{
    loop->rounds = 0;
    loop->polled_at = interrupts_steps(&loop->interrupts);
    atomic_store(&loop->woken, false);
    take_arrivals(loop);
    interrupts_check(loop, &loop->interrupts);
    if (may_block && list_is_empty(&loop->ready) && !loop->stopping && !loop->leaving)
        return wait_for_host(loop);
    return backend_wait(&loop->backend, 0);
}

/* Asks the host what happened: waits if there is nothing else to do, looks in now and then if there is. */
static inline int poll_host(corun_loop *loop, bool may_block)
{
    bool busy = !list_is_empty(&loop->ready) && ++loop->rounds < ROUNDS_BETWEEN_POLLS
                && interrupts_steps(&loop->interrupts) - loop->polled_at < STEPS_BETWEEN_POLLS;
    if (likely(busy && !atomic_load_explicit(&loop->woken, memory_order_relaxed)))
        return 0;
    return ask_host(loop, may_block);
}

static void queue_due_timers(corun_loop *loop)
{
    struct entry *entry;
    int64_t now = backend_now(&loop->backend);
    while ((entry = timer_take_due(&loop->timers, now)))
        loop_ready(loop, entry);
}

/* Takes the next entry of the round, once interrupts have been dealt with. NULL: none is left, or the
 * loop is to be left. */
static inline struct entry *take_next(corun_loop *loop)
{
    struct list *link;
    interrupts_check(loop, &loop->interrupts);
    if (unlikely(loop->round_last == &loop->ready))
        return NULL;
    link = unlikely(loop->follow_script != NULL) ? loop->follow_script(loop) : loop->ready.next;
    if (unlikely(loop->leaving || link == &loop->ready))
        return NULL;
    loop_unready(loop, container_of(link, struct entry, link));
    return container_of(link, struct entry, link);
}

/* Runs what is ready now; what that queues comes behind round_last and waits for the next round. An
 * error that leaves the loop leaves the rest where it is. */
static inline void run_ready(corun_loop *loop)
{
    struct entry *entry;
    loop->round_last = loop->ready.previous;
    while ((entry = take_next(loop))) {
        interrupts_note(&loop->interrupts);
        if (entry->run == task_resume)
            task_resume(entry); /* the commonest: a direct call costs less, above all in wasm */
        else
            entry->run(entry);
        interrupts_note(&loop->interrupts);
    }
    loop->round_last = &loop->ready;
}

int loop_round(corun_loop *loop, bool may_block)
{
    int rc = poll_host(loop, may_block);
    loop->completions = 0;
    if (likely(rc == 0)) {
        if (loop->timers.count > 0)
            queue_due_timers(loop);
        run_ready(loop);
        rc = loop->leaving;
    }
    loop->leaving = 0;
    return rc;
}

void loop_abort(corun_loop *loop, int error)
{
    loop->leaving = error;
}

/* -------------------------------------------------------------------- run */

static _Thread_local char thread_mark; /* its address tells threads apart */

const void *loop_this_thread(void)
{
    return &thread_mark;
}

bool loop_runs_elsewhere(const corun_loop *loop)
{
    const void *thread = atomic_load_explicit(&loop->thread, memory_order_relaxed);
    return thread && thread != &thread_mark;
}

bool loop_is_this_thread(const corun_loop *loop)
{
    return atomic_load_explicit(&loop->thread, memory_order_relaxed) == &thread_mark;
}

int loop_check_enter(const corun_loop *loop)
{
    if (loop->closed)
        return CORUN_CLOSED;
    if (loop->running)
        return CORUN_LOOP_RUNNING;
    return running_loop ? CORUN_RUNNING : 0;
}

int loop_enter(corun_loop *loop)
{
    int rc = loop_check_enter(loop);
    if (rc < 0)
        return rc;
    atomic_store_explicit(&loop->thread, &thread_mark, memory_order_relaxed);
    loop->running = true;
    loop->outer_bindings = bindings_enter(NULL);
    running_loop = loop;
    return 0;
}

void loop_leave(corun_loop *loop)
{
    loop->running = false;
    bindings_enter(loop->outer_bindings);
    atomic_store_explicit(&loop->thread, NULL, memory_order_relaxed);
    running_loop = NULL;
}

corun_loop *loop_set_aside(void)
{
    corun_loop *loop = running_loop;
    running_loop = NULL;
    return loop;
}

void loop_give_back(corun_loop *loop)
{
    running_loop = loop;
}

void loop_stopped(corun_loop *loop, int rc)
{
    void (*stopped)(corun_runner *, int) = loop->listener->stopped;
    corun_runner *runner = loop->runner;
    loop->stopping = false;
    loop_leave(loop);
    if (stopped)
        stopped(runner, rc);
}

int corun_loop_run(corun_loop *loop)
{
    int rc = loop_enter(loop);
    if (rc < 0)
        return rc;
    if (!backend_can_wait(&loop->backend)) {
        loop_leave(loop);
        return CORUN_UNSUPPORTED;
    }
    do
        rc = loop_round(loop, true);
    while (rc == 0 && !loop->stopping);
    loop_stopped(loop, rc);
    return rc;
}

void corun_loop_stop(corun_loop *loop)
{
    loop->stopping = true;
}

static void run_stop(struct entry *entry)
{
    entry->link.next = NULL;
    corun_loop_stop(container_of(entry, corun_loop, stop_entry));
}

void loop_stop_after(corun_loop *loop, corun_task *task)
{
    loop->stop_entry.run = run_stop;
    task->future.task_flags |= TASK_IS_MAIN;
    if (corun_task_done(task)) /* a factory may give one that is */
        loop_ready(loop, &loop->stop_entry);
}

/* A main that is done, but whose run something else has ended, must not stop a later one (B32, B33). */
void loop_forget_stop(corun_loop *loop, corun_task *task)
{
    task->future.task_flags &= (uint8_t)~TASK_IS_MAIN;
    loop_withdraw(loop, &loop->stop_entry);
}

/* -------------------------------------------------------------------- ask */

corun_loop *corun_current_loop(void)
{
    return running_loop;
}

bool corun_loop_is_running(const corun_loop *loop)
{
    return loop->running;
}

bool corun_loop_is_closed(const corun_loop *loop)
{
    return loop->closed;
}

double corun_loop_time(corun_loop *loop)
{
    return loop->closed ? NAN : (double)backend_now(&loop->backend) / 1e9;
}

void corun_loop_set_debug(corun_loop *loop, bool debug)
{
    loop->debug = debug;
}

bool corun_loop_get_debug(const corun_loop *loop)
{
    return loop->debug;
}

void corun_loop_set_slow_callback(corun_loop *loop, double seconds)
{
    loop->slow_ns = isnan(seconds) ? INT64_MAX : time_after(0, seconds);
}

void loop_tell_slow(corun_loop *loop, corun_task *task, int64_t began)
{
    int64_t took = backend_now(&loop->backend) - began;
    if (took >= loop->slow_ns)
        report_slow(loop, task, took);
}

void corun_loop_hold(corun_loop *loop)
{
    loop->holds++;
}

void corun_loop_unhold(corun_loop *loop)
{
    assert(loop->holds > 0);
    loop->holds--;
}

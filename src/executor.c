/* The executor: jobs on their way to a thread and back. The host has the threads (hosts/host.h).
 *
 * Always true:
 *   - a job belongs to the loop's thread, but for its `work`, and for what its function gave while that may
 *     still be running; it comes back as a ready entry, which takes no memory and cannot fail;
 *   - an open job is in the executor's list and is a hold of the loop;
 *   - after executor_close a job that has not come back belongs to the thread that has it, which frees it.
 */
#include "corun/executor.h"

#include <errno.h>

#include "memory.h"
#include "task.h"

/* A future that has a job. */
struct job_future {
    struct owned_future owned; /* first: it is one */
    struct job *job;     /* while that is open, which then holds a reference */
};

struct job {
    struct work work;
    struct entry returned;
    struct list open;
    corun_loop *loop;
    corun_job *function;
    void *argument;
    struct bindings *bindings; /* its context's values */
    corun_value value;         /* what it gave, once has_returned */
    int error;
    atomic_bool has_returned;
    bool cancelled;            /* its wait is to end so */
    corun_waiter *waiter;      /* of corun_to_thread, or NULL */
    struct job_future *future; /* of corun_loop_run_in_executor, or NULL; one reference */
    struct remains { /* what was taken from the task that was given up: see leave_behind */
        struct job *next;
        corun_task *task; /* NULL: nothing was */
        corun_frame *top;
        struct segment *segment;
    } remains;
};

/* Jobs whose tasks were given up while they ran. They may use the frames of these for as long as the process
 * lives: so nothing of them is freed, only kept where leak checkers find it. */
static _Atomic(struct job *) left_behind;

static void job_returned(struct entry *entry);

static struct job *job_of_work(struct work *work)
{
    return container_of(work, struct job, work);
}

static void job_free(struct job *job)
{
    bindings_release(job->bindings);
    memory_release(job);
}

/* --------------------------------------------------------------- the thread's */

static void run_job(struct work *work)
{
    struct job *job = job_of_work(work);
    corun_loop *loop = loop_set_aside(); /* of the sim, which runs jobs on its own thread */
    struct bindings **outer = bindings_enter(&job->bindings);
    job->error = job->function(job->argument, &job->value);
    if (job->error > 0)
        job->error = CORUN_BAD_ARGUMENT;
    bindings_enter(outer);
    loop_give_back(loop);
    atomic_store(&job->has_returned, true);
}

static void hand_back(struct work *work)
{
    struct job *job = job_of_work(work);
    calls_add_foreign(job->loop, &job->returned);
}

static void drop_job(struct job *job)
{
    if (!job->remains.task)
        job_free(job);
}

static void drop_result(struct work *work)
{
    drop_job(job_of_work(work));
}

static const struct work_type job_work = {run_job, hand_back, drop_result};

/* --------------------------------------------------------------------- submit */

bool executor_is_busy(const struct executor *executor)
{
    return !list_is_empty(&executor->jobs);
}

static const struct executor_use executor_use;

/* Checks in asyncio's order, and sees to it that there are threads. */
static int prepare(corun_loop *loop)
{
    struct executor *executor = &loop->executor;
    if (loop->closed)
        return CORUN_CLOSED;
    if (executor->shut)
        return CORUN_EXECUTOR_SHUTDOWN;
    if (executor->threads)
        return 0;
    loop->uses.executor = &executor_use;
    return backend_threads_open(&loop->backend, executor->most, &executor->threads);
}

static int submit(corun_loop *loop, corun_job *function, void *argument, struct bindings *bindings,
                  struct job **out_job)
{
    struct job *job;
    int rc = prepare(loop);
    if (rc < 0)
        return rc;
    job = memory_allocate(sizeof *job);
    if (!job)
        return -ENOMEM;
    *job = (struct job){.work.type = &job_work,
                        .returned.run = job_returned,
                        .loop = loop,
                        .function = function,
                        .argument = argument,
                        .bindings = bindings_retain(bindings)};
    rc = backend_threads_submit(&loop->backend, loop->executor.threads, &job->work);
    if (rc < 0) {
        job_free(job);
        return rc;
    }
    list_append(&loop->executor.jobs, &job->open);
    corun_loop_hold(loop);
    *out_job = job;
    return 0;
}

int corun_loop_set_executor_threads(corun_loop *loop, int threads)
{
    if (loop->closed)
        return CORUN_CLOSED;
    if (loop->executor.threads || loop->executor.shut)
        return CORUN_INVALID_STATE;
    if (threads < 1)
        return CORUN_BAD_ARGUMENT;
    loop->executor.most = (unsigned)threads;
    return 0;
}

/* --------------------------------------------------------------------- return */

/* Ends a job: it is open no longer. */
static void end_job(struct job *job)
{
    corun_loop *loop = job->loop;
    list_remove(&job->open);
    corun_loop_unhold(loop);
    job_free(job);
    if (loop->executor.shut && !executor_is_busy(&loop->executor))
        executor_end(loop);
}

static void let_go_future(struct job *job)
{
    struct job_future *future = job->future;
    if (!future)
        return;
    job->future = NULL;
    future->job = NULL;
    corun_future_release(&future->owned.future);
}

/* What the future is told is dropped if it has ended meanwhile. */
static void tell_future(corun_future *future, const struct job *job)
{
    int rc = job->error;
    if (corun_future_done(future))
        return;
    if (rc == 0)
        rc = corun_future_set(future, job->value);
    if (rc < 0)
        corun_future_fail(future, rc, NULL);
}

static void job_returned(struct entry *entry)
{
    struct job *job = container_of(entry, struct job, returned);
    if (job->waiter)
        corun_waiter_done(job->waiter, job->cancelled ? CORUN_CANCELLED : job->error, &job->value);
    if (job->future)
        tell_future(&job->future->owned.future, job);
    let_go_future(job);
    end_job(job);
}

static bool take_back(struct job *job)
{
    return backend_threads_take_back(&job->loop->backend, job->loop->executor.threads, &job->work);
}

/* ------------------------------------------------------------------ to_thread */

static void to_thread_start(void *self, corun_waiter *waiter)
{
    corun_task *task = task_of_waiter(waiter);
    corun_job *function = (corun_job *)(intptr_t)task->future.awaitable.number;
    struct job *job;
    int rc = submit(task->future.loop, function, self, *bindings_current(), &job);
    if (rc < 0) {
        corun_waiter_done(waiter, rc, NULL);
        return;
    }
    job->waiter = waiter;
    task->future.awaitable.self = job; /* cancelling is told this one */
}

/* The loop gives the task up, and keeps it until it is answered: never, if the job may still be using its
 * frames. So they are taken from it. */
static void leave_behind(struct job *job, corun_task *task)
{
    if (atomic_load(&job->has_returned)) {
        corun_waiter_done(job->waiter, CORUN_CANCELLED, NULL);
        return;
    }
    job->remains = (struct remains){atomic_load(&left_behind), task, task->top, task->segment};
    while (!atomic_compare_exchange_weak(&left_behind, &job->remains.next, job))
        continue;
    task->top = NULL;
    task->segment = NULL;
    task->limit = NULL;
}

static void to_thread_cancel(void *self, corun_waiter *waiter)
{
    corun_task *task = task_of_waiter(waiter);
    struct job *job = self;
    if (take_back(job)) {
        corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
        end_job(job);
    } else if (task->future.wait == WAIT_ABANDONED) {
        leave_behind(job, task);
    } else {
        job->cancelled = true;
    }
}

const corun_awaitable_type corun_to_thread_type_ = {"to_thread", to_thread_start, to_thread_cancel};

/* ------------------------------------------------------------ run_in_executor */

static void future_cancelled(corun_future *future)
{
    struct job *job = ((struct job_future *)(void *)future)->job;
    if (!job || !take_back(job))
        return;
    let_go_future(job);
    end_job(job);
}

static struct job_future *job_future_create(corun_loop *loop)
{
    struct job_future *made = memory_allocate(sizeof *made);
    if (!made)
        return NULL;
    *made = (struct job_future){.owned.cancelled = future_cancelled};
    future_init(&made->owned.future, loop);
    made->owned.future.flags = FUTURE_IS_OWNED;
    return made;
}

int corun_loop_run_in_executor(corun_loop *loop, corun_job *function, void *argument,
                               corun_future **out_future)
{
    struct job_future *future;
    struct job *job;
    int rc;
    if (!function)
        return loop->closed ? CORUN_CLOSED : CORUN_BAD_ARGUMENT;
    rc = prepare(loop);
    if (rc < 0)
        return rc;
    future = job_future_create(loop);
    if (!future)
        return -ENOMEM;
    rc = submit(loop, function, argument, NULL, &job);
    if (rc < 0) {
        corun_future_release(&future->owned.future);
        return rc;
    }
    future->job = job;
    job->future = future;
    if (out_future)
        *out_future = corun_future_retain(&future->owned.future);
    return 0;
}

/* ----------------------------------------------------------------------- close */

static void executor_close(corun_loop *loop)
{
    struct executor *executor = &loop->executor;
    while (executor_is_busy(executor)) {
        struct job *job = container_of(executor->jobs.next, struct job, open);
        list_remove(&job->open);
        let_go_future(job);
    }
    executor_close_threads(loop);
}

static bool drop_returned(struct entry *entry)
{
    if (entry->run != job_returned)
        return false;
    drop_job(container_of(entry, struct job, returned));
    return true;
}

static const struct executor_use executor_use = {executor_shut_down_for_runner, executor_close, drop_returned};

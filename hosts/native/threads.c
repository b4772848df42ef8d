/* Threads that work for a loop: pthreads, begun when there is work and none is idle, up to a limit.
 *
 * One lock guards everything. `done` is called under it, so that closing, which takes it too, knows that no
 * thread is on its way back to the loop afterwards. The lock is never held while work runs.
 *
 * An idle thread waits until it is given work or sent home; none ends by itself, as in Python's executor.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>

#include "native.h"

struct worker {
    struct worker *next;
    pthread_t thread;
};

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t changed;            /* work has come, or all are sent home */
    struct work *first, **last;        /* not begun; `last` is where the next one's address goes */
    struct worker *workers;            /* all that were begun */
    unsigned queued, idle, busy, most; /* `idle` threads wait, `busy` ones run work */
    unsigned present;                  /* threads that have not left */
    bool closed;
    bool abandoned; /* closed, and nobody waits: the last thread that leaves frees the pool */
};

/* As Python's: for work that mostly waits, not computes. */
static unsigned usual_number(void)
{
    unsigned number = system_processors() + 4;
    return number < 32 ? number : 32;
}

int threads_open(void *state, unsigned most, void **out_threads)
{
    struct pool *pool = memory_allocate(sizeof *pool);
    (void)state;
    if (!pool)
        return -ENOMEM;
    *pool = (struct pool){.last = &pool->first, .most = most > 0 ? most : usual_number()};
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->changed, NULL);
    *out_threads = pool;
    return 0;
}

static void pool_free(struct pool *pool)
{
    while (pool->workers) {
        struct worker *next = pool->workers->next;
        memory_release(pool->workers);
        pool->workers = next;
    }
    pthread_cond_destroy(&pool->changed);
    pthread_mutex_destroy(&pool->lock);
    memory_release(pool);
}

/* ---------------------------------------------------------- on the threads */

/* Takes the oldest work that nobody has begun; NULL: go home. */
static struct work *await_work(struct pool *pool)
{
    struct work *work;
    while (!pool->first && !pool->closed) {
        pool->idle++;
        pthread_cond_wait(&pool->changed, &pool->lock);
        pool->idle--;
    }
    work = pool->first;
    if (!work)
        return NULL;
    pool->first = work->next;
    if (!pool->first)
        pool->last = &pool->first;
    pool->queued--;
    work->started = true;
    return work;
}

/* Runs work without the lock. */
static void do_work(struct pool *pool, struct work *work)
{
    const struct work_type *type = work->type;
    pool->busy++;
    pthread_mutex_unlock(&pool->lock);
    type->run(work);
    pthread_mutex_lock(&pool->lock);
    pool->busy--;
    if (!pool->closed) {
        type->done(work);
        return;
    }
    pthread_mutex_unlock(&pool->lock);
    type->drop(work);
    pthread_mutex_lock(&pool->lock);
}

static void *worker_main(void *argument)
{
    struct pool *pool = argument;
    struct work *work;
    bool is_last;
    pthread_mutex_lock(&pool->lock);
    while ((work = await_work(pool)))
        do_work(pool, work);
    is_last = --pool->present == 0 && pool->abandoned;
    pthread_mutex_unlock(&pool->lock);
    if (is_last)
        pool_free(pool);
    return NULL;
}

/* ------------------------------------------------------ on the loop's thread */

/* Signals are for the loop's thread: a new one begins with all of them blocked. */
static int begin_thread(struct pool *pool, struct worker *worker)
{
    sigset_t all, before;
    int error;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&worker->thread, NULL, worker_main, pool);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -error;
}

static int add_worker(struct pool *pool)
{
    struct worker *worker = memory_allocate(sizeof *worker);
    int rc;
    if (!worker)
        return -ENOMEM;
    rc = begin_thread(pool, worker);
    if (rc < 0) {
        memory_release(worker);
        return rc;
    }
    worker->next = pool->workers;
    pool->workers = worker;
    pool->present++;
    return 0;
}

int threads_submit(void *threads, struct work *work)
{
    struct pool *pool = threads;
    int rc = 0;
    work->next = NULL;
    work->started = false;
    pthread_mutex_lock(&pool->lock);
    if (pool->queued >= pool->idle && pool->present < pool->most)
        rc = add_worker(pool);
    if (pool->present > 0) { /* if no other can be had, those that are there do it, later */
        *pool->last = work;
        pool->last = &work->next;
        pool->queued++;
        pthread_cond_signal(&pool->changed);
        rc = 0;
    }
    pthread_mutex_unlock(&pool->lock);
    return rc;
}

bool threads_take_back(void *threads, struct work *work)
{
    struct pool *pool = threads;
    bool taken;
    pthread_mutex_lock(&pool->lock);
    taken = !work->started;
    if (taken) {
        struct work **at = &pool->first;
        while (*at != work)
            at = &(*at)->next;
        *at = work->next;
        if (!*at)
            pool->last = at;
        pool->queued--;
    }
    pthread_mutex_unlock(&pool->lock);
    return taken;
}

void threads_close(void *threads)
{
    struct pool *pool = threads;
    bool at_work;
    pthread_mutex_lock(&pool->lock);
    at_work = pool->queued > 0 || pool->busy > 0;
    pool->closed = true;
    pool->abandoned = at_work;
    pthread_cond_broadcast(&pool->changed);
    for (struct worker *worker = pool->workers; at_work && worker; worker = worker->next)
        pthread_detach(worker->thread);
    pthread_mutex_unlock(&pool->lock);
    if (at_work)
        return;
    for (struct worker *worker = pool->workers; worker; worker = worker->next)
        pthread_join(worker->thread, NULL);
    pool_free(pool);
}

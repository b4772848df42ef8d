/* Threads of the sim: there are none. Work is run on the loop's thread, between two steps, as soon as one of
 * `most` threads would be free, and is done when the virtual clock has moved on by its duration. So what a
 * program sees is the same in every run, and on hosts without threads too.
 */
#include "sim.h"

enum { USUAL_SIM_THREADS = 5 }; /* what one processor has natively */

/* The host's state begins with its threads. */
int sim_threads_open(void *state, unsigned most, void **out_threads)
{
    struct sim_threads *threads = state;
    threads->most = most > 0 ? most : USUAL_SIM_THREADS;
    *out_threads = threads;
    return 0;
}

int sim_threads_submit(void *self, struct work *work)
{
    struct sim_threads *threads = self;
    struct work **at = &threads->first;
    while (*at)
        at = &(*at)->next;
    *at = work;
    work->next = NULL;
    work->started = false;
    return 0;
}

static void forget_work(struct sim_threads *threads, struct work *work)
{
    struct work **at = &threads->first;
    while (*at != work)
        at = &(*at)->next;
    *at = work->next;
}

bool sim_threads_take_back(void *self, struct work *work)
{
    if (work->started)
        return false;
    forget_work(self, work);
    return true;
}

static void begin_work(struct sim_threads *threads)
{
    for (struct work *work = threads->first; work && threads->begun < threads->most; work = work->next) {
        if (work->started)
            continue;
        work->started = true;
        work->due = threads->now + threads->duration;
        threads->begun++;
        work->type->run(work);
    }
}

static bool end_work(struct sim_threads *threads)
{
    bool ended = false;
    for (struct work *work = threads->first, *next; work; work = next) {
        next = work->next;
        if (!work->started || work->due > threads->now)
            continue;
        forget_work(threads, work);
        threads->begun--;
        work->type->done(work);
        ended = true;
    }
    return ended;
}

void sim_threads_work(struct sim_threads *threads, int64_t now)
{
    threads->now = now;
    do
        begin_work(threads);
    while (end_work(threads));
}

int64_t sim_threads_next(const struct sim_threads *threads)
{
    int64_t next = HOST_NEVER;
    for (const struct work *work = threads->first; work; work = work->next)
        if (work->started && work->due < next)
            next = work->due;
    return next;
}

/* What was given up is run all the same, as natively. */
void sim_threads_close(void *self)
{
    struct sim_threads *threads = self;
    struct work *work;
    while ((work = threads->first)) {
        threads->first = work->next;
        if (!work->started)
            work->type->run(work);
        work->type->drop(work);
    }
    threads->begun = 0;
}

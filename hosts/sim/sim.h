/* What the files of the sim share. */
#ifndef HOSTS_SIM_H
#define HOSTS_SIM_H

#include "corun/sim.h"
#include "hosts/host.h"

/* threads.c: work that is not done yet, in the order in which it came. */
struct sim_threads {
    struct work *first;
    unsigned most, begun;  /* `begun` are between their beginning and their end */
    int64_t now, duration; /* of the virtual clock */
};

CORUN_INTERNAL int sim_threads_open(void *state, unsigned most, void **out_threads);
CORUN_INTERNAL int sim_threads_submit(void *threads, struct work *work);
CORUN_INTERNAL bool sim_threads_take_back(void *threads, struct work *work);
CORUN_INTERNAL void sim_threads_close(void *threads);
/* Begins and ends what is due when the clock shows `now`. */
CORUN_INTERNAL void sim_threads_work(struct sim_threads *threads, int64_t now);
/* When the next work ends; HOST_NEVER if none has begun. */
CORUN_INTERNAL int64_t sim_threads_next(const struct sim_threads *threads);

/* calls.c: host calls, and the functions that answer them. */
struct sim_calls {
    struct sim_answerer *answerers;
    struct sim_answer *answers; /* that are to come */
    int64_t duration;           /* of those that are asked from now on */
};

CORUN_INTERNAL int sim_call(void *state, struct host_call *call);
CORUN_INTERNAL void sim_call_cancel(void *state, struct host_call *call);
CORUN_INTERNAL int sim_calls_set(struct sim_calls *calls, const char *name, corun_sim_answer *function, void *argument);
/* Hands over the answers that are due when the clock shows `now`. */
CORUN_INTERNAL void sim_calls_deliver(struct sim_calls *calls, int64_t now);
/* When the next answer comes, HOST_NEVER if none does; how many calls are open. */
CORUN_INTERNAL int64_t sim_calls_next(const struct sim_calls *calls);
CORUN_INTERNAL int sim_calls_count(const struct sim_calls *calls);
CORUN_INTERNAL void sim_calls_free(struct sim_calls *calls);

/* sim.c: those of a state, and its clock. */
CORUN_INTERNAL struct sim_calls *sim_calls_of(void *state);
CORUN_INTERNAL int64_t sim_now(void *state);

#endif

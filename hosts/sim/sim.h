/* What the files of the sim share. */
#ifndef HOSTS_SIM_H
#define HOSTS_SIM_H

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

#endif

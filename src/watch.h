/* Descriptors: what tasks that wait for one (watch.c) and functions that are called for one (reader.c) share. */
#ifndef CORUN_WATCH_H
#define CORUN_WATCH_H

#include "standing.h"

enum { WATCH_DIRECTIONS = 2 }; /* to read, then to write: HOST_READ and HOST_WRITE are 1 << each */

struct descriptor {
    struct watch watch; /* first: what the host has of it */
    corun_loop *loop;
    struct list *waiters; /* a ring of tasks, for either direction, in the order in which they came */
    struct standing *calls[WATCH_DIRECTIONS]; /* made while it is ready; NULL if there is none */
    int fd;
};

/* Gives the loop's record of a descriptor, which is 0 or more. Returns 0, -EBADF or -ENOMEM. */
CORUN_INTERNAL int descriptor_of(corun_loop *loop, int fd, struct descriptor **out_descriptor);
/* The events that somebody waits for. */
CORUN_INTERNAL int descriptor_wanted(const struct descriptor *descriptor);
/* Has the host report these events and no others. Returns what the host does. */
CORUN_INTERNAL int descriptor_tell_host(struct descriptor *descriptor, int events);

/* reader.c: the events that functions are to be called for. */
CORUN_INTERNAL int readers_wanted(const struct descriptor *descriptor);
/* Has the functions called that are there for one of `events`. Returns whether there is one. */
CORUN_INTERNAL bool readers_ready(struct descriptor *descriptor, int events);
/* Removes all of them. */
CORUN_INTERNAL void readers_free(struct descriptor *descriptor);

#endif

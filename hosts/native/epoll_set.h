/* What an epoll instance watches. */
#ifndef HOSTS_NATIVE_EPOLL_SET_H
#define HOSTS_NATIVE_EPOLL_SET_H

#include "hosts/host.h"

/* The data of events of the wake descriptor. */
#define EPOLL_SET_WAKE UINT64_MAX

struct registration {
    struct watch *watch; /* NULL: none */
    uint32_t events;     /* of epoll */
    uint32_t uses;       /* of the number: tells the present file from earlier ones */
};

struct epoll_set {
    int epoll, wake;
    int outer; /* for whoever waits for the loop from outside; -1 until somebody asks */
    struct registration *table; /* by descriptor */
    int capacity;
};

CORUN_INTERNAL int epoll_set_open(struct epoll_set *set, int wake);
CORUN_INTERNAL void epoll_set_close(struct epoll_set *set);
/* Watches a descriptor, or changes what for. Returns 0, -ENOMEM or epoll_ctl's error. */
CORUN_INTERNAL int epoll_set_watch(struct epoll_set *set, int fd, uint32_t events, struct watch *watch);
CORUN_INTERNAL void epoll_set_unwatch(struct epoll_set *set, int fd);
/* Whose an event is; NULL if it is of a registration that was left behind: renew the set. */
CORUN_INTERNAL struct watch *epoll_set_find(const struct epoll_set *set, uint64_t data);
CORUN_INTERNAL void epoll_set_renew(struct epoll_set *set);
/* A descriptor that is readable while the set has something to report, the same one for ever, or an error. */
CORUN_INTERNAL int epoll_set_outer(struct epoll_set *set);

#endif

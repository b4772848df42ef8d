/* What the files of the native host share. */
#ifndef HOSTS_NATIVE_H
#define HOSTS_NATIVE_H

#include "hosts/host.h"

/* streams.c: how each descriptor is read and written. */
struct stream; /* of one descriptor */
struct streams {
    struct stream *table; /* by descriptor */
    int capacity;
};

CORUN_INTERNAL void streams_close(struct streams *streams);
CORUN_INTERNAL int64_t streams_read(struct streams *streams, int fd, void *buffer, size_t size_bytes);
CORUN_INTERNAL int64_t streams_write(struct streams *streams, int fd, const void *bytes, size_t size_bytes);
/* The descriptor that is waited for in place of `fd`: itself, or the one it was reopened as. */
CORUN_INTERNAL int streams_real(struct streams *streams, int fd);

/* threads.c: as in struct host. */
CORUN_INTERNAL int threads_open(void *state, unsigned most, void **out_threads);
CORUN_INTERNAL int threads_submit(void *threads, struct work *work);
CORUN_INTERNAL bool threads_take_back(void *threads, struct work *work);
CORUN_INTERNAL void threads_close(void *threads);

/* signals.c: signals become corun_interrupt(). One loop a process may have them. `owner` is a loop's state. */
CORUN_INTERNAL int signals_start(const void *owner, const int *signals);
CORUN_INTERNAL void signals_stop(const void *owner);
/* The duty of the host's `signal`. */
CORUN_INTERNAL int signals_report(const void *owner, int number, struct signal_handler *handler);
CORUN_INTERNAL void signals_report_no_more(const void *owner, int number);
/* The duty of the host's `show`. One loop a process may have it. */
CORUN_INTERNAL int signals_show(const void *owner, struct signal_handler *handler);
CORUN_INTERNAL void signals_show_no_more(const void *owner);
/* Ends the process by the default action of a signal, as if nobody had handled it. Returns if that action is
 * another one. Async-signal-safe. */
CORUN_INTERNAL void signals_die_of(int number);

#endif

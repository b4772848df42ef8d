/* What the files of the native host share. */
#ifndef HOSTS_NATIVE_H
#define HOSTS_NATIVE_H

#include <sys/types.h>

#include "hosts/host.h"

/* Whether what Linux has beyond POSIX may be used. A build for poll(2) does without it on Linux too, so that what
 * other systems compile is tested here. */
#if defined(__linux__) && !defined(CORUN_BACKEND_POLL)
#define HAS_LINUX 1
#else
#define HAS_LINUX 0
#endif

/* system.c: what POSIX has no way for. */
CORUN_INTERNAL bool system_is_main_thread(void);
/* How many processors the process may use, at least 1. */
CORUN_INTERNAL unsigned system_processors(void);
/* Opens a descriptor once more, non-blocking, for what its `flags` say. Returns another one, or -1. */
CORUN_INTERNAL int system_reopen(int fd, int flags);

/* streams.c: how each descriptor is read and written. */
struct stream; /* of one descriptor */
struct streams {
    struct stream *table; /* by descriptor */
    int capacity;
};

CORUN_INTERNAL void streams_close(struct streams *streams);
CORUN_INTERNAL int64_t streams_read(struct streams *streams, int fd, void *buffer, size_t size_bytes);
CORUN_INTERNAL int64_t streams_write(struct streams *streams, int fd, const void *bytes, size_t size_bytes);
/* Whether a file of this kind never makes one wait. */
CORUN_INTERNAL bool streams_never_wait(mode_t mode);
/* The descriptor that is waited for in place of `fd`: itself, or the one it was reopened as. */
CORUN_INTERNAL int streams_real(struct streams *streams, int fd);

/* native.c: duties that are the same however a loop waits. Its state begins with this. */
struct native {
    struct streams streams;
};

CORUN_INTERNAL int64_t native_now(void *self);
CORUN_INTERNAL int native_interrupts(void *self, const int *signals);
CORUN_INTERNAL int native_signal(void *self, int number, struct signal_handler *handler);
CORUN_INTERNAL int native_show(void *self, struct signal_handler *handler);
CORUN_INTERNAL int64_t native_read(void *self, int fd, void *buffer, size_t size_bytes);
CORUN_INTERNAL int64_t native_write(void *self, int fd, const void *bytes, size_t size_bytes);
/* How long until a deadline, in nanoseconds: 0 if it has passed, -1 if there is none. */
CORUN_INTERNAL int64_t native_left(void *self, int64_t deadline);
/* The same for what takes milliseconds, rounded up; a minute at most, since hosts may return early. */
CORUN_INTERNAL int native_milliseconds(int64_t left);

/* threads.c: as in struct host_threads. */
CORUN_INTERNAL int threads_open(void *state, unsigned most, void **out_threads);
CORUN_INTERNAL int threads_submit(void *threads, struct work *work);
CORUN_INTERNAL bool threads_take_back(void *threads, struct work *work);
CORUN_INTERNAL void threads_close(void *threads);

/* signals.c: signals become corun_interrupt(). One loop a process may have them. `owner` is a loop's state. */
CORUN_INTERNAL int signals_start(const void *owner, const int *signals);
CORUN_INTERNAL void signals_stop(const void *owner);
/* host_signals.report, with a handler and without. */
CORUN_INTERNAL int signals_report(const void *owner, int number, struct signal_handler *handler);
CORUN_INTERNAL void signals_report_no_more(const void *owner, int number);
/* host_signals.show, likewise. One loop a process may have it. */
CORUN_INTERNAL int signals_show(const void *owner, struct signal_handler *handler);
CORUN_INTERNAL void signals_show_no_more(const void *owner);
/* Ends the process by the default action of a signal, as if nobody had handled it. Returns if that action is
 * another one. Async-signal-safe. */
CORUN_INTERNAL void signals_die_of(int number);

#endif

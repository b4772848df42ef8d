/* What the loops of a process have in common, however they wait. */
#include <time.h>

#include "native.h"

int64_t native_now(void *self)
{
    struct timespec now;
    (void)self;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t native_left(void *self, int64_t deadline)
{
    int64_t left;
    if (deadline == HOST_NEVER)
        return -1;
    left = deadline <= 0 ? 0 : deadline - native_now(self);
    return left > 0 ? left : 0;
}

int native_milliseconds(int64_t left)
{
    int64_t ms = left / 1000000 + (left % 1000000 != 0);
    return left < 0 ? -1 : ms > 60000 ? 60000 : (int)ms;
}

int native_interrupts(void *self, const int *signals)
{
    if (signals)
        return signals_start(self, signals);
    signals_stop(self);
    return 0;
}

int native_signal(void *self, int number, struct signal_handler *handler)
{
    if (handler)
        return signals_report(self, number, handler);
    signals_report_no_more(self, number);
    return 0;
}

int native_show(void *self, struct signal_handler *handler)
{
    if (handler)
        return signals_show(self, handler);
    signals_show_no_more(self);
    return 0;
}

int64_t native_read(void *self, int fd, void *buffer, size_t size_bytes)
{
    return streams_read(&((struct native *)self)->streams, fd, buffer, size_bytes);
}

int64_t native_write(void *self, int fd, const void *bytes, size_t size_bytes)
{
    return streams_write(&((struct native *)self)->streams, fd, bytes, size_bytes);
}

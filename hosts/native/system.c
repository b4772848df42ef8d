/* What POSIX has no way for, or no good one: on Linux, and elsewhere. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE 1
#endif

#include "corun/loop.h"
#include "native.h"

#if HAS_LINUX

#include <fcntl.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

int corun_loop_default(corun_loop **out_loop)
{
    return corun_loop_epoll(out_loop);
}

bool system_is_main_thread(void)
{
    return syscall(SYS_gettid) == getpid();
}

unsigned system_processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

/* Its own access mode is all that may be asked for. */
int system_reopen(int fd, int flags)
{
    char path[32];
    text_append_number(text_append(path, "/proc/self/fd/"), (uint32_t)fd);
    return open(path, (flags & O_ACCMODE) | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

#else

#include <pthread.h>
#include <unistd.h>

int corun_loop_default(corun_loop **out_loop)
{
    return corun_loop_poll(out_loop);
}

int corun_loop_epoll(corun_loop **out_loop)
{
    (void)out_loop;
    return CORUN_UNSUPPORTED;
}

/* The thread that loads the program is its main one, and the only one of a child by fork(). */
static pthread_t main_thread;

static void note_main_thread(void)
{
    main_thread = pthread_self();
}

__attribute__((constructor)) static void note_first_thread(void)
{
    note_main_thread();
    pthread_atfork(NULL, NULL, note_main_thread);
}

bool system_is_main_thread(void)
{
    return pthread_equal(pthread_self(), main_thread) != 0;
}

unsigned system_processors(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (unsigned)count : 1;
}

/* /dev/fd gives the same open file again, and O_NONBLOCK would be everybody's. */
int system_reopen(int fd, int flags)
{
    (void)fd, (void)flags;
    return -1;
}

#endif

/* Signals become interrupts, by asyncio's rules (B35-B37): only in the main thread, only for a signal
 * whose disposition is the default, put back only if it is still ours.
 *
 * The handler only counts and wakes the loop. A second signal that finds the same step still running ends
 * the process: the default action is restored and the signal sent again, so that whoever waits for the
 * process sees what it died of.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE 1
#endif

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "corun/runner.h"
#include "native.h"

enum { MOST_SIGNALS = 8 };

struct taken {
    int number;
    struct sigaction before;
};

/* Valid while a loop has the signals. */
static struct {
    const void *owner;
    pthread_t thread;
    struct taken taken[MOST_SIGNALS];
    int count;
} handled;

void signals_die_of(int number)
{
    sigset_t only;
    signal(number, SIG_DFL);
    sigemptyset(&only);
    sigaddset(&only, number);
    raise(number);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
}

/* Another thread hands the signal on: only the loop's own can be in the middle of a step. */
static void handle(int number)
{
    int kept = errno;
    if (!pthread_equal(pthread_self(), handled.thread))
        pthread_kill(handled.thread, number);
    else if (interrupt_by_signal(number) == CORUN_INTERRUPT_STUCK)
        signals_die_of(number);
    errno = kept;
}

static bool is_main_thread(void)
{
    return syscall(SYS_gettid) == getpid();
}

static bool take_signal(int number, struct sigaction *before)
{
    struct sigaction ours;
    if (sigaction(number, NULL, before) < 0 || before->sa_flags & SA_SIGINFO
        || before->sa_handler != SIG_DFL)
        return false;
    memset(&ours, 0, sizeof ours);
    ours.sa_handler = handle;
    sigemptyset(&ours.sa_mask);
    return sigaction(number, &ours, NULL) == 0;
}

int signals_start(const void *owner, const int *wanted)
{
    static const int usual[] = {SIGINT, 0};
    if (!*wanted)
        wanted = usual;
    if (handled.owner || !is_main_thread())
        return 0;
    handled.owner = owner;
    handled.thread = pthread_self();
    handled.count = 0;
    for (; *wanted && handled.count < MOST_SIGNALS; wanted++) {
        struct taken *next = &handled.taken[handled.count];
        next->number = *wanted;
        handled.count += take_signal(*wanted, &next->before);
    }
    if (handled.count == 0)
        handled.owner = NULL;
    return handled.count > 0;
}

void signals_stop(const void *owner)
{
    if (handled.owner != owner)
        return;
    for (int i = 0; i < handled.count; i++) {
        const struct taken *taken = &handled.taken[i];
        struct sigaction now;
        if (sigaction(taken->number, NULL, &now) == 0 && now.sa_handler == handle)
            sigaction(taken->number, &taken->before, NULL);
    }
    handled.owner = NULL;
}

/* Signals become interrupts, by asyncio's rules (B35-B37): only in the main thread, only for a signal
 * whose disposition is the default, put back only if it is still ours. Or they are reported to a loop that has
 * a function for them; then they are no interrupts. Or somebody asks by one to see the tasks.
 *
 * The handlers only note what has come and wake the loop. A second interrupt that finds the same step
 * still running ends the process: the default action is restored and the signal sent again, so that whoever
 * waits for the process sees what it died of. So does a second one that comes a while after the first, if the loop has
 * not looked at that: then the code hangs that should give the loop its turns.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "corun/runner.h"
#include "native.h"

enum { MOST_SIGNALS = 8, LARGEST_SIGNAL = 64 };

/* Between turns: so long two signals do not mean that whoever gives the turns hangs. */
enum { TURN_PATIENCE_NS = 500000000 };

struct taken {
    int number;
    struct sigaction before;
};

/* Interrupts. Valid while a loop has the signals. */
static struct {
    const void *owner;
    pthread_t thread;
    int64_t taken_at; /* when the first signal came that the loop has not looked at */
    struct taken taken[MOST_SIGNALS];
    int count;
} handled;

/* Signals that loops have functions for. All of them are the main thread's. */
static struct {
    pthread_t thread; /* valid once there was one */
    struct {
        const void *owner; /* NULL: none */
        _Atomic(struct signal_handler *) handler;
    } of[LARGEST_SIGNAL + 1];
} reported;

/* Whoever shows the tasks when SIGQUIT comes. */
static struct {
    const void *owner; /* NULL: nobody */
    pthread_t thread;
    _Atomic(struct signal_handler *) handler;
    struct sigaction before;
    int unseen; /* how many have come that the loop has not looked at, but for the first of them */
} shown;

void signals_die_of(int number)
{
    sigset_t only;
    signal(number, SIG_DFL);
    sigemptyset(&only);
    sigaddset(&only, number);
    raise(number);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
}

static void count_interrupt(int number)
{
    int answer = interrupt_by_signal(number);
    int64_t now = native_now(NULL);
    if (answer == CORUN_INTERRUPT_TAKEN)
        handled.taken_at = now;
    if (answer == CORUN_INTERRUPT_STUCK
        || (answer == INTERRUPT_UNSEEN && now - handled.taken_at >= TURN_PATIENCE_NS))
        signals_die_of(number);
}

/* Another thread hands the signal on: only the loop's own can be in the middle of a step. */
static void handle(int number)
{
    int kept = errno;
    if (!pthread_equal(pthread_self(), handled.thread))
        pthread_kill(handled.thread, number);
    else
        count_interrupt(number);
    errno = kept;
}

/* Another thread hands it on here too: in the main thread nothing can be freed meanwhile. */
static void report(int number)
{
    int kept = errno;
    struct signal_handler *handler;
    if (!pthread_equal(pthread_self(), reported.thread))
        pthread_kill(reported.thread, number);
    else if ((handler = atomic_load(&reported.of[number].handler)))
        signal_arrived(handler);
    errno = kept;
}

/* If nothing is shown, people send it again: then a step is running that may never end, and only the default action
 * helps, which quits. */
static void ask_to_show(int number)
{
    static const char told[] = "corun: the tasks are shown when the present step has ended; once more quits\n";
    int kept = errno;
    struct signal_handler *handler = atomic_load(&shown.handler);
    if (!pthread_equal(pthread_self(), shown.thread))
        pthread_kill(shown.thread, number);
    else if (!handler || !signal_arrived(handler))
        shown.unseen = 0;
    else if (++shown.unseen > 1)
        signals_die_of(number);
    else if (write(STDERR_FILENO, told, sizeof told - 1) < 0) {
        /* there is nobody to be told */
    }
    errno = kept;
}

static int install(int number, void (*handler)(int), int flags)
{
    struct sigaction wanted;
    memset(&wanted, 0, sizeof wanted);
    wanted.sa_handler = handler;
    wanted.sa_flags = flags;
    sigemptyset(&wanted.sa_mask);
    return sigaction(number, &wanted, NULL) < 0 ? -errno : 0;
}

static bool is_installed(int number, void (*handler)(int))
{
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && !(now.sa_flags & SA_SIGINFO) && now.sa_handler == handler;
}

/* -------------------------------------------------------------- interrupts */

/* Takes a signal over whose disposition is the default. */
static bool take_default(int number, void (*handler)(int), int flags, struct sigaction *out_before)
{
    return sigaction(number, NULL, out_before) == 0 && !(out_before->sa_flags & SA_SIGINFO)
           && out_before->sa_handler == SIG_DFL && install(number, handler, flags) == 0;
}

/* One that is reported to a loop is taken when that has ended. */
static bool take_signal(int number, struct taken *out_taken)
{
    struct taken taken = {.number = number};
    if (is_installed(number, report)) {
        taken.before.sa_handler = SIG_DFL;
    } else if (!take_default(number, handle, 0, &taken.before)) {
        return false;
    }
    *out_taken = taken;
    return true;
}

int signals_start(const void *owner, const int *wanted)
{
    static const int usual[] = {SIGINT, 0};
    if (!*wanted)
        wanted = usual;
    if (handled.owner || !system_is_main_thread())
        return 0;
    handled.owner = owner;
    handled.thread = pthread_self();
    handled.count = 0;
    for (; *wanted && handled.count < MOST_SIGNALS; wanted++)
        handled.count += take_signal(*wanted, &handled.taken[handled.count]);
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
        if (is_installed(taken->number, handle))
            sigaction(taken->number, &taken->before, NULL);
    }
    handled.owner = NULL;
}

static bool is_interrupt(int number)
{
    for (int i = 0; handled.owner && i < handled.count; i++)
        if (handled.taken[i].number == number)
            return true;
    return false;
}

/* ----------------------------------------------------------------- reports */

/* Whom the signal goes to is written first: one that comes at once is not lost. SA_RESTART as asyncio: the
 * loop is woken by a descriptor of its own, and others need not know. */
int signals_report(const void *owner, int number, struct signal_handler *handler)
{
    struct signal_handler *before;
    int rc;
    if (!system_is_main_thread())
        return CORUN_WRONG_THREAD;
    if (number <= 0 || number > LARGEST_SIGNAL)
        return -EINVAL;
    reported.thread = pthread_self();
    before = atomic_exchange(&reported.of[number].handler, handler);
    rc = install(number, report, SA_RESTART);
    if (rc < 0)
        atomic_store(&reported.of[number].handler, before);
    else
        reported.of[number].owner = owner;
    return rc;
}

/* The disposition comes first, or a signal that comes in between would be lost. */
void signals_report_no_more(const void *owner, int number)
{
    if (reported.of[number].owner != owner)
        return;
    if (is_installed(number, report) && is_interrupt(number))
        install(number, handle, 0);
    else if (is_installed(number, report))
        install(number, SIG_DFL, 0);
    reported.of[number].owner = NULL;
    atomic_store(&reported.of[number].handler, NULL);
}

/* -------------------------------------------------------------------- show */

/* Valid before the signal can come. SA_RESTART: who asks must not disturb. */
int signals_show(const void *owner, struct signal_handler *handler)
{
    if (shown.owner || !system_is_main_thread())
        return CORUN_UNSUPPORTED;
    shown.thread = pthread_self();
    shown.unseen = 0;
    atomic_store(&shown.handler, handler);
    if (!take_default(SIGQUIT, ask_to_show, SA_RESTART, &shown.before)) {
        atomic_store(&shown.handler, NULL);
        return CORUN_UNSUPPORTED;
    }
    shown.owner = owner;
    return 0;
}

/* The disposition comes first: what comes in between is told to nobody. */
void signals_show_no_more(const void *owner)
{
    if (shown.owner != owner)
        return;
    if (is_installed(SIGQUIT, ask_to_show))
        sigaction(SIGQUIT, &shown.before, NULL);
    atomic_store(&shown.handler, NULL);
    shown.owner = NULL;
}

/* How soon a native program hears: from SIGINT to the first line of main's cleanup, and from another thread's
 * corun_loop_call_soon_threadsafe to its callback. peers.c does the same without Corun. */
#include <corun.h>
#include <signal.h>
#include <unistd.h>

#include "sender.h"

static void fail(const char *what, int error)
{
    fprintf(stderr, "wakes: %s: %s\n", what, corun_error_name(error));
    exit(1);
}

/* --------------------------------------------------------------- interrupts */

static bool once_more;

CORUN_ASYNC(wait_for_interrupt, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    sender_arm();
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    once_more = sender_arrived();
    CORUN_END();
}

static void send_interrupt(void)
{
    kill(getpid(), SIGINT);
}

static void measure_interrupts(void)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    pthread_t thread = sender_start(send_interrupt);
    do {
        int error = corun_runner_run(&runner, CORUN_CALL(wait_for_interrupt), NULL, NULL);
        if (error != CORUN_INTERRUPTED)
            fail("interrupt", error);
    } while (once_more);
    pthread_join(thread, NULL);
    corun_runner_close(&runner);
    sender_print("interrupt", sender.arrival_ns);
}

/* ------------------------------------------------------------------ threads */

static corun_loop *loop;
static corun_future *arrived;

static void note_arrival(void *unused)
{
    (void)unused;
    once_more = sender_arrived();
    corun_future_set(arrived, CORUN_VALUE());
}

static void send_call(void)
{
    corun_loop_call_soon_threadsafe(loop, note_arrival, NULL, NULL);
}

CORUN_ASYNC(wait_for_calls, (), (pthread_t thread;)) {
    CORUN_BEGIN();
    loop = corun_current_loop();
    corun_loop_hold(loop);
    my->thread = sender_start(send_call);
    do {
        corun_future_create(loop, &arrived);
        sender_arm();
        CORUN_AWAIT(corun_wait_future(arrived));
        corun_future_release(arrived);
    } while (once_more);
    pthread_join(my->thread, NULL);
    corun_loop_unhold(loop);
    CORUN_END();
}

int main(void)
{
    int error;
    measure_interrupts();
    error = corun_run(CORUN_CALL(wait_for_calls), NULL, NULL);
    if (error < 0)
        fail("calls", error);
    sender_print("thread_call", sender.call_ns);
    sender_print("thread_wake", sender.arrival_ns);
    return 0;
}

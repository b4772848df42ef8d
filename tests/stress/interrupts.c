/* Sends SIGINT to itself at random moments of runs that yield, sleep, compute and wait, from another thread, as often as
 * its argument says (100,000), and fails if one is lost: if a run goes on for ten seconds after its own.
 *
 *     npm run stress
 */
#include <corun.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum { LONGEST_PAUSE_NS = 200000, PATIENCE_SECONDS = 10 };

static atomic_long runs; /* whose main has begun */
static atomic_long ended;
static long wanted;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* xorshift: every thread has its own state. */
static uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

static void compute(int64_t ns)
{
    int64_t end = now_ns() + ns;
    while (now_ns() < end)
        continue;
}

static void pause_ns(long ns)
{
    struct timespec pause = {0, ns};
    if (ns > 0)
        nanosleep(&pause, NULL);
}

static void give_up_on(long run)
{
    fprintf(stderr, "stress: the SIGINT of run %ld was lost\n", run);
    _exit(1);
}

static void *send_interrupts(void *unused)
{
    uint32_t random = 12345;
    (void)unused;
    for (long run = 1; run <= wanted; run++) {
        int64_t limit;
        while (atomic_load(&runs) < run)
            continue;
        if (next_random(&random) % 2)
            pause_ns((long)(next_random(&random) % LONGEST_PAUSE_NS));
        else
            compute(next_random(&random) % 20000);
        kill(getpid(), SIGINT);
        limit = now_ns() + PATIENCE_SECONDS * (int64_t)1000000000;
        while (atomic_load(&ended) < run)
            if (now_ns() > limit)
                give_up_on(run);
    }
    return NULL;
}

CORUN_ASYNC(busy, (uint32_t *random;), ()) {
    CORUN_BEGIN();
    for (;;) {
        switch (next_random(my->random) % 5) {
        case 0:
            CORUN_AWAIT(corun_yield());
            break;
        case 1:
            CORUN_AWAIT(corun_sleep(1e-9 * (next_random(my->random) % 50000)));
            break;
        case 2:
            compute(next_random(my->random) % 20000);
            CORUN_AWAIT(corun_yield());
            break;
        case 3:
            CORUN_AWAIT(corun_sleep(1e-9));
            break;
        default:
            if (next_random(my->random) % 8 == 0)
                CORUN_AWAIT(corun_forever());
            break;
        }
    }
    CORUN_END();
}

CORUN_ASYNC(one_run, (uint32_t *random;), (corun_task *child;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    atomic_fetch_add(&runs, 1);
    if (next_random(my->random) % 3 == 0)
        corun_spawn(CORUN_CALL(busy, .random = my->random), &my->child);
    CORUN_AWAIT(CORUN_CALL(busy, .random = my->random));
    CORUN_FINALLY();
    if (my->child)
        corun_task_cancel(my->child, NULL);
    corun_task_release(my->child);
    if (next_random(my->random) % 2)
        CORUN_AWAIT(corun_yield());
    CORUN_END();
}

int main(int argc, char **argv)
{
    corun_runner runner = CORUN_RUNNER_INIT;
    uint32_t random = 54321;
    pthread_t sender;
    wanted = argc > 1 ? atol(argv[1]) : 100000;
    pthread_create(&sender, NULL, send_interrupts, NULL);
    for (long run = 1; run <= wanted; run++) {
        int error = corun_runner_run(&runner, CORUN_CALL(one_run, .random = &random), NULL, NULL);
        if (error != CORUN_INTERRUPTED) {
            fprintf(stderr, "stress: run %ld ended with %s\n", run, corun_error_name(error));
            return 1;
        }
        atomic_store(&ended, run);
    }
    pthread_join(sender, NULL);
    corun_runner_close(&runner);
    printf("%ld interrupts, none lost\n", wanted);
    return 0;
}

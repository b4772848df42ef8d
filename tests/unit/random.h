/* Random tests: every seed is a run of its own, the same on every host. */
#ifndef TESTS_UNIT_RANDOM_H
#define TESTS_UNIT_RANDOM_H

#include <stdio.h>
#include <stdlib.h>

#include "test.h"

static uint64_t random_state;

/* splitmix64: any seed will do. */
static inline int random_below(int n)
{
    uint64_t z = random_state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return (int)((z ^ z >> 31) % (uint64_t)n);
}

/* What must hold in a run. The first that does not is remembered, by its line. */
static int random_broken_line;
#define MUST(holds) ((void)((holds) || random_broken_line || (random_broken_line = __LINE__)))

/* Runs `main` on a sim loop of its own, which is shuffled if the seed is odd, and `prepare` before it. A lost
 * wake-up is a deadlock. */
static inline void random_run(uint64_t seed, void (*prepare)(void), corun_awaitable main)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    int rc;
    random_state = seed;
    random_broken_line = 0;
    CHECK_ERROR(corun_sim_shuffle(loop, seed % 2 ? seed : 0), 0);
    prepare();
    rc = corun_runner_run(&runner, main, NULL, NULL);
    CHECK_ERROR(corun_runner_close(&runner), rc == CORUN_DEADLOCK ? CORUN_DEADLOCK : 0);
    MUST(rc == 0);
}

/* Plays seeds from 1 on, or only the one of the environment, until one does not go well; that prints the command
 * that plays it alone. `name` is the case's. */
static inline void random_play(int seeds, void (*play)(const void *game, uint64_t seed), const void *game,
                               const char *name)
{
    const char *only = getenv("CORUN_TEST_SEED"), *file = strrchr(__BASE_FILE__, '/');
    uint64_t first = only ? strtoull(only, NULL, 10) : 1, last = only ? first : (uint64_t)seeds;
    file = file ? file + 1 : __BASE_FILE__;
    for (uint64_t seed = first; seed <= last; seed++) {
        long in_use = test_allocations_in_use();
        play(game, seed);
        MUST(test_allocations_in_use() == in_use);
        CHECK(random_broken_line == 0);
        if (!random_broken_line)
            continue;
        fprintf(stderr, "%s:%d did not hold:\n", file, random_broken_line);
        fprintf(stderr, "CORUN_TEST_SEED=%llu build/native-asan/tests/unit/%.*s %s\n", (unsigned long long)seed,
                (int)strcspn(file, "."), file, name);
        return;
    }
}

#endif

/* Ways in which a main ends too early: whatever they meet, nothing stays allocated. */
#ifndef TESTS_UNIT_ENDINGS_H
#define TESTS_UNIT_ENDINGS_H

#include <errno.h>

#include "test.h"

/* Runs `main` again and again, interrupted before step number `first`, the next one and so on, until that comes too
 * late, before step `limit`, and it gives `result`. */
static inline void end_before_each_step(corun_awaitable main, int result, uint64_t first, uint64_t limit)
{
    int rc = CORUN_INTERRUPTED;
    for (uint64_t step = first; rc != result && step < limit; step++) {
        corun_runner runner = CORUN_RUNNER_INIT;
        corun_sim_interrupt_before_step(test_open_sim(&runner), step);
        rc = corun_runner_run(&runner, main, NULL, NULL);
        CHECK(rc == result || rc == CORUN_INTERRUPTED);
        corun_runner_close(&runner);
        CHECK_EQ(test_allocations_in_use(), 0);
    }
    CHECK_ERROR(rc, result);
}

/* Spawns `main` on loops that are closed after `first`, ..., `last` rounds. */
static inline void end_with_the_loop(corun_awaitable main, int first, int last)
{
    for (int rounds = first; rounds <= last; rounds++) {
        corun_loop *loop;
        CHECK_ERROR(corun_loop_sim(&loop), 0);
        test_log_reports(loop);
        CHECK_ERROR(corun_loop_spawn(loop, main, NULL), 0);
        for (int i = 0; i < rounds; i++) {
            corun_loop_stop(loop);
            CHECK_ERROR(corun_loop_run(loop), 0);
        }
        CHECK_ERROR(corun_loop_close(loop), 0);
        CHECK_EQ(test_allocations_in_use(), 0);
    }
}

/* Runs `main` again and again with one allocation that fails, until there are no more, fewer than `limit`: it gives
 * `result`, or that there was no memory. */
static inline void end_without_memory(corun_awaitable main, int result, long limit)
{
    bool failed = true;
    for (long k = 1; failed && k < limit; k++) {
        int rc;
        test_fail_allocation(k);
        rc = test_run_sim(main, NULL);
        failed = test_allocation_failed();
        test_fail_allocation(0);
        CHECK(rc == result || (failed && rc == -ENOMEM));
        CHECK_EQ(test_allocations_in_use(), 0);
    }
    CHECK(!failed);
}

#endif

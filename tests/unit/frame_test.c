/* The stack of frames: what awaiting a call costs in memory, at any depth and at the edges of segments. */
#include "test.h"

#include <stdint.h>
#include <stdlib.h>

enum { MY_ERROR = CORUN_USER - 1 };

CORUN_ASYNC(leaf, (int n;), ()) {
    CORUN_BEGIN();
    CORUN_RETURN(.i = my->n + 1);
    CORUN_END();
}

CORUN_ASYNC(yielding_leaf, (int n;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.i = my->n + 1);
    CORUN_END();
}

TEST_LOOP(a_call_allocates_nothing_in_the_steady_state, (int n; long made; long in_use;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(yielding_leaf)); /* makes what is kept */
    my->made = test_allocations_made();
    for (my->n = 0; my->n < 1000; my->n++) {
        CORUN_AWAIT(CORUN_CALL(leaf, .n = my->n));
        CHECK_EQ(CORUN_RESULT().i, my->n + 1);
        CORUN_AWAIT(CORUN_CALL(yielding_leaf, .n = my->n));
        CHECK_EQ(CORUN_RESULT().i, my->n + 1);
    }
    CHECK_EQ(test_allocations_made(), my->made);
    CORUN_END();
}

/* -------------------------------------------------------------- segments' edges */

/* Goes down `depth` frames, and at the bottom calls a leaf again and again. */
CORUN_ASYNC(calls_at_depth, (int depth; long *made;), (int n;)) {
    CORUN_BEGIN();
    if (my->depth > 0) {
        CORUN_AWAIT(CORUN_CALL(calls_at_depth, .depth = my->depth - 1, .made = my->made));
    } else {
        CORUN_AWAIT(CORUN_CALL(leaf));
        *my->made = test_allocations_made();
        for (my->n = 0; my->n < 10; my->n++)
            CORUN_AWAIT(CORUN_CALL(leaf));
        *my->made = test_allocations_made() - *my->made;
    }
    CORUN_END();
}

/* Depths one after another: at some of them the leaf is the first frame of a segment. */
TEST_LOOP(a_call_at_a_segments_edge_allocates_nothing, (int depth; long made;)) {
    CORUN_BEGIN();
    for (my->depth = 0; my->depth < 100; my->depth++) {
        CORUN_AWAIT(CORUN_CALL(calls_at_depth, .depth = my->depth, .made = &my->made));
        CHECK_EQ(my->made, 0);
    }
    CORUN_END();
}

CORUN_ASYNC(go_down, (int depth;), ()) {
    CORUN_BEGIN();
    if (my->depth > 0)
        CORUN_AWAIT(CORUN_CALL(go_down, .depth = my->depth - 1));
    CORUN_END();
}

/* The hard-test build opens a segment for each frame, and large ones soon. */
#if defined(CORUN_HARD)
enum { USUAL_DEPTH = 2 };
#else
enum { USUAL_DEPTH = 50 };
#endif

/* Across more than one edge at a time. */
TEST_LOOP(going_down_and_up_again_allocates_nothing, (int depth; int n; long made;)) {
    CORUN_BEGIN();
    for (my->depth = 1; my->depth <= USUAL_DEPTH; my->depth++) {
        CORUN_AWAIT(CORUN_CALL(go_down, .depth = my->depth));
        my->made = test_allocations_made();
        for (my->n = 0; my->n < 5; my->n++)
            CORUN_AWAIT(CORUN_CALL(go_down, .depth = my->depth));
        CHECK_EQ(test_allocations_made(), my->made);
    }
    CORUN_END();
}

/* ----------------------------------------------------------------------- depth */

enum { DEPTH = 10000, YIELDS = 1000 };

/* At the bottom it yields, and says how many frames were on the way. */
CORUN_ASYNC(dive, (int depth; int yields; int error;), (int n; int below;)) {
    CORUN_BEGIN();
    if (my->depth > 1) {
        CORUN_AWAIT_TO(my->below, i, CORUN_CALL(dive, .depth = my->depth - 1, .yields = my->yields, .error = my->error));
        CORUN_RETURN(.i = my->below + 1);
    }
    for (my->n = 0; my->n < my->yields; my->n++)
        CORUN_AWAIT(corun_yield());
    if (my->error)
        CORUN_RAISE(my->error);
    CORUN_RETURN(.i = 1);
    CORUN_END();
}

/* No C stack is used for depth; resuming costs the same at any. */
TEST_LOOP(ten_thousand_deep_yields_a_thousand_times, (long in_use; int i;)) {
    CORUN_BEGIN();
    CORUN_AWAIT_TO(my->i, i, CORUN_CALL(dive, .depth = DEPTH, .yields = YIELDS));
    CHECK_EQ(my->i, DEPTH);
    CORUN_END();
}

TEST_LOOP(an_error_comes_up_from_ten_thousand_deep, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(dive, .depth = DEPTH, .error = MY_ERROR), &my->task), 0);
    CORUN_CATCH_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), MY_ERROR);
    CHECK(corun_task_failure(my->task)->depth > 0);
    CHECK(corun_task_failure(my->task)->depth < DEPTH); /* the innermost awaits are enough */
    corun_task_release(my->task);
    CORUN_END();
}

TEST_LOOP(a_cancellation_comes_up_from_ten_thousand_deep, (corun_task *task;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_spawn(CORUN_CALL(dive, .depth = DEPTH, .yields = 10), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->task, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    corun_task_release(my->task);
    CORUN_END();
}

static int dropped;

CORUN_ASYNC(abandoned_dive, (int depth;), ()) {
    CORUN_BEGIN();
    if (my->depth > 1)
        CORUN_AWAIT(CORUN_CALL(abandoned_dive, .depth = my->depth - 1));
    CORUN_AWAIT(corun_sleep(1));
    CORUN_END();
}

CORUN_DROP(abandoned_dive) {
    CHECK_EQ(my->depth, dropped + 1); /* innermost first */
    dropped++;
}

TEST(a_deep_task_is_abandoned)
{
    corun_loop *loop = NULL;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    test_log_reports(loop);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(abandoned_dive, .depth = DEPTH), NULL), 0);
    corun_loop_stop(loop);
    CHECK_ERROR(corun_loop_run(loop), 0);
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK_EQ(dropped, DEPTH);
    CHECK_LOG("[Task was destroyed but it is pending!]");
}

/* A task that was deep once does not keep all of that memory. */
TEST_LOOP(memory_of_a_deep_call_is_given_back, (long in_use; int i;)) {
    CORUN_BEGIN();
    CORUN_AWAIT_TO(my->i, i, CORUN_CALL(dive, .depth = 1));
    my->in_use = test_allocations_in_use();
    CORUN_AWAIT_TO(my->i, i, CORUN_CALL(dive, .depth = DEPTH));
    CHECK(test_allocations_in_use() <= my->in_use + 8);
    CORUN_END();
}

/* ------------------------------------------------------------------- big frames */

enum { BIG = 100000 };

CORUN_ASYNC(big, (int depth;), (unsigned char bytes[BIG]; int64_t sum; int n;)) {
    CORUN_BEGIN();
    for (int i = 0; i < BIG; i++)
        my->sum += my->bytes[i]; /* zero at entry */
    CHECK_EQ(my->sum, 0);
    memset(my->bytes, my->depth + 1, BIG);
    if (my->depth > 0)
        CORUN_AWAIT(CORUN_CALL(big, .depth = my->depth - 1));
    CORUN_AWAIT(corun_yield());
    for (int i = 0; i < BIG; i++)
        my->sum += my->bytes[i];
    CORUN_RETURN(.i = my->sum);
    CORUN_END();
}

/* Each larger than any segment; called again, so that memory is used anew. */
TEST_LOOP(frames_larger_than_a_segment, (int n; corun_task *task;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < 3; my->n++) {
        CORUN_AWAIT(CORUN_CALL(big, .depth = 4));
        CHECK_EQ(CORUN_RESULT().i, 5 * BIG);
        CORUN_AWAIT(CORUN_CALL(leaf));
    }
    CHECK_ERROR(corun_spawn(CORUN_CALL(big, .depth = 1), &my->task), 0);
    CORUN_AWAIT(corun_join(my->task));
    CHECK_EQ(CORUN_RESULT().i, 2 * BIG);
    corun_task_release(my->task);
    CORUN_END();
}

/* A small frame's segment is no use to a big one, and the other way round. */
TEST_LOOP(big_and_small_frames_in_turn_allocate_nothing, (int n; long made;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(leaf));
    CORUN_AWAIT(CORUN_CALL(big));
    my->made = test_allocations_made();
    for (my->n = 0; my->n < 5; my->n++) {
        CORUN_AWAIT(CORUN_CALL(leaf));
        CORUN_AWAIT(CORUN_CALL(big));
    }
    CHECK_EQ(test_allocations_made(), my->made);
    CORUN_END();
}

/* -------------------------------------------------------------------- placement */

CORUN_ASYNC(aligned, (char odd; double f; void *p;), (char more; int64_t i; long double wide;)) {
    CORUN_BEGIN();
    CHECK_EQ((uintptr_t)&my->f % _Alignof(double), 0);
    CHECK_EQ((uintptr_t)&my->p % _Alignof(void *), 0);
    CHECK_EQ((uintptr_t)&my->i % _Alignof(int64_t), 0);
    CHECK_EQ((uintptr_t)&my->wide % _Alignof(long double), 0);
    CHECK(my->odd == 'x' && my->f > 2.4 && my->f < 2.6 && my->p == &dropped);
    CHECK(my->more == 0 && my->i == 0);
    my->more = 'y';
    my->i = -1;
    CORUN_AWAIT(corun_yield());
    CHECK(my->odd == 'x' && my->more == 'y' && my->i == -1);
    CORUN_END();
}

CORUN_ASYNC(aligned_at_depth, (int depth;), (char odd[3];)) {
    CORUN_BEGIN();
    if (my->depth > 0)
        CORUN_AWAIT(CORUN_CALL(aligned_at_depth, .depth = my->depth - 1));
    CORUN_AWAIT(CORUN_CALL(aligned, .odd = 'x', .f = 2.5, .p = &dropped));
    CORUN_END();
}

TEST_LOOP(fields_are_aligned_wherever_a_frame_lies, (corun_task *task;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(aligned_at_depth, .depth = 50));
    CHECK_ERROR(corun_spawn(CORUN_CALL(aligned, .odd = 'x', .f = 2.5, .p = &dropped), &my->task), 0);
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CORUN_END();
}

/* A pointer to a caller's field is good as long as the caller is. */
CORUN_ASYNC(write_through, (int *target; int depth;), ()) {
    CORUN_BEGIN();
    if (my->depth > 0) {
        CORUN_AWAIT(CORUN_CALL(write_through, .target = my->target, .depth = my->depth - 1));
    } else {
        CORUN_AWAIT(corun_yield());
        *my->target = 77;
    }
    CORUN_END();
}

TEST_LOOP(frames_never_move, (int target;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(write_through, .target = &my->target, .depth = 500));
    CHECK_EQ(my->target, 77);
    CORUN_END();
}

/* Barriers: parties that wait for each other, and all that can come between. */
#include "test.h"

static corun_barrier barrier;

CORUN_ASYNC(meet, (const char *name;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_barrier_wait(&barrier));
    test_log(my->name);
    if (CORUN_ERROR())
        test_log(corun_error_name(CORUN_ERROR()));
    else
        test_log_number(CORUN_RESULT().i);
    CORUN_END();
}

enum { MOST = 6 };
static const char *const letters[MOST] = {"a", "b", "c", "d", "e", "f"};
static corun_task *parties[MOST];

CORUN_ASYNC(with_parties, (int from; int to;), (int i;)) {
    CORUN_BEGIN();
    for (my->i = my->from; my->i < my->to; my->i++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(meet, .name = letters[my->i]), &parties[my->i]), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

CORUN_ASYNC(join_parties, (int to;), (int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < my->to; my->i++) {
        CORUN_AWAIT(corun_join(parties[my->i]));
        corun_task_release(parties[my->i]);
    }
    CHECK(!barrier.private_.waiters.last);
    CORUN_END();
}

/* K5 */
TEST_LOOP(a_barrier_needs_parties, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_barrier_init(&barrier, 0), CORUN_NO_PARTIES);
    CHECK_ERROR(corun_barrier_init(&barrier, -3), CORUN_NO_PARTIES);
    CORUN_CATCH_AWAIT(corun_barrier_wait(&barrier)); /* all zero */
    CHECK_ERROR(CORUN_ERROR(), CORUN_NO_PARTIES);
    barrier = (corun_barrier)CORUN_BARRIER_INIT(1);
    CORUN_AWAIT(corun_barrier_wait(&barrier));
    CHECK_EQ(CORUN_RESULT().i, 0);
    CORUN_AWAIT(corun_barrier_wait(&barrier));
    CHECK_EQ(CORUN_RESULT().i, 0);
    CORUN_END();
}

/* K5: each with its own number; the last one does not wait */
TEST_LOOP(all_go_on_when_the_last_one_comes, (int round;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_barrier_init(&barrier, 3), 0);
    for (my->round = 0; my->round < 3; my->round++) {
        CORUN_AWAIT(CORUN_CALL(with_parties, .from = 0, .to = 2));
        CHECK_EQ(corun_barrier_waiting(&barrier), 2);
        CORUN_AWAIT(corun_barrier_wait(&barrier));
        CHECK_EQ(CORUN_RESULT().i, 2);
        CHECK_EQ(corun_barrier_waiting(&barrier), 0);
        CORUN_AWAIT(CORUN_CALL(join_parties, .to = 2));
        CHECK_LOG("a 0 b 1");
    }
    CORUN_END();
}

CORUN_ASYNC(come_twice, (const char *name;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(meet, .name = my->name));
    CORUN_AWAIT(CORUN_CALL(meet, .name = my->name));
    CORUN_END();
}

/* K5: who comes while it drains waits until it fills again */
TEST_LOOP(who_comes_while_it_drains_waits, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_barrier_init(&barrier, 2), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(come_twice, .name = "a"), &parties[0]), 0);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(CORUN_CALL(come_twice, .name = "b")); /* its second time before a has left for the first */
    CORUN_AWAIT(CORUN_CALL(join_parties, .to = 1));
    CHECK_LOG("b 1 a 0 b 1 a 0");
    CORUN_END();
}

/* K5: cancelling one only removes it */
TEST_LOOP(a_cancelled_party_leaves_the_others_waiting, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_barrier_init(&barrier, 3), 0);
    CORUN_AWAIT(CORUN_CALL(with_parties, .from = 0, .to = 2));
    corun_task_cancel(parties[0], NULL);
    CHECK_EQ(corun_barrier_waiting(&barrier), 2); /* until its turn */
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("a CORUN_CANCELLED");
    CHECK_EQ(corun_barrier_waiting(&barrier), 1);
    CHECK(!corun_barrier_broken(&barrier));
    CORUN_AWAIT(CORUN_CALL(with_parties, .from = 2, .to = 4));
    CORUN_AWAIT(CORUN_CALL(join_parties, .to = 4));
    CHECK_LOG("d 2 b 1 c 1");
    CORUN_END();
}

/* K5 */
TEST_LOOP(a_party_that_is_cancelled_when_all_are_there_leaves_too, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_barrier_init(&barrier, 3), 0);
    CORUN_AWAIT(CORUN_CALL(with_parties, .from = 0, .to = 2));
    CORUN_AWAIT(corun_barrier_wait(&barrier));
    corun_task_cancel(parties[0], NULL);
    CORUN_AWAIT(CORUN_CALL(join_parties, .to = 2));
    CHECK_LOG("a CORUN_CANCELLED b 1");
    CHECK_EQ(corun_barrier_waiting(&barrier), 0);
    CORUN_AWAIT(CORUN_CALL(with_parties, .from = 0, .to = 3)); /* it fills anew */
    CORUN_AWAIT(CORUN_CALL(join_parties, .to = 3));
    CHECK_LOG("c 2 a 0 b 1");
    CORUN_END();
}

/* K5 */
TEST_LOOP(an_aborted_barrier_is_broken_until_it_is_reset, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_barrier_init(&barrier, 3), 0);
    CORUN_AWAIT(CORUN_CALL(with_parties, .from = 0, .to = 2));
    CHECK_ERROR(corun_barrier_abort(&barrier), 0);
    CHECK(corun_barrier_broken(&barrier));
    CORUN_CATCH_AWAIT(corun_barrier_wait(&barrier));
    CHECK_ERROR(CORUN_ERROR(), CORUN_BROKEN_BARRIER);
    CORUN_AWAIT(CORUN_CALL(join_parties, .to = 2));
    CHECK_LOG("a CORUN_BROKEN_BARRIER b CORUN_BROKEN_BARRIER");
    CHECK_ERROR(corun_barrier_reset(&barrier), 0);
    CHECK(!corun_barrier_broken(&barrier));
    CORUN_AWAIT(CORUN_CALL(with_parties, .from = 0, .to = 3));
    CORUN_AWAIT(CORUN_CALL(join_parties, .to = 3));
    CHECK_LOG("c 2 a 0 b 1");
    CORUN_END();
}

/* K5: and who comes before they have left is let in afterwards */
TEST_LOOP(a_reset_sends_away_who_waits, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_barrier_init(&barrier, 2), 0);
    CHECK_ERROR(corun_barrier_reset(&barrier), 0); /* nobody is there */
    CORUN_AWAIT(CORUN_CALL(with_parties, .from = 0, .to = 1));
    CHECK_ERROR(corun_barrier_reset(&barrier), 0);
    CHECK_ERROR(corun_barrier_reset(&barrier), 0);
    CHECK(!corun_barrier_broken(&barrier));
    CHECK_EQ(corun_barrier_waiting(&barrier), 0);
    CORUN_AWAIT(CORUN_CALL(with_parties, .from = 1, .to = 3));
    CORUN_AWAIT(CORUN_CALL(join_parties, .to = 3));
    CHECK_LOG("a CORUN_BROKEN_BARRIER c 1 b 0");
    CORUN_END();
}

/* K5: reset and abort while they leave take it from those who have not */
TEST_LOOP(reset_or_aborted_while_it_drains, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_barrier_init(&barrier, 2), 0);
    CORUN_AWAIT(CORUN_CALL(with_parties, .from = 0, .to = 1));
    CORUN_AWAIT(corun_barrier_wait(&barrier));
    CHECK_ERROR(corun_barrier_reset(&barrier), 0);
    CORUN_AWAIT(CORUN_CALL(join_parties, .to = 1));
    CORUN_AWAIT(CORUN_CALL(with_parties, .from = 0, .to = 1));
    CORUN_AWAIT(corun_barrier_wait(&barrier));
    CHECK_ERROR(corun_barrier_abort(&barrier), 0);
    CORUN_AWAIT(CORUN_CALL(join_parties, .to = 1));
    CHECK_LOG("a CORUN_BROKEN_BARRIER a CORUN_BROKEN_BARRIER");
    CHECK(corun_barrier_broken(&barrier));
    CORUN_END();
}

CORUN_ASYNC(meet_in_pairs, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(with_parties, .from = 0, .to = 2));
    CORUN_AWAIT(CORUN_CALL(join_parties, .to = 2));
    CORUN_END();
}

CORUN_ASYNC(meet_nobody, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(with_parties, .from = 0, .to = 1));
    CORUN_AWAIT(CORUN_CALL(join_parties, .to = 1));
    CORUN_END();
}

/* K8 */
TEST(a_barrier_belongs_to_the_loop_on_which_somebody_waited)
{
    corun_runner first, second;
    CHECK_ERROR(corun_barrier_init(&barrier, 2), 0);
    test_open_sim(&first);
    test_open_sim(&second);
    CHECK_ERROR(corun_runner_run(&first, CORUN_CALL(meet_in_pairs), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_run(&second, CORUN_CALL(meet_nobody), NULL, NULL), 0);
    CHECK_LOG("b 1 a 0 a CORUN_OTHER_LOOP");
    CHECK_EQ(corun_barrier_waiting(&barrier), 0);
    CHECK_ERROR(corun_runner_close(&first), 0);
    CHECK_ERROR(corun_runner_close(&second), 0);
}

/* B65 */
TEST(a_loop_that_closes_leaves_a_barrier_empty)
{
    for (int how = 0; how < 3; how++) {
        corun_loop *loop = NULL;
        CHECK_ERROR(corun_barrier_init(&barrier, 4), 0);
        CHECK_ERROR(corun_loop_sim(&loop), 0);
        test_log_reports(loop);
        for (int i = 0; i < 3; i++)
            CHECK_ERROR(corun_loop_spawn(loop, corun_barrier_wait(&barrier), NULL), 0);
        corun_loop_stop(loop);
        CHECK_ERROR(corun_loop_run(loop), 0);
        CHECK_EQ(corun_barrier_waiting(&barrier), 3);
        if (how > 0)
            CHECK_ERROR(how > 1 ? corun_barrier_abort(&barrier) : corun_barrier_reset(&barrier), 0);
        CHECK_ERROR(corun_loop_close(loop), 0);
        CHECK_EQ(corun_barrier_waiting(&barrier), 0);
        CHECK(!barrier.private_.waiters.last);
    }
}

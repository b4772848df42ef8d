/* The sim loop itself: virtual time, scripts, orders that a seed shuffles and replays. */
#include "test.h"

#include <errno.h>
#include <math.h>

static void log_word(void *word)
{
    test_log(word);
}

/* ---------------------------------------------------------------------- time */

CORUN_ASYNC(sleep_long, (), ()) {
    CORUN_BEGIN();
    CHECK(corun_loop_time(corun_current_loop()) <= 0);
    CORUN_AWAIT(corun_yield());
    CHECK(corun_loop_time(corun_current_loop()) <= 0); /* it stands while work is ready */
    CORUN_AWAIT(corun_sleep(3.15576e9));
    CHECK_EQ(corun_loop_time(corun_current_loop()), 3155760000);
    CORUN_END();
}

TEST(a_century_takes_no_time)
{
    CHECK_ERROR(test_run_sim(CORUN_CALL(sleep_long), NULL), 0);
}

TEST(the_clock_goes_on_from_run_to_run)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    for (int i = 1; i <= 3; i++) {
        CHECK_ERROR(corun_runner_run(&runner, corun_sleep(0.5), NULL, NULL), 0);
        CHECK_EQ(corun_loop_time(loop) * 10, i * 5);
    }
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* -------------------------------------------------------------------- scripts */

TEST(a_script_is_checked)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_sim_interrupt_at(loop, -1), CORUN_INVALID_DELAY);
    CHECK_ERROR(corun_sim_interrupt_at(loop, NAN), CORUN_INVALID_DELAY);
    CHECK_ERROR(corun_sim_interrupt_at(loop, INFINITY), CORUN_INVALID_DELAY);
    CHECK_ERROR(corun_sim_feed(loop, 5, NAN, "x", 1), CORUN_INVALID_DELAY);
    CHECK_ERROR(corun_sim_feed(loop, -5, 1, "x", 1), -EBADF);
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(1), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

TEST_LOOP(only_a_sim_loop_takes_a_script, (corun_loop *loop;)) {
    CORUN_BEGIN();
    my->loop = corun_current_loop();
    CHECK_ERROR(corun_sim_interrupt_at(my->loop, 1), CORUN_UNSUPPORTED);
    CHECK_ERROR(corun_sim_interrupt_before_step(my->loop, 1), CORUN_UNSUPPORTED);
    CHECK_ERROR(corun_sim_feed(my->loop, 5, 1, "x", 1), CORUN_UNSUPPORTED);
    CHECK_ERROR(corun_sim_shuffle(my->loop, 1), CORUN_UNSUPPORTED);
    CORUN_END();
}

CORUN_ASYNC(log_interrupts, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_sleep(100));
    test_log_number((long long)(corun_loop_time(corun_current_loop()) * 10));
    CORUN_END();
}

TEST(interrupts_come_at_their_time_in_any_order_of_the_script)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_sim_interrupt_at(loop, 3), 0);
    CHECK_ERROR(corun_sim_interrupt_at(loop, 1.5), 0);
    CHECK_ERROR(corun_sim_interrupt_at(loop, 2), 0);
    for (int i = 0; i < 3; i++)
        CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(log_interrupts), NULL, NULL), 0);
    CHECK_LOG("15 20 30");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

CORUN_ASYNC(count_yields, (), (int n;)) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_CATCH_ALL_AWAIT(corun_yield());
        if (CORUN_ERROR())
            break;
        my->n++;
    }
    CORUN_RETURN(.i = my->n);
    CORUN_END();
}

/* Counted from 1: the step that the interrupt comes before is the one that is told of it. */
TEST(an_interrupt_comes_before_a_chosen_step)
{
    for (int step = 2; step < 100; step++) {
        corun_runner runner;
        corun_loop *loop = test_open_sim(&runner);
        corun_value value = CORUN_VALUE();
        CHECK_ERROR(corun_sim_interrupt_before_step(loop, (uint64_t)step), 0);
        CHECK_ERROR(corun_runner_run(&runner, CORUN_CALL(count_yields), NULL, &value), 0);
        CHECK_EQ(value.i, step - 2);
        CHECK_ERROR(corun_runner_close(&runner), 0);
    }
}

/* ------------------------------------------------------------------- shuffling */

enum { WORDS = 6 };
static char order[WORDS + 1];
static int said;

CORUN_ASYNC(say, (int letter;), (int n;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    order[said++] = (char)my->letter;
    CORUN_END();
}

/* Gives the order in which six tasks come to speak. */
static const char *order_of(uint64_t seed)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    said = 0;
    CHECK_ERROR(corun_sim_shuffle(loop, seed), 0);
    for (int i = 0; i < WORDS; i++)
        CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(say, .letter = 'a' + i), NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(1), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_EQ(said, WORDS);
    return order;
}

TEST(without_a_seed_the_order_is_kept)
{
    CHECK_TEXT(order_of(0), "abcdef");
}

/* The same everywhere: this one is the order on every host. */
TEST(a_seed_replays_its_order)
{
    char first[WORDS + 1];
    for (uint64_t seed = 1; seed < 20; seed++) {
        strcpy(first, order_of(seed));
        CHECK_TEXT(order_of(seed), first);
    }
    CHECK_TEXT(order_of(42), "aecdbf");
}

TEST(seeds_shuffle_everything_there_is)
{
    bool came_first[WORDS] = {false}, came_last[WORDS] = {false};
    for (uint64_t seed = 1; seed <= 100; seed++) {
        const char *got = order_of(seed);
        came_first[got[0] - 'a'] = came_last[got[WORDS - 1] - 'a'] = true;
        for (int letter = 'a'; letter < 'a' + WORDS; letter++)
            CHECK(strchr(got, letter) != NULL); /* nobody is lost */
    }
    for (int i = 0; i < WORDS; i++)
        CHECK(came_first[i] && came_last[i]);
}

/* A shuffled round is still a round: nothing that it adds comes within it. */
TEST(shuffling_stays_within_a_round)
{
    corun_runner runner;
    for (uint64_t seed = 1; seed < 20; seed++) {
        corun_loop *loop = test_open_sim(&runner);
        CHECK_ERROR(corun_sim_shuffle(loop, seed), 0);
        CHECK_ERROR(corun_loop_call_later(loop, 2, log_word, "two", NULL), 0);
        CHECK_ERROR(corun_loop_call_later(loop, 1, log_word, "one", NULL), 0);
        CHECK_ERROR(corun_loop_call_soon(loop, log_word, "soon", NULL), 0);
        CHECK_ERROR(corun_runner_run(&runner, corun_sleep(3), NULL, NULL), 0);
        CHECK_LOG("soon one two");
        CHECK_ERROR(corun_runner_close(&runner), 0);
    }
}

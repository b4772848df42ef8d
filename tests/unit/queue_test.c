/* Queues: what comes out and when, who waits, and what shutting down does. */
#include "test.h"

#include <errno.h>

static corun_queue queue;

CORUN_ASYNC(get_one, (const char *name;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_queue_get(&queue));
    test_log(my->name);
    if (CORUN_ERROR())
        test_log(corun_error_name(CORUN_ERROR()));
    else
        test_log_number(CORUN_RESULT().i);
    CORUN_END();
}

CORUN_ASYNC(put_one, (const char *name; int number;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_queue_put(&queue, CORUN_VALUE(.i = my->number)));
    test_log(my->name);
    if (CORUN_ERROR())
        test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

CORUN_ASYNC(join_queue, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_queue_join(&queue));
    test_log("joined");
    if (CORUN_ERROR())
        test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

static corun_task *start(corun_awaitable awaitable)
{
    corun_task *task = NULL;
    CHECK_ERROR(corun_spawn(awaitable, &task), 0);
    return task;
}

static corun_task *start_get(const char *name)
{
    return start(CORUN_CALL(get_one, .name = name));
}

static corun_task *start_put(const char *name, int number)
{
    return start(CORUN_CALL(put_one, .name = name, .number = number));
}

CORUN_ASYNC(finish, (corun_task *task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_join(my->task));
    corun_task_release(my->task);
    CORUN_END();
}

static void put(int number)
{
    CHECK_ERROR(corun_queue_put_nowait(&queue, CORUN_VALUE(.i = number)), 0);
}

/* Takes out all there is, and logs it. */
static void log_items(void)
{
    corun_value item;
    while (corun_queue_get_nowait(&queue, &item) == 0)
        test_log_number(item.i);
}

static void open_queue(corun_queue_options options)
{
    CHECK_ERROR(corun_queue_open(&queue, &options), 0);
}

/* -------------------------------------------------------------------- order */

TEST(a_queue_of_zeros_is_without_limit)
{
    corun_queue named = CORUN_QUEUE_INIT;
    CHECK_ERROR(corun_queue_close(&named), 0);
    corun_value item = CORUN_VALUE(.i = -1);
    memset(&queue, 0, sizeof queue);
    CHECK(corun_queue_empty(&queue) && !corun_queue_full(&queue));
    CHECK_ERROR(corun_queue_get_nowait(&queue, &item), CORUN_QUEUE_EMPTY);
    CHECK_EQ(item.i, -1);
    for (int i = 0; i < 1000; i++)
        put(i);
    CHECK_EQ(corun_queue_size(&queue), 1000);
    for (int i = 0; i < 1000; i++) {
        CHECK_ERROR(corun_queue_get_nowait(&queue, &item), 0);
        CHECK_EQ(item.i, i);
    }
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CHECK_ERROR(corun_queue_close(&queue), 0);
}

/* It grows while its items are wrapped round its end. */
TEST(order_survives_growing)
{
    corun_value item;
    int in = 0, out = 0;
    CHECK_ERROR(corun_queue_open(&queue, NULL), 0);
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < 7; i++)
            put(in++);
        for (int i = 0; i < 5; i++) {
            CHECK_ERROR(corun_queue_get_nowait(&queue, &item), 0);
            CHECK_EQ(item.i, out++);
        }
    }
    CHECK_EQ(corun_queue_size(&queue), 80);
    CHECK_ERROR(corun_queue_close(&queue), 0);
}

/* K6 */
TEST(the_last_one_in_is_the_first_one_out)
{
    open_queue((corun_queue_options){.order = CORUN_QUEUE_LIFO});
    put(1), put(2), put(3);
    log_items();
    put(4);
    log_items();
    CHECK_LOG("3 2 1 4");
    CHECK_ERROR(corun_queue_close(&queue), 0);
}

static bool is_smaller(const corun_value *a, const corun_value *b, void *argument)
{
    CHECK(argument == &queue);
    return a->i < b->i;
}

/* K6 */
TEST(the_lowest_comes_out_first)
{
    uint32_t random = 1;
    int64_t before = -1;
    corun_value item;
    corun_queue_options options = {.order = CORUN_QUEUE_PRIORITY, .before = is_smaller, .argument = &queue};
    open_queue(options);
    put(3), put(1), put(2);
    log_items();
    CHECK_LOG("1 2 3");
    for (int i = 0; i < 500; i++)
        put((int)((random = random * 1664525 + 1013904223) >> 24));
    for (int i = 0; i < 500; i++, before = item.i) {
        CHECK_ERROR(corun_queue_get_nowait(&queue, &item), 0);
        CHECK(item.i >= before);
    }
    CHECK_ERROR(corun_queue_close(&queue), 0);
}

static bool is_smaller_ten(const corun_value *a, const corun_value *b, void *argument)
{
    (void)argument;
    return a->i / 10 < b->i / 10;
}

/* The order that Python's heapq gives them. */
TEST(equal_ones_come_out_as_in_python)
{
    open_queue((corun_queue_options){.order = CORUN_QUEUE_PRIORITY, .before = is_smaller_ten});
    put(10), put(11), put(12), put(1), put(13), put(2), put(14), put(15), put(3);
    log_items();
    CHECK_LOG("1 2 3 14 12 11 15 13 10");
    CHECK_ERROR(corun_queue_close(&queue), 0);
}

TEST(values_of_every_kind_but_bytes)
{
    corun_value item = CORUN_VALUE();
    CHECK_ERROR(corun_queue_open(&queue, NULL), 0);
    CHECK_ERROR(corun_queue_put_nowait(&queue, CORUN_VALUE(.f = 0.5)), 0);
    CHECK_ERROR(corun_queue_put_nowait(&queue, CORUN_VALUE(.p = &queue)), 0);
    CHECK_ERROR(corun_queue_put_nowait(&queue, CORUN_VALUE(.bytes = "x", .size = 1)), CORUN_BAD_ARGUMENT);
    CHECK_ERROR(test_run_sim(corun_queue_put(&queue, CORUN_VALUE(.bytes = "x", .size = 1)), NULL),
                CORUN_BAD_ARGUMENT);
    CHECK_ERROR(test_run_sim(corun_queue_put(&queue, CORUN_VALUE(.f = 1.5)), NULL), 0);
    CHECK_ERROR(corun_queue_get_nowait(&queue, &item), 0);
    CHECK(item.tag == CORUN_DOUBLE && item.f == 0.5);
    CHECK_ERROR(test_run_sim(corun_queue_get(&queue), &item), 0);
    CHECK(item.tag == CORUN_POINTER && item.p == &queue);
    CHECK_ERROR(test_run_sim(corun_queue_get(&queue), &item), 0);
    CHECK(item.tag == CORUN_DOUBLE && item.f == 1.5);
    CHECK_ERROR(corun_queue_close(&queue), 0);
}

/* ------------------------------------------------------------ open and close */

TEST(options_are_checked)
{
    corun_value storage[2];
    corun_queue_options wrong[] = {
        {.order = 7},
        {.order = CORUN_QUEUE_PRIORITY},
        {.storage = storage},
        {.order = CORUN_QUEUE_PRIORITY, .before = is_smaller, .storage = storage},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK_ERROR(corun_queue_open(&queue, &wrong[i]), CORUN_BAD_ARGUMENT);
    CHECK_ERROR(corun_queue_open(&queue, &(corun_queue_options){.limit = SIZE_MAX / 2}), -ENOMEM);
}

TEST(memory_is_the_callers_or_is_allocated_once)
{
    corun_value storage[2];
    long before = test_allocations_made();
    open_queue((corun_queue_options){.limit = 2, .storage = storage});
    put(1), put(2);
    CHECK_ERROR(corun_queue_put_nowait(&queue, CORUN_VALUE(.i = 3)), CORUN_QUEUE_FULL);
    CHECK(corun_queue_full(&queue));
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CHECK_EQ(test_allocations_made(), before);
    open_queue((corun_queue_options){.limit = 100});
    for (int i = 0; i < 100; i++)
        put(i);
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CHECK_EQ(test_allocations_made(), before + 1);
}

static void log_dropped(corun_value item, void *word)
{
    test_log(word);
    test_log_number(item.i);
}

TEST(what_is_left_is_dropped)
{
    open_queue((corun_queue_options){.drop = log_dropped, .argument = "drop"});
    put(1), put(2);
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CHECK_LOG("drop 1 drop 2");
}

TEST(without_memory_nothing_is_lost)
{
    test_fail_allocation(1);
    CHECK_ERROR(corun_queue_open(&queue, &(corun_queue_options){.limit = 3}), -ENOMEM);
    CHECK_ERROR(corun_queue_open(&queue, NULL), 0);
    test_fail_allocation(1);
    CHECK_ERROR(corun_queue_put_nowait(&queue, CORUN_VALUE(.i = 1)), -ENOMEM);
    CHECK(corun_queue_empty(&queue));
    CHECK_ERROR(corun_queue_task_done(&queue), CORUN_DONE_TOO_OFTEN);
    for (int i = 0; i < 16; i++)
        put(i);
    test_fail_allocation(1);
    CHECK_ERROR(corun_queue_put_nowait(&queue, CORUN_VALUE(.i = 16)), -ENOMEM);
    put(16);
    log_items();
    CHECK_LOG("0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16");
    CHECK_ERROR(corun_queue_close(&queue), 0);
}

CORUN_ASYNC(put_without_memory, (), (long before;)) {
    CORUN_BEGIN();
    test_fail_allocation(1);
    CORUN_AWAIT(corun_queue_put(&queue, CORUN_VALUE(.i = 1)));
    CORUN_END();
}

TEST(a_put_without_memory_fails)
{
    CHECK_ERROR(corun_queue_open(&queue, NULL), 0);
    CHECK_ERROR(test_run_sim(CORUN_CALL(put_without_memory), NULL), -ENOMEM);
    CHECK_EQ(corun_queue_size(&queue), 0);
}

/* ------------------------------------------------------------------ waiting */

/* B42 */
TEST_LOOP(what_need_not_wait_does_not, (corun_task *other; int64_t got;)) {
    CORUN_BEGIN();
    open_queue((corun_queue_options){.limit = 2});
    my->other = start_get("other");
    CORUN_AWAIT(corun_queue_put(&queue, CORUN_VALUE(.i = 1)));
    CORUN_AWAIT(corun_queue_put(&queue, CORUN_VALUE(.i = 2)));
    CORUN_AWAIT_TO(my->got, i, corun_queue_get(&queue));
    CHECK_EQ(my->got, 1);
    CHECK_LOG("");
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->other));
    CHECK_LOG("other 2");
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CORUN_END();
}

/* K6 */
TEST_LOOP(getters_are_served_in_order, (corun_task *tasks[3]; int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < 3; my->i++)
        my->tasks[my->i] = start_get(my->i == 0 ? "a" : my->i == 1 ? "b" : "c");
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_queue_close(&queue), CORUN_INVALID_STATE);
    put(1), put(2), put(3);
    CHECK_ERROR(corun_queue_close(&queue), CORUN_INVALID_STATE); /* they have not had their turn */
    for (my->i = 0; my->i < 3; my->i++)
        CORUN_AWAIT(CORUN_CALL(finish, .task = my->tasks[my->i]));
    CHECK_LOG("a 1 b 2 c 3");
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CORUN_END();
}

/* K6 */
TEST_LOOP(putters_are_served_in_order, (corun_task *tasks[3]; int i;)) {
    CORUN_BEGIN();
    open_queue((corun_queue_options){.limit = 1});
    put(0);
    for (my->i = 0; my->i < 3; my->i++)
        my->tasks[my->i] = start_put(my->i == 0 ? "a" : my->i == 1 ? "b" : "c", my->i + 1);
    CORUN_AWAIT(corun_yield());
    for (my->i = 0; my->i < 4; my->i++) {
        CORUN_AWAIT(corun_queue_get(&queue));
        test_log_number(CORUN_RESULT().i);
    }
    for (my->i = 0; my->i < 3; my->i++)
        CORUN_AWAIT(CORUN_CALL(finish, .task = my->tasks[my->i]));
    CHECK_LOG("0 a 1 b 2 c 3");
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CORUN_END();
}

/* K6: it loses its place */
TEST_LOOP(a_woken_getter_that_finds_nothing_waits_behind_all, (corun_task *tasks[2];)) {
    CORUN_BEGIN();
    my->tasks[0] = start_get("a");
    my->tasks[1] = start_get("b");
    CORUN_AWAIT(corun_yield());
    put(1);
    log_items(); /* quicker than a */
    CORUN_AWAIT(corun_yield());
    put(2);
    put(3);
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->tasks[0]));
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->tasks[1]));
    CHECK_LOG("1 b 2 a 3");
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CORUN_END();
}

/* K6 */
TEST_LOOP(a_woken_getter_that_is_cancelled_passes_it_on, (corun_task *tasks[3];)) {
    CORUN_BEGIN();
    my->tasks[0] = start_get("a");
    my->tasks[1] = start_get("b");
    my->tasks[2] = start_get("c");
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->tasks[1], NULL);
    put(1);
    corun_task_cancel(my->tasks[0], NULL);
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->tasks[2]));
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->tasks[0]));
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->tasks[1]));
    CHECK_LOG("b CORUN_CANCELLED a CORUN_CANCELLED c 1");
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CORUN_END();
}

/* K6 */
TEST_LOOP(a_woken_putter_that_is_cancelled_passes_it_on, (corun_task *tasks[2];)) {
    CORUN_BEGIN();
    open_queue((corun_queue_options){.limit = 1});
    put(0);
    my->tasks[0] = start_put("a", 1);
    my->tasks[1] = start_put("b", 2);
    CORUN_AWAIT(corun_yield());
    log_items();
    corun_task_cancel(my->tasks[0], NULL);
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->tasks[0]));
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->tasks[1]));
    log_items();
    CHECK_LOG("0 a CORUN_CANCELLED b 2");
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CORUN_END();
}

/* ------------------------------------------------------------------- joining */

/* K6 */
TEST_LOOP(joining_waits_until_all_is_done, (corun_task *joins;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_queue_task_done(&queue), CORUN_DONE_TOO_OFTEN);
    CORUN_AWAIT(corun_queue_join(&queue)); /* at once */
    put(1), put(2);
    my->joins = start(CORUN_CALL(join_queue));
    CORUN_AWAIT(corun_yield());
    log_items();
    CHECK_ERROR(corun_queue_task_done(&queue), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("1 2");
    CHECK_ERROR(corun_queue_close(&queue), CORUN_INVALID_STATE);
    CHECK_ERROR(corun_queue_task_done(&queue), 0);
    CHECK_ERROR(corun_queue_task_done(&queue), CORUN_DONE_TOO_OFTEN);
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->joins));
    CHECK_LOG("joined");
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CORUN_END();
}

TEST_LOOP(a_join_is_cancelled, (corun_task *joins;)) {
    CORUN_BEGIN();
    put(1);
    my->joins = start(CORUN_CALL(join_queue));
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(my->joins, NULL);
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->joins));
    CHECK_LOG("joined CORUN_CANCELLED");
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CORUN_END();
}

/* ------------------------------------------------------------------ shut down */

/* K7 */
TEST_LOOP(what_is_in_a_queue_that_was_shut_down_is_still_got, (corun_task *joins; corun_value item;)) {
    CORUN_BEGIN();
    put(1), put(2);
    my->joins = start(CORUN_CALL(join_queue));
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_queue_shutdown(&queue, false), 0);
    CHECK_ERROR(corun_queue_shutdown(&queue, false), 0);
    CHECK_ERROR(corun_queue_put_nowait(&queue, CORUN_VALUE(.i = 3)), CORUN_QUEUE_SHUTDOWN);
    CORUN_CATCH_AWAIT(corun_queue_put(&queue, CORUN_VALUE(.i = 3)));
    CHECK_ERROR(CORUN_ERROR(), CORUN_QUEUE_SHUTDOWN);
    CORUN_AWAIT(corun_queue_get(&queue));
    CHECK_EQ(CORUN_RESULT().i, 1);
    CHECK_ERROR(corun_queue_get_nowait(&queue, &my->item), 0);
    CHECK_ERROR(corun_queue_get_nowait(&queue, &my->item), CORUN_QUEUE_SHUTDOWN);
    CORUN_CATCH_AWAIT(corun_queue_get(&queue));
    CHECK_ERROR(CORUN_ERROR(), CORUN_QUEUE_SHUTDOWN);
    CHECK_LOG(""); /* whoever joins waits for the work */
    CHECK_ERROR(corun_queue_task_done(&queue), 0);
    CHECK_ERROR(corun_queue_task_done(&queue), 0);
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->joins));
    CHECK_LOG("joined");
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CORUN_END();
}

/* K7 */
TEST_LOOP(shutting_down_wakes_all_getters, (corun_task *tasks[2];)) {
    CORUN_BEGIN();
    my->tasks[0] = start_get("a");
    my->tasks[1] = start_get("b");
    CORUN_AWAIT(corun_yield());
    put(1);
    CHECK_ERROR(corun_queue_shutdown(&queue, false), 0);
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->tasks[0]));
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->tasks[1]));
    CHECK_LOG("a 1 b CORUN_QUEUE_SHUTDOWN");
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CORUN_END();
}

/* K7 */
TEST_LOOP(shutting_down_at_once_empties_it, (corun_task *joins; corun_task *puts;)) {
    CORUN_BEGIN();
    open_queue((corun_queue_options){.limit = 2, .drop = log_dropped, .argument = "drop"});
    put(1), put(2);
    my->joins = start(CORUN_CALL(join_queue));
    my->puts = start_put("puts", 3);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_queue_shutdown(&queue, true), 0);
    CHECK_LOG("drop 1 drop 2");
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->joins));
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->puts));
    CHECK_LOG("joined puts CORUN_QUEUE_SHUTDOWN");
    CHECK_ERROR(corun_queue_task_done(&queue), CORUN_DONE_TOO_OFTEN);
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CORUN_END();
}

/* K7: what was got and is not done still counts */
TEST_LOOP(shutting_down_at_once_waits_for_work_that_has_begun, (corun_task *joins;)) {
    CORUN_BEGIN();
    put(1), put(2);
    CORUN_AWAIT(corun_queue_get(&queue));
    my->joins = start(CORUN_CALL(join_queue));
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_queue_shutdown(&queue, true), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("");
    CHECK_ERROR(corun_queue_task_done(&queue), 0);
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->joins));
    CHECK_LOG("joined");
    CHECK_ERROR(corun_queue_close(&queue), 0);
    CORUN_END();
}

/* -------------------------------------------------------------------- loops */

CORUN_ASYNC(get_what_comes, (), (corun_task *task;)) {
    CORUN_BEGIN();
    my->task = start_get("x");
    CORUN_AWAIT(corun_yield());
    put(1);
    CORUN_AWAIT(CORUN_CALL(finish, .task = my->task));
    CORUN_END();
}

/* K8: putters too, and not while nobody has to wait */
TEST(a_queue_belongs_to_the_loop_on_which_somebody_waited)
{
    corun_runner first, second;
    test_open_sim(&first);
    test_open_sim(&second);
    open_queue((corun_queue_options){.limit = 2});
    CHECK_ERROR(corun_runner_run(&first, CORUN_CALL(get_what_comes), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_run(&second, CORUN_CALL(get_what_comes), NULL, NULL), 0);
    CHECK_LOG("x 1 x CORUN_OTHER_LOOP");
    CHECK_ERROR(corun_runner_run(&second, corun_queue_put(&queue, CORUN_VALUE(.i = 2)), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_run(&second, corun_queue_put(&queue, CORUN_VALUE(.i = 3)), NULL, NULL),
                CORUN_OTHER_LOOP);
    CHECK_ERROR(corun_runner_close(&first), 0);
    CHECK_ERROR(corun_runner_close(&second), 0);
    CHECK_ERROR(corun_queue_close(&queue), 0);
}

/* B65 */
TEST(a_loop_that_closes_unlinks_who_waits_for_a_queue)
{
    for (int woken = 0; woken < 2; woken++) {
        corun_loop *loop = NULL;
        CHECK_ERROR(corun_queue_open(&queue, NULL), 0);
        CHECK_ERROR(corun_loop_sim(&loop), 0);
        test_log_reports(loop);
        for (int i = 0; i < 3; i++)
            CHECK_ERROR(corun_loop_spawn(loop, corun_queue_get(&queue), NULL), 0);
        corun_loop_stop(loop);
        CHECK_ERROR(corun_loop_run(loop), 0);
        if (woken)
            put(1);
        CHECK_ERROR(corun_loop_close(loop), 0);
        CHECK_EQ(corun_queue_size(&queue), woken);
        CHECK_ERROR(corun_queue_close(&queue), 0);
    }
}

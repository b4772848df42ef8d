/* Programs' own code in odd places: called by a close, by a drop, by a variable's release, by an interrupt. */
#include "test.h"

#include <errno.h>

/* ------------------------------------------------------------- during close */

static int reports;

static void spawn_on_report(corun_loop *loop, const corun_report *report, void *argument)
{
    (void)report, (void)argument;
    reports++;
    CHECK_ERROR(corun_loop_spawn(loop, corun_yield(), NULL), CORUN_CLOSED);
    CHECK_ERROR(corun_loop_call_soon(loop, NULL, NULL, NULL), CORUN_CLOSED);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

TEST(a_report_cannot_add_to_a_loop_that_is_being_closed)
{
    corun_loop *loop;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    corun_loop_set_exception_handler(loop, spawn_on_report, NULL);
    CHECK_ERROR(corun_loop_spawn(loop, corun_forever(), NULL), 0);
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK_EQ(reports, 1);
}

CORUN_ASYNC(closes_when_dropped, (corun_loop *loop;), ()) {
    CORUN_BEGIN();
    CORUN_END();
}
CORUN_DROP(closes_when_dropped) {
    CHECK_ERROR(corun_loop_close(my->loop), 0);
    test_log("dropped");
}

TEST(a_drop_may_close_the_loop_that_drops_it)
{
    corun_loop *loop;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    test_log_reports(loop);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(closes_when_dropped, .loop = loop), NULL), 0);
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK_LOG("[Task was destroyed but it is pending!] dropped");
}

static void never_called(corun_future *future, void *argument)
{
    (void)future, (void)argument;
    test_log("called");
}

TEST(a_closed_loop_takes_no_done_callbacks)
{
    corun_loop *loop;
    corun_future *future, *other;
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    CHECK_ERROR(corun_future_create(loop, &future), 0);
    CHECK_ERROR(corun_future_create(loop, &other), 0);
    CHECK_ERROR(corun_future_add_done_callback(other, never_called, NULL), 0);
    CHECK_ERROR(corun_loop_close(loop), 0);
    CHECK_ERROR(corun_future_add_done_callback(future, never_called, NULL), CORUN_CLOSED);
    CHECK_ERROR(corun_future_set(other, CORUN_VALUE(.i = 1)), 0);
    CHECK_ERROR(corun_future_add_done_callback(other, never_called, NULL), CORUN_CLOSED);
    CHECK_LOG("");
    corun_future_release(future);
    corun_future_release(other);
}

static corun_runner closed_inside;

static void close_inside(void *start)
{
    if (start)
        CHECK_ERROR(corun_runner_close_start(&closed_inside, NULL, NULL), CORUN_RUNNING);
    else
        CHECK_ERROR(corun_runner_close(&closed_inside), CORUN_RUNNING);
}

/* B66 */
TEST(a_callback_cannot_close_the_runner_whose_loop_calls_it)
{
    corun_loop *loop = test_open_sim(&closed_inside);
    CHECK_ERROR(corun_loop_call_soon(loop, close_inside, NULL, NULL), 0);
    CHECK_ERROR(corun_loop_call_soon(loop, close_inside, &loop, NULL), 0);
    CHECK_ERROR(corun_loop_run(loop), CORUN_DEADLOCK);
    CHECK_ERROR(corun_runner_close(&closed_inside), 0);
}

static corun_loop *stopped;

CORUN_ASYNC(stops_in_cleanup, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    corun_loop_stop(stopped);
    CORUN_AWAIT(corun_yield());
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

TEST(stopping_the_loop_during_close_is_told)
{
    corun_runner runner;
    stopped = test_open_sim(&runner);
    test_log_reports(stopped);
    CHECK_ERROR(corun_loop_spawn(stopped, CORUN_CALL(stops_in_cleanup), NULL), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_yield(), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), CORUN_STOPPED);
    CHECK_LOG("[Task was destroyed but it is pending!]");
}

/* --------------------------------------------------------------------- drops */

static char outer[] = "outer", inner[] = "inner";
static const corun_var var = {.name = "var"};
static corun_task *dropped_in;

CORUN_ASYNC(sets_when_dropped, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_forever());
    CORUN_END();
}
CORUN_DROP(sets_when_dropped) {
    (void)my;
    dropped_in = corun_current_task();
    CHECK_ERROR(corun_var_set(&var, inner, NULL), 0);
}

TEST_LOOP(a_drop_runs_in_its_task, (corun_task *task; int begun;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&var, outer, NULL), 0);
    for (my->begun = 0; my->begun < 2; my->begun++) {
        CHECK_ERROR(corun_spawn(CORUN_CALL(sets_when_dropped), &my->task), 0);
        if (my->begun)
            CORUN_AWAIT(corun_yield());
        corun_task_cancel(my->task, NULL);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->task));
        CHECK(dropped_in == my->task);
        CHECK_TEXT(corun_var_get(&var), "outer");
        corun_task_release(my->task);
    }
    CORUN_END();
}

/* ------------------------------------------------------- a variable's release */

static const corun_var other;

static int held;

static void hold(void *value)
{
    (void)value;
    held++;
}

static void look_at_variables(void *value)
{
    held--;
    if (value)
        CHECK_TEXT(corun_var_get(&other), "inner");
}

static const corun_var other = {.name = "other", .initial = outer};
static const corun_var counted = {.name = "counted", .retain = hold, .release = look_at_variables};

TEST_LOOP(a_release_may_look_at_variables, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&counted, inner, NULL), 0);
    CHECK_ERROR(corun_var_set(&other, inner, NULL), 0);
    CHECK_ERROR(corun_var_set(&counted, NULL, NULL), 0);
    CHECK_EQ(held, 1); /* the NULL, which is held too */
    CORUN_END();
}

/* --------------------------------------------------------------- interrupts */

static int answer_inside;

static void busy_cancel(void *self, corun_waiter *waiter)
{
    (void)self;
    corun_interrupt();
    answer_inside = corun_interrupt();
    corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
}

static void busy_start(void *self, corun_waiter *waiter)
{
    (void)self, (void)waiter;
}

static const corun_awaitable_type busy_type = {"busy", busy_start, busy_cancel};

/* What runs for an interrupt is a step: one that hangs can be killed, and what comes meanwhile is counted once. */
TEST(interrupts_come_while_one_is_dealt_with)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_sim_interrupt_at(loop, 1), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_awaitable_of(&busy_type, NULL), NULL, NULL), CORUN_INTERRUPTED);
    CHECK_EQ(answer_inside, CORUN_INTERRUPT_STUCK);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

static bool interrupted_after;

static void note_interrupted(void *unused)
{
    (void)unused;
    interrupted_after = corun_interrupted();
}

TEST(a_run_that_is_over_leaves_no_interrupt)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    CHECK_ERROR(corun_sim_interrupt_at(loop, 1), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_forever(), NULL, NULL), CORUN_INTERRUPTED);
    CHECK_ERROR(corun_loop_call_soon(loop, note_interrupted, NULL, NULL), 0);
    interrupted_after = true;
    CHECK_ERROR(corun_loop_run(loop), CORUN_DEADLOCK);
    CHECK(!interrupted_after);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* --------------------------------------- what goes with the last reference to a task */

static corun_task *waiting; /* that the release of `cancels` cancels */

static void keep_value(void *value)
{
    (void)value;
}

static void cancel_waiting(void *value)
{
    (void)value;
    test_log("released");
    if (waiting)
        corun_task_cancel(waiting, NULL);
}

static void release_task(void *task)
{
    corun_task_release(task);
}

static const corun_var cancels = {.name = "cancels", .retain = keep_value, .release = cancel_waiting};

CORUN_ASYNC(hold_and_end, (int error;), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&cancels, "value", NULL), 0);
    if (my->error)
        CORUN_RAISE(my->error);
    CORUN_END();
}

TEST_LOOP(a_gather_that_fails_may_be_cancelled_by_what_it_lets_go, ()) {
    CORUN_BEGIN();
    waiting = corun_current_task();
    CORUN_CATCH_ALL_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(hold_and_end, .error = -1), corun_forever()), NULL, 0));
    waiting = NULL;
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_LOG("released");
    CORUN_END();
}

static void cancel_it(void *unused)
{
    (void)unused;
    corun_task_cancel(waiting, NULL);
}

TEST_LOOP(a_wait_that_is_cancelled_may_be_so_by_what_it_lets_go, (corun_task *task, *other;)) {
    CORUN_BEGIN();
    waiting = corun_current_task();
    CHECK_ERROR(corun_spawn(CORUN_CALL(hold_and_end), &my->task), 0);
    CHECK_ERROR(corun_spawn(corun_forever(), &my->other), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_loop_call_later(corun_current_loop(), 0.001, cancel_it, NULL, NULL), 0);
    CHECK_ERROR(corun_loop_call_soon(corun_current_loop(), release_task, my->task, NULL), 0);
    CORUN_CATCH_ALL_AWAIT(corun_wait(CORUN_LIST(corun_join(my->task), corun_join(my->other)), CORUN_ALL_COMPLETED, 100));
    waiting = NULL;
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_LOG("released");
    corun_task_release(my->other);
    CORUN_END();
}

CORUN_ASYNC(hold_until, (corun_event *event;), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&cancels, "value", NULL), 0);
    CORUN_AWAIT(corun_event_wait(my->event));
    CORUN_END();
}

/* In the round in which the shielded one has ended */
CORUN_ASYNC(end_and_cancel, (corun_event *event; corun_task *shielded;), ()) {
    CORUN_BEGIN();
    corun_task_release(my->shielded);
    corun_event_set(my->event);
    CORUN_AWAIT(corun_yield());
    corun_task_cancel(waiting, NULL);
    CORUN_END();
}

TEST_LOOP(a_shield_that_is_cancelled_may_be_so_by_what_it_lets_go, (corun_event event; corun_task *task;)) {
    CORUN_BEGIN();
    waiting = corun_current_task();
    CHECK_ERROR(corun_spawn(CORUN_CALL(hold_until, .event = &my->event), &my->task), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_ERROR(corun_spawn(CORUN_CALL(end_and_cancel, .event = &my->event, .shielded = my->task), NULL), 0);
    CORUN_CATCH_ALL_AWAIT(CORUN_SHIELD(corun_join(my->task)));
    waiting = NULL;
    CHECK_ERROR(CORUN_ERROR(), CORUN_CANCELLED);
    CHECK_LOG("released");
    CORUN_END();
}

static corun_as_completed *completing; /* that the release of `closes` closes */

static void close_completions(void *value)
{
    (void)value;
    test_log("released");
    corun_as_completed_close(completing);
}

static const corun_var closes = {.name = "closes", .retain = keep_value, .release = close_completions};

static void log_future(corun_future *future, void *word)
{
    (void)future;
    test_log(word);
}

static void add_holding_callback(void *future)
{
    CHECK_ERROR(corun_var_set(&closes, "value", NULL), 0);
    CHECK_ERROR(corun_future_add_done_callback(future, log_future, "never"), 0);
}

/* Has `all` hold the last reference to a future, with what closes it. */
static void open_with_future(corun_as_completed *all, double seconds)
{
    corun_future *future = NULL;
    corun_context *context = NULL;
    completing = all;
    CHECK_ERROR(corun_future_create(NULL, &future), 0);
    CHECK_ERROR(corun_context_copy(&context), 0);
    CHECK_ERROR(corun_context_run(context, add_holding_callback, future), 0);
    corun_context_release(context);
    CHECK_ERROR(corun_as_completed_open(all, CORUN_LIST(corun_wait_future(future), corun_forever()), seconds), 0);
    corun_future_release(future);
}

CORUN_ASYNC(leave_open, (), (corun_as_completed all;)) {
    CORUN_BEGIN();
    open_with_future(&my->all, 100);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}

TEST_LOOP(completions_may_be_closed_by_what_they_let_go, (corun_as_completed all;)) {
    CORUN_BEGIN();
    open_with_future(&my->all, 0.001);
    CORUN_AWAIT(corun_sleep(0.005));
    CHECK_LOG("released");
    CHECK_EQ(corun_as_completed_left(&my->all), 0);
    CORUN_AWAIT(CORUN_CALL(leave_open));
    CHECK_LOG("released");
    CORUN_END();
}

static corun_generator *generator;

CORUN_ASYNC(owned_by_itself, (), ()) {
    CORUN_BEGIN();
    CORUN_YIELD(.i = 1);
    CORUN_END();
}
CORUN_DROP(owned_by_itself) {
    (void)my;
    test_log("dropped");
    corun_generator_release(generator);
}

TEST_LOOP(a_drop_may_release_its_generator, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_generator_open(CORUN_CALL(owned_by_itself), &generator), 0);
    CORUN_AWAIT(corun_generator_close(generator));
    CHECK_LOG("dropped");
    CORUN_END();
}

static corun_runner closing;

static void run_again(void *value)
{
    (void)value;
    CHECK_ERROR(corun_runner_run(&closing, corun_yield(), NULL, NULL), CORUN_RUNNING);
    test_log("refused");
}

static const corun_var runs = {.name = "runs", .retain = keep_value, .release = run_again};

CORUN_ASYNC(hold_runner, (), ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_var_set(&runs, "value", NULL), 0);
    CORUN_END();
}

TEST(a_runner_that_is_being_closed_runs_nothing)
{
    test_open_sim(&closing);
    CHECK_ERROR(corun_runner_run(&closing, CORUN_CALL(hold_runner), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&closing), 0);
    CHECK_LOG("refused");
}

/* -------------------------------------------------------------------- references */

static corun_task *kept[3];

static void release_all(corun_loop *loop, const corun_report *report, void *unused)
{
    (void)loop, (void)unused;
    test_log(report->message);
    for (int i = 0; i < 3; i++) {
        corun_task_release(kept[i]);
        kept[i] = NULL;
    }
}

TEST(a_report_of_a_reference_may_release_it_and_others)
{
    corun_runner runner;
    corun_loop *loop = test_open_sim(&runner);
    corun_loop_set_debug(loop, true);
    corun_loop_set_exception_handler(loop, release_all, NULL);
    for (int i = 0; i < 3; i++)
        CHECK_ERROR(corun_loop_spawn(loop, corun_yield(), &kept[i]), 0);
    CHECK_ERROR(corun_runner_run(&runner, corun_sleep(1), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_LOG("Task reference was never released");
}

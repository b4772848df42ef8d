/* Calls from other threads, and from the loop's own by the same function; programs whose own loop waits. */
#include "test.h"

static corun_loop *loop; /* of the case that runs */

static void log_word(void *word)
{
    test_log(word);
}

static void from_inside(void *unused)
{
    (void)unused;
    CHECK_ERROR(corun_loop_call_soon(loop, log_word, "a", NULL), 0);
    CHECK_ERROR(corun_loop_call_soon_threadsafe(loop, log_word, "b", NULL), 0);
    CHECK_ERROR(corun_loop_call_soon(loop, log_word, "c", NULL), 0);
}

/* L9 */
TEST(from_the_loops_own_thread_it_is_call_soon)
{
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    CHECK_ERROR(corun_loop_call_soon(loop, from_inside, NULL, NULL), 0);
    CHECK_ERROR(corun_loop_run(loop), CORUN_DEADLOCK);
    CHECK_LOG("a b c");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* L9 */
TEST(a_call_before_the_run_is_made_in_it)
{
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    CHECK_ERROR(corun_loop_call_soon_threadsafe(loop, log_word, "one", NULL), 0);
    CHECK_ERROR(corun_loop_call_soon_threadsafe(loop, log_word, "two", NULL), 0);
    CHECK_ERROR(corun_loop_run(loop), CORUN_DEADLOCK);
    CHECK_LOG("one two");
    CHECK_ERROR(corun_loop_call_soon_threadsafe(loop, log_word, "dropped", NULL), 0);
    CHECK_ERROR(corun_loop_close(loop), 0); /* B65 */
    CHECK_LOG("");
}

/* L9: also before anybody runs the loop */
TEST(calls_keep_their_order_whatever_function_made_them)
{
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    CHECK_ERROR(corun_loop_call_soon_threadsafe(loop, log_word, "a", NULL), 0);
    CHECK_ERROR(corun_loop_call_soon(loop, log_word, "b", NULL), 0);
    CHECK_ERROR(corun_loop_call_soon_threadsafe(loop, log_word, "c", NULL), 0);
    CHECK_ERROR(corun_loop_run(loop), CORUN_DEADLOCK);
    CHECK_LOG("a b c");
    CHECK_ERROR(corun_loop_close(loop), 0);
}

#if !defined(__wasm__)

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

static corun_future *future;

static void set_from_loop(void *value)
{
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE(.p = value)), 0);
}

static void *set_from_thread(void *value)
{
    CHECK(corun_current_loop() == NULL); /* of this thread */
    usleep(5000); /* so that the loop waits by then */
    CHECK_ERROR(corun_loop_call_soon_threadsafe(loop, set_from_loop, value, NULL), 0);
    return NULL;
}

/* L9: it wakes a loop that waits; the hold says that this will come */
TEST_LOOP(another_thread_wakes_the_loop, (pthread_t thread; int sent;)) {
    CORUN_BEGIN();
    loop = corun_current_loop();
    CHECK_ERROR(corun_future_create(NULL, &future), 0);
    corun_loop_hold(loop);
    CHECK_EQ(pthread_create(&my->thread, NULL, set_from_thread, &my->sent), 0);
    CORUN_AWAIT(corun_wait_future(future));
    CHECK(CORUN_RESULT().p == &my->sent);
    pthread_join(my->thread, NULL);
    corun_loop_unhold(loop);
    corun_future_release(future);
    CORUN_END();
}

/* ------------------------------------------------------ misuse, DBG-02 L9 */

static int misused(corun_task *task)
{
    CHECK_ERROR(corun_loop_call_soon(loop, log_word, "no", NULL), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_loop_call_later(loop, 1, log_word, "no", NULL), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_loop_call_at(loop, 1, log_word, "no", NULL), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_loop_add_reader(loop, 0, log_word, "no"), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_loop_add_writer(loop, 0, log_word, "no"), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_loop_spawn(loop, corun_yield(), NULL), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_future_set(future, CORUN_VALUE()), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_future_fail(future, -EIO, NULL), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_future_cancel(future, NULL), CORUN_WRONG_THREAD);
    return corun_task_cancel(task, NULL);
}

static void *misuse(void *task)
{
    CHECK_ERROR(misused(task), CORUN_WRONG_THREAD);
    return NULL;
}

TEST_LOOP(debug_mode_tells_of_another_thread, (pthread_t thread;)) {
    CORUN_BEGIN();
    loop = corun_current_loop();
    CHECK_ERROR(corun_future_create(NULL, &future), 0);
    corun_loop_set_debug(loop, true);
    CHECK_EQ(pthread_create(&my->thread, NULL, misuse, corun_current_task()), 0);
    pthread_join(my->thread, NULL);
    corun_loop_set_debug(loop, false);
    CHECK(!corun_future_done(future));
    corun_future_release(future);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("");
    CORUN_END();
}

/* What somebody waits for: waking them from another thread is refused, and nothing happens. */
static struct {
    corun_lock lock;
    corun_event event;
    corun_condition condition;
    corun_semaphore semaphore;
    corun_barrier barrier;
    corun_queue queue;
} wanted;

static void *wake_from_elsewhere(void *unused)
{
    corun_value item;
    CHECK_ERROR(corun_lock_release(&wanted.lock), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_event_set(&wanted.event), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_condition_notify(&wanted.condition, 1), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_condition_notify_all(&wanted.condition), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_semaphore_release(&wanted.semaphore), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_barrier_reset(&wanted.barrier), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_barrier_abort(&wanted.barrier), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_queue_put_nowait(&wanted.queue, CORUN_VALUE(.i = 1)), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_queue_get_nowait(&wanted.queue, &item), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_queue_task_done(&wanted.queue), CORUN_WRONG_THREAD);
    CHECK_ERROR(corun_queue_shutdown(&wanted.queue, true), CORUN_WRONG_THREAD);
    return unused;
}

CORUN_ASYNC(wait_for_notice, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_condition_acquire(&wanted.condition));
    CORUN_AWAIT(corun_condition_wait(&wanted.condition));
    CORUN_END();
}

TEST_LOOP(debug_mode_tells_of_wakes_from_another_thread, (pthread_t thread; corun_task *tasks[6]; int i;)) {
    CORUN_BEGIN();
    corun_loop_set_debug(corun_current_loop(), true);
    CHECK_ERROR(corun_barrier_init(&wanted.barrier, 2), 0);
    CORUN_AWAIT(corun_lock_acquire(&wanted.lock));
    CHECK_ERROR(corun_spawn(corun_lock_acquire(&wanted.lock), &my->tasks[0]), 0);
    CHECK_ERROR(corun_spawn(corun_event_wait(&wanted.event), &my->tasks[1]), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(wait_for_notice), &my->tasks[2]), 0);
    CHECK_ERROR(corun_spawn(corun_semaphore_acquire(&wanted.semaphore), &my->tasks[3]), 0);
    CHECK_ERROR(corun_spawn(corun_barrier_wait(&wanted.barrier), &my->tasks[4]), 0);
    CHECK_ERROR(corun_spawn(corun_queue_get(&wanted.queue), &my->tasks[5]), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_EQ(pthread_create(&my->thread, NULL, wake_from_elsewhere, NULL), 0);
    pthread_join(my->thread, NULL);
    for (my->i = 0; my->i < 6; my->i++) {
        CHECK(!corun_task_done(my->tasks[my->i]));
        corun_task_cancel(my->tasks[my->i], NULL);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->tasks[my->i]));
        corun_task_release(my->tasks[my->i]);
    }
    corun_loop_set_debug(corun_current_loop(), false);
    CORUN_END();
}

/* ------------------------------------------------ cancelling from outside, LOOP-08 B73 */

static corun_callback *kept;
static atomic_int stage; /* 1: the call is under way, 2: it is about to end */

static void linger(void *unused)
{
    (void)unused;
    stage = 1;
    usleep(5000);
    stage = 2;
}

static void *cancel_call(void *unused)
{
    (void)unused;
    while (stage == 0)
        usleep(100);
    corun_callback_cancel(kept);
    CHECK_EQ(stage, 2); /* it has waited for the end */
    corun_callback_release(kept);
    return NULL;
}

TEST_LOOP(cancelling_from_another_thread_waits_for_a_call_that_is_made, (pthread_t thread;)) {
    CORUN_BEGIN();
    stage = 0;
    CHECK_ERROR(corun_loop_call_soon_threadsafe(corun_current_loop(), linger, NULL, &kept), 0);
    CHECK_EQ(pthread_create(&my->thread, NULL, cancel_call, NULL), 0);
    CORUN_AWAIT(corun_sleep(0.001));
    pthread_join(my->thread, NULL);
    CHECK_EQ(stage, 2);
    CORUN_END();
}

static void *cancel_now(void *unused)
{
    (void)unused;
    corun_callback_cancel(kept);
    corun_callback_cancel(kept);
    return NULL;
}

TEST_LOOP(a_call_cancelled_by_another_thread_is_not_made, (pthread_t thread;)) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_call_soon_threadsafe(corun_current_loop(), log_word, "no", &kept), 0);
    CHECK_EQ(pthread_create(&my->thread, NULL, cancel_now, NULL), 0);
    pthread_join(my->thread, NULL);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("");
    corun_callback_release(kept);
    CORUN_END();
}

static void cancel_itself(void *unused)
{
    (void)unused;
    corun_callback_cancel(kept);
    test_log("called");
}

TEST_LOOP(a_call_may_cancel_itself, ()) {
    CORUN_BEGIN();
    CHECK_ERROR(corun_loop_call_soon_threadsafe(corun_current_loop(), cancel_itself, NULL, &kept), 0);
    CORUN_AWAIT(corun_yield());
    CHECK_LOG("called");
    corun_callback_release(kept);
    CORUN_END();
}

/* ------------------------------------------------------------- many of them */

enum { THREADS = 4, CALLS = 2000 };

static long counts[THREADS];
static bool in_order = true;

struct call {
    int thread, number;
};

static void count_call(void *argument)
{
    struct call *call = argument;
    in_order = in_order && counts[call->thread] == call->number;
    counts[call->thread]++;
    free(call);
}

static void *call_often(void *argument)
{
    int thread = *(int *)argument;
    for (int i = 0; i < CALLS; i++) {
        struct call *call = malloc(sizeof *call);
        *call = (struct call){thread, i};
        CHECK_ERROR(corun_loop_call_soon_threadsafe(loop, count_call, call, NULL), 0);
    }
    return NULL;
}

static long calls_made(void)
{
    long sum = 0;
    for (int i = 0; i < THREADS; i++)
        sum += counts[i];
    return sum;
}

CORUN_ASYNC(await_all_calls, (), (pthread_t threads[THREADS]; int numbers[THREADS]; int n;)) {
    CORUN_BEGIN();
    loop = corun_current_loop();
    for (my->n = 0; my->n < THREADS; my->n++) {
        my->numbers[my->n] = my->n;
        CHECK_EQ(pthread_create(&my->threads[my->n], NULL, call_often, &my->numbers[my->n]), 0);
    }
    while (calls_made() < THREADS * CALLS)
        CORUN_AWAIT(corun_sleep(0.001));
    for (my->n = 0; my->n < THREADS; my->n++)
        pthread_join(my->threads[my->n], NULL);
    CORUN_END();
}

/* L9: none is lost, none is made twice, each thread's in order */
TEST(many_threads_call_at_once)
{
    CHECK_ERROR(corun_run(CORUN_CALL(await_all_calls), NULL, NULL), 0);
    CHECK_EQ(calls_made(), THREADS * CALLS);
    CHECK(in_order);
}

CORUN_ASYNC(give_after_a_while, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(0.005));
    CORUN_RETURN(.i = 12);
    CORUN_END();
}

static void *run_in_thread(void *out_value)
{
    corun_value value = CORUN_VALUE();
    CHECK_ERROR(corun_run(CORUN_CALL(give_after_a_while), NULL, &value), 0);
    *(int64_t *)out_value = value.i;
    return NULL;
}

/* B14: each thread has its own loop */
TEST(threads_run_side_by_side)
{
    pthread_t threads[THREADS];
    int64_t values[THREADS] = {0};
    for (int i = 0; i < THREADS; i++)
        CHECK_EQ(pthread_create(&threads[i], NULL, run_in_thread, &values[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_EQ(values[i], 12);
    }
}

static void *interrupt_from_thread(void *unused)
{
    (void)unused;
    usleep(5000);
    CHECK_EQ(corun_interrupt(), CORUN_INTERRUPT_TAKEN);
    return NULL;
}

CORUN_ASYNC(wait_for_the_thread, (pthread_t *thread;), ()) {
    CORUN_BEGIN();
    CHECK_EQ(pthread_create(my->thread, NULL, interrupt_from_thread, NULL), 0);
    CORUN_AWAIT(corun_forever());
    CORUN_END();
}

/* B54: the loop is woken, whichever thread the interrupt comes to */
TEST(another_thread_interrupts_the_run)
{
    pthread_t thread;
    CHECK_ERROR(corun_run(CORUN_CALL(wait_for_the_thread, .thread = &thread), NULL, NULL), CORUN_INTERRUPTED);
    pthread_join(thread, NULL);
}

static void *interrupt_nobody(void *unused)
{
    CHECK_ERROR(corun_run(CORUN_CALL(give_after_a_while), NULL, NULL), 0);
    return unused;
}

/* B53: a run in another thread takes no signals, so it cannot be waited for as if one could come */
static void *wait_without_signals(void *out_error)
{
    corun_future *never = NULL;
    corun_runner runner;
    corun_loop *own = NULL;
    corun_runner_open(&runner, NULL);
    CHECK_ERROR(corun_runner_loop(&runner, &own), 0);
    CHECK_ERROR(corun_future_create(own, &never), 0);
    *(int *)out_error = corun_runner_run(&runner, corun_wait_future(never), NULL, NULL);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    corun_future_release(never);
    return NULL;
}

TEST(where_no_interrupt_can_come_a_deadlock_is_seen)
{
    pthread_t thread;
    int error = 0;
    CHECK_EQ(pthread_create(&thread, NULL, wait_without_signals, &error), 0);
    pthread_join(thread, NULL);
    CHECK_ERROR(error, CORUN_DEADLOCK);
    CHECK_EQ(pthread_create(&thread, NULL, interrupt_nobody, NULL), 0);
    pthread_join(thread, NULL);
}

/* ------------------------------------------------------ a loop of the program's */

static void note_done(corun_runner *runner, int error, const corun_value *value, void *argument)
{
    (void)runner, (void)argument;
    test_log(corun_error_name(error));
    test_log_number(value->i);
}

/* As a program does that has a loop of its own: turns, and sleeps as long as a turn says. */
TEST(a_started_run_goes_on_in_turns_of_the_hosts_own_loop)
{
    corun_runner runner;
    int64_t next = 0;
    corun_runner_open(&runner, NULL);
    CHECK_ERROR(corun_runner_start(&runner, CORUN_CALL(give_after_a_while), NULL, note_done, NULL), 0);
    CHECK_ERROR(corun_runner_loop(&runner, &loop), 0);
    while (next != -2) {
        next = corun_loop_turn(loop, 1000000);
        CHECK(next >= 0 || next == -2);
        CHECK(next <= 5000000);
        if (next > 0)
            usleep((unsigned)(next / 1000) + 1);
    }
    CHECK_LOG("OK 12");
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

#endif

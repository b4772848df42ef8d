#include <string.h>

#include "trace.h"

/* Random programs of six tasks that share a lock, an event and a queue, and are cancelled at random moments. What a
 * task does is a letter: Y yield, L hold the lock for a while, E wait for the event, e set it, P put, G get, D done,
 * J join. Semaphores, conditions and barriers are not here: Python 3.12 and 3.13 changed which turns they take. */
enum { TASKS = 6, OPERATIONS = 8, SEEDS = 150, MOMENTS = 60 };

static char operations[TASKS][OPERATIONS];
static int rounds[TASKS][OPERATIONS];
static int moments[MOMENTS]; /* whom main cancels; with TASKS more, and takes it back; else it yields */

static corun_lock lock;
static corun_event event;
static corun_queue queue;

static void tell(int self, int at, char letter, int error, long long value)
{
    printf("%d %d %c %s %lld\n", self, at, letter, name_of(error), value);
}

CORUN_ASYNC(hold, (int self; int at;), (int n;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_lock_acquire(&lock));
    CORUN_TRY();
    tell(my->self, my->at, 'l', 0, 0);
    for (my->n = rounds[my->self][my->at]; my->n > 0; my->n--)
        CORUN_AWAIT(corun_yield());
    CORUN_FINALLY();
    corun_lock_release(&lock);
    CORUN_END();
}

CORUN_ASYNC(operate, (int self; int at;), (long long value;)) {
    CORUN_BEGIN();
    switch (operations[my->self][my->at]) {
    case 'Y':
        CORUN_AWAIT(corun_yield());
        break;
    case 'L':
        CORUN_AWAIT(CORUN_CALL(hold, .self = my->self, .at = my->at));
        break;
    case 'E':
        CORUN_AWAIT(corun_event_wait(&event));
        break;
    case 'e':
        corun_event_set(&event);
        if (rounds[my->self][my->at] % 2)
            corun_event_clear(&event);
        break;
    case 'P':
        CORUN_AWAIT(corun_queue_put(&queue, CORUN_VALUE(.i = my->self * 100 + my->at)));
        my->value = (long long)corun_queue_size(&queue);
        break;
    case 'G':
        CORUN_AWAIT_TO(my->value, i, corun_queue_get(&queue));
        break;
    case 'D':
        my->value = corun_queue_task_done(&queue) == 0;
        break;
    case 'J':
        CORUN_AWAIT(corun_queue_join(&queue));
        break;
    }
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

CORUN_ASYNC(work, (int self;), (int at;)) {
    CORUN_BEGIN();
    for (my->at = 0; my->at < OPERATIONS; my->at++) {
        CORUN_CATCH_ALL_AWAIT(CORUN_CALL(operate, .self = my->self, .at = my->at));
        if (CORUN_ERROR())
            corun_task_uncancel(corun_current_task());
        tell(my->self, my->at, operations[my->self][my->at], CORUN_ERROR(), CORUN_ERROR() ? 0 : CORUN_RESULT().i);
    }
    CORUN_END();
}

/* Cancels a task, and perhaps takes that back at once. */
static void disturb(corun_task *task, int moment)
{
    int asked = corun_task_cancel(task, NULL);
    if (moment < TASKS)
        printf("cancel %d %d\n", moment, asked);
    else
        printf("cancel and uncancel %d %d\n", moment - TASKS, corun_task_uncancel(task));
}

CORUN_ASYNC(main_, (), (corun_task *tasks[TASKS]; int i; int round; int left;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < TASKS; my->i++)
        corun_spawn(CORUN_CALL(work, .self = my->i), &my->tasks[my->i]);
    for (my->i = 0; my->i < MOMENTS; my->i++) {
        if (moments[my->i] < 2 * TASKS)
            disturb(my->tasks[moments[my->i] % TASKS], moments[my->i]);
        else
            CORUN_AWAIT(corun_yield());
    }
    for (my->round = 0, my->left = 1; my->left; my->round++) {
        for (my->i = my->left = 0; my->i < TASKS; my->i++) {
            my->left += !corun_task_done(my->tasks[my->i]);
            if (my->round % 3 == 0)
                corun_task_cancel(my->tasks[my->i], NULL);
        }
        CORUN_AWAIT(corun_yield());
    }
    for (my->i = 0; my->i < TASKS; my->i++)
        corun_task_release(my->tasks[my->i]);
    CORUN_END();
}

static void play(uint32_t seed, const char *letters)
{
    corun_queue_options options = {.limit = 0};
    printf("%s %u\n", letters, (unsigned)seed);
    random_seed(seed);
    for (int i = 0; i < TASKS * OPERATIONS; i++) {
        operations[i / OPERATIONS][i % OPERATIONS] = letters[random_below((int)strlen(letters))];
        rounds[i / OPERATIONS][i % OPERATIONS] = random_below(4);
    }
    for (int i = 0; i < MOMENTS; i++)
        moments[i] = random_below(4 * TASKS);
    options.limit = (size_t)random_below(4);
    lock = (corun_lock)CORUN_LOCK_INIT;
    event = (corun_event)CORUN_EVENT_INIT;
    corun_queue_open(&queue, &options);
    run_in_no_time(CORUN_CALL(main_));
    corun_queue_close(&queue);
}

TRACE_MAIN()
{
    static const char *const programs[] = {"LLLY", "EeY", "PPGGDJY", "LEPGDJeY"};
    for (uint32_t seed = 0; seed < SEEDS; seed++)
        play(seed, programs[seed % 4]);
}

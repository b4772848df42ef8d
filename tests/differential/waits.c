#include <math.h>
#include <string.h>

#include "trace.h"

/* Random programs of tasks that wait for each other in every way there is, fail, and are cancelled at any moment. What
 * a task does is a letter: Y yield, S sleep, F fail, C cancel a task, J join one, H shield it, L wait_for it, G gather
 * several, W wait for several, A as they are completed; h shields and g gathers calls. Nobody waits for older tasks,
 * so there are no circles. What is done already is neither gathered nor waited for by A: since 3.12 these count it
 * at once, and A has no order for it. */
enum { TASKS = 20, DEPTH = 3, MOMENTS = 20, MANY = 4, SEEDS = 500 };

static const char *letters;
static corun_task *tasks[TASKS]; /* NULL: of a call that was gathered or shielded */
static int numbered;

CORUN_DECLARE(work, (int self; int depth;));

static void tell(int self, const char *what, int error, long long value)
{
    printf("%d %s %s %lld %d\n", self, what, name_of(error), value, corun_task_cancelling(corun_current_task()));
}

/* --------------------------------------------------------------------- tasks */

static int number(void)
{
    tasks[numbered] = NULL;
    return numbered++;
}

static void spawn(int depth)
{
    int self = number();
    corun_spawn(CORUN_CALL(work, .self = self, .depth = depth), &tasks[self]);
}

static void cancel_any(const char *self, bool takes_back)
{
    int victim = random_below(numbered);
    if (!tasks[victim])
        return;
    printf("%s cancels %d %d\n", self, victim, corun_task_cancel(tasks[victim], NULL));
    if (takes_back)
        corun_task_uncancel(tasks[victim]);
}

/* Somebody who cannot wait for `self`, or NULL. */
static corun_task *pick(int self, int depth, bool done)
{
    int younger = random_below(2 * (numbered - self));
    corun_task *other = younger > 0 && younger < numbered - self ? tasks[self + younger] : NULL;
    if (other && (done || !corun_task_done(other))) {
        printf("%d picks %d\n", self, self + younger);
        return other;
    }
    if (numbered == TASKS || depth == DEPTH)
        return NULL;
    spawn(depth + 1);
    return tasks[numbered - 1];
}

static size_t pick_many(int self, int depth, bool done, corun_awaitable *out)
{
    size_t count = 0;
    for (int n = 1 + random_below(MANY); n > 0; n--) {
        corun_task *picked = pick(self, depth, done);
        if (picked)
            out[count++] = corun_join(picked);
    }
    return count;
}

/* --------------------------------------------------------------------- steps */

static void tell_results(int self, const corun_outcome *results, size_t count)
{
    printf("%d gathered", self);
    for (size_t i = 0; i < count; i++) {
        if (results[i].error)
            printf(" %s", name_of(results[i].error));
        else
            printf(" %d", (int)results[i].value.i);
    }
    puts("");
}

CORUN_ASYNC(gather, (int self; int depth;),
            (corun_awaitable targets[MANY]; corun_outcome results[MANY]; size_t count;)) {
    CORUN_BEGIN();
    my->count = pick_many(my->self, my->depth, false, my->targets);
    if (my->count == 0)
        CORUN_RETURN(.i = 0);
    CORUN_AWAIT(corun_gather(my->targets, my->count, my->results, random_below(2) ? CORUN_RETURN_ERRORS : 0));
    tell_results(my->self, my->results, my->count);
    CORUN_RETURN(.i = 0);
    CORUN_END();
}

CORUN_ASYNC(gather_calls, (int self; int depth;), (corun_outcome results[2];)) {
    CORUN_BEGIN();
    if (numbered + 2 > TASKS)
        CORUN_RETURN(.i = 0);
    int first = number(), second = number();
    CORUN_AWAIT(corun_gather(CORUN_LIST(CORUN_CALL(work, .self = first, .depth = my->depth + 1),
                                        CORUN_CALL(work, .self = second, .depth = my->depth + 1)),
                             my->results, random_below(2) ? CORUN_RETURN_ERRORS : 0));
    tell_results(my->self, my->results, 2);
    CORUN_RETURN(.i = 0);
    CORUN_END();
}

static double limit_of(int limit)
{
    return limit < 5 ? limit : INFINITY;
}

CORUN_ASYNC(wait_many, (int self; int depth;), (corun_awaitable targets[MANY];)) {
    static const int ends[] = {CORUN_ALL_COMPLETED, CORUN_FIRST_COMPLETED, CORUN_FIRST_EXCEPTION};
    size_t count;
    int until;
    CORUN_BEGIN();
    count = pick_many(my->self, my->depth, true, my->targets);
    if (count == 0)
        CORUN_RETURN(.i = 0);
    until = ends[random_below(3)];
    CORUN_AWAIT(corun_wait(my->targets, count, until, limit_of(random_below(6))));
    CORUN_RETURN(.i = CORUN_RESULT().i);
    CORUN_END();
}

/* Until it is cancelled itself: in asyncio such a wait may take one of them away. */
CORUN_ASYNC(complete, (int self; int depth;), (corun_as_completed all; int cancelling; bool stop;)) {
    corun_awaitable targets[MANY];
    size_t count;
    corun_value value;
    int error;
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    count = pick_many(my->self, my->depth, false, targets);
    if (count == 0)
        CORUN_RETURN(.i = 0);
    my->cancelling = corun_task_cancelling(corun_current_task());
    corun_as_completed_open(&my->all, targets, count, limit_of(random_below(6)));
    while (!my->stop && corun_as_completed_left(&my->all) > 0) {
        CORUN_CATCH_ALL_AWAIT(corun_as_completed_next(&my->all));
        value = CORUN_VALUE(.i = 0);
        error = CORUN_ERROR() ? CORUN_ERROR() : corun_task_result(CORUN_RESULT().p, &value);
        tell(my->self, "next", error, error ? 0 : value.i);
        my->stop = error == CORUN_CANCELLED && corun_task_cancelling(corun_current_task()) > my->cancelling;
    }
    CORUN_RETURN(.i = my->stop);
    CORUN_END();
}

CORUN_ASYNC(wait_one, (int self; char how; int depth;), ()) {
    corun_task *target;
    CORUN_BEGIN();
    target = pick(my->self, my->depth, true);
    if (!target)
        CORUN_RETURN(.i = 0);
    if (my->how == 'J')
        CORUN_AWAIT(corun_join(target));
    else if (my->how == 'H')
        CORUN_AWAIT(CORUN_SHIELD(corun_join(target)));
    else
        CORUN_AWAIT(CORUN_WAIT_FOR(corun_join(target), random_below(5)));
    CORUN_RETURN(.i = CORUN_RESULT().i);
    CORUN_END();
}

CORUN_ASYNC(step, (int self; char letter; int depth;), (long long value;)) {
    char name[12];
    int other;
    CORUN_BEGIN();
    switch (my->letter) {
    case 'Y':
        CORUN_AWAIT(corun_yield());
        break;
    case 'S':
        CORUN_AWAIT(corun_sleep(random_below(5)));
        break;
    case 'F':
        CORUN_RAISE(random_below(2) ? VALUE_ERROR : KEY_ERROR);
    case 'C':
    case 'V':
        snprintf(name, sizeof name, "%d", my->self);
        cancel_any(name, my->letter == 'V');
        break;
    case 'h':
        if (numbered == TASKS)
            break;
        other = number();
        CORUN_AWAIT_TO(my->value, i, CORUN_SHIELD(CORUN_CALL(work, .self = other, .depth = my->depth + 1)));
        break;
    case 'G':
        CORUN_AWAIT(CORUN_CALL(gather, .self = my->self, .depth = my->depth));
        break;
    case 'g':
        CORUN_AWAIT(CORUN_CALL(gather_calls, .self = my->self, .depth = my->depth));
        break;
    case 'W':
        CORUN_AWAIT_TO(my->value, i, CORUN_CALL(wait_many, .self = my->self, .depth = my->depth));
        break;
    case 'A':
        CORUN_AWAIT_TO(my->value, i, CORUN_CALL(complete, .self = my->self, .depth = my->depth));
        break;
    default:
        CORUN_AWAIT_TO(my->value, i, CORUN_CALL(wait_one, .self = my->self, .how = my->letter, .depth = my->depth));
    }
    CORUN_RETURN(.i = my->value);
    CORUN_END();
}

CORUN_ASYNC(steps, (int self; int depth;), (int n; char letter[2]; int error; long long value;)) {
    CORUN_BEGIN();
    for (my->n = 1 + random_below(5); my->n > 0; my->n--) {
        my->letter[0] = letters[random_below((int)strlen(letters))];
        my->error = 0;
        if (random_below(4) > 0) {
            CORUN_CATCH_ALL_AWAIT(CORUN_CALL(step, .self = my->self, .letter = my->letter[0], .depth = my->depth));
            my->error = CORUN_ERROR();
        } else {
            CORUN_AWAIT(CORUN_CALL(step, .self = my->self, .letter = my->letter[0], .depth = my->depth));
        }
        tell(my->self, my->letter, my->error, my->error ? 0 : CORUN_RESULT().i);
    }
    CORUN_END();
}

CORUN_DEFINE(work, (int self; int depth;), (int error;)) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(CORUN_CALL(steps, .self = my->self, .depth = my->depth));
    my->error = CORUN_ERROR();
    if (my->error) {
        tell(my->self, "ends", my->error, 0);
        switch (random_below(4)) {
        case 0:
            CORUN_RETURN(.i = my->self);
        case 1:
            CORUN_RAISE(LOOKUP_ERROR);
        case 2:
            CORUN_CATCH_ALL_AWAIT(corun_sleep(random_below(3)));
            tell(my->self, "cleaned", CORUN_ERROR(), 0);
        }
        CORUN_RAISE(my->error);
    }
    CORUN_RETURN(.i = my->self);
    CORUN_END();
}

/* ------------------------------------------------------------------ programs */

static void tell_end(int self)
{
    int error = corun_task_result(tasks[self], NULL);
    bool cancelled = corun_task_cancelled(tasks[self]);
    printf("%d %s %d\n", self, cancelled ? "cancelled" : name_of(error), corun_task_cancelling(tasks[self]));
    corun_task_release(tasks[self]);
}

/* Who never asks for an error of a shielded call is not the matter here. */
static void ignore(corun_loop *loop, const corun_report *report, void *argument)
{
    (void)loop, (void)report, (void)argument;
}

CORUN_ASYNC(main_, (), (int i;)) {
    CORUN_BEGIN();
    corun_loop_set_exception_handler(corun_current_loop(), ignore, NULL);
    for (my->i = 0; my->i < 3; my->i++)
        spawn(0);
    for (my->i = 0; my->i < MOMENTS; my->i++) {
        int what = random_below(4);
        if (what == 0)
            cancel_any("main", false);
        else
            CORUN_AWAIT(corun_sleep(what / 3));
    }
    while (corun_all_tasks(corun_current_loop(), NULL, 0) > 1)
        CORUN_AWAIT(corun_sleep(1));
    for (my->i = 0; my->i < numbered; my->i++)
        if (tasks[my->i])
            tell_end(my->i);
    CORUN_END();
}

TRACE_MAIN()
{
    static const char *const programs[] = {"YSSCFGGgV", "YSSCFWWV", "YSSCFAA", "YSSCFHHhJLV", "YSSCFGWAHJL"};
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        letters = programs[seed % 5];
        numbered = 0;
        printf("%s %u\n", letters, (unsigned)seed);
        random_seed(seed);
        run_in_no_time(CORUN_CALL(main_));
    }
}

#include <math.h>
#include <string.h>

#include "trace.h"

/* Random programs of tasks that open groups and timeouts within each other, fail, and are cancelled at any moment.
 * What a task does is a letter: Y yield, S sleep, F fail, C cancel a task, U take a cancellation back, P spawn into
 * the innermost group, G open a group, T a timeout, E one that ends with the innermost, R reschedule that,
 * W wait_for. */
enum { TASKS = 24, DEPTH = 3, MOMENTS = 24, SEEDS = 600 };

static const char *letters;
static corun_task *tasks[TASKS];
static int spawned;

CORUN_DECLARE(steps, (int self; corun_group *group; corun_timeout *limit; int depth;));
CORUN_DECLARE(work, (int self; corun_group *group; int depth;));

static void tell(int self, const char *what, int error)
{
    printf("%d %s %s %d\n", self, what, name_of(error), corun_task_cancelling(corun_current_task()));
}

/* --------------------------------------------------------------------- tasks */

static void spawn(corun_group *group, int depth)
{
    int rc, number = spawned;
    if (number == TASKS)
        return;
    if (group)
        rc = corun_group_spawn_with(group, CORUN_CALL(work, .self = number, .group = group, .depth = depth), NULL,
                                    &tasks[number]);
    else
        rc = corun_spawn(CORUN_CALL(work, .self = number, .depth = depth), &tasks[number]);
    if (rc < 0)
        tell(number, "refused", rc);
    else
        spawned++;
}

static void cancel_any(const char *self, bool takes_back)
{
    int victim = random_below(spawned);
    printf("%s cancels %d %d\n", self, victim, corun_task_cancel(tasks[victim], NULL));
    if (takes_back)
        corun_task_uncancel(tasks[victim]);
}

/* -------------------------------------------------------------------- scopes */

static void tell_errors(int self, const corun_group *group)
{
    corun_child_error error;
    for (size_t i = 0; corun_group_error(group, i, &error) == 0; i++)
        tell(self, "error", error.code);
}

CORUN_ASYNC(grouped, (int self; corun_timeout *limit; int depth;), (corun_group group; int n;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    for (my->n = 1 + random_below(3); my->n > 0; my->n--)
        spawn(&my->group, my->depth);
    CORUN_AWAIT(CORUN_CALL(steps, .self = my->self, .group = &my->group, .limit = my->limit, .depth = my->depth));
    CORUN_FINALLY();
    tell(my->self, "leaves", CORUN_EXIT_ERROR());
    CORUN_AWAIT(corun_group_close(&my->group));
    tell(my->self, "closed", CORUN_EXIT_ERROR());
    tell_errors(my->self, &my->group);
    CORUN_END();
}

static void tell_limit(int self, const corun_timeout *limit, int error)
{
    tell(self, corun_timeout_expired(limit) ? "expired" : "in time", error);
}

/* Until a time of the clock, if it is a number. */
CORUN_ASYNC(limited, (int self; corun_group *group; double seconds; double when; int depth;), (corun_timeout limit;)) {
    CORUN_BEGIN();
    if (isnan(my->when))
        corun_timeout_open(&my->limit, my->seconds);
    else
        corun_timeout_open_at(&my->limit, my->when);
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(steps, .self = my->self, .group = my->group, .limit = &my->limit, .depth = my->depth));
    CORUN_FINALLY();
    tell_limit(my->self, &my->limit, CORUN_EXIT_ERROR());
    CORUN_AWAIT(corun_timeout_close(&my->limit));
    tell_limit(my->self, &my->limit, CORUN_EXIT_ERROR());
    CORUN_END();
}

static void reschedule(int self, corun_timeout *limit)
{
    char what[32];
    int after = random_below(6);
    double when = after < 5 ? corun_loop_time(corun_current_loop()) + after - 1 : INFINITY;
    int rc = corun_timeout_reschedule(limit, when);
    snprintf(what, sizeof what, "until %g", when);
    tell(self, rc < 0 ? "reschedule" : what, rc);
}

/* --------------------------------------------------------------------- steps */

CORUN_ASYNC(step, (int self; char letter; corun_group *group; corun_timeout *limit; int depth;), ()) {
    char name[12];
    CORUN_BEGIN();
    if (strchr("GTEW", my->letter) && my->depth == DEPTH)
        my->letter = 'S';
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
    case 'U':
        corun_task_uncancel(corun_current_task());
        break;
    case 'P':
        if (my->group)
            spawn(my->group, my->depth);
        break;
    case 'G':
        CORUN_AWAIT(CORUN_CALL(grouped, .self = my->self, .limit = my->limit, .depth = my->depth + 1));
        break;
    case 'T': {
        int after = random_below(8);
        CORUN_AWAIT(CORUN_CALL(limited, .self = my->self, .group = my->group, .when = NAN, .depth = my->depth + 1,
                               .seconds = after < 7 ? after - 1 : INFINITY));
        break;
    }
    case 'E':
        if (my->limit)
            CORUN_AWAIT(CORUN_CALL(limited, .self = my->self, .group = my->group, .depth = my->depth + 1,
                                   .when = corun_timeout_when(my->limit)));
        break;
    case 'R':
        if (my->limit)
            reschedule(my->self, my->limit);
        break;
    case 'W':
        CORUN_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(steps, .self = my->self, .group = my->group, .limit = my->limit,
                                              .depth = my->depth + 1), random_below(5)));
        break;
    }
    CORUN_END();
}

CORUN_DEFINE(steps, (int self; corun_group *group; corun_timeout *limit; int depth;),
             (int n; char letter[2]; int error;)) {
    CORUN_BEGIN();
    for (my->n = 1 + random_below(4); my->n > 0; my->n--) {
        my->letter[0] = letters[random_below((int)strlen(letters))];
        my->error = 0;
        if (random_below(3) > 0) {
            CORUN_CATCH_ALL_AWAIT(CORUN_CALL(step, .self = my->self, .letter = my->letter[0], .group = my->group,
                                             .limit = my->limit, .depth = my->depth));
            my->error = CORUN_ERROR();
        } else {
            CORUN_AWAIT(CORUN_CALL(step, .self = my->self, .letter = my->letter[0], .group = my->group,
                                   .limit = my->limit, .depth = my->depth));
        }
        tell(my->self, my->letter, my->error);
    }
    CORUN_END();
}

CORUN_DEFINE(work, (int self; corun_group *group; int depth;), (int error;)) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(CORUN_CALL(steps, .self = my->self, .group = my->group, .depth = my->depth));
    my->error = CORUN_ERROR();
    tell(my->self, "ends", my->error);
    if (!my->error)
        CORUN_RETURN();
    switch (random_below(5)) {
    case 0:
        CORUN_RETURN();
    case 1:
        CORUN_RAISE(LOOKUP_ERROR);
    case 2:
        CORUN_CATCH_ALL_AWAIT(corun_sleep(random_below(3)));
        tell(my->self, "cleaned", CORUN_ERROR());
        break;
    }
    CORUN_RAISE(my->error);
    CORUN_END();
}

/* ------------------------------------------------------------------ programs */

static void tell_end(int number)
{
    int error = corun_task_result(tasks[number], NULL);
    bool cancelled = corun_task_cancelled(tasks[number]);
    printf("%d %s %d\n", number, cancelled ? "cancelled" : name_of(error), corun_task_cancelling(tasks[number]));
    corun_task_release(tasks[number]);
}

CORUN_ASYNC(main_, (), (int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < 3; my->i++)
        spawn(NULL, 0);
    for (my->i = 0; my->i < MOMENTS; my->i++) {
        int what = random_below(4);
        if (what == 0)
            cancel_any("main", false);
        else
            CORUN_AWAIT(corun_sleep(what / 3));
    }
    for (my->i = 0; my->i < spawned; my->i++)
        while (!corun_task_done(tasks[my->i]))
            CORUN_AWAIT(corun_sleep(1));
    for (my->i = 0; my->i < spawned; my->i++)
        tell_end(my->i);
    CORUN_END();
}

TRACE_MAIN()
{
    static const char *const programs[] = {"YSSCFUGGP", "YSSSCUTTTERW", "YSSSCFUGGPTTERWV"};
    for (uint32_t seed = 0; seed < SEEDS; seed++) {
        letters = programs[seed % 3];
        spawned = 0;
        printf("%s %u\n", letters, (unsigned)seed);
        random_seed(seed);
        run_in_no_time(CORUN_CALL(main_));
    }
}

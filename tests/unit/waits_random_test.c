/* Tasks that wait for others by gather, wait, shield, as_completed and join, and are cancelled like those at random
 * moments, beside a simple model: what each wait gives and when, whom its cancellation reaches, and that nobody is
 * still waited for when it is over.
 */
#include "random.h"

#include <math.h>

enum { OWNERS = 3, LEAVES = 30, MANY = 4, SEEDS = 4000 };
enum { MY_ERROR = CORUN_USER - 1 }; /* the first leaf's; the next ones' are below */

/* ------------------------------------------------------------------- the model */

/* What is waited for. */
static struct leaf {
    corun_task *task;
    int asked;    /* by whom is known */
    bool unsure;  /* whether a gather that was cancelled had ended before */
    int ended;    /* as which one; 0: not yet */
    double at;
} leaves[LEAVES];
static int spawned, ended;

/* Whom a wait is for, and since when. */
struct wait {
    int leaves[MANY], count;
    bool done[MANY]; /* and which of them are, when it begins */
    double began, limit;
    int disturbed;
};

/* What waits. */
static struct owner {
    corun_task *task;
    const struct wait *cancels, *may_cancel; /* what its cancellation reaches, or may reach */
    int disturbed;
} owners[OWNERS];
static bool in_order;

static double now(void)
{
    return corun_loop_time(corun_current_loop());
}

static corun_task *task_of(const struct wait *wait, int i)
{
    return leaves[wait->leaves[i]].task;
}

/* How many are done, each once. */
static int count_done(const struct wait *wait, int *out_distinct)
{
    int done = 0;
    *out_distinct = 0;
    for (int i = 0; i < wait->count; i++) {
        bool again = false;
        for (int j = 0; j < i; j++)
            again |= wait->leaves[j] == wait->leaves[i];
        *out_distinct += !again;
        done += !again && corun_task_done(task_of(wait, i));
    }
    return done;
}

static bool disturbed(int self, const struct wait *wait)
{
    return owners[self].disturbed > wait->disturbed;
}

/* Every wait that is over: nobody waits; who was asked to stop, and how often. */
static void check_over(const struct wait *wait)
{
    corun_task *awaiters[OWNERS + 1];
    for (int i = 0; i < wait->count; i++) {
        const struct leaf *leaf = &leaves[wait->leaves[i]];
        size_t count = corun_task_awaited_by(leaf->task, awaiters, OWNERS + 1);
        MUST(count <= OWNERS);
        for (size_t j = 0; j < count; j++)
            MUST(awaiters[j] != corun_current_task());
        MUST(leaf->unsure || corun_task_cancelling(leaf->task) == leaf->asked);
    }
}

/* When a leaf was done, but not before `time`. */
static double end_of(const struct leaf *leaf, double time)
{
    return leaf->ended ? fmax(leaf->at, time) : corun_task_done(leaf->task) ? now() : INFINITY;
}

static bool ends_by_itself(const corun_task *task)
{
    return corun_task_done(task);
}

static bool ends_by_failure(const corun_task *task)
{
    return corun_task_failure(task) && !corun_task_cancelled(task);
}

static bool ends_by_error(const corun_task *task)
{
    return ends_by_failure(task) || corun_task_cancelled(task);
}

/* It ends as soon as all of its leaves have, or one that ends it, or at its limit. */
static void check_time(const struct wait *wait, bool (*ends)(const corun_task *task))
{
    double all = wait->began, one = INFINITY;
    for (int i = 0; i < wait->count; i++) {
        double end = end_of(&leaves[wait->leaves[i]], wait->began);
        all = fmax(all, end);
        if (ends && ends(task_of(wait, i)))
            one = fmin(one, end);
    }
    MUST(now() == fmin(fmin(all, one), wait->began + wait->limit));
}

/* ------------------------------------------------------------------- the leaves */

CORUN_ASYNC(leaf, (int self;), (int times;)) {
    CORUN_BEGIN();
    for (my->times = random_below(4); my->times > 0; my->times--) {
        if (random_below(2))
            CORUN_CATCH_ALL_AWAIT(corun_sleep(1 + random_below(4)));
        else
            CORUN_CATCH_ALL_AWAIT(corun_yield());
        if (CORUN_ERROR() && random_below(3))
            CORUN_RAISE(CORUN_ERROR());
    }
    if (random_below(5) == 0)
        CORUN_RAISE(MY_ERROR - my->self);
    CORUN_RETURN(.i = my->self);
    CORUN_END();
}

static void note_end(corun_task *task, void *argument)
{
    struct leaf *one = argument;
    (void)task;
    one->ended = ++ended;
    one->at = now();
}

static int spawn_leaf(void)
{
    struct leaf *one = &leaves[spawned];
    CHECK_ERROR(corun_spawn(CORUN_CALL(leaf, .self = spawned), &one->task), 0);
    CHECK_ERROR(corun_task_add_done_callback(one->task, note_end, one), 0);
    return spawned++;
}

/* New ones, and some that others wait for as well, or that are done. */
static void begin(int self, struct wait *wait, corun_awaitable *out)
{
    wait->count = 1 + random_below(MANY);
    for (int i = 0; i < wait->count; i++) {
        bool old = spawned == LEAVES || (spawned > 0 && random_below(3) == 0);
        wait->leaves[i] = old ? random_below(spawned) : spawn_leaf();
        wait->done[i] = corun_task_done(task_of(wait, i));
        out[i] = corun_join(task_of(wait, i));
    }
    wait->began = now();
    wait->limit = random_below(3) ? INFINITY : random_below(6);
    wait->disturbed = owners[self].disturbed;
}

/* -------------------------------------------------------------------- the waits */

/* Its error is the first that came, unless it was there when the wait began. */
static void check_gathered(const struct wait *wait, const corun_outcome *results, int error)
{
    bool in_time = in_order;
    int first = 0, first_error = 0;
    for (int i = 0; i < wait->count; i++) {
        const struct leaf *one = &leaves[wait->leaves[i]];
        corun_value value;
        int rc = corun_task_result(one->task, &value);
        if (!error)
            MUST(results[i].error == rc && (rc || (results[i].value.i == value.i && value.i == wait->leaves[i])));
        if (wait->done[i] && rc < 0)
            in_time = false;
        if (one->ended && rc < 0 && (!first || one->ended < first)) {
            first = one->ended;
            first_error = rc;
        }
    }
    MUST(!error || !in_time || first_error == error);
}

CORUN_ASYNC(gather, (int self;),
            (struct wait wait; corun_awaitable list[MANY]; corun_outcome results[MANY]; bool all;
             int done, distinct;)) {
    size_t count;
    CORUN_BEGIN();
    begin(my->self, &my->wait, my->list);
    count = (size_t)my->wait.count;
    my->wait.limit = INFINITY;
    my->all = random_below(2);
    owners[my->self].cancels = my->all ? &my->wait : NULL;
    owners[my->self].may_cancel = my->all ? NULL : &my->wait;
    CORUN_CATCH_ALL_AWAIT(corun_gather(my->list, count, my->results, my->all ? CORUN_RETURN_ERRORS : 0));
    owners[my->self].cancels = owners[my->self].may_cancel = NULL;
    my->done = count_done(&my->wait, &my->distinct);
    check_over(&my->wait);
    if (my->all)
        MUST(CORUN_ERROR() == (disturbed(my->self, &my->wait) ? CORUN_CANCELLED : 0));
    MUST((CORUN_ERROR() && !my->all) || my->done == my->distinct);
    if (disturbed(my->self, &my->wait))
        CORUN_RETURN();
    check_gathered(&my->wait, my->results, CORUN_ERROR());
    check_time(&my->wait, my->all ? NULL : ends_by_error);
    CORUN_END();
}

CORUN_ASYNC(wait_some, (int self;), (struct wait wait; corun_awaitable list[MANY]; int how, done, distinct;)) {
    static const int until[] = {CORUN_ALL_COMPLETED, CORUN_FIRST_COMPLETED, CORUN_FIRST_EXCEPTION};
    static bool (*const ends[])(const corun_task *) = {NULL, ends_by_itself, ends_by_failure};
    CORUN_BEGIN();
    begin(my->self, &my->wait, my->list);
    my->how = random_below(3);
    CORUN_CATCH_ALL_AWAIT(corun_wait(my->list, (size_t)my->wait.count, until[my->how], my->wait.limit));
    check_over(&my->wait);
    MUST(CORUN_ERROR() == (disturbed(my->self, &my->wait) ? CORUN_CANCELLED : 0));
    if (CORUN_ERROR())
        CORUN_RETURN();
    my->done = count_done(&my->wait, &my->distinct);
    MUST(CORUN_RESULT().i == my->done);
    check_time(&my->wait, ends[my->how]);
    CORUN_END();
}

/* What came while it was waited for comes in order. */
static void check_given(struct wait *wait, int i, int *last)
{
    const struct leaf *leaf = &leaves[wait->leaves[i]];
    MUST(corun_task_done(leaf->task));
    if (wait->done[i])
        return;
    MUST(!in_order || leaf->ended > *last);
    *last = leaf->ended;
}

/* A cancelled wait for the next takes none away. */
CORUN_ASYNC(complete, (int self;),
            (struct wait wait; corun_as_completed all; int seen[MANY], given, late, distinct, last; double asked;)) {
    corun_awaitable list[MANY];
    CORUN_BEGIN();
    begin(my->self, &my->wait, list);
    count_done(&my->wait, &my->distinct);
    MUST(corun_as_completed_open(&my->all, list, (size_t)my->wait.count, my->wait.limit) == 0);
    while (corun_as_completed_left(&my->all) > 0) {
        int i;
        my->asked = now();
        my->wait.disturbed = owners[my->self].disturbed;
        CORUN_CATCH_ALL_AWAIT(corun_as_completed_next(&my->all));
        MUST((CORUN_ERROR() == CORUN_CANCELLED) == disturbed(my->self, &my->wait));
        if (CORUN_ERROR() == CORUN_TIMEOUT) {
            my->late++;
            MUST(now() == fmax(my->asked, my->wait.began + my->wait.limit));
        }
        if (CORUN_ERROR())
            continue;
        for (i = 0; i < my->wait.count && task_of(&my->wait, i) != CORUN_RESULT().p;)
            i++;
        MUST(i < my->wait.count);
        if (i == my->wait.count)
            CORUN_RETURN();
        MUST(!my->seen[i]++ && my->late == 0);
        MUST(now() == end_of(&leaves[my->wait.leaves[i]], my->asked));
        check_given(&my->wait, i, &my->last);
        my->given++;
    }
    MUST(my->given + my->late == my->distinct);
    corun_as_completed_close(&my->all);
    check_over(&my->wait);
    CORUN_END();
}

/* For the first of them, which a cancellation reaches or not. */
CORUN_ASYNC(wait_one, (int self;), (struct wait wait; bool shielded;)) {
    corun_awaitable list[MANY];
    corun_value value;
    int rc;
    CORUN_BEGIN();
    begin(my->self, &my->wait, list);
    my->wait.count = 1;
    my->shielded = random_below(2);
    if (my->shielded) {
        CORUN_CATCH_ALL_AWAIT(CORUN_SHIELD(list[0]));
    } else {
        owners[my->self].cancels = &my->wait;
        CORUN_CATCH_ALL_AWAIT(list[0]);
        owners[my->self].cancels = NULL;
    }
    rc = corun_task_result(task_of(&my->wait, 0), &value);
    check_over(&my->wait);
    MUST(rc == CORUN_ERROR() || (CORUN_ERROR() == CORUN_CANCELLED && disturbed(my->self, &my->wait)));
    MUST(!my->shielded || CORUN_ERROR() == CORUN_CANCELLED || !disturbed(my->self, &my->wait));
    MUST(CORUN_ERROR() || CORUN_RESULT().i == my->wait.leaves[0]);
    CORUN_END();
}

/* -------------------------------------------------------------------- seeds */

CORUN_ASYNC(own, (int self;), (int times;)) {
    CORUN_BEGIN();
    for (my->times = 2 + random_below(4); my->times > 0; my->times--) {
        switch (random_below(4)) {
        case 0:
            CORUN_AWAIT(CORUN_CALL(gather, .self = my->self));
            break;
        case 1:
            CORUN_AWAIT(CORUN_CALL(wait_some, .self = my->self));
            break;
        case 2:
            CORUN_AWAIT(CORUN_CALL(complete, .self = my->self));
            break;
        default:
            CORUN_AWAIT(CORUN_CALL(wait_one, .self = my->self));
        }
        MUST(!owners[my->self].cancels && !owners[my->self].may_cancel);
    }
    CORUN_END();
}

static void cancel_leaf(struct leaf *one)
{
    one->asked += corun_task_cancel(one->task, NULL);
}

/* Its cancellation reaches each that is not done as often as it is named. */
static void cancel_owner(struct owner *owner)
{
    for (int i = 0; owner->cancels && i < owner->cancels->count; i++)
        leaves[owner->cancels->leaves[i]].asked += !corun_task_done(task_of(owner->cancels, i));
    for (int i = 0; owner->may_cancel && i < owner->may_cancel->count; i++)
        leaves[owner->may_cancel->leaves[i]].unsure = true;
    owner->disturbed += corun_task_cancel(owner->task, NULL);
}

CORUN_ASYNC(disturb, (int times;), ()) {
    CORUN_BEGIN();
    for (; my->times > 0; my->times--) {
        CORUN_AWAIT(corun_sleep(random_below(4)));
        if (random_below(2))
            cancel_owner(&owners[random_below(OWNERS)]);
        else if (spawned > 0)
            cancel_leaf(&leaves[random_below(spawned)]);
    }
    CORUN_END();
}

CORUN_ASYNC(play, (), (corun_task *disturber; int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < OWNERS; my->i++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(own, .self = my->i), &owners[my->i].task), 0);
    CORUN_AWAIT(corun_yield()); /* who is cancelled before it has begun never does */
    CHECK_ERROR(corun_spawn(CORUN_CALL(disturb, .times = random_below(20)), &my->disturber), 0);
    CORUN_AWAIT(corun_join(my->disturber));
    for (my->i = 0; my->i < OWNERS; my->i++)
        CORUN_AWAIT(corun_join(owners[my->i].task));
    for (my->i = 0; my->i < spawned; my->i++)
        CORUN_CATCH_ALL_AWAIT(corun_join(leaves[my->i].task));
    MUST(corun_all_tasks(corun_current_loop(), NULL, 0) == 1);
    for (my->i = 0; my->i < OWNERS; my->i++)
        corun_task_release(owners[my->i].task);
    for (my->i = 0; my->i < spawned; my->i++)
        corun_task_release(leaves[my->i].task);
    corun_task_release(my->disturber);
    CORUN_END();
}

static void prepare(void)
{
    memset(leaves, 0, sizeof leaves);
    memset(owners, 0, sizeof owners);
    spawned = ended = 0;
}

static void play_seed(const void *game, uint64_t seed)
{
    (void)game;
    in_order = seed % 2 == 0;
    random_run(seed, prepare, CORUN_CALL(play));
}

/* W2-W5 T8 */
TEST(waits_give_what_there_is_and_leave_nothing)
{
    random_play(SEEDS, play_seed, NULL, "waits_give_what_there_is_and_leave_nothing");
}

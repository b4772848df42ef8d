/* Groups and timeouts within each other in random trees, whose tasks fail, swallow cancellations, and are cancelled
 * at random moments, beside a simple model: how often a task is asked to stop and by whom, what a close waits for
 * and comes to.
 */
#include "random.h"

#include <math.h>

enum { ROOTS = 3, TASKS = 24, CHILDREN = 8, DEPTH = 3, SEEDS = 4000 };
enum { MY_ERROR = CORUN_USER - 1 }; /* the first task's; the next ones' are below */

/* ------------------------------------------------------------------- the model */

static struct player {
    corun_task *task;
    struct family *family; /* whose child it is */
    int asked;                /* by others than groups and timeouts, and not taken back */
    int disturbed;            /* the same, and taken back or not */
} players[TASKS];
static int spawned;
static bool in_order;

/* What a coroutine is in: groups and timeouts of its task, innermost first, and waits whose timeout is not seen. */
struct scope {
    struct scope *outer;
    struct family *family;
    corun_timeout *timeout;
    double set_at; /* when the timeout got its present limit */
};

/* A group's children, and what they failed with, in the order in which it is told. */
struct family {
    corun_group group;
    int children[CHILDREN], count;
    int errors[CHILDREN + 1], failed;
    int body, asked, disturbed; /* as they were when the body was left */
    bool left[CHILDREN];        /* those that were not done then, if the body has failed */
};

static double now(void)
{
    return corun_loop_time(corun_current_loop());
}

static int cancelling(void)
{
    return corun_task_cancelling(corun_current_task());
}

/* Each group and timeout has asked once at most, and takes that back when it is closed. */
static void check_count(int self, const struct scope *scope)
{
    const struct player *player = &players[self];
    int least = player->asked + (player->family && player->family->group.private_.aborting), unseen = 0;
    for (; scope; scope = scope->outer) {
        least += scope->family && scope->family->group.private_.cancelled_parent;
        least += scope->timeout && corun_timeout_expired(scope->timeout);
        unseen += !scope->family && !scope->timeout;
    }
    MUST(least <= cancelling() && cancelling() <= least + unseen);
}

static void check_errors(const struct family *family)
{
    long long sum = 0;
    corun_child_error error;
    MUST(corun_group_errors(&family->group) == (size_t)family->failed);
    for (int i = 0; i < family->failed && corun_group_error(&family->group, (size_t)i, &error) == 0; i++) {
        MUST(!in_order || error.code == family->errors[i]);
        sum += error.code - family->errors[i];
    }
    MUST(sum == 0);
}

/* What a group without errors ends with. */
static void check_end(const struct family *family, int self, int exit)
{
    bool its_own = family->group.private_.cancelled_parent, arrived = cancelling() > family->asked;
    if (family->body == CORUN_CANCELLED)
        MUST(exit == (cancelling() > 0 || !its_own ? CORUN_CANCELLED : 0));
    else if (arrived)
        MUST(exit == CORUN_CANCELLED);
    else /* an earlier one may be taken for one that came with its own */
        MUST(exit == 0 || (exit == CORUN_CANCELLED
                           && (players[self].disturbed > family->disturbed || (its_own && cancelling() > 0))));
}

static void note_end(corun_task *child, void *argument)
{
    struct family *family = argument;
    int error = corun_task_result(child, NULL);
    if (error && error != CORUN_CANCELLED)
        family->errors[family->failed++] = error;
}

static void leave_family(struct family *family, int self, int exit)
{
    family->body = exit;
    family->asked = cancelling() - family->group.private_.cancelled_parent;
    family->disturbed = players[self].disturbed;
    for (int i = 0; i < family->count; i++)
        family->left[i] = exit && !corun_task_done(players[family->children[i]].task);
}

static void check_family(struct family *family, int self, int exit)
{
    for (int i = 0; i < family->count; i++) {
        corun_task *child = players[family->children[i]].task;
        MUST(corun_task_done(child));
        MUST(!family->left[i] || corun_task_cancelling(child) == players[family->children[i]].asked + 1);
        if (!in_order)
            note_end(child, family);
    }
    if (family->body && family->body != CORUN_CANCELLED)
        family->errors[family->failed++] = family->body;
    check_errors(family);
    MUST(exit == 0 || family->group.private_.aborting);
    if (family->failed > 0)
        MUST(exit == CORUN_GROUP);
    else
        check_end(family, self, exit);
}

/* Time is in whole seconds, so what is due before now has expired, unless its limit was set just now. */
static void check_expiry(const struct scope *scope)
{
    double when = corun_timeout_when(scope->timeout);
    bool expired = corun_timeout_expired(scope->timeout);
    MUST(expired || when >= now() || scope->set_at >= now());
    MUST(!expired || when <= now());
}

/* ------------------------------------------------------------------ the players */

CORUN_DECLARE(act, (int self, depth; struct scope *scope;));
CORUN_DECLARE(play, (int self, depth;));

static void spawn_child(struct family *family, int depth)
{
    struct player *player = &players[spawned];
    int rc;
    if (spawned == TASKS || family->count == CHILDREN)
        return;
    *player = (struct player){.family = family};
    rc = corun_group_spawn_with(&family->group, CORUN_CALL(play, .self = spawned, .depth = depth), NULL, &player->task);
    MUST(rc == (family->group.private_.aborting ? CORUN_GROUP_SHUTTING_DOWN : 0));
    if (rc < 0)
        return;
    if (in_order)
        MUST(corun_task_add_done_callback(player->task, note_end, family) == 0);
    family->children[family->count++] = spawned++;
}

/* One in three cancellations is swallowed, and taken back if it was not a group's or a timeout's. */
CORUN_ASYNC(dawdle, (int self; struct scope *scope;), ()) {
    CORUN_BEGIN();
    if (random_below(2))
        CORUN_CATCH_ALL_AWAIT(corun_sleep(1 + random_below(5)));
    else
        CORUN_CATCH_ALL_AWAIT(corun_yield());
    check_count(my->self, my->scope);
    if (CORUN_ERROR() && random_below(3))
        CORUN_RAISE(CORUN_ERROR());
    if (CORUN_ERROR() && players[my->self].asked > 0) {
        players[my->self].asked--;
        corun_task_uncancel(corun_current_task());
    }
    CORUN_END();
}

/* After a group's errors whoever else has asked is heard once more. */
CORUN_ASYNC(hear_again, (int self;), (int asked, disturbed;)) {
    CORUN_BEGIN();
    my->asked = cancelling();
    my->disturbed = players[my->self].disturbed;
    CORUN_CATCH_ALL_AWAIT(corun_yield());
    if (cancelling() == my->asked && players[my->self].disturbed == my->disturbed)
        MUST(CORUN_ERROR() == (my->asked > 0 ? CORUN_CANCELLED : 0));
    CORUN_END();
}

CORUN_ASYNC(raise_family, (int self, depth; struct scope *outer;), (struct family family; struct scope scope; int n;)) {
    CORUN_BEGIN();
    MUST(corun_group_open(&my->family.group) == 0);
    my->scope = (struct scope){.outer = my->outer, .family = &my->family};
    CORUN_TRY();
    for (my->n = 1 + random_below(3); my->n > 0; my->n--)
        spawn_child(&my->family, my->depth);
    CORUN_AWAIT(CORUN_CALL(act, .self = my->self, .depth = my->depth, .scope = &my->scope));
    if (random_below(6) == 0)
        CORUN_RAISE(MY_ERROR - TASKS);
    CORUN_FINALLY();
    check_count(my->self, &my->scope);
    leave_family(&my->family, my->self, CORUN_EXIT_ERROR());
    CORUN_AWAIT(corun_group_close(&my->family.group));
    check_count(my->self, my->outer);
    check_family(&my->family, my->self, CORUN_EXIT_ERROR());
    if (CORUN_EXIT_ERROR() == CORUN_GROUP)
        CORUN_CATCH_ALL_AWAIT(CORUN_CALL(hear_again, .self = my->self));
    CORUN_END();
}

CORUN_ASYNC(keep_limit, (int self, depth; struct scope *outer;),
            (corun_timeout timeout; struct scope scope; int before, asked, body; bool expired;)) {
    CORUN_BEGIN();
    my->before = cancelling();
    my->scope = (struct scope){.outer = my->outer, .timeout = &my->timeout, .set_at = now()};
    MUST(corun_timeout_open(&my->timeout, random_below(8) ? random_below(7) - 1 : INFINITY) == 0);
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(act, .self = my->self, .depth = my->depth, .scope = &my->scope));
    if (random_below(8) == 0)
        CORUN_RAISE(MY_ERROR - TASKS);
    CORUN_FINALLY();
    check_count(my->self, &my->scope);
    check_expiry(&my->scope);
    my->body = CORUN_EXIT_ERROR();
    my->asked = cancelling();
    my->expired = corun_timeout_expired(&my->timeout);
    CORUN_AWAIT(corun_timeout_close(&my->timeout));
    check_count(my->self, my->outer);
    MUST(cancelling() == my->asked - my->expired);
    MUST(corun_timeout_expired(&my->timeout) == my->expired);
    if (my->expired && my->body == CORUN_CANCELLED && cancelling() <= my->before)
        MUST(CORUN_EXIT_ERROR() == CORUN_TIMEOUT);
    else
        MUST(CORUN_EXIT_ERROR() == my->body);
    CORUN_END();
}

CORUN_ASYNC(hurry, (int self, depth; struct scope *outer;), (struct scope scope; double began, limit;)) {
    CORUN_BEGIN();
    my->scope = (struct scope){.outer = my->outer};
    my->began = now();
    my->limit = random_below(6);
    CORUN_CATCH_ALL_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(act, .self = my->self, .depth = my->depth, .scope = &my->scope),
                                         my->limit));
    check_count(my->self, my->outer);
    MUST(CORUN_ERROR() || my->limit > 0);
    if (CORUN_ERROR())
        CORUN_RAISE(CORUN_ERROR());
    CORUN_END();
}

/* The innermost timeout gets another limit; a group another child, or a child of it ends it. */
static void interfere(int self, struct scope *scope, int depth)
{
    struct family *family = players[self].family;
    int after = random_below(8) - 1;
    struct scope *limit = scope;
    while (limit && !limit->timeout)
        limit = limit->outer;
    if (limit && random_below(2)) {
        if (corun_timeout_reschedule(limit->timeout, after < 6 ? now() + after : INFINITY) == 0)
            limit->set_at = now();
    } else if (family && random_below(6) == 0) {
        corun_group_cancel(&family->group);
    } else if (family) {
        spawn_child(family, depth);
    }
}

/* Does some things one after the other; errors of some of them are caught. */
CORUN_ASYNC(one_of, (int self, depth; struct scope *scope;), (int what;)) {
    CORUN_BEGIN();
    my->what = my->depth < DEPTH ? random_below(8) : random_below(5);
    if (my->what < 4)
        CORUN_AWAIT(CORUN_CALL(dawdle, .self = my->self, .scope = my->scope));
    else if (my->what == 4) {
        interfere(my->self, my->scope, my->depth);
        CORUN_AWAIT(corun_yield()); /* it may have cancelled itself, or its limit has passed */
    } else if (my->what == 5)
        CORUN_AWAIT(CORUN_CALL(raise_family, .self = my->self, .depth = my->depth + 1, .outer = my->scope));
    else if (my->what == 6)
        CORUN_AWAIT(CORUN_CALL(keep_limit, .self = my->self, .depth = my->depth + 1, .outer = my->scope));
    else
        CORUN_AWAIT(CORUN_CALL(hurry, .self = my->self, .depth = my->depth + 1, .outer = my->scope));
    CORUN_END();
}

CORUN_DEFINE(act, (int self, depth; struct scope *scope;), (int times;)) {
    CORUN_BEGIN();
    for (my->times = 1 + random_below(4); my->times > 0; my->times--) {
        if (random_below(2))
            CORUN_AWAIT(CORUN_CALL(one_of, .self = my->self, .depth = my->depth, .scope = my->scope));
        else
            CORUN_CATCH_ALL_AWAIT(CORUN_CALL(one_of, .self = my->self, .depth = my->depth, .scope = my->scope));
    }
    CORUN_END();
}

CORUN_DEFINE(play, (int self, depth;), (int error;)) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(CORUN_CALL(act, .self = my->self, .depth = my->depth));
    my->error = CORUN_ERROR();
    check_count(my->self, NULL);
    if (random_below(5) == 0)
        CORUN_RAISE(MY_ERROR - my->self);
    if (my->error && random_below(2))
        CORUN_RAISE(my->error);
    CORUN_END();
}

/* Cancels players, and may take that back at once. */
CORUN_ASYNC(disturb, (int times;), ()) {
    CORUN_BEGIN();
    for (; my->times > 0; my->times--) {
        struct player *victim = &players[random_below(spawned)];
        if (corun_task_cancel(victim->task, NULL)) {
            victim->disturbed++;
            victim->asked++;
            if (random_below(4) == 0 && corun_task_uncancel(victim->task) >= 0)
                victim->asked--;
        }
        if (random_below(4))
            CORUN_AWAIT(corun_sleep(random_below(5)));
    }
    CORUN_END();
}

/* -------------------------------------------------------------------- seeds */

static void fail_on_report(corun_loop *loop, const corun_report *report, void *argument)
{
    (void)loop, (void)report, (void)argument;
    MUST(false);
}

CORUN_ASYNC(play_all, (), (corun_task *disturber; int i;)) {
    CORUN_BEGIN();
    corun_loop_set_exception_handler(corun_current_loop(), fail_on_report, NULL);
    for (; spawned < ROOTS; spawned++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(play, .self = spawned), &players[spawned].task), 0);
    CHECK_ERROR(corun_spawn(CORUN_CALL(disturb, .times = random_below(16)), &my->disturber), 0);
    CORUN_AWAIT(corun_join(my->disturber));
    for (my->i = 0; my->i < ROOTS; my->i++)
        CORUN_CATCH_ALL_AWAIT(corun_join(players[my->i].task));
    CORUN_AWAIT(corun_yield()); /* what had no time ends in the round after whoever waited for it */
    MUST(corun_all_tasks(corun_current_loop(), NULL, 0) == 1);
    for (my->i = 0; my->i < spawned; my->i++)
        corun_task_release(players[my->i].task);
    corun_task_release(my->disturber);
    CORUN_END();
}

static void prepare(void)
{
    memset(players, 0, sizeof players);
    spawned = 0;
}

static void play_seed(const void *game, uint64_t seed)
{
    (void)game;
    in_order = seed % 2 == 0;
    random_run(seed, prepare, CORUN_CALL(play_all));
}

/* G2-G6 O3-O5 W1 */
TEST(groups_and_timeouts_keep_their_counts)
{
    random_play(SEEDS, play_seed, NULL, "groups_and_timeouts_keep_their_counts");
}

/* Tasks that use locks, semaphores, conditions, barriers and queues in a random order, and are cancelled at
 * random moments, beside a simple model of what must hold.
 */
#include "random.h"

enum { WORKERS = 6, SEEDS = 4000 };

/* ------------------------------------------------------------------- the model */

/* Who wants one of so many, in the order in which they came. */
struct place {
    int worker;
    bool cancelled;
};

static struct {
    struct place line[WORKERS];
    int waiting, holding, most;
    int put, got; /* items, which are numbered as they are put */
} model;

static int place_of(int worker)
{
    int at = 0;
    while (at < model.waiting && model.line[at].worker != worker)
        at++;
    return at;
}

static void leave_line(int at)
{
    model.waiting--;
    for (int i = at; i < model.waiting; i++)
        model.line[i] = model.line[i + 1];
}

static void model_wants(int worker)
{
    model.line[model.waiting++] = (struct place){worker, false};
}

/* Whoever came before and was not cancelled must have got one, or be sure of one. */
static void model_got(int worker, int error)
{
    int at = place_of(worker), before = 0;
    MUST(at < model.waiting && (error != 0) == model.line[at].cancelled);
    for (int i = 0; i < at; i++)
        before += !model.line[i].cancelled;
    if (error == 0) {
        model.holding++;
        MUST(model.holding + before <= model.most);
    }
    leave_line(at);
}

/* ------------------------------------------------------------------ the players */

static corun_lock lock;
static corun_semaphore semaphore;
static corun_condition condition;
static corun_barrier barrier;
static corun_queue queue;
static corun_task *workers[WORKERS];
static int working; /* workers that have not ended */

/* Lets a random while pass, in rounds or in time; being cancelled makes it shorter. */
CORUN_ASYNC(dawdle, (), (int rounds;)) {
    CORUN_BEGIN();
    if (random_below(3) == 0) {
        CORUN_CATCH_ALL_AWAIT(corun_sleep(random_below(5)));
        CORUN_RETURN();
    }
    for (my->rounds = random_below(4); my->rounds > 0; my->rounds--)
        CORUN_CATCH_ALL_AWAIT(corun_yield());
    CORUN_END();
}

/* Cancels workers, as time limits would. */
CORUN_ASYNC(disturb, (int times;), (int victim;)) {
    CORUN_BEGIN();
    for (; my->times > 0 && working > 0; my->times--) {
        CORUN_AWAIT(CORUN_CALL(dawdle));
        my->victim = random_below(WORKERS);
        if (corun_task_done(workers[my->victim]))
            continue;
        corun_task_cancel(workers[my->victim], NULL);
        if (place_of(my->victim) < model.waiting)
            model.line[place_of(my->victim)].cancelled = true;
    }
    CORUN_END();
}

CORUN_ASYNC(use_lock, (int self;), (int times;)) {
    CORUN_BEGIN();
    for (my->times = 0; my->times < 5; my->times++) {
        CORUN_CATCH_ALL_AWAIT(CORUN_CALL(dawdle));
        model_wants(my->self);
        CORUN_CATCH_ALL_AWAIT(corun_lock_acquire(&lock));
        model_got(my->self, CORUN_ERROR());
        if (CORUN_ERROR())
            continue;
        CORUN_CATCH_ALL_AWAIT(CORUN_CALL(dawdle));
        model.holding--;
        MUST(corun_lock_release(&lock) == 0);
    }
    working--;
    CORUN_END();
}

CORUN_ASYNC(use_semaphore, (int self;), (int times;)) {
    CORUN_BEGIN();
    for (my->times = 0; my->times < 5; my->times++) {
        CORUN_CATCH_ALL_AWAIT(CORUN_CALL(dawdle));
        model_wants(my->self);
        CORUN_CATCH_ALL_AWAIT(corun_semaphore_acquire(&semaphore));
        model_got(my->self, CORUN_ERROR());
        if (CORUN_ERROR())
            continue;
        CORUN_CATCH_ALL_AWAIT(CORUN_CALL(dawdle));
        model.holding--;
        MUST(corun_semaphore_release(&semaphore) == 0);
    }
    working--;
    CORUN_END();
}

/* Half of them make things, the others wait for some. Who is cancelled goes without. */
CORUN_ASYNC(use_condition, (int self;), (int times;)) {
    CORUN_BEGIN();
    for (my->times = 0; my->times < 5;) {
        CORUN_CATCH_ALL_AWAIT(CORUN_CALL(dawdle));
        CORUN_CATCH_ALL_AWAIT(corun_condition_acquire(&condition));
        if (CORUN_ERROR())
            continue;
        MUST(model.holding++ == 0);
        while (my->self % 2 && model.put == model.got) {
            model.holding--;
            CORUN_CATCH_ALL_AWAIT(corun_condition_wait(&condition));
            MUST(model.holding++ == 0); /* also when it was cancelled */
            if (CORUN_ERROR())
                break;
        }
        my->times++;
        if (my->self % 2 == 0) {
            model.put++;
            MUST(corun_condition_notify(&condition, 1) == 0);
        } else if (!CORUN_ERROR()) {
            model.got++;
        }
        CORUN_CATCH_ALL_AWAIT(CORUN_CALL(dawdle));
        model.holding--;
        MUST(corun_condition_release(&condition) == 0);
    }
    working--;
    CORUN_END();
}

/* Of each filling at most as many leave as there are parties, and first the one that came last. */
CORUN_ASYNC(use_barrier, (int self;), ()) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_CATCH_ALL_AWAIT(CORUN_CALL(dawdle));
        CORUN_CATCH_ALL_AWAIT(corun_barrier_wait(&barrier));
        if (CORUN_ERROR() == CORUN_BROKEN_BARRIER)
            break;
        if (CORUN_ERROR())
            continue;
        if (CORUN_RESULT().i == model.most - 1)
            model.holding = 0;
        MUST(++model.holding <= model.most);
        if (++model.got > 30)
            corun_barrier_abort(&barrier);
    }
    working--;
    CORUN_END();
}

/* Nobody waits for what is there, unless somebody is about to look. */
static bool is_served(void)
{
    bool gets = queue.private_.getters.last && !corun_queue_empty(&queue);
    bool puts = queue.private_.putters.last && !corun_queue_full(&queue);
    return queue.private_.due > 0 || (!gets && !puts);
}

/* Half of them put, half get until nothing is left and nothing can come. */
CORUN_ASYNC(use_queue, (int self;), (int times;)) {
    CORUN_BEGIN();
    for (my->times = 0; my->times < 8 || my->self % 2;) {
        CORUN_CATCH_ALL_AWAIT(CORUN_CALL(dawdle));
        MUST(is_served());
        if (my->self % 2 == 0) {
            CORUN_CATCH_ALL_AWAIT(corun_queue_put(&queue, CORUN_VALUE(.p = &model)));
            model.put += CORUN_ERROR() == 0;
            my->times += CORUN_ERROR() == 0;
            continue;
        }
        CORUN_CATCH_ALL_AWAIT(corun_queue_get(&queue));
        if (CORUN_ERROR() == CORUN_QUEUE_SHUTDOWN)
            break;
        if (CORUN_ERROR())
            continue;
        MUST(CORUN_RESULT().p == &model);
        model.got++;
        MUST((size_t)(model.put - model.got) == corun_queue_size(&queue));
        CORUN_CATCH_ALL_AWAIT(CORUN_CALL(dawdle));
        MUST(corun_queue_task_done(&queue) == 0);
    }
    model.holding += my->self % 2 == 0; /* here: those that have put all */
    if (model.holding == WORKERS / 2 && my->self % 2 == 0)
        MUST(corun_queue_shutdown(&queue, false) == 0);
    working--;
    CORUN_END();
}

/* -------------------------------------------------------------------- seeds */

/* What is played: who works, with what, and whether it is left well. */
struct game {
    const char *name;
    int (*spawn)(int self, corun_task **out_task);
    void (*prepare)(void);
    bool (*is_left_well)(void);
};

#define SPAWNER(body) \
    static int spawn_##body(int self, corun_task **out_task) \
    { \
        return corun_spawn(CORUN_CALL(body, .self = self), out_task); \
    }
SPAWNER(use_lock)
SPAWNER(use_semaphore)
SPAWNER(use_condition)
SPAWNER(use_barrier)
SPAWNER(use_queue)

CORUN_ASYNC(play, (const struct game *game;), (corun_task *disturber; int i;)) {
    CORUN_BEGIN();
    for (my->i = 0; my->i < WORKERS; my->i++)
        CHECK_ERROR(my->game->spawn(my->i, &workers[my->i]), 0);
    CORUN_AWAIT(corun_yield()); /* who is cancelled before it has begun never does */
    CHECK_ERROR(corun_spawn(CORUN_CALL(disturb, .times = 10 + random_below(40)), &my->disturber), 0);
    for (my->i = 0; my->i < WORKERS; my->i++)
        CORUN_CATCH_ALL_AWAIT(corun_join(workers[my->i]));
    CORUN_AWAIT(corun_join(my->disturber));
    for (my->i = 0; my->i < WORKERS; my->i++)
        corun_task_release(workers[my->i]);
    corun_task_release(my->disturber);
    CORUN_END();
}

static void play_seed(const void *chosen, uint64_t seed)
{
    const struct game *game = chosen;
    memset(&model, 0, sizeof model);
    working = WORKERS;
    random_run(seed, game->prepare, CORUN_CALL(play, .game = game));
    MUST(working == 0);
    MUST(game->is_left_well());
}

static void play_seeds(const struct game *game)
{
    random_play(SEEDS, play_seed, game, game->name);
}

static void prepare_lock(void)
{
    lock = (corun_lock)CORUN_LOCK_INIT;
    model.most = 1;
}

static bool is_free(void)
{
    return !corun_lock_locked(&lock) && lock.private_.live == 0 && !lock.private_.waiters.last;
}

/* K1 */
TEST(locks_exclude_and_serve_in_order)
{
    play_seeds(&(struct game){"locks_exclude_and_serve_in_order",
                              spawn_use_lock, prepare_lock, is_free});
}

static void prepare_semaphore(void)
{
    model.most = 1 + random_below(3);
    CHECK_ERROR(corun_semaphore_init_bounded(&semaphore, model.most), 0);
}

static bool is_all_there(void)
{
    return semaphore.private_.value == model.most && semaphore.private_.woken == 0
           && !semaphore.private_.waiters.last;
}

/* K4 */
TEST(semaphores_let_in_so_many_in_order)
{
    play_seeds(&(struct game){"semaphores_let_in_so_many_in_order",
                              spawn_use_semaphore, prepare_semaphore, is_all_there});
}

static void prepare_condition(void)
{
    corun_condition_init(&condition, NULL);
}

static bool is_quiet(void)
{
    return model.put >= model.got && !condition.private_.waiters.last && !corun_condition_locked(&condition);
}

/* K3 */
TEST(conditions_lose_no_notification)
{
    play_seeds(&(struct game){"conditions_lose_no_notification",
                              spawn_use_condition, prepare_condition, is_quiet});
}

static void prepare_barrier(void)
{
    model.most = 1 + random_below(WORKERS);
    CHECK_ERROR(corun_barrier_init(&barrier, model.most), 0);
}

static bool is_empty(void)
{
    return barrier.private_.count == 0 && !barrier.private_.waiters.last;
}

/* K5 */
TEST(barriers_let_through_so_many)
{
    play_seeds(&(struct game){"barriers_let_through_so_many",
                              spawn_use_barrier, prepare_barrier, is_empty});
}

static void prepare_queue(void)
{
    CHECK_ERROR(corun_queue_open(&queue, &(corun_queue_options){.limit = (size_t)random_below(4)}), 0);
}

static bool is_all_done(void)
{
    bool done = corun_queue_task_done(&queue) == CORUN_DONE_TOO_OFTEN;
    return corun_queue_close(&queue) == 0 && done && model.put == model.got && model.put == 8 * WORKERS / 2;
}

/* K6 K7 */
TEST(queues_lose_no_item)
{
    play_seeds(&(struct game){"queues_lose_no_item",
                              spawn_use_queue, prepare_queue, is_all_done});
}

/* The heap of timers against a model that is too simple to be wrong. */
#include "test.h"

/* Compiled in, since it has no public face; and checked after each operation. */
#if !defined(CORUN_HARD)
#define CORUN_HARD
#endif
#define CORUN_ONE_FILE 1
#define corun_set_allocator set_allocator_of_timers
#include "memory.c"
#include "timer.c"

static void *refuse(size_t size_bytes, void *argument)
{
    (void)size_bytes, (void)argument;
    return NULL;
}

static const corun_allocator no_memory = {.allocate = refuse};

/* The model: all armed timers, unordered; the first is found by looking at each. */
enum { MOST = 300 };

struct model_timer {
    struct entry entry;
    int64_t deadline;
    uint64_t order;
    bool armed;
};

static struct model_timer models[MOST];
static struct timers timers;
static uint64_t arms, seed;

/* xorshift64: the same numbers on every host. */
static uint32_t pick(uint32_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 20) % below;
}

static void begin(uint64_t chosen)
{
    memset(models, 0, sizeof models);
    timers = (struct timers){NULL, 0, 0, 0};
    arms = 0;
    seed = chosen;
}

static void arm(struct model_timer *model, int64_t deadline)
{
    CHECK_EQ(timer_arm(&timers, &model->entry, deadline), 0);
    model->deadline = deadline;
    model->order = arms++;
    model->armed = true;
}

static struct model_timer *first_of_model(void)
{
    struct model_timer *first = NULL;
    for (int i = 0; i < MOST; i++) {
        struct model_timer *one = &models[i];
        if (!one->armed)
            continue;
        if (!first || one->deadline < first->deadline
            || (one->deadline == first->deadline && one->order < first->order))
            first = one;
    }
    return first;
}

static void check_next(void)
{
    struct model_timer *first = first_of_model();
    CHECK_EQ(timer_next(&timers), first ? first->deadline : INT64_MAX);
}

/* Takes out all that is due, one by one, each being what the model says. */
static void take_due(int64_t now)
{
    for (;;) {
        struct model_timer *first = first_of_model();
        struct entry *entry = timer_take_due(&timers, now);
        bool due = first && first->deadline <= now;
        CHECK(entry == (due ? &first->entry : NULL));
        if (!due || !entry)
            return;
        first->armed = false;
    }
}

static void toggle(struct model_timer *model, uint32_t deadlines)
{
    if (model->armed) {
        CHECK(timer_disarm(&timers, &model->entry));
        model->armed = false;
    } else {
        arm(model, pick(deadlines));
    }
    check_next();
}

static void run_random_operations(uint64_t chosen, uint32_t deadlines)
{
    begin(chosen);
    for (int i = 0; i < 5000; i++) {
        toggle(&models[pick(MOST)], deadlines);
        if (pick(50) == 0)
            take_due(pick(deadlines));
    }
    take_due(INT64_MAX);
    CHECK_EQ(timers.count, 0);
    timers_free(&timers);
}

TEST(random_operations_agree_with_the_model)
{
    run_random_operations(0x9e3779b97f4a7c15, 1000000);
}

/* where Corun decides: order of arming */
TEST(random_operations_with_many_equal_deadlines)
{
    run_random_operations(0x2545f4914f6cdd1d, 7);
}

TEST(equal_deadlines_come_out_in_the_order_of_arming)
{
    begin(1);
    for (int i = 0; i < MOST; i++)
        arm(&models[(i * 7) % MOST], 5);
    for (int i = 0; i < MOST; i++)
        CHECK(timer_take_due(&timers, 5) == &models[(i * 7) % MOST].entry);
    CHECK(timer_take_due(&timers, 5) == NULL);
    timers_free(&timers);
}

/* Each of n timers in turn is disarmed: the order of the others stays. */
TEST(equal_deadlines_keep_their_order_when_one_goes)
{
    for (int count = 1; count < 40; count++)
        for (int gone = 0; gone < count; gone++) {
            begin(1);
            for (int i = 0; i < count; i++)
                arm(&models[i], 5);
            CHECK(timer_disarm(&timers, &models[gone].entry));
            for (int i = 0; i < count; i++)
                if (i != gone)
                    CHECK(timer_take_due(&timers, 5) == &models[i].entry);
            timers_free(&timers);
        }
}

TEST(only_what_is_armed_can_be_disarmed)
{
    struct list head;
    begin(1);
    list_init(&head);
    CHECK(!timer_disarm(&timers, &models[0].entry));
    arm(&models[0], 1);
    arm(&models[1], 2);
    CHECK(timer_take_due(&timers, 1) == &models[0].entry);
    list_append(&head, &models[0].entry.link); /* as in the ready queue */
    CHECK(!timer_disarm(&timers, &models[0].entry));
    CHECK(timer_disarm(&timers, &models[1].entry));
    CHECK(!timer_disarm(&timers, &models[1].entry));
    CHECK_EQ(timer_next(&timers), INT64_MAX);
    timers_free(&timers);
}

TEST(deadlines_at_the_ends_of_the_clock)
{
    begin(1);
    arm(&models[0], INT64_MAX);
    arm(&models[1], INT64_MIN);
    arm(&models[2], 0);
    CHECK_EQ(timer_next(&timers), INT64_MIN);
    CHECK(timer_take_due(&timers, INT64_MIN) == &models[1].entry);
    CHECK(timer_take_due(&timers, INT64_MIN) == NULL);
    CHECK(timer_take_due(&timers, INT64_MAX - 1) == &models[2].entry);
    CHECK(timer_take_due(&timers, INT64_MAX - 1) == NULL);
    CHECK(timer_take_due(&timers, INT64_MAX) == &models[0].entry);
    timers_free(&timers);
}

TEST(without_memory_nothing_is_armed_and_nothing_lost)
{
    int armed = 0;
    begin(1);
    set_allocator_of_timers(&no_memory);
    CHECK_EQ(timer_arm(&timers, &models[0].entry, 1), -ENOMEM);
    CHECK_EQ(timers.count, 0);
    set_allocator_of_timers(NULL);
    arm(&models[0], 1);
    set_allocator_of_timers(&no_memory);
    for (armed = 1; armed < MOST && timer_arm(&timers, &models[armed].entry, 1) == 0; armed++)
        continue;
    set_allocator_of_timers(NULL);
    CHECK(armed < MOST);
    for (int i = 0; i < armed; i++)
        CHECK(timer_take_due(&timers, 1) == &models[i].entry);
    CHECK(timer_take_due(&timers, 1) == NULL);
    timers_free(&timers);
}

TEST(the_heap_gives_room_back)
{
    enum { MANY = 8000 };
    static struct entry entries[MANY];
    begin(1);
    for (int i = 0; i < MANY; i++)
        CHECK_EQ(timer_arm(&timers, &entries[i], MANY - i), 0);
    CHECK(timers.capacity >= MANY);
    for (int i = 0; i < MANY - 1; i++)
        CHECK(timer_disarm(&timers, &entries[i]));
    CHECK(timers.capacity < MANY / 2);
    CHECK(timer_take_due(&timers, MANY) == &entries[MANY - 1]);
    timers_free(&timers);
}

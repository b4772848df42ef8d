/* Sizes: of what programs hold in their own memory, and of what a task takes. A change here is a change of the
 * binary interface, or of what a million tasks cost.
 */
#include "test.h"

#include <stdlib.h>

CORUN_ASYNC(two_arguments, (void *a; void *b;), (int n;)) {
    CORUN_BEGIN();
    CORUN_END();
}

/* Pinned for 64-bit processes and for wasm32. */
static const struct {
    const char *name;
    size_t size, of_64_bits, of_wasm32;
} sizes[] = {
    {"corun_value", sizeof(corun_value), 24, 16},
    {"corun_awaitable", sizeof(corun_awaitable), 32, 24},
    {"corun_where", sizeof(corun_where), 24, 12},
    {"corun_failure", sizeof(corun_failure), 56, 28},
    {"corun_child_error", sizeof(corun_child_error), 56, 28},
    {"corun_frame", sizeof(corun_frame), 48, 40},
    {"a call with two pointers", sizeof(struct two_arguments_call_), 64, 48},
    {"corun_run_options", sizeof(corun_run_options), 32, 24},
    {"corun_runner", sizeof(corun_runner), 144, 104},
    {"corun_lock", sizeof(corun_lock), 24, 16},
    {"corun_event", sizeof(corun_event), 24, 12},
    {"corun_condition", sizeof(corun_condition), 48, 28},
    {"corun_semaphore", sizeof(corun_semaphore), 32, 24},
    {"corun_barrier", sizeof(corun_barrier), 32, 20},
    {"corun_queue_options", sizeof(corun_queue_options), 48, 24},
    {"corun_queue", sizeof(corun_queue), 144, 76},
    {"corun_group", sizeof(corun_group), 64, 40},
    {"corun_timeout", sizeof(corun_timeout), 32, 24},
    {"corun_response", sizeof(corun_response), 24, 20},
    {"corun_header", sizeof(corun_header), 16, 8},
    {"corun_as_completed", sizeof(corun_as_completed), 8, 4},
    {"corun_outcome", sizeof(corun_outcome), 32, 24},
};

TEST(public_structs_have_their_sizes)
{
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        size_t expected = sizeof(void *) == 8 ? sizes[i].of_64_bits : sizes[i].of_wasm32;
        test_check_equal((long long)sizes[i].size, (long long)expected, sizes[i].name, __FILE__, __LINE__);
    }
}

TEST(a_runner_of_zeros_is_ready)
{
    corun_runner zero, named = CORUN_RUNNER_INIT;
    memset(&zero, 0, sizeof zero);
    CHECK_ERROR(corun_runner_close(&zero), 0);
    CHECK_ERROR(corun_runner_close(&named), 0);
    zero.private_.options.loop_factory = corun_loop_sim;
    CHECK_ERROR(corun_runner_run(&zero, corun_yield(), NULL, NULL), 0);
    CHECK_ERROR(corun_runner_close(&zero), 0);
}

/* -------------------------------------------------------------- bytes in use */

static size_t bytes_in_use;

/* Keeps each block's size in front of it. */
union block {
    size_t size;
    long double alignment;
};

static void *measure_resize(void *old, size_t size, void *argument)
{
    union block *block = old ? (union block *)old - 1 : NULL;
    size_t before = block ? block->size : 0;
    (void)argument;
    block = realloc(block, sizeof *block + size);
    if (!block)
        return NULL;
    block->size = size;
    bytes_in_use += size - before;
    return block + 1;
}

static void *measure_allocate(size_t size, void *argument)
{
    return measure_resize(NULL, size, argument);
}

static void measure_release(void *old, void *argument)
{
    (void)argument;
    if (!old)
        return;
    bytes_in_use -= ((union block *)old - 1)->size;
    free((union block *)old - 1);
}

static const corun_allocator measuring = {measure_allocate, measure_resize, measure_release, NULL};

enum { MANY = 1024, MOST_BYTES_A_TASK = 256 };

CORUN_ASYNC(sleep_on, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(1000));
    CORUN_END();
}

CORUN_ASYNC(measure_sleepers, (), (int n; size_t before;)) {
    CORUN_BEGIN();
    my->before = bytes_in_use;
    for (my->n = 0; my->n < MANY; my->n++)
        CHECK_ERROR(corun_spawn(CORUN_CALL(sleep_on), NULL), 0);
    CORUN_AWAIT(corun_yield());
    CHECK(bytes_in_use - my->before > MANY * sizeof(corun_frame));
    CHECK(bytes_in_use - my->before <= MANY * MOST_BYTES_A_TASK);
    CORUN_END();
}

/* With its place in the heap of timers. */
TEST(a_sleeping_task_takes_at_most_256_bytes)
{
    corun_set_allocator(&measuring);
    CHECK_ERROR(test_run_sim(CORUN_CALL(measure_sleepers), NULL), 0);
    CHECK_EQ(bytes_in_use, 0);
}

TEST(without_an_allocator_of_ones_own_it_is_the_c_librarys)
{
    corun_set_allocator(NULL);
    CHECK_ERROR(test_run_sim(corun_sleep(1), NULL), 0);
}

/* Timers: a heap of four children a node, ordered by (deadline, number), the number handed out when a
 * timer is armed, so that timers of one deadline come out in the order in which they were armed.
 *
 * Always true, and checked after each operation in the hard-test build:
 *   - an armed timer is in the heap or in the ready queue, never in both;
 *   - each entry in the heap knows its own index, which makes disarming O(log n).
 *
 * Deadlines stand in the heap's own array, numbers in the entries: comparing two timers reads only
 * the array unless the deadlines are equal. Not a timing wheel: most timeouts are cancelled long
 * before they are due, and this removes in place.
 */
#include "timer.h"

#include <assert.h>
#include <errno.h>

#include "memory.h"

enum { CHILDREN = 4, FIRST_CAPACITY = 16, SHRINKS_ABOVE = 4096 };

static bool is_before(const struct timer_slot *a, const struct timer_slot *b)
{
    if (a->deadline != b->deadline)
        return a->deadline < b->deadline;
    return a->entry->timer.number < b->entry->timer.number;
}

static void put_slot(struct timers *timers, uint32_t index, struct timer_slot slot)
{
    timers->slots[index] = slot;
    slot.entry->timer.index = index;
}

static void sift_up(struct timers *timers, uint32_t index, struct timer_slot slot)
{
    while (index > 0) {
        uint32_t parent = (index - 1) / CHILDREN;
        if (!is_before(&slot, &timers->slots[parent]))
            break;
        put_slot(timers, index, timers->slots[parent]);
        index = parent;
    }
    put_slot(timers, index, slot);
}

static uint32_t earliest_child(const struct timers *timers, uint32_t first)
{
    uint32_t end = first + CHILDREN < timers->count ? first + CHILDREN : timers->count;
    uint32_t best = first;
    for (uint32_t i = first + 1; i < end; i++)
        if (is_before(&timers->slots[i], &timers->slots[best]))
            best = i;
    return best;
}

static void sift_down(struct timers *timers, uint32_t index, struct timer_slot slot)
{
    while (index * CHILDREN + 1 < timers->count) {
        uint32_t child = earliest_child(timers, index * CHILDREN + 1);
        if (!is_before(&timers->slots[child], &slot))
            break;
        put_slot(timers, index, timers->slots[child]);
        index = child;
    }
    put_slot(timers, index, slot);
}

static void verify_heap(const struct timers *timers)
{
#if defined(CORUN_HARD)
    for (uint32_t i = 0; i < timers->count; i++) {
        assert(timers->slots[i].entry->timer.index == i);
        assert(i == 0 || !is_before(&timers->slots[i], &timers->slots[(i - 1) / CHILDREN]));
    }
#else
    (void)timers;
#endif
}

static int grow_heap(struct timers *timers)
{
    uint32_t capacity = timers->capacity ? timers->capacity * 2 : FIRST_CAPACITY;
    struct timer_slot *slots = memory_resize(timers->slots, capacity * sizeof *slots);
    if (!slots)
        return -ENOMEM;
    timers->slots = slots;
    timers->capacity = capacity;
    return 0;
}

/* A million timers that are gone leave no room for a million. Without memory for less it stays. */
static void shrink_heap(struct timers *timers)
{
    uint32_t capacity = timers->capacity / 4;
    struct timer_slot *slots = memory_resize(timers->slots, capacity * sizeof *slots);
    if (!slots)
        return;
    timers->slots = slots;
    timers->capacity = capacity;
}

int timer_arm(struct timers *timers, struct entry *entry, int64_t deadline)
{
    if (timers->count == timers->capacity && grow_heap(timers) < 0)
        return -ENOMEM;
    entry->timer.number = timers->armed++;
    sift_up(timers, timers->count++, (struct timer_slot){deadline, entry});
    verify_heap(timers);
    return 0;
}

static void remove_at(struct timers *timers, uint32_t index)
{
    struct timer_slot last = timers->slots[--timers->count];
    if (index < timers->count) {
        sift_down(timers, index, last);
        sift_up(timers, last.entry->timer.index, last);
    }
    if (unlikely(timers->capacity > SHRINKS_ABOVE && timers->count < timers->capacity / 8))
        shrink_heap(timers);
    verify_heap(timers);
}

bool timer_disarm(struct timers *timers, struct entry *entry)
{
    /* Outside the heap the index is part of a list pointer: any number, but never a slot that
     * points back at this entry. */
    uint32_t index = entry->timer.index;
    if (index >= timers->count || timers->slots[index].entry != entry)
        return false;
    remove_at(timers, index);
    return true;
}

struct entry *timer_take_due(struct timers *timers, int64_t now)
{
    struct entry *entry;
    if (timers->count == 0 || timers->slots[0].deadline > now)
        return NULL;
    entry = timers->slots[0].entry;
    remove_at(timers, 0);
    return entry;
}

int64_t timer_next(const struct timers *timers)
{
    return timers->count ? timers->slots[0].deadline : INT64_MAX;
}

void timers_free(struct timers *timers)
{
    memory_release(timers->slots);
    *timers = (struct timers){NULL, 0, 0, 0};
}

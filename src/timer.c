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

static void put_slot(struct timers *timers, uint32_t index, const struct timer_slot *slot)
{
    timers->slots[index] = *slot;
    slot->entry->timer.index = index;
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

/* Puts a slot where it belongs when `index` is free: nearer the root, or among what is below. */
static inline void settle_slot(struct timers *timers, uint32_t index, struct timer_slot slot)
{
    uint32_t next;
    while (index > 0 && is_before(&slot, &timers->slots[next = (index - 1) / CHILDREN])) {
        put_slot(timers, index, &timers->slots[next]);
        index = next;
    }
    while ((next = index * CHILDREN + 1) < timers->count) {
        next = earliest_child(timers, next);
        if (!is_before(&timers->slots[next], &slot))
            break;
        put_slot(timers, index, &timers->slots[next]);
        index = next;
    }
    put_slot(timers, index, &slot);
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

/* Returns whether there was memory for it. */
static bool resize_heap(struct timers *timers, uint32_t capacity)
{
    struct timer_slot *slots = memory_move(timers->slots, timers->count * sizeof *slots, capacity * sizeof *slots);
    if (!slots)
        return false;
    timers->slots = slots;
    timers->capacity = capacity;
    return true;
}

int timer_arm(struct timers *timers, struct entry *entry, int64_t deadline)
{
    uint32_t capacity = timers->capacity;
    if (timers->count == capacity && !resize_heap(timers, capacity ? capacity * 2 : FIRST_CAPACITY))
        return -ENOMEM;
    entry->timer.number = timers->armed++;
    timers->count++;
    settle_slot(timers, timers->count - 1, (struct timer_slot){deadline, entry});
    verify_heap(timers);
    return 0;
}

static void remove_at(struct timers *timers, uint32_t index)
{
    timers->count--;
    if (index < timers->count)
        settle_slot(timers, index, timers->slots[timers->count]);
    /* A million timers that are gone leave no room for a million. Without memory for less it stays. */
    if (unlikely(timers->capacity > SHRINKS_ABOVE && timers->count < timers->capacity / 8))
        resize_heap(timers, timers->capacity / 4);
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

/* What is in a queue: a ring, a stack, or a heap.
 *
 * The heap is Python's heapq, step by step: which of two equal items comes first is the same there and here.
 */
#include "items.h"

#include <errno.h>
#include <string.h>

#include "memory.h"

enum { FIRST_ITEMS = 16 };

/* ------------------------------------------------------------------- room */

int items_reserve(corun_queue *queue)
{
    size_t old = queue->private_.capacity, first = queue->private_.first;
    size_t capacity = old ? old * 2 : FIRST_ITEMS;
    corun_value *items;
    if (queue->private_.count < old)
        return 0;
    if (capacity > SIZE_MAX / sizeof *items)
        return -ENOMEM;
    items = memory_resize(queue->private_.items, capacity * sizeof *items);
    if (!items)
        return -ENOMEM;
    if (first > 0) /* it is full: what was wrapped round goes on behind the old end */
        memcpy(items + old, items, first * sizeof *items);
    queue->private_.items = items;
    queue->private_.capacity = capacity;
    return 0;
}

static size_t wrapped(const corun_queue *queue, size_t index)
{
    return index < queue->private_.capacity ? index : index - queue->private_.capacity;
}

/* ------------------------------------------------------------------- heap */

static bool comes_before(const corun_queue *queue, const corun_value *a, const corun_value *b)
{
    return queue->private_.options.before(a, b, queue->private_.options.argument);
}

/* Moves an item from `index` towards the root, as far as it comes before its parents. */
static void raise_item(corun_queue *queue, size_t index)
{
    corun_value *items = queue->private_.items, item = items[index];
    while (index > 0 && comes_before(queue, &item, &items[(index - 1) / 2])) {
        items[index] = items[(index - 1) / 2];
        index = (index - 1) / 2;
    }
    items[index] = item;
}

/* Fills the root with the heap's last item: the earlier child goes up until a leaf is empty, and the item
 * goes from there to its place, which is near. */
static void refill_root(corun_queue *queue, corun_value item)
{
    corun_value *items = queue->private_.items;
    size_t index = 0, child;
    while ((child = 2 * index + 1) < queue->private_.count) {
        if (child + 1 < queue->private_.count && !comes_before(queue, &items[child], &items[child + 1]))
            child++;
        items[index] = items[child];
        index = child;
    }
    items[index] = item;
    raise_item(queue, index);
}

/* -------------------------------------------------------------- put, take */

void items_put(corun_queue *queue, corun_value item)
{
    size_t index = queue->private_.count++;
    queue->private_.items[wrapped(queue, queue->private_.first + index)] = item;
    if (queue->private_.options.order == CORUN_QUEUE_PRIORITY)
        raise_item(queue, index);
}

corun_value items_take(corun_queue *queue)
{
    corun_value *items = queue->private_.items;
    corun_value taken = items[queue->private_.first];
    queue->private_.count--;
    switch (queue->private_.options.order) {
    case CORUN_QUEUE_LIFO:
        return items[queue->private_.count];
    case CORUN_QUEUE_PRIORITY:
        if (queue->private_.count > 0)
            refill_root(queue, items[queue->private_.count]);
        return taken;
    default:
        queue->private_.first = wrapped(queue, queue->private_.first + 1);
        return taken;
    }
}

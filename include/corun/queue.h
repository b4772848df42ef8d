/* Queues: values that tasks of one loop hand to each other. First in, first out; last in, first out; or by an
 * order of the program's. Whoever puts into a queue with a limit waits while it is full.
 *
 * All zero is a queue without limit, first in, first out; another kind is opened. Its memory is allocated
 * once, or the caller's; only a queue without limit allocates when it grows. It belongs to a loop as a lock
 * does (corun/sync.h), and like that it must not be moved, and must live as long as somebody waits.
 *
 * States: open, then shut down: nothing can be put any more, and getting from an empty one fails instead of waiting.
 */
#ifndef CORUN_QUEUE_H
#define CORUN_QUEUE_H

#include "corun/sync.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CORUN_QUEUE_FIFO, CORUN_QUEUE_LIFO, CORUN_QUEUE_PRIORITY };

/* Which queue to make. All zero is one without limit, first in, first out. */
typedef struct corun_queue_options {
    size_t limit;         /* of items; 0: none */
    int order;            /* one of the three above */
    corun_value *storage; /* room for `limit` items, which lives as long as the queue; NULL: allocated */
    /* By priority: whether `a` comes out before `b`. */
    bool (*before)(const corun_value *a, const corun_value *b, void *argument);
    /* What to do with an item that nobody will get; NULL: nothing. */
    void (*drop)(corun_value item, void *argument);
    void *argument;
} corun_queue_options;

typedef struct corun_queue {
    struct {
        corun_queue_options options;
        corun_waiters_ getters, putters, joiners;
        corun_value *items;
        size_t capacity, first, count;
        size_t unfinished; /* items that were put and not told to be done */
        uint32_t due;      /* tasks that were woken and have not had their turn */
        bool shut;
    } private_;
} corun_queue;

#define CORUN_QUEUE_INIT {{{0, CORUN_QUEUE_FIFO, NULL, NULL, NULL, NULL}, {NULL, NULL}, {NULL, NULL}, \
    {NULL, NULL}, NULL, 0, 0, 0, 0, 0, false}}

CORUN_API extern const corun_awaitable_type corun_put_type_, corun_get_type_, corun_queue_join_type_;

/* Prepares a queue.
 *
 *   returns  0
 *   CORUN_BAD_ARGUMENT  an order that is none, priority without `before`, storage without a limit
 *   -ENOMEM  no memory for `limit` items
 *   owner    `options` may be NULL and is copied; corun_queue_close gives the memory back
 *   asyncio  Queue(maxsize), LifoQueue, PriorityQueue
 */
CORUN_API int corun_queue_open(corun_queue *queue, const corun_queue_options *options);

/* Drops what is in it, frees its memory and makes it all zero. Closing it again does nothing.
 *
 *   returns  0
 *   CORUN_INVALID_STATE  somebody waits for it: nothing was done
 */
CORUN_API int corun_queue_close(corun_queue *queue);

/* Waits while the queue is full, and puts an item into it.
 *
 *     CORUN_AWAIT(corun_queue_put(&my->jobs, CORUN_VALUE(.p = job)));
 *
 * An integer, a double or a pointer: bytes are CORUN_BAD_ARGUMENT. Awaiting it fails with
 * CORUN_QUEUE_SHUTDOWN, CORUN_OTHER_LOOP, and -ENOMEM when a queue without limit has to grow.
 *
 *   owner    an item that was not put is still the caller's
 *   asyncio  Queue.put, K6 K7 K8
 */
static inline CORUN_TO_AWAIT_ corun_awaitable corun_queue_put(corun_queue *queue, corun_value item)
{
    corun_awaitable made = corun_awaitable_of(&corun_put_type_, queue);
    made.number = item.i;
    made.extra = item.tag;
    return made;
}

/* Waits while the queue is empty, and takes an item out of it: the await's value. Awaiting it fails with
 * CORUN_QUEUE_SHUTDOWN and CORUN_OTHER_LOOP.
 *
 *     CORUN_AWAIT_TO(my->job, p, corun_queue_get(&my->jobs));
 *
 * A cancellation loses no item.
 *
 *   asyncio  Queue.get, K6 K7 K8
 */
static inline CORUN_TO_AWAIT_ corun_awaitable corun_queue_get(corun_queue *queue)
{
    return corun_awaitable_of(&corun_get_type_, queue);
}

/* The same without waiting.
 *
 *   returns  0
 *   CORUN_WRONG_THREAD  another thread runs the loop of those who wait (debug mode only)
 *   CORUN_QUEUE_SHUTDOWN  nothing can be put any more; it is empty and stays so
 *   CORUN_BAD_ARGUMENT  an item of bytes
 *   CORUN_QUEUE_FULL, CORUN_QUEUE_EMPTY  one would have to wait
 *   -ENOMEM  no memory for a queue without limit to grow
 *   owner    an item that was not put is still the caller's
 *   asyncio  Queue.put_nowait, Queue.get_nowait, K6 K7
 */
CORUN_API int corun_queue_put_nowait(corun_queue *queue, corun_value item);
CORUN_API int corun_queue_get_nowait(corun_queue *queue, corun_value *out_item);

/* Tells that the work on an item that was taken out is done.
 *
 *   returns  0
 *   CORUN_WRONG_THREAD  another thread runs the loop of those who wait (debug mode only)
 *   CORUN_DONE_TOO_OFTEN  there is no such item
 *   asyncio  Queue.task_done, K6
 */
CORUN_API int corun_queue_task_done(corun_queue *queue);

/* Waits until as many items were told to be done as were put. Awaiting it fails with CORUN_OTHER_LOOP.
 *
 *   asyncio  Queue.join, K6 K7 K8
 */
static inline CORUN_TO_AWAIT_ corun_awaitable corun_queue_join(corun_queue *queue)
{
    return corun_awaitable_of(&corun_queue_join_type_, queue);
}

/* Shuts the queue down: who puts, or waits to, fails with CORUN_QUEUE_SHUTDOWN, and so does who gets, once it
 * is empty. `immediate`: it is emptied now, each item as if it were done; drops are called. Doing it
 * again does no more.
 *
 *   returns  0
 *   CORUN_WRONG_THREAD  another thread runs the loop of those who wait (debug mode only)
 *   asyncio  Queue.shutdown(immediate), K7
 */
CORUN_API int corun_queue_shutdown(corun_queue *queue, bool immediate);

/* How many items are in it; whether it is empty; whether putting another would have to wait.
 *
 *   asyncio  Queue.qsize, Queue.empty, Queue.full
 */
static inline size_t corun_queue_size(const corun_queue *queue)
{
    return queue->private_.count;
}
static inline bool corun_queue_empty(const corun_queue *queue)
{
    return queue->private_.count == 0;
}
static inline bool corun_queue_full(const corun_queue *queue)
{
    return queue->private_.options.limit > 0 && queue->private_.count >= queue->private_.options.limit;
}

#ifdef __cplusplus
}
#endif
#endif

/* Lock, event, condition, semaphore, barrier: how tasks of one loop wait for each other.
 *
 * Not for threads, and needed only across awaits: between two awaits a task is alone anyway. Tasks are served in the
 * order in which they came, and nobody overtakes; one that is cancelled when its turn has come passes it on. Waiting
 * allocates nothing. Whoever need not wait goes on at once.
 *
 * The structs are the caller's memory, usually fields of a frame, and all zero is a valid start. They must
 * not be moved or copied while somebody waits, and must live as long as somebody does. They belong to no loop
 * until a task has had to wait, and to that task's loop from then on: waiting on another one is
 * CORUN_OTHER_LOOP.
 */
#ifndef CORUN_SYNC_H
#define CORUN_SYNC_H

#include "corun/awaitable.h"
#include "corun/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The tasks that wait for one of these, in the order in which they came. */
typedef struct corun_waiters_ {
    corun_loop *loop;   /* NULL until a task has had to wait */
    corun_waiter *last; /* of the ring; NULL: nobody waits */
} corun_waiters_;

CORUN_API extern const corun_awaitable_type corun_lock_type_, corun_event_type_, corun_condition_type_,
    corun_semaphore_type_, corun_barrier_type_;

/* -------------------------------------------------------------------- lock */

/* One task at a time. It belongs to no task: another one may release it. */
typedef struct corun_lock {
    struct {
        corun_waiters_ waiters;
        uint32_t live; /* those who wait and have not been cancelled */
        bool locked;
    } private_;
} corun_lock;

#define CORUN_LOCK_INIT {{{NULL, NULL}, 0, false}}

/* Waits until the lock is free and everybody who came before has had it, and takes it. Awaiting it fails
 * with CORUN_OTHER_LOOP.
 *
 *     CORUN_AWAIT(corun_lock_acquire(&my->lock));
 *
 *   asyncio  Lock.acquire, K1 K8
 */
static inline CORUN_TO_AWAIT_ corun_awaitable corun_lock_acquire(corun_lock *lock)
{
    return corun_awaitable_of(&corun_lock_type_, lock);
}

/* Gives the lock back. Whoever waits longest is to have it, in a later round; until then it is not locked,
 * and not to be had either.
 *
 *   returns  0
 *   CORUN_WRONG_THREAD  another thread runs the loop of those who wait (debug mode only)
 *   CORUN_NOT_ACQUIRED  nobody has it
 *   asyncio  Lock.release, K1
 */
CORUN_API int corun_lock_release(corun_lock *lock);

/* Whether somebody has it.
 *
 *   asyncio  Lock.locked
 */
static inline bool corun_lock_locked(const corun_lock *lock)
{
    return lock->private_.locked;
}

/* ------------------------------------------------------------------- event */

/* A flag that tasks wait for. */
typedef struct corun_event {
    struct {
        corun_waiters_ waiters;
        bool set;
    } private_;
} corun_event;

#define CORUN_EVENT_INIT {{{NULL, NULL}, false}}

/* Waits until the event is set. Awaiting it fails with CORUN_OTHER_LOOP.
 *
 *   asyncio  Event.wait, K2 K8
 */
static inline CORUN_TO_AWAIT_ corun_awaitable corun_event_wait(corun_event *event)
{
    return corun_awaitable_of(&corun_event_type_, event);
}

/* Sets it, and wakes whoever waits, also if it is cleared at once.
 *
 *   returns  0
 *   CORUN_WRONG_THREAD  another thread runs the loop of those who wait (debug mode only)
 *   asyncio  Event.set, K2
 */
CORUN_API int corun_event_set(corun_event *event);

/* Clears it: whoever comes from now on waits. Tells whether it is set.
 *
 *   asyncio  Event.clear, Event.is_set
 */
static inline void corun_event_clear(corun_event *event)
{
    event->private_.set = false;
}
static inline bool corun_event_is_set(const corun_event *event)
{
    return event->private_.set;
}

/* --------------------------------------------------------------- condition */

/* Something that is true or not of data which a lock guards; whoever makes it true tells those who wait.
 *
 *     CORUN_AWAIT(corun_condition_acquire(&my->changed));
 *     while (my->n == 0)
 *         CORUN_AWAIT(corun_condition_wait(&my->changed));
 */
typedef struct corun_condition {
    struct {
        corun_waiters_ waiters;
        corun_lock own;
        corun_lock *lock; /* NULL: its own */
    } private_;
} corun_condition;

/* With a lock of its own, or with one that others use too: CORUN_CONDITION_WITH(&lock). */
#define CORUN_CONDITION_INIT CORUN_CONDITION_WITH(NULL)
#define CORUN_CONDITION_WITH(its_lock) {{{NULL, NULL}, CORUN_LOCK_INIT, its_lock}}

/* Prepares a condition; `lock` NULL is one of its own.
 *
 *   owner    keeps `lock`
 *   asyncio  Condition(lock)
 */
CORUN_API void corun_condition_init(corun_condition *condition, corun_lock *lock);

/* Its lock, and what one does with that. Parameters and errors are those of corun_lock_acquire and
 * corun_lock_release.
 *
 *   asyncio  Condition.acquire, Condition.release, Condition.locked
 */
static inline corun_lock *corun_condition_lock(corun_condition *condition)
{
    return condition->private_.lock ? condition->private_.lock : &condition->private_.own;
}
static inline CORUN_TO_AWAIT_ corun_awaitable corun_condition_acquire(corun_condition *condition)
{
    return corun_lock_acquire(corun_condition_lock(condition));
}
static inline int corun_condition_release(corun_condition *condition)
{
    return corun_lock_release(corun_condition_lock(condition));
}
static inline bool corun_condition_locked(corun_condition *condition)
{
    return corun_lock_locked(corun_condition_lock(condition));
}

/* Releases the lock, waits to be notified, and acquires the lock again, also when it is cancelled: a cleanup
 * may rely on having it. The condition may have become false again by then: wait in a loop. Awaiting it fails
 * with CORUN_WAIT_NEEDS_LOCK and with CORUN_OTHER_LOOP. Whoever fails while waiting has somebody else notified instead.
 *
 *   asyncio  Condition.wait (wait_for is the loop above), K3 K8
 */
static inline CORUN_TO_AWAIT_ corun_awaitable corun_condition_wait(corun_condition *condition)
{
    return corun_awaitable_of(&corun_condition_type_, condition);
}

/* Wakes the `n` who wait longest, or all. They go on when they have the lock. If nobody waits, nothing remembers it.
 *
 *   returns  0
 *   CORUN_WRONG_THREAD  another thread runs the loop of those who wait (debug mode only)
 *   CORUN_NOTIFY_NEEDS_LOCK  nobody has the lock
 *   asyncio  Condition.notify, Condition.notify_all, K3
 */
CORUN_API int corun_condition_notify(corun_condition *condition, size_t n);
CORUN_API int corun_condition_notify_all(corun_condition *condition);

/* --------------------------------------------------------------- semaphore */

/* Lets so many tasks in at a time. A bounded one refuses to be released more often than it was acquired. All zero lets
 * nobody in until it is released. */
typedef struct corun_semaphore {
    struct {
        corun_waiters_ waiters;
        int value;      /* how many more can be had */
        int bound;      /* of a bounded one: what it began with */
        uint32_t woken; /* those who are to have one, and have not had their turn */
        bool bounded;
    } private_;
} corun_semaphore;

#define CORUN_SEMAPHORE_INIT(its_value) {{{NULL, NULL}, its_value, 0, 0, false}}
#define CORUN_BOUNDED_SEMAPHORE_INIT(its_value) {{{NULL, NULL}, its_value, its_value, 0, true}}

/* Prepares a semaphore, or a bounded one.
 *
 *   returns  0
 *   CORUN_NEGATIVE_SEMAPHORE  the value is below 0
 *   asyncio  Semaphore(value), BoundedSemaphore(value), K4
 */
CORUN_API int corun_semaphore_init(corun_semaphore *semaphore, int value);
CORUN_API int corun_semaphore_init_bounded(corun_semaphore *semaphore, int value);

/* Waits until there is one and everybody who came before has had theirs, and takes it. Awaiting it fails with
 * CORUN_NEGATIVE_SEMAPHORE and with CORUN_OTHER_LOOP.
 *
 *   asyncio  Semaphore.acquire, K4 K8
 */
static inline CORUN_TO_AWAIT_ corun_awaitable corun_semaphore_acquire(corun_semaphore *semaphore)
{
    return corun_awaitable_of(&corun_semaphore_type_, semaphore);
}

/* Gives one back, which whoever waits longest is to have.
 *
 *   returns  0
 *   CORUN_WRONG_THREAD  another thread runs the loop of those who wait (debug mode only)
 *   CORUN_RELEASED_TOO_OFTEN  it is bounded, and all are there; or an int holds no more
 *   asyncio  Semaphore.release, BoundedSemaphore.release, K4
 */
CORUN_API int corun_semaphore_release(corun_semaphore *semaphore);

/* Whether acquiring it would have to wait.
 *
 *   asyncio  Semaphore.locked, K4
 */
CORUN_API bool corun_semaphore_locked(const corun_semaphore *semaphore);

/* ----------------------------------------------------------------- barrier */

/* A place where `parties` tasks wait for each other, again and again.
 *
 * States: filling, until all parties are there; draining, while they leave; resetting, while those leave who
 * were told to; broken, until it is reset. Whoever comes while it drains or resets waits until
 * it fills again. */
typedef struct corun_barrier {
    struct {
        corun_waiters_ waiters;
        int parties, count; /* how many are wanted, and are there */
        uint8_t state;      /* enum barrier_state in src/barrier.c */
    } private_;
} corun_barrier;

#define CORUN_BARRIER_INIT(its_parties) {{{NULL, NULL}, its_parties, 0, 0}}

/* Prepares a barrier.
 *
 *   returns  0
 *   CORUN_NO_PARTIES  fewer than 1
 *   asyncio  Barrier(parties), K5
 */
CORUN_API int corun_barrier_init(corun_barrier *barrier, int parties);

/* Waits until all parties are there. The value's .i is each one's own number, from 0 on. Awaiting it fails
 * with CORUN_BROKEN_BARRIER, CORUN_NO_PARTIES and CORUN_OTHER_LOOP. A task that is cancelled leaves;
 * the others wait on.
 *
 *   asyncio  Barrier.wait, K5 K8
 */
static inline CORUN_TO_AWAIT_ corun_awaitable corun_barrier_wait(corun_barrier *barrier)
{
    return corun_awaitable_of(&corun_barrier_type_, barrier);
}

/* Has everybody who waits fail with CORUN_BROKEN_BARRIER. After a reset it fills anew; after an abort it is broken:
 * whoever comes later fails too, until it is reset.
 *
 *   returns  0
 *   CORUN_WRONG_THREAD  another thread runs the loop of those who wait (debug mode only)
 *   asyncio  Barrier.reset, Barrier.abort, K5
 */
CORUN_API int corun_barrier_reset(corun_barrier *barrier);
CORUN_API int corun_barrier_abort(corun_barrier *barrier);

/* How many wait for the others to come; whether it was aborted.
 *
 *   asyncio  Barrier.n_waiting, Barrier.broken
 */
CORUN_API int corun_barrier_waiting(const corun_barrier *barrier);
CORUN_API bool corun_barrier_broken(const corun_barrier *barrier);

#ifdef __cplusplus
}
#endif
#endif

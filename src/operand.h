/* Operands: awaitables that another awaitable was given. */
#ifndef CORUN_OPERAND_INTERNAL_H
#define CORUN_OPERAND_INTERNAL_H

#include "corun/call.h"
#include "corun/coroutine.h"
#include "corun/wait.h"
#include "internal.h"

/* Has an awaitable point to a copy of what it points to, to run later; frees that copy. Returns 0, CORUN_NOT_AWAITABLE
 * or -ENOMEM; then `awaitable` is of no use. */
CORUN_INTERNAL int awaitable_keep(corun_awaitable *awaitable);
CORUN_INTERNAL void awaitable_free(const corun_awaitable *kept);
/* Drops the arguments of every call in an awaitable that will not run. */
CORUN_INTERNAL void awaitable_drop(const corun_awaitable *awaitable);
/* Where a call was written; without a file if the awaitable is no call. */
CORUN_INTERNAL corun_where awaitable_where(const corun_awaitable *awaitable);
/* The cancel functions of the types that have operands. Of one: nothing, since a frame waits, not it. Of several: what
 * their wait has made, which begins with a struct operands, says what to do. */
CORUN_INTERNAL void operand_cancel_one(void *self, corun_waiter *waiter);
CORUN_INTERNAL void operand_cancel_several(void *self, corun_waiter *waiter);
struct operands {
    void (*cancel)(void *self, corun_waiter *waiter);
};

/* How many operands a list has: gather's and wait's count stands above a few bits of options. */
CORUN_INTERNAL size_t awaitable_count(const corun_awaitable *list);
enum { COUNT_SHIFT = 2, COUNT_LIMIT = INT32_MAX >> COUNT_SHIFT };

/* Gives the future that an awaitable waits for, or that of the task that it is spawned as; one reference. If that
 * fails, its arguments are dropped. */
CORUN_INTERNAL int awaitable_to_future(corun_loop *loop, const corun_awaitable *awaitable, corun_future **out_future);

/* Where the futures of several are to go. */
struct future_list {
    corun_future **first;
    size_t stride_bytes;
    size_t count;
};
/* The same for each of a list. If one fails, those that were spawned are cancelled, what is ahead is dropped, and
 * every place is NULL. */
CORUN_INTERNAL int awaitables_to_futures(corun_loop *loop, const corun_awaitable *awaitables, struct future_list out);

/* Begins a wait by a call of the library's: its frame is put on the task's stack, with a copy of the operand as its
 * first argument. The call has room for that. */
CORUN_INTERNAL void operand_enter(corun_waiter *waiter, const corun_awaitable *operand, corun_awaitable call);

#endif

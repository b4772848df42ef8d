/* Operands: awaitables that another awaitable was given, and what that copies of them.
 *
 *   a call      its arguments
 *   one         CORUN_WAIT_FOR, CORUN_SHIELD: a struct corun_operand_, and the operand in it
 *   several     gather, wait: an array, and each operand in it
 *   plain       nothing
 *
 * A copy has the type of what it was made from, and is used in its place. Which kind an awaitable is, its type's cancel
 * function says: to name the types here would have every program linked with all of them.
 */
#include "operand.h"

#include <errno.h>

#include "future.h"
#include "memory.h"
#include "observer.h"
#include "task.h"

enum operand_kind { OPERAND_PLAIN, OPERAND_CALL, OPERAND_ONE, OPERAND_SEVERAL };

static enum operand_kind operand_kind_of(const corun_awaitable *awaitable)
{
    if (awaitable->type == &corun_call_type_)
        return OPERAND_CALL;
    if (awaitable->type && awaitable->type->cancel == operand_cancel_one)
        return OPERAND_ONE;
    if (awaitable->type && awaitable->type->cancel == operand_cancel_several)
        return OPERAND_SEVERAL;
    return OPERAND_PLAIN;
}

void operand_cancel_one(void *self, corun_waiter *waiter)
{
    (void)self, (void)waiter;
}

void operand_cancel_several(void *self, corun_waiter *waiter)
{
    ((struct operands *)self)->cancel(self, waiter);
}

bool awaitable_has_operands(const corun_awaitable *awaitable)
{
    return operand_kind_of(awaitable) > OPERAND_CALL;
}

size_t awaitable_count(const corun_awaitable *list)
{
    return list->extra < 0 ? 0 : (size_t)list->extra >> COUNT_SHIFT;
}

corun_where awaitable_where(const corun_awaitable *awaitable)
{
    enum operand_kind kind = operand_kind_of(awaitable);
    if (kind == OPERAND_CALL || kind == OPERAND_ONE)
        return (corun_where){awaitable->file, NULL, awaitable->extra};
    return (corun_where){NULL, NULL, 0};
}

/* The operands of what has some. */
static const corun_awaitable *operands_of(const corun_awaitable *awaitable, size_t *count)
{
    enum operand_kind kind = operand_kind_of(awaitable);
    const struct corun_operand_ *one = awaitable->self;
    *count = kind == OPERAND_ONE ? 1 : kind == OPERAND_SEVERAL ? awaitable_count(awaitable) : 0;
    return kind == OPERAND_ONE ? &one->awaitable : awaitable->self;
}

void awaitable_drop(const corun_awaitable *awaitable)
{
    size_t count;
    const corun_awaitable *operands = operands_of(awaitable, &count);
    if (awaitable->type == &corun_call_type_)
        frame_drop_arguments(awaitable->self);
    for (size_t i = 0; i < count; i++)
        awaitable_drop(&operands[i]);
}

/* -------------------------------------------------------------------- keep */

/* How much an awaitable points to, beside its operands' own. */
static size_t size_behind(const corun_awaitable *awaitable)
{
    switch (operand_kind_of(awaitable)) {
    case OPERAND_CALL:
        return ((const corun_frame *)awaitable->self)->coroutine->call_size;
    case OPERAND_ONE:
        return sizeof(struct corun_operand_);
    case OPERAND_SEVERAL:
        return awaitable_count(awaitable) * sizeof(corun_awaitable);
    default:
        return 0;
    }
}

static void free_operands(corun_awaitable *operands, size_t count)
{
    for (size_t i = 0; i < count; i++)
        corun_call_free(operands[i]);
}

int corun_call_keep(corun_awaitable call, corun_awaitable *out_kept)
{
    size_t size = size_behind(&call), count;
    corun_awaitable *operands;
    if (!call.type)
        return CORUN_NOT_AWAITABLE;
    if (size > 0)
        call.self = memory_copy(call.self, size);
    if (size > 0 && !call.self)
        return -ENOMEM;
    operands = (corun_awaitable *)(uintptr_t)operands_of(&call, &count);
    for (size_t i = 0; i < count; i++) {
        int rc = corun_call_keep(operands[i], &operands[i]);
        if (rc < 0) {
            free_operands(operands, i);
            memory_release(call.self);
            return rc;
        }
    }
    *out_kept = call;
    return 0;
}

void corun_call_free(corun_awaitable kept)
{
    size_t count;
    corun_awaitable *operands = (corun_awaitable *)(uintptr_t)operands_of(&kept, &count);
    free_operands(operands, count);
    if (size_behind(&kept) > 0)
        memory_release(kept.self);
}

/* --------------------------------------------------------------------- run */

int awaitable_to_future(corun_loop *loop, const corun_awaitable *awaitable, corun_future **out_future)
{
    corun_future *future = future_of_awaitable(awaitable);
    corun_task *task;
    int rc;
    if (future && future->loop != loop)
        return CORUN_OTHER_LOOP;
    if (future) {
        *out_future = corun_future_retain(future);
        return 0;
    }
    rc = corun_loop_spawn(loop, *awaitable, &task);
    if (rc == 0)
        *out_future = &task->future;
    else if (rc != CORUN_SYSTEM_EXIT && rc != CORUN_INTERRUPTED) /* of an eager first step: it has begun */
        awaitable_drop(awaitable);
    return rc;
}

static corun_future **future_at(struct future_list list, size_t index)
{
    return (corun_future **)(void *)((char *)list.first + index * list.stride_bytes);
}

static void undo_futures(const corun_awaitable *awaitables, struct future_list list, size_t made)
{
    for (size_t i = 0; i < made; i++) {
        if (!future_of_awaitable(&awaitables[i]))
            future_ask_to_stop(*future_at(list, i));
        corun_future_release(*future_at(list, i));
        *future_at(list, i) = NULL;
    }
    for (size_t i = made + 1; i < list.count; i++)
        awaitable_drop(&awaitables[i]);
}

int awaitables_to_futures(corun_loop *loop, const corun_awaitable *awaitables, struct future_list out)
{
    for (size_t i = 0; i < out.count; i++) {
        int rc = awaitable_to_future(loop, &awaitables[i], future_at(out, i));
        if (rc < 0) {
            undo_futures(awaitables, out, i);
            return rc;
        }
    }
    return 0;
}

void operand_enter(corun_waiter *waiter, const corun_awaitable *operand, corun_awaitable call)
{
    corun_awaitable *first = (corun_awaitable *)(void *)((corun_frame *)call.self + 1);
    int rc = corun_call_keep(*operand, first);
    if (rc == 0 && !frame_push(task_of_waiter(waiter), call.self)) {
        corun_call_free(*first);
        rc = -ENOMEM;
    }
    if (rc < 0)
        awaitable_drop(operand);
    corun_waiter_done(waiter, rc, NULL);
}

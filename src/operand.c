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

/* What an awaitable points to: so many bytes, which begin with its operands. */
struct behind {
    size_t size_bytes, operands;
};

static struct behind behind_of(const corun_awaitable *awaitable)
{
    const corun_awaitable_type *type = awaitable->type;
    size_t count = 0;
    if (type == &corun_call_type_)
        return (struct behind){((const corun_frame *)awaitable->self)->coroutine->call_size, 0};
    if (type && type->cancel == operand_cancel_one)
        return (struct behind){sizeof(struct corun_operand_), 1};
    if (type && type->cancel == operand_cancel_several)
        count = awaitable_count(awaitable);
    return (struct behind){count * sizeof(corun_awaitable), count};
}

void operand_cancel_one(void *self, corun_waiter *waiter)
{
    (void)self, (void)waiter;
}

void operand_cancel_several(void *self, corun_waiter *waiter)
{
    ((struct operands *)self)->cancel(self, waiter);
}

size_t awaitable_count(const corun_awaitable *list)
{
    return list->extra < 0 ? 0 : (size_t)list->extra >> COUNT_SHIFT;
}

corun_where awaitable_where(const corun_awaitable *awaitable)
{
    const corun_awaitable_type *type = awaitable->type;
    if (type == &corun_call_type_ || (type && type->cancel == operand_cancel_one))
        return (corun_where){awaitable->file, NULL, awaitable->extra};
    return (corun_where){NULL, NULL, 0};
}

void awaitable_drop(const corun_awaitable *awaitable)
{
    const corun_awaitable *operands = awaitable->self;
    size_t count = behind_of(awaitable).operands;
    if (awaitable->type == &corun_call_type_)
        frame_drop_arguments(awaitable->self);
    for (size_t i = 0; i < count; i++)
        awaitable_drop(&operands[i]);
}

/* -------------------------------------------------------------------- keep */

/* Frees the first so many operands of a copy, and what held them. */
static void free_behind(const corun_awaitable *kept, size_t operands)
{
    const corun_awaitable *first = kept->self;
    for (size_t i = 0; i < operands; i++)
        awaitable_free(&first[i]);
    memory_release(kept->self);
}

void awaitable_free(const corun_awaitable *kept)
{
    struct behind behind = behind_of(kept);
    if (behind.size_bytes > 0)
        free_behind(kept, behind.operands);
}

int awaitable_keep(corun_awaitable *awaitable)
{
    struct behind behind = behind_of(awaitable);
    corun_awaitable *operands;
    if (!awaitable->type)
        return CORUN_NOT_AWAITABLE;
    if (behind.size_bytes == 0)
        return 0;
    operands = awaitable->self = memory_copy(awaitable->self, behind.size_bytes);
    if (!operands)
        return -ENOMEM;
    for (size_t i = 0; i < behind.operands; i++) {
        int rc = awaitable_keep(&operands[i]);
        if (rc < 0) {
            free_behind(awaitable, i);
            return rc;
        }
    }
    return 0;
}

int corun_call_keep(corun_awaitable call, corun_awaitable *out_kept)
{
    int rc = awaitable_keep(&call);
    if (rc == 0)
        *out_kept = call;
    return rc;
}

void corun_call_free(corun_awaitable kept)
{
    awaitable_free(&kept);
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
    rc = loop_spawn(loop, awaitable, NULL, &task);
    if (rc == 0)
        *out_future = &task->future;
    else if (!error_leaves_loop(rc)) /* of an eager first step: it has begun */
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
    int rc;
    *first = *operand;
    rc = awaitable_keep(first);
    if (rc == 0 && !frame_push(task_of_waiter(waiter), call.self)) {
        awaitable_free(first);
        rc = -ENOMEM;
    }
    if (rc < 0)
        awaitable_drop(operand);
    corun_waiter_done(waiter, rc, NULL);
}

/* Groups: how they end. asyncio G3-G8.
 *
 * The close waits in the parent's own entry: its turn is queued when the last child has gone, or when the wait is
 * cancelled. What the group has come to is decided in that turn, not before: a cancellation may come until
 * then, and must not take the errors away. Nothing on the way needs memory but the details of errors.
 */
#include "group.h"

#include "memory.h"

/* ------------------------------------------------------- what it has come to */

/* A record of the errors that ends with the frame that closed the group. */
struct kept_errors {
    struct kept kept;
    struct corun_errors_ *errors;
};

static void end_kept_errors(struct kept *kept)
{
    struct kept_errors *self = container_of(kept, struct kept_errors, kept);
    errors_release(self->errors);
    memory_release(self);
}

/* Lets the group's user read them. */
static void keep_errors(corun_group *group, corun_task *task, struct corun_errors_ *errors)
{
    struct kept_errors *self = memory_allocate(sizeof *self);
    if (!self)
        return;
    self->kept.end = end_kept_errors;
    self->kept.owner = group;
    self->errors = errors;
    if (kept_add(task, &self->kept) < 0) {
        memory_release(self);
        return;
    }
    errors->references++;
    group->private_.errors = errors;
}

static size_t count_children(const struct corun_child_ *last)
{
    size_t count = last ? 1 : 0;
    for (const struct list *at = last ? last->link.next : NULL; last && at != &last->link; at = at->next)
        count++;
    return count;
}

static corun_child_error describe_child(const struct corun_child_ *child)
{
    corun_task *task = task_of_child(child);
    corun_child_error described = {.code = error_of_child(child), .where = child->where};
    if (!task)
        return described;
    described.name = corun_task_name(task);
    described.where = (corun_where){task->file, NULL, task->line};
    described.failure = failure_retain(task->future.outcome.failure);
    return described;
}

/* Moves all errors, the children's and the body's own, into a list; NULL without memory. */
static struct corun_errors_ *collect_errors(corun_group *group, struct outcome *body)
{
    struct corun_errors_ *errors = errors_create(count_children(group->private_.failed) + 2);
    corun_child_error unnoted = {.code = group->private_.error};
    unnoted.where = (corun_where){group->private_.file, NULL, group->private_.line};
    if (errors) {
        for (struct corun_child_ *child; (child = group_take_child(&group->private_.failed)); group_free_child(child))
            errors_add(errors, describe_child(child));
        if (unnoted.code)
            errors_add(errors, unnoted);
        if (body->error && body->error != CORUN_CANCELLED) {
            errors_add(errors, (corun_child_error){.code = body->error, .failure = body->failure});
            outcome_set(body, 0, NULL);
        }
    }
    outcome_release(body);
    return errors;
}

static struct outcome fail_group(corun_group *group, corun_task *task)
{
    struct outcome body = exit_error(task->top) ? exit_take_error(task->top) : outcome_of_error(0, NULL);
    struct corun_errors_ *errors = collect_errors(group, &body);
    corun_failure *failure = errors ? failure_create(CORUN_GROUP, NULL) : NULL;
    if (errors)
        keep_errors(group, task, errors);
    if (failure)
        failure_set_errors(failure, errors);
    else
        errors_release(errors);
    return outcome_of_error(CORUN_GROUP, failure);
}

static void share_error(const struct corun_child_ *child, struct outcome *out)
{
    if (child->observer.future)
        outcome_share(out, &child->observer.future->outcome);
    else
        outcome_set(out, child->error, NULL);
}

/* The first error that must leave the loop, as it was; false if there is none. */
static bool take_leaving_error(corun_group *group, struct outcome *out)
{
    struct corun_child_ *last = group->private_.failed, *child = last;
    outcome_set(out, error_leaves_loop(group->private_.error) ? group->private_.error : 0, NULL);
    while (child && !out->error) {
        child = child_of_link(child->link.next);
        if (error_leaves_loop(error_of_child(child)))
            share_error(child, out);
        if (child == last)
            break;
    }
    return out->error != 0;
}

/* A cancellation with the message it came with. */
static struct outcome cancellation(corun_task *task)
{
    struct rare *rare = task->future.rare;
    struct outcome made = outcome_of_error(CORUN_CANCELLED, rare ? rare->cancel_failure : NULL);
    if (rare)
        rare->cancel_failure = NULL;
    return made;
}

/* Without errors: a cancellation goes on, be it the body's exit or the close's; the group's own ends here (G4). */
static struct outcome end_without_errors(const corun_group *group, corun_task *task, int exit)
{
    if (group->private_.cancelled)
        return exit ? outcome_of_error(0, NULL) : cancellation(task);
    if (exit) {
        struct outcome own = exit_take_error(task->top);
        outcome_release(&own);
    }
    return outcome_of_error(0, NULL);
}

/* What the close answers. An answer that stands for the frame's exit takes that away. In asyncio's order (G4):
 *   the body leaves by an exit of the loop's own   nothing, and that goes on
 *   a child has failed by one                      that one
 *   neither body nor children have failed          the cancellation, if there is one that is not the group's own
 *   otherwise                                      CORUN_GROUP
 */
static struct outcome group_verdict(corun_group *group, corun_task *task)
{
    corun_task *parent = group->private_.parent;
    int exit = exit_error(task->top);
    struct outcome base;
    if (error_leaves_loop(exit) || exit == CORUN_GENERATOR_EXIT)
        return outcome_of_error(0, NULL);
    if (take_leaving_error(group, &base))
        return base;
    if (group->private_.cancelled_parent) { /* the group's own request is taken back; is there another? */
        bool cancelled = group->private_.cancelled || group->private_.close_cancelled;
        group->private_.cancelled = corun_task_uncancel(parent) > 0 && cancelled;
    }
    if (!group->private_.failed && !group->private_.error && (exit == 0 || exit == CORUN_CANCELLED))
        return end_without_errors(group, task, exit);
    if (corun_task_cancelling(parent) > 0) { /* one from outside is delivered once more, its count unchanged (G5) */
        corun_task_uncancel(parent);
        corun_task_cancel(parent, NULL);
    }
    return fail_group(group, task);
}

static struct outcome conclude_group(corun_group *group, corun_task *task)
{
    struct outcome outcome = group_verdict(group, task);
    group_leave(group);
    return outcome;
}

/* ------------------------------------------------------------------- close */

static int conclude_and_go_on(corun_task *task)
{
    task->future.outcome = conclude_group(task->future.awaitable.self, task);
    return frames_deliver(task);
}

/* The parent's turn, of the last child's end or of a cancellation, which the first time aborts the group (G3). */
static void close_turn(struct entry *entry)
{
    corun_task *task = task_of_entry(entry);
    corun_group *group = task->future.awaitable.self;
    group->private_.queued = false;
    group->private_.close_cancelled |= task->future.task_flags & TASK_MUST_CANCEL;
    task->future.task_flags &= (uint8_t)~TASK_MUST_CANCEL;
    if (group->private_.close_cancelled && !group->private_.aborting) {
        group->private_.cancelled = true;
        group_cancel_children(group);
    }
    if (!group->private_.running)
        task_go_on(task, conclude_and_go_on);
}

void group_queue_turn(corun_group *group)
{
    corun_task *closer = group->private_.parent;
    if (group->private_.queued)
        return;
    group->private_.queued = true;
    closer->entry.run = close_turn;
    loop_ready(closer->future.loop, &closer->entry);
}

/* By another task, which must not wait in the place of the one that opened it. */
static void refuse_close(corun_group *group, corun_waiter *waiter)
{
    if (group->private_.state == GROUP_OPEN) {
        group_cancel_children(group);
        group_leave(group);
    }
    corun_waiter_done(waiter, CORUN_INVALID_STATE, NULL);
}

static void begin_group_close(corun_group *group, corun_task *task)
{
    int exit = exit_error(task->top);
    group_set_state(group, GROUP_CLOSING);
    group->private_.cancelled = exit == CORUN_CANCELLED;
    if (exit && !group->private_.aborting)
        group_cancel_children(group);
    if (!group->private_.running)
        task_answer(task, conclude_group(group, task));
}

static void group_start(void *self, corun_waiter *waiter)
{
    corun_group *group = self;
    corun_task *task = task_of_waiter(waiter);
    if (group->private_.state == GROUP_NEW || group->private_.state == GROUP_CLOSED)
        corun_waiter_done(waiter, 0, NULL);
    else if (group->private_.state == GROUP_CLOSING || task != group->private_.parent)
        refuse_close(group, waiter);
    else
        begin_group_close(group, task);
}

static void group_cancel_close(void *self, corun_waiter *waiter)
{
    corun_group *group = self;
    corun_task *task = task_of_waiter(waiter);
    if (task->future.wait != WAIT_ABANDONED) {
        if (group->private_.queued) /* until the turn it may be taken back */
            task->future.task_flags |= TASK_MUST_CANCEL;
        else
            group->private_.close_cancelled = true;
        group_queue_turn(group);
        return;
    }
    if (group->private_.queued)
        loop_unready(task->future.loop, &task->entry);
    corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
}

static const corun_awaitable_type group_type = {"group", group_start, group_cancel_close};

corun_awaitable corun_group_close(corun_group *group)
{
    return corun_awaitable_of(&group_type, group);
}

/* ------------------------------------------------------------------ errors */

size_t corun_group_errors(const corun_group *group)
{
    return group->private_.errors ? group->private_.errors->count : 0;
}

int corun_group_error(const corun_group *group, size_t index, corun_child_error *out_error)
{
    if (index >= corun_group_errors(group))
        return CORUN_BAD_ARGUMENT;
    *out_error = group->private_.errors->list[index];
    return 0;
}

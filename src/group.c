/* Groups: their children. asyncio G1 G2; src/group_close.c has the end.
 *
 * A child that is done is told of a round later, as by a done callback. Those that failed are kept until the close,
 * so that no error needs memory of its own.
 *
 * A group is a part of its user's frame, which may go without having closed it: by a mistake, or with a loop that is
 * closed by hand. A record that ends with the frame lets go of the children then.
 */
#include "group.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "operand.h"
#include "memory.h"

struct corun_scope_ {
    struct observing observing; /* the group's children */
    struct kept kept;
    corun_group *group;
};

void group_set_state(corun_group *group, enum group_state state)
{
    assert(state == (enum group_state)(group->private_.state + 1)
           || (state == GROUP_CLOSED && group->private_.state == GROUP_OPEN));
    group->private_.state = (uint8_t)state;
}

/* ------------------------------------------------------------------- rings */

static void add_child(struct corun_child_ **ring, struct corun_child_ *child)
{
    struct list *last = *ring ? &(*ring)->link : NULL;
    ring_append(&last, &child->link);
    *ring = child_of_link(last);
}

static void remove_child(struct corun_child_ **ring, struct corun_child_ *child)
{
    struct list *last = &(*ring)->link;
    ring_remove(&last, &child->link);
    *ring = child_of_link(last);
}

struct corun_child_ *group_take_child(struct corun_child_ **ring)
{
    struct corun_child_ *first = *ring ? child_of_link((*ring)->link.next) : NULL;
    if (first)
        remove_child(ring, first);
    return first;
}

void group_free_child(struct corun_child_ *child)
{
    corun_future_release(child->observer.future);
    memory_release(child);
}

/* ------------------------------------------------------------------- abort */

void group_cancel_children(corun_group *group)
{
    struct corun_child_ *last = group->private_.running, *child = last;
    group->private_.aborting = true;
    if (!last)
        return;
    do {
        child = child_of_link(child->link.next);
        corun_task_cancel(task_of_child(child), NULL);
    } while (child != last);
}

static void cancel_parent_once(corun_group *group)
{
    if (group->private_.cancelled_parent)
        return;
    group->private_.cancelled_parent = true;
    corun_task_cancel(group->private_.parent, NULL);
}

/* A child has failed: the others are cancelled, and the parent once, be it in the body or in the close (G2). */
static void abort_group(corun_group *group)
{
    if (group->private_.aborting)
        return;
    group_cancel_children(group);
    cancel_parent_once(group);
}

void corun_group_cancel(corun_group *group)
{
    bool open = group->private_.state == GROUP_OPEN;
    if (!open && !group->private_.running) /* a group that is new or closed runs none */
        return;
    if (!group->private_.aborting)
        group_cancel_children(group);
    cancel_parent_once(group);
}

/* -------------------------------------------------------------------- told */

/* Of a child that nobody waits for any more. */
static void report_orphan(corun_task *task)
{
    corun_report report = {.task = task, .failure = corun_task_failure(task)};
    report.message = "Task has errored out but its group is gone";
    report.where = (corun_where){task->file, NULL, task->line};
    corun_loop_call_exception_handler(task->future.loop, &report);
}

static void orphan_told(struct observer *observer)
{
    struct corun_child_ *child = container_of(observer, struct corun_child_, observer);
    observer->future->flags |= FUTURE_RETRIEVED;
    if (future_failed(observer->future))
        report_orphan(task_of_child(child));
    group_free_child(child);
}

static void child_told(struct observer *observer)
{
    struct corun_child_ *child = container_of(observer, struct corun_child_, observer);
    corun_group *group = container_of(observer->owner, struct corun_scope_, observing)->group;
    observer->future->flags |= FUTURE_RETRIEVED;
    remove_child(&group->private_.running, child);
    if (future_failed(observer->future)) {
        add_child(&group->private_.failed, child);
        abort_group(group);
    } else {
        group_free_child(child);
    }
    if (group->private_.state == GROUP_CLOSING && !group->private_.running)
        group_queue_turn(group);
}

static void orphan_dropped(struct observer *observer)
{
    group_free_child(container_of(observer, struct corun_child_, observer));
}

static void child_dropped(struct observer *observer)
{
    struct corun_scope_ *scope = container_of(observer->owner, struct corun_scope_, observing);
    remove_child(&scope->group->private_.running, container_of(observer, struct corun_child_, observer));
    orphan_dropped(observer);
}

/* Of children that are left alone. */
static const struct observing nobody = {.told = orphan_told, .drop = orphan_dropped};

/* ---------------------------------------------------------- open and leave */

void group_leave(corun_group *group)
{
    struct corun_scope_ *scope = group->private_.scope;
    for (struct corun_child_ *child; (child = group_take_child(&group->private_.running));)
        child->observer.owner = &nobody;
    for (struct corun_child_ *child; (child = group_take_child(&group->private_.failed));)
        group_free_child(child);
    if (group->private_.state != GROUP_CLOSED)
        group_set_state(group, GROUP_CLOSED);
    if (!scope)
        return;
    group->private_.scope = NULL;
    scope->group = NULL;
    kept_end(&scope->kept);
}

/* The frame is about to go. If the group is still open, that is a mistake, unless the loop is being closed. */
static void end_scope(struct kept *kept)
{
    struct corun_scope_ *scope = container_of(kept, struct corun_scope_, kept);
    corun_group *group = scope->group;
    if (group) {
        corun_loop *loop = group->private_.parent->future.loop;
        group->private_.scope = NULL;
        if (!corun_loop_is_closed(loop)) {
            corun_report report = {.message = "Group was never closed", .task = group->private_.parent};
            corun_loop_call_exception_handler(loop, &report);
            group_cancel_children(group);
        }
        group_leave(group);
    }
    memory_release(scope);
}

/* Returns 0 or -ENOMEM. */
static int bind_to_frame(corun_group *group, corun_task *task)
{
    struct corun_scope_ *scope = memory_allocate(sizeof *scope);
    if (!scope)
        return -ENOMEM;
    *scope = (struct corun_scope_){.observing = {.told = child_told, .drop = child_dropped, .task = task},
                                   .kept.end = end_scope, .group = group};
    if (kept_add(task, &scope->kept) < 0) {
        memory_release(scope);
        return -ENOMEM;
    }
    group->private_.scope = scope;
    return 0;
}

int corun_group_open(corun_group *group)
{
    corun_task *task = corun_current_task();
    int rc;
    if (group->private_.state != GROUP_NEW)
        return CORUN_GROUP_ENTERED;
    if (!task)
        return CORUN_NO_TASK;
    group->private_.parent = task;
    group_set_state(group, GROUP_OPEN);
    rc = bind_to_frame(group, task);
    if (rc < 0) {
        group->private_.error = rc;
        abort_group(group);
    }
    return rc;
}

/* ------------------------------------------------------------------- spawn */

/* Why nothing can be spawned, in asyncio's order. */
static int check_group_spawn(const corun_group *group)
{
    bool closing = group->private_.state == GROUP_CLOSING;
    if (group->private_.state == GROUP_NEW)
        return CORUN_GROUP_NOT_ENTERED;
    if (group->private_.state == GROUP_CLOSED || (closing && !group->private_.running))
        return CORUN_GROUP_FINISHED;
    return group->private_.aborting ? CORUN_GROUP_SHUTTING_DOWN : 0;
}

/* It counts as a child that failed. Without memory for a record it is noted in the group: once, that aborts it. */
static void note_failed_spawn(corun_group *group, struct corun_child_ *child, int error, corun_where where)
{
    if (child) {
        child->error = error;
        child->where = where;
        add_child(&group->private_.failed, child);
    } else {
        group->private_.error = error;
        group->private_.file = where.file;
        group->private_.line = where.line;
    }
    abort_group(group);
}

/* Drops what is not started, but not what has begun eagerly and left the loop. */
static int refuse_child(corun_awaitable *awaitable, int rc)
{
    if (!error_leaves_loop(rc))
        awaitable_drop(awaitable);
    return rc;
}

int corun_group_spawn_with(corun_group *group, corun_awaitable awaitable, const corun_spawn_options *options,
                           corun_task **out_task)
{
    struct corun_scope_ *scope;
    struct corun_child_ *child;
    corun_task *task = NULL;
    int rc = check_group_spawn(group);
    if (rc < 0)
        return refuse_child(&awaitable, rc);
    child = memory_allocate(sizeof *child);
    if (child)
        memset(child, 0, sizeof *child);
    rc = child ? corun_loop_spawn_with(group->private_.parent->future.loop, awaitable, options, &task) : -ENOMEM;
    if (rc < 0) {
        note_failed_spawn(group, child, rc, awaitable_where(&awaitable));
        return refuse_child(&awaitable, rc);
    }
    scope = group->private_.scope;
    if (scope) /* else an eager first step has had the group closed */
        add_child(&group->private_.running, child);
    observer_watch(&child->observer, &task->future, scope ? &scope->observing : &nobody);
    if (out_task)
        *out_task = corun_task_retain(task);
    return 0;
}

int corun_group_spawn(corun_group *group, corun_awaitable awaitable)
{
    return corun_group_spawn_with(group, awaitable, NULL, NULL);
}

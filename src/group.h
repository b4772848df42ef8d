/* Groups: what their children and their end share. */
#ifndef CORUN_GROUP_INTERNAL_H
#define CORUN_GROUP_INTERNAL_H

#include "corun/group.h"
#include "kept.h"
#include "observer.h"
#include "task.h"

/* From, event, to:
 *   NEW      open                         OPEN
 *   OPEN     its close is awaited         CLOSING
 *   CLOSING  no child is left             CLOSED
 *   OPEN     its frame ends without that  CLOSED
 *   CLOSING  likewise                     CLOSED
 */
enum group_state { GROUP_NEW, GROUP_OPEN, GROUP_CLOSING, GROUP_CLOSED };

/* A child that is not done, or that failed. Its observer's owner is the group's scope, or none's once it is left alone. */
struct corun_child_ {
    struct list link; /* in one of the group's rings */
    struct observer observer;
    corun_where where; /* of a spawn that failed; then there is no task */
    int32_t error;     /* likewise */
};

/* The one function that sets the state. */
CORUN_INTERNAL void group_set_state(corun_group *group, enum group_state state);
/* Cancels every child; nothing can be spawned from then on. */
CORUN_INTERNAL void group_cancel_children(corun_group *group);
/* Lets go of all children and of the frame: nothing points to the group any more. */
CORUN_INTERNAL void group_leave(corun_group *group);
/* Takes the first child out of a ring; NULL: it is empty. */
CORUN_INTERNAL struct corun_child_ *group_take_child(struct corun_child_ **ring);
/* Frees one that is in no ring. */
CORUN_INTERNAL void group_free_child(struct corun_child_ *child);

/* group_close.c: has the closer look what is left, in its own turn. */
CORUN_INTERNAL void group_queue_turn(corun_group *group);

static inline struct corun_child_ *child_of_link(struct list *link)
{
    return link ? container_of(link, struct corun_child_, link) : NULL;
}

/* NULL: its spawn failed. */
static inline corun_task *task_of_child(const struct corun_child_ *child)
{
    return child->observer.future ? task_of_future(child->observer.future) : NULL;
}

static inline int error_of_child(const struct corun_child_ *child)
{
    return child->observer.future ? child->observer.future->outcome.error : child->error;
}

#endif

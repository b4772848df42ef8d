/* Intrusive doubly linked lists.
 *
 * A `struct list` is a head, which is its own neighbour when empty, or a member. A ring is the same
 * without a head: one pointer to its last member, NULL when empty.
 */
#ifndef CORUN_LIST_H
#define CORUN_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *next, *previous;
};

static inline void list_init(struct list *head)
{
    head->next = head->previous = head;
}

static inline bool list_is_empty(const struct list *head)
{
    return head->next == head;
}

static inline void list_insert_before(struct list *place, struct list *member)
{
    member->next = place;
    member->previous = place->previous;
    place->previous->next = member;
    place->previous = member;
}

static inline void list_append(struct list *head, struct list *member)
{
    list_insert_before(head, member);
}

static inline void list_remove(struct list *member)
{
    member->previous->next = member->next;
    member->next->previous = member->previous;
}

static inline void ring_append(struct list **last, struct list *member)
{
    if (*last)
        list_insert_before((*last)->next, member);
    else
        list_init(member);
    *last = member;
}

static inline void ring_remove(struct list **last, struct list *member)
{
    if (*last == member)
        *last = member->previous == member ? NULL : member->previous;
    list_remove(member);
}

static inline struct list *ring_take_first(struct list **last)
{
    struct list *first = *last ? (*last)->next : NULL;
    if (first)
        ring_remove(last, first);
    return first;
}

#endif

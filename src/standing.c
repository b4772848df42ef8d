/* Standing calls: an entry that may be queued again once it has left the ready queue, so that a call which is
 * due is never lost, and one that is due twice is made once.
 */
#include "standing.h"

#include "memory.h"

struct standing {
    struct entry entry; /* queued while link.next is set */
    corun_loop *loop;
    void (*function)(void *);
    void *argument;
    struct bindings *bindings; /* its context's values */
    uint32_t references;       /* of its owner, and of the call that is being made */
};

static void let_go(struct standing *standing)
{
    if (--standing->references > 0)
        return;
    bindings_release(standing->bindings);
    memory_release(standing);
}

static void run_standing(struct entry *entry)
{
    struct standing *standing = container_of(entry, struct standing, entry);
    entry->link.next = NULL;
    standing->references++;
    loop_call(standing->loop, &standing->bindings, standing->function, standing->argument);
    let_go(standing);
}

struct standing *standing_create(corun_loop *loop, void (*function)(void *), void *argument)
{
    struct standing *standing = memory_allocate(sizeof *standing);
    if (standing)
        *standing = (struct standing){.entry.run = run_standing, .loop = loop, .function = function,
                                      .argument = argument, .bindings = bindings_retain(*bindings_current()),
                                      .references = 1};
    return standing;
}

bool standing_is_queued(const struct standing *standing)
{
    return standing->entry.link.next != NULL;
}

void standing_queue(struct standing *standing)
{
    if (!standing_is_queued(standing))
        loop_ready(standing->loop, &standing->entry);
}

void standing_remove(struct standing *standing)
{
    loop_withdraw(standing->loop, &standing->entry);
    let_go(standing);
}

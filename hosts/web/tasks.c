/* The tasks, described for the driver: one block of 32-bit words, the same for every compiler. */
#include "tasks.h"

#include <stdlib.h>

#include "abi.h"
#include "corun/inspect.h"
#include "task.h"

_Static_assert(sizeof(corun_where) == 3 * sizeof(uint32_t) && sizeof(corun_task *) == sizeof(uint32_t),
               "the lists of struct turn_task are what corun_task_stack and corun_task_awaited_by write");

static uint32_t address_of(const void *pointer)
{
    return (uint32_t)(uintptr_t)pointer;
}

/* Writes what there is to say of a task, unless `out` is NULL. Returns how many bytes that takes. */
static size_t describe_task(corun_task *task, struct turn_task *out)
{
    size_t places = corun_task_stack(task, NULL, 0), awaiters = corun_task_awaited_by(task, NULL, 0);
    if (out) {
        corun_where *stack = (corun_where *)(void *)(out + 1);
        out->id = address_of(task);
        out->name = address_of(corun_task_name(task));
        out->state = address_of(corun_task_state(task));
        out->waits_for = address_of(corun_task_waits_for(task));
        out->file = address_of(task->file);
        out->line = task->file ? (uint32_t)task->line : 0;
        out->places = (uint32_t)places;
        out->awaiters = (uint32_t)awaiters;
        corun_task_stack(task, stack, places);
        corun_task_awaited_by(task, (corun_task **)(void *)(stack + places), awaiters);
    }
    return sizeof *out + places * sizeof(corun_where) + awaiters * sizeof(corun_task *);
}

/* The same of all tasks of a loop, which may be NULL. */
static size_t describe_tasks(corun_loop *loop, struct turn_tasks *out)
{
    struct turn_tasks all = {.size = sizeof all};
    struct list *end = loop ? &loop->tasks : NULL;
    for (struct list *at = end; end && (at = at->next) != end; all.count++) {
        void *place = out ? (char *)out + all.size : NULL;
        all.size += (uint32_t)describe_task(container_of(at, corun_task, all), place);
    }
    if (out)
        *out = all;
    return all.size;
}

struct turn_tasks *tasks_describe(corun_loop *loop)
{
    struct turn_tasks *made = malloc(describe_tasks(loop, NULL));
    if (made)
        describe_tasks(loop, made);
    return made;
}

/* The tasks, described for the driver: one block of 32-bit words, the same for every compiler. */
#include "tasks.h"

#include <stdlib.h>
#include <string.h>

#include "abi.h"
#include "corun/inspect.h"
#include "corun/task.h"

_Static_assert(sizeof(corun_where) == 3 * sizeof(uint32_t) && sizeof(corun_task *) == sizeof(uint32_t),
               "the lists of struct turn_task are what corun_task_stack and corun_task_awaited_by write");

static uint32_t address_of(const void *pointer)
{
    return (uint32_t)(uintptr_t)pointer;
}

static struct turn_task task_header(corun_task *task)
{
    corun_where origin = corun_task_spawned_at(task);
    return (struct turn_task){.id = address_of(task),
                              .name = address_of(corun_task_name(task)),
                              .state = address_of(corun_task_state(task)),
                              .waits_for = address_of(corun_task_waits_for(task)),
                              .file = address_of(origin.file),
                              .line = (uint32_t)origin.line,
                              .places = (uint32_t)corun_task_stack(task, NULL, 0),
                              .awaiters = (uint32_t)corun_task_awaited_by(task, NULL, 0)};
}

static size_t size_of_task(corun_task *task)
{
    return sizeof(struct turn_task) + corun_task_stack(task, NULL, 0) * sizeof(corun_where)
           + corun_task_awaited_by(task, NULL, 0) * sizeof(corun_task *);
}

/* Writes what there is to say of a task, and returns the place behind it. */
static uint32_t *describe_task(uint32_t *at, corun_task *task)
{
    struct turn_task header = task_header(task);
    memcpy(at, &header, sizeof header);
    at += sizeof header / sizeof *at;
    corun_task_stack(task, (corun_where *)(void *)at, header.places);
    at += 3 * header.places;
    corun_task_awaited_by(task, (corun_task **)(void *)at, header.awaiters);
    return at + header.awaiters;
}

/* NULL without memory. */
static struct turn_tasks *describe_tasks(corun_task **tasks, size_t count)
{
    size_t size = sizeof(struct turn_tasks);
    struct turn_tasks *made;
    uint32_t *at;
    for (size_t i = 0; i < count; i++)
        size += size_of_task(tasks[i]);
    made = malloc(size);
    if (!made)
        return NULL;
    *made = (struct turn_tasks){(uint32_t)size, (uint32_t)count};
    at = (uint32_t *)(void *)(made + 1);
    for (size_t i = 0; i < count; i++)
        at = describe_task(at, tasks[i]);
    return made;
}

struct turn_tasks *tasks_describe(corun_loop *loop)
{
    size_t count = loop ? corun_all_tasks(loop, NULL, 0) : 0;
    corun_task **tasks = malloc((count + 1) * sizeof *tasks);
    struct turn_tasks *made;
    if (!tasks)
        return NULL;
    if (loop)
        corun_all_tasks(loop, tasks, count);
    made = describe_tasks(tasks, count);
    free(tasks);
    return made;
}

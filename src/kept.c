/* What ends with frames stands in a list of their task, innermost frame first. A generator's own frame goes from task
 * to task, so what ends with that stands in a list of the generator.
 */
#include "kept.h"

#include <errno.h>

#include "task.h"

static struct kept **list_of(corun_task *task, const corun_frame *frame)
{
    struct guest *guest = guest_of(task, frame);
    struct rare *rare;
    if (guest)
        return &guest->kept;
    rare = future_rare(&task->future);
    return rare ? &rare->kept : NULL;
}

static void end_former(struct kept *at, const struct kept *kept, const corun_frame *frame)
{
    while (at && at->frame == frame && at->owner != kept->owner)
        at = at->next;
    if (at && at->frame == frame)
        kept_end(at);
}

int kept_add(corun_task *task, struct kept *kept)
{
    struct kept **list = list_of(task, task->top);
    if (!list)
        return -ENOMEM;
    if (kept->owner)
        end_former(*list, kept, task->top);
    kept->frame = task->top;
    kept->next = *list;
    kept->place = list;
    if (kept->next)
        kept->next->place = &kept->next;
    *list = kept;
    task->top->keeps = true;
    return 0;
}

void kept_end(struct kept *kept)
{
    *kept->place = kept->next;
    if (kept->next)
        kept->next->place = kept->place;
    kept->end(kept);
}

void kept_end_with(corun_task *task, const corun_frame *frame)
{
    struct kept **list = list_of(task, frame);
    while (*list && (*list)->frame == frame)
        kept_end(*list);
}

void kept_end_all(struct kept **list)
{
    while (*list)
        kept_end(*list);
}

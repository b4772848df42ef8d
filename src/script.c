/* Hosts that are scripts: they say which ready entry is next, and what happens before it. Linked with those only. */
#include "loop.h"

/* What a script decides: what happens before the next step, and which entry of the round it is. */
static struct list *follow_script(corun_loop *loop)
{
    struct list *link = loop->ready.next;
    uint64_t count = 1, chosen;
    loop->script->before_step(loop->backend.state, interrupts_steps(&loop->interrupts) + 1);
    interrupts_check(loop, &loop->interrupts);
    if (loop->round_last == &loop->ready)
        return &loop->ready;
    for (struct list *at = link = loop->ready.next; at != loop->round_last; at = at->next)
        count++;
    for (chosen = loop->script->choose(loop->backend.state, count); chosen > 0; chosen--)
        link = link->next;
    return link;
}

void loop_set_script(corun_loop *loop, const struct loop_script *script)
{
    loop->script = script;
    loop->follow_script = follow_script;
}

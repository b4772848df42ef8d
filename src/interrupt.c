#include "interrupt.h"

#include "corun/runner.h"
#include "loop.h"

/* The loop whose runner takes interrupts. One a process: Ctrl-C goes to the main thread's run. */
static _Atomic(corun_loop *) target;

/* Only the thread of the target loop writes it. */
static volatile uint32_t taken_so_far;

bool interrupts_claim(corun_loop *loop)
{
    corun_loop *nobody = NULL;
    loop->interrupts.seen = 0;
    atomic_store(&loop->interrupts.sent, 0);
    return atomic_compare_exchange_strong(&target, &nobody, loop);
}

void interrupts_disclaim(corun_loop *loop)
{
    corun_loop *expected = loop;
    atomic_compare_exchange_strong(&target, &expected, NULL);
}

/* Async-signal-safe: atomics and the host's wake, nothing else. */
int corun_interrupt(void)
{
    corun_loop *loop = atomic_load(&target);
    struct interrupts *interrupts;
    unsigned activity, before;
    if (!loop)
        return CORUN_INTERRUPT_NOBODY;
    interrupts = &loop->interrupts;
    activity = atomic_load(&interrupts->activity);
    before = atomic_fetch_add(&interrupts->sent, 1);
    if (before > 0 && activity % 2 == 1 && activity == atomic_load(&interrupts->activity_at_last))
        return CORUN_INTERRUPT_STUCK;
    atomic_store(&interrupts->activity_at_last, activity);
    atomic_store(&loop->woken, true);
    backend_wake(&loop->backend);
    return CORUN_INTERRUPT_TAKEN;
}

void interrupts_deal(corun_loop *loop)
{
    unsigned sent = atomic_load(&loop->interrupts.sent);
    while (loop->interrupts.seen != sent) {
        loop->interrupts.seen++;
        taken_so_far++;
        if (loop->listener.interrupted)
            loop->listener.interrupted(loop->listener.self);
    }
}

bool corun_interrupted(void)
{
    corun_loop *loop = corun_current_loop();
    if (!loop)
        return false;
    backend_peek(&loop->backend);
    interrupts_check(loop, &loop->interrupts);
    return loop->interrupts.seen > 0;
}

const volatile uint32_t *interrupts_taken(void)
{
    return &taken_so_far;
}

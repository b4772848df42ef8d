/* Interrupts: from a host's request to the runner's decision.
 *
 * A signal handler or another thread only counts (corun_interrupt); the loop's thread looks at the count
 * before each step and tells its runner, once per interrupt.
 */
#ifndef CORUN_INTERRUPT_INTERNAL_H
#define CORUN_INTERRUPT_INTERNAL_H

#include "internal.h"

struct interrupts {
    atomic_uint sent;     /* by hosts, since the run began */
    unsigned seen;        /* by the loop's thread */
    atomic_uint activity; /* the beginnings and ends of steps and callbacks, counted: odd while one runs */
    atomic_uint activity_at_last; /* when the latest interrupt was sent */
    unsigned waiting_signal; /* for signal handlers only: which interrupt, counted by `sent`, was the first signal that
                                the loop has not seen */
    atomic_bool by_signals; /* interrupts come as signals of the process */
    _Atomic(const void *) thread; /* that began the run */
};

/* Makes `loop` the one that corun_interrupt() reaches, if no other is. Returns whether it is now. */
CORUN_INTERNAL bool interrupts_claim(corun_loop *loop);
/* The same from a loop of another thread that is sent no signals, for one that is: a run there does not keep
 * main's from its Ctrl-C. */
CORUN_INTERNAL bool interrupts_take_over(corun_loop *loop);
CORUN_INTERNAL void interrupts_disclaim(corun_loop *loop);

CORUN_INTERNAL void interrupts_deal(corun_loop *loop);

/* Deals with what has come and was not seen. Cheap when nothing has. */
static inline void interrupts_check(corun_loop *loop, const struct interrupts *interrupts)
{
    if (atomic_load_explicit(&interrupts->sent, memory_order_relaxed) != interrupts->seen)
        interrupts_deal(loop);
}

/* Notes that a step begins or ends. Only the loop's thread writes, so no locked instruction is needed. */
static inline void interrupts_note(struct interrupts *interrupts)
{
    unsigned activity = atomic_load_explicit(&interrupts->activity, memory_order_relaxed);
    atomic_store_explicit(&interrupts->activity, activity + 1, memory_order_relaxed);
}

/* How many steps there have been, modulo 2^31. */
static inline uint32_t interrupts_steps(const struct interrupts *interrupts)
{
    return atomic_load_explicit(&interrupts->activity, memory_order_relaxed) / 2;
}

#endif

#include "interrupt.h"

#include "corun/runner.h"
#include "hosts/host.h"
#include "loop.h"

/* The loop whose runner takes interrupts. One a process: Ctrl-C goes to the main thread's run. */
static _Atomic(corun_loop *) target;

/* How many are looking at the target now: another thread, or a signal handler in this one. Whoever takes a loop
 * away from it waits for them. */
static atomic_uint visitors;

/* Only the thread of the target loop writes it. */
static volatile uint32_t taken_so_far;

/* Of the latest interrupt that counted; 0 if that was no signal. */
static atomic_int latest_signal;

/* Gives the target, which stays what it is until the visit is over. */
static corun_loop *visit_target(void)
{
    atomic_fetch_add(&visitors, 1);
    return atomic_load(&target);
}

static void end_visit(void)
{
    atomic_fetch_sub(&visitors, 1);
}

bool interrupts_claim(corun_loop *loop)
{
    corun_loop *nobody = NULL;
    loop->interrupts.seen = 0;
    loop->interrupts.waiting_signal = 0;
    atomic_store(&loop->interrupts.sent, 0);
    atomic_store(&loop->interrupts.by_signals, false);
    atomic_store(&loop->interrupts.thread, loop_this_thread());
    return atomic_compare_exchange_strong(&target, &nobody, loop);
}

static bool may_be_displaced(const struct interrupts *present)
{
    return !atomic_load(&present->by_signals) && atomic_load(&present->thread) != loop_this_thread();
}

bool interrupts_take_over(corun_loop *loop)
{
    corun_loop *present = visit_target();
    bool taken = (!present || may_be_displaced(&present->interrupts))
                 && atomic_compare_exchange_strong(&target, &present, loop);
    end_visit();
    return taken;
}

void interrupts_disclaim(corun_loop *loop)
{
    corun_loop *expected = loop;
    atomic_compare_exchange_strong(&target, &expected, NULL);
    while (atomic_load(&visitors) > 0)
        host_pause();
    interrupts_check(loop, &loop->interrupts);
    loop->interrupts.seen = 0;
    atomic_store(&loop->interrupts.sent, 0);
}

/* Counts an interrupt and wakes the loop. It is CORUN_INTERRUPT_STUCK if the previous one found the very step running
 * that runs now, INTERRUPT_UNSEEN if it is a signal and the loop has not yet seen an earlier one. */
static int send_to(corun_loop *loop, bool by_signal)
{
    struct interrupts *interrupts = &loop->interrupts;
    unsigned activity = atomic_load(&interrupts->activity);
    unsigned before = atomic_fetch_add(&interrupts->sent, 1);
    if (before > 0 && activity % 2 == 1 && activity == atomic_load(&interrupts->activity_at_last))
        return CORUN_INTERRUPT_STUCK;
    atomic_store(&interrupts->activity_at_last, activity);
    atomic_store(&loop->woken, true);
    backend_wake(&loop->backend);
    if (!by_signal || !atomic_load(&interrupts->by_signals))
        return CORUN_INTERRUPT_TAKEN;
    if (interrupts->waiting_signal > interrupts->seen)
        return INTERRUPT_UNSEEN;
    interrupts->waiting_signal = before + 1;
    return CORUN_INTERRUPT_TAKEN;
}

/* Async-signal-safe: atomics and the host's wake, nothing else. */
int interrupt_by_signal(int number)
{
    corun_loop *loop = visit_target();
    int answer = CORUN_INTERRUPT_NOBODY;
    if (loop) {
        atomic_store(&latest_signal, number);
        answer = send_to(loop, number != 0);
    }
    end_visit();
    return answer;
}

int corun_interrupt(void)
{
    return interrupt_by_signal(0);
}

int corun_interrupt_signal(void)
{
    return atomic_load(&latest_signal);
}

/* What is done about an interrupt may run a program's code, which counts as a step. */
void interrupts_deal(corun_loop *loop)
{
    struct interrupts *interrupts = &loop->interrupts;
    bool between_steps = atomic_load(&interrupts->activity) % 2 == 0;
    if (between_steps)
        interrupts_note(interrupts);
    while (interrupts->seen != atomic_load(&interrupts->sent)) {
        interrupts->seen++;
        taken_so_far++;
        if (loop->listener->interrupted)
            loop->listener->interrupted(loop->runner);
    }
    if (between_steps)
        interrupts_note(interrupts);
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

/* Loops that somebody else drives: turns, and when the next one is wanted.
 *
 * A turn never waits. Whoever drives waits for the loop's descriptor, where the host has one, and until its
 * deadline; a page, which has neither, is told by its driver.
 */
#include "loop.h"
#include "report.h"

/* Between two looks at the clock. One costs up to 1.4 us (Firefox, a page's own thread), fifty yields; more rounds in
 * between would let a turn go on too long when steps become long all of a sudden. */
enum { MOST_ROUNDS = 64, SHORT_ROUNDS_NS = 100000 };

/* How much of its time a turn has spent. */
struct budget {
    int64_t began, limit, looked_at;
    int stride, left; /* rounds between two looks, and until the next */
};

static int64_t until_next_timer(corun_loop *loop)
{
    int64_t deadline, now;
    if (!list_is_empty(&loop->ready) || atomic_load(&loop->woken) || loop->stopping)
        return 0;
    deadline = timer_next(&loop->timers);
    if (deadline == INT64_MAX)
        return -1;
    now = backend_now(&loop->backend);
    return deadline > now ? deadline - now : 0;
}

/* Looks at the clock less often as long as rounds are short, and after each once they are not. */
static bool has_budget(corun_loop *loop, struct budget *budget)
{
    int64_t before = budget->looked_at;
    if (--budget->left > 0)
        return true;
    budget->looked_at = backend_now(&loop->backend);
    if (budget->looked_at - before > SHORT_ROUNDS_NS)
        budget->stride = 1;
    else if (budget->stride < MOST_ROUNDS)
        budget->stride *= 2;
    budget->left = budget->stride;
    return budget->looked_at - budget->began < budget->limit;
}

int64_t corun_loop_turn(corun_loop *loop, int64_t budget_ns)
{
    struct budget budget = {.limit = budget_ns, .stride = 1, .left = 1};
    int64_t next;
    int rc = loop_enter(loop);
    if (rc < 0)
        return rc == CORUN_CLOSED ? -2 : rc;
    budget.began = budget.looked_at = backend_now(&loop->backend);
    do {
        rc = loop_round(loop, false);
        if (rc < 0 || loop->stopping) {
            loop_stopped(loop, rc);
            return -2;
        }
        next = until_next_timer(loop);
    } while (next == 0 && has_budget(loop, &budget));
    if (next == -1 && loop->watch_waiters == 0 && loop->holds == 0 && loop->debug)
        report_deadlock_once(loop);
    loop_leave(loop);
    return next;
}

int64_t corun_loop_deadline(corun_loop *loop)
{
    return loop->closed ? CORUN_CLOSED : until_next_timer(loop);
}

int corun_loop_fd(corun_loop *loop)
{
    return loop->closed ? CORUN_CLOSED : backend_fd(&loop->backend);
}

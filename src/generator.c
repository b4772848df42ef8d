/* Generators: a frame in a segment of its own, which is put on the stack of whatever task asks for a value.
 *
 *   the task's stack         the generator               the task's stack again
 *   | ... | f3 (awaits) | -> | head | root frame | f5 | -> spare segments that stay the generator's
 *
 * Always true:
 *   - a generator that runs is on exactly one stack; the segments behind its own belong to it;
 *   - a generator that is suspended has one frame, and is in its loop's list, which holds a reference.
 */
#include "generator.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "frame.h"
#include "kept.h"
#include "memory.h"
#include "report.h"
#include "task.h"

/* From, event, to:
 *   NEW        the first value is asked for   RUNNING
 *   NEW        it is closed or released       DONE
 *   SUSPENDED  a value is asked for, a close  RUNNING
 *   RUNNING    CORUN_YIELD                    SUSPENDED
 *   RUNNING    its frame is gone              DONE
 *   SUSPENDED  the loop is closed by hand     DONE
 */
enum generator_state { GENERATOR_NEW, GENERATOR_SUSPENDED, GENERATOR_RUNNING, GENERATOR_DONE };

enum { GENERATOR_NEXT, GENERATOR_CLOSE }; /* in the awaitable's `extra` */

struct corun_generator {
    uint32_t references;
    uint8_t state;
    bool closing;
    corun_loop *loop; /* of the first use; one reference */
    struct list all;  /* the loop's, while it is suspended or running */
    corun_frame *frame;
    struct guest guest; /* last: the frame stands behind it */
};

static corun_generator *generator_of(struct guest *guest)
{
    return container_of(guest, corun_generator, guest);
}

/* -------------------------------------------------------------- life cycle */

static void generator_ended(corun_task *task, struct guest *guest);

int corun_generator_open(corun_awaitable call, corun_generator **out_generator)
{
    const corun_frame *first = call.self;
    corun_generator *generator;
    if (call.type != &corun_call_type_)
        return CORUN_NOT_AWAITABLE;
    generator = memory_allocate(offsetof(corun_generator, guest.segment) + guest_size(first->coroutine));
    if (!generator)
        return -ENOMEM;
    memset(generator, 0, sizeof *generator);
    generator->references = 1;
    generator->guest.ended = generator_ended;
    generator->frame = guest_fill(&generator->guest, first);
    *out_generator = generator;
    return 0;
}

corun_generator *corun_generator_retain(corun_generator *generator)
{
    generator->references++;
    return generator;
}

static void free_generator(corun_generator *generator)
{
    if (generator->state == GENERATOR_NEW)
        frame_discard(generator->frame);
    guest_free(&generator->guest);
    if (generator->loop)
        loop_release(generator->loop);
    memory_release(generator);
}

static void drop_reference(corun_generator *generator)
{
    if (--generator->references == 0)
        free_generator(generator);
}

CORUN_ASYNC(close_one, (corun_generator *generator;), ())
{
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_generator_close(my->generator));
    CORUN_FINALLY();
    drop_reference(my->generator);
    CORUN_END();
}
CORUN_DROP(close_one)
{
    drop_reference(my->generator);
}

/* Without memory it stays suspended. */
static void spawn_close(corun_generator *generator)
{
    corun_spawn_options options = {.name = generator->frame->coroutine->name};
    corun_awaitable call = CORUN_CALL(close_one, .generator = generator);
    if (corun_task_create(generator->loop, call, &options, NULL) == 0)
        generator->references++;
}

void corun_generator_release(corun_generator *generator)
{
    bool is_suspended = generator && generator->state == GENERATOR_SUSPENDED;
    if (is_suspended && generator->references == 2) /* the loop's is the other one */
        spawn_close(generator);
    if (generator)
        drop_reference(generator);
}

bool corun_generator_ended(const corun_generator *generator)
{
    return generator->state == GENERATOR_DONE;
}

/* --------------------------------------------------------------------- loop */

static const struct generators_use generators_use;

/* The loop knows every generator that has begun, and keeps it until it is done. */
static void join_loop(corun_generator *generator, corun_loop *loop)
{
    loop_retain(loop);
    generator->loop = loop;
    generator->references++;
    list_append(&loop->generators, &generator->all);
    loop->uses.generators = &generators_use;
    if (loop->generators_shut)
        report_late_generator(loop, generator->frame->coroutine->name);
}

static void leave_loop(corun_generator *generator)
{
    generator->state = GENERATOR_DONE;
    list_remove(&generator->all);
    drop_reference(generator);
}

static void generators_abandon(corun_loop *loop)
{
    while (!list_is_empty(&loop->generators)) {
        corun_generator *generator = container_of(loop->generators.next, corun_generator, all);
        if (generator->state == GENERATOR_RUNNING) { /* on a stack that is left to a job: src/executor.c */
            list_remove(&generator->all);
            continue;
        }
        kept_end_all(&generator->guest.kept);
        frame_discard(generator->frame);
        leave_loop(generator);
    }
}

static void generators_close(corun_loop *loop)
{
    for (struct list *at = loop->generators.next; at != &loop->generators; at = at->next)
        spawn_close(container_of(at, corun_generator, all));
}

static const struct generators_use generators_use = {generators_close, report_generator_closed, generators_abandon};

/* ---------------------------------------------------------------------- run */

/* Why it cannot be entered, or 0. */
static int check_enter(const corun_generator *generator, const corun_loop *loop)
{
    if (generator->loop && generator->loop != loop)
        return CORUN_OTHER_LOOP;
    return generator->state == GENERATOR_RUNNING ? CORUN_GENERATOR_RUNNING : 0;
}

/* Puts the generator's frame on the stack of the task that asks; whether that is there or not, the task goes on with
 * its innermost frame. Returns with what. */
static int enter(corun_generator *generator, corun_task *task, bool close)
{
    int rc = check_enter(generator, task->future.loop);
    if (rc < 0)
        return rc;
    if (generator->state == GENERATOR_DONE)
        return 0;
    if (generator->state == GENERATOR_NEW && close) {
        generator->state = GENERATOR_DONE;
        frame_discard(generator->frame); /* last: a drop may release the generator */
        return 0;
    }
    if (generator->state == GENERATOR_NEW)
        join_loop(generator, task->future.loop);
    generator->state = GENERATOR_RUNNING;
    generator->closing = close;
    guest_enter(&generator->guest, task, generator->frame);
    return close ? CORUN_GENERATOR_EXIT : 0;
}

static void generator_start(void *self, corun_waiter *waiter)
{
    corun_task *task = task_of_waiter(waiter);
    int rc = enter(self, task, task->future.awaitable.extra == GENERATOR_CLOSE);
    corun_waiter_done(waiter, rc, NULL);
}

static const corun_awaitable_type generator_type = {"generator", generator_start, cancel_nothing};

corun_step_ corun_yield_value_(corun_task *task, corun_frame *frame, corun_value value)
{
    struct guest *guest = guest_of(task, frame);
    corun_generator *generator;
    struct outcome given;
    int rc;
    if (!guest)
        return corun_raise_(task, frame, CORUN_NOT_GENERATOR);
    generator = generator_of(guest);
    if (generator->closing)
        return corun_raise_(task, frame, CORUN_IGNORED_EXIT);
    rc = outcome_of_value(&given, value);
    if (rc < 0)
        return corun_raise_(task, frame, rc);
    if (task->future.outcome.owned)
        outcome_release(&task->future.outcome);
    task->future.outcome = given;
    frame->state |= FRAME_BODY;
    frame->mode = CORUN_PASS_ON_;
    generator->state = GENERATOR_SUSPENDED;
    guest_leave(&generator->guest, task, frame);
    return step_of(frames_deliver(task));
}

/* Its own frame has gone; the task's outcome is what it came to. */
static void generator_ended(corun_task *task, struct guest *guest)
{
    corun_generator *generator = generator_of(guest);
    struct outcome *outcome = &task->future.outcome;
    bool as_asked = generator->closing && outcome->error == CORUN_GENERATOR_EXIT;
    if (as_asked || outcome->error == 0)
        outcome_release(outcome); /* a generator returns nothing */
    leave_loop(generator);
}

/* --------------------------------------------------------------- awaitables */

corun_awaitable corun_generator_next(corun_generator *generator)
{
    corun_awaitable made = corun_awaitable_of(generator ? &generator_type : NULL, generator);
    made.extra = GENERATOR_NEXT;
    return made;
}

corun_awaitable corun_generator_close(corun_generator *generator)
{
    corun_awaitable made = corun_awaitable_of(generator ? &generator_type : NULL, generator);
    made.extra = GENERATOR_CLOSE;
    return made;
}

/* Host calls of the turn host: two queues, of what is asked and of what is taken back, which the driver comes for.
 *
 *   from      event                          to
 *   ASKED     the driver was told            TOLD
 *   ASKED     it is taken back               UNASKED   it leaves the queue, and memory, when the driver comes
 *   TOLD      it is answered                 the asker's
 *   TOLD      it is taken back               TAKEN_BACK
 *   TAKEN_BACK  the driver was told, and comes again   its memory is released
 *
 * So a call's address, by which the driver names it, means another call only after the driver has been told that the
 * first is over.
 */
#include "abi.h"
#include "turn.h"

enum { CALL_ASKED, CALL_UNASKED, CALL_TOLD, CALL_TAKEN_BACK };

struct call_queue {
    struct host_call *first, **end; /* NULL: empty */
};

static struct call_queue asked, taken_back;
static struct host_call *told_taken_back; /* by the last answer of tell_calls */

_Static_assert(offsetof(struct host_call, next) == offsetof(struct turn_call, next)
                   && offsetof(struct host_call, state) == offsetof(struct turn_call, state)
                   && offsetof(struct host_call, name) == offsetof(struct turn_call, name)
                   && offsetof(struct host_call, bytes) == offsetof(struct turn_call, bytes)
                   && offsetof(struct host_call, size_bytes) == offsetof(struct turn_call, size),
               "the driver reads calls as struct turn_call");

static void enqueue(struct call_queue *queue, struct host_call *call, uint32_t state)
{
    call->state = state;
    call->next = NULL;
    *(queue->first ? queue->end : &queue->first) = call;
    queue->end = &call->next;
}

static struct host_call *take_all(struct call_queue *queue)
{
    struct host_call *first = queue->first;
    queue->first = NULL;
    return first;
}

static void release_calls(struct host_call *call)
{
    while (call) {
        struct host_call *next = call->next;
        memory_release(call);
        call = next;
    }
}

static int turn_ask(void *state, struct host_call *call)
{
    (void)state;
    enqueue(&asked, call, CALL_ASKED);
    return 0;
}

static void take_back_call(void *state, struct host_call *call)
{
    (void)state;
    if (call->state == CALL_ASKED)
        call->state = CALL_UNASKED;
    else
        enqueue(&taken_back, call, CALL_TAKEN_BACK);
}

/* Takes out what has been taken back before anybody heard of it. */
static struct host_call *take_asked(void)
{
    struct host_call *first = take_all(&asked), **at = &first;
    while (*at) {
        struct host_call *call = *at;
        if (call->state == CALL_UNASKED) {
            *at = call->next;
            memory_release(call);
        } else {
            call->state = CALL_TOLD;
            at = &call->next;
        }
    }
    return first;
}

static struct turn_calls *tell_calls(void)
{
    static struct turn_calls calls;
    struct host_call *first = take_asked();
    release_calls(told_taken_back);
    told_taken_back = take_all(&taken_back);
    calls.asked = (uint32_t)(uintptr_t)first;
    calls.taken_back = (uint32_t)(uintptr_t)told_taken_back;
    return first || told_taken_back ? &calls : NULL;
}

static void *answer_call(struct host_call *call, bool failed, size_t size_bytes)
{
    return call->state == CALL_TOLD ? call->type->answered(call, failed, size_bytes) : NULL;
}

/* What is asked still and was not taken back is the asker's from here on. */
static void forget_calls(void)
{
    struct host_call *call = take_all(&asked);
    while (call) {
        struct host_call *next = call->next;
        if (call->state == CALL_UNASKED)
            memory_release(call);
        call = next;
    }
    release_calls(take_all(&taken_back));
    release_calls(told_taken_back);
    told_taken_back = NULL;
}

static const struct turn_desk desk = {
    .calls = {turn_ask, take_back_call}, .tell = tell_calls, .answer = answer_call, .forget = forget_calls};

void host_needs_calls(void)
{
    turn_has_desk(&desk);
}

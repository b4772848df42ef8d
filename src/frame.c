/* The stack of frames that a task owns.
 *
 *   task's allocation        segment            segment
 *   | corun_task | f0 |  ->  | head | f1 f2 |  ->  | head | f3 ... | free |
 *                                                            ^ top
 *
 * Always true:
 *   - frames never move, so pointers to their fields may be kept across awaits;
 *   - `top` is in the current segment, directly behind its caller or first in the segment;
 *   - behind the current segment used ones are kept: the next, and small ones behind that, so that a
 *     call at a segment's edge, or going down a few calls again and again, does not allocate each time.
 */
#include "frame.h"

#include <stdalign.h>
#include <string.h>

#include "memory.h"
#include "task.h"

enum { FRAME_ALIGNMENT = alignof(max_align_t), FIRST_SEGMENT = 512, LARGEST_SEGMENT = 16384 };
enum { LARGEST_KEPT = 4096 }; /* behind the next one */

static size_t align_size(size_t size)
{
    return (size + FRAME_ALIGNMENT - 1) & ~(size_t)(FRAME_ALIGNMENT - 1);
}

static char *own_frames(corun_task *task)
{
    return (char *)task + align_size(sizeof *task);
}

static char *first_of(struct segment *segment)
{
    return (char *)segment + align_size(sizeof *segment);
}

size_t frame_first_size(const corun_coroutine *coroutine)
{
    return align_size(sizeof(corun_task)) + align_size(coroutine->frame_size);
}

/* Copies the call's arguments and zeroes the locals. The header is written anew: reading back what the
 * caller has just stored in pieces would cost more. */
static corun_frame *fill_frame(corun_task *task, char *place, const corun_frame *call)
{
    const corun_coroutine *coroutine = call->coroutine;
    corun_frame *frame = (corun_frame *)(void *)place;
    size_t arguments = coroutine->call_size - sizeof *frame;
    memory_unpoison(place, align_size(coroutine->frame_size));
    memset(frame, 0, sizeof *frame);
    frame->coroutine = coroutine;
    frame->caller = task->top;
    if (arguments > 0)
        memcpy(frame + 1, call + 1, arguments);
    if (coroutine->frame_size > coroutine->call_size)
        memset(place + coroutine->call_size, 0, coroutine->frame_size - coroutine->call_size);
    task->top = frame;
    return frame;
}

corun_frame *frame_push_first(corun_task *task, const corun_frame *call)
{
    task->limit = own_frames(task) + align_size(call->coroutine->frame_size);
    return fill_frame(task, own_frames(task), call);
}

/* Whether the task stands in its own allocation; then `segment` is the spare one, if there is any. */
static bool in_own_part(const corun_task *task)
{
    return !task->segment || task->limit != task->segment->end;
}

static struct segment *segment_create(struct segment *previous, size_t size)
{
    size_t wanted = previous ? 2 * (size_t)(previous->end - (char *)previous) : FIRST_SEGMENT;
    struct segment *made;
    if (wanted > LARGEST_SEGMENT)
        wanted = LARGEST_SEGMENT;
    if (wanted < size + align_size(sizeof *made))
        wanted = size + align_size(sizeof *made);
    made = memory_allocate(wanted);
    if (!made)
        return NULL;
    *made = (struct segment){previous, NULL, (char *)made + wanted};
    memory_poison(first_of(made), (size_t)(made->end - first_of(made)));
    return made;
}

static void release_spares(struct segment **spare)
{
    struct segment *segment = *spare;
    while (segment) {
        struct segment *next = segment->spare;
        memory_release(segment);
        segment = next;
    }
    *spare = NULL;
}

/* Goes to the next segment: the spare one if it is large enough, else a new one, twice as large as the
 * last. Returns where it begins, NULL without memory. */
static char *grow_stack(corun_task *task, size_t size)
{
    struct segment *previous = in_own_part(task) ? NULL : task->segment;
    struct segment **spare = previous ? &previous->spare : &task->segment;
    if (*spare && (size_t)((*spare)->end - first_of(*spare)) < size)
        release_spares(spare);
    if (!*spare)
        *spare = segment_create(previous, size);
    if (!*spare)
        return NULL;
    task->segment = *spare;
    task->limit = task->segment->end;
    return first_of(task->segment);
}

corun_frame *frame_push(corun_task *task, const corun_frame *call)
{
    size_t size = align_size(call->coroutine->frame_size);
    char *place = (char *)task->top + align_size(task->top->coroutine->frame_size);
#if defined(CORUN_HARD)
    place = grow_stack(task, size);
#else
    if (size > (size_t)(task->limit - place))
        place = grow_stack(task, size);
#endif
    return place ? fill_frame(task, place, call) : NULL;
}

/* Leaves a segment whose first frame is gone. It stays as the spare one, its own spare if that is small. */
static void shrink_stack(corun_task *task)
{
    struct segment *left = task->segment;
    if (left->spare && left->spare->end - (char *)left->spare > LARGEST_KEPT)
        release_spares(&left->spare);
    if (left->previous)
        task->segment = left->previous;
    task->limit = left->previous ? left->previous->end
                                 : (char *)task->top + align_size(task->top->coroutine->frame_size);
}

void frame_pop(corun_task *task)
{
    corun_frame *frame = task->top;
    size_t size = align_size(frame->coroutine->frame_size);
    bool first = !in_own_part(task) && (char *)frame == first_of(task->segment);
    task->top = frame->caller;
    memory_poison(frame, size);
    if (first)
        shrink_stack(task);
}

void frames_free(corun_task *task)
{
    struct segment *segment = task->segment;
    if (segment)
        release_spares(&segment->spare);
    while (segment) {
        struct segment *previous = segment->previous;
        memory_release(segment);
        segment = previous;
    }
    task->segment = NULL;
}

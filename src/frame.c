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

#include <string.h>

#include "kept.h"
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
static corun_frame *fill_frame(corun_frame *caller, char *place, const corun_frame *call)
{
    const corun_coroutine *coroutine = call->coroutine;
    corun_frame *frame = (corun_frame *)(void *)place;
    size_t arguments = coroutine->call_size - sizeof *frame;
    memory_unpoison(place, align_size(coroutine->frame_size));
    memset(frame, 0, sizeof *frame);
    frame->coroutine = coroutine;
    frame->caller = caller;
    if (arguments > 0)
        memcpy(frame + 1, call + 1, arguments);
    if (coroutine->frame_size > coroutine->call_size)
        memset(place + coroutine->call_size, 0, coroutine->frame_size - coroutine->call_size);
    return frame;
}

corun_frame *frame_push_first(corun_task *task, const corun_frame *call)
{
    task->limit = own_frames(task) + align_size(call->coroutine->frame_size);
    return task->top = fill_frame(NULL, own_frames(task), call);
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
    *made = (struct segment){previous, NULL, (char *)made + wanted, false};
    memory_poison(first_of(made), (size_t)(made->end - first_of(made)));
    return made;
}

/* Allocators of a program's own know nothing of the sanitizer. */
static void release_segment(struct segment *segment)
{
    memory_unpoison(segment, (size_t)(segment->end - (char *)segment));
    memory_release(segment);
}

static void release_spares(struct segment **spare)
{
    struct segment *segment = *spare;
    while (segment) {
        struct segment *next = segment->spare;
        release_segment(segment);
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
    return place ? (task->top = fill_frame(task->top, place, call)) : NULL;
}

/* ------------------------------------------------------------------ guests */

size_t guest_size(const corun_coroutine *coroutine)
{
    return align_size(sizeof(struct segment)) + align_size(coroutine->frame_size);
}

corun_frame *guest_fill(struct guest *guest, const corun_frame *call)
{
    struct segment *segment = &guest->segment;
    *segment = (struct segment){NULL, NULL, (char *)segment + guest_size(call->coroutine), true};
    return fill_frame(NULL, first_of(segment), call);
}

void guest_enter(struct guest *guest, corun_task *task, corun_frame *frame)
{
    guest->outer = task->segment;
    guest->outer_limit = task->limit;
    frame->caller = task->top;
    task->top = frame;
    task->segment = &guest->segment;
    task->limit = guest->segment.end;
}

static void leave_guest_segment(const struct guest *guest, corun_task *task)
{
    task->segment = guest->outer;
    task->limit = guest->outer_limit;
}

void guest_leave(struct guest *guest, corun_task *task, corun_frame *frame)
{
    leave_guest_segment(guest, task);
    task->top = frame->caller;
    frame->caller = NULL;
}

struct guest *guest_of(const corun_task *task, const corun_frame *frame)
{
    struct segment *segment = task->segment;
    if (in_own_part(task) || !segment->is_guest || (const char *)frame != first_of(segment))
        return NULL;
    return container_of(segment, struct guest, segment);
}

void guest_free(struct guest *guest)
{
    release_spares(&guest->segment.spare);
    memory_unpoison(&guest->segment, (size_t)(guest->segment.end - (char *)&guest->segment));
}

/* --------------------------------------------------------------------- leave */

/* Leaves a segment whose first frame is gone. It stays as the spare one, its own spare if that is small. */
static void shrink_stack(corun_task *task)
{
    struct segment *left = task->segment;
    if (left->is_guest) {
        struct guest *guest = container_of(left, struct guest, segment);
        leave_guest_segment(guest, task);
        guest->ended(task, guest);
        return;
    }
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
    if (unlikely(frame->keeps))
        kept_end_with(task, frame);
    task->top = frame->caller;
    memory_poison(frame, size);
    if (first)
        shrink_stack(task);
}

void frames_free(corun_task *task)
{
    struct segment *segment = task->segment;
    size_t own_size = task->limit ? (size_t)(task->limit - own_frames(task)) : 0; /* NULL: they are left to a job */
    if (segment)
        release_spares(&segment->spare);
    while (segment) {
        struct segment *previous = segment->previous;
        release_segment(segment);
        segment = previous;
    }
    task->segment = NULL;
    memory_unpoison(own_frames(task), own_size);
}

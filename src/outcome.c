#include "outcome.h"

#include <errno.h>
#include <string.h>

#include "frame.h"
#include "memory.h"

/* Returns NULL without memory. */
static struct owned_bytes *own_bytes(corun_value value)
{
    struct owned_bytes *own = memory_allocate(sizeof *own + value.size);
    if (!own)
        return NULL;
    own->size = value.size;
    if (value.bytes && value.size > 0)
        memcpy(own->data, value.bytes, value.size);
    return own;
}

/* ---------------------------------------------------------------- outcomes */

struct outcome outcome_of_error(int error, corun_failure *failure)
{
    struct outcome outcome = {.owned = false};
    outcome_set(&outcome, error, failure);
    return outcome;
}

int outcome_of_value(struct outcome *out, corun_value value)
{
    struct owned_bytes *own;
    memset(out, 0, sizeof *out);
    out->value = value;
    if (value.tag != CORUN_BYTES)
        return 0;
    own = own_bytes(value);
    if (!own)
        return -ENOMEM;
    out->value.bytes = own->data;
    out->owned = true;
    return 0;
}

void outcome_share(struct outcome *out, const struct outcome *from)
{
    *out = *from;
    out->owned = false;
    if (out->error)
        failure_retain(out->failure);
}

void outcome_release(struct outcome *outcome)
{
    if (outcome->error)
        failure_release(outcome->failure);
    else if (outcome->owned)
        memory_release(container_of(outcome->value.bytes, struct owned_bytes, data));
    memset(outcome, 0, sizeof *outcome);
}

/* ------------------------------------------------------------------- exits */

static void put_pointer(corun_frame *frame, void *pointer)
{
    memcpy(frame->exit, &pointer, sizeof pointer);
}

static void *pointer_in(const corun_frame *frame)
{
    void *pointer;
    memcpy(&pointer, frame->exit, sizeof pointer);
    return pointer;
}

void exit_keep_error(corun_frame *frame, int error, corun_failure *failure)
{
    frame->error = error;
    put_pointer(frame, failure);
}

int exit_keep_value(corun_frame *frame, corun_value value)
{
    struct owned_bytes *own;
    frame->tag = value.tag;
    if (value.tag != CORUN_BYTES) {
        memcpy(frame->exit, &value.i, sizeof value.i);
        return 0;
    }
    own = own_bytes(value);
    if (!own) {
        frame->tag = CORUN_NO_VALUE;
        return -ENOMEM;
    }
    put_pointer(frame, own);
    return 0;
}

void exit_take(corun_frame *frame, struct outcome *out)
{
    out->error = frame->error;
    out->value.tag = frame->tag;
    out->owned = false;
    if (unlikely(frame->error)) {
        out->failure = pointer_in(frame);
    } else if (unlikely(frame->tag == CORUN_BYTES)) {
        struct owned_bytes *own = pointer_in(frame);
        out->value.bytes = own->data;
        out->value.size = own->size;
        out->owned = true;
    } else {
        memcpy(&out->value.i, frame->exit, sizeof out->value.i);
    }
}

void exit_clear(corun_frame *frame)
{
    if (frame->error)
        failure_release(pointer_in(frame));
    else if (frame->tag == CORUN_BYTES)
        memory_release(pointer_in(frame));
    frame->error = 0;
    frame->tag = CORUN_NO_VALUE;
}

int exit_error(const corun_frame *frame)
{
    return frame->state == FRAME_CLEANUP ? frame->error : 0;
}

struct outcome exit_take_error(corun_frame *frame)
{
    struct outcome taken = outcome_of_error(frame->error, pointer_in(frame));
    frame->error = 0;
    frame->tag = CORUN_NO_VALUE;
    return taken;
}

corun_failure *exit_own_failure(corun_frame *frame)
{
    corun_failure *failure = pointer_in(frame);
    failure = failure ? failure_own(failure) : failure_create(frame->error, NULL);
    put_pointer(frame, failure);
    return failure;
}

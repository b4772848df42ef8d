/* How things end: the outcome of a task, a future or an await; the exit of a frame, which is the same in fewer bytes. */
#ifndef CORUN_OUTCOME_H
#define CORUN_OUTCOME_H

#include "corun/coroutine.h"
#include "failure.h"

/* `failure` may be NULL for want of memory, or for a bare cancellation. */
struct outcome {
    union {
        corun_value value;      /* if error is 0 */
        corun_failure *failure; /* else; one reference */
    };
    int32_t error;
    bool owned; /* the value's bytes are a struct owned_bytes of this outcome's */
};

/* Bytes of an outcome or an exit. */
struct owned_bytes {
    struct owned_bytes *next; /* while they are held for an await: those held before, */
    const corun_frame *frame; /* and the frame that awaits (coroutine.c) */
    size_t size;
    char data[];
};

/* Writes an error, or with 0 that there is nothing, over an outcome that holds nothing. In place, field by field: a
 * struct that is returned and copied takes three times as long, and as much code. */
static inline void outcome_set(struct outcome *out, int error, corun_failure *failure)
{
    out->value.i = 0;
    out->value.tag = CORUN_NO_VALUE;
    out->failure = failure;
    out->error = error;
    out->owned = false;
}

/* The same, or with error 0 a value; NULL: none. */
static inline void outcome_answer(struct outcome *out, int error, const corun_value *value)
{
    outcome_set(out, error, NULL);
    if (error == 0 && value)
        out->value = *value;
}

CORUN_INTERNAL void outcome_release(struct outcome *outcome);
/* Copies one; bytes are borrowed. */
CORUN_INTERNAL void outcome_share(struct outcome *out, const struct outcome *from);
CORUN_INTERNAL struct outcome outcome_of_error(int error, corun_failure *failure);
/* Copies the bytes of a value, so that the outcome owns them; if `.bytes` is NULL, only makes room. Returns 0 or
 * -ENOMEM. */
CORUN_INTERNAL int outcome_of_value(struct outcome *out, corun_value value);

/* A frame has one exit, from its return or error until the frame is gone: `error`, `tag`, and in `exit` a failure, a
 * pointer to owned_bytes, or any other value's eight bytes. All zero is an exit without a value. */

/* Write an exit over one that holds nothing. Keeping a value copies its bytes, and returns 0 or -ENOMEM. */
CORUN_INTERNAL void exit_keep_error(corun_frame *frame, int error, corun_failure *failure);
CORUN_INTERNAL int exit_keep_value(corun_frame *frame, corun_value value);
/* Moves the exit out of a frame that is about to go, or to be given another, into an outcome that holds nothing. */
CORUN_INTERNAL void exit_take(corun_frame *frame, struct outcome *out);
CORUN_INTERNAL void exit_clear(corun_frame *frame);

/* For scopes that are closed during a frame's cleanup: the error that the frame is about to end with; 0: none. */
CORUN_INTERNAL int exit_error(const corun_frame *frame);
/* Takes that error away, so that the frame ends without one. */
CORUN_INTERNAL struct outcome exit_take_error(corun_frame *frame);
/* Gives the failure of that error, which nobody else holds from then on, to be changed; NULL without memory. */
CORUN_INTERNAL corun_failure *exit_own_failure(corun_frame *frame);

#endif

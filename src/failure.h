/* Failures: what is known of an error beside its code. Counted, never changed once shared.
 *
 * They are made only on the way of an error, and any of it may be lost without memory: the code never
 * is. A bare cancellation makes none, so that cancelling a million tasks allocates nothing.
 */
#ifndef CORUN_FAILURE_H
#define CORUN_FAILURE_H

#include "internal.h"

/* Whether an error leaves the loop, as KeyboardInterrupt and SystemExit do: it goes through scopes as it is. */
static inline bool error_leaves_loop(int error)
{
    return error == CORUN_INTERRUPTED || error == CORUN_SYSTEM_EXIT;
}

/* Makes a failure, or gives NULL. `message` NULL: the code's text; else it is copied. */
CORUN_INTERNAL corun_failure *failure_create(int code, const char *message);
/* The same of CORUN_EXIT, with its status; 0 of any other. */
CORUN_INTERNAL corun_failure *failure_of_exit(int status);
CORUN_INTERNAL int failure_exit_status(const corun_failure *failure);
CORUN_INTERNAL corun_failure *failure_retain(corun_failure *failure); /* takes NULL */
CORUN_INTERNAL void failure_release(corun_failure *failure);          /* takes NULL */
/* Adds a line to the trace, unless others hold the failure too. */
CORUN_INTERNAL void failure_add_where(corun_failure *failure, const char *file, const char *function, int line);
/* Notes what it replaced, behind what that had replaced; takes over that reference. */
CORUN_INTERNAL void failure_set_context(corun_failure *failure, corun_failure *context);
/* Several errors, counted: what a failure of CORUN_GROUP has beside its own. */
struct corun_errors_ {
    void (*release)(struct corun_errors_ *errors); /* so that programs without groups are linked without it */
    uint32_t references;
    size_t count;
    corun_child_error list[];
};
/* Makes room for `capacity` of them; NULL without memory. */
CORUN_INTERNAL struct corun_errors_ *errors_create(size_t capacity);
/* Adds one of at most the capacity. Takes over the failure's reference; copies the name, which may be NULL. */
CORUN_INTERNAL void errors_add(struct corun_errors_ *errors, corun_child_error added);
CORUN_INTERNAL void errors_release(struct corun_errors_ *errors); /* takes NULL */
/* Gives a failure, which nobody else has, its errors; takes over a reference. */
CORUN_INTERNAL void failure_set_errors(corun_failure *failure, struct corun_errors_ *errors);
/* Puts CORUN_TIMEOUT in front of the cancellation in the chain of contexts, or at its end. */
CORUN_INTERNAL void failure_splice_timeout(corun_failure *failure);
/* Turns a reference into one that nobody else has, copying if need be; the old one without memory. */
CORUN_INTERNAL corun_failure *failure_own(corun_failure *failure);

#endif

/* Contexts: what tasks and callbacks keep of them. */
#ifndef CORUN_CONTEXT_INTERNAL_H
#define CORUN_CONTEXT_INTERNAL_H

#include "corun/context.h"
#include "internal.h"

/* An immutable set of values, counted; NULL is the empty one. */
struct bindings;

struct corun_context {
    uint32_t references;
    bool entered; /* by corun_context_run */
    struct bindings *bindings;
};

CORUN_INTERNAL struct bindings *bindings_retain(struct bindings *bindings); /* takes NULL */
CORUN_INTERNAL void bindings_release(struct bindings *bindings);            /* takes NULL */
/* Makes a context that takes over a reference; NULL without memory, and then it does not. */
CORUN_INTERNAL corun_context *context_create(struct bindings *bindings);
/* Where the values of what runs now are kept. */
CORUN_INTERNAL struct bindings **bindings_current(void);
/* Makes these the current ones, whatever runs; NULL: those of what runs. Returns what was entered before, to
 * be entered again afterwards. */
CORUN_INTERNAL struct bindings **bindings_enter(struct bindings **values);

#endif

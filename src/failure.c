#include "failure.h"

#include <string.h>

#include "memory.h"

struct failure {
    corun_failure seen; /* what users see, first */
    uint32_t references;
    uint32_t capacity; /* of the trace */
    int exit_status;   /* of a CORUN_SYSTEM_EXIT */
    struct corun_errors_ *errors;
    char message[];
};

/* A recursion that fails at a depth of 10,000 is told by its innermost awaits. */
enum { LONGEST_TRACE = 64 };

static struct failure *failure_of(const corun_failure *seen)
{
    return container_of(seen, struct failure, seen);
}

static corun_failure *context_of(const corun_failure *failure)
{
    return (corun_failure *)(uintptr_t)failure->context;
}

corun_failure *failure_create(int code, const char *message)
{
    size_t length = message ? strlen(message) + 1 : 0;
    struct failure *made = memory_allocate(sizeof *made + length);
    if (!made)
        return NULL;
    memset(made, 0, sizeof *made);
    made->references = 1;
    made->seen.code = code;
    made->seen.message = message ? memcpy(made->message, message, length) : corun_error_text(code);
    return &made->seen;
}

corun_failure *failure_retain(corun_failure *failure)
{
    if (failure)
        failure_of(failure)->references++;
    return failure;
}

corun_failure *failure_own(corun_failure *failure)
{
    struct corun_errors_ *errors;
    corun_failure *copy;
    if (!failure || failure_of(failure)->references == 1)
        return failure;
    copy = failure_create(failure->code, failure->message);
    if (!copy)
        return failure;
    failure_of(copy)->exit_status = failure_of(failure)->exit_status;
    for (const corun_where *at = failure->trace; copy->depth < failure->depth; at++)
        failure_add_where(copy, at->file, at->function, at->line);
    copy->context = failure_retain(context_of(failure));
    errors = failure_of(failure)->errors;
    if (errors) {
        errors->references++;
        failure_set_errors(copy, errors);
    }
    failure_release(failure);
    return copy;
}

void failure_release(corun_failure *failure)
{
    while (failure && --failure_of(failure)->references == 0) {
        struct corun_errors_ *errors = failure_of(failure)->errors;
        corun_failure *context = context_of(failure);
        if (errors)
            errors->release(errors);
        memory_release((void *)(uintptr_t)failure->trace);
        memory_release(failure_of(failure));
        failure = context;
    }
}

void failure_add_where(corun_failure *failure, const char *file, const char *function, int line)
{
    struct failure *self = failure_of(failure);
    corun_where *trace = (corun_where *)(uintptr_t)failure->trace;
    if (self->references > 1 || failure->depth == LONGEST_TRACE)
        return;
    if (failure->depth == self->capacity) {
        uint32_t capacity = self->capacity * 2 + 4;
        trace = memory_move(trace, failure->depth * sizeof *trace, capacity * sizeof *trace);
        if (!trace)
            return;
        failure->trace = trace;
        self->capacity = capacity;
    }
    trace[failure->depth++] = (corun_where){file, function, line};
}

corun_failure *failure_of_exit(int status)
{
    corun_failure *failure = failure_create(CORUN_SYSTEM_EXIT, NULL);
    if (failure)
        failure_of(failure)->exit_status = status;
    return failure;
}

int failure_exit_status(const corun_failure *failure)
{
    return failure_of(failure)->exit_status;
}

/* Appends to the chain of contexts. One that others hold too, which happens without memory for a copy, is left as
 * it is. */
void failure_set_context(corun_failure *failure, corun_failure *context)
{
    while (failure->context && failure != context)
        failure = context_of(failure);
    if (failure == context || failure_of(failure)->references > 1)
        failure_release(context);
    else
        failure->context = context;
}

void failure_splice_timeout(corun_failure *failure)
{
    corun_failure *timeout = failure_create(CORUN_TIMEOUT, NULL), *next;
    if (!timeout)
        return;
    while ((next = context_of(failure)) && next->code != CORUN_CANCELLED)
        failure = next;
    timeout->context = next;
    failure->context = timeout;
}

/* -------------------------------------------------------------- several errors */

struct corun_errors_ *errors_create(size_t capacity)
{
    struct corun_errors_ *made = memory_allocate(sizeof *made + capacity * sizeof *made->list);
    if (!made)
        return NULL;
    made->release = errors_release;
    made->references = 1;
    made->count = 0;
    return made;
}

void errors_add(struct corun_errors_ *errors, corun_child_error added)
{
    if (added.name)
        added.name = memory_copy_text(added.name);
    added.message = added.failure ? added.failure->message : corun_error_text(added.code);
    errors->list[errors->count++] = added;
}

void errors_release(struct corun_errors_ *errors)
{
    if (!errors || --errors->references > 0)
        return;
    for (size_t i = 0; i < errors->count; i++) {
        memory_release((void *)(uintptr_t)errors->list[i].name);
        failure_release((corun_failure *)(uintptr_t)errors->list[i].failure);
    }
    memory_release(errors);
}

void failure_set_errors(corun_failure *failure, struct corun_errors_ *errors)
{
    failure_of(failure)->errors = errors;
    failure->errors = errors->list;
    failure->count = errors->count;
}

/* Context variables: values that belong to what runs, and are inherited by what it starts.
 *
 *     static const corun_var language = {.name = "language", .initial = "en"};
 *
 *     corun_var_set(&language, "fr", NULL);
 *     corun_spawn(CORUN_CALL(serve), NULL);      sees "fr", whatever is set here afterwards
 *
 * A task or callback begins with the values its creator had then; what it sets, nobody else sees. Taking
 * them over costs nothing, whatever their number: they are shared until somebody sets one.
 *
 * Values are pointers. A variable may say how to retain and release them: on any thread that sets it or
 * makes calls, and on the loop's.
 */
#ifndef CORUN_CONTEXT_H
#define CORUN_CONTEXT_H

#include "corun/base.h"
#include "corun/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A variable; its address is its identity, so that it lives as long as any context that has it. */
typedef struct corun_var {
    const char *name;
    void *initial;                /* what it is where it was never set */
    void (*retain)(void *value);  /* both NULL: the value is not counted */
    void (*release)(void *value);
} corun_var;

/* What a set replaced, for corun_var_reset. The caller's memory; all zero is a used one. */
typedef struct corun_var_token {
    struct {
        const corun_var *var;
        void *old;
        bool was_set;
        bool usable;
    } private_;
} corun_var_token;

#define CORUN_VAR_TOKEN_INIT {{NULL, NULL, false, false}}

/* Gives the value in the current context.
 *
 *   returns  the value, or the variable's initial one
 *   owner    no reference: valid until it is set again here
 *   asyncio  ContextVar.get
 */
CORUN_API void *corun_var_get(const corun_var *var);

/* Sets the value in the current context. What a thread sets outside of any loop or context is its own, and stays
 * until the thread sets it anew.
 *
 *   returns  0
 *   -ENOMEM  no memory: nothing has changed
 *   owner    the value is retained; a token holds a reference to the old one until it is used:
 *            NULL if nobody will reset it
 *   asyncio  ContextVar.set
 */
CORUN_API int corun_var_set(const corun_var *var, void *value, corun_var_token *out_token);

/* Puts back what a set replaced.
 *
 *   returns  0
 *   CORUN_INVALID_STATE  the token has been used, or is of another variable
 *   -ENOMEM  no memory: nothing has changed, the token is still good
 *   asyncio  ContextVar.reset
 */
CORUN_API int corun_var_reset(const corun_var *var, corun_var_token *token);

/* Makes a context with the current one's values, in O(1).
 *
 *   returns  0, or -ENOMEM
 *   owner    *out_context is one reference: corun_context_release
 *   asyncio  copy_context
 */
CORUN_API int corun_context_copy(corun_context **out_context);

/* Takes one more reference, gives one back. Release takes NULL. */
CORUN_API corun_context *corun_context_retain(corun_context *context);
CORUN_API void corun_context_release(corun_context *context);

/* Gives a variable's value in a context.
 *
 *   owner    no reference
 *   asyncio  Context.get
 */
CORUN_API void *corun_context_get(const corun_context *context, const corun_var *var);

/* Calls `function(argument)` in a context: what it sets is set there.
 *
 *   returns  0
 *   CORUN_INVALID_STATE  the context is entered already
 *   asyncio  Context.run
 */
CORUN_API int corun_context_run(corun_context *context, void (*function)(void *), void *argument);

#ifdef __cplusplus
}
#endif
#endif

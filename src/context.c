/* Context variables.
 *
 * Values stand in a persistent tree: each node has one variable, and the bits of the variable's hash,
 * highest first, say where it is below. A set copies the nodes on the way, a handful, and shares the rest; so
 * taking over a context is one count. The hash is the address times an odd number, which no two
 * addresses share.
 */
#include "context.h"

#include <errno.h>

#include "memory.h"
#include "task.h"

struct bindings {
    atomic_uint references; /* jobs and calls from other threads have some too */
    bool is_set; /* false: put back to where it was never set */
    const corun_var *var;
    void *value;
    struct bindings *below[2];
};

/* Of code that no loop runs. */
static _Thread_local struct bindings *outside;
/* Of the context that corun_context_run has entered, innermost; NULL if none. */
static _Thread_local struct bindings **entered;

static uint64_t hash_of(const corun_var *var)
{
    return (uint64_t)(uintptr_t)var * 0x9e3779b97f4a7c15u;
}

struct bindings *bindings_retain(struct bindings *bindings)
{
    if (bindings)
        atomic_fetch_add_explicit(&bindings->references, 1, memory_order_relaxed);
    return bindings;
}

static void hold_value(const corun_var *var, void *value)
{
    if (var->retain)
        var->retain(value);
}

static void let_go_value(const corun_var *var, void *value)
{
    if (var->retain && var->release)
        var->release(value);
}

/* Depth is at most that of the tree, 64. */
void bindings_release(struct bindings *bindings)
{
    if (!bindings || atomic_fetch_sub_explicit(&bindings->references, 1, memory_order_acq_rel) > 1)
        return;
    bindings_release(bindings->below[0]);
    bindings_release(bindings->below[1]);
    if (bindings->is_set)
        let_go_value(bindings->var, bindings->value);
    memory_release(bindings);
}

static const struct bindings *look_up(const struct bindings *at, const corun_var *var)
{
    for (uint64_t hash = hash_of(var); at && at->var != var; hash <<= 1)
        at = at->below[hash >> 63];
    return at && at->is_set ? at : NULL;
}

/* A node of `var` in the place of `old`, which may be NULL or another node of it. */
static struct bindings *make_node(const struct bindings *old, const corun_var *var, void *value, bool is_set)
{
    struct bindings *made = memory_allocate(sizeof *made);
    if (!made)
        return NULL;
    *made = (struct bindings){1, is_set, var, value, {NULL, NULL}};
    for (int i = 0; old && i < 2; i++)
        made->below[i] = bindings_retain(old->below[i]);
    if (is_set)
        hold_value(var, value);
    return made;
}

static bool is_leaf(const struct bindings *node)
{
    return !node || (!node->below[0] && !node->below[1]);
}

/* Gives a tree like `old` but for `var`. Returns 0 or -ENOMEM. */
static int change(struct bindings *old, const corun_var *var, void *value, bool is_set,
                  struct bindings **out_changed)
{
    struct bindings *root = bindings_retain(old), **place = &root, *node = NULL;
    uint64_t hash = hash_of(var);
    for (; *place && (*place)->var != var; hash <<= 1) {
        struct bindings *at = *place;
        node = make_node(at, at->var, at->value, at->is_set); /* no memcpy: jobs may be counting it */
        if (!node)
            goto release;
        *place = node;
        bindings_release(at);
        place = &node->below[hash >> 63];
    }
    node = NULL;
    if (is_set || !is_leaf(*place)) {
        node = make_node(*place, var, value, is_set);
        if (!node)
            goto release;
    }
    bindings_release(*place);
    *place = node;
    *out_changed = root;
    return 0;

release:
    bindings_release(root);
    return -ENOMEM;
}

/* --------------------------------------------------------------- variables */

struct bindings **bindings_current(void)
{
    corun_loop *loop = corun_current_loop();
    if (entered)
        return entered;
    if (loop && loop->current)
        return task_bindings(loop->current);
    if (loop && loop->callback_bindings)
        return loop->callback_bindings;
    return &outside;
}

struct bindings **bindings_enter(struct bindings **values)
{
    struct bindings **before = entered;
    entered = values;
    return before;
}

void *corun_var_get(const corun_var *var)
{
    const struct bindings *found = look_up(*bindings_current(), var);
    return found ? found->value : var->initial;
}

static int bind(const corun_var *var, void *value, bool is_set)
{
    struct bindings **current = bindings_current(), *old = *current, *changed;
    int rc = change(old, var, value, is_set, &changed);
    if (rc < 0)
        return rc;
    *current = changed;
    bindings_release(old); /* last: a variable's release may look at variables */
    return 0;
}

int corun_var_set(const corun_var *var, void *value, corun_var_token *out_token)
{
    const struct bindings *found = look_up(*bindings_current(), var);
    corun_var_token token = {{var, found ? found->value : NULL, found != NULL, true}};
    int rc;
    if (out_token && found)
        hold_value(var, token.private_.old);
    rc = bind(var, value, true);
    if (rc == 0 && out_token)
        *out_token = token;
    else if (out_token && found)
        let_go_value(var, token.private_.old);
    return rc;
}

int corun_var_reset(const corun_var *var, corun_var_token *token)
{
    int rc;
    if (!token->private_.usable || token->private_.var != var)
        return CORUN_INVALID_STATE;
    rc = bind(var, token->private_.old, token->private_.was_set);
    if (rc < 0)
        return rc;
    token->private_.usable = false;
    if (token->private_.was_set)
        let_go_value(var, token->private_.old);
    return 0;
}

/* ---------------------------------------------------------------- contexts */

corun_context *context_create(struct bindings *bindings)
{
    corun_context *context = memory_allocate(sizeof *context);
    if (context)
        *context = (corun_context){1, false, bindings};
    return context;
}

int corun_context_copy(corun_context **out_context)
{
    corun_context *context = context_create(*bindings_current());
    if (!context)
        return -ENOMEM;
    bindings_retain(context->bindings);
    *out_context = context;
    return 0;
}

corun_context *corun_context_retain(corun_context *context)
{
    context->references++;
    return context;
}

void corun_context_release(corun_context *context)
{
    if (!context || --context->references > 0)
        return;
    bindings_release(context->bindings);
    memory_release(context);
}

void *corun_context_get(const corun_context *context, const corun_var *var)
{
    const struct bindings *found = look_up(context->bindings, var);
    return found ? found->value : var->initial;
}

int corun_context_run(corun_context *context, void (*function)(void *), void *argument)
{
    struct bindings **outer = entered;
    if (context->entered)
        return CORUN_INVALID_STATE;
    corun_context_retain(context);
    context->entered = true;
    entered = &context->bindings;
    function(argument);
    entered = outer;
    context->entered = false;
    corun_context_release(context);
    return 0;
}

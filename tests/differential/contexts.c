#include "trace.h"

static const corun_var word = {.name = "word", .initial = "none"};

static const char *get(void)
{
    return corun_var_get(&word);
}

static void set(const char *text)
{
    corun_var_set(&word, (void *)(uintptr_t)text, NULL);
}

static void callback(void *own)
{
    printf("callback sees %s\n", get());
    set(own);
}

CORUN_ASYNC(child, (const char *own;), ()) {
    CORUN_BEGIN();
    printf("child sees %s\n", get());
    set(my->own);
    call_soon(callback, "from callback");
    CORUN_AWAIT(corun_yield());
    printf("child has %s\n", get());
    CORUN_END();
}

CORUN_ASYNC(main_, (const char *name;), (corun_task *first, *second; corun_var_token token;)) {
    CORUN_BEGIN();
    printf("%s finds %s\n", my->name, get());
    set("one");
    corun_spawn(CORUN_CALL(child, .own = "from first"), &my->first);
    corun_var_set(&word, "two", &my->token);
    corun_spawn(CORUN_CALL(child, .own = "from second"), &my->second);
    set("three");
    CORUN_AWAIT(corun_join(my->first));
    CORUN_AWAIT(corun_join(my->second));
    printf("%s has %s\n", my->name, get());
    corun_var_reset(&word, &my->token);
    printf("%s reset to %s\n", my->name, get());
    set(my->name);
    corun_task_release(my->first);
    corun_task_release(my->second);
    CORUN_END();
}

TRACE_MAIN()
{
    corun_runner runner = CORUN_RUNNER_INIT;
    corun_loop *loop;
    set("outside");
    corun_runner_loop(&runner, &loop);
    set("outside, later");
    corun_runner_run(&runner, CORUN_CALL(main_, .name = "first run"), NULL, NULL);
    corun_runner_run(&runner, CORUN_CALL(main_, .name = "second run"), NULL, NULL);
    corun_runner_close(&runner);
    printf("outside %s\n", get());
}

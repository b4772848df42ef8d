/* One way to behave per entry, for the tests of the JavaScript package: what a main gives back and how it ends. The rest
 * is in kit/. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "kit/kit.h"

/* ------------------------------------------------------------------- values */

ENTRY_ASYNC(arguments, ()) {
    CORUN_BEGIN();
    for (int i = 0; i < my->argc; i++)
        printf("%d:%s\n", i, my->argv[i]);
    CORUN_RETURN(.i = my->argc);
    CORUN_END();
}
CORUN_MAIN(arguments)

ENTRY_ASYNC(environment, ()) {
    CORUN_BEGIN();
    for (int i = 1; i < my->argc; i++)
        printf("%s=%s\n", my->argv[i], getenv(my->argv[i]) ? getenv(my->argv[i]) : "(none)");
    CORUN_END();
}
CORUN_ENTRY(environment)

ENTRY_ASYNC(large, ()) {
    CORUN_BEGIN();
    CORUN_RETURN(.i = INT64_MIN + 1);
    CORUN_END();
}
CORUN_ENTRY(large)

ENTRY_ASYNC(half, ()) {
    CORUN_BEGIN();
    CORUN_RETURN(.f = 0.5);
    CORUN_END();
}
CORUN_ENTRY(half)

ENTRY_ASYNC(bytes, ()) {
    CORUN_BEGIN();
    CORUN_RETURN(.bytes = "a\0b", .size = 3);
    CORUN_END();
}
CORUN_ENTRY(bytes)

ENTRY_ASYNC(nothing, ()) {
    CORUN_BEGIN();
    CORUN_END();
}
CORUN_ENTRY(nothing)

#if !defined(__wasm__)
#define __builtin_wasm_memory_size(memory) 0 /* compiled natively only to be checked */
#endif

/* How much memory the instance has, in pages of wasm. */
ENTRY_ASYNC(pages, ()) {
    CORUN_BEGIN();
    CORUN_RETURN(.i = (int64_t)__builtin_wasm_memory_size(0));
    CORUN_END();
}
CORUN_ENTRY(pages)

/* --------------------------------------------------------------------- ends */

CORUN_ASYNC(inner, (const char *path;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    CORUN_RAISE(-ENOENT, "no %s here", my->path);
    CORUN_END();
}

ENTRY_ASYNC(fails, ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(inner, .path = "honey"));
    CORUN_END();
}
CORUN_ENTRY(fails)

CORUN_ASYNC(fails_in_cleanup, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(inner, .path = "bee"));
    CORUN_FINALLY();
    CORUN_RAISE(-EIO, "the hive is broken");
    CORUN_END();
}

/* A child and the body, both of which fail. */
ENTRY_ASYNC(fails_together, (corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    corun_group_spawn_with(&my->group, CORUN_CALL(fails_in_cleanup), &(corun_spawn_options){.name = "bees"}, NULL);
    CORUN_CATCH_ALL_AWAIT(corun_forever());
    CORUN_RAISE(CORUN_USER - 1, "so does the body");
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_END();
}
CORUN_ENTRY(fails_together)

/* Takes all memory that there is, and gives it back. */
ENTRY_ASYNC(hoards, (void **last; void **block;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    while ((my->block = malloc(1 << 20))) {
        *my->block = my->last;
        my->last = my->block;
    }
    for (; my->last; my->last = my->block) {
        my->block = *my->last;
        free(my->last);
    }
    CORUN_RAISE(-ENOMEM);
    CORUN_END();
}
CORUN_ENTRY(hoards)

ENTRY_ASYNC(leaves, ()) {
    CORUN_BEGIN();
    CORUN_EXIT(number(my->argc, my->argv, 3));
    CORUN_END();
}
CORUN_ENTRY(leaves)

ENTRY_ASYNC(exits, ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    printf("before exit");
    exit(number(my->argc, my->argv, 4));
    CORUN_END();
}
CORUN_ENTRY(exits)

ENTRY_ASYNC(traps, ()) {
    CORUN_BEGIN();
    puts("before the trap");
    CORUN_AWAIT(corun_yield());
    __builtin_trap();
    CORUN_END();
}
CORUN_ENTRY(traps)

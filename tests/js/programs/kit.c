/* One way to behave per entry, for the tests of the JavaScript package. */
#include <corun.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENTRY_ASYNC(name, locals) CORUN_ASYNC(name, (int argc; char **argv;), locals)

static int number(int argc, char **argv, int otherwise)
{
    return argc > 1 ? atoi(argv[1]) : otherwise;
}

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

/* --------------------------------------------------------------- interrupts */

ENTRY_ASYNC(waits, ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    puts("waiting");
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    puts("cleaning up");
    CORUN_AWAIT(corun_sleep(0.02));
    puts("clean");
    CORUN_END();
}
CORUN_ENTRY(waits)

ENTRY_ASYNC(catches, ()) {
    CORUN_BEGIN();
    puts("waiting");
    CORUN_CATCH_ALL_AWAIT(corun_forever());
    printf("caught %s\n", corun_error_name(CORUN_ERROR()));
    CORUN_RETURN(.i = 0);
    CORUN_END();
}
CORUN_ENTRY(catches)

/* Catches the first interrupt and waits on. */
ENTRY_ASYNC(stays, ()) {
    CORUN_BEGIN();
    puts("waiting");
    CORUN_CATCH_ALL_AWAIT(corun_forever());
    puts("staying");
    CORUN_AWAIT(corun_forever());
    CORUN_END();
}
CORUN_ENTRY(stays)

ENTRY_ASYNC(spoils, ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    puts("waiting");
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    CORUN_RAISE(-EIO, "the cleanup failed");
    CORUN_END();
}
CORUN_ENTRY(spoils)

ENTRY_ASYNC(spins, ()) {
    CORUN_BEGIN();
    puts("spinning");
    CORUN_AWAIT(corun_yield());
    for (volatile int n = 0;; n = n + 1)
        ;
    CORUN_END();
}
CORUN_ENTRY(spins)

/* Always has more to do, and never waits. */
ENTRY_ASYNC(yields, ()) {
    CORUN_BEGIN();
    puts("yielding");
    for (;;)
        CORUN_AWAIT(corun_yield());
    CORUN_END();
}
CORUN_ENTRY(yields)

/* Reads a line as C does. */
ENTRY_ASYNC(gets, (char line[80];)) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_yield());
    puts(fgets(my->line, sizeof my->line, stdin) ? my->line : strerror(errno));
    CORUN_END();
}
CORUN_ENTRY(gets)

/* How many yields a second there are, in millions. */
ENTRY_ASYNC(paces, (int n; double began;)) {
    CORUN_BEGIN();
    my->began = corun_loop_time(corun_current_loop());
    for (my->n = 0; my->n < 5000000; my->n++)
        CORUN_AWAIT(corun_yield());
    CORUN_RETURN(.f = 5 / (corun_loop_time(corun_current_loop()) - my->began));
    CORUN_END();
}
CORUN_ENTRY(paces)

/* How long a sleep of a millisecond takes, in milliseconds. */
ENTRY_ASYNC(dozes, (int n; double began;)) {
    CORUN_BEGIN();
    my->began = corun_loop_time(corun_current_loop());
    for (my->n = 0; my->n < 100; my->n++)
        CORUN_AWAIT(corun_sleep(0.001));
    CORUN_RETURN(.f = (corun_loop_time(corun_current_loop()) - my->began) * 10);
    CORUN_END();
}
CORUN_ENTRY(dozes)

/* A long computation that asks. */
ENTRY_ASYNC(asks, ()) {
    CORUN_BEGIN();
    puts("asking");
    CORUN_AWAIT(corun_yield());
    while (!corun_interrupted())
        ;
    puts("told");
    CORUN_AWAIT(corun_yield());
    puts("never here");
    CORUN_END();
}
CORUN_ENTRY(asks)

CORUN_ASYNC(lingers, (double cleanup;), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    puts("closing");
    if (my->cleanup < 0)
        CORUN_AWAIT(corun_forever());
    CORUN_AWAIT(corun_sleep(my->cleanup));
    puts("closed");
    CORUN_END();
}

/* Leaves a task behind, whose cleanup takes 20 ms, or for ever. */
ENTRY_ASYNC(litters, ()) {
    CORUN_BEGIN();
    if (corun_spawn(CORUN_CALL(lingers, .cleanup = my->argc > 1 ? -1 : 0.02), NULL) < 0)
        CORUN_RAISE(-ENOMEM);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}
CORUN_ENTRY(litters)

/* ------------------------------------------------------------------ streams */

ENTRY_ASYNC(prints, ()) {
    CORUN_BEGIN();
    for (int i = 0; i < number(my->argc, my->argv, 1); i++)
        printf("line %d\n", i);
    CORUN_END();
}
CORUN_ENTRY(prints)

/* Prints 60 MB without awaiting. */
ENTRY_ASYNC(pours, ()) {
    CORUN_BEGIN();
    for (int i = 0; i < 3000000; i++)
        puts("a line of some text");
    CORUN_END();
}
CORUN_ENTRY(pours)

/* Writes n blocks of 64 KiB by corun_write; tells on stderr how many. */
ENTRY_ASYNC(floods, (char *block; int n;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    my->block = malloc(65536);
    if (!my->block)
        CORUN_RAISE(-ENOMEM);
    memset(my->block, 'x', 65536);
    for (my->n = 0; my->n < number(my->argc, my->argv, 1); my->n++) {
        CORUN_AWAIT(corun_write(1, my->block, 65536));
        if (CORUN_RESULT().i != 65536)
            CORUN_RAISE(-EIO, "a short write");
    }
    CORUN_FINALLY();
    fprintf(stderr, "%d blocks\n", my->n);
    free(my->block);
    CORUN_END();
}
CORUN_ENTRY(floods)

ENTRY_ASYNC(halves, ()) {
    CORUN_BEGIN();
    fwrite("\xe6\x97", 1, 2, stdout);
    fflush(stdout);
    CORUN_AWAIT(corun_sleep(0.001));
    fwrite("\xa5 one\ntwo", 1, 9, stdout);
    CORUN_END();
}
CORUN_ENTRY(halves)

ENTRY_ASYNC(terminals, ()) {
    CORUN_BEGIN();
    printf("%d%d%d\n", isatty(0), isatty(1), isatty(2));
    CORUN_END();
}
CORUN_ENTRY(terminals)

/* Waits with C's own means, which stops the whole loop. */
ENTRY_ASYNC(naps, ()) {
    CORUN_BEGIN();
    CORUN_RETURN(.i = usleep(1000) == 0 ? 0 : errno);
    CORUN_END();
}
CORUN_ENTRY(naps)

ENTRY_ASYNC(copies, (FILE * from, *to; char line[64];)) {
    CORUN_BEGIN();
    if (my->argc < 3)
        CORUN_RAISE(-EINVAL, "from where to where?");
    my->from = fopen(my->argv[1], "r");
    if (!my->from)
        CORUN_RAISE(-errno, "cannot open %s", my->argv[1]);
    my->to = fopen(my->argv[2], "w");
    if (!my->to)
        CORUN_RAISE(-errno, "cannot make %s", my->argv[2]);
    while (fgets(my->line, sizeof my->line, my->from))
        fputs(my->line, my->to);
    fclose(my->from);
    fclose(my->to);
    CORUN_END();
}
CORUN_ENTRY(copies)

/* -------------------------------------------------------------------- tasks */

CORUN_ASYNC(sleep_long, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

CORUN_ASYNC(join_one, (corun_task **task;), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_join(*my->task));
    CORUN_END();
}

static corun_task *spawn_named(corun_awaitable call, const char *name)
{
    corun_spawn_options options = {.name = name};
    corun_task *task = NULL;
    corun_loop_spawn_with(NULL, call, &options, &task);
    return task;
}

/* Two that wait for a third, and two that wait for each other. */
ENTRY_ASYNC(families, (corun_task *tasks[5]; int n;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    my->tasks[0] = spawn_named(CORUN_CALL(sleep_long), "child é");
    my->tasks[1] = spawn_named(CORUN_CALL(join_one, .task = &my->tasks[0]), "mother");
    my->tasks[2] = spawn_named(CORUN_CALL(join_one, .task = &my->tasks[0]), "father");
    my->tasks[3] = spawn_named(CORUN_CALL(join_one, .task = &my->tasks[4]), "chicken");
    my->tasks[4] = spawn_named(CORUN_CALL(join_one, .task = &my->tasks[3]), "egg");
    CORUN_AWAIT(corun_yield());
    puts("waiting");
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    for (my->n = 0; my->n < 5; my->n++) {
        corun_task_cancel(my->tasks[my->n], NULL);
        CORUN_CATCH_ALL_AWAIT(corun_join(my->tasks[my->n]));
        corun_task_release(my->tasks[my->n]);
    }
    CORUN_END();
}
CORUN_ENTRY(families)

/* A chain of so many joins. */
ENTRY_ASYNC(dynasty, (corun_task **tasks; int n, count;)) {
    CORUN_BEGIN();
    my->count = number(my->argc, my->argv, 10000);
    my->tasks = calloc((size_t)my->count, sizeof *my->tasks);
    my->tasks[my->count - 1] = spawn_named(CORUN_CALL(sleep_long), "last");
    for (my->n = my->count - 2; my->n >= 0; my->n--)
        my->tasks[my->n] = spawn_named(CORUN_CALL(join_one, .task = &my->tasks[my->n + 1]), "link");
    CORUN_AWAIT(corun_yield());
    puts("waiting");
    CORUN_AWAIT(corun_forever());
    CORUN_END();
}
CORUN_ENTRY(dynasty)

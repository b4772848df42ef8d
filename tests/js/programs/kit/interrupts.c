/* How a main takes interrupts, and how it waits or goes on until there is one. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kit.h"

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

CORUN_ASYNC(departs, (), ()) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    CORUN_EXIT(5);
    CORUN_END();
}

/* Leaves a task behind that wants the process to end, once it is told to stop. */
ENTRY_ASYNC(deserts, ()) {
    CORUN_BEGIN();
    if (corun_spawn(CORUN_CALL(departs), NULL) < 0)
        CORUN_RAISE(-ENOMEM);
    CORUN_AWAIT(corun_yield());
    CORUN_END();
}
CORUN_ENTRY(deserts)

/* Waits with C's own means, which stops the whole loop, for so many milliseconds. */
ENTRY_ASYNC(naps, ()) {
    CORUN_BEGIN();
    puts("tired");
    puts("asleep");
    CORUN_RETURN(.i = usleep((unsigned)number(my->argc, my->argv, 1) * 1000) == 0 ? 0 : errno);
    CORUN_END();
}
CORUN_ENTRY(naps)

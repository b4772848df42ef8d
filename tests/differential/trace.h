/* What the programs of this folder share: each is there twice, NAME.c and NAME.py, and both must print the same
 * lines (tests/differential.test.js). trace.py has what the Python programs share. */
#ifndef TESTS_DIFFERENTIAL_TRACE_H
#define TESTS_DIFFERENTIAL_TRACE_H

#include <corun.h>
#include <corun/sim.h>
#include <stdio.h>
#include <stdlib.h>

/* Python's errors that Corun has no code for. */
enum { VALUE_ERROR = CORUN_USER - 1, KEY_ERROR = CORUN_USER - 2, LOOKUP_ERROR = CORUN_USER - 3 };

/* How Python calls an error; None for 0. */
static inline const char *name_of(int error)
{
    switch (error) {
#define TRACE_CASE_(number, name, asyncio, text) \
    case CORUN_##name: \
        return asyncio;
        CORUN_ERRORS(TRACE_CASE_)
    case VALUE_ERROR:
        return "ValueError";
    case KEY_ERROR:
        return "KeyError";
    case LOOKUP_ERROR:
        return "LookupError";
    default:
        return error ? corun_error_name(error) : "None";
    }
}

/* Stands in place of main(). Under WASI a program that leaves by return may lose what it has printed. */
#define TRACE_MAIN() \
    static void trace(void); \
    int main(void) \
    { \
        corun_start_(); \
        trace(); \
        exit(0); \
    } \
    static void trace(void)

/* A callback that prints its argument. */
static inline void say(void *text)
{
    puts(text);
}

static inline void call_soon(void (*function)(void *), void *argument)
{
    corun_loop_call_soon(corun_current_loop(), function, argument, NULL);
}

/* Random numbers: the same in both languages. */
static uint32_t random_state;

static inline void random_seed(uint32_t seed)
{
    random_state = seed;
}

static inline int random_below(int n)
{
    random_state = random_state * 1664525 + 1013904223;
    return (int)((random_state >> 16) % (uint32_t)n);
}

/* Runs `main` while time jumps to the next deadline when nothing is ready. */
static inline void run_in_no_time(corun_awaitable main)
{
    corun_run(main, &(corun_run_options){.loop_factory = corun_loop_sim}, NULL);
}

#endif

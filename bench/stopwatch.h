/* Time, and how a measurement is taken from several rounds. */
#ifndef BENCH_STOPWATCH_H
#define BENCH_STOPWATCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    SHORTEST_NS = 2000000, /* of a round: below it the clock's own cost and grain would show */
    MOST_ROUNDS = 15,
    FEWEST_ROUNDS = 3,
    LONGEST_NS = 300000000 /* of all rounds of a measurement, once the fewest are done */
};

static int64_t watch_begin, watch_taken;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline void start_watch(void)
{
    watch_begin = now_ns();
}

static inline void stop_watch(void)
{
    watch_taken = now_ns() - watch_begin;
}

/* The rounds of one measurement. */
struct rounds {
    double ns[MOST_ROUNDS]; /* of one operation */
    int64_t spent;
    long n; /* operations a round */
    int count;
};

/* Notes a round of `n` operations by the watch. A round that was too short only doubles `n`. Returns
 * whether there are to be more. */
static bool note_round(struct rounds *rounds)
{
    if (watch_taken < SHORTEST_NS) {
        rounds->n *= 2;
        return true;
    }
    rounds->ns[rounds->count++] = (double)watch_taken / (double)rounds->n;
    rounds->spent += watch_taken;
    if (rounds->count < FEWEST_ROUNDS)
        return true;
    return rounds->count < MOST_ROUNDS && rounds->spent < LONGEST_NS;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Prints the median: one line, a name and a number. */
static void print_rounds(const char *name, struct rounds *rounds)
{
    qsort(rounds->ns, (size_t)rounds->count, sizeof rounds->ns[0], compare_doubles);
    printf("%s %.3f\n", name, rounds->ns[rounds->count / 2]);
    fflush(stdout);
}

#endif

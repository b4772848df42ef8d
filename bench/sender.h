/* A thread that disturbs a loop that waits, again and again, and the medians of how long that took. What the
 * loop is and how it is disturbed is the program's: Corun's and its peers' programs share the method. */
#ifndef BENCH_SENDER_H
#define BENCH_SENDER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { SENDER_TIMES = 1000, SENDER_PAUSE_NS = 150000 }; /* by then the loop waits in the kernel */

static struct {
    void (*send)(void);
    atomic_int armed; /* how often the loop was about to wait */
    atomic_llong began;
    double call_ns[SENDER_TIMES], arrival_ns[SENDER_TIMES];
    int arrived;
} sender;

static int64_t sender_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void sender_sleep(long ns)
{
    struct timespec pause = {0, ns};
    nanosleep(&pause, NULL);
}

static void *sender_run(void *unused)
{
    (void)unused;
    for (int i = 0; i < SENDER_TIMES; i++) {
        int64_t began;
        while (atomic_load(&sender.armed) <= i)
            sender_sleep(10000);
        sender_sleep(SENDER_PAUSE_NS);
        began = sender_now();
        atomic_store(&sender.began, began);
        sender.send();
        sender.call_ns[i] = (double)(sender_now() - began);
    }
    return NULL;
}

/* The loop is about to wait to be disturbed. */
static void sender_arm(void)
{
    atomic_fetch_add(&sender.armed, 1);
}

/* It has been. Returns whether it is to be once more. */
static bool sender_arrived(void)
{
    sender.arrival_ns[sender.arrived++] = (double)(sender_now() - atomic_load(&sender.began));
    return sender.arrived < SENDER_TIMES;
}

static pthread_t sender_start(void (*send)(void))
{
    pthread_t thread;
    sender.send = send;
    sender.arrived = 0;
    atomic_store(&sender.armed, 0);
    if (pthread_create(&thread, NULL, sender_run, NULL) != 0)
        abort();
    return thread;
}

static int sender_compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void sender_print(const char *name, double *ns)
{
    qsort(ns, SENDER_TIMES, sizeof *ns, sender_compare);
    printf("%s %.0f\n", name, ns[SENDER_TIMES / 2]);
    fflush(stdout);
}

#endif

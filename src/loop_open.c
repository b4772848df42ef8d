/* The beginning and the end of a loop. */
#include "loop.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "generator.h"
#include "memory.h"
#include "report.h"
#include "task.h"

enum { SLOW_STEP_NS = 100000000 };

static bool debug_of_environment(void)
{
    const char *text = getenv("CORUN_DEBUG");
    return text && *text && strcmp(text, "0") != 0;
}

int loop_open(const struct host *host, corun_loop **out_loop)
{
    corun_loop *loop = memory_allocate(sizeof *loop);
    int rc;
    if (!loop)
        return -ENOMEM;
    memset(loop, 0, sizeof *loop);
    list_init(&loop->ready);
    loop->round_last = &loop->ready;
    list_init(&loop->tasks);
    list_init(&loop->unreleased);
    list_init(&loop->generators);
    executor_init(&loop->executor);
    loop_listen(loop, NULL, NULL);
    loop->references = 1;
    loop->debug = debug_of_environment();
    loop->slow_ns = SLOW_STEP_NS;
    rc = backend_open(&loop->backend, host, loop);
    if (rc < 0) {
        memory_release(loop);
        return rc;
    }
    *out_loop = loop;
    return 0;
}

void *loop_host_state(const corun_loop *loop, const struct host *host)
{
    return loop->backend.host == host && !loop->closed ? loop->backend.state : NULL;
}

void loop_listen(corun_loop *loop, const struct loop_listener *listener, corun_runner *runner)
{
    static const struct loop_listener nobody = {NULL, NULL, NULL, NULL};
    loop->listener = listener ? listener : &nobody;
    loop->runner = runner;
}

void loop_retain(corun_loop *loop)
{
    loop->references++;
}

void loop_release(corun_loop *loop)
{
    if (--loop->references == 0)
        memory_release(loop);
}

int corun_loop_close(corun_loop *loop)
{
    if (!loop || loop->closed)
        return 0;
    if (loop->running || loop->runner)
        return CORUN_RUNNING;
    loop->closed = true; /* from here on programs' own code that is called can add nothing */
    if (loop->debug)
        report_left_references(loop);
    tasks_abandon(loop);
    if (loop->uses.generators)
        loop->uses.generators->abandon(loop);
    loop->executor.shut = true;
    if (loop->uses.executor)
        loop->uses.executor->close(loop);
    calls_drop(loop);
    interrupts_disclaim(loop);
    if (loop->uses.signals)
        loop->uses.signals->free(loop);
    if (loop->uses.descriptors_free)
        loop->uses.descriptors_free(loop);
    timers_free(&loop->timers);
    backend_close(&loop->backend);
    loop_release(loop);
    return 0;
}

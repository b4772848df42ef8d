/* The turn host: somebody else's loop drives, by the exports that abi.h describes.
 *
 * There is one runner, made by the first entry and kept until corun_close, so that mains run one after
 * another on one loop. Descriptors 0 to 2 are the driver's streams; any other is a file, always ready.
 */
#include "abi.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corun/runner.h"
#include "failure.h"
#include "memory.h"
#include "preview1.h"
#include "tasks.h"
#include "turn.h"

#define EXPORT(name) __attribute__((used, visibility("default"), export_name(#name))) name

enum { STREAMS = 3 };

static struct {
    struct watch *watch; /* NULL: the guest does not wait for it */
    int events;
} streams[STREAMS];

static uint32_t full_streams;

static int turn_open(corun_loop *loop, void **out_state)
{
    (void)loop;
    *out_state = streams;
    return 0;
}

static void turn_close(void *self);

static int turn_interrupts(void *self, const int *signals)
{
    (void)self;
    return signals != NULL;
}

/* The driver's own sched_yield may call corun_interrupt(); a plain runtime's does nothing. Emscripten's C library
 * answers that itself, so there a read of no descriptor stands for it (web/src/emscripten.js). */
static void turn_peek(void *self)
{
    (void)self;
#ifdef __EMSCRIPTEN__
    __wasi_size_t count;
    (void)__wasi_fd_read((__wasi_fd_t)-1, NULL, 0, &count);
#else
    sched_yield();
#endif
}

/* Whoever wakes a loop that somebody else drives tells the driver too. */
static struct host host_turn = {.open = turn_open,
                                .close = turn_close,
                                .now = preview1_now,
                                .interrupts = turn_interrupts,
                                .peek = turn_peek};

int corun_loop_turn_driven(corun_loop **out_loop)
{
    return loop_open(&host_turn, out_loop);
}

void turn_has_desk(const struct turn_desk *given)
{
    host_turn.calls = &given->calls;
}

/* NULL: this program makes no host calls. (No pointer of its own: compilers that see every store to it would link
 * the desk always.) */
static const struct turn_desk *desk_of_calls(void)
{
    return (const struct turn_desk *)host_turn.calls;
}

static void turn_close(void *self)
{
    (void)self;
    if (desk_of_calls())
        desk_of_calls()->forget();
}

/* ------------------------------------------------------------- descriptors */

static int turn_watch(void *self, int fd, int events, struct watch *watch)
{
    (void)self;
    if (fd >= STREAMS)
        return HOST_ALWAYS_READY;
    streams[fd].watch = watch;
    streams[fd].events = events;
    return 0;
}

static void turn_unwatch(void *self, int fd)
{
    (void)self;
    if (fd < STREAMS)
        streams[fd].watch = NULL;
}

static int64_t turn_read(void *self, int fd, void *buffer, size_t size_bytes)
{
    (void)self;
    return preview1_read(fd, buffer, size_bytes);
}

static int64_t turn_write(void *self, int fd, const void *bytes, size_t size_bytes)
{
    (void)self;
    if (fd < STREAMS && full_streams & 1u << fd)
        return -EAGAIN;
    return preview1_write(fd, bytes, size_bytes);
}

static const struct host_files turn_files = {turn_watch, turn_unwatch, turn_read, turn_write};

void turn_needs_files(void)
{
    host_turn.files = &turn_files;
}

/* ------------------------------------------------------------- what came out */

static corun_runner runner;
static struct turn_result result;
static corun_failure *result_failure;
static void *result_bytes;

static uint32_t address(const void *pointer)
{
    return (uint32_t)(uintptr_t)pointer;
}

_Static_assert(sizeof(corun_failure) == 7 * sizeof(uint32_t) && sizeof(corun_child_error) == 7 * sizeof(uint32_t)
                   && sizeof(corun_where) == 3 * sizeof(uint32_t),
               "the driver reads them");

static void clear_turn_result(void)
{
    memory_release(result_bytes);
    result_bytes = NULL;
    failure_release(result_failure);
    result_failure = NULL;
    memset(&result, 0, sizeof result);
}

/* What is known of the error stays until the next entry or close, which the runner does not promise. */
static void keep_result_error(int error)
{
    const corun_failure *failure = corun_runner_failure(&runner);
    if (failure && failure->code == error) /* else it is of the run before */
        result_failure = failure_retain((corun_failure *)(uintptr_t)failure);
    result.error = error;
    result.failure = address(result_failure);
}

/* Returns 0 or -ENOMEM. */
static int keep_result_value(const corun_value *value)
{
    result.value_tag = (uint32_t)value->tag;
    memcpy(result.value_bits, &value->i, sizeof value->i);
    if (value->tag == CORUN_POINTER)
        result.value_bytes = address(value->p);
    if (value->tag != CORUN_BYTES)
        return 0;
    result_bytes = memory_copy(value->bytes, value->size);
    if (!result_bytes)
        return -ENOMEM;
    result.value_bytes = address(result_bytes);
    result.value_size = (uint32_t)value->size;
    return 0;
}

/* `state` is what the runner is in from now on. */
static void keep_result(corun_runner *self, int error, const corun_value *value, void *state)
{
    bool has_value = error == 0 || error == CORUN_SYSTEM_EXIT;
    (void)self;
    result.state = address(state);
    if (has_value && keep_result_value(value) < 0) {
        has_value = false;
        error = -ENOMEM;
    }
    keep_result_error(error);
    result.status = has_value ? 0 : 1;
    if (has_value && value->tag == CORUN_INTEGER)
        result.status = (int32_t)value->i;
}

/* ------------------------------------------------------------------- exports */

void *EXPORT(corun_abi)(void);
void *EXPORT(corun_result)(void);
double EXPORT(corun_turn)(double now_ns, double budget_ns);
__attribute__((used, visibility("default"), export_name("corun_interrupt"))) int corun_interrupt_now(void);
int EXPORT(corun_wants)(int fd);
void EXPORT(corun_ready)(int fd, int events);
int EXPORT(corun_close)(void);
void *EXPORT(corun_calls)(void);
void *EXPORT(corun_answer)(struct host_call *call, int failed, size_t size);
void *EXPORT(corun_tasks)(void);
__attribute__((used, visibility("default"), export_name("corun_error_name"))) const char *error_name_now(int error);
__attribute__((used, visibility("default"), export_name("corun_error_text"))) const char *error_text_now(int error);
void *EXPORT(corun_alloc)(size_t size);
void EXPORT(corun_free)(void *memory);

void *corun_abi(void)
{
    static struct turn_abi abi = {.magic = TURN_MAGIC,
                                  .version = TURN_VERSION,
                                  .abi_size = sizeof(struct turn_abi),
                                  .result_size = sizeof(struct turn_result),
                                  .task_size = sizeof(struct turn_task),
                                  .call_size = sizeof(struct turn_call)};
    abi.result = address(&result);
    abi.full = address(&full_streams);
    abi.taken = address((const void *)(uintptr_t)interrupts_taken());
    return &abi;
}

void *corun_result(void)
{
    return &result;
}

/* A run or a close, whose result must not be touched. */
static bool is_under_way(void)
{
    return result.state == TURN_RUNNING || result.state == TURN_CLOSING;
}

int corun_entry_start_(corun_awaitable main)
{
    int rc;
    host_start();
    host_is_driven();
    if (is_under_way())
        return CORUN_RUNNING;
    clear_turn_result();
    rc = corun_runner_start(&runner, main, NULL, keep_result, (void *)TURN_IDLE);
    if (rc < 0)
        keep_result_error(rc);
    else
        result.state = TURN_RUNNING;
    return rc;
}

double corun_turn(double now_ns, double budget_ns)
{
    corun_loop *loop;
    int64_t next;
    (void)now_ns; /* the loop's clock is the same one, read when it is needed */
    if (!is_under_way() || corun_runner_loop(&runner, &loop) < 0)
        return -2;
    next = corun_loop_turn(loop, (int64_t)budget_ns);
    if (!is_under_way())
        next = -2;
    else if (next < -1)
        next = 0;
    if (next != 0)
        fflush(NULL);
    return (double)next;
}

int corun_wants(int fd)
{
    return fd >= 0 && fd < STREAMS && streams[fd].watch ? streams[fd].events : 0;
}

void corun_ready(int fd, int events)
{
    if (corun_wants(fd) & events)
        watch_ready(streams[fd].watch, events);
}

int corun_close(void)
{
    int rc;
    host_start();
    if (is_under_way())
        return CORUN_RUNNING;
    clear_turn_result();
    result.state = TURN_CLOSING;
    rc = corun_runner_close_start(&runner, keep_result, (void *)TURN_CLOSED);
    if (rc < 0) {
        result.state = TURN_IDLE;
        return rc;
    }
    if (result.state == TURN_CLOSED)
        fflush(NULL);
    return 0;
}

int corun_interrupt_now(void)
{
    return corun_interrupt();
}

const char *error_name_now(int error)
{
    return corun_error_name(error);
}

const char *error_text_now(int error)
{
    return corun_error_text(error);
}

void *corun_calls(void)
{
    return desk_of_calls() ? desk_of_calls()->tell() : NULL;
}

void *corun_answer(struct host_call *call, int failed, size_t size)
{
    return desk_of_calls() ? desk_of_calls()->answer(call, failed != 0, size) : NULL;
}

void *corun_tasks(void)
{
    return tasks_describe(runner.private_.loop);
}

void *corun_alloc(size_t size)
{
    return malloc(size);
}

void corun_free(void *memory)
{
    free(memory);
}

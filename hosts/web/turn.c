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
#include <time.h>
#include <unistd.h>
#ifdef __EMSCRIPTEN__
#include <wasi/api.h>
#endif

#include "calls.h"
#include "corun/runner.h"
#include "failure.h"
#include "hosts/host.h"
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

static void turn_close(void *self)
{
    (void)self;
    memset(streams, 0, sizeof streams);
    calls_forget();
}

static int64_t turn_now(void *self)
{
    struct timespec now;
    (void)self;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

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

/* Whoever wakes a loop that somebody else drives tells the driver too. */
static void turn_wake(void *self)
{
    (void)self;
}

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

static bool reading;

bool turn_is_reading(void)
{
    return reading;
}

static int64_t turn_read(void *self, int fd, void *buffer, size_t size_bytes)
{
    ssize_t count;
    (void)self;
    reading = true;
    count = read(fd, buffer, size_bytes);
    reading = false;
    return count < 0 ? -errno : count;
}

static int64_t turn_write(void *self, int fd, const void *bytes, size_t size_bytes)
{
    ssize_t count;
    (void)self;
    if (fd < STREAMS && full_streams & 1u << fd)
        return -EAGAIN;
    count = write(fd, bytes, size_bytes);
    return count < 0 ? -errno : count;
}

CORUN_HOST(host_turn, turn_open, turn_close, turn_now, turn_watch, turn_unwatch, host_no_wait, turn_wake,
           host_no_fd, turn_interrupts, host_no_signal, host_no_show, turn_peek, turn_read, turn_write, turn_call,
           turn_call_cancel,
           host_no_threads_open, host_no_threads_submit, host_no_threads_take_back, host_no_threads_close);

int corun_loop_turn_driven(corun_loop **out_loop)
{
    return loop_open(&host_turn, out_loop);
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

/* What is known of the error stays until the next entry or close, which the runner does not promise. */
static void keep_result_error(int error)
{
    const corun_failure *failure = corun_runner_failure(&runner);
    if (failure && failure->code != error)
        failure = NULL; /* of the run before */
    failure_release(result_failure);
    result_failure = failure_retain((corun_failure *)(uintptr_t)failure);
    result.error = error;
    result.failure = address(result_failure);
}

static void keep_result_value(const corun_value *value)
{
    uint64_t bits = 0;
    memcpy(&bits, &value->i, sizeof value->i);
    result.value_tag = (uint32_t)value->tag;
    result.value_low = (uint32_t)bits;
    result.value_high = (uint32_t)(bits >> 32);
    if (value->tag == CORUN_POINTER)
        result.value_bytes = address(value->p);
    if (value->tag != CORUN_BYTES)
        return;
    result_bytes = malloc(value->size ? value->size : 1);
    if (result_bytes && value->size)
        memcpy(result_bytes, value->bytes, value->size);
    result.value_bytes = address(result_bytes);
    result.value_size = result_bytes ? (uint32_t)value->size : 0;
    if (!result_bytes)
        keep_result_error(-ENOMEM);
}

static void clear_turn_result(void)
{
    free(result_bytes);
    result_bytes = NULL;
    memset(&result, 0, sizeof result);
    failure_release(result_failure);
    result_failure = NULL;
}

static void keep_result(int error, const corun_value *value)
{
    keep_result_error(error);
    if (error == 0 || error == CORUN_SYSTEM_EXIT)
        keep_result_value(value);
    if (result.error && result.error != CORUN_SYSTEM_EXIT)
        result.status = 1;
    else
        result.status = value->tag == CORUN_INTEGER ? (int32_t)value->i : 0;
}

static void main_ended(corun_runner *self, int error, const corun_value *value, void *argument)
{
    (void)self, (void)argument;
    result.state = TURN_IDLE;
    keep_result(error, value);
}

static void runner_closed(corun_runner *self, int error, const corun_value *value, void *argument)
{
    (void)self, (void)argument;
    result.state = TURN_CLOSED;
    keep_result(error, value);
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
    rc = corun_runner_start(&runner, main, NULL, main_ended, NULL);
    if (rc < 0)
        keep_result_error(rc);
    else
        result.state = TURN_RUNNING;
    return rc;
}

/* What a turn's answer is, the loop having given its own. */
static double answer_of(int64_t next)
{
    if (!is_under_way())
        return -2;
    return next < -1 ? 0 : (double)next;
}

double corun_turn(double now_ns, double budget_ns)
{
    corun_loop *loop;
    double answer;
    (void)now_ns; /* the loop's clock is the same one, read when it is needed */
    if (answer_of(0) == -2 || corun_runner_loop(&runner, &loop) < 0)
        return -2;
    answer = answer_of(corun_loop_turn(loop, (int64_t)budget_ns));
    if (answer != 0)
        fflush(NULL);
    return answer;
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
    rc = corun_runner_close_start(&runner, runner_closed, NULL);
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
    return calls_tell();
}

void *corun_answer(struct host_call *call, int failed, size_t size)
{
    return call_answered(call, failed != 0, size);
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

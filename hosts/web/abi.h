/* What a wasm build offers to a driver that cannot block: the turn interface.
 *
 * Every wasm module exports these beside `_start`; none of them needs an import beyond WASI
 * preview 1 (or Emscripten's own). The driver is web/src/driver.js. Numbers that may pass 2^31
 * cross as doubles, addresses and sizes as i32. The driver never calls in while a call is under way,
 * except corun_interrupt, which only sets a flag.
 *
 *   corun_abi() -> address of the struct turn_abi below; valid before anything else is called
 *   corun_entry_NAME(argc, argv) -> 0, or an error (negative): starts the coroutine registered under
 *       NAME (`main` for CORUN_MAIN). argv is an array of argc + 1 addresses, made with corun_alloc;
 *       it and its strings must stay until the run has ended. One main at a time.
 *   corun_turn(now_ns, budget_ns) -> nanoseconds until the next timer (> 0), 0 for more to do now, -1 for
 *       "only the outside can wake me", -2 for "ended": corun_result tells how. now_ns is a reading of
 *       the clock that WASI's clock_time_get(monotonic) (Emscripten: performance.now()) gives.
 *   corun_interrupt() -> CORUN_INTERRUPT_NOBODY 0, _TAKEN 1 or _STUCK 2 (runner.h)
 *   corun_result() -> address of the struct turn_result below
 *   corun_wants(fd) -> 1 the guest waits to read fd, 2 to write it, 3 both, 0 neither
 *   corun_ready(fd, events) -> nothing: what was wanted (1, 2, 3) may be tried again now
 *   corun_close() -> 0, or an error: starts the orderly close; turn until -2, then ask corun_result.
 *       The end of the input and of the output buffers has been dealt with by then.
 *   corun_error_name(code), corun_error_text(code) -> address of text, valid until the next call; UTF-8 as all texts
 *   corun_calls() -> address of the struct turn_calls below, or 0: what the guest has asked of the embedder, or taken
 *       back, since it was last asked for that. The driver asks before and after each turn
 *   corun_answer(call, failed, size) -> address of `size` bytes, which the driver fills before it calls anything else, or 0:
 *       the bytes are not wanted, or there is no memory. The answer to a call that corun_calls has told of and not
 *       taken back, once for each; the guest goes on with it in the next turn. If `failed` is 1 the bytes are two
 *       texts, each with the zero behind it: an error's name (error.h) and a message
 *   corun_tasks() -> address of a struct turn_tasks, which is the driver's to free with corun_free; 0: no memory
 *   corun_alloc(size) -> address or 0, corun_free(address)
 *
 * Reading descriptor 0 calls WASI's fd_read, which must answer EAGAIN (6) when nothing has arrived and
 * the stream has not ended, 0 bytes at its end. fd_write must take everything it is given (C's stdio
 * cannot handle less); a driver whose reader is slow sets bit `fd` in *full, and then corun_write waits
 * until the driver has cleared it and called corun_ready(fd, 2).
 */
#ifndef HOSTS_WEB_ABI_H
#define HOSTS_WEB_ABI_H

#include <stdint.h>

enum { TURN_MAGIC = 0x4e524f43 /* "CORN" */, TURN_VERSION = 4 };

/* All members are 32 bits wide, so that the offsets are the same for every compiler. */
struct turn_abi {
    uint32_t magic;
    uint32_t version;
    uint32_t abi_size;    /* of this struct, in bytes */
    uint32_t result_size; /* of struct turn_result, in bytes */
    uint32_t result;      /* its address */
    uint32_t full;        /* address of a uint32_t: bit fd set while output to it should wait */
    uint32_t taken;       /* address of a uint32_t: interrupts that loops have dealt with so far, also inside a turn */
    uint32_t task_size;   /* of struct turn_task, in bytes */
    uint32_t call_size;   /* of struct turn_call, in bytes */
};

enum { TURN_IDLE, TURN_RUNNING, TURN_CLOSING, TURN_CLOSED };

struct turn_result {
    uint32_t state;         /* one of the four above */
    int32_t error;          /* 0, or negative: how the latest run, or the close, ended */
    uint32_t failure;       /* address of the error's corun_failure (error.h), whose members and lists the driver
                               reads; 0: no more is known than the code. Valid until the next entry or close */
    uint32_t value_tag;     /* 0 none, 'i', 'f', 'p', 'b' */
    uint32_t value_bytes;   /* address, for 'b': valid until the next entry or close; for 'p' the pointer */
    uint32_t value_size;
    uint32_t value_bits[2]; /* of an 'i' or 'f', the lower ones first */
    int32_t status;         /* what a process would exit with: .i of main, 1 after an error */
};

/* The tasks that are not done, oldest first. What it points to is valid until the guest is entered again. */
struct turn_tasks {
    uint32_t size;  /* of this and all that follows, in bytes */
    uint32_t count; /* of struct turn_task that follow, each with its two lists behind it */
};

struct turn_task {
    uint32_t id;        /* tells tasks apart */
    uint32_t name;      /* address of text */
    uint32_t state;     /* likewise: one of corun_task_state's */
    uint32_t waits_for; /* likewise; 0: it does not wait */
    uint32_t file;      /* likewise: where it was spawned; 0: unknown */
    uint32_t line;
    uint32_t places;    /* how many follow: address of the file's name, of the function's, line; innermost first */
    uint32_t awaiters;  /* how many ids follow those: of the tasks that wait for it */
};

/* What it points to is valid until the guest is entered again. */
struct turn_calls {
    uint32_t taken_back; /* address of the first struct turn_call that the guest does not wait for any more; 0: none */
    uint32_t asked;      /* likewise that it asks for, in the order in which it did */
};

/* One of a list; its address tells calls apart, until it is answered or taken back. */
struct turn_call {
    uint32_t next;  /* address of the next; 0: none */
    uint32_t state; /* the guest's own business */
    uint32_t name;  /* address of text; of one that is taken back this and the next two mean nothing */
    uint32_t bytes; /* address of what is asked with it */
    uint32_t size;
};

#endif

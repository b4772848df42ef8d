/* The contract between the loop and what a program runs inside.
 *
 * A host is a struct of functions, and of parts that not every program uses. `state` is what its `open` made. Only
 * src/backend.h calls these, on the loop's thread unless said otherwise, and it promises: `open` came first and
 * `close` comes last and once, no call from inside another of the same host, deadlines are absolute readings of `now`.
 *
 * What is NULL the host lacks: programs are told CORUN_UNSUPPORTED.
 * A host that breaks the contract hangs programs (a readiness that is not reported, a wake that is
 * lost) or burns their processor (a wait that returns at once for ever).
 */
#ifndef HOSTS_HOST_H
#define HOSTS_HOST_H

#include "corun/base.h"
#include "corun/error.h"

#ifndef CORUN_INTERNAL
#define CORUN_INTERNAL extern __attribute__((visibility("hidden")))
#endif

enum { HOST_READ = 1, HOST_WRITE = 2 };
enum { HOST_ALWAYS_READY = 1 }; /* what `watch` returns for files that never make one wait */

#define HOST_NEVER INT64_MAX

/* The loop's record of one descriptor begins so; the host keeps the pointer from watch to unwatch. */
struct watch {
    void (*ready)(struct watch *watch, int events);
};
/* The loop's record of one signal that it has a function for; the host keeps the pointer until it is told
 * another one for that number, or none. */
struct signal_handler;

/* One function call for a thread, in the memory of whoever submits it. */
struct work {
    const struct work_type *type;
    struct work *next; /* the host's, as the other two; valid from submit to done or drop */
    int64_t due;
    bool started;
};

/* What the host calls on the thread: `run`, and at once after it either `done`, or `drop` if the threads have
 * been closed meanwhile. Neither of these blocks, and the host does not touch the work afterwards. Once
 * `close` has returned no `done` is under way or will come, so that what it uses may go. */
struct work_type {
    void (*run)(struct work *work);
    void (*done)(struct work *work);
    void (*drop)(struct work *work);
};

/* A question to the embedder, in memory of the program's allocator. It is the asker's; from `ask` until it is answered
 * or taken back neither it nor what it points to may be moved or freed. */
struct host_call {
    struct host_call *next; /* the host's, as the one below; these five are what the turn interface shows */
    uint32_t state;
    const char *name;
    const void *bytes;
    size_t size_bytes;
    const struct host_call_type *type;
};

struct host_call_type {
    /* Called once, from `wait` or from a host's own entry points between turns: the call has ended, and is the asker's
     * again. Gives the place for the answer, `size_bytes` to be filled at once; NULL without memory, which the asker
     * then tells its task.
     * The answer of one that failed is two texts, each with the zero behind it: the error's name and a message. */
    void *(*answered)(struct host_call *call, bool failed, size_t size_bytes);
};

/* Descriptors. Every host has this part. */
struct host_files {
    /* Reports, from `wait` by watch_ready(), each time `fd` is ready for one of `events`, as long as it
     * stays so (level-triggered); hang-up and error wake both directions. Called again for the same
     * fd it replaces `events`, which are never 0.
     * Returns 0, HOST_ALWAYS_READY, -EBADF, -ENOMEM, CORUN_UNSUPPORTED. */
    int (*watch)(void *state, int fd, int events, struct watch *watch);

    /* Ends that. The descriptor may have been closed by its owner meanwhile: never an error. */
    void (*unwatch)(void *state, int fd);

    /* Moves bytes without blocking, as read(2) and write(2). Returns how many, 0 at the end of a file,
     * -EAGAIN if `watch` would tell when to try again, another negative errno. */
    int64_t (*read)(void *state, int fd, void *buffer, size_t size_bytes);
    int64_t (*write)(void *state, int fd, const void *bytes, size_t size_bytes);
};

/* Questions to an embedder. */
struct host_calls {
    /* Asks something. What is answered, also that nobody knows the name, comes later.
     * Returns 0 or -ENOMEM; then it is not asked. */
    int (*ask)(void *state, struct host_call *call);

    /* Takes a question back that has not been answered: it never will be. From here on it is the host's, which
     * frees it. A host that is closed forgets all questions; they are the askers' then. */
    void (*take_back)(void *state, struct host_call *call);
};

/* Signals of the process. */
struct host_signals {
    /* Reports by signal_arrived() that signal `number` has come, in place of whatever was done about it before, be
     * it an interrupt. NULL ends that: the signal has its default action again, or is an interrupt again, unless
     * somebody else has replaced the handler since. Of several loops the latest has a signal.
     * Returns 0, -EINVAL for one that there is not or that cannot be caught, CORUN_WRONG_THREAD where
     * signals are another thread's. Ending it never fails. */
    int (*report)(void *state, int number, struct signal_handler *handler);

    /* Reports by signal_arrived() that somebody asks to see what the program does, by the host's usual way; NULL
     * ends that, and puts back exactly what was there before, unless somebody else has replaced it since.
     * Returns 0, or CORUN_UNSUPPORTED: it means something else to the program. */
    int (*show)(void *state, struct signal_handler *handler);
};

/* Threads that work for the loop. */
struct host_threads {
    /* Prepares them, at most `most` at a time, 0: the host's usual number. Starts
     * none. Returns 0 or -ENOMEM; then the other three are never called. */
    int (*open)(void *state, unsigned most, void **out_threads);

    /* Has `work` run, first in, first out. Starts a thread if none is idle and there are fewer than `most`.
     * Returns 0, or, if there is not even one thread to run it, -ENOMEM or -EAGAIN: it is not queued then. */
    int (*submit)(void *threads, struct work *work);

    /* Takes work back that no thread has begun. Returns whether it did: then nothing of it is called. */
    bool (*take_back)(void *threads, struct work *work);

    /* Gives the threads up without waiting for work: what is queued or running goes on, and is dropped. When
     * there is none, all threads have ended on return. */
    void (*close)(void *threads);
};

struct host {
    /* Acquires what a loop needs. May fail with -ENOMEM or a negative errno; then nothing is kept.
     * `loop` is only for corun_loop_... functions that this contract names. */
    int (*open)(corun_loop *loop, void **out_state);

    /* Gives it all back. Nothing is watched, no interrupts are on, no signal is reported. */
    void (*close)(void *state);

    /* Gives monotonic nanoseconds, 0 or more. Never goes back. */
    int64_t (*now)(void *state);

    /* Returns when something was reported, after a wake, for an interrupt, or when `now` has reached
     * `deadline` (rounded up, never before it); with a deadline that has passed, reports what is
     * ready and returns at once. May return early with nothing.
     * Returns 0, a negative errno that ends the run, or CORUN_DEADLOCK if nothing can ever happen.
     * NULL: somebody else drives the loop, by turns. */
    int (*wait)(void *state, int64_t deadline);

    /* Makes the present `wait`, or the next, return. From any thread, or a signal handler. NULL: there is neither
     * here, so nobody could call it during a `wait`. */
    void (*wake)(void *state);

    /* Gives a descriptor that is readable, for whoever waits instead of `wait`, when that would have something to
     * report or a wake has come, until `wait` has been called. It stays the host's. Or CORUN_UNSUPPORTED. */
    int (*fd)(void *state);

    /* Starts or stops turning the host's requests to stop into corun_interrupt(). `signals` ends with
     * 0, an empty list is the host's usual one; NULL stops, and puts back exactly what was there before, unless
     * somebody else has replaced it since. Returns 1 if interrupts can come now, 0 if not, never an error (B36). */
    int (*interrupts)(void *state, const int *signals);

    /* Looks whether an interrupt has come, in the middle of a long step, where nothing but looking would
     * tell. Cheap enough to be called in a loop. NULL: there are signals. */
    void (*peek)(void *state);

    const struct host_files *files;
    const struct host_calls *calls;
    const struct host_signals *signals;
    const struct host_threads *threads;
};

/* Before the core uses `files` or `calls` of any host it calls these. Where programs should be small a host leaves them
 * NULL until then, so that the linker drops what a program does not use. */
CORUN_INTERNAL void host_needs_files(void);
CORUN_INTERNAL void host_needs_calls(void);

/* ------------------------------------------- what a host may use of the core */

/* Tells that a watched descriptor is ready for HOST_READ and/or HOST_WRITE. From `wait` only, or
 * from a host's own entry points between turns. */
static inline void watch_ready(struct watch *watch, int events)
{
    watch->ready(watch, events);
}

/* Says, in `open`, that the host has signals and may be asked to show the tasks: only then is what that takes
 * linked. */
CORUN_INTERNAL void loop_has_signals(corun_loop *loop);

/* Tells that a signal has come. Returns whether the loop has not looked since the one before. Async-signal-safe;
 * on the thread of the handler's loop, or from a signal handler that interrupts it: so it cannot be freed
 * meanwhile. */
CORUN_INTERNAL bool signal_arrived(struct signal_handler *handler);

/* corun_interrupt(), by a signal: `number` is what the process is to die of, if it comes to that.
 * INTERRUPT_UNSEEN: it was taken, but so was an earlier signal, and the loop has not looked since: the program's own
 * code may not be giving the loop its turns. Async-signal-safe. */
enum { INTERRUPT_UNSEEN = 100 }; /* beside those of runner.h */
CORUN_INTERNAL int interrupt_by_signal(int number);

/* How many interrupts runners have dealt with so far. */
CORUN_INTERNAL const volatile uint32_t *interrupts_taken(void);

/* What a host that is a script may decide: which of `count` ready entries is next (NULL: the first), and
 * what happens before the loop's step number `step`, counted from 1. */
struct loop_script {
    uint64_t (*choose)(void *state, uint64_t count);
    void (*before_step)(void *state, uint64_t step);
};
CORUN_INTERNAL void loop_set_script(corun_loop *loop, const struct loop_script *script);

/* Memory of the program's allocator. */
CORUN_INTERNAL void *memory_allocate(size_t size_bytes);
CORUN_INTERNAL void *memory_resize(void *old, size_t size_bytes);
CORUN_INTERNAL void memory_release(void *old);

/* Text without printf: src/text.h. */
CORUN_INTERNAL char *text_append(char *at, const char *text);
CORUN_INTERNAL char *text_append_number(char *at, uint32_t number);

/* Makes a loop on a host: the body of each corun_loop_NAME. */
CORUN_INTERNAL int loop_open(const struct host *host, corun_loop **out_loop);
/* Gives the state of a loop that is of this host, else NULL. */
CORUN_INTERNAL void *loop_host_state(const corun_loop *loop, const struct host *host);

/* ------------------------------------- how a program begins and ends inside a host */

/* Says that the program was entered by a driver's call, not by its main(): from now on
 * corun_loop_default makes loops that the driver turns. Only where a build has both. */
CORUN_INTERNAL void host_is_driven(void);

/* Lets other threads go on for a moment. */
CORUN_INTERNAL void host_pause(void);

/* Makes sure that constructors have run. */
CORUN_INTERNAL void host_start(void);
/* Ends the program, flushed, with a status that is main's own; or after an interrupt, the way the host's
 * users see that it was one: of the signal that corun_interrupt_signal() tells, where there are signals. */
CORUN_INTERNAL _Noreturn void host_exit(int status);
CORUN_INTERNAL _Noreturn void host_exit_interrupted(void);

#endif

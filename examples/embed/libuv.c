/* A main of Corun's in a libuv loop that has a timer of its own: libuv waits, Corun gets its turns.
 *
 *     cc libuv.c $(pkg-config --cflags --libs corun libuv)
 *     ./a.out [SECONDS THAT THE CLEANUP TAKES]
 *
 * Ctrl-C cancels main; libuv's timer ticks on while main cleans up; then the process dies of SIGINT.
 */
#include <corun.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

/* Counts, then ends with the status that is typed. */
CORUN_ASYNC(app, (int argc; char **argv;), (int n; char line[16];)) {
    CORUN_BEGIN();
    CORUN_TRY();
    for (my->n = 1; my->n <= 3; my->n++) {
        printf("main: %d\n", my->n);
        CORUN_AWAIT(corun_sleep(0.1));
    }
    puts("main: which status?");
    CORUN_AWAIT(corun_read(0, my->line, sizeof my->line - 1));
    CORUN_RETURN(.i = atoi(my->line));
    CORUN_FINALLY();
    if (CORUN_EXIT_ERROR()) {
        puts("main: cleaning up");
        CORUN_AWAIT(corun_sleep(my->argc > 1 ? atof(my->argv[1]) : 0.2));
        puts("main: clean");
    }
    CORUN_END();
}

/* ----------------------------------------------------------- Corun in libuv */

enum { TURN_NS = 5000000 }; /* how long Corun may keep libuv's other callbacks waiting */

struct embedding {
    corun_runner runner;
    corun_loop *loop;
    uv_prepare_t before_wait;
    uv_poll_t outside;   /* something that Corun waits for has happened */
    uv_timer_t deadline; /* its next timer is due */
    uv_timer_t tick;     /* libuv's own business */
    int error, status;   /* how main ended */
};

static void turn(struct embedding *self)
{
    corun_loop_turn(self->loop, TURN_NS);
}

static void on_outside(uv_poll_t *poll, int status, int events)
{
    (void)status, (void)events;
    turn(poll->data);
}

static void on_deadline(uv_timer_t *timer)
{
    turn(timer->data);
}

/* Right before libuv waits: any callback may have given Corun something to do. libuv counts from the time that
 * it has read last, in milliseconds: rounded up, a turn is never too early. */
static void set_deadline(uv_prepare_t *prepare)
{
    struct embedding *self = prepare->data;
    int64_t left = corun_loop_deadline(self->loop);
    if (left < 0) {
        uv_timer_stop(&self->deadline);
        return;
    }
    uv_update_time(prepare->loop);
    uv_timer_start(&self->deadline, on_deadline, (uint64_t)left / 1000000 + (left % 1000000 != 0), 0);
}

static void on_tick(uv_timer_t *timer)
{
    (void)timer;
    puts("libuv: tick");
}

static void start(struct embedding *self, uv_loop_t *uv)
{
    uv_prepare_init(uv, &self->before_wait);
    uv_poll_init(uv, &self->outside, corun_loop_fd(self->loop));
    uv_timer_init(uv, &self->deadline);
    uv_timer_init(uv, &self->tick);
    self->before_wait.data = self->outside.data = self->deadline.data = self;
    uv_prepare_start(&self->before_wait, set_deadline);
    uv_poll_start(&self->outside, UV_READABLE, on_outside);
    uv_timer_start(&self->tick, on_tick, 50, 50);
}

/* Main is done, inside of a turn. A libuv loop without handles ends. */
static void ended(corun_runner *runner, int error, const corun_value *value, void *argument)
{
    struct embedding *self = argument;
    (void)runner;
    self->error = error;
    self->status = error == 0 || error == CORUN_SYSTEM_EXIT ? (int)value->i : 1;
    uv_close((uv_handle_t *)&self->before_wait, NULL);
    uv_close((uv_handle_t *)&self->outside, NULL);
    uv_close((uv_handle_t *)&self->deadline, NULL);
    uv_close((uv_handle_t *)&self->tick, NULL);
}

int main(int argc, char **argv)
{
    static struct embedding self;
    int error, close_error;
    setvbuf(stdout, NULL, _IOLBF, 0);
    corun_runner_open(&self.runner, NULL);
    error = corun_runner_loop(&self.runner, &self.loop);
    if (error == 0)
        error = corun_runner_start(&self.runner, CORUN_CALL(app, .argc = argc, .argv = argv), NULL, ended, &self);
    if (error < 0) {
        fprintf(stderr, "%s\n", corun_error_text(error));
        return 1;
    }
    start(&self, uv_default_loop());
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    uv_loop_close(uv_default_loop());
    /* Tasks that main has left behind are cancelled, and waited for without libuv;
     * corun_runner_close_start would do it in turns too. */
    close_error = corun_runner_close(&self.runner);
    if (self.error == CORUN_INTERRUPTED || close_error == CORUN_INTERRUPTED)
        corun_exit_interrupted();
    return self.status;
}

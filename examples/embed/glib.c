/* A main of Corun's in a GLib main loop that has a timer of its own: GLib waits, Corun gets its turns.
 *
 *     cc glib.c $(pkg-config --cflags --libs corun glib-2.0)
 *     ./a.out [SECONDS THAT THE CLEANUP TAKES]
 *
 * Ctrl-C cancels main; GLib's timer ticks on while main cleans up; then the process dies of SIGINT.
 */
#include <corun.h>
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>

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

/* ------------------------------------------------------------ Corun in GLib */

enum { TURN_NS = 5000000 }; /* how long Corun may keep GLib's other sources waiting */

/* A source of events; GLib allocates it. */
struct corun_source {
    GSource source;
    corun_loop *loop;
    gpointer tag; /* of the loop's descriptor */
};

/* Right before GLib waits: any source may have given Corun something to do. Milliseconds, rounded up: a
 * turn is never too early. */
static gboolean prepare(GSource *source, gint *timeout)
{
    int64_t left = corun_loop_deadline(((struct corun_source *)source)->loop);
    *timeout = left < 0 ? -1 : (gint)MIN(left / 1000000 + (left % 1000000 != 0), G_MAXINT);
    return left == 0;
}

static gboolean check(GSource *source)
{
    const struct corun_source *self = (struct corun_source *)source;
    return g_source_query_unix_fd(source, self->tag) || corun_loop_deadline(self->loop) == 0;
}

static gboolean dispatch(GSource *source, GSourceFunc callback, gpointer data)
{
    (void)callback, (void)data;
    corun_loop_turn(((struct corun_source *)source)->loop, TURN_NS);
    return G_SOURCE_CONTINUE;
}

static GSource *create_source(corun_loop *loop)
{
    static GSourceFuncs functions = {.prepare = prepare, .check = check, .dispatch = dispatch};
    GSource *source = g_source_new(&functions, sizeof(struct corun_source));
    struct corun_source *self = (struct corun_source *)source;
    self->loop = loop;
    self->tag = g_source_add_unix_fd(source, corun_loop_fd(loop), G_IO_IN);
    return source;
}

/* ----------------------------------------------------------------- program */

struct program {
    corun_runner runner;
    GMainLoop *glib;
    int error, status; /* how main ended */
};

static gboolean on_tick(gpointer unused)
{
    (void)unused;
    puts("glib: tick");
    return G_SOURCE_CONTINUE;
}

/* Main is done, inside of a turn. */
static void ended(corun_runner *runner, int error, const corun_value *value, void *argument)
{
    struct program *self = argument;
    (void)runner;
    self->error = error;
    self->status = error == 0 || error == CORUN_SYSTEM_EXIT ? (int)value->i : 1;
    g_main_loop_quit(self->glib);
}

static void run(struct program *self, corun_loop *loop)
{
    GSource *source = create_source(loop);
    guint tick = g_timeout_add(50, on_tick, NULL);
    g_source_attach(source, NULL);
    g_main_loop_run(self->glib);
    g_source_remove(tick);
    g_source_destroy(source);
    g_source_unref(source);
    g_main_loop_unref(self->glib);
}

int main(int argc, char **argv)
{
    static struct program self;
    corun_loop *loop;
    int error, close_error;
    setvbuf(stdout, NULL, _IOLBF, 0);
    corun_runner_open(&self.runner, NULL);
    error = corun_runner_loop(&self.runner, &loop);
    if (error == 0)
        error = corun_runner_start(&self.runner, CORUN_CALL(app, .argc = argc, .argv = argv), NULL, ended, &self);
    if (error < 0) {
        fprintf(stderr, "%s\n", corun_error_text(error));
        return 1;
    }
    self.glib = g_main_loop_new(NULL, FALSE);
    run(&self, loop);
    /* Tasks that main has left behind are cancelled, and waited for without GLib;
     * corun_runner_close_start would do it in turns too. */
    close_error = corun_runner_close(&self.runner);
    if (self.error == CORUN_INTERRUPTED || close_error == CORUN_INTERRUPTED)
        corun_exit_interrupted();
    return self.status;
}

/* Fails while another task sleeps. */
#include <corun.h>

CORUN_ASYNC(sleep_long, (), ()) {
    CORUN_BEGIN();
    CORUN_AWAIT(corun_sleep(3600));
    CORUN_END();
}

CORUN_ASYNC(leaves, (int argc; char **argv;), (corun_spawn_options options;)) {
    CORUN_BEGIN();
    my->options.name = "left";
    corun_loop_spawn_with(NULL, CORUN_CALL(sleep_long), &my->options, NULL);
    CORUN_AWAIT(corun_yield());
    CORUN_RAISE(CORUN_TIMEOUT, "no luck today");
    CORUN_END();
}

CORUN_MAIN(leaves)

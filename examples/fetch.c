/* Prints what is at the URL that is its argument. Ctrl-C, or an abort, stops it in the middle. */
#include <corun.h>
#include <stdio.h>

CORUN_ASYNC(print_body, (corun_response *response;), (int64_t total;)) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_AWAIT(corun_response_read(my->response, 65536));
        if (CORUN_RESULT().size == 0)
            break;
        my->total += (int64_t)CORUN_RESULT().size;
        fwrite(CORUN_RESULT().bytes, 1, CORUN_RESULT().size, stdout);
    }
    CORUN_RETURN(.i = my->total);
    CORUN_END();
}

CORUN_ASYNC(app, (int argc; char **argv;), (corun_response response; int64_t total;)) {
    CORUN_BEGIN();
    if (my->argc != 2) {
        fprintf(stderr, "usage: fetch URL\n");
        CORUN_RETURN(.i = 2);
    }
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(corun_fetch, .response = &my->response, .url = my->argv[1]));
    CORUN_AWAIT_TO(my->total, i, CORUN_CALL(print_body, .response = &my->response));
    fprintf(stderr, "%lld bytes, status %d\n", (long long)my->total, corun_response_status(&my->response));
    CORUN_RETURN(.i = corun_response_status(&my->response) < 400 ? 0 : 1);
    CORUN_FINALLY();
    corun_response_close(&my->response); /* what has not come yet is not wanted any more */
    CORUN_END();
}

CORUN_MAIN(app)

/* corun_fetch in every way, for the tests of the JavaScript package. */
#include <corun.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_ASYNC(name, locals) CORUN_ASYNC(name, (int argc; char **argv;), locals)

static char *word(int argc, char **argv, int index)
{
    return argc > index && argv[index][0] ? argv[index] : NULL;
}

/* Prints the whole of a body, and gives how many bytes it has. */
CORUN_ASYNC(print_body, (corun_response *response; size_t most;), (int64_t total;)) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_AWAIT(corun_response_read(my->response, my->most));
        if (CORUN_RESULT().size > my->most)
            CORUN_RAISE(-EIO, "more than was asked for");
        if (CORUN_RESULT().size == 0)
            break;
        my->total += (int64_t)CORUN_RESULT().size;
        fwrite(CORUN_RESULT().bytes, 1, CORUN_RESULT().size, stdout);
    }
    CORUN_RETURN(.i = my->total);
    CORUN_END();
}

/* Arguments: URL, method, headers, body. */
ENTRY_ASYNC(get, (corun_response response; corun_header headers[64]; size_t count;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(corun_fetch, .response = &my->response, .url = word(my->argc, my->argv, 1),
                           .method = word(my->argc, my->argv, 2), .headers = word(my->argc, my->argv, 3),
                           .body = word(my->argc, my->argv, 4),
                           .body_size = my->argc > 4 ? strlen(my->argv[4]) : 0));
    printf("%d %s\n", corun_response_status(&my->response), corun_response_url(&my->response));
    my->count = corun_response_headers(&my->response, my->headers, 64);
    for (size_t i = 0; i < my->count; i++) {
        if (strncmp(my->headers[i].name, "x-", 2) != 0)
            continue;
        printf("%s: %s\n", my->headers[i].name, my->headers[i].value);
        if (strcmp(corun_response_header(&my->response, "X-Reply"), my->headers[i].value) != 0)
            CORUN_RAISE(-EIO, "the header is not found by its name");
    }
    if (corun_response_header(&my->response, "x-nothing"))
        CORUN_RAISE(-EIO, "a header that is not there");
    CORUN_AWAIT(CORUN_CALL(print_body, .response = &my->response, .most = 1000));
    CORUN_RETURN(.i = CORUN_RESULT().i);
    CORUN_FINALLY();
    corun_response_close(&my->response);
    CORUN_END();
}
CORUN_MAIN(get)

/* Reads the body in small parts, and limits each read to a time that is too short; nothing may be lost. */
ENTRY_ASYNC(hurries, (corun_response response; int64_t total; int timeouts;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(corun_fetch, .response = &my->response, .url = my->argv[1]));
    for (;;) {
        CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(corun_response_read(&my->response, 10), 0.001));
        if (CORUN_ERROR() == CORUN_TIMEOUT) {
            my->timeouts++;
            continue;
        }
        if (CORUN_ERROR())
            CORUN_RAISE(CORUN_ERROR());
        if (CORUN_RESULT().size == 0)
            break;
        my->total += (int64_t)CORUN_RESULT().size;
        fwrite(CORUN_RESULT().bytes, 1, CORUN_RESULT().size, stdout);
    }
    if (my->timeouts == 0)
        CORUN_RAISE(-EIO, "nothing was cancelled");
    CORUN_RETURN(.i = my->total);
    CORUN_FINALLY();
    corun_response_close(&my->response);
    CORUN_END();
}
CORUN_ENTRY(hurries)

/* Reads one part and says so; then closes the response, or does what its second argument says. */
ENTRY_ASYNC(begins, (corun_response response;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(corun_fetch, .response = &my->response, .url = my->argv[1]));
    CORUN_AWAIT(corun_response_read(&my->response, 1000));
    printf("part\n");
    if (my->argc > 2 && strcmp(my->argv[2], "wait") == 0)
        CORUN_AWAIT(corun_response_read(&my->response, 1000));
    if (my->argc > 2 && strcmp(my->argv[2], "exit") == 0)
        exit(3);
    if (my->argc > 2 && strcmp(my->argv[2], "trap") == 0)
        __builtin_trap();
    if (my->argc > 2 && strcmp(my->argv[2], "rest") == 0) {
        CORUN_AWAIT(corun_sleep(0.3));
        CORUN_AWAIT(corun_host_call("look", NULL, 0));
    }
    corun_response_close(&my->response);
    CORUN_AWAIT(corun_sleep(0.05));
    CORUN_CATCH_AWAIT(corun_response_read(&my->response, 1000));
    if (CORUN_ERROR() != CORUN_CLOSED || corun_response_status(&my->response) != 0)
        CORUN_RAISE(-EIO, "it is not closed");
    CORUN_FINALLY();
    corun_response_close(&my->response);
    CORUN_END();
}
CORUN_ENTRY(begins)

/* Two read the same response, and one of them is told so. */
CORUN_ASYNC(read_once, (corun_response *response;), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(corun_response_read(my->response, 1000));
    printf("%s\n", corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

ENTRY_ASYNC(reads_twice, (corun_response response; corun_group group;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(corun_fetch, .response = &my->response, .url = my->argv[1]));
    corun_group_spawn(&my->group, CORUN_CALL(read_once, .response = &my->response));
    corun_group_spawn(&my->group, CORUN_CALL(read_once, .response = &my->response));
    CORUN_AWAIT(corun_sleep(0.05));
    corun_response_close(&my->response); /* while one of them waits */
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    corun_response_close(&my->response);
    CORUN_END();
}
CORUN_ENTRY(reads_twice)

/* Fetches each of its arguments, all at a time. */
CORUN_ASYNC(fetch_one, (const char *url; int64_t *total;), (corun_response response; int64_t size;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(corun_fetch, .response = &my->response, .url = my->url));
    CORUN_AWAIT_TO(my->size, i, CORUN_CALL(print_body, .response = &my->response, .most = 1 << 16));
    *my->total += my->size;
    CORUN_FINALLY();
    corun_response_close(&my->response);
    CORUN_END();
}

ENTRY_ASYNC(several, (corun_group group; int64_t total;)) {
    CORUN_BEGIN();
    corun_group_open(&my->group);
    CORUN_TRY();
    for (int i = 1; i < my->argc; i++)
        corun_group_spawn(&my->group, CORUN_CALL(fetch_one, .url = my->argv[i], .total = &my->total));
    CORUN_FINALLY();
    CORUN_AWAIT(corun_group_close(&my->group));
    CORUN_RETURN(.i = my->total);
    CORUN_END();
}
CORUN_ENTRY(several)

/* Counts a body without printing it. */
ENTRY_ASYNC(counts, (corun_response response; int64_t total; uint32_t sum;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(corun_fetch, .response = &my->response, .url = my->argv[1]));
    for (;;) {
        CORUN_AWAIT(corun_response_read(&my->response, 1 << 20));
        if (CORUN_RESULT().size == 0)
            break;
        for (size_t i = 0; i < CORUN_RESULT().size; i++)
            my->sum = my->sum * 31 + ((const unsigned char *)CORUN_RESULT().bytes)[i];
        my->total += (int64_t)CORUN_RESULT().size;
    }
    printf("%u\n", (unsigned)my->sum);
    CORUN_RETURN(.i = my->total);
    CORUN_FINALLY();
    corun_response_close(&my->response);
    CORUN_END();
}
CORUN_ENTRY(counts)

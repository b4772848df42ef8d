/* fetch: the guest's half of it. The other half is scripted; tests/js/fetch.test.js has the real one. */
#include "test.h"

#include <errno.h>
#include <stdio.h>

static corun_runner runner; /* of the case that runs */
static corun_loop *loop;

/* What the other half was told, and what it answers. */
static char sent[256];
static const char *head, *body;
static size_t head_size;
static int head_error;
static uint32_t number, refused_at;

static int take_request(void *argument, const void *bytes, size_t size_bytes, corun_value *out_value)
{
    size_t length = 0;
    (void)argument, (void)out_value;
    memcpy(&number, bytes, sizeof number);
    for (size_t i = sizeof number; i < size_bytes; i++)
        sent[length++] = ((const char *)bytes)[i] ? ((const char *)bytes)[i] : '|';
    sent[length] = '\0';
    return 1;
}

/* Gives the head, or what follows the part that has been read. */
static int give_next(void *argument, const void *bytes, size_t size_bytes, corun_value *out_value)
{
    uint32_t asked[3];
    size_t left;
    (void)argument;
    CHECK_EQ(size_bytes, sizeof asked);
    memcpy(asked, bytes, sizeof asked);
    CHECK_EQ(asked[0], number);
    if (asked[1] == 0) {
        *out_value = CORUN_VALUE(.bytes = head, .size = head_size);
        return head_error;
    }
    if (refused_at && asked[2] >= refused_at)
        return -EIO;
    left = strlen(body) - asked[2];
    *out_value = CORUN_VALUE(.bytes = body + asked[2], .size = left < asked[1] ? left : asked[1]);
    return 0;
}

#define HEAD "200\0http://hive/\0content-type\0text/plain\0x-bee\0\0x-bee\0two"

static void script(double seconds)
{
    static const char usual[] = HEAD;
    head = usual;
    head_size = sizeof usual;
    body = "0123456789";
    head_error = 0;
    refused_at = 0;
    CHECK_ERROR(corun_sim_host_call(loop, "corun.fetch", take_request, NULL), 0);
    CHECK_ERROR(corun_sim_host_call(loop, "corun.fetch.next", give_next, NULL), 0);
    CHECK_ERROR(corun_sim_host_call_time(loop, seconds), 0);
}

static void open_sim(double seconds)
{
    loop = test_open_sim(&runner);
    test_log_reports(loop);
    script(seconds);
}

static int run(corun_awaitable main)
{
    return corun_runner_run(&runner, main, NULL, NULL);
}

static void close_sim(void)
{
    CHECK_EQ(corun_sim_open_host_calls(loop), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
}

/* ------------------------------------------------------------------------ use */

CORUN_ASYNC(log_body, (corun_response *response; size_t size;), (char part[16];)) {
    CORUN_BEGIN();
    for (;;) {
        CORUN_AWAIT(corun_response_read(my->response, my->size));
        CHECK(CORUN_RESULT().size <= my->size);
        snprintf(my->part, sizeof my->part, "%.*s", (int)CORUN_RESULT().size, (const char *)CORUN_RESULT().bytes);
        test_log(my->part[0] ? my->part : "end");
        if (CORUN_RESULT().size == 0)
            break;
    }
    CORUN_END();
}

CORUN_ASYNC(use_response, (const char *method; const char *headers; const char *data;),
            (corun_response response; corun_header list[3];)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(corun_fetch, .response = &my->response, .url = "http://hive/", .method = my->method,
                           .headers = my->headers, .body = my->data, .body_size = my->data ? strlen(my->data) : 0));
    CHECK_EQ(corun_response_status(&my->response), 200);
    CHECK_TEXT(corun_response_url(&my->response), "http://hive/");
    CHECK_TEXT(corun_response_header(&my->response, "Content-Type"), "text/plain");
    CHECK_TEXT(corun_response_header(&my->response, "x-bee"), "");
    CHECK(corun_response_header(&my->response, "x-be") == NULL);
    CHECK(corun_response_header(&my->response, "x-bees") == NULL);
    CHECK(corun_response_header(&my->response, "200") == NULL);
    CHECK_EQ(corun_response_headers(&my->response, NULL, 0), 3);
    CHECK_EQ(corun_response_headers(&my->response, my->list, 3), 3);
    CHECK_TEXT(my->list[2].name, "x-bee");
    CHECK_TEXT(my->list[2].value, "two");
    CORUN_AWAIT(CORUN_CALL(log_body, .response = &my->response, .size = 4));
    CORUN_FINALLY();
    corun_response_close(&my->response);
    CORUN_END();
}

TEST(a_response_has_a_head_and_a_body_in_parts)
{
    open_sim(1);
    CHECK_ERROR(run(CORUN_CALL(use_response)), 0);
    CHECK_TEXT(sent, "GET|http://hive/||");
    CHECK_LOG("0123 4567 89 end");
    CHECK_ERROR(run(CORUN_CALL(use_response, .method = "POST", .headers = "A: b\nC: d", .data = "honey")), 0);
    CHECK_TEXT(sent, "POST|http://hive/|A: b\nC: d|honey");
    CHECK_LOG("0123 4567 89 end");
    close_sim();
}

static const char *status_of(const char *text, size_t size)
{
    static char seen[64];
    corun_response response = CORUN_RESPONSE_INIT;
    corun_header header = {"", ""};
    head = text;
    head_size = size;
    CHECK_ERROR(run(CORUN_CALL(corun_fetch, .response = &response, .url = "u")), 0);
    snprintf(seen, sizeof seen, "%d %s %d", corun_response_status(&response), corun_response_url(&response),
             (int)corun_response_headers(&response, &header, 1));
    corun_response_close(&response);
    return seen;
}

/* The other half is of the same release; but nothing is read that is not there. */
TEST(a_head_may_be_cut_anywhere)
{
    static const char whole[] = HEAD;
    open_sim(0);
    CHECK_TEXT(status_of(whole, sizeof whole), "200 http://hive/ 3");
    CHECK_TEXT(status_of("", 0), "0  0");
    CHECK_TEXT(status_of("404", 3), "404  0");
    CHECK_TEXT(status_of("404\0u", 5), "404 u 0");
    CHECK_TEXT(status_of("404\0u\0name", 10), "404 u 0");
    for (size_t size = 0; size < sizeof whole; size++)
        status_of(whole, size);
    close_sim();
}

/* --------------------------------------------------------------------- refusals */

TEST(a_closed_response_has_nothing)
{
    corun_response response = CORUN_RESPONSE_INIT;
    open_sim(0);
    CHECK_EQ(corun_response_status(&response), 0);
    CHECK_TEXT(corun_response_url(&response), "");
    CHECK(corun_response_header(&response, "a") == NULL);
    CHECK_EQ(corun_response_headers(&response, NULL, 0), 0);
    CHECK_ERROR(run(corun_response_read(&response, 1)), CORUN_CLOSED);
    CHECK_ERROR(run(corun_response_read(NULL, 1)), CORUN_NOT_AWAITABLE);
    corun_response_close(&response);
    close_sim();
}

TEST(what_is_given_is_checked)
{
    corun_response response = CORUN_RESPONSE_INIT;
    open_sim(0);
    CHECK_ERROR(run(CORUN_CALL(corun_fetch, .url = "u")), CORUN_BAD_ARGUMENT);
    CHECK_ERROR(run(CORUN_CALL(corun_fetch, .response = &response)), CORUN_BAD_ARGUMENT);
    CHECK_ERROR(run(CORUN_CALL(corun_fetch, .response = &response, .url = "u", .body = "", .body_size = INT32_MAX)),
                CORUN_BAD_ARGUMENT);
    CHECK_ERROR(run(CORUN_CALL(corun_fetch, .response = &response, .url = "u")), 0);
    CHECK_ERROR(run(CORUN_CALL(corun_fetch, .response = &response, .url = "u")), CORUN_INVALID_STATE);
    CHECK_EQ(corun_response_status(&response), 200); /* the open one is left alone */
    CHECK_ERROR(run(corun_response_read(&response, 0)), CORUN_BAD_ARGUMENT);
    CHECK_ERROR(run(corun_response_read(&response, SIZE_MAX)), 0);
    corun_response_close(&response);
    close_sim();
}

TEST(an_error_closes_the_response)
{
    corun_response response = CORUN_RESPONSE_INIT;
    open_sim(1);
    head_error = -ECONNREFUSED;
    CHECK_ERROR(run(CORUN_CALL(corun_fetch, .response = &response, .url = "u")), -ECONNREFUSED);
    CHECK(response.private_.fetch == NULL);
    head_error = 0;
    refused_at = 4;
    CHECK_ERROR(run(CORUN_CALL(use_response)), -EIO);
    CHECK_LOG("0123");
    close_sim();
}

TEST(an_embedder_that_cannot_fetch_is_unsupported)
{
    corun_response response = CORUN_RESPONSE_INIT;
    loop = test_open_sim(&runner);
    CHECK_ERROR(run(CORUN_CALL(corun_fetch, .response = &response, .url = "u")), CORUN_NO_HOST_CALL);
    close_sim();
}

static corun_response shared;

CORUN_ASYNC(read_shared, (), ()) {
    CORUN_BEGIN();
    CORUN_CATCH_ALL_AWAIT(corun_response_read(&shared, 4));
    test_log(corun_error_name(CORUN_ERROR()));
    CORUN_END();
}

CORUN_ASYNC(share, (), (corun_task *first;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(corun_fetch, .response = &shared, .url = "u"));
    corun_spawn(CORUN_CALL(read_shared), &my->first);
    corun_spawn(CORUN_CALL(read_shared), NULL);
    CORUN_AWAIT(corun_sleep(0.5));
    corun_response_close(&shared);
    CORUN_CATCH_AWAIT(CORUN_CALL(corun_fetch, .response = &shared, .url = "u"));
    CHECK_ERROR(CORUN_ERROR(), CORUN_INVALID_STATE); /* what the first asks is in it */
    corun_task_cancel(my->first, NULL);
    CORUN_AWAIT(corun_join(my->first));
    corun_task_release(my->first);
    CORUN_AWAIT(CORUN_CALL(corun_fetch, .response = &shared, .url = "u"));
    CORUN_AWAIT(CORUN_CALL(read_shared));
    corun_response_close(&shared);
    CORUN_END();
}

TEST(one_reads_at_a_time)
{
    open_sim(1);
    CHECK_ERROR(run(CORUN_CALL(share)), 0);
    CHECK_LOG("CORUN_INVALID_STATE CORUN_CANCELLED OK");
    close_sim();
}

/* ---------------------------------------------------------------- cancellation */

CORUN_ASYNC(limit, (double seconds;), (corun_response response;)) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(CORUN_CALL(corun_fetch, .response = &my->response, .url = "u"), my->seconds));
    CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    CHECK_EQ(corun_response_status(&my->response), 0);
    CHECK_EQ(corun_sim_open_host_calls(loop), 0);
    CORUN_END();
}

TEST(a_cancelled_fetch_is_taken_back)
{
    open_sim(2);
    CHECK_ERROR(run(CORUN_CALL(limit, .seconds = 1)), 0);
    CHECK_ERROR(run(CORUN_CALL(limit, .seconds = 0)), 0);
    close_sim();
}

CORUN_ASYNC(hurry, (), (corun_response response; int n;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(corun_fetch, .response = &my->response, .url = "u"));
    for (my->n = 0; my->n < 3; my->n++) {
        CORUN_AWAIT(corun_response_read(&my->response, 2));
        CHECK_EQ(memcmp(CORUN_RESULT().bytes, body + 2 * my->n, 2), 0);
        CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(corun_response_read(&my->response, 2), 0.5));
        CHECK_ERROR(CORUN_ERROR(), CORUN_TIMEOUT);
    }
    CORUN_FINALLY();
    corun_response_close(&my->response);
    CORUN_END();
}

TEST(a_read_that_is_cancelled_loses_nothing)
{
    open_sim(1);
    CHECK_ERROR(run(CORUN_CALL(hurry)), 0);
    close_sim();
}

CORUN_ASYNC(fetch_and_wait, (bool read;), (corun_response response;)) {
    CORUN_BEGIN();
    CORUN_TRY();
    CORUN_AWAIT(CORUN_CALL(corun_fetch, .response = &my->response, .url = "u"));
    if (my->read)
        CORUN_AWAIT(corun_response_read(&my->response, 1));
    CORUN_AWAIT(corun_forever());
    CORUN_FINALLY();
    corun_response_close(&my->response);
    CORUN_END();
}

TEST(closing_the_runner_closes_responses)
{
    for (int at = 0; at < 5; at++) {
        open_sim(2);
        CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(fetch_and_wait, .read = true), NULL), 0);
        CHECK_ERROR(run(corun_sleep(at)), 0);
        CHECK_EQ(corun_sim_open_host_calls(loop), at < 4 ? 2 : 1);
        CHECK_ERROR(corun_runner_close(&runner), 0);
        CHECK_EQ(test_allocations_in_use(), 0);
    }
}

/* No cleanup runs then; what was on its way is dropped. */
TEST(a_loop_that_is_closed_abandons_a_fetch)
{
    CHECK_ERROR(corun_loop_sim(&loop), 0);
    script(5);
    test_log_reports(loop);
    CHECK_ERROR(corun_loop_spawn(loop, CORUN_CALL(fetch_and_wait), NULL), 0);
    CHECK_ERROR(corun_loop_run_until_complete(loop, corun_sleep(1), NULL), 0);
    CHECK_EQ(corun_sim_open_host_calls(loop), 2);
    CHECK_ERROR(corun_loop_close(loop), 0);
}

/* By hand, after its loop. */
TEST(a_response_may_be_closed_after_its_loop)
{
    corun_response response = CORUN_RESPONSE_INIT;
    open_sim(0);
    CHECK_ERROR(run(CORUN_CALL(corun_fetch, .response = &response, .url = "u")), 0);
    CHECK_ERROR(corun_runner_close(&runner), 0);
    CHECK_EQ(corun_response_status(&response), 200);
    corun_response_close(&response);
}

/* ---------------------------------------------------------------------- memory */

TEST(each_allocation_may_fail)
{
    bool failed = true;
    for (long k = 1; failed && k < 200; k++) {
        int rc;
        open_sim(1);
        test_fail_allocation(k);
        rc = run(CORUN_CALL(use_response, .method = "POST", .headers = "A: b", .data = "honey"));
        failed = test_allocation_failed();
        test_fail_allocation(0);
        CHECK(rc == 0 || (failed && rc == -ENOMEM));
        CHECK_EQ(corun_sim_open_host_calls(loop), 0);
        CHECK_ERROR(corun_runner_close(&runner), 0);
        CHECK_EQ(test_allocations_in_use(), 0);
    }
    CHECK(!failed);
}

/* Nobody has a server here: see tests/js/fetch.test.js. */
TEST_LOOP(on_the_hosts_own_loop, (corun_response response;)) {
    CORUN_BEGIN();
    CORUN_CATCH_AWAIT(CORUN_CALL(corun_fetch, .response = &my->response, .url = "no URL", .method = "NO GOOD"));
    CHECK(CORUN_ERROR() == CORUN_UNSUPPORTED || CORUN_ERROR() == CORUN_BAD_ARGUMENT);
    CHECK_EQ(corun_response_status(&my->response), 0);
    CORUN_END();
}

CORUN_ASYNC(fetch_often, (int times;), (corun_response response; int n;)) {
    CORUN_BEGIN();
    for (my->n = 0; my->n < my->times; my->n++) {
        CORUN_CATCH_AWAIT(CORUN_CALL(corun_fetch, .response = &my->response, .url = "data:,honey"));
        if (CORUN_ERROR() == CORUN_UNSUPPORTED)
            break;
        CORUN_AWAIT(corun_response_read(&my->response, 3));
        CHECK_EQ(CORUN_RESULT().size, 3);
        CORUN_CATCH_AWAIT(CORUN_WAIT_FOR(corun_response_read(&my->response, 3), my->n % 2 ? 0 : 0.00001));
        corun_response_close(&my->response);
    }
    CORUN_AWAIT(corun_sleep(0.01)); /* the other half hears of the last one, and comes again */
    CORUN_AWAIT(corun_sleep(0.01));
    CORUN_END();
}

/* Where there is one: each request is over, and its memory given back, once the other half has been told. */
TEST_LOOP(requests_that_are_over_leave_no_memory, (long before;)) {
    CORUN_BEGIN();
    CORUN_AWAIT(CORUN_CALL(fetch_often, .times = 5)); /* the task keeps some memory for its frames */
    my->before = test_allocations_in_use();
    CORUN_AWAIT(CORUN_CALL(fetch_often, .times = 50));
    CHECK_EQ(test_allocations_in_use(), my->before);
    CORUN_END();
}

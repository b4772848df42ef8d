/* fetch: two host calls of the library's own, whose other half is web/src/fetch.js.
 *
 * "corun.fetch" is never answered: it is open as long as the response is, and taking it back is what aborts the
 * request. "corun.fetch.next" asks for the head, and then for each part of the body. It says how much has been read: what was
 * on its way to a read that was cancelled is sent once more.
 */
#include "corun/fetch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "host_call.h"
#include "memory.h"

enum { LARGEST_PART = 1 << 20 };

struct corun_fetch_ {
    struct host_call request; /* first: what is taken back the host releases */
    corun_loop *loop;         /* one reference */
    char *head;               /* texts: status, URL, then each header's name and value */
    size_t head_size;
    bool ended; /* the host has answered after all, which means that it cannot do this */
};

static void *refuse_answer(struct host_call *call, bool failed, size_t size_bytes)
{
    (void)failed, (void)size_bytes;
    container_of(call, struct corun_fetch_, request)->ended = true;
    return NULL;
}

static const struct host_call_type request_type = {refuse_answer};

/* ------------------------------------------------------------------- request */

static char *append_bytes(char *at, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(at, bytes, size);
    return at + size;
}

/* What the other half is told: a number that tells requests apart, three texts, the body. */
static char *write_request(const struct corun_fetch_call_ *call, uint32_t number, size_t *out_size)
{
    const char *texts[] = {call->method ? call->method : "GET", call->url, call->headers ? call->headers : ""};
    size_t size = sizeof number + call->body_size;
    char *made, *at;
    for (int i = 0; i < 3; i++)
        size += strlen(texts[i]) + 1;
    made = memory_allocate(size);
    if (!made)
        return NULL;
    at = append_bytes(made, &number, sizeof number);
    for (int i = 0; i < 3; i++)
        at = append_bytes(at, texts[i], strlen(texts[i]) + 1);
    append_bytes(at, call->body, call->body_size);
    *out_size = size;
    return made;
}

static uint32_t number_of(const struct corun_fetch_ *fetch)
{
    return (uint32_t)(uintptr_t)fetch;
}

static void free_request(struct corun_fetch_ *fetch)
{
    memory_release((void *)(uintptr_t)fetch->request.bytes);
    fetch->request.bytes = NULL;
}

static int send_request(corun_loop *loop, const struct corun_fetch_call_ *call)
{
    struct corun_fetch_ *fetch;
    int rc;
    if (!call->response || !call->url || call->body_size > INT32_MAX / 2)
        return CORUN_BAD_ARGUMENT;
    if (call->response->private_.fetch || call->response->private_.reading)
        return CORUN_INVALID_STATE;
    fetch = memory_allocate(sizeof *fetch);
    if (!fetch)
        return -ENOMEM;
    *fetch = (struct corun_fetch_){.request = {.name = "corun.fetch", .type = &request_type}, .loop = loop};
    fetch->request.bytes = write_request(call, number_of(fetch), &fetch->request.size_bytes);
    rc = fetch->request.bytes ? backend_call(&loop->backend, &fetch->request) : -ENOMEM;
    if (rc < 0) {
        free_request(fetch);
        memory_release(fetch);
        return rc;
    }
    loop_retain(loop);
    *call->response = (corun_response)CORUN_RESPONSE_INIT;
    call->response->private_.fetch = fetch;
    return 0;
}

void corun_response_close(corun_response *response)
{
    struct corun_fetch_ *fetch = response->private_.fetch;
    corun_loop *loop;
    if (!fetch)
        return;
    response->private_.fetch = NULL;
    loop = fetch->loop;
    free_request(fetch);
    memory_release(fetch->head);
    if (fetch->ended)
        memory_release(fetch);
    else
        backend_call_cancel(&loop->backend, &fetch->request);
    loop_release(loop);
}

/* ---------------------------------------------------------------------- parts */

/* For nothing: the head. */
static void ask_next(corun_response *response, corun_waiter *waiter, uint32_t most)
{
    uint32_t *asked = response->private_.asked;
    struct host_call_notes notes = {&response->private_.reading, most > 0 ? &asked[2] : NULL};
    asked[0] = number_of(response->private_.fetch);
    asked[1] = most;
    host_call_begin(waiter,
                    (struct host_call){.name = "corun.fetch.next", .bytes = asked,
                                       .size_bytes = sizeof response->private_.asked},
                    &notes);
}

static void head_start(void *self, corun_waiter *waiter)
{
    ask_next(self, waiter, 0);
}

static void part_start(void *self, corun_waiter *waiter)
{
    const corun_response *response = self;
    int64_t size = task_of_waiter(waiter)->future.awaitable.number;
    if (!response->private_.fetch)
        corun_waiter_done(waiter, CORUN_CLOSED, NULL);
    else if (response->private_.reading)
        corun_waiter_done(waiter, CORUN_INVALID_STATE, NULL);
    else if (size <= 0)
        corun_waiter_done(waiter, CORUN_BAD_ARGUMENT, NULL);
    else
        ask_next(self, waiter, (uint32_t)size);
}

/* The wait is the host call's. */
static const corun_awaitable_type head_type = {"fetch", head_start, cancel_nothing};
static const corun_awaitable_type part_type = {"response", part_start, cancel_nothing};

corun_awaitable corun_response_read(corun_response *response, size_t size_bytes)
{
    corun_awaitable made = corun_awaitable_of(response ? &part_type : NULL, response);
    made.number = size_bytes > LARGEST_PART ? LARGEST_PART : (int64_t)size_bytes;
    return made;
}

/* Every text in it ends. Returns 0 or -ENOMEM. */
static int keep_head(struct corun_fetch_ *fetch, corun_value head)
{
    fetch->head = memory_allocate(head.size + 1);
    if (!fetch->head)
        return -ENOMEM;
    append_bytes(fetch->head, head.bytes, head.size)[0] = '\0';
    fetch->head_size = head.size + 1;
    free_request(fetch); /* it has been sent */
    return 0;
}

CORUN_DEFINE(corun_fetch, (corun_response *response; const char *url; const char *method; const char *headers;
                           const void *body; size_t body_size;), (int rc;))
{
    CORUN_BEGIN();
    my->rc = send_request(corun_task_->future.loop, (const struct corun_fetch_call_ *)(void *)my);
    if (my->rc < 0)
        CORUN_RAISE(my->rc);
    CORUN_TRY();
    CORUN_AWAIT(corun_awaitable_of(&head_type, my->response));
    my->rc = keep_head(my->response->private_.fetch, CORUN_RESULT());
    if (my->rc < 0)
        CORUN_RAISE(my->rc);
    CORUN_FINALLY();
    if (CORUN_EXIT_ERROR())
        corun_response_close(my->response);
    CORUN_END();
}

/* Given up with its loop, when it had been sent; `rc` is a local, but one that has begun has those. */
CORUN_DROP(corun_fetch)
{
    if (my->corun_frame_.state != FRAME_NEW && my->rc == 0)
        corun_response_close(my->response);
}

/* ----------------------------------------------------------------------- head */

static const char *next_text(const char *text)
{
    return text + strlen(text) + 1;
}

/* The texts of the head begin with two that are no headers. */
static const char *head_of(const corun_response *response, const char **out_end)
{
    const struct corun_fetch_ *fetch = response->private_.fetch;
    if (!fetch || !fetch->head)
        return NULL;
    *out_end = fetch->head + fetch->head_size;
    return fetch->head;
}

int corun_response_status(const corun_response *response)
{
    const char *end, *head = head_of(response, &end);
    return head ? atoi(head) : 0;
}

const char *corun_response_url(const corun_response *response)
{
    const char *end, *head = head_of(response, &end), *url = head ? next_text(head) : NULL;
    return url && url < end ? url : "";
}

size_t corun_response_headers(const corun_response *response, corun_header *out_headers, size_t capacity)
{
    const char *end, *at = head_of(response, &end);
    size_t count = 0;
    for (int i = 0; i < 2 && at && at < end; i++)
        at = next_text(at);
    while (at && at < end && next_text(at) < end) {
        if (count < capacity)
            out_headers[count] = (corun_header){at, next_text(at)};
        count++;
        at = next_text(next_text(at));
    }
    return count;
}

static int lower(char letter)
{
    return letter >= 'A' && letter <= 'Z' ? letter + ('a' - 'A') : letter;
}

static bool is_same_name(const char *a, const char *b)
{
    while (*a && lower(*a) == lower(*b))
        a++, b++;
    return lower(*a) == lower(*b);
}

const char *corun_response_header(const corun_response *response, const char *name)
{
    const char *end, *at = head_of(response, &end);
    for (int i = 0; i < 2 && at && at < end; i++)
        at = next_text(at);
    for (; at && at < end && next_text(at) < end; at = next_text(next_text(at)))
        if (is_same_name(at, name))
            return next_text(at);
    return NULL;
}

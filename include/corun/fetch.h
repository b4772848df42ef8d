/* fetch: HTTP by what runs the program: a page, a Worker, Node. Its redirects, cookies, cache and rules of origin apply.
 *
 *     CORUN_ASYNC(show, (const char *url;), (corun_response response;)) {
 *         CORUN_BEGIN();
 *         CORUN_TRY();
 *         CORUN_AWAIT(CORUN_CALL(corun_fetch, .response = &my->response, .url = my->url));
 *         printf("%d\n", corun_response_status(&my->response));
 *         for (;;) {
 *             CORUN_AWAIT(corun_response_read(&my->response, 4096));
 *             if (CORUN_RESULT().size == 0)
 *                 break;
 *             fwrite(CORUN_RESULT().bytes, 1, CORUN_RESULT().size, stdout);
 *         }
 *         CORUN_FINALLY();
 *         corun_response_close(&my->response);
 *         CORUN_END();
 *     }
 *
 * A response is the caller's memory, usually a field of the frame; all zero is a closed one. The body comes as it is
 * read: a program that reads slowly slows the sender down. Cancelling corun_fetch aborts the request, and so does closing
 * the response; cancelling a read loses no byte, and the next one goes on from there.
 *
 * It is a host call: CORUN_UNSUPPORTED where there are none, or where the embedder has turned fetch off.
 */
#ifndef CORUN_FETCH_H
#define CORUN_FETCH_H

#include "corun/coroutine.h"
#include "corun/error.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct corun_response {
    struct {
        struct corun_fetch_ *fetch; /* while it is open */
        uint32_t asked[3];          /* what the present read asks, the last of it how many bytes have been read */
        bool reading;
    } private_;
} corun_response;

#define CORUN_RESPONSE_INIT {{NULL, {0, 0, 0}, false}}

/* A header of a response. Its name is in lower case. */
typedef struct corun_header {
    const char *name, *value;
} corun_header;

/* Sends a request, and waits until the head of its response has come, which is open then. A status like 404 is no error.
 * Used as CORUN_CALL(corun_fetch, ...), with at least the first two of these:
 *
 *   response   a closed one
 *   url        in a page it may be relative to that
 *   method     "GET" unless given
 *   headers    text, a line for each: "Accept: text/plain\nX-Tries: 3"
 *   body, body_size  what to send
 *
 *   CORUN_BAD_ARGUMENT  what was given makes no request; the message says why
 *   CORUN_INVALID_STATE  the response is open, or being read still
 *   CORUN_UNSUPPORTED  this host has no host calls, or the embedder does not allow this one
 *   CORUN_HOST_ERROR  it could not be sent, or nobody answered; in Node the code may say more, as -ECONNREFUSED does
 *   -ENOMEM  no memory
 *   owner    texts and body belong to the wait until it ends; the response is the caller's: corun_response_close
 */
CORUN_DECLARE_AS_(CORUN_API extern, corun_fetch,
                  (corun_response *response; const char *url; const char *method; const char *headers;
                   const void *body; size_t body_size;));

/* Waits for more of the body: at least one byte and at most `size_bytes`, or 1 MiB; a value without any is its end. One
 * read at a time.
 *
 *   CORUN_CLOSED  the response is closed, perhaps meanwhile
 *   CORUN_BAD_ARGUMENT  no bytes are wanted
 *   CORUN_INVALID_STATE  it is being read already
 *   CORUN_HOST_ERROR  the rest could not be had; in Node the code may say more
 *   -ENOMEM  no memory; nothing is lost
 *   owner    the value's bytes are as those of corun_host_call; the response must stay until the wait has ended
 */
CORUN_API CORUN_TO_AWAIT_ corun_awaitable corun_response_read(corun_response *response, size_t size_bytes);

/* Gives the status, 200 or 404; 0 of a closed response. */
CORUN_API int corun_response_status(const corun_response *response);

/* Gives where it came from in the end, after redirects.
 *
 *   returns  text that is valid until the response is closed; empty of a closed one
 */
CORUN_API const char *corun_response_url(const corun_response *response);

/* Gives a header's value, whatever the case of its name; NULL if there is none.
 *
 *   returns  text that is valid until the response is closed
 */
CORUN_API const char *corun_response_header(const corun_response *response, const char *name);

/* Writes down at most `capacity` headers.
 *
 *   returns  how many there are
 *   owner    their texts are valid until the response is closed
 */
CORUN_API size_t corun_response_headers(const corun_response *response, corun_header *out_headers, size_t capacity);

/* Closes a response; the rest of its body never comes. On a closed one it does nothing. The end of the runner aborts the
 * requests that are still open, but only this frees their memory. */
CORUN_API void corun_response_close(corun_response *response);

#ifdef __cplusplus
}
#endif
#endif

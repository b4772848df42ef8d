/* Host calls of the sim: functions of the script answer them, each when it is asked; what a function gives comes when
 * the virtual clock has moved on.
 */
#include <errno.h>
#include <string.h>

#include "sim.h"

/* A function of the script. */
struct sim_answerer {
    struct sim_answerer *next;
    corun_sim_answer *function;
    void *argument;
    char name[];
};

/* What will be answered. */
struct sim_answer {
    struct sim_answer *next; /* in the order in which it was asked */
    struct host_call *call;
    int64_t due;
    bool failed;
    size_t size;
    char bytes[];
};

static struct sim_answerer **answerer_of(struct sim_calls *calls, const char *name)
{
    struct sim_answerer **at = &calls->answerers;
    while (*at && strcmp((*at)->name, name) != 0)
        at = &(*at)->next;
    return at;
}

int sim_calls_set(struct sim_calls *calls, const char *name, corun_sim_answer *function, void *argument)
{
    struct sim_answerer **at = answerer_of(calls, name), *made;
    size_t length = strlen(name) + 1;
    if (!*at) {
        made = memory_allocate(sizeof *made + length);
        if (!made)
            return -ENOMEM;
        memcpy(made->name, name, length);
        made->next = NULL;
        *at = made;
    }
    (*at)->function = function;
    (*at)->argument = argument;
    return 0;
}

/* How an error crosses: its name, and a message. Returns how long that is. */
static size_t write_error(char *at, int error, const corun_value *message)
{
    const char *name = corun_error_name(error);
    size_t length = strlen(name) + 1, size = message->tag == CORUN_BYTES ? message->size : 0;
    if (at) {
        memcpy(at, name, length);
        if (size > 0)
            memcpy(at + length, message->bytes, size);
        at[length + size] = '\0';
    }
    return length + size + 1;
}

static size_t write_answer(char *at, int error, const corun_value *value)
{
    size_t size = value->tag == CORUN_BYTES ? value->size : 0;
    if (error)
        return write_error(at, error, value);
    if (at && size > 0)
        memcpy(at, value->bytes, size);
    return size;
}

int sim_call(void *self, struct host_call *call)
{
    struct sim_calls *calls = sim_calls_of(self);
    const struct sim_answerer *answerer = *answerer_of(calls, call->name);
    struct sim_answer *answer, **end = &calls->answers;
    corun_value value = {.tag = CORUN_NO_VALUE};
    int error = CORUN_NO_HOST_CALL;
    size_t size;
    if (answerer)
        error = answerer->function(answerer->argument, call->bytes, call->size_bytes, &value);
    size = write_answer(NULL, error < 0 ? error : 0, &value);
    answer = memory_allocate(sizeof *answer + size);
    if (!answer)
        return -ENOMEM;
    *answer = (struct sim_answer){.call = call, .due = HOST_NEVER, .failed = error < 0, .size = size};
    if (error <= 0)
        answer->due = sim_now(self) + calls->duration;
    write_answer(answer->bytes, error < 0 ? error : 0, &value);
    while (*end)
        end = &(*end)->next;
    *end = answer;
    return 0;
}

static void remove_answer(struct sim_calls *calls, struct host_call *call)
{
    struct sim_answer **at = &calls->answers, *found;
    while (*at && (*at)->call != call)
        at = &(*at)->next;
    found = *at;
    *at = found->next;
    memory_release(found);
}

void sim_call_cancel(void *self, struct host_call *call)
{
    remove_answer(sim_calls_of(self), call);
    memory_release(call);
}

void sim_calls_deliver(struct sim_calls *calls, int64_t now)
{
    for (struct sim_answer **at = &calls->answers, *answer; (answer = *at);) {
        struct host_call *call = answer->call;
        void *place;
        if (answer->due > now) {
            at = &answer->next;
            continue;
        }
        *at = answer->next;
        place = call->type->answered(call, answer->failed, answer->size);
        if (place && answer->size > 0)
            memcpy(place, answer->bytes, answer->size);
        memory_release(answer);
    }
}

int64_t sim_calls_next(const struct sim_calls *calls)
{
    int64_t next = HOST_NEVER;
    for (const struct sim_answer *answer = calls->answers; answer; answer = answer->next)
        if (answer->due < next)
            next = answer->due;
    return next;
}

int sim_calls_count(const struct sim_calls *calls)
{
    int count = 0;
    for (const struct sim_answer *answer = calls->answers; answer; answer = answer->next)
        count++;
    return count;
}

void sim_calls_free(struct sim_calls *calls)
{
    while (calls->answers) {
        struct sim_answer *next = calls->answers->next;
        memory_release(calls->answers);
        calls->answers = next;
    }
    while (calls->answerers) {
        struct sim_answerer *next = calls->answerers->next;
        memory_release(calls->answerers);
        calls->answerers = next;
    }
}

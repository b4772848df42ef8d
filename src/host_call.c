/* Host calls: a question to the embedder for each wait.
 *
 * Always true:
 *   - from its start to its end a wait has one question, which is a hold of the loop;
 *   - the question is the host's until it is answered; then the task's entry stands in the ready queue;
 *   - the host fills the answer's place before any code of the loop runs again.
 *
 * As with I/O the task goes on in the turn that takes the answer: nothing can come between that and its reader.
 */
#include "corun/host_call.h"

#include <errno.h>
#include <string.h>

#include "host_call.h"
#include "memory.h"
#include "task.h"

struct question {
    struct host_call call; /* first: what is taken back the host releases */
    corun_task *task;      /* that waits */
    struct host_call_notes notes;
    struct outcome answer; /* once it is answered: bytes, or that there was no memory for them */
    bool answered, failed;
};

/* A code that only the loop's own doings may have: by another's a task would end as if it had been cancelled, or
 * the loop be left. */
static bool is_of_the_loop(int code)
{
    return code == CORUN_CANCELLED || code == CORUN_GENERATOR_EXIT || error_leaves_loop(code);
}

static int code_of_name(const char *name)
{
    int code = corun_error_from_name(name);
    bool known = code < 0 && strcmp(corun_error_name(code), name) == 0;
    return known && !is_of_the_loop(code) ? code : CORUN_HOST_ERROR;
}

/* What two texts tell: the name of an error, and a message. */
static struct outcome outcome_of_texts(const char *texts, size_t size)
{
    const char *message = NULL;
    int code = CORUN_HOST_ERROR;
    if (size > 0 && texts[size - 1] == '\0') {
        const char *second = texts + strlen(texts) + 1;
        code = code_of_name(texts);
        if (second < texts + size && *second)
            message = second;
    }
    return outcome_of_error(code, failure_create(code, message));
}

/* The wait is over. */
static void end_wait_for_answer(struct question *question)
{
    corun_loop_unhold(question->task->future.loop);
    if (question->notes.under_way)
        *question->notes.under_way = false;
}

static void take_answer(struct entry *entry)
{
    corun_task *task = task_of_entry(entry);
    struct question *question = task->future.awaitable.self;
    struct outcome answer = question->answer;
    task->future.outcome = answer;
    if (question->failed && answer.error == 0) {
        task->future.outcome = outcome_of_texts(answer.value.bytes, answer.value.size);
        outcome_release(&answer);
    } else if (question->notes.taken && answer.error == 0) {
        *question->notes.taken += (uint32_t)answer.value.size;
    }
    end_wait_for_answer(question);
    memory_release(question);
    task_resume(entry);
}

static void *place_answer(struct host_call *call, bool failed, size_t size_bytes)
{
    struct question *question = container_of(call, struct question, call);
    corun_task *task = question->task;
    corun_value room = {.bytes = NULL, .size = size_bytes, .tag = CORUN_BYTES};
    int rc = outcome_of_value(&question->answer, room);
    if (rc < 0)
        outcome_set(&question->answer, rc, NULL);
    question->answered = true;
    question->failed = failed;
    task->entry.run = take_answer;
    loop_ready(task->future.loop, &task->entry);
    return rc < 0 ? NULL : (void *)(uintptr_t)question->answer.value.bytes;
}

static const struct host_call_type question_type = {place_answer};

static int ask_embedder(corun_task *task, struct host_call asked, struct question **out_question)
{
    struct question *question = memory_allocate(sizeof *question);
    int rc;
    if (!question)
        return -ENOMEM;
    asked.type = &question_type;
    *question = (struct question){.call = asked, .task = task};
    rc = backend_call(&task->future.loop->backend, &question->call);
    if (rc < 0)
        memory_release(question);
    else
        *out_question = question;
    return rc;
}

static void host_call_start(void *self, corun_waiter *waiter)
{
    const corun_awaitable *awaitable = &task_of_waiter(waiter)->future.awaitable;
    const char *name = (const char *)(intptr_t)awaitable->number;
    if (name && awaitable->extra >= 0)
        host_call_begin(waiter,
                        (struct host_call){.name = name, .bytes = self, .size_bytes = (size_t)awaitable->extra}, NULL);
    else
        corun_waiter_done(waiter, CORUN_BAD_ARGUMENT, NULL);
}

static void host_call_cancel(void *self, corun_waiter *waiter)
{
    corun_loop *loop = corun_waiter_loop(waiter);
    struct question *question = self;
    end_wait_for_answer(question);
    if (question->answered) {
        loop_unready(loop, &question->task->entry);
        outcome_release(&question->answer);
        memory_release(question);
    } else {
        backend_call_cancel(&loop->backend, &question->call);
    }
    corun_waiter_done(waiter, CORUN_CANCELLED, NULL);
}

static const corun_awaitable_type host_call_type = {"host_call", host_call_start, host_call_cancel};

void host_call_begin(corun_waiter *waiter, struct host_call asked, const struct host_call_notes *notes)
{
    corun_task *task = task_of_waiter(waiter);
    struct question *question;
    int rc = ask_embedder(task, asked, &question);
    if (rc < 0) {
        corun_waiter_done(waiter, rc, NULL);
        return;
    }
    if (notes)
        question->notes = *notes;
    if (question->notes.under_way)
        *question->notes.under_way = true;
    corun_loop_hold(task->future.loop);
    task->future.awaitable = corun_awaitable_of(&host_call_type, question); /* cancelling is told this one */
}

corun_awaitable corun_host_call(const char *name, const void *bytes, size_t size_bytes)
{
    corun_awaitable made = corun_awaitable_of(&host_call_type, (void *)(uintptr_t)bytes);
    made.number = (int64_t)(intptr_t)name;
    made.extra = size_bytes > INT32_MAX ? -1 : (int32_t)size_bytes;
    return made;
}

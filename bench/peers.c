/* What wakes.c measures, without Corun: a bare signal handler that writes an eventfd which epoll waits for, and
 * libuv's uv_async_send. */
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <uv.h>

#include "sender.h"

static int event;

static void handle_signal(int number)
{
    uint64_t one = 1;
    int kept = errno;
    (void)number;
    if (write(event, &one, sizeof one) < 0) {
        /* full: it wakes too */
    }
    errno = kept;
}

static void send_signal(void)
{
    kill(getpid(), SIGINT);
}

static void measure_signals(void)
{
    struct sigaction action = {.sa_handler = handle_signal};
    struct epoll_event wanted = {.events = EPOLLIN}, seen;
    pthread_t thread = sender_start(send_signal);
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    uint64_t count;
    event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    epoll_ctl(epoll, EPOLL_CTL_ADD, event, &wanted);
    sigaction(SIGINT, &action, NULL);
    do {
        sender_arm();
        while (epoll_wait(epoll, &seen, 1, -1) < 0)
            continue;
        if (read(event, &count, sizeof count) < 0)
            abort();
    } while (sender_arrived());
    pthread_join(thread, NULL);
    sender_print("interrupt", sender.arrival_ns);
}

static uv_async_t async;

static void send_async(void)
{
    uv_async_send(&async);
}

static void note_async(uv_async_t *handle)
{
    if (sender_arrived())
        sender_arm();
    else
        uv_close((uv_handle_t *)handle, NULL);
}

int main(void)
{
    pthread_t thread;
    measure_signals();
    uv_async_init(uv_default_loop(), &async, note_async);
    thread = sender_start(send_async);
    sender_arm();
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    pthread_join(thread, NULL);
    sender_print("thread_call", sender.call_ns);
    sender_print("thread_wake", sender.arrival_ns);
    return 0;
}

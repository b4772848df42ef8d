/* Reading and writing without blocking, and without touching what other processes share.
 *
 * O_NONBLOCK belongs to the open file, not to the descriptor: setting it on an inherited standard
 * stream would break every process that has it. So a pipe or terminal that is a standard stream is
 * opened once more through /proc/self/fd, non-blocking; where that fails (sockets, no /proc, another system than
 * Linux), the descriptor is asked with poll(2) before each operation, and writes stay within PIPE_BUF, which poll
 * promises not to block.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "native.h"

enum stream_kind {
    STREAM_UNKNOWN,
    STREAM_DIRECT,   /* a file that is always ready, or one that does not block */
    STREAM_REOPENED, /* `other` does not block */
    STREAM_POLLED,   /* blocks: ask first */
};

struct stream {
    enum stream_kind kind;
    int other;
};

bool streams_never_wait(mode_t mode)
{
    return S_ISREG(mode) || S_ISDIR(mode) || S_ISBLK(mode);
}

static void classify(struct stream *stream, int fd)
{
    struct stat status;
    int flags = fcntl(fd, F_GETFL);
    stream->kind = STREAM_DIRECT;
    if (flags < 0 || fstat(fd, &status) < 0 || streams_never_wait(status.st_mode) || flags & O_NONBLOCK)
        return;
    stream->kind = STREAM_POLLED;
    if (fd > STDERR_FILENO || !(S_ISFIFO(status.st_mode) || isatty(fd)))
        return;
    stream->other = system_reopen(fd, flags);
    if (stream->other >= 0)
        stream->kind = STREAM_REOPENED;
}

/* Standard streams stay what they are; other numbers may be opened anew at any time, so that they are
 * looked at each time. */
static struct stream stream_of(struct streams *streams, int fd)
{
    struct stream found = {STREAM_UNKNOWN, -1};
    if (fd > STDERR_FILENO) {
        classify(&found, fd);
        return found;
    }
    if (!streams->table) {
        streams->table = memory_allocate(3 * sizeof *streams->table);
        if (!streams->table) {
            found.kind = STREAM_POLLED;
            return found;
        }
        for (int i = 0; i <= STDERR_FILENO; i++)
            streams->table[i] = (struct stream){STREAM_UNKNOWN, -1};
    }
    if (streams->table[fd].kind == STREAM_UNKNOWN)
        classify(&streams->table[fd], fd);
    return streams->table[fd];
}

void streams_close(struct streams *streams)
{
    for (int fd = 0; streams->table && fd <= STDERR_FILENO; fd++)
        if (streams->table[fd].kind == STREAM_REOPENED)
            close(streams->table[fd].other);
    memory_release(streams->table);
    streams->table = NULL;
}

int streams_real(struct streams *streams, int fd)
{
    struct stream stream = {STREAM_UNKNOWN, -1};
    if (fd >= 0 && fd <= STDERR_FILENO)
        stream = stream_of(streams, fd);
    return stream.kind == STREAM_REOPENED ? stream.other : fd;
}

static bool is_ready(int fd, short events)
{
    struct pollfd asked = {fd, events, 0};
    return poll(&asked, 1, 0) > 0; /* a signal may have come between: that is no readiness */
}

int64_t streams_read(struct streams *streams, int fd, void *buffer, size_t size_bytes)
{
    struct stream stream = stream_of(streams, fd);
    ssize_t count;
    if (stream.kind == STREAM_POLLED && !is_ready(fd, POLLIN))
        return -EAGAIN;
    do
        count = read(stream.kind == STREAM_REOPENED ? stream.other : fd, buffer, size_bytes);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

int64_t streams_write(struct streams *streams, int fd, const void *bytes, size_t size_bytes)
{
    struct stream stream = stream_of(streams, fd);
    ssize_t count;
    if (stream.kind == STREAM_POLLED) {
        if (!is_ready(fd, POLLOUT))
            return -EAGAIN;
        if (size_bytes > PIPE_BUF)
            size_bytes = PIPE_BUF;
    }
    do
        count = write(stream.kind == STREAM_REOPENED ? stream.other : fd, bytes, size_bytes);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

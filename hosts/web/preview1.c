#include "preview1.h"

#include <errno.h>
#include <time.h>

#ifdef __EMSCRIPTEN__
int64_t preview1_now(void *state)
{
    struct timespec now;
    (void)state;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}
#else
int64_t preview1_now(void *state)
{
    __wasi_timestamp_t now = 0;
    (void)state;
    (void)!__wasi_clock_time_get(__WASI_CLOCKID_MONOTONIC, 1, &now);
    return (int64_t)now;
}
#endif

/* Both libraries' errno are WASI's numbers. A descriptor that may not be used so is a bad one, as with read(2). */
static int64_t count_or_error(__wasi_errno_t error, __wasi_size_t count)
{
    if (error == __WASI_ERRNO_NOTCAPABLE)
        return -EBADF;
    return error ? -(int64_t)error : (int64_t)count;
}

int64_t preview1_read(int fd, void *buffer, size_t size_bytes)
{
    __wasi_iovec_t vector = {buffer, size_bytes};
    __wasi_size_t count = 0;
    __wasi_errno_t error = preview1_fd_read((__wasi_fd_t)fd, &vector, 1, &count);
    return count_or_error(error, count);
}

int64_t preview1_write(int fd, const void *bytes, size_t size_bytes)
{
    __wasi_ciovec_t vector = {bytes, size_bytes};
    __wasi_size_t count = 0;
    __wasi_errno_t error = __wasi_fd_write((__wasi_fd_t)fd, &vector, 1, &count);
    return count_or_error(error, count);
}

/* The decoding of the control channel.
 *
 *   ETX (3)   an interrupt          SYN ETX, SYN EOT, SYN SYN   the second byte is data
 *   EOT (4)   the end of input      end of the pipe             the launcher died: an interrupt
 *
 * Input is buffered up to 1 MiB, so that an interrupt does not lie behind data that the program has not
 * asked for; beyond that reading stops and nothing is lost.
 */
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wasi/api.h>

#include "corun/runner.h"
#include "hosts/web/turn.h"

enum { ETX = 3, EOT = 4, SYN = 22, FIRST_BUFFER = 1 << 16, LARGEST_BUFFER = 1 << 20 };

static struct {
    enum { CONTROL_UNKNOWN, CONTROL_OFF, CONTROL_ON } mode;
    unsigned char *buffer; /* decoded input, from `begin` to `end` */
    size_t begin, end, capacity;
    bool escaped;   /* the last byte was SYN */
    bool ended;     /* no more input will come */
    bool pipe_over; /* nothing more will come at all */
} control;

/* The import itself: the libc's own is wrapped, so that C's stdin is served from the buffer. */
__attribute__((import_module("wasi_snapshot_preview1"), import_name("fd_read"))) int32_t
corun_imported_fd_read(int32_t fd, const void *iovs, size_t count, size_t *out_size);

bool control_is_on(void)
{
    const char *asked;
    if (control.mode == CONTROL_UNKNOWN) {
        asked = getenv("CORUN_CONTROL");
        control.mode = asked && strcmp(asked, "stdin") == 0 ? CONTROL_ON : CONTROL_OFF;
    }
    return control.mode == CONTROL_ON;
}

/* Makes room for `size` more bytes, as far as the limit goes. Returns how many there is room for. */
static size_t make_room(size_t size)
{
    size_t held = control.end - control.begin;
    size_t capacity = control.capacity ? control.capacity : FIRST_BUFFER;
    unsigned char *grown;
    if (control.begin > 0 && held > 0)
        memmove(control.buffer, control.buffer + control.begin, held);
    control.begin = 0;
    control.end = held;
    while (capacity < held + size && capacity < LARGEST_BUFFER)
        capacity *= 2;
    if (capacity > control.capacity) {
        grown = memory_resize(control.buffer, capacity);
        if (grown) {
            control.buffer = grown;
            control.capacity = capacity;
        }
    }
    return control.capacity - held;
}

bool control_has_room(void)
{
    return !control.pipe_over && control.end - control.begin < LARGEST_BUFFER;
}

bool control_has_input(void)
{
    return control.end > control.begin || control.ended;
}

/* Takes one byte of the channel. */
static void decode(unsigned char byte)
{
    if (!control.escaped) {
        if (byte == ETX) {
            corun_interrupt();
            return;
        }
        if (byte == EOT) {
            control.ended = true;
            return;
        }
        if (byte == SYN) {
            control.escaped = true;
            return;
        }
    }
    control.escaped = false;
    if (!control.ended)
        control.buffer[control.end++] = byte;
}

/* What came may decode to as many bytes as it has, never more. */
void control_pump(void)
{
    unsigned char bytes[1 << 14];
    __wasi_iovec_t vector = {bytes, sizeof bytes};
    size_t room = make_room(sizeof bytes), count = 0;
    if (room == 0)
        return; /* no memory: what was sent stays in the pipe */
    if (vector.buf_len > room)
        vector.buf_len = room;
    if (corun_imported_fd_read(0, &vector, 1, &count) != 0 || count == 0) {
        control.pipe_over = control.ended = true;
        corun_interrupt();
        return;
    }
    for (size_t i = 0; i < count; i++)
        decode(bytes[i]);
}

int64_t control_read(void *buffer, size_t size_bytes)
{
    size_t held = control.end - control.begin;
    if (held == 0)
        return control.ended ? 0 : -EAGAIN;
    if (size_bytes > held)
        size_bytes = held;
    memcpy(buffer, control.buffer + control.begin, size_bytes);
    control.begin += size_bytes;
    return (int64_t)size_bytes;
}

/* A driver that cannot block says EAGAIN, which C's functions take for the end without a word. */
static void tell_no_input(void)
{
    static bool told;
    if (!told)
        fputs("corun: standard input has nothing yet, and C's own functions cannot wait for it here: use corun_read\n", stderr);
    told = true;
}

static __wasi_errno_t read_plain(__wasi_fd_t fd, const __wasi_iovec_t *iovs, size_t count, __wasi_size_t *out_size)
{
    __wasi_errno_t error = (__wasi_errno_t)corun_imported_fd_read((int32_t)fd, iovs, count, out_size);
    if (error == __WASI_ERRNO_AGAIN && fd == 0 && !turn_is_reading())
        tell_no_input();
    return error;
}

/* What the libc's read() calls, linked with --wrap=__wasi_fd_read: C's own stdin gets the decoded bytes. It
 * blocks, as reading stdin does. */
__wasi_errno_t __wrap___wasi_fd_read(__wasi_fd_t fd, const __wasi_iovec_t *iovs, size_t count,
                                     __wasi_size_t *out_size);

__wasi_errno_t __wrap___wasi_fd_read(__wasi_fd_t fd, const __wasi_iovec_t *iovs, size_t count,
                                     __wasi_size_t *out_size)
{
    int64_t got = 0;
    if (fd != 0 || !control_is_on())
        return read_plain(fd, iovs, count, out_size);
    while (!control_has_input())
        control_pump();
    for (size_t i = 0; i < count && (got == 0 || control.end > control.begin); i++)
        got += control_read(iovs[i].buf, iovs[i].buf_len);
    *out_size = (__wasi_size_t)got;
    return 0;
}

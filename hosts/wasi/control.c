/* The decoding of the control channel.
 *
 *   ETX (3)   an interrupt          SYN ETX, SYN EOT, SYN SYN   the second byte is data
 *   EOT (4)   the end of input      end of the pipe             the launcher died: an interrupt
 *
 * Input is buffered up to 1 MiB, so that an interrupt does not lie behind data that the program has not
 * asked for; beyond that reading stops and nothing is lost. Without memory for that a few bytes do.
 */
#include "control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "corun/runner.h"
#include "hosts/web/preview1.h"

enum { ETX = 3, EOT = 4, SYN = 22, BUFFER_SIZE = 2 << 20, FEW = 128 };

static struct {
    unsigned char *buffer; /* decoded input, from `begin` to `end`; NULL until there is some */
    size_t size, begin, end; /* it is held up to half of the size */
    unsigned char few[FEW];  /* the buffer if no other can be had */
    bool escaped;   /* the last byte was SYN */
    bool ended;     /* no more input will come */
    bool pipe_over; /* nothing more will come at all */
} control;

bool control_is_on(void)
{
    static int on = -1; /* not known yet */
    if (on < 0) {
        const char *asked = getenv("CORUN_CONTROL");
        on = asked && strcmp(asked, "stdin") == 0;
    }
    return on;
}

bool control_has_room(void)
{
    return !control.pipe_over && (!control.buffer || control.end - control.begin < control.size / 2);
}

bool control_has_input(void)
{
    return control.end > control.begin || control.ended;
}

/* Takes one byte of the channel. */
static void decode(unsigned char byte)
{
    if (control.escaped || (byte != ETX && byte != EOT && byte != SYN)) {
        control.escaped = false;
        if (!control.ended)
            control.buffer[control.end++] = byte;
    } else if (byte == ETX) {
        corun_interrupt();
    } else if (byte == EOT) {
        control.ended = true;
    } else {
        control.escaped = true;
    }
}

/* Moves what is held to the front once the room before it is as large as it: what is held is less than half the
 * buffer, so that there is always room behind it otherwise. Returns how much. */
static size_t make_room(void)
{
    size_t held = control.end - control.begin, most_held = control.size / 2, room;
    if (held <= control.begin) {
        memcpy(control.buffer, control.buffer + control.begin, held);
        control.begin = 0;
        control.end = held;
    }
    room = control.size - control.end;
    return room < most_held - held ? room : most_held - held;
}

static void take_buffer(void)
{
    control.buffer = memory_allocate(BUFFER_SIZE);
    control.size = control.buffer ? BUFFER_SIZE : FEW;
    if (!control.buffer)
        control.buffer = control.few;
}

/* What comes is decoded in its place, since that makes it no longer. */
void control_pump(void)
{
    unsigned char *fresh;
    int64_t count;
    size_t room;
    if (!control.buffer)
        take_buffer();
    room = make_room();
    fresh = control.buffer + control.end;
    count = preview1_read(0, fresh, room);
    if (count <= 0) {
        control.pipe_over = control.ended = true;
        corun_interrupt();
    }
    for (int64_t i = 0; i < count; i++)
        decode(fresh[i]);
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

/* -------------------------------------------------------------- C's own stdin */

/* A driver that cannot block says EAGAIN, which C's functions take for the end without a word. */
static void tell_no_input(void)
{
    static bool told;
    if (!told)
        fputs("corun: standard input has nothing yet, and C's own functions cannot wait for it here: use corun_read\n", stderr);
    told = true;
}

/* It blocks, as reading stdin does. */
static void read_decoded(const __wasi_iovec_t *iovs, size_t count, __wasi_size_t *out_size)
{
    int64_t got = 0;
    while (!control_has_input())
        control_pump();
    for (size_t i = 0; i < count && (got == 0 || control.end > control.begin); i++)
        got += control_read(iovs[i].buf, iovs[i].buf_len);
    *out_size = (__wasi_size_t)got;
}

/* What the libc's read() calls, linked with --wrap=__wasi_fd_read. */
__wasi_errno_t __wrap___wasi_fd_read(__wasi_fd_t fd, const __wasi_iovec_t *iovs, size_t count,
                                     __wasi_size_t *out_size);

__wasi_errno_t __wrap___wasi_fd_read(__wasi_fd_t fd, const __wasi_iovec_t *iovs, size_t count,
                                     __wasi_size_t *out_size)
{
    __wasi_errno_t error;
    if (fd == 0 && control_is_on()) {
        read_decoded(iovs, count, out_size);
        return 0;
    }
    error = preview1_fd_read(fd, iovs, count, out_size);
    if (error == __WASI_ERRNO_AGAIN && fd == 0)
        tell_no_input();
    return error;
}

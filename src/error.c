/* Names and texts of error codes. The system's are listed here by hand, since strerror's answers
 * differ between C libraries and may not be static. */
#include "corun/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define SYSTEM_ERRORS(X) \
    X(EPERM, "the operation is not permitted") \
    X(ENOENT, "there is no such file or directory") \
    X(EINTR, "a system call was interrupted") \
    X(EIO, "input or output failed") \
    X(EBADF, "the descriptor is not open, or not open for this") \
    X(EAGAIN, "not ready now: try again") \
    X(ENOMEM, "there is not enough memory") \
    X(EACCES, "access is denied") \
    X(EFAULT, "the address is not valid") \
    X(EEXIST, "it exists already") \
    X(ENOTDIR, "it is not a directory") \
    X(EISDIR, "it is a directory") \
    X(EINVAL, "the argument is not valid") \
    X(EMFILE, "this process has too many files open") \
    X(ENFILE, "the system has too many files open") \
    X(ENOTTY, "it is not a terminal") \
    X(EFBIG, "the file would become too big") \
    X(ENOSPC, "no space is left") \
    X(ESPIPE, "one cannot seek in it") \
    X(EROFS, "it is read-only") \
    X(EPIPE, "nobody reads the other end") \
    X(ENOSYS, "the system has no such function") \
    X(ETIMEDOUT, "the other side did not answer in time") \
    X(ECONNREFUSED, "the connection was refused") \
    X(ECONNRESET, "the connection was reset") \
    X(ECONNABORTED, "the connection was aborted") \
    X(ENOTCONN, "it is not connected") \
    X(EADDRINUSE, "the address is in use") \
    X(EADDRNOTAVAIL, "the address is not available") \
    X(EHOSTUNREACH, "the host cannot be reached") \
    X(ENETUNREACH, "the network cannot be reached") \
    X(EINPROGRESS, "it is under way") \
    CAPABILITY_ERRORS(X)

/* WASI's: no directory that the program was given has the file. */
#if defined(ENOTCAPABLE)
#define CAPABILITY_ERRORS(X) X(ENOTCAPABLE, "the program has not been given that")
#else
#define CAPABILITY_ERRORS(X)
#endif

/* What is known, in three lists of the same order: a pointer to each text would take as much room as its name. The
 * last entry, which has no code, is for every other number. */
static const int16_t known_codes[] = {
    0,
#define CORUN_CODE_(number, name, asyncio, text) number,
    CORUN_ERRORS(CORUN_CODE_)
#define SYSTEM_CODE_(name, text) -name,
    SYSTEM_ERRORS(SYSTEM_CODE_)
    CORUN_USER,
};

static const char known_names[] =
    "OK\0"
#define CORUN_NAME_(number, name, asyncio, text) "CORUN_" #name "\0"
    CORUN_ERRORS(CORUN_NAME_)
#define SYSTEM_NAME_(name, text) #name "\0"
    SYSTEM_ERRORS(SYSTEM_NAME_)
    "CORUN_USER";

static const char known_texts[] =
    "all is well\0"
#define CORUN_TEXT_(number, name, asyncio, text) text "\0"
    CORUN_ERRORS(CORUN_TEXT_)
#define SYSTEM_TEXT_(name, text) text "\0"
    SYSTEM_ERRORS(SYSTEM_TEXT_)
    "the program's own error\0"
    "an unknown error";

enum { KNOWN_ERRORS = sizeof known_codes / sizeof *known_codes };

/* The place of a code in the lists; behind all if it is not known. */
static unsigned find_known(int error)
{
    unsigned at = 0;
    while (at < KNOWN_ERRORS && known_codes[at] != error)
        at++;
    return at;
}

/* The text that has so many in front of it, each with a zero behind it. */
static const char *skip_texts(const char *texts, unsigned count)
{
    while (count-- > 0)
        texts += strlen(texts) + 1;
    return texts;
}

static const char *numbered(const char *prefix, unsigned number)
{
    static _Thread_local char text[32];
    text_append_number(text_append(text, prefix), number);
    return text;
}

const char *corun_error_name(int error)
{
    unsigned known = find_known(error);
    if (known < KNOWN_ERRORS)
        return skip_texts(known_names, known);
    if (error < CORUN_USER)
        return numbered("CORUN_USER-", (unsigned)CORUN_USER - (unsigned)error);
    return error < 0 ? numbered("ERRNO-", 0u - (unsigned)error) : numbered("ERROR+", (unsigned)error);
}

const char *corun_error_text(int error)
{
    return skip_texts(known_texts, find_known(error < CORUN_USER ? CORUN_USER : error));
}

static int after_prefix(const char *name, const char *prefix, int sign, int base)
{
    size_t length = strlen(prefix);
    char *end;
    long long number;
    if (strncmp(name, prefix, length) != 0 || name[length] < '0' || name[length] > '9')
        return CORUN_BAD_ARGUMENT;
    number = strtoll(name + length, &end, 10);
    if (*end || number > UINT32_MAX)
        return CORUN_BAD_ARGUMENT;
    number = base + sign * number;
    return number < INT32_MIN || number > INT32_MAX ? CORUN_BAD_ARGUMENT : (int)number;
}

int corun_error_from_name(const char *name)
{
    const char *known = known_names;
    int code;
    for (unsigned at = 0; at < KNOWN_ERRORS; at++, known = skip_texts(known, 1))
        if (strcmp(known, name) == 0)
            return known_codes[at];
    if ((code = after_prefix(name, "CORUN_USER-", -1, CORUN_USER)) != CORUN_BAD_ARGUMENT)
        return code;
    if ((code = after_prefix(name, "ERRNO-", -1, 0)) != CORUN_BAD_ARGUMENT)
        return code;
    return after_prefix(name, "ERROR+", 1, 0);
}

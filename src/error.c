/* Names and texts of error codes. The system's are listed here by hand, since strerror's answers
 * differ between C libraries and may not be static. */
#include "corun/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

struct known_error {
    int code;
    const char *name, *text;
};

static const struct known_error known_errors[] = {
#define CORUN_KNOWN_(number, name, asyncio, text) {number, "CORUN_" #name, text},
    CORUN_ERRORS(CORUN_KNOWN_)
#undef CORUN_KNOWN_
    {-EPERM, "EPERM", "the operation is not permitted"},
    {-ENOENT, "ENOENT", "there is no such file or directory"},
    {-EINTR, "EINTR", "a system call was interrupted"},
    {-EIO, "EIO", "input or output failed"},
    {-EBADF, "EBADF", "the descriptor is not open, or not open for this"},
    {-EAGAIN, "EAGAIN", "not ready now: try again"},
    {-ENOMEM, "ENOMEM", "there is not enough memory"},
    {-EACCES, "EACCES", "access is denied"},
    {-EFAULT, "EFAULT", "the address is not valid"},
    {-EEXIST, "EEXIST", "it exists already"},
    {-ENOTDIR, "ENOTDIR", "it is not a directory"},
    {-EISDIR, "EISDIR", "it is a directory"},
    {-EINVAL, "EINVAL", "the argument is not valid"},
    {-EMFILE, "EMFILE", "this process has too many files open"},
    {-ENFILE, "ENFILE", "the system has too many files open"},
    {-ENOTTY, "ENOTTY", "it is not a terminal"},
    {-EFBIG, "EFBIG", "the file would become too big"},
    {-ENOSPC, "ENOSPC", "no space is left"},
    {-ESPIPE, "ESPIPE", "one cannot seek in it"},
    {-EROFS, "EROFS", "it is read-only"},
    {-EPIPE, "EPIPE", "nobody reads the other end"},
    {-ENOSYS, "ENOSYS", "the system has no such function"},
    {-ETIMEDOUT, "ETIMEDOUT", "the other side did not answer in time"},
    {-ECONNREFUSED, "ECONNREFUSED", "the connection was refused"},
    {-ECONNRESET, "ECONNRESET", "the connection was reset"},
    {-ECONNABORTED, "ECONNABORTED", "the connection was aborted"},
    {-ENOTCONN, "ENOTCONN", "it is not connected"},
    {-EADDRINUSE, "EADDRINUSE", "the address is in use"},
    {-EADDRNOTAVAIL, "EADDRNOTAVAIL", "the address is not available"},
    {-EHOSTUNREACH, "EHOSTUNREACH", "the host cannot be reached"},
    {-ENETUNREACH, "ENETUNREACH", "the network cannot be reached"},
    {-EINPROGRESS, "EINPROGRESS", "it is under way"},
};

static const struct known_error *find_known(int error)
{
    for (size_t i = 0; i < sizeof known_errors / sizeof *known_errors; i++)
        if (known_errors[i].code == error)
            return &known_errors[i];
    return NULL;
}

static const char *numbered(const char *prefix, unsigned number)
{
    static _Thread_local char text[32];
    text_append_number(text_append(text, prefix), number);
    return text;
}

const char *corun_error_name(int error)
{
    const struct known_error *known = find_known(error);
    if (error == 0)
        return "OK";
    if (known)
        return known->name;
    if (error == CORUN_USER)
        return "CORUN_USER";
    if (error < CORUN_USER)
        return numbered("CORUN_USER-", (unsigned)CORUN_USER - (unsigned)error);
    return error < 0 ? numbered("ERRNO-", 0u - (unsigned)error) : numbered("ERROR+", (unsigned)error);
}

const char *corun_error_text(int error)
{
    const struct known_error *known = find_known(error);
    if (error == 0)
        return "all is well";
    if (known)
        return known->text;
    return error <= CORUN_USER ? "the program's own error" : "an unknown error";
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
    int code;
    if (strcmp(name, "OK") == 0)
        return 0;
    for (size_t i = 0; i < sizeof known_errors / sizeof *known_errors; i++)
        if (strcmp(known_errors[i].name, name) == 0)
            return known_errors[i].code;
    if (strcmp(name, "CORUN_USER") == 0)
        return CORUN_USER;
    if ((code = after_prefix(name, "CORUN_USER-", -1, CORUN_USER)) != CORUN_BAD_ARGUMENT)
        return code;
    if ((code = after_prefix(name, "ERRNO-", -1, 0)) != CORUN_BAD_ARGUMENT)
        return code;
    return after_prefix(name, "ERROR+", 1, 0);
}

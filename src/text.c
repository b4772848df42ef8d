#include "text.h"

#include <string.h>

char *text_append(char *at, const char *text)
{
    size_t length = strlen(text);
    memcpy(at, text, length + 1);
    return at + length;
}

char *text_append_short(char *at, const char *text)
{
    char *end = at + TEXT_SHORT;
    while (at < end && *text)
        *at++ = *text++;
    *at = '\0';
    return at;
}

char *text_append_number(char *at, uint32_t number)
{
    if (number >= 10)
        at = text_append_number(at, number / 10);
    *at++ = (char)('0' + number % 10);
    *at = '\0';
    return at;
}

char *text_append_seconds(char *at, int64_t ns)
{
    uint64_t ms = ns > 0 ? (uint64_t)ns / 1000000 : 0, whole = ms / 1000;
    char *point = text_append_number(at, whole > UINT32_MAX ? UINT32_MAX : (uint32_t)whole);
    if (ms % 1000 == 0)
        return point;
    at = text_append_number(point, 1000 + (uint32_t)(ms % 1000)); /* so that zeros in front are written */
    *point = '.';
    return at;
}

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
    size_t length = 0;
    while (length < TEXT_SHORT && text[length])
        length++;
    memcpy(at, text, length);
    at[length] = '\0';
    return at + length;
}

char *text_append_number(char *at, uint32_t number)
{
    char digits[TEXT_NUMBER_SIZE];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count)
        *at++ = digits[--count];
    *at = '\0';
    return at;
}

char *text_append_seconds(char *at, int64_t ns)
{
    uint64_t ms = ns > 0 ? (uint64_t)ns / 1000000 : 0;
    uint64_t whole = ms / 1000;
    at = text_append_number(at, whole > UINT32_MAX ? UINT32_MAX : (uint32_t)whole);
    if (ms % 1000 == 0)
        return at;
    *at++ = '.';
    *at++ = (char)('0' + ms / 100 % 10);
    *at++ = (char)('0' + ms / 10 % 10);
    *at++ = (char)('0' + ms % 10);
    *at = '\0';
    return at;
}

#include "text.h"

#include <string.h>

char *text_append(char *at, const char *text)
{
    size_t length = strlen(text);
    memcpy(at, text, length + 1);
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

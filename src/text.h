/* Text without printf, which would weigh more than all the rest. */
#ifndef CORUN_TEXT_H
#define CORUN_TEXT_H

#include "internal.h"

/* Write text, or a number in decimal, at `at`, which has room, and a zero behind it. Return its place. */
CORUN_INTERNAL char *text_append(char *at, const char *text);
CORUN_INTERNAL char *text_append_number(char *at, uint32_t number);

/* The same with at most TEXT_SHORT bytes of a text; with seconds, in milliseconds unless they are whole. */
CORUN_INTERNAL char *text_append_short(char *at, const char *text);
CORUN_INTERNAL char *text_append_seconds(char *at, int64_t ns);

enum {
    TEXT_SHORT = 64,
    TEXT_NUMBER_SIZE = 11,  /* the longest number, and the zero */
    TEXT_SECONDS_SIZE = 15, /* likewise */
};

#endif

/* Text without printf, which would weigh more than all the rest. */
#ifndef CORUN_TEXT_H
#define CORUN_TEXT_H

#include "internal.h"

/* Each writes at `at`, where there must be room, and a zero behind that. Returns the place of the zero. */
CORUN_INTERNAL char *text_append(char *at, const char *text);
CORUN_INTERNAL char *text_append_number(char *at, uint32_t number);

/* At most TEXT_SHORT bytes of a text. */
CORUN_INTERNAL char *text_append_short(char *at, const char *text);
/* Seconds: whole ones as "3", others as "0.150". */
CORUN_INTERNAL char *text_append_seconds(char *at, int64_t ns);

enum {
    TEXT_SHORT = 64,
    TEXT_NUMBER_SIZE = 11,  /* the longest number, and the zero */
    TEXT_SECONDS_SIZE = 15, /* likewise */
};

#endif

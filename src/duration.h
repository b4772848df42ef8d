/* Seconds, as users write them, to nanoseconds, as the loop counts them. */
#ifndef CORUN_DURATION_H
#define CORUN_DURATION_H

#include <stdint.h>

/* Gives `from` plus `seconds`, rounded up, within what an int64_t holds; the last of them is never.
 * `seconds` is a number. */
static inline int64_t time_after(int64_t from, double seconds)
{
    double ns = seconds * 1e9;
    int64_t whole;
    if (ns >= 9.2e18)
        return INT64_MAX;
    if (ns <= -9.2e18)
        return INT64_MIN;
    whole = (int64_t)ns;
    whole += (double)whole < ns;
    if (whole > 0 && from > INT64_MAX - whole)
        return INT64_MAX;
    if (whole < 0 && from < INT64_MIN - whole)
        return INT64_MIN;
    return from + whole;
}

#endif

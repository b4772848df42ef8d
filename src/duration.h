/* Seconds, as users write them, to nanoseconds, as the loop counts them. */
#ifndef CORUN_DURATION_H
#define CORUN_DURATION_H

#include <stdint.h>

/* Gives `from`, a reading of the clock, plus `seconds`, rounded up; what an int64_t hardly holds is never.
 * `seconds` is a number. */
static inline int64_t time_after(int64_t from, double seconds)
{
    double ns = seconds * 1e9;
    int64_t whole;
    if (ns <= -9.2e18)
        return INT64_MIN;
    if (ns >= 9.2e18 - (double)from)
        return INT64_MAX;
    whole = (int64_t)ns;
    return from + whole + ((double)whole < ns);
}

#endif

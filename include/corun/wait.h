/* Waiting for time, for the next round, and for ever. */
#ifndef CORUN_WAIT_H
#define CORUN_WAIT_H

#include "corun/awaitable.h"

#ifdef __cplusplus
extern "C" {
#endif

CORUN_API extern const corun_awaitable_type corun_sleep_type_, corun_yield_type_, corun_forever_type_;

/* Waits `seconds`, never less. 0 and below let every other ready task run once. An infinite time
 * waits until cancelled. Awaiting it fails with CORUN_INVALID_DELAY for NaN, -ENOMEM without memory
 * for the timer.
 *
 *   asyncio  asyncio.sleep, T14 L3
 */
static inline corun_awaitable corun_sleep(double seconds)
{
    corun_awaitable made = {&corun_sleep_type_, NULL, {0}, 0};
    made.seconds = seconds;
    return made;
}

/* Lets every other ready task run once.
 *
 *   asyncio  sleep(0), T14
 */
static inline corun_awaitable corun_yield(void)
{
    return corun_awaitable_of(&corun_yield_type_, NULL);
}

/* Waits until cancelled, on purpose: it is no deadlock to wait for Ctrl-C. */
static inline corun_awaitable corun_forever(void)
{
    return corun_awaitable_of(&corun_forever_type_, NULL);
}

#ifdef __cplusplus
}
#endif
#endif

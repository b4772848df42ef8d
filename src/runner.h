/* The runner: what its two halves, running and closing, share. */
#ifndef CORUN_RUNNER_INTERNAL_H
#define CORUN_RUNNER_INTERNAL_H

#include "corun/runner.h"
#include "internal.h"

/* From, event, to:
 *   CREATED      the loop is made           INITIALIZED
 *   INITIALIZED  a main starts              RUNNING
 *   RUNNING      it has ended               INITIALIZED
 *   INITIALIZED  close begins               CLOSING
 *   CLOSING      nothing is left            CLOSED
 */
enum runner_state { RUNNER_CREATED, RUNNER_INITIALIZED, RUNNER_RUNNING, RUNNER_CLOSING, RUNNER_CLOSED };

CORUN_INTERNAL void runner_set_state(corun_runner *runner, enum runner_state state);
CORUN_INTERNAL int runner_initialize(corun_runner *runner);
/* Forgets the value and the failure of the latest run. */
CORUN_INTERNAL void runner_clear_result(corun_runner *runner);
/* Has the host's interrupts delivered to this runner's loop. */
CORUN_INTERNAL void runner_take_interrupts(corun_runner *runner);
/* Ends that, when the rounds have ended with `rc`. An interrupt that came too late to be seen before a step is not lost
 * (B47): returns what the rounds have ended with now. */
CORUN_INTERNAL int runner_leave_interrupts(corun_runner *runner, int rc);

#endif

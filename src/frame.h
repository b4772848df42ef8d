/* Frames on a task's stack. */
#ifndef CORUN_FRAME_H
#define CORUN_FRAME_H

/* Where a frame stands.
 *   NEW       first step                       BODY
 *   BODY      an exit, with a CORUN_TRY open   CLEANUP
 *   BODY      an exit without                  gone
 *   CLEANUP   its end, a return, a raise       gone
 * An await may set the bit of BODY without looking: it changes nothing in CLEANUP.
 */
enum frame_state { FRAME_NEW = 0, FRAME_BODY = 1, FRAME_CLEANUP = 3 };

/* Beside the mode of a frame's await: bytes of the result before are held until it has ended. */
enum { FRAME_HOLDS_BYTES = 4 };

#endif

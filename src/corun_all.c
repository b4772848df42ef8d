/* The whole library but its hosts in one file: every internal function is static, so that no name can
 * clash with a user's. hosts/NAME/all.c includes this and its own files. */
#if !defined(CORUN_ONE_FILE)
#define CORUN_ONE_FILE 1
#endif

#include "internal.h"

#include "memory.c"
#include "text.c"
#include "error.c"
#include "failure.c"
#include "timer.c"
#include "backend.c"
#include "interrupt.c"
#include "context.c"
#include "loop.c"
#include "drive.c"
#include "call.c"
#include "standing.c"
#include "signal.c"
#include "future.c"
#include "frame.c"
#include "coroutine.c"
#include "generator.c"
#include "task.c"
#include "cancel.c"
#include "sleep.c"
#include "spawn.c"
#include "executor.c"
#include "shutdown.c"
#include "watch.c"
#include "reader.c"
#include "report.c"
#include "inspect.c"
#include "complete.c"
#include "runner.c"
#include "close.c"
#include "main.c"

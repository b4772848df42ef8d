/* Generators: what the parts that run them share. */
#ifndef CORUN_GENERATOR_INTERNAL_H
#define CORUN_GENERATOR_INTERNAL_H

#include "corun/generator.h"
#include "internal.h"

/* The generator's own frame has gone; the task's outcome is what it came to. */
CORUN_INTERNAL void generator_ended(corun_task *task, corun_generator *generator);
/* What ends with the generator's own frame. */
CORUN_INTERNAL struct kept **generator_kept(corun_generator *generator);
/* Drops what is suspended on a loop that is closed by hand. */
CORUN_INTERNAL void generators_abandon(corun_loop *loop);
/* Spawns a task for each generator of the loop that is not done, which closes it. */
CORUN_INTERNAL void generators_close(corun_loop *loop);

#endif

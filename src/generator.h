/* Generators: what the parts that run them share. */
#ifndef CORUN_GENERATOR_INTERNAL_H
#define CORUN_GENERATOR_INTERNAL_H

#include "corun/generator.h"
#include "internal.h"

struct generators_use {
    /* Spawns a task for each generator of the loop that is not done, which closes it; tells of one that has failed. */
    void (*close)(corun_loop *loop);
    void (*report)(corun_loop *loop, corun_task *task);
    /* Drops what is suspended on a loop that is closed by hand. */
    void (*abandon)(corun_loop *loop);
};

#endif

/* What the files of the kit have in common. */
#ifndef KIT_H
#define KIT_H

#include <corun.h>
#include <stdlib.h>

#define ENTRY_ASYNC(name, locals) CORUN_ASYNC(name, (int argc; char **argv;), locals)

static inline int number(int argc, char **argv, int otherwise)
{
    return argc > 1 ? atoi(argv[1]) : otherwise;
}

#endif

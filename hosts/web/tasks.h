/* The tasks, described for the driver. */
#ifndef HOSTS_WEB_TASKS_H
#define HOSTS_WEB_TASKS_H

#include "hosts/host.h"

/* Describes the tasks of a loop, none of NULL, in a block that free() takes; NULL without memory. */
CORUN_INTERNAL struct turn_tasks *tasks_describe(corun_loop *loop);

#endif

/* What is in a queue, and in which order it comes out. */
#ifndef CORUN_ITEMS_H
#define CORUN_ITEMS_H

#include "corun/queue.h"
#include "internal.h"

/* Makes room for one more. Returns 0 or -ENOMEM. */
CORUN_INTERNAL int items_reserve(corun_queue *queue);
/* Puts one in, where there is room; takes the next one out, where there is one. */
CORUN_INTERNAL void items_put(corun_queue *queue, corun_value item);
CORUN_INTERNAL corun_value items_take(corun_queue *queue);

#endif

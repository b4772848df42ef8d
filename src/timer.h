/* Entries: what stands in the ready queue or in the timer heap. Timers: the heap. */
#ifndef CORUN_TIMER_H
#define CORUN_TIMER_H

#include "internal.h"
#include "list.h"

/* In the ready queue, or in a ring of waiters, `link` is valid; in the heap `timer` is; never both. An entry that may
 * be asked about while it stands nowhere has `link.next` NULL then; its owner sees to that when it runs.
 * `run` is called when the entry's turn in the ready queue has come, after it was taken out. */
struct entry {
    union {
        struct list link;
        struct {
            uint64_t number; /* the order of arming, which breaks ties */
            uint32_t index;  /* the place in the heap */
        } timer;
    };
    void (*run)(struct entry *entry);
};

struct timer_slot {
    int64_t deadline;
    struct entry *entry;
};

/* All zero is an empty heap. */
struct timers {
    struct timer_slot *slots;
    uint32_t count, capacity;
    uint64_t armed; /* how many ever were */
};

/* Arms `entry` for a deadline. Returns 0 or -ENOMEM. */
CORUN_INTERNAL int timer_arm(struct timers *timers, struct entry *entry, int64_t deadline);
/* Disarms it. Returns whether it was armed: an entry that is not in the heap is left alone. */
CORUN_INTERNAL bool timer_disarm(struct timers *timers, struct entry *entry);
/* Takes out the first timer that is due at `now`, or NULL. */
CORUN_INTERNAL struct entry *timer_take_due(struct timers *timers, int64_t now);
/* Gives the earliest deadline, INT64_MAX without timers. */
CORUN_INTERNAL int64_t timer_next(const struct timers *timers);
CORUN_INTERNAL void timers_free(struct timers *timers);

#endif

/* What an epoll instance watches.
 *
 * The kernel keeps a registration until the last copy of its open file is closed, not until the number is. After a
 * dup() or a fork, closing a descriptor leaves one behind that can no longer be named, reports for ever, and
 * would be taken for the next file under that number. So each registration carries a count of how often its
 * number has been used; an event with an old one shows that one was left behind, and the instance is made
 * anew. Whoever waits for the loop from outside is given an instance around this one, which stays.
 */
#include "native.h"

#if HAS_LINUX

#include "epoll_set.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { FIRST_REGISTRATIONS = 16 };

static uint64_t data_of(const struct epoll_set *set, int fd)
{
    return (uint64_t)set->table[fd].uses << 32 | (uint32_t)fd;
}

static int control(const struct epoll_set *set, int operation, int fd)
{
    struct epoll_event event = {.events = set->table[fd].events, .data.u64 = data_of(set, fd)};
    return epoll_ctl(set->epoll, operation, fd, &event) == 0 ? 0 : -errno;
}

static int add_plainly(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = EPOLL_SET_WAKE};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0 ? 0 : -errno;
}

/* Gives a new instance that watches the wake descriptor, or an error. */
static int create_instance(int wake)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC), rc;
    if (epoll < 0)
        return -errno;
    rc = add_plainly(epoll, wake);
    if (rc < 0)
        close(epoll);
    return rc < 0 ? rc : epoll;
}

int epoll_set_open(struct epoll_set *set, int wake)
{
    int epoll = create_instance(wake);
    *set = (struct epoll_set){.epoll = epoll, .outer = -1, .wake = wake};
    return epoll < 0 ? epoll : 0;
}

void epoll_set_close(struct epoll_set *set)
{
    close(set->epoll);
    if (set->outer >= 0)
        close(set->outer);
    memory_release(set->table);
}

static int grow_registrations(struct epoll_set *set, int fd)
{
    int capacity = set->capacity ? set->capacity : FIRST_REGISTRATIONS;
    struct registration *table;
    while (capacity <= fd)
        capacity *= 2;
    table = memory_resize(set->table, (size_t)capacity * sizeof *table);
    if (!table)
        return -ENOMEM;
    memset(table + set->capacity, 0, (size_t)(capacity - set->capacity) * sizeof *table);
    set->table = table;
    set->capacity = capacity;
    return 0;
}

int epoll_set_watch(struct epoll_set *set, int fd, uint32_t events, struct watch *watch)
{
    struct registration *registration;
    int rc = fd < set->capacity ? 0 : grow_registrations(set, fd);
    if (rc < 0)
        return rc;
    registration = &set->table[fd];
    registration->events = events;
    registration->watch = watch;
    /* Changing comes first: most registrations are kept ones. A number that was closed and opened anew has
     * none. */
    rc = control(set, EPOLL_CTL_MOD, fd);
    if (rc == -ENOENT) {
        registration->uses++;
        rc = control(set, EPOLL_CTL_ADD, fd);
    }
    if (rc < 0)
        registration->watch = NULL;
    return rc;
}

void epoll_set_unwatch(struct epoll_set *set, int fd)
{
    if (fd >= set->capacity || !set->table[fd].watch)
        return;
    (void)control(set, EPOLL_CTL_DEL, fd); /* its owner may have closed it */
    set->table[fd].watch = NULL;
    set->table[fd].uses++;
}

struct watch *epoll_set_find(const struct epoll_set *set, uint64_t data)
{
    int fd = (int)(uint32_t)data;
    return fd >= 0 && fd < set->capacity && data_of(set, fd) == data ? set->table[fd].watch : NULL;
}

/* Without a descriptor to spare what was left behind goes on reporting: it is tried again at the next event. */
void epoll_set_renew(struct epoll_set *set)
{
    int epoll = create_instance(set->wake);
    if (epoll < 0)
        return;
    close(set->epoll); /* which takes it out of the outer one, too */
    set->epoll = epoll;
    for (int fd = 0; fd < set->capacity; fd++)
        if (set->table[fd].watch)
            (void)control(set, EPOLL_CTL_ADD, fd);
    if (set->outer >= 0)
        (void)add_plainly(set->outer, epoll);
}

int epoll_set_outer(struct epoll_set *set)
{
    int rc;
    if (set->outer >= 0)
        return set->outer;
    set->outer = epoll_create1(EPOLL_CLOEXEC);
    if (set->outer < 0)
        return -errno;
    rc = add_plainly(set->outer, set->epoll);
    if (rc < 0) {
        close(set->outer);
        set->outer = -1;
    }
    return rc < 0 ? rc : set->outer;
}

#endif

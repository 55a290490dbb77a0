#define _GNU_SOURCE
#include "csterna.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

_Static_assert(STERNA_READABLE == EPOLLIN && STERNA_WRITABLE == EPOLLOUT, "the kernel's values");
_Static_assert(STERNA_FAILED == EPOLLERR && STERNA_HUNG_UP == EPOLLHUP, "the kernel's values");

int sterna_epoll_create(void)
{
    int epoll = epoll_create1(EPOLL_CLOEXEC);
    return epoll < 0 ? -errno : epoll;
}

static int control(int epoll, int operation, int fd, uint32_t events, uint64_t token)
{
    struct epoll_event event = {.events = events, .data.u64 = token};
    return epoll_ctl(epoll, operation, fd, &event) != 0 ? -errno : 0;
}

int sterna_epoll_add(int epoll, int fd, uint32_t events, uint64_t token)
{
    return control(epoll, EPOLL_CTL_ADD, fd, events, token);
}

int sterna_epoll_change(int epoll, int fd, uint32_t events, uint64_t token)
{
    return control(epoll, EPOLL_CTL_MOD, fd, events, token);
}

int sterna_epoll_remove(int epoll, int fd)
{
    return control(epoll, EPOLL_CTL_DEL, fd, 0, 0);
}

static int unpack(const struct epoll_event *raw, int count, struct sterna_event *events)
{
    if (count < 0)
        return -errno;
    for (int index = 0; index < count; index++) {
        events[index].token = raw[index].data.u64;
        events[index].events = raw[index].events;
    }
    return count;
}

int sterna_epoll_wait(int epoll, struct sterna_event *events, int milliseconds)
{
    struct epoll_event raw[STERNA_EVENTS];
    return unpack(raw, epoll_wait(epoll, raw, STERNA_EVENTS, milliseconds), events);
}

int sterna_epoll_wait_briefly(int epoll, struct sterna_event *events, unsigned int microseconds)
{
    struct epoll_event raw[STERNA_EVENTS];
    struct timespec time = {.tv_nsec = (long)(microseconds % 1000000) * 1000};
    int count = epoll_pwait2(epoll, raw, STERNA_EVENTS, &time, NULL);
    if (count < 0 && errno == ENOSYS)
        count = epoll_wait(epoll, raw, STERNA_EVENTS, 0);
    return unpack(raw, count, events);
}

int sterna_eventfd(void)
{
    int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

void sterna_eventfd_signal(int fd)
{
    uint64_t one = 1;
    int saved = errno;
    /* It fails only when the counter is near 2^64: whoever waits is awake then. */
    if (write(fd, &one, sizeof one) < 0)
        errno = saved;
}

void sterna_eventfd_clear(int fd)
{
    uint64_t count;
    int saved = errno;
    /* It fails with EAGAIN when the counter is zero already. */
    if (read(fd, &count, sizeof count) < 0)
        errno = saved;
}

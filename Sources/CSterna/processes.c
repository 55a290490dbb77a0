#define _GNU_SOURCE
#include <spawn.h>
#include "csterna.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(_Generic((pthread_t)0, sterna_thread: 1, default: 0), "the system's type");
_Static_assert(STERNA_WAKE_SIGNAL == SIGUSR1, "the system's value");

int sterna_memfd_create(const char *name)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return fd < 0 ? -errno : fd;
}

int sterna_memfd_forbid_shrinking(int fd)
{
    return fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_SEAL) < 0 ? -errno : 0;
}

static void do_nothing(int signal)
{
    (void)signal;
}

int sterna_prepare_wake_signal(void)
{
    /* Without SA_RESTART: a system call that was blocked returns EINTR. */
    struct sigaction action = {.sa_handler = do_nothing};
    return sigaction(STERNA_WAKE_SIGNAL, &action, NULL) != 0 ? -errno : 0;
}

int sterna_start_thread(sterna_thread *thread, void *(*body)(void *), void *argument)
{
    static const int own[] = {
        STERNA_WAKE_SIGNAL, SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT, SIGSYS, SIGPROF,
    };
    sigset_t blocked, before;
    sigfillset(&blocked);
    for (size_t index = 0; index < sizeof own / sizeof own[0]; index++)
        sigdelset(&blocked, own[index]);

    /* A thread inherits the mask of the one that makes it. */
    int failed = pthread_sigmask(SIG_SETMASK, &blocked, &before);
    if (failed)
        return -failed;
    failed = pthread_create(thread, NULL, body, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return -failed;
}

int sterna_wake_thread(sterna_thread thread)
{
    return -pthread_kill(thread, STERNA_WAKE_SIGNAL);
}

int sterna_join_thread(sterna_thread thread)
{
    return -pthread_join(thread, NULL);
}

void sterna_set_thread_name(const char *name)
{
    char cut[16] = {0};
    strncpy(cut, name, sizeof cut - 1);
    pthread_setname_np(pthread_self(), cut);
}

int sterna_pin_thread(unsigned int processor)
{
    cpu_set_t set;
    if (processor >= CPU_SETSIZE)
        return -EINVAL;
    CPU_ZERO(&set);
    CPU_SET(processor, &set);
    return -pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

int sterna_nth_processor(unsigned int index)
{
    cpu_set_t set;
    int failed = pthread_getaffinity_np(pthread_self(), sizeof set, &set);
    if (failed != 0)
        return -failed;
    unsigned int wanted = index % (unsigned int)CPU_COUNT(&set);
    for (int processor = 0; processor < CPU_SETSIZE; processor++) {
        if (CPU_ISSET(processor, &set) && wanted-- == 0)
            return processor;
    }
    return -EINVAL;
}

void sterna_set_timer_slack(unsigned long nanoseconds)
{
    prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0);
}

int sterna_forbid_new_privileges(void)
{
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ? -errno : 0;
}

int sterna_signal_on_parent_exit(int signal)
{
    return prctl(PR_SET_PDEATHSIG, (unsigned long)signal, 0, 0, 0) != 0 ? -errno : 0;
}

int sterna_pidfd_open(int process)
{
    /* The kernel closes it on exec by itself. */
    long fd = syscall(SYS_pidfd_open, process, 0);
    return fd < 0 ? -errno : (int)fd;
}

int sterna_pidfd_signal(int pidfd, int signal)
{
    return syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) != 0 ? -errno : 0;
}

int sterna_spawn_close_from(void *actions, int first) {
    return -posix_spawn_file_actions_addclosefrom_np(actions, first);
}

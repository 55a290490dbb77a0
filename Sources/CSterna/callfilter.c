#define _GNU_SOURCE
#include "csterna.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

/* The system calls of a process that has its sockets and its memory, and only answers.
 *
 * Three outcomes beside "allowed". A call that is newer than this list says ENOSYS: the C library
 * then uses an older one that does the same. A call in the instruction set of another machine ends
 * the process: no compiler makes one. Any other is refused with EPERM and named on standard error,
 * once for each number: a C library with habits that we do not know must not take answering down,
 * and what it wanted must be seen. SECCOMP_RET_TRAP does that: the kernel skips the call and sends
 * SIGSYS, whose handler writes the line and puts the error where the call returns its result. */

#if defined(__x86_64__)
#define MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__) && defined(__LITTLE_ENDIAN__) || defined(__AARCH64EL__)
#define MACHINE AUDIT_ARCH_AARCH64
#endif

#ifdef MACHINE

/* The newest call of Linux 6.1, the oldest kernel that the list was made with. */
enum { newest_call = 450 };

#define LOAD(offset) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (offset))
#define LOAD_NUMBER LOAD(offsetof(struct seccomp_data, nr))
/* The lower half: all arguments that are looked at fit into it, on a little-endian machine. */
#define LOAD_ARGUMENT(index) LOAD(offsetof(struct seccomp_data, args[index]))
#define RETURN(value) BPF_STMT(BPF_RET | BPF_K, (value))
#define ALLOWED RETURN(SECCOMP_RET_ALLOW)
#define REFUSED RETURN(SECCOMP_RET_TRAP | EPERM)
#define UNKNOWN RETURN(SECCOMP_RET_ERRNO | ENOSYS)
/* Goes on if the loaded word is `value`, or else leaves `count` instructions out. */
#define UNLESS_EQUAL_SKIP(value, count) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, (count))
#define ALLOW(name) UNLESS_EQUAL_SKIP(__NR_##name, 1), ALLOWED
/* Allowed if none of some bits of an argument is set. */
#define ALLOW_WITHOUT(name, index, bits)                                                           \
    UNLESS_EQUAL_SKIP(__NR_##name, 4), LOAD_ARGUMENT(index),                                       \
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (bits), 1, 0), ALLOWED, REFUSED
/* Allowed if an argument has one of two values. */
#define ALLOW_EITHER(name, index, first, second)                                                   \
    UNLESS_EQUAL_SKIP(__NR_##name, 5), LOAD_ARGUMENT(index),                                       \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (first), 1, 0), UNLESS_EQUAL_SKIP((second), 1),        \
        ALLOWED, REFUSED

/* Allowed if an argument is one of some successive values. */
#define ALLOW_RANGE(name, index, first, last)                                                      \
    UNLESS_EQUAL_SKIP(__NR_##name, 5), LOAD_ARGUMENT(index),                                       \
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (first), 0, 1),                                        \
        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (last), 0, 1), REFUSED, ALLOWED
/* Allowed if an argument has a value. */
#define ALLOW_ONLY(name, index, value)                                                             \
    UNLESS_EQUAL_SKIP(__NR_##name, 4), LOAD_ARGUMENT(index), UNLESS_EQUAL_SKIP((value), 1),        \
        ALLOWED, REFUSED

/* What a file may be opened for: reading, and nothing that makes or changes one. */
#define WRITING (O_ACCMODE | O_CREAT | O_TRUNC | O_APPEND | (O_TMPFILE & ~O_DIRECTORY))

_Static_assert(F_GETFD == 1 && F_SETFD == 2 && F_GETFL == 3 && F_SETFL == 4, "successive");

static int install(void)
{
    const unsigned int self = (unsigned int)getpid();
    struct sock_filter program[] = {
        LOAD(offsetof(struct seccomp_data, arch)),
        UNLESS_EQUAL_SKIP(MACHINE, 1),
        BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
        RETURN(SECCOMP_RET_KILL_PROCESS),
        LOAD_NUMBER,

        /* Datagrams, and the control process. */
        ALLOW(recvmmsg), ALLOW(sendmmsg), ALLOW(recvmsg), ALLOW(sendmsg),
        ALLOW(recvfrom), ALLOW(sendto),
        /* Connections. */
        ALLOW(accept), ALLOW(accept4), ALLOW(read), ALLOW(write), ALLOW(readv), ALLOW(writev),
        ALLOW(shutdown), ALLOW(close), ALLOW(getsockname), ALLOW(getpeername),
        ALLOW(getsockopt), ALLOW(setsockopt),
        /* Waiting. */
        ALLOW(epoll_create1), ALLOW(epoll_ctl), ALLOW(epoll_pwait), ALLOW(ppoll), ALLOW(eventfd2),
#ifdef __NR_epoll_pwait2
        ALLOW(epoll_pwait2),
#endif
#ifdef __NR_epoll_wait
        ALLOW(epoll_wait),
#endif
#ifdef __NR_poll
        ALLOW(poll),
#endif
        ALLOW(futex), ALLOW(nanosleep), ALLOW(clock_nanosleep), ALLOW(restart_syscall),
        ALLOW(sched_yield),
        /* Clocks, where the kernel cannot answer without a call. */
        ALLOW(clock_gettime), ALLOW(clock_getres), ALLOW(gettimeofday),
#ifdef __NR_time
        ALLOW(time),
#endif
        ALLOW(getrandom),
        /* Memory, but none that can be run. */
        ALLOW(brk), ALLOW(munmap), ALLOW(mremap), ALLOW(madvise),
        /* Images that come later are looked at and mapped. */
        ALLOW(fstat), ALLOW(newfstatat), ALLOW(statx),
        /* Threads and signals. */
        ALLOW(set_robust_list), ALLOW(rseq), ALLOW(set_tid_address),
        ALLOW(sched_getaffinity), ALLOW(sched_setaffinity), ALLOW(getcpu),
        ALLOW(rt_sigaction), ALLOW(rt_sigprocmask), ALLOW(rt_sigreturn), ALLOW(sigaltstack),
        ALLOW(getpid), ALLOW(gettid), ALLOW(exit), ALLOW(exit_group),

        ALLOW_WITHOUT(mmap, 2, PROT_EXEC),
        ALLOW_WITHOUT(mprotect, 2, PROT_EXEC),
        ALLOW_WITHOUT(openat, 2, WRITING),
        ALLOW_RANGE(fcntl, 1, F_GETFD, F_SETFL),
        ALLOW_EITHER(prctl, 0, PR_SET_NAME, PR_SET_TIMERSLACK),
        ALLOW_ONLY(tgkill, 0, self),
        /* Threads, not processes. The flags of clone3 lie in memory, where they cannot be seen. No
         * signal where a process was wanted: the C library has them all blocked then, and one that
         * is blocked would end this process. */
        UNLESS_EQUAL_SKIP(__NR_clone3, 1),
        UNKNOWN,
        UNLESS_EQUAL_SKIP(__NR_clone, 4),
        LOAD_ARGUMENT(0),
        BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_THREAD, 0, 1),
        ALLOWED,
        RETURN(SECCOMP_RET_ERRNO | EPERM),

        BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, newest_call, 0, 1),
        UNKNOWN,
        REFUSED,
    };
    struct sock_fprog filter = {
        .len = sizeof program / sizeof program[0],
        .filter = program,
    };
    /* A filter must not slow down what speculates: it holds a process that runs no foreign code. */
    if (syscall(
            __NR_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &filter) == 0)
        return 0;
    if (errno != EINVAL)
        return -errno;
    return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0 ? -errno : 0;
}

/* Which calls were named already, one bit each: all that this file remembers. */
static uint64_t named[(newest_call + 64) / 64];

static void name_once(unsigned int number)
{
    static const char words[] = "sterna-answer: denied system call ";
    char line[sizeof words + 12];
    size_t length = 0;
    const uint64_t bit = UINT64_C(1) << (number % 64);
    if (number > newest_call
        || __atomic_fetch_or(&named[number / 64], bit, __ATOMIC_RELAXED) & bit)
        return;
    for (; words[length]; length++)
        line[length] = words[length];
    for (unsigned int unit = 100; unit > 0; unit /= 10)
        if (number >= unit || unit == 1)
            line[length++] = (char)('0' + number / unit % 10);
    line[length++] = '\n';
    /* Nobody may be reading any more. */
    if (write(STDERR_FILENO, line, length) < 0)
        return;
}

/* The code of a SIGSYS that a filter sent; the C library has no name for it. */
enum { sent_by_filter = 1 };

static void refuse(int signal, siginfo_t *info, void *interrupted)
{
    ucontext_t *context = interrupted;
    (void)signal;
    if (info->si_code != sent_by_filter)
        return;
    int saved = errno;
    name_once((unsigned int)info->si_syscall);
    errno = saved;
#if defined(__x86_64__)
    context->uc_mcontext.gregs[REG_RAX] = -EPERM;
#else
    context->uc_mcontext.regs[0] = (unsigned long long)-EPERM;
#endif
}

int sterna_restrict_calls(void)
{
    struct sigaction action = {.sa_sigaction = refuse, .sa_flags = SA_SIGINFO};
    if (sigaction(SIGSYS, &action, NULL) != 0)
        return -errno;
    return install();
}

#else

int sterna_restrict_calls(void)
{
    return -ENOSYS;
}

#endif

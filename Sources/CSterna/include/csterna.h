/* System calls that Swift's Glibc module does not show, under names of our own.
 *
 * This header includes nothing of the system but the two below, and defines no _GNU_SOURCE: Swift
 * would take whatever it includes for declarations of this module, and find them missing, or
 * different, in Glibc. The sources include what they need, and check that the layouts are the same.
 *
 * Unless said otherwise a call returns what the system call returns, or minus its errno.
 * No function allocates, and none keeps state but the handler behind sterna_restrict_calls. */
#ifndef CSTERNA_H
#define CSTERNA_H

#include <stddef.h>
#include <stdint.h>

/* ---- Datagrams ---- */

/* A part of a message in memory: struct iovec. */
struct sterna_vector {
    void *base;
    size_t length;
};

/* One message of a batch: struct mmsghdr. */
struct sterna_message {
    void *name;
    unsigned int name_length;
    struct sterna_vector *vectors;
    size_t vector_count;
    void *control;
    size_t control_length;
    int flags;
    int padding;
    /* How many bytes were received or sent. */
    unsigned int length;
};

/* Room for one IP_PKTINFO or IPV6_PKTINFO control message, with some to spare. */
#define STERNA_CONTROL_BYTES 64
/* Room for a socket address of IPv4 or IPv6. */
#define STERNA_NAME_BYTES 32

/* Receives up to `count` messages: blocks for the first one only, or not at all if `wait` is 0. */
int sterna_recvmmsg(int fd, struct sterna_message *messages, unsigned int count, int wait);
/* Sends messages and returns how many left. A batch may be cut short: call again for the rest. */
int sterna_sendmmsg(int fd, struct sterna_message *messages, unsigned int count, int wait);

/* Asks for the address each datagram was sent to, to be read with sterna_get_destination. */
int sterna_want_destination(int fd, int family);
/* Reads the local address that a datagram was sent to: 4 or 16 bytes, network byte order.
 * Returns how many bytes were written; 0 if the message does not say. */
size_t sterna_get_destination(struct sterna_message *message, void *address);
/* Turns a received message's control data into that of its reply: the reply leaves from the address
 * that was asked. The interface is left to routing, but for link-local IPv6 addresses. Returns the
 * length of the control data, which stays where it was; 0 if the kernel is to choose the source. */
size_t sterna_reply_from_destination(struct sterna_message *message);

/* ---- Sockets ---- */

/* Sets socket options for a DNS server that the C library hides or names by family; best effort:
 * answers leave without regard to path MTU discovery, so that forged ICMP cannot shrink them. */
void sterna_ignore_path_mtu(int fd, int family);
/* Sets the receive and the send buffer, beyond the system's limit where that is permitted. */
void sterna_set_buffers(int fd, int receive_bytes, int send_bytes);
/* Sets for how long a receive looks at the network device before it sleeps; best effort. */
void sterna_set_busy_poll(int fd, int microseconds);
/* Allows queries in the SYN of up to `queue` waiting connections (RFC 7413); best effort. */
void sterna_allow_fast_open(int fd, int queue);
/* Sends small segments at once. */
void sterna_set_no_delay(int fd);
/* Makes an IPv6 socket leave IPv4 alone. */
int sterna_set_v6_only(int fd);
/* Sets or clears O_NONBLOCK. */
int sterna_set_nonblocking(int fd, int on);
/* Accepts a connection, non-blocking and closed on exec; `name` has STERNA_NAME_BYTES. */
int sterna_accept(int fd, void *name);

/* Sends bytes and open files over a Unix socket; repeats after EINTR. */
ptrdiff_t sterna_send_fds(int fd, const void *bytes, size_t count, const int *fds, size_t fd_count);
/* Receives bytes and open files (closed on exec). Files beyond `fd_capacity` are closed and the
 * call fails with EMSGSIZE. Returns the number of bytes; 0 when the peer is gone. */
ptrdiff_t sterna_recv_fds(
    int fd, void *bytes, size_t capacity, int *fds, size_t fd_capacity, size_t *fd_count);

/* ---- Waiting ---- */

/* What happened to a file: epoll_event without its packing. */
struct sterna_event {
    uint64_t token;
    uint32_t events;
};

#define STERNA_READABLE 0x001u
#define STERNA_WRITABLE 0x004u
#define STERNA_FAILED 0x008u
#define STERNA_HUNG_UP 0x010u

/* At most this many events come from one sterna_epoll_wait. */
#define STERNA_EVENTS 64

int sterna_epoll_create(void);
int sterna_epoll_add(int epoll, int fd, uint32_t events, uint64_t token);
int sterna_epoll_change(int epoll, int fd, uint32_t events, uint64_t token);
int sterna_epoll_remove(int epoll, int fd);
/* Waits for up to STERNA_EVENTS events; milliseconds -1: for ever. */
int sterna_epoll_wait(int epoll, struct sterna_event *events, int milliseconds);
/* The same for less than a millisecond; where the kernel cannot wait that short, it does not wait. */
int sterna_epoll_wait_briefly(int epoll, struct sterna_event *events, unsigned int microseconds);

/* A counter to wake an epoll loop with: non-blocking, closed on exec. */
int sterna_eventfd(void);
/* Wakes whoever waits for the counter; async-signal-safe. */
void sterna_eventfd_signal(int fd);
/* Sets the counter back to zero. */
void sterna_eventfd_clear(int fd);

/* ---- Memory ---- */

/* Makes an anonymous file of shared memory, closed on exec, that can be sealed. */
int sterna_memfd_create(const char *name);
/* Forbids that the file ever shrinks, so that no reader of a mapping can be killed by SIGBUS. */
int sterna_memfd_forbid_shrinking(int fd);

/* Asks for the cache line of an address, which may be any: it is a hint, and never fails. */
static inline void sterna_prefetch(const void *address)
{
    __builtin_prefetch(address);
}

/* ---- Threads and processes ---- */

/* The signal that makes a blocked worker look at its stop flag. */
#define STERNA_WAKE_SIGNAL 10

/* Gives STERNA_WAKE_SIGNAL a handler that does nothing but interrupt system calls. */
int sterna_prepare_wake_signal(void);
/* A thread: pthread_t. */
typedef unsigned long sterna_thread;

/* Starts a thread that handles no signal but STERNA_WAKE_SIGNAL and its own faults. */
int sterna_start_thread(sterna_thread *thread, void *(*body)(void *), void *argument);
/* Interrupts the system call that a thread is blocked in. */
int sterna_wake_thread(sterna_thread thread);
/* Waits until a thread has ended. */
int sterna_join_thread(sterna_thread thread);
/* Names the calling thread; only the first 15 bytes count. */
void sterna_set_thread_name(const char *name);
/* Keeps the calling thread on one processor. */
int sterna_pin_thread(unsigned int processor);
/* The processor that comes at `index` among those which the calling thread may use, counted round and
 * round. */
int sterna_nth_processor(unsigned int index);
/* How far the kernel may put off the calling thread's timers; 50 microseconds unless set. */
void sterna_set_timer_slack(unsigned long nanoseconds);
/* Forbids that this process or a child ever gains privileges by exec. */
int sterna_forbid_new_privileges(void);

/* ---- Confinement ---- */

/* What these take away, they take from the calling thread and from the threads and programs that it
 * starts afterwards, for good. Each works without the others, but for the last two, which need
 * sterna_forbid_new_privileges first. */

/* Gives up all capabilities; user 0 is then a user like any other. */
int sterna_drop_capabilities(void);
/* Leaves nothing of the file system but reading the files below `folder`, an open folder (Landlock).
 * Files that are open stay so. Returns the version of Landlock, from which 4 on no TCP connection can
 * be made either. */
int sterna_restrict_files(int folder);
/* Refuses every system call that answering does not need, with EPERM and a line on standard error
 * (seccomp). ENOSYS: the calls of this machine are not known here. */
int sterna_restrict_calls(void);

/* ---- Other processes ---- */

/* Asks for a signal when the parent process ends. */
int sterna_signal_on_parent_exit(int signal);
/* Lets a process to be spawned inherit no file from `first` on; `actions` is a
 * posix_spawn_file_actions_t. */
int sterna_spawn_close_from(void *actions, int first);
/* A file that becomes readable when the process ends, closed on exec. */
int sterna_pidfd_open(int process);
/* Sends a signal to the very process that the file stands for, even if its number is used again. */
int sterna_pidfd_signal(int pidfd, int signal);

#endif

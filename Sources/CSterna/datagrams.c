#define _GNU_SOURCE
#include "csterna.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* The layouts of the header are the system's. */
#define SAME(ours, our_field, theirs, their_field)                                                 \
    _Static_assert(                                                                                \
        offsetof(struct ours, our_field) == offsetof(struct theirs, their_field)                   \
            && sizeof(((struct ours *)0)->our_field) == sizeof(((struct theirs *)0)->their_field), \
        #our_field)
_Static_assert(sizeof(struct sterna_vector) == sizeof(struct iovec), "same size");
SAME(sterna_vector, base, iovec, iov_base);
SAME(sterna_vector, length, iovec, iov_len);
_Static_assert(sizeof(struct sterna_message) == sizeof(struct mmsghdr), "same size");
SAME(sterna_message, name, mmsghdr, msg_hdr.msg_name);
SAME(sterna_message, name_length, mmsghdr, msg_hdr.msg_namelen);
SAME(sterna_message, vectors, mmsghdr, msg_hdr.msg_iov);
SAME(sterna_message, vector_count, mmsghdr, msg_hdr.msg_iovlen);
SAME(sterna_message, control, mmsghdr, msg_hdr.msg_control);
SAME(sterna_message, control_length, mmsghdr, msg_hdr.msg_controllen);
SAME(sterna_message, flags, mmsghdr, msg_hdr.msg_flags);
SAME(sterna_message, length, mmsghdr, msg_len);

_Static_assert(
    CMSG_SPACE(sizeof(struct in_pktinfo)) <= STERNA_CONTROL_BYTES
        && CMSG_SPACE(sizeof(struct in6_pktinfo)) <= STERNA_CONTROL_BYTES,
    "one control message fits");
_Static_assert(sizeof(struct sockaddr_in6) <= STERNA_NAME_BYTES, "an address fits");

int sterna_recvmmsg(int fd, struct sterna_message *messages, unsigned int count, int wait)
{
    int received = recvmmsg(
        fd, (struct mmsghdr *)messages, count, wait ? MSG_WAITFORONE : MSG_DONTWAIT, NULL);
    return received < 0 ? -errno : received;
}

int sterna_sendmmsg(int fd, struct sterna_message *messages, unsigned int count, int wait)
{
    int sent = sendmmsg(fd, (struct mmsghdr *)messages, count, wait ? 0 : MSG_DONTWAIT);
    return sent < 0 ? -errno : sent;
}

int sterna_want_destination(int fd, int family)
{
    int on = 1;
    int failed = family == AF_INET6
        ? setsockopt(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, &on, sizeof on)
        : setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on);
    return failed ? -errno : 0;
}

/* Finds the control message that names the destination; NULL if there is none. */
static struct cmsghdr *destination(struct sterna_message *received)
{
    struct msghdr *message = &((struct mmsghdr *)received)->msg_hdr;
    struct cmsghdr *control = CMSG_FIRSTHDR(message);
    /* Bounded by the length of the control data, of which there are at most 64 bytes. */
    for (; control; control = CMSG_NXTHDR(message, control)) {
        if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO
            && control->cmsg_len >= CMSG_LEN(sizeof(struct in_pktinfo)))
            return control;
        if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO
            && control->cmsg_len >= CMSG_LEN(sizeof(struct in6_pktinfo)))
            return control;
    }
    return NULL;
}

size_t sterna_get_destination(struct sterna_message *message, void *address)
{
    struct cmsghdr *control = destination(message);
    if (!control)
        return 0;
    if (control->cmsg_level == IPPROTO_IP) {
        struct in_pktinfo info;
        memcpy(&info, CMSG_DATA(control), sizeof info);
        memcpy(address, &info.ipi_spec_dst, sizeof info.ipi_spec_dst);
        return sizeof info.ipi_spec_dst;
    }
    struct in6_pktinfo info;
    memcpy(&info, CMSG_DATA(control), sizeof info);
    memcpy(address, &info.ipi6_addr, sizeof info.ipi6_addr);
    return sizeof info.ipi6_addr;
}

size_t sterna_reply_from_destination(struct sterna_message *message)
{
    struct cmsghdr *control = destination(message);
    /* A message in another place is never sent back: the caller sends what stands first. */
    if (!control || (void *)control != message->control)
        return 0;
    if (control->cmsg_level == IPPROTO_IP) {
        struct in_pktinfo info;
        memcpy(&info, CMSG_DATA(control), sizeof info);
        /* ipi_spec_dst, the local address, is the source; ipi_addr is not read on sending. */
        info.ipi_ifindex = 0;
        memcpy(CMSG_DATA(control), &info, sizeof info);
        return CMSG_SPACE(sizeof info);
    }
    struct in6_pktinfo info;
    memcpy(&info, CMSG_DATA(control), sizeof info);
    if (IN6_IS_ADDR_MULTICAST(&info.ipi6_addr))
        return 0;
    if (!IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr))
        info.ipi6_ifindex = 0;
    memcpy(CMSG_DATA(control), &info, sizeof info);
    return CMSG_SPACE(sizeof info);
}

/* Lets libreswan finish quick mode on a kernel without ESP, for control-plane tests only: refusals of SAs and policies
 * that come back on a NETLINK_XFRM socket are turned into acknowledgements. Preloaded into the lab's pluto, nowhere else.
 * No packet can pass afterwards. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/netlink.h>
#include <linux/xfrm.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

static int is_xfrm(int fd) {
    int family = 0, protocol = 0;
    socklen_t size = sizeof family;
    if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &family, &size) || family != AF_NETLINK) return 0;
    size = sizeof protocol;
    return !getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &size) && protocol == NETLINK_XFRM;
}

static ssize_t accept_all(int fd, void *buf, ssize_t got) {
    if (got < (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)) || !is_xfrm(fd)) return got;
    struct nlmsghdr *head = buf;
    if (head->nlmsg_type != NLMSG_ERROR) return got;
    struct nlmsgerr *error = NLMSG_DATA(head);
    switch (error->msg.nlmsg_type) {
    case XFRM_MSG_NEWSA:
    case XFRM_MSG_UPDSA:
    case XFRM_MSG_DELSA:
    case XFRM_MSG_NEWPOLICY:
    case XFRM_MSG_UPDPOLICY:
    case XFRM_MSG_DELPOLICY:
        error->error = 0;
    }
    return got;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t recv(int fd, void *buf, size_t len, int flags) {
    return accept_all(fd, buf, NEXT(recv)(fd, buf, len, flags));
}

ssize_t recvfrom(int fd, void *buf, size_t len, int flags, struct sockaddr *from, socklen_t *size) {
    return accept_all(fd, buf, NEXT(recvfrom)(fd, buf, len, flags, from, size));
}

ssize_t __recvfrom_chk(int fd, void *buf, size_t len, size_t room, int flags, struct sockaddr *from, socklen_t *size) {
    (void)room;
    return recvfrom(fd, buf, len, flags, from, size);
}

ssize_t read(int fd, void *buf, size_t len) { return accept_all(fd, buf, NEXT(read)(fd, buf, len)); }

#define _GNU_SOURCE
#include "CGatehouse.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

static inline int negative_errno(int result) { return result < 0 ? -errno : result; }
static inline ssize_t negative_errno_size(ssize_t result) { return result < 0 ? -errno : result; }

static socklen_t pack(const gatehouse_address *address, struct sockaddr_storage *storage) {
    memset(storage, 0, sizeof *storage);
    switch (address->family) {
    case GATEHOUSE_IPV4: {
        struct sockaddr_in *in = (struct sockaddr_in *)storage;
        in->sin_family = AF_INET;
        in->sin_addr.s_addr = htonl(address->v4);
        in->sin_port = htons(address->port);
        return sizeof *in;
    }
    case GATEHOUSE_IPV6: {
        struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)storage;
        uint64_t high = htobe64(address->v6_high), low = htobe64(address->v6_low);
        in6->sin6_family = AF_INET6;
        memcpy(in6->sin6_addr.s6_addr, &high, 8);
        memcpy(in6->sin6_addr.s6_addr + 8, &low, 8);
        in6->sin6_port = htons(address->port);
        in6->sin6_scope_id = address->scope;
        return sizeof *in6;
    }
    case GATEHOUSE_UNIX: {
        struct sockaddr_un *un = (struct sockaddr_un *)storage;
        size_t length = address->path_length;
        un->sun_family = AF_UNIX;
        if (length > sizeof un->sun_path - 1) length = sizeof un->sun_path - 1;
        memcpy(un->sun_path, address->path, length);
        int is_abstract = length > 0 && address->path[0] == 0;
        return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + (is_abstract ? 0 : 1));
    }
    }
    return 0;
}

static void unpack(const struct sockaddr_storage *storage, socklen_t length, gatehouse_address *address) {
    uint8_t *path = address->path;
    memset(address, 0, sizeof *address);
    address->path = path;
    if (length < sizeof(sa_family_t)) return;
    switch (storage->ss_family) {
    case AF_INET: {
        const struct sockaddr_in *in = (const struct sockaddr_in *)storage;
        address->family = GATEHOUSE_IPV4;
        address->v4 = ntohl(in->sin_addr.s_addr);
        address->port = ntohs(in->sin_port);
        return;
    }
    case AF_INET6: {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)storage;
        uint64_t high, low;
        memcpy(&high, in6->sin6_addr.s6_addr, 8);
        memcpy(&low, in6->sin6_addr.s6_addr + 8, 8);
        address->family = GATEHOUSE_IPV6;
        address->v6_high = be64toh(high);
        address->v6_low = be64toh(low);
        address->port = ntohs(in6->sin6_port);
        address->scope = in6->sin6_scope_id;
        return;
    }
    case AF_UNIX: {
        const struct sockaddr_un *un = (const struct sockaddr_un *)storage;
        size_t found = length - offsetof(struct sockaddr_un, sun_path);
        address->family = GATEHOUSE_UNIX;
        if (found > sizeof un->sun_path) found = sizeof un->sun_path;
        if (found > 0 && un->sun_path[0] != 0) found = strnlen(un->sun_path, found);
        if (path && found > 0) {
            memcpy(path, un->sun_path, found);
            address->path_length = (uint16_t)found;
        }
        return;
    }
    }
}

int gatehouse_socket(int family, int is_datagram) {
    int domain = family == GATEHOUSE_IPV4 ? AF_INET : family == GATEHOUSE_IPV6 ? AF_INET6 : AF_UNIX;
    return negative_errno(socket(domain, (is_datagram ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

int gatehouse_socketpair(int *first, int *second, int is_sequenced) {
    int pair[2];
    if (socketpair(AF_UNIX, (is_sequenced ? SOCK_SEQPACKET : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) < 0) return -errno;
    *first = pair[0];
    *second = pair[1];
    return 0;
}

int gatehouse_bind(int descriptor, const gatehouse_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = pack(address, &storage);
    return negative_errno(bind(descriptor, (struct sockaddr *)&storage, length));
}

int gatehouse_listen(int descriptor, int backlog) { return negative_errno(listen(descriptor, backlog)); }

int gatehouse_connect(int descriptor, const gatehouse_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = pack(address, &storage);
    return negative_errno(connect(descriptor, (struct sockaddr *)&storage, length));
}

int gatehouse_accept(int descriptor, gatehouse_address *remote) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    int accepted = accept4(descriptor, (struct sockaddr *)&storage, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (accepted < 0) return -errno;
    unpack(&storage, length, remote);
    return accepted;
}

int gatehouse_local_address(int descriptor, gatehouse_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    if (getsockname(descriptor, (struct sockaddr *)&storage, &length) < 0) return -errno;
    unpack(&storage, length, address);
    return 0;
}

int gatehouse_remote_address(int descriptor, gatehouse_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    if (getpeername(descriptor, (struct sockaddr *)&storage, &length) < 0) return -errno;
    unpack(&storage, length, address);
    return 0;
}

ssize_t gatehouse_receive(int descriptor, void *bytes, size_t count, int peek) {
    return negative_errno_size(recv(descriptor, bytes, count, peek ? MSG_PEEK : 0));
}

ssize_t gatehouse_send(int descriptor, const void *bytes, size_t count, int more) {
    return negative_errno_size(send(descriptor, bytes, count, MSG_NOSIGNAL | (more ? MSG_MORE : 0)));
}

ssize_t gatehouse_send2(int descriptor, const void *first, size_t first_count, const void *second, size_t second_count) {
    struct iovec parts[2] = {{(void *)first, first_count}, {(void *)second, second_count}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    return negative_errno_size(sendmsg(descriptor, &message, MSG_NOSIGNAL));
}

ssize_t gatehouse_send_to(int descriptor, const void *bytes, size_t count, const gatehouse_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = pack(address, &storage);
    return negative_errno_size(sendto(descriptor, bytes, count, MSG_NOSIGNAL, (struct sockaddr *)&storage, length));
}

ssize_t gatehouse_receive_from(int descriptor, void *bytes, size_t count, gatehouse_address *address) {
    struct sockaddr_storage storage;
    socklen_t length = sizeof storage;
    ssize_t received = recvfrom(descriptor, bytes, count, 0, (struct sockaddr *)&storage, &length);
    if (received < 0) return -errno;
    unpack(&storage, length, address);
    return received;
}

ssize_t gatehouse_send_file(int descriptor, int file, int64_t offset, size_t count) {
    off_t place = offset;
    return negative_errno_size(sendfile(descriptor, file, &place, count));
}

ssize_t gatehouse_splice(int from, int to, size_t count, int more) {
    return negative_errno_size(splice(from, NULL, to, NULL, count, SPLICE_F_MOVE | SPLICE_F_NONBLOCK | (more ? SPLICE_F_MORE : 0)));
}

int gatehouse_pipe(int *read_end, int *write_end, int capacity) {
    int ends[2];
    if (pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0) return -errno;
    *read_end = ends[0];
    *write_end = ends[1];
    // A refused size (limits of the user) leaves the kernel's default, which works as well.
    return capacity > 0 ? (int)(fcntl(ends[1], F_SETPIPE_SZ, capacity) > 0) : 0;
}

int gatehouse_shutdown_write(int descriptor) { return negative_errno(shutdown(descriptor, SHUT_WR)); }
int gatehouse_close(int descriptor) { return negative_errno(close(descriptor)); }

int gatehouse_linger_reset(int descriptor) {
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    return negative_errno(setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
}

int gatehouse_pending_error(int descriptor) {
    int code = 0;
    socklen_t length = sizeof code;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) < 0) return errno;
    return code;
}

static int level_and_name(int descriptor, int option, int *name) {
    int domain = 0;
    socklen_t length = sizeof domain;
    switch (option) {
    case GATEHOUSE_REUSE_ADDRESS: *name = SO_REUSEADDR; return SOL_SOCKET;
    case GATEHOUSE_REUSE_PORT: *name = SO_REUSEPORT; return SOL_SOCKET;
    case GATEHOUSE_KEEPALIVE: *name = SO_KEEPALIVE; return SOL_SOCKET;
    case GATEHOUSE_KEEPALIVE_IDLE: *name = TCP_KEEPIDLE; return IPPROTO_TCP;
    case GATEHOUSE_KEEPALIVE_INTERVAL: *name = TCP_KEEPINTVL; return IPPROTO_TCP;
    case GATEHOUSE_KEEPALIVE_COUNT: *name = TCP_KEEPCNT; return IPPROTO_TCP;
    case GATEHOUSE_NO_DELAY: *name = TCP_NODELAY; return IPPROTO_TCP;
    case GATEHOUSE_CORK: *name = TCP_CORK; return IPPROTO_TCP;
    case GATEHOUSE_SEND_BUFFER: *name = SO_SNDBUF; return SOL_SOCKET;
    case GATEHOUSE_RECEIVE_BUFFER: *name = SO_RCVBUF; return SOL_SOCKET;
    case GATEHOUSE_IPV6_ONLY: *name = IPV6_V6ONLY; return IPPROTO_IPV6;
    case GATEHOUSE_DEFER_ACCEPT: *name = TCP_DEFER_ACCEPT; return IPPROTO_TCP;
    case GATEHOUSE_FAST_OPEN: *name = TCP_FASTOPEN; return IPPROTO_TCP;
    case GATEHOUSE_BIND_WITHOUT_PORT: *name = IP_BIND_ADDRESS_NO_PORT; return IPPROTO_IP;
    case GATEHOUSE_USER_TIMEOUT: *name = TCP_USER_TIMEOUT; return IPPROTO_TCP;
    case GATEHOUSE_NOT_SENT_LOW_WATER: *name = TCP_NOTSENT_LOWAT; return IPPROTO_TCP;
    case GATEHOUSE_TRANSPARENT:
        getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &length);
        *name = domain == AF_INET6 ? IPV6_TRANSPARENT : IP_TRANSPARENT;
        return domain == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
    case GATEHOUSE_RECEIVE_PACKET_INFO:
        getsockopt(descriptor, SOL_SOCKET, SO_DOMAIN, &domain, &length);
        *name = domain == AF_INET6 ? IPV6_RECVPKTINFO : IP_PKTINFO;
        return domain == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
    }
    return -1;
}

int gatehouse_set_option(int descriptor, int option, int value) {
    int name = 0, level = level_and_name(descriptor, option, &name);
    if (level < 0) return -EINVAL;
    return negative_errno(setsockopt(descriptor, level, name, &value, sizeof value));
}

int gatehouse_get_option(int descriptor, int option, int *value) {
    int name = 0, level = level_and_name(descriptor, option, &name);
    socklen_t length = sizeof *value;
    if (level < 0) return -EINVAL;
    return negative_errno(getsockopt(descriptor, level, name, value, &length));
}

// ---- Descriptors between processes

ssize_t gatehouse_send_descriptors(int socket, const void *message, size_t length, const int *descriptors, int count) {
    char control[CMSG_SPACE(sizeof(int) * GATEHOUSE_MOST_DESCRIPTORS)] = {0};
    struct iovec part = {(void *)message, length};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    if (count < 0 || count > GATEHOUSE_MOST_DESCRIPTORS) return -E2BIG;
    if (count > 0) {
        header.msg_control = control;
        header.msg_controllen = CMSG_SPACE(sizeof(int) * (size_t)count);
        struct cmsghdr *first = CMSG_FIRSTHDR(&header);
        first->cmsg_level = SOL_SOCKET;
        first->cmsg_type = SCM_RIGHTS;
        first->cmsg_len = CMSG_LEN(sizeof(int) * (size_t)count);
        memcpy(CMSG_DATA(first), descriptors, sizeof(int) * (size_t)count);
    }
    return negative_errno_size(sendmsg(socket, &header, MSG_NOSIGNAL));
}

ssize_t gatehouse_receive_descriptors(int socket, void *message, size_t capacity, int *descriptors, int *count) {
    char control[CMSG_SPACE(sizeof(int) * GATEHOUSE_MOST_DESCRIPTORS)];
    struct iovec part = {message, capacity};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    int room = *count;
    *count = 0;
    ssize_t received = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    if (received < 0) return -errno;
    for (struct cmsghdr *each = CMSG_FIRSTHDR(&header); each; each = CMSG_NXTHDR(&header, each)) {
        if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS) continue;
        int found = (int)((each->cmsg_len - CMSG_LEN(0)) / sizeof(int));
        for (int i = 0; i < found; i++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(each) + sizeof(int) * (size_t)i, sizeof descriptor);
            if (*count < room) descriptors[(*count)++] = descriptor;
            else close(descriptor);
        }
    }
    return received;
}

int gatehouse_set_close_on_exec(int descriptor, int closes) {
    return negative_errno(fcntl(descriptor, F_SETFD, closes ? FD_CLOEXEC : 0));
}

int gatehouse_set_nonblocking(int descriptor, int is_nonblocking) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0) return -errno;
    return negative_errno(fcntl(descriptor, F_SETFL, is_nonblocking ? flags | O_NONBLOCK : flags & ~O_NONBLOCK));
}

int gatehouse_is_socket(int descriptor) {
    int type;
    socklen_t length = sizeof type;
    return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == 0;
}

int gatehouse_get_tcp_info(int descriptor, gatehouse_tcp_info *info) {
    struct tcp_info full;
    socklen_t size = sizeof full;
    memset(&full, 0, sizeof full);
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &full, &size) != 0) return -errno;
    info->round_trip = full.tcpi_rtt;
    info->round_trip_variance = full.tcpi_rttvar;
    info->congestion_window = full.tcpi_snd_cwnd;
    info->receive_space = full.tcpi_rcv_space;
    return 0;
}

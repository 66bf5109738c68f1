// A file of its own, because the kernel's struct tcp_info has members that glibc's lacks, under the same name.
#include "CGatehouse.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

// TCP_CLOSE of the kernel's enum of states, which its headers for programs do not have.
#define STATE_CLOSED 7

int gatehouse_get_delivery(int descriptor, uint64_t *acknowledged, int *is_closed) {
    struct tcp_info info;
    socklen_t size = sizeof info;
    memset(&info, 0, sizeof info);
    if (getsockopt(descriptor, IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return -errno;
    if (size < offsetof(struct tcp_info, tcpi_bytes_acked) + sizeof info.tcpi_bytes_acked) return -ENOTSUP;
    *acknowledged = info.tcpi_bytes_acked;
    *is_closed = info.tcpi_state == STATE_CLOSED;
    return 0;
}

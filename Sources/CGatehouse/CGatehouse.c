#define _GNU_SOURCE
#include "CGatehouse.h"

#include <malloc.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static inline int negative_errno(int result) { return result < 0 ? -errno : result; }

// ---- Polling

int gatehouse_epoll_create(void) { return negative_errno(epoll_create1(EPOLL_CLOEXEC)); }

int gatehouse_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event event = {.events = events, .data.u64 = token};
    return negative_errno(epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event));
}

int gatehouse_epoll_remove(int epoll, int descriptor) {
    return negative_errno(epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL));
}

int gatehouse_epoll_wait(int epoll, gatehouse_event *events, int capacity, int milliseconds) {
    struct epoll_event found[256];
    int count = epoll_wait(epoll, found, capacity < 256 ? capacity : 256, milliseconds);
    if (count < 0) return -errno;
    for (int i = 0; i < count; i++) {
        events[i].token = found[i].data.u64;
        events[i].events = found[i].events;
    }
    return count;
}

int gatehouse_eventfd(void) { return negative_errno(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)); }

int gatehouse_eventfd_signal(int descriptor) {
    uint64_t one = 1;
    return write(descriptor, &one, sizeof one) < 0 ? -errno : 0;
}

// ---- Threads

static _Thread_local void *thread_owner;

void *gatehouse_thread_owner(void) { return thread_owner; }
void gatehouse_set_thread_owner(void *owner) { thread_owner = owner; }

void gatehouse_set_thread_name(const char *name) {
    char text[16] = {0};
    strncpy(text, name, sizeof text - 1);
    pthread_setname_np(pthread_self(), text);
}

int gatehouse_pin_thread(const int *processors, int count) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int i = 0; i < count; i++) CPU_SET(processors[i], &set);
    return -pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

int gatehouse_gettid(void) { return (int)syscall(SYS_gettid); }

void gatehouse_keep_memory(size_t bytes) {
    mallopt(M_TRIM_THRESHOLD, (int)bytes);
    mallopt(M_TOP_PAD, 1 << 20);
    mallopt(M_MMAP_THRESHOLD, (int)bytes);
}

int64_t gatehouse_monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void gatehouse_realtime(int64_t *seconds, int64_t *nanoseconds) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *seconds = now.tv_sec;
    *nanoseconds = now.tv_nsec;
}

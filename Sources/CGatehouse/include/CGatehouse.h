// System calls that Glibc's Swift module hides, behind plain functions.
//
// Every function that can fail returns a negative errno instead of setting `errno`, so that the Swift side never reads a
// thread-local after the fact. Nothing here allocates, and nothing keeps a pointer after it has returned.
#ifndef CGATEHOUSE_H
#define CGATEHOUSE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// ---- Polling -------------------------------------------------------------------------------------------------------

typedef struct {
    uint64_t token;
    uint32_t events;
} gatehouse_event;

int gatehouse_epoll_create(void);
int gatehouse_epoll_add(int epoll, int descriptor, uint32_t events, uint64_t token);
int gatehouse_epoll_remove(int epoll, int descriptor);
/// At most 256 events a call.
int gatehouse_epoll_wait(int epoll, gatehouse_event *events, int capacity, int milliseconds);
int gatehouse_eventfd(void);
int gatehouse_eventfd_signal(int descriptor);

// ---- Threads -------------------------------------------------------------------------------------------------------

/// What the running thread belongs to: an event loop sets it once when its thread starts.
void *gatehouse_thread_owner(void);
void gatehouse_set_thread_owner(void *owner);
void gatehouse_set_thread_name(const char *name);
int gatehouse_pin_thread(const int *processors, int count);
int gatehouse_gettid(void);
// Nanoseconds of the monotonic clock.
int64_t gatehouse_monotonic(void);
void gatehouse_realtime(int64_t *seconds, int64_t *nanoseconds);

// ---- Socket addresses ----------------------------------------------------------------------------------------------

enum { GATEHOUSE_NO_ADDRESS = 0, GATEHOUSE_IPV4 = 1, GATEHOUSE_IPV6 = 2, GATEHOUSE_UNIX = 3 };
enum { GATEHOUSE_PATH_CAPACITY = 108 };

/// A socket address without its many layouts. Numbers are in host order. Safe to hold and pass; using `path` is not.
typedef struct __attribute__((swift_attr("@safe"))) {
    int family;
    uint32_t v4;
    uint64_t v6_high;
    uint64_t v6_low;
    uint32_t scope;
    uint16_t port;
    uint16_t path_length;
    /// Caller's memory, GATEHOUSE_PATH_CAPACITY bytes; an abstract name starts with a zero byte. May be null.
    uint8_t *path;
} gatehouse_address;

// ---- Sockets -------------------------------------------------------------------------------------------------------

int gatehouse_socket(int family, int is_datagram);
int gatehouse_socketpair(int *first, int *second, int is_sequenced);
int gatehouse_bind(int descriptor, const gatehouse_address *address);
int gatehouse_listen(int descriptor, int backlog);
int gatehouse_connect(int descriptor, const gatehouse_address *address);
int gatehouse_accept(int descriptor, gatehouse_address *remote);
int gatehouse_local_address(int descriptor, gatehouse_address *address);
int gatehouse_remote_address(int descriptor, gatehouse_address *address);
ssize_t gatehouse_receive(int descriptor, void *bytes, size_t count, int peek);
ssize_t gatehouse_send(int descriptor, const void *bytes, size_t count, int more);
ssize_t gatehouse_send2(int descriptor, const void *first, size_t first_count, const void *second, size_t second_count);
ssize_t gatehouse_send_to(int descriptor, const void *bytes, size_t count, const gatehouse_address *address);
ssize_t gatehouse_receive_from(int descriptor, void *bytes, size_t count, gatehouse_address *address);
ssize_t gatehouse_send_file(int descriptor, int file, int64_t offset, size_t count);
ssize_t gatehouse_splice(int from, int to, size_t count, int more);
int gatehouse_pipe(int *read_end, int *write_end, int capacity);
int gatehouse_shutdown_write(int descriptor);
int gatehouse_close(int descriptor);
int gatehouse_linger_reset(int descriptor);
/// The pending error of a socket (0 when there is none), which reading clears.
int gatehouse_pending_error(int descriptor);

enum gatehouse_option {
    GATEHOUSE_REUSE_ADDRESS, GATEHOUSE_REUSE_PORT, GATEHOUSE_KEEPALIVE, GATEHOUSE_KEEPALIVE_IDLE, GATEHOUSE_KEEPALIVE_INTERVAL,
    GATEHOUSE_KEEPALIVE_COUNT, GATEHOUSE_NO_DELAY, GATEHOUSE_CORK, GATEHOUSE_SEND_BUFFER, GATEHOUSE_RECEIVE_BUFFER,
    GATEHOUSE_IPV6_ONLY, GATEHOUSE_DEFER_ACCEPT, GATEHOUSE_FAST_OPEN, GATEHOUSE_BIND_WITHOUT_PORT, GATEHOUSE_TRANSPARENT,
    GATEHOUSE_USER_TIMEOUT, GATEHOUSE_NOT_SENT_LOW_WATER, GATEHOUSE_RECEIVE_PACKET_INFO,
};
int gatehouse_set_option(int descriptor, int option, int value);
int gatehouse_get_option(int descriptor, int option, int *value);

// ---- Descriptors between processes ---------------------------------------------------------------------------------

enum { GATEHOUSE_MOST_DESCRIPTORS = 64 };
ssize_t gatehouse_send_descriptors(int socket, const void *message, size_t length, const int *descriptors, int count);
/// `count` says how many descriptors fit and is set to how many came. They are closed on exec.
ssize_t gatehouse_receive_descriptors(int socket, void *message, size_t capacity, int *descriptors, int *count);
int gatehouse_set_close_on_exec(int descriptor, int closes);
int gatehouse_set_nonblocking(int descriptor, int is_nonblocking);
int gatehouse_is_socket(int descriptor);

// ---- Signals -------------------------------------------------------------------------------------------------------

int gatehouse_block_signals(const int *signals, int count);
int gatehouse_unblock_all_signals(void);
int gatehouse_ignore_signal(int signal);
int gatehouse_signalfd(const int *signals, int count);
/// The next pending signal of a signalfd, or -EAGAIN.
int gatehouse_read_signal(int descriptor);
/// Waits in the calling thread; a negative number of milliseconds waits for ever. -EAGAIN when the time is up.
int gatehouse_wait_for_signal(const int *signals, int count, int milliseconds);

// ---- Processes -----------------------------------------------------------------------------------------------------

int gatehouse_fork(void);
/// The signal this process gets when its parent ends.
int gatehouse_set_parent_death_signal(int signal);
/// 0 while the child runs, else its id; `status` becomes the exit code, or minus the signal that ended it.
int gatehouse_reap(int process, int is_blocking, int *status);
int gatehouse_find_user(const char *name, uint32_t *user, uint32_t *group);
int gatehouse_find_group(const char *name, uint32_t *group);
int gatehouse_become(const char *name, uint32_t user, uint32_t group);
int gatehouse_new_session(void);
int gatehouse_set_descriptor_limit(uint64_t count);
uint64_t gatehouse_descriptor_limit(void);
int gatehouse_set_core_limit(uint64_t bytes);
int gatehouse_execute(const char *path, char *const arguments[], char *const environment[]);
int gatehouse_processor_count(void);
// Lets the allocator keep what it has: giving pages back and taking them again costs a system call each.
void gatehouse_keep_memory(size_t bytes);
size_t gatehouse_error_text(int code, char *text, size_t capacity);

typedef struct {
    uint32_t round_trip;
    uint32_t round_trip_variance;
    uint32_t congestion_window;
    uint32_t receive_space;
} gatehouse_tcp_info;

int gatehouse_get_tcp_info(int descriptor, gatehouse_tcp_info *info);

// How far what was sent has come: `acknowledged` bytes of the peer's system have been confirmed, the SYN included; `is_closed`: the
// connection is over for both sides. 0, or a negative errno.
int gatehouse_get_delivery(int descriptor, uint64_t *acknowledged, int *is_closed);

// ---- Files ---------------------------------------------------------------------------------------------------------

typedef struct {
    uint64_t device;
    uint64_t inode;
    int64_t size;
    int64_t modified_seconds;
    int64_t modified_nanoseconds;
    uint32_t mode;
    uint32_t owner;
} gatehouse_file_status;

int gatehouse_open(const char *path, int flags, uint32_t mode);
int gatehouse_open_temporary(const char *directory);
int gatehouse_file_status_of(int descriptor, gatehouse_file_status *status);
int gatehouse_file_status_at(const char *path, int follows_links, gatehouse_file_status *status);
ssize_t gatehouse_read(int descriptor, void *bytes, size_t count);
ssize_t gatehouse_write(int descriptor, const void *bytes, size_t count);
ssize_t gatehouse_read_at(int descriptor, void *bytes, size_t count, int64_t offset);
ssize_t gatehouse_write_at(int descriptor, const void *bytes, size_t count, int64_t offset);

// ---- Passwords

enum { GATEHOUSE_CRYPT_DONE = 0, GATEHOUSE_CRYPT_MISSING = 1, GATEHOUSE_CRYPT_FAILED = 2 };

/// crypt(3) with state of its own: hashes `password` as `setting` (a hash, or its beginning) says. Slow by design.
int gatehouse_crypt(const char *password, const char *setting, char *hash, size_t capacity);

#endif

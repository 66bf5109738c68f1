#define _GNU_SOURCE
#include "CGatehouse.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static inline int negative_errno(int result) { return result < 0 ? -errno : result; }
static inline ssize_t negative_errno_size(ssize_t result) { return result < 0 ? -errno : result; }

static int fill(const struct stat *found, gatehouse_file_status *status) {
    status->device = found->st_dev;
    status->inode = found->st_ino;
    status->size = found->st_size;
    status->modified_seconds = found->st_mtim.tv_sec;
    status->modified_nanoseconds = found->st_mtim.tv_nsec;
    status->mode = found->st_mode;
    status->owner = found->st_uid;
    return 0;
}

int gatehouse_open(const char *path, int flags, uint32_t mode) { return negative_errno(open(path, flags | O_CLOEXEC, mode)); }

int gatehouse_open_temporary(const char *directory) {
    return negative_errno(open(directory, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
}

int gatehouse_file_status_of(int descriptor, gatehouse_file_status *status) {
    struct stat found;
    return fstat(descriptor, &found) < 0 ? -errno : fill(&found, status);
}

int gatehouse_file_status_at(const char *path, int follows_links, gatehouse_file_status *status) {
    struct stat found;
    int result = follows_links ? stat(path, &found) : lstat(path, &found);
    return result < 0 ? -errno : fill(&found, status);
}

ssize_t gatehouse_read(int descriptor, void *bytes, size_t count) { return negative_errno_size(read(descriptor, bytes, count)); }
ssize_t gatehouse_write(int descriptor, const void *bytes, size_t count) { return negative_errno_size(write(descriptor, bytes, count)); }

ssize_t gatehouse_read_at(int descriptor, void *bytes, size_t count, int64_t offset) {
    return negative_errno_size(pread(descriptor, bytes, count, offset));
}

ssize_t gatehouse_write_at(int descriptor, const void *bytes, size_t count, int64_t offset) {
    return negative_errno_size(pwrite(descriptor, bytes, count, offset));
}

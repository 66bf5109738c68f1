#define _GNU_SOURCE
#include "CGatehouse.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static inline int negative_errno(int result) { return result < 0 ? -errno : result; }

static void fill(sigset_t *set, const int *signals, int count) {
    sigemptyset(set);
    for (int i = 0; i < count; i++) sigaddset(set, signals[i]);
}

int gatehouse_block_signals(const int *signals, int count) {
    sigset_t set;
    fill(&set, signals, count);
    return -pthread_sigmask(SIG_BLOCK, &set, NULL);
}

int gatehouse_unblock_all_signals(void) {
    sigset_t set;
    sigemptyset(&set);
    return -pthread_sigmask(SIG_SETMASK, &set, NULL);
}

int gatehouse_ignore_signal(int number) { return signal(number, SIG_IGN) == SIG_ERR ? -errno : 0; }

int gatehouse_signalfd(const int *signals, int count) {
    sigset_t set;
    fill(&set, signals, count);
    return negative_errno(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
}

int gatehouse_read_signal(int descriptor) {
    struct signalfd_siginfo information;
    ssize_t count = read(descriptor, &information, sizeof information);
    return count < 0 ? -errno : count == sizeof information ? (int)information.ssi_signo : -EAGAIN;
}

int gatehouse_wait_for_signal(const int *signals, int count, int milliseconds) {
    sigset_t set;
    fill(&set, signals, count);
    struct timespec time = {.tv_sec = milliseconds / 1000, .tv_nsec = (long)(milliseconds % 1000) * 1000000};
    return negative_errno(milliseconds < 0 ? sigwaitinfo(&set, NULL) : sigtimedwait(&set, NULL, &time));
}

int gatehouse_fork(void) { return negative_errno(fork()); }
int gatehouse_set_parent_death_signal(int signal) { return negative_errno(prctl(PR_SET_PDEATHSIG, signal)); }

int gatehouse_reap(int process, int is_blocking, int *status) {
    int state = 0;
    int found = waitpid(process, &state, is_blocking ? 0 : WNOHANG);
    if (found < 0) return -errno;
    if (found > 0) *status = WIFEXITED(state) ? WEXITSTATUS(state) : WIFSIGNALED(state) ? -WTERMSIG(state) : 0;
    return found;
}

int gatehouse_find_user(const char *name, uint32_t *user, uint32_t *group) {
    struct passwd *found = getpwnam(name);
    if (!found) return -ENOENT;
    *user = found->pw_uid;
    *group = found->pw_gid;
    return 0;
}

int gatehouse_find_group(const char *name, uint32_t *group) {
    struct group *found = getgrnam(name);
    if (!found) return -ENOENT;
    *group = found->gr_gid;
    return 0;
}

int gatehouse_become(const char *name, uint32_t user, uint32_t group) {
    if (setgid(group) < 0) return -errno;
    if (initgroups(name, group) < 0) return -errno;
    return negative_errno(setuid(user));
}

int gatehouse_new_session(void) { return negative_errno(setsid()); }

int gatehouse_set_descriptor_limit(uint64_t count) {
    struct rlimit limit = {.rlim_cur = count, .rlim_max = count};
    return negative_errno(setrlimit(RLIMIT_NOFILE, &limit));
}

uint64_t gatehouse_descriptor_limit(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_NOFILE, &limit) < 0 ? 1024 : limit.rlim_cur;
}

int gatehouse_set_core_limit(uint64_t bytes) {
    struct rlimit limit = {.rlim_cur = bytes, .rlim_max = bytes};
    return negative_errno(setrlimit(RLIMIT_CORE, &limit));
}

int gatehouse_execute(const char *path, char *const arguments[], char *const environment[]) {
    execve(path, arguments, environment);
    return -errno;
}

int gatehouse_processor_count(void) {
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (int)count : 1;
}

size_t gatehouse_error_text(int code, char *text, size_t capacity) {
    const char *found = strerror_r(code, text, capacity);
    size_t length = strnlen(found, capacity);
    if (found != text) memcpy(text, found, length);
    return length;
}

#define _GNU_SOURCE
#include "CGatehouse.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// ---- crypt(3), from the library that logging in needs: opened at its first use.

typedef char *(*crypt_function)(const char *, const char *, void *);

static crypt_function found_crypt;
static pthread_once_t crypt_once = PTHREAD_ONCE_INIT;

static void find_crypt(void) {
    static const char *const names[] = {"libcrypt.so.1", "libcrypt.so.2"};
    for (int i = 0; i < 2 && !found_crypt; i++) {
        void *library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
        if (library) found_crypt = (crypt_function)dlsym(library, "crypt_r");
    }
}

int gatehouse_crypt(const char *password, const char *setting, char *hash, size_t capacity) {
    pthread_once(&crypt_once, find_crypt);
    if (!found_crypt) return GATEHOUSE_CRYPT_MISSING;
    // More than `struct crypt_data` of any library.
    size_t size = 256 * 1024;
    void *state = calloc(1, size);
    if (!state) return GATEHOUSE_CRYPT_FAILED;
    char *result = found_crypt(password, setting, state);
    // Failure is null, or a text that starts with an asterisk and matches no hash.
    int outcome = GATEHOUSE_CRYPT_FAILED;
    if (result && result[0] != '*' && strlen(result) < capacity) {
        strcpy(hash, result);
        outcome = GATEHOUSE_CRYPT_DONE;
    }
    explicit_bzero(state, size);
    free(state);
    return outcome;
}

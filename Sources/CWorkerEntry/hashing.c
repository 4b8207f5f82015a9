// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CWorkerEntry.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

static const char variable[] = "SWIFT_DETERMINISTIC_HASHING";

int CWorkerEntry_hashesDeterministically(void) {
    // The Swift runtime reads a truth value by its first letter.
    const char *value = getenv(variable);
    return value != NULL && *value != '\0' && (*value == '1' || *value == 't' || *value == 'T' || *value == 'y' || *value == 'Y');
}

int CWorkerEntry_reexecuteWithDeterministicHashing(char **argv) {
    if (CWorkerEntry_hashesDeterministically()) return 0;
    // The value is one that is accepted above, so there is no third time.
    if (setenv(variable, "1", 1) != 0) return errno;
    // By its path, so that tools show the program's name; a file that was replaced meanwhile is found through the link.
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length > 0) {
        path[length] = '\0';
        execv(path, argv);
    }
    execv("/proc/self/exe", argv);
    int reason = errno;
    unsetenv(variable);
    return reason;
}

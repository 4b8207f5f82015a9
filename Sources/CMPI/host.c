// SPDX-License-Identifier: Apache-2.0
// Linux calls that Swift's Glibc module does not show.
#define _GNU_SOURCE
#include "CMPI.h"

#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

int CMPI_available_cores(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0) return CPU_COUNT(&set);
    // More cores than a cpu_set_t has room for: take the machine's number.
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}

int CMPI_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }

int CMPI_sleep_precisely(void) { return prctl(PR_SET_TIMERSLACK, 1000UL); }

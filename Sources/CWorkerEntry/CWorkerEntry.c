// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CWorkerEntry.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Defined in Swift, in MPIFutures. The second and third never return.
int mpifutures_rank_role(void);
void mpifutures_worker_main(const char *socketPath);
void mpifutures_rank_main(int rank);
void mpifutures_rank_end(int status);

typedef void (*CWorkerEntry_initializer)(int, char **, char **);
extern CWorkerEntry_initializer __init_array_start[] __attribute__((visibility("hidden")));
extern CWorkerEntry_initializer __init_array_end[] __attribute__((visibility("hidden")));

static void CWorkerEntry_divert(int argc, char **argv, char **environment);

/// Runs the constructors after the one that diverts: code of the program may rely on them.
static void CWorkerEntry_runOtherConstructors(int argc, char **argv, char **environment) {
    int passed = 0;
    for (CWorkerEntry_initializer *entry = __init_array_start; entry < __init_array_end; entry++) {
        if (passed) (*entry)(argc, argv, environment);
        if (*entry == CWorkerEntry_divert) passed = 1;
    }
}

static void CWorkerEntry_exit(int status, void *unused) {
    (void)unused;
    mpifutures_rank_end(status);
}

static int CWorkerEntry_isSet(const char *name) {
    const char *value = getenv(name);
    return value != NULL && *value != '\0';
}

__attribute__((constructor)) static void CWorkerEntry_divert(int argc, char **argv, char **environment) {
    const char *value = getenv(CWORKERENTRY_VARIABLE);
    if (value != NULL && *value != '\0') {
        char *socketPath = strdup(value);
        unsetenv(CWORKERENTRY_VARIABLE);
        CWorkerEntry_runOtherConstructors(argc, argv, environment);
        mpifutures_worker_main(socketPath);
        _exit(70);
    }
    if (!CWorkerEntry_isSet("OMPI_COMM_WORLD_RANK") && !CWorkerEntry_isSet("PMIX_RANK") &&
        !CWorkerEntry_isSet("PMI_RANK"))
        return;
    int rank = mpifutures_rank_role();
    if (rank > 0) {
        CWorkerEntry_runOtherConstructors(argc, argv, environment);
        mpifutures_rank_main(rank);
        _exit(70);
    }
    // All ranks run the program: loops over sets must be the same in each.
    if (rank == CWORKERENTRY_LOCKSTEP) {
        int reason = CWorkerEntry_reexecuteWithDeterministicHashing(argv);
        if (reason != 0)
            fprintf(stderr, "hashing is not deterministic, for the program could not be run again: %s\n", strerror(reason));
        return;
    }
    // The other ranks wait for rank 0, even if it never uses them.
    if (rank == 0) on_exit(CWorkerEntry_exit, NULL);
}

pid_t CWorkerEntry_fork(void) { return fork(); }

CWorkerEntry_record *CWorkerEntry_mapRecord(void) {
    void *memory = mmap(NULL, sizeof(CWorkerEntry_record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

int CWorkerEntry_dieWithParent(void) { return prctl(PR_SET_PDEATHSIG, SIGKILL); }

void CWorkerEntry_lineBuffer(int descriptor) { setvbuf(descriptor == 1 ? stdout : stderr, NULL, _IOLBF, 0); }

int CWorkerEntry_setNumericThreads(int count) {
    // Variables come too late for a library that is loaded already.
    static const char *const setters[] = {"openblas_set_num_threads", "omp_set_num_threads", "MKL_Set_Num_Threads",
                                          "bli_thread_set_num_threads"};
    int told = 0;
    for (size_t i = 0; i < sizeof setters / sizeof *setters; i++) {
        void (*setter)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, setters[i]);
        if (setter != NULL) {
            setter(count);
            told++;
        }
    }
    return told;
}

int CWorkerEntry_watch(pid_t process) {
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, process, 0);
#else
    return -1;
#endif
}

int CWorkerEntry_exitCode(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }
int CWorkerEntry_endSignal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

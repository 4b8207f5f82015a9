// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CJobProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static const int passedOn[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGCHLD};

// Runs in the child; only calls that are safe after a fork.
static void become(const char *path, char *const *arguments, char *const *environment, int standardError, int ownGroup,
                   pid_t parent) {
    if (ownGroup) setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(0);
    sigset_t none;
    sigemptyset(&none);
    dup2(standardError, STDERR_FILENO);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(path, arguments, environment);
}

pid_t CJobProcess_start(const char *path, char *const *arguments, char *const *environment, int standardError,
                        int ownGroup) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return -errno;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        become(path, arguments, environment, standardError, ownGroup, parent);
        int failure = errno;
        ssize_t written = write(report[1], &failure, sizeof failure);
        _exit(written == sizeof failure ? 127 : 126);
    }
    int failure = child < 0 ? errno : 0;
    close(report[1]);
    if (child > 0) {
        ssize_t count;
        do count = read(report[0], &failure, sizeof failure);
        while (count < 0 && errno == EINTR);
        if (count == sizeof failure) waitpid(child, NULL, 0);
        else failure = 0;
    }
    close(report[0]);
    return failure == 0 ? child : -failure;
}

int CJobProcess_catchSignals(void) {
    sigset_t signals;
    sigemptyset(&signals);
    for (size_t i = 0; i < sizeof passedOn / sizeof *passedOn; i++) sigaddset(&signals, passedOn[i]);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0) return -1;
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

int CJobProcess_nextSignal(int descriptor, int *fromTerminal) {
    struct signalfd_siginfo information;
    *fromTerminal = 0;
    if (read(descriptor, &information, sizeof information) != sizeof information) return 0;
    *fromTerminal = information.ssi_code == SI_KERNEL;
    return (int)information.ssi_signo;
}

CJobProcess_state CJobProcess_look(pid_t process, int *value) {
    int status = 0;
    *value = 0;
    if (waitpid(process, &status, WNOHANG) != process) return CJobProcess_running;
    if (WIFSIGNALED(status)) {
        *value = WTERMSIG(status);
        return CJobProcess_killed;
    }
    *value = WEXITSTATUS(status);
    return CJobProcess_exited;
}

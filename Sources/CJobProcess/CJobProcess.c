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
static void become(const char *path, char *const *arguments, char *const *environment, int standardError, int terminal,
                   pid_t parent) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(0);
    sigset_t none;
    sigemptyset(&none);
    sigset_t terminalOutput = none;
    sigaddset(&terminalOutput, SIGTTOU);
    if (terminal >= 0) {
        // A group in the background may take the terminal only while it does not listen to this signal.
        sigprocmask(SIG_BLOCK, &terminalOutput, NULL);
        tcsetpgrp(terminal, getpid());
    }
    dup2(standardError, STDERR_FILENO);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(path, arguments, environment);
}

pid_t CJobProcess_start(const char *path, char *const *arguments, char *const *environment, int standardError,
                        int terminal) {
    int report[2];
    if (pipe2(report, O_CLOEXEC) != 0) return -errno;
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        become(path, arguments, environment, standardError, terminal, parent);
        int failure = errno;
        ssize_t written = write(report[1], &failure, sizeof failure);
        _exit(written == sizeof failure ? 127 : 126);
    }
    int failure = child < 0 ? errno : 0;
    close(report[1]);
    if (child > 0) {
        // Both do it, so that neither is too early for the other.
        setpgid(child, child);
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
    // Taking the terminal back is done from a background group.
    sigset_t blocked = signals;
    sigaddset(&blocked, SIGTTOU);
    if (sigprocmask(SIG_BLOCK, &blocked, NULL) != 0) return -1;
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

int CJobProcess_nextSignal(int descriptor) {
    struct signalfd_siginfo information;
    ssize_t count = read(descriptor, &information, sizeof information);
    return count == sizeof information ? (int)information.ssi_signo : 0;
}

CJobProcess_state CJobProcess_look(pid_t process, int *value) {
    int status = 0;
    *value = 0;
    if (waitpid(process, &status, WNOHANG | WUNTRACED) != process) return CJobProcess_running;
    if (WIFSTOPPED(status)) return CJobProcess_stopped;
    if (WIFSIGNALED(status)) {
        *value = WTERMSIG(status);
        return CJobProcess_killed;
    }
    *value = WEXITSTATUS(status);
    return CJobProcess_exited;
}

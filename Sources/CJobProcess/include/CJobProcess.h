// SPDX-License-Identifier: Apache-2.0
// Starting and watching the process of an MPI launcher: what can't be said in Swift.
#ifndef CJOBPROCESS_H
#define CJOBPROCESS_H

#include <stdint.h>
#include <sys/types.h>

/// Starts a program in a process group of its own, with standard error at a descriptor.
///
/// The child is told by SIGTERM when the calling thread ends. Where `terminal` is not negative, the child's group
/// becomes the foreground group of that terminal.
///
/// - Returns: The process id, or the negative `errno` of what failed, `exec` included.
pid_t CJobProcess_start(const char *path, char *const *arguments, char *const *environment, int standardError,
                        int terminal);

/// Blocks the signals that are to be passed on, and SIGCHLD; returns a descriptor to read them from, or -1.
///
/// Signals that are ignored, as SIGHUP is under `nohup`, stay ignored.
int CJobProcess_catchSignals(void);

/// The next signal that came in, or 0 where none waits.
int CJobProcess_nextSignal(int descriptor);

/// How a child changed.
typedef enum CJobProcess_state {
    CJobProcess_running,
    CJobProcess_stopped,
    CJobProcess_exited,
    CJobProcess_killed
} CJobProcess_state;

/// Looks at a child without waiting; `value` is the exit status or the signal.
CJobProcess_state CJobProcess_look(pid_t process, int *value);

#endif

// SPDX-License-Identifier: Apache-2.0
// Starting and watching the process of an MPI launcher: what can't be said in Swift.
#ifndef CJOBPROCESS_H
#define CJOBPROCESS_H

#include <stdint.h>
#include <sys/types.h>

/// Starts a program with standard error at a descriptor, in a process group of its own where that is asked for.
///
/// The child is told by SIGTERM when the calling thread ends.
///
/// - Returns: The process id, or the negative `errno` of what failed, `exec` included.
pid_t CJobProcess_start(const char *path, char *const *arguments, char *const *environment, int standardError,
                        int ownGroup);

/// Blocks the signals that are to be passed on, and SIGCHLD; returns a descriptor to read them from, or -1.
///
/// Signals that are ignored, as SIGHUP is under `nohup`, stay ignored.
int CJobProcess_catchSignals(void);

/// The next signal that came in, or 0 where none waits.
///
/// - Parameter fromTerminal: Set to 1 where a key sent it, to all processes of the foreground group, and to 0 otherwise.
int CJobProcess_nextSignal(int descriptor, int *fromTerminal);

/// How a child is.
typedef enum CJobProcess_state { CJobProcess_running, CJobProcess_exited, CJobProcess_killed } CJobProcess_state;

/// Looks at a child without waiting; `value` is the exit status or the signal.
CJobProcess_state CJobProcess_look(pid_t process, int *value);

#endif

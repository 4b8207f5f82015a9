// SPDX-License-Identifier: Apache-2.0
// Diverts a process that was started as a worker before its `main` runs, and what a worker needs that Swift can't say.
#ifndef CWORKERENTRY_H
#define CWORKERENTRY_H

#include <stdint.h>
#include <sys/types.h>

/// The variable that makes a process a worker: the pool's socket. It is removed before anything else happens.
#define CWORKERENTRY_VARIABLE "MPIFUTURES_WORKER"

/// What the Swift side answers for a process that runs `main` in step with others.
#define CWORKERENTRY_LOCKSTEP (-2)

/// What a worker says about itself in memory that it shares with its guardian, which outlives a crash.
typedef struct {
    /// The number of the task that runs plus one; 0 between tasks.
    volatile uint64_t task;
    /// The item of a chunk that runs plus one; 0 where the task is no chunk.
    volatile uint64_t item;
} CWorkerEntry_record;

/// fork(2); 0 in the child. Only for a process that has no second thread yet.
pid_t CWorkerEntry_fork(void);

/// Maps a record that a child made by fork shares with its parent; NULL where there is no memory.
CWorkerEntry_record *CWorkerEntry_mapRecord(void);

/// Asks for SIGKILL when the parent ends; 0 on success.
int CWorkerEntry_dieWithParent(void);

/// Makes a stream line buffered: stdout for 1, stderr for 2.
void CWorkerEntry_lineBuffer(int descriptor);

/// Sets the thread count of every BLAS and OpenMP runtime that is loaded; returns how many were told.
int CWorkerEntry_setNumericThreads(int count);

/// A descriptor that polls as readable when the process ends; -1 where the system has none.
int CWorkerEntry_watch(pid_t process);

/// The exit status in a wait status: the code, or -1 where the process did not exit by itself.
int CWorkerEntry_exitCode(int status);
/// The signal that ended the process, or 0.
int CWorkerEntry_endSignal(int status);

/// Whether Swift's hashing gives the same order in every process.
int CWorkerEntry_hashesDeterministically(void);

/// Runs this program again, from its start, with SWIFT_DETERMINISTIC_HASHING=1: does not return where that works.
///
/// Arguments, environment and descriptors stay. To be called before the process has done anything, MPI_Init above all.
/// Returns 0 where the variable is set already, and the reason (errno) where the program can't be run.
int CWorkerEntry_reexecuteWithDeterministicHashing(char **argv);

#endif

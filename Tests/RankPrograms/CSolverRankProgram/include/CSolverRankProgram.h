// SPDX-License-Identifier: Apache-2.0
// What the solvers' rank program needs of MPI's macros.
#ifndef CSOLVERRANKPROGRAM_H
#define CSOLVERRANKPROGRAM_H

#include <mpi.h>

/// Starts MPI for calls from one thread at a time.
int CSolverRankProgram_start(void);

/// Ends MPI.
int CSolverRankProgram_finish(void);

/// All ranks.
MPI_Comm CSolverRankProgram_world(void);

/// This rank alone.
MPI_Comm CSolverRankProgram_self(void);

#endif

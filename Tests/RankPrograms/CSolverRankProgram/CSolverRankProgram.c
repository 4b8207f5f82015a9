// SPDX-License-Identifier: Apache-2.0
// MPI for the solvers' rank program.
#include "CSolverRankProgram.h"

int CSolverRankProgram_start(void) {
    int given;
    return MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &given);
}

int CSolverRankProgram_finish(void) { return MPI_Finalize(); }

MPI_Comm CSolverRankProgram_world(void) { return MPI_COMM_WORLD; }

MPI_Comm CSolverRankProgram_self(void) { return MPI_COMM_SELF; }

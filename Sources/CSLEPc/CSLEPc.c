// SPDX-License-Identifier: Apache-2.0
// The start of PETSc and SLEPc, and the steps of a solve that need MPI's macros.

#include "CSLEPc.h"

#include <slepceps.h>
#include <stdlib.h>
#include <string.h>

#if defined(PETSC_USE_COMPLEX) || !defined(PETSC_USE_REAL_DOUBLE)
#error "SLEPc must be built with real double scalars: install slepc-dev (Debian: libslepc-real-dev)"
#endif
#if defined(PETSC_USE_64BIT_INDICES)
#error "SLEPc must be built with 32-bit indices: install slepc-dev (Debian: libslepc-real-dev)"
#endif

int CSLEPc_start(void) {
    PetscBool running = PETSC_FALSE;
    PetscErrorCode code = SlepcInitialized(&running);
    if (code || running) return code;
    PETSC_COMM_WORLD = MPI_COMM_SELF;
    // Both may be set before PETSc starts; the signals of the process belong to the program.
    code = PetscOptionsSetValue(NULL, "-no_signal_handler", "1");
    if (!code) code = PetscOptionsSetValue(NULL, "-skip_petscrc", "1");
    if (!code) code = SlepcInitializeNoArguments();
    return code;
}

int CSLEPc_any(MPI_Comm communicator, int own, int *any) {
    return MPI_Allreduce(&own, any, 1, MPI_INT, MPI_LOR, communicator);
}

/// Posts this rank's part of the gather: sends on ranks above 0, receives and one copy per column on rank 0.
static int postGather(
    MPI_Comm communicator, const double *const *columns, int columnCount, const int *rowStarts, double *target,
    int rank, int size, MPI_Request *requests, int *posted) {
    int ownRows = rowStarts[rank + 1] - rowStarts[rank];
    for (int j = 0; j < columnCount; j++) {
        if (rank != 0) {
            if (ownRows == 0) continue;
            int code = MPI_Isend(columns[j], ownRows, MPI_DOUBLE, 0, j, communicator, &requests[*posted]);
            if (code) return code;
            (*posted)++;
            continue;
        }
        double *column = target + (size_t)j * (size_t)rowStarts[size];
        if (ownRows > 0) memcpy(column, columns[j], (size_t)ownRows * sizeof(double));
        for (int r = 1; r < size; r++) {
            int rows = rowStarts[r + 1] - rowStarts[r];
            if (rows == 0) continue;
            int code =
                MPI_Irecv(column + rowStarts[r], rows, MPI_DOUBLE, r, j, communicator, &requests[*posted]);
            if (code) return code;
            (*posted)++;
        }
    }
    return MPI_SUCCESS;
}

int CSLEPc_gatherColumns(
    MPI_Comm communicator, const double *const *columns, int columnCount, const int *rowStarts, double *target) {
    int rank, size;
    int code = MPI_Comm_rank(communicator, &rank);
    if (!code) code = MPI_Comm_size(communicator, &size);
    if (code) return code;
    size_t capacity = (size_t)columnCount * (size_t)(rank == 0 ? size : 1);
    MPI_Request *requests = malloc((capacity ? capacity : 1) * sizeof(MPI_Request));
    if (!requests) return MPI_ERR_NO_MEM;
    int posted = 0;
    code = postGather(communicator, columns, columnCount, rowStarts, target, rank, size, requests, &posted);
    if (!code) code = MPI_Waitall(posted, requests, MPI_STATUSES_IGNORE);
    free(requests);
    return code;
}

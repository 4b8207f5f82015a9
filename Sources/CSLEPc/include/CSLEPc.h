// SPDX-License-Identifier: Apache-2.0
// What Swift needs beside PETSc's and SLEPc's own headers: the start, and two steps of a solve.
#ifndef CSLEPC_H
#define CSLEPC_H

#include <mpi.h>

/// Starts PETSc and SLEPc with MPI_COMM_SELF as their world, without signal handlers, without reading the program's
/// arguments or a .petscrc. MPI must be running. Local; does nothing when SLEPc already runs. Returns PETSc's code.
int CSLEPc_start(void);

/// Whether any rank gives a number other than zero. Collective, blocks. Returns MPI's code.
int CSLEPc_any(MPI_Comm communicator, int own, int *any);

/// Collects distributed columns on rank 0. Collective: one set of messages for all columns, no intermediate buffer.
///
/// `columns[j]` is this rank's part of column j. `rowStarts` has size + 1 entries: rank r owns the rows
/// rowStarts[r] ..< rowStarts[r + 1]. `target` is used on rank 0 only: column-major, leading dimension
/// rowStarts[size]. Returns MPI's code.
int CSLEPc_gatherColumns(
    MPI_Comm communicator, const double *const *columns, int columnCount, const int *rowStarts, double *target);

#endif

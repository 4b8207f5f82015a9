// SPDX-License-Identifier: Apache-2.0
// What Swift cannot see of mpi.h (handle macros) and the calls of the MPI library that the MPI target makes.
//
// Every function returns the MPI code of the call that failed first, or MPI_SUCCESS. No function keeps state.
// Counts and displacements are 64-bit here; one that does not fit MPI's int gives MPI_ERR_COUNT, never an overflow.
#ifndef CMPI_H
#define CMPI_H

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

#if MPI_VERSION < 3
#error "CMPI needs MPI 3.0 or newer: non-blocking collectives, matched probe, MPI_Comm_create_group"
#endif

/// The levels of thread support; the numbers do not depend on the MPI library.
enum CMPI_thread_level {
    CMPI_THREAD_SINGLE,
    CMPI_THREAD_FUNNELED,
    CMPI_THREAD_SERIALIZED,
    CMPI_THREAD_MULTIPLE,
};

/// The element types that a reduction can work on; the names follow MPI's.
enum CMPI_datatype {
    CMPI_BYTE,
    CMPI_BOOL,
    CMPI_DOUBLE,
    CMPI_FLOAT,
    CMPI_INT8,
    CMPI_INT16,
    CMPI_INT32,
    CMPI_INT64,
    CMPI_UINT8,
    CMPI_UINT16,
    CMPI_UINT32,
    CMPI_UINT64,
};

/// The predefined reduction operations in use.
enum CMPI_op {
    CMPI_SUM,
    CMPI_PRODUCT,
    CMPI_MIN,
    CMPI_MAX,
    CMPI_LOGICAL_AND,
    CMPI_LOGICAL_OR,
    CMPI_LOGICAL_XOR,
    CMPI_BITWISE_AND,
    CMPI_BITWISE_OR,
    CMPI_BITWISE_XOR,
};

/// What a matched probe found: the message, taken out of the queue, and its envelope.
struct CMPI_probed {
    MPI_Message _Nullable message;
    int source;
    int tag;
    int64_t byteCount;
};

// The machine. The number of cores that the scheduler may give to this process; a name (15 bytes) for the calling
// thread.
int CMPI_available_cores(void);
int CMPI_name_thread(const char *_Nonnull name);
// Lets sleeps of the calling thread end within a microsecond of their time instead of 50.
int CMPI_sleep_precisely(void);

// Handles.
MPI_Comm _Nonnull CMPI_comm_world(void);
MPI_Comm _Nonnull CMPI_comm_self(void);

// Start and end. Thread levels are those of CMPI_thread_level.
int CMPI_init_thread(int required, int *_Nonnull provided);
int CMPI_query_thread(int *_Nonnull provided);
int CMPI_is_initialized(bool *_Nonnull flag);
int CMPI_is_finalized(bool *_Nonnull flag);
int CMPI_finalize(void);
int CMPI_abort(int exitCode);

// Errors. Before MPI's start and after its end both give MPI_ERR_OTHER. The text is cut to `capacity` bytes and
// always ends with a zero.
int CMPI_error_class(int code, int *_Nonnull errorClass);
int CMPI_error_string(int code, char *_Nonnull text, int capacity);

// Communicators. Each one that is made returns its errors (MPI_ERRORS_RETURN) and has the name that is given.
int CMPI_comm_return_errors(MPI_Comm _Nonnull comm);
int CMPI_comm_rank(MPI_Comm _Nonnull comm, int *_Nonnull rank);
int CMPI_comm_size(MPI_Comm _Nonnull comm, int *_Nonnull size);
int CMPI_tag_upper_bound(int *_Nonnull bound);
int CMPI_comm_create_group(
    MPI_Comm _Nonnull parent, int count, const int *_Nonnull ranks, int tag, const char *_Nonnull name,
    MPI_Comm _Nullable *_Nonnull made);
int CMPI_comm_split(
    MPI_Comm _Nonnull parent, int color, int key, const char *_Nonnull name, MPI_Comm _Nullable *_Nonnull made);
int CMPI_comm_dup(MPI_Comm _Nonnull parent, const char *_Nonnull name, MPI_Comm _Nullable *_Nonnull made);
int CMPI_comm_free(MPI_Comm _Nonnull comm);

// Requests.
int CMPI_test(MPI_Request _Nullable *_Nonnull request, bool *_Nonnull isComplete);

// Point to point, in bytes. A negative source or tag of CMPI_improbe means any.
int CMPI_isend(
    const void *_Nullable buffer, int64_t byteCount, int destination, int tag, MPI_Comm _Nonnull comm,
    MPI_Request _Nullable *_Nonnull request);
int CMPI_improbe(int source, int tag, MPI_Comm _Nonnull comm, bool *_Nonnull isFound, struct CMPI_probed *_Nonnull found);
int CMPI_imrecv(
    void *_Nullable buffer, int64_t byteCount, MPI_Message _Nullable *_Nonnull message,
    MPI_Request _Nullable *_Nonnull request);

// Collective calls that move bytes; `byteCount` is what one rank gives (or gets) to (or from) each other rank.
int CMPI_ibarrier(MPI_Comm _Nonnull comm, MPI_Request _Nullable *_Nonnull request);
int CMPI_ibcast(
    void *_Nullable buffer, int64_t byteCount, int root, MPI_Comm _Nonnull comm,
    MPI_Request _Nullable *_Nonnull request);
int CMPI_igather(
    const void *_Nullable send, void *_Nullable receive, int64_t byteCount, int root, MPI_Comm _Nonnull comm,
    MPI_Request _Nullable *_Nonnull request);
int CMPI_igatherv(
    const void *_Nullable send, int64_t byteCount, void *_Nullable receive, const int *_Nonnull byteCounts,
    const int *_Nonnull displacements, int root, MPI_Comm _Nonnull comm, MPI_Request _Nullable *_Nonnull request);
int CMPI_iallgather(
    const void *_Nullable send, void *_Nullable receive, int64_t byteCount, MPI_Comm _Nonnull comm,
    MPI_Request _Nullable *_Nonnull request);
int CMPI_iallgatherv(
    const void *_Nullable send, int64_t byteCount, void *_Nullable receive, const int *_Nonnull byteCounts,
    const int *_Nonnull displacements, MPI_Comm _Nonnull comm, MPI_Request _Nullable *_Nonnull request);
int CMPI_iscatter(
    const void *_Nullable send, void *_Nullable receive, int64_t byteCount, int root, MPI_Comm _Nonnull comm,
    MPI_Request _Nullable *_Nonnull request);
int CMPI_iscatterv(
    const void *_Nullable send, const int *_Nonnull byteCounts, const int *_Nonnull displacements,
    void *_Nullable receive, int64_t byteCount, int root, MPI_Comm _Nonnull comm,
    MPI_Request _Nullable *_Nonnull request);
int CMPI_ialltoall(
    const void *_Nullable send, void *_Nullable receive, int64_t byteCount, MPI_Comm _Nonnull comm,
    MPI_Request _Nullable *_Nonnull request);
int CMPI_ialltoallv(
    const void *_Nullable send, const int *_Nonnull sendCounts, const int *_Nonnull sendDisplacements,
    void *_Nullable receive, const int *_Nonnull receiveCounts, const int *_Nonnull receiveDisplacements,
    MPI_Comm _Nonnull comm, MPI_Request _Nullable *_Nonnull request);

// Reductions: `count` elements of the datatype.
int CMPI_ireduce(
    const void *_Nullable send, void *_Nullable receive, int64_t count, enum CMPI_datatype datatype, enum CMPI_op op,
    int root, MPI_Comm _Nonnull comm, MPI_Request _Nullable *_Nonnull request);
int CMPI_iallreduce(
    const void *_Nullable send, void *_Nullable receive, int64_t count, enum CMPI_datatype datatype, enum CMPI_op op,
    MPI_Comm _Nonnull comm, MPI_Request _Nullable *_Nonnull request);
int CMPI_iscan(
    const void *_Nullable send, void *_Nullable receive, int64_t count, enum CMPI_datatype datatype, enum CMPI_op op,
    MPI_Comm _Nonnull comm, MPI_Request _Nullable *_Nonnull request);
int CMPI_iexscan(
    const void *_Nullable send, void *_Nullable receive, int64_t count, enum CMPI_datatype datatype, enum CMPI_op op,
    MPI_Comm _Nonnull comm, MPI_Request _Nullable *_Nonnull request);

#endif

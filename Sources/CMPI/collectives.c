// SPDX-License-Identifier: Apache-2.0
// The non-blocking collective calls and reductions.
#include "CMPI.h"

#include <limits.h>

/// True where a 64-bit count fits MPI's int.
static bool fits(int64_t count) { return count >= 0 && count <= INT_MAX; }

/// The MPI handle of an element type.
static MPI_Datatype handle_of_datatype(enum CMPI_datatype datatype) {
    switch (datatype) {
    case CMPI_BYTE: return MPI_BYTE;
    case CMPI_BOOL: return MPI_C_BOOL;
    case CMPI_DOUBLE: return MPI_DOUBLE;
    case CMPI_FLOAT: return MPI_FLOAT;
    case CMPI_INT8: return MPI_INT8_T;
    case CMPI_INT16: return MPI_INT16_T;
    case CMPI_INT32: return MPI_INT32_T;
    case CMPI_INT64: return MPI_INT64_T;
    case CMPI_UINT8: return MPI_UINT8_T;
    case CMPI_UINT16: return MPI_UINT16_T;
    case CMPI_UINT32: return MPI_UINT32_T;
    case CMPI_UINT64: return MPI_UINT64_T;
    }
    return MPI_DATATYPE_NULL;
}

/// The MPI handle of an operation.
static MPI_Op handle_of_op(enum CMPI_op op) {
    switch (op) {
    case CMPI_SUM: return MPI_SUM;
    case CMPI_PRODUCT: return MPI_PROD;
    case CMPI_MIN: return MPI_MIN;
    case CMPI_MAX: return MPI_MAX;
    case CMPI_LOGICAL_AND: return MPI_LAND;
    case CMPI_LOGICAL_OR: return MPI_LOR;
    case CMPI_LOGICAL_XOR: return MPI_LXOR;
    case CMPI_BITWISE_AND: return MPI_BAND;
    case CMPI_BITWISE_OR: return MPI_BOR;
    case CMPI_BITWISE_XOR: return MPI_BXOR;
    }
    return MPI_OP_NULL;
}

int CMPI_ibarrier(MPI_Comm comm, MPI_Request *request) { return MPI_Ibarrier(comm, request); }

int CMPI_ibcast(void *buffer, int64_t byteCount, int root, MPI_Comm comm, MPI_Request *request) {
    if (!fits(byteCount)) return MPI_ERR_COUNT;
    return MPI_Ibcast(buffer, (int)byteCount, MPI_BYTE, root, comm, request);
}

int CMPI_igather(
    const void *send, void *receive, int64_t byteCount, int root, MPI_Comm comm, MPI_Request *request) {
    if (!fits(byteCount)) return MPI_ERR_COUNT;
    const int count = (int)byteCount;
    return MPI_Igather(send, count, MPI_BYTE, receive, count, MPI_BYTE, root, comm, request);
}

int CMPI_igatherv(
    const void *send, int64_t byteCount, void *receive, const int *byteCounts, const int *displacements, int root,
    MPI_Comm comm, MPI_Request *request) {
    if (!fits(byteCount)) return MPI_ERR_COUNT;
    return MPI_Igatherv(
        send, (int)byteCount, MPI_BYTE, receive, byteCounts, displacements, MPI_BYTE, root, comm, request);
}

int CMPI_iallgather(const void *send, void *receive, int64_t byteCount, MPI_Comm comm, MPI_Request *request) {
    if (!fits(byteCount)) return MPI_ERR_COUNT;
    const int count = (int)byteCount;
    return MPI_Iallgather(send, count, MPI_BYTE, receive, count, MPI_BYTE, comm, request);
}

int CMPI_iallgatherv(
    const void *send, int64_t byteCount, void *receive, const int *byteCounts, const int *displacements,
    MPI_Comm comm, MPI_Request *request) {
    if (!fits(byteCount)) return MPI_ERR_COUNT;
    return MPI_Iallgatherv(
        send, (int)byteCount, MPI_BYTE, receive, byteCounts, displacements, MPI_BYTE, comm, request);
}

int CMPI_iscatter(
    const void *send, void *receive, int64_t byteCount, int root, MPI_Comm comm, MPI_Request *request) {
    if (!fits(byteCount)) return MPI_ERR_COUNT;
    const int count = (int)byteCount;
    return MPI_Iscatter(send, count, MPI_BYTE, receive, count, MPI_BYTE, root, comm, request);
}

int CMPI_iscatterv(
    const void *send, const int *byteCounts, const int *displacements, void *receive, int64_t byteCount, int root,
    MPI_Comm comm, MPI_Request *request) {
    if (!fits(byteCount)) return MPI_ERR_COUNT;
    return MPI_Iscatterv(
        send, byteCounts, displacements, MPI_BYTE, receive, (int)byteCount, MPI_BYTE, root, comm, request);
}

int CMPI_ialltoall(const void *send, void *receive, int64_t byteCount, MPI_Comm comm, MPI_Request *request) {
    if (!fits(byteCount)) return MPI_ERR_COUNT;
    const int count = (int)byteCount;
    return MPI_Ialltoall(send, count, MPI_BYTE, receive, count, MPI_BYTE, comm, request);
}

int CMPI_ialltoallv(
    const void *send, const int *sendCounts, const int *sendDisplacements, void *receive, const int *receiveCounts,
    const int *receiveDisplacements, MPI_Comm comm, MPI_Request *request) {
    return MPI_Ialltoallv(
        send, sendCounts, sendDisplacements, MPI_BYTE, receive, receiveCounts, receiveDisplacements, MPI_BYTE, comm,
        request);
}

int CMPI_ireduce(
    const void *send, void *receive, int64_t count, enum CMPI_datatype datatype, enum CMPI_op op, int root,
    MPI_Comm comm, MPI_Request *request) {
    if (!fits(count)) return MPI_ERR_COUNT;
    return MPI_Ireduce(
        send, receive, (int)count, handle_of_datatype(datatype), handle_of_op(op), root, comm, request);
}

int CMPI_iallreduce(
    const void *send, void *receive, int64_t count, enum CMPI_datatype datatype, enum CMPI_op op, MPI_Comm comm,
    MPI_Request *request) {
    if (!fits(count)) return MPI_ERR_COUNT;
    return MPI_Iallreduce(send, receive, (int)count, handle_of_datatype(datatype), handle_of_op(op), comm, request);
}

int CMPI_iscan(
    const void *send, void *receive, int64_t count, enum CMPI_datatype datatype, enum CMPI_op op, MPI_Comm comm,
    MPI_Request *request) {
    if (!fits(count)) return MPI_ERR_COUNT;
    return MPI_Iscan(send, receive, (int)count, handle_of_datatype(datatype), handle_of_op(op), comm, request);
}

int CMPI_iexscan(
    const void *send, void *receive, int64_t count, enum CMPI_datatype datatype, enum CMPI_op op, MPI_Comm comm,
    MPI_Request *request) {
    if (!fits(count)) return MPI_ERR_COUNT;
    return MPI_Iexscan(send, receive, (int)count, handle_of_datatype(datatype), handle_of_op(op), comm, request);
}

// SPDX-License-Identifier: Apache-2.0
// Handles, start and end, errors, communicators, requests and point-to-point calls.
#include "CMPI.h"

#include <limits.h>
#include <string.h>

MPI_Comm CMPI_comm_world(void) { return MPI_COMM_WORLD; }

MPI_Comm CMPI_comm_self(void) { return MPI_COMM_SELF; }

/// The level of CMPI_thread_level that MPI's constant stands for.
static int level_of_constant(int constant) {
    if (constant >= MPI_THREAD_MULTIPLE) return CMPI_THREAD_MULTIPLE;
    if (constant >= MPI_THREAD_SERIALIZED) return CMPI_THREAD_SERIALIZED;
    if (constant >= MPI_THREAD_FUNNELED) return CMPI_THREAD_FUNNELED;
    return CMPI_THREAD_SINGLE;
}

int CMPI_init_thread(int required, int *provided) {
    static const int constants[] = {
        MPI_THREAD_SINGLE, MPI_THREAD_FUNNELED, MPI_THREAD_SERIALIZED, MPI_THREAD_MULTIPLE};
    if (required < CMPI_THREAD_SINGLE || required > CMPI_THREAD_MULTIPLE) return MPI_ERR_ARG;
    int constant = MPI_THREAD_SINGLE;
    int code = MPI_Init_thread(NULL, NULL, constants[required], &constant);
    *provided = level_of_constant(constant);
    return code;
}

int CMPI_query_thread(int *provided) {
    int constant = MPI_THREAD_SINGLE;
    int code = MPI_Query_thread(&constant);
    *provided = level_of_constant(constant);
    return code;
}

int CMPI_is_initialized(bool *flag) {
    int value = 0;
    int code = MPI_Initialized(&value);
    *flag = value != 0;
    return code;
}

int CMPI_is_finalized(bool *flag) {
    int value = 0;
    int code = MPI_Finalized(&value);
    *flag = value != 0;
    return code;
}

int CMPI_finalize(void) { return MPI_Finalize(); }

int CMPI_abort(int exitCode) { return MPI_Abort(MPI_COMM_WORLD, exitCode); }

/// True between start and end: elsewhere Open MPI ends the process when it is asked about an error.
static bool can_explain_errors(void) {
    int is_initialized = 0, is_finalized = 0;
    if (MPI_Initialized(&is_initialized) != MPI_SUCCESS || MPI_Finalized(&is_finalized) != MPI_SUCCESS) return false;
    return is_initialized && !is_finalized;
}

int CMPI_error_class(int code, int *errorClass) {
    if (!can_explain_errors()) return MPI_ERR_OTHER;
    return MPI_Error_class(code, errorClass);
}

int CMPI_error_string(int code, char *text, int capacity) {
    if (!can_explain_errors()) return MPI_ERR_OTHER;
    char full[MPI_MAX_ERROR_STRING];
    int length = 0;
    int result = MPI_Error_string(code, full, &length);
    if (result != MPI_SUCCESS || capacity <= 0) return result;
    if (length > capacity - 1) length = capacity - 1;
    memcpy(text, full, (size_t)length);
    text[length] = '\0';
    return MPI_SUCCESS;
}

int CMPI_comm_return_errors(MPI_Comm comm) { return MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN); }

int CMPI_comm_rank(MPI_Comm comm, int *rank) { return MPI_Comm_rank(comm, rank); }

int CMPI_comm_size(MPI_Comm comm, int *size) { return MPI_Comm_size(comm, size); }

int CMPI_tag_upper_bound(int *bound) {
    // The standard promises at least this much, should the attribute be missing.
    const int promised = 32767;
    int *value = NULL;
    int found = 0;
    int code = MPI_Comm_get_attr(MPI_COMM_WORLD, MPI_TAG_UB, &value, &found);
    *bound = code == MPI_SUCCESS && found ? *value : promised;
    return code;
}

/// Gives a new communicator its name and makes it return errors.
static int prepare(MPI_Comm comm, const char *name) {
    int code = MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
    if (code != MPI_SUCCESS) return code;
    char cut[MPI_MAX_OBJECT_NAME];
    strncpy(cut, name, sizeof cut - 1);
    cut[sizeof cut - 1] = '\0';
    return MPI_Comm_set_name(comm, cut);
}

int CMPI_comm_create_group(MPI_Comm parent, int count, const int *ranks, int tag, const char *name, MPI_Comm *made) {
    MPI_Group all, members;
    *made = NULL;
    int code = MPI_Comm_group(parent, &all);
    if (code != MPI_SUCCESS) return code;
    code = MPI_Group_incl(all, count, ranks, &members);
    if (code == MPI_SUCCESS) {
        MPI_Comm comm = MPI_COMM_NULL;
        code = MPI_Comm_create_group(parent, members, tag, &comm);
        if (code == MPI_SUCCESS && comm == MPI_COMM_NULL) code = MPI_ERR_GROUP;
        if (code == MPI_SUCCESS) {
            *made = comm;
            code = prepare(comm, name);
        }
        MPI_Group_free(&members);
    }
    MPI_Group_free(&all);
    return code;
}

int CMPI_comm_split(MPI_Comm parent, int color, int key, const char *name, MPI_Comm *made) {
    MPI_Comm comm = MPI_COMM_NULL;
    *made = NULL;
    int code = MPI_Comm_split(parent, color, key, &comm);
    if (code != MPI_SUCCESS) return code;
    *made = comm;
    return prepare(comm, name);
}

int CMPI_comm_dup(MPI_Comm parent, const char *name, MPI_Comm *made) {
    MPI_Comm comm = MPI_COMM_NULL;
    *made = NULL;
    int code = MPI_Comm_dup(parent, &comm);
    if (code != MPI_SUCCESS) return code;
    *made = comm;
    return prepare(comm, name);
}

int CMPI_comm_free(MPI_Comm comm) { return MPI_Comm_free(&comm); }

int CMPI_test(MPI_Request *request, bool *isComplete) {
    int flag = 0;
    int code = MPI_Test(request, &flag, MPI_STATUS_IGNORE);
    *isComplete = flag != 0;
    return code;
}

int CMPI_isend(
    const void *buffer, int64_t byteCount, int destination, int tag, MPI_Comm comm, MPI_Request *request) {
    if (byteCount < 0 || byteCount > INT_MAX) return MPI_ERR_COUNT;
    return MPI_Isend(buffer, (int)byteCount, MPI_BYTE, destination, tag, comm, request);
}

int CMPI_improbe(int source, int tag, MPI_Comm comm, bool *isFound, struct CMPI_probed *found) {
    MPI_Message message = MPI_MESSAGE_NULL;
    MPI_Status status;
    int flag = 0;
    *isFound = false;
    int code = MPI_Improbe(
        source < 0 ? MPI_ANY_SOURCE : source, tag < 0 ? MPI_ANY_TAG : tag, comm, &flag, &message, &status);
    if (code != MPI_SUCCESS || !flag) return code;
    MPI_Count count = 0;
    code = MPI_Get_elements_x(&status, MPI_BYTE, &count);
    *isFound = true;
    found->message = message;
    found->source = status.MPI_SOURCE;
    found->tag = status.MPI_TAG;
    found->byteCount = (int64_t)count;
    return code;
}

int CMPI_imrecv(void *buffer, int64_t byteCount, MPI_Message *message, MPI_Request *request) {
    if (byteCount < 0 || byteCount > INT_MAX) return MPI_ERR_COUNT;
    return MPI_Imrecv(buffer, (int)byteCount, MPI_BYTE, message, request);
}

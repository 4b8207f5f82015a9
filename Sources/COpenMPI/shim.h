// SPDX-License-Identifier: Apache-2.0
// Open MPI as the system has it.
#include <mpi.h>

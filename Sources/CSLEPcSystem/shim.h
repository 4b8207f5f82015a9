// SPDX-License-Identifier: Apache-2.0
// SLEPc and PETSc as the system has them.
//
// Swift imports these headers as they are: handles are opaque pointers, error codes are plain integers, so a PETSc call
// in Swift reads like the manual page, and a new solver needs no new C. The module is built once (about a second) and
// cached. What macros hide, and what Swift's concurrency rules keep away (PETSC_COMM_WORLD is a mutable global), is in
// the target CSLEPc.
#include <slepceps.h>

// SPDX-License-Identifier: Apache-2.0
// A C target needs a source file; the routines themselves are in the system's LAPACK.
#include "CLAPACK.h"

// SPDX-License-Identifier: Apache-2.0
// The LAPACK routines in use, as Fortran exports them (32-bit integers, column-major matrices).
#ifndef CLAPACK_H
#define CLAPACK_H

/// Selected eigenvalues and eigenvectors of a real symmetric matrix (LAPACK users' guide, DSYEVR).
void dsyevr_(
    const char *jobz, const char *range, const char *uplo, const int *n, double *a, const int *lda,
    const double *vl, const double *vu, const int *il, const int *iu, const double *abstol, int *m, double *w,
    double *z, const int *ldz, int *isuppz, double *work, const int *lwork, int *iwork, const int *liwork,
    int *info);

/// All eigenvalues and eigenvectors of a real symmetric matrix by divide and conquer (LAPACK users' guide, DSYEVD).
void dsyevd_(
    const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w, double *work,
    const int *lwork, int *iwork, const int *liwork, int *info);

/// C ← α AᵀA + β C or α AAᵀ + β C, one triangle of it (BLAS, DSYRK).
void dsyrk_(
    const char *uplo, const char *trans, const int *n, const int *k, const double *alpha, const double *a,
    const int *lda, const double *beta, double *c, const int *ldc);

#endif

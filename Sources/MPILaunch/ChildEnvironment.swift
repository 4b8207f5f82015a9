// SPDX-License-Identifier: Apache-2.0
// What processes of a job find in their environment.

/// Changes to the environment of a job.
package enum ChildEnvironment {
    /// The variables by which BLAS and OpenMP libraries are told their number of threads.
    package static let threadVariables = [
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "GOTO_NUM_THREADS",
    ]

    /// The environment without traces of an MPI job around this process, which a launcher would refuse to run in.
    ///
    /// The user's own settings (`OMPI_MCA_*`) stay, and so does what belongs to a Slurm job.
    package static func withoutLauncher(_ environment: [String: String]) -> [String: String] {
        environment.filter { key, _ in
            key.hasPrefix("OMPI_MCA_") || key.hasPrefix("OMPI_ALLOW_RUN_AS_ROOT")
                || !["OMPI_", "PMIX_", "PRTE_", "PMI_"].contains { key.hasPrefix($0) }
        }
    }
}

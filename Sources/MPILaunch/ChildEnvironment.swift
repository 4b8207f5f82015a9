// SPDX-License-Identifier: Apache-2.0
// What processes of a job find in their environment.

/// Changes to the environment of a job.
package enum ChildEnvironment {
    /// The variables by which BLAS and OpenMP libraries are told their number of threads.
    package static let threadVariables = [
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "GOTO_NUM_THREADS",
    ]

    /// What `mpirun` of Open MPI 4 sets for its ranks among the variables that are users' settings by their names.
    private static let setForRanks: Set<String> = [
        "OMPI_MCA_hwloc_base_binding_policy", "OMPI_MCA_initial_wdir", "OMPI_MCA_mpi_oversubscribe", "OMPI_MCA_pmix",
        "OMPI_MCA_rmaps_base_oversubscribe", "OMPI_MCA_shmem_RUNTIME_QUERY_hint",
    ]

    /// The environment without traces of an MPI job around this process, which a launcher would refuse to run in.
    ///
    /// The user's own settings (`OMPI_MCA_*`) stay, and so does what belongs to a Slurm job.
    package static func withoutLauncher(_ environment: [String: String]) -> [String: String] {
        let isRank = environment["OMPI_MCA_orte_hnp_uri"] != nil
        return environment.filter { key, _ in
            if key.hasPrefix("OMPI_MCA_") {
                guard isRank else { return true }
                return !setForRanks.contains(key) && !key.hasPrefix("OMPI_MCA_orte_") && !key.hasPrefix("OMPI_MCA_ess")
            }
            return key.hasPrefix("OMPI_ALLOW_RUN_AS_ROOT")
                || !["OMPI_", "PMIX_", "PRTE_", "PMI_"].contains { key.hasPrefix($0) }
        }
    }
}

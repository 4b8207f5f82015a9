// SPDX-License-Identifier: Apache-2.0
// How rank 0's exit status comes back from a job that goes on without it.

/// The report on rank 0: a launcher that lets a job go on says nothing about how its ranks ended.
///
/// A shell around rank 0 writes the report to standard error, which every launcher brings back, from other hosts too;
/// the launcher takes it out. It starts and ends with a character that no text contains, and is followed by a newline,
/// without which `srun` drops it; it also loses what comes at a task's very end, hence the pause.
package enum RankReport {
    /// The first and the last byte of a report.
    package static let mark: UInt8 = 0x1E

    // Signals to the group of processes reach the shell as well, which is to outlive the program. Its own remarks
    // about how the program ended go nowhere.
    private static let script = """
        if [ "${OMPI_COMM_WORLD_RANK:-${PMIX_RANK:-${PMI_RANK:-${SLURM_PROCID:-0}}}}" != 0 ]; then exec "$@"; fi; \
        trap : HUP INT TERM USR1 USR2; exec 3>&2 2>/dev/null; (exec "$@" 2>&3 3>&-); s=$?; \
        printf '\\036%s:%d\\036\\n' "$0" "$s" >&3; \
        [ -z "$SLURM_STEP_ID" ] || sleep 0.3; exit "$s"
        """

    /// What stands before a program that is to be reported on.
    static func command(token: String) -> [String] { ["/bin/sh", "-c", script, token] }

    /// Reads a report without its first and last byte.
    static func status(_ bytes: some Collection<UInt8>, token: String) -> Int32? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.hasPrefix("\(token):") else { return nil }
        return Int32(text.dropFirst(token.count + 1))
    }
}

// SPDX-License-Identifier: Apache-2.0
// Whether the ranks on this machine have a core each.

internal import CMPI
internal import Glibc
internal import Synchronization

/// What is known about cores and ranks on this machine.
enum HostProcessors {
    private static let crowded = Atomic<Bool>(true)

    /// Whether ranks have to share cores, so that a spinning one slows others down; true until it is known.
    static var areCrowded: Bool { crowded.load(ordering: .relaxed) }

    /// Compares the cores that this process may use with the ranks on this machine.
    ///
    /// - Parameter worldSize: the ranks of the job: what is taken where the launcher does not say how many are here.
    static func measure(worldSize: Int) {
        let ranksHere = ranksOnThisHost() ?? worldSize
        // As many ranks as cores is crowded too: the program that the ranks work for has threads of its own.
        crowded.store(ranksHere >= Int(CMPI_available_cores()), ordering: .relaxed)
    }

    /// What the launchers of Open MPI, MPICH and MVAPICH2 say about this machine.
    private static func ranksOnThisHost() -> Int? {
        for name in ["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS", "MV2_COMM_WORLD_LOCAL_SIZE"] {
            if let text = getenv(name), let count = Int(String(cString: text)), count > 0 { return count }
        }
        return nil
    }
}

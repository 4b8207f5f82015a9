// SPDX-License-Identifier: Apache-2.0
// One run of SLEPc's symmetric eigensolver.

internal import CSLEPc
internal import CSLEPcSystem
internal import MPI

/// A run of the Krylov–Schur method on a symmetric matrix (SLEPc users' manual, chapter 2: EPS, `EPS_HEP`).
package struct KrylovSchur {
    /// The end of the spectrum that is wanted.
    package enum Part: Sendable {
        /// The smallest eigenvalues.
        case smallest
        /// The largest eigenvalues.
        case largest
        /// The eigenvalues of largest magnitude.
        case largestMagnitude
    }

    /// How many pairs to find.
    package var wanted: Int
    /// Where in the spectrum.
    package var part: Part
    /// The dimension of the search space before a restart, at least `wanted`.
    package var subspace: Int
    /// The residual norm at which a pair counts as converged.
    package var tolerance: Double
    /// The number of restarts.
    package var maximumRestarts: Int
    /// Determines the random start vector.
    package var seed: UInt64
    /// Asked on every rank before each restart; the run ends where any rank says yes.
    package var shouldStop: (_ converged: Int) -> Bool

    /// Makes a run.
    package init(
        wanted: Int, part: Part, subspace: Int, tolerance: Double, maximumRestarts: Int, seed: UInt64,
        shouldStop: @escaping (_ converged: Int) -> Bool
    ) {
        self.wanted = wanted
        self.part = part
        self.subspace = subspace
        self.tolerance = tolerance
        self.maximumRestarts = maximumRestarts
        self.seed = seed
        self.shouldStop = shouldStop
    }

    /// How a run ended.
    package struct Outcome: Sendable {
        /// The converged eigenvalues, the most wanted first; at most as many as wanted.
        package var values: [Double] = []
        /// The number of restarts.
        package var restarts = 0
        /// SLEPc's reason for ending.
        package var reason = ""
        /// Whether `shouldStop` ended it.
        package var wasStopped = false
    }

    /// Finds pairs in the orthogonal complement of the vectors found before, and adds theirs.
    ///
    /// Collective.
    ///
    /// - Parameters:
    ///   - matrix: A symmetric matrix.
    ///   - found: Orthonormal vectors to deflate; receives the new ones in the order of the outcome's values.
    package func solve(_ matrix: borrowing DistributedMatrix, extending found: VectorSet) throws -> Outcome {
        let group = try matrix.communicator.rawHandle
        let context = StopContext(group: group, shouldStop: shouldStop)
        let operatorHandle = matrix.handle
        return try matrix.withVectors { scratch in
            let start = try scratch.add()
            try scratch.fillRandomly(start, seed: seed)
            return try withHandle({ EPSCreate(group, &$0) }, destroy: { EPSDestroy(&$0) }) { solver in
                try check(EPSSetOperators(solver, operatorHandle, nil))
                try configure(solver, start: start, deflating: found)
                let unmanaged = Unmanaged.passUnretained(context)
                try check(EPSSetStoppingTestFunction(solver, StopContext.test, unmanaged.toOpaque(), nil))
                try withExtendedLifetime(context) { try check(EPSSolve(solver)) }
                return try collect(from: solver, into: found, wasStopped: context.wasStopped)
            }
        }
    }

    private func configure(_ solver: OpaquePointer, start: VectorSet.Vector, deflating found: VectorSet) throws {
        let which =
            switch part {
            case .smallest: EPS_SMALLEST_REAL
            case .largest: EPS_LARGEST_REAL
            case .largestMagnitude: EPS_LARGEST_MAGNITUDE
            }
        try check(EPSSetType(solver, EPSKRYLOVSCHUR))
        try check(EPSSetProblemType(solver, EPS_HEP))
        try check(EPSSetWhichEigenpairs(solver, which))
        try check(EPSSetDimensions(solver, Int32(wanted), Int32(subspace), PETSC_DEFAULT))
        try check(EPSSetConvergenceTest(solver, EPS_CONV_ABS))
        try check(EPSSetTolerances(solver, tolerance, Int32(clamping: maximumRestarts)))
        var first: OpaquePointer? = start.handle
        try check(EPSSetInitialSpace(solver, 1, &first))
        if found.count > 0 {
            var deflated = found.handles
            try check(EPSSetDeflationSpace(solver, Int32(deflated.count), &deflated))
        }
        try check(EPSSetFromOptions(solver))
    }

    private func collect(from solver: OpaquePointer, into found: VectorSet, wasStopped: Bool) throws -> Outcome {
        var outcome = Outcome()
        outcome.wasStopped = wasStopped
        var converged: PetscInt = 0
        var restarts: PetscInt = 0
        var reason = EPS_CONVERGED_ITERATING
        try check(EPSGetConverged(solver, &converged))
        try check(EPSGetIterationNumber(solver, &restarts))
        try check(EPSGetConvergedReason(solver, &reason))
        outcome.restarts = Int(restarts)
        outcome.reason = Self.name(of: reason)
        for index in 0..<min(converged, Int32(wanted)) {
            var value = 0.0
            let vector = try found.add()
            try check(EPSGetEigenpair(solver, index, &value, nil, vector.handle, nil))
            outcome.values.append(value)
        }
        return outcome
    }

    private static func name(of reason: EPSConvergedReason) -> String {
        switch reason {
        case EPS_CONVERGED_TOL: "converged to the tolerance"
        case EPS_CONVERGED_USER: "stopped"
        case EPS_DIVERGED_ITS: "ran out of restarts"
        case EPS_DIVERGED_BREAKDOWN: "broke down: no direction is left to search in"
        case EPS_DIVERGED_SYMMETRY_LOST: "lost symmetry"
        default: "SLEPc's reason \(reason.rawValue)"
        }
    }
}

/// The stopping test of one run: SLEPc's own, and whether any rank wants to stop.
private final class StopContext {
    private let group: OpaquePointer
    private let shouldStop: (Int) -> Bool
    private(set) var wasStopped = false

    init(group: OpaquePointer, shouldStop: @escaping (Int) -> Bool) {
        self.group = group
        self.shouldStop = shouldStop
    }

    /// What SLEPc calls before each restart.
    static let test:
        @convention(c) (
            OpaquePointer?, PetscInt, PetscInt, PetscInt, PetscInt, UnsafeMutablePointer<EPSConvergedReason>?,
            UnsafeMutableRawPointer?
        ) -> PetscErrorCode = { solver, restarts, limit, converged, wanted, reason, context in
            let code = EPSStoppingBasic(solver, restarts, limit, converged, wanted, reason, nil)
            guard code == 0, let reason, let context else { return code }
            // Safe: `solve` passes its own context and keeps it alive for the time of EPSSolve.
            let own = Unmanaged<StopContext>.fromOpaque(context).takeUnretainedValue()
            if reason.pointee == EPS_CONVERGED_ITERATING, own.anyoneStops(converged: Int(converged)) {
                reason.pointee = EPS_CONVERGED_USER
            }
            return 0
        }

    private func anyoneStops(converged: Int) -> Bool {
        var any: Int32 = 0
        // An error leaves a communicator of no use: the run ends, and the next call on it reports the error.
        let code = CSLEPc_any(group, shouldStop(converged) ? 1 : 0, &any)
        wasStopped = code != 0 || any != 0
        return wasStopped
    }
}

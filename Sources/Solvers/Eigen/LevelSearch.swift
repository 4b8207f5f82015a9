// SPDX-License-Identifier: Apache-2.0
// Finds the wanted levels, and those that a first run missed.

internal import Futures
internal import SLEPc

/// The search for the wanted eigenvalues: a first run, and runs in the complement of what was found.
///
/// A Krylov space from one start vector holds one direction of each degenerate level, so a single run may miss copies.
/// Each further run deflates all vectors found so far and starts from a fresh random vector: it has a part in every
/// direction that is missing. The search is complete when such a run brings nothing that is wanted more than the
/// least wanted pair.
struct LevelSearch {
    private let wanted: Int
    private let dimension: Int
    private let which: Which
    private let options: EigenOptions
    /// The residual norm at which a pair counts as converged.
    let tolerance: Double
    /// The largest difference of two values that count as one level.
    let levelTolerance: Double
    /// The values of the found vectors, in the order of the vectors.
    var values: [Double] = []
    /// The number of restarts over all runs.
    private(set) var restarts = 0
    /// Why the last run that found pairs ended.
    private(set) var reason = ""
    /// How many wanted pairs the first run had missed.
    private(set) var recoveredCount = 0
    /// Whether the least wanted level goes on beyond the wanted pairs; `nil` before it was checked.
    private(set) var isLastLevelCut: Bool?
    private var runs: UInt64 = 0

    init(wanted: Int, dimension: Int, which: Which, options: EigenOptions, scale: Double) {
        self.wanted = wanted
        self.dimension = dimension
        self.which = which
        self.options = options
        // The zero matrix has no scale of its own.
        tolerance = options.tolerance * (scale > 0 ? scale : 1)
        levelTolerance = 4 * tolerance + 1e-13 * scale
    }

    /// Finds as many pairs as are wanted.
    ///
    /// Collective.
    mutating func findFirst(in matrix: borrowing DistributedMatrix, _ found: VectorSet) throws {
        while values.count < wanted {
            let outcome = try run(matrix, found, wanted: wanted - values.count, which.part)
            reason = outcome.reason
            values += outcome.values
            // What is missing may be out of this run's reach (another invariant subspace after a breakdown, another
            // end of the spectrum): with the found ones deflated, a new start vector finds it.
            if outcome.values.isEmpty {
                throw failure(
                    "\(values.count) of \(wanted) pairs converged; raise maximumRestarts or subspaceSize, or ask for "
                        + "a larger tolerance")
            }
        }
    }

    /// Repeats with the found vectors deflated until nothing better than the least wanted pair appears.
    ///
    /// Collective.
    mutating func complete(in matrix: borrowing DistributedMatrix, _ found: VectorSet) throws {
        // The ends of the spectrum converge independently of each other, so a run for the largest magnitudes may end
        // with a value of one end before a larger one of the other has shown: each end is asked by itself.
        let parts: [KrylovSchur.Part] = which == .largestMagnitude ? [.smallest, .largest] : [which.part]
        isLastLevelCut = false
        while values.count < dimension {
            let before = values.count
            var isCut = false
            for part in parts where values.count < dimension {
                let gap = try extend(in: matrix, found, part)
                if gap >= -levelTolerance { isCut = isCut || gap <= levelTolerance }
            }
            if values.count == before {
                isLastLevelCut = isCut
                return
            }
        }
    }

    /// Finds the most wanted pair of the complement and keeps it where it is better than the least wanted pair.
    ///
    /// - Returns: How much worse it is than that pair was; negative where it is better.
    private mutating func extend(
        in matrix: borrowing DistributedMatrix, _ found: VectorSet, _ part: KrylovSchur.Part
    ) throws -> Double {
        let outcome = try run(matrix, found, wanted: 1, part)
        guard let next = outcome.values.first else {
            throw failure(
                "the pairs converged, but the run that shows their completeness did not; raise maximumRestarts "
                    + "or subspaceSize, or ask for completeness: .unchecked")
        }
        let gap = which.rank(of: next) - which.rank(of: values[order[wanted - 1]])
        if gap >= -levelTolerance {
            try found.removeAll(from: values.count)
        } else {
            values.append(next)
            recoveredCount += 1
        }
        return gap
    }

    /// Drops what is not wanted and brings the rest into ascending order.
    ///
    /// Collective.
    mutating func keepWanted(_ found: VectorSet) throws {
        let order = self.order
        if isLastLevelCut != nil, order.count > wanted {
            let gap = which.rank(of: values[order[wanted]]) - which.rank(of: values[order[wanted - 1]])
            if gap <= levelTolerance { isLastLevelCut = true }
        }
        let kept = order.prefix(wanted).sorted { (values[$0], $0) < (values[$1], $1) }
        try found.keep(kept)
        values = kept.map { values[$0] }
    }

    /// The positions of the values, the most wanted first.
    private var order: [Int] {
        values.indices.sorted { (which.rank(of: values[$0]), $0) < (which.rank(of: values[$1]), $1) }
    }

    /// Runs SLEPc once, or again in a larger space where nothing converged and the options leave that open.
    private mutating func run(
        _ matrix: borrowing DistributedMatrix, _ found: VectorSet, wanted: Int, _ part: KrylovSchur.Part
    ) throws -> KrylovSchur.Outcome {
        // Small spaces win where the products with the matrix are cheap: orthogonalisation costs most. Close clusters
        // need large ones.
        let smallest = min(options.subspaceSize ?? max(2 * wanted, wanted + 11), dimension)
        let isFixed = options.subspaceSize != nil || options.maximumRestarts != nil
        let largest = isFixed ? smallest : min(16 * smallest, dimension)
        var subspace = smallest
        while true {
            let outcome = try run(matrix, found, wanted: wanted, part, subspace: subspace)
            if !outcome.values.isEmpty || subspace >= largest { return outcome }
            subspace = min(4 * subspace, largest)
        }
    }

    private mutating func run(
        _ matrix: borrowing DistributedMatrix, _ found: VectorSet, wanted: Int, _ part: KrylovSchur.Part, subspace: Int
    ) throws -> KrylovSchur.Outcome {
        let (context, before, total) = (TaskContext.current, values.count, self.wanted)
        var reported = -1
        let method = KrylovSchur(
            wanted: wanted, part: part, subspace: subspace, tolerance: tolerance,
            maximumRestarts: options.maximumRestarts ?? max(1000, 2 * dimension / subspace),
            seed: options.seed &+ runs &* 0xD1B5_4A32_D192_ED03
        ) { converged in
            // Restarts may come by the thousand: only news is reported.
            if converged != reported {
                context?.report(progress: min(1, Double(before + converged) / Double(total)), "eigenpairs")
            }
            reported = converged
            return Task.isCancelled
        }
        runs += 1
        let (outcome, unused) = try ScopedOptions.with(options.slepcOptions) {
            try method.solve(matrix, extending: found)
        }
        restarts += outcome.restarts
        if outcome.wasStopped { throw CancellationError() }
        guard unused.isEmpty else {
            throw SolverError(.invalidArgument, "slepcOptions that the solver does not know: \(unused)")
        }
        return outcome
    }

    private func failure(_ message: String) -> SolverError {
        SolverError(
            .notConverged, message,
            diagnostics: SolverError.Diagnostics(convergedValues: values, restarts: restarts, reason: reason))
    }
}

extension Which {
    /// The part of the spectrum in SLEPc's terms.
    fileprivate var part: KrylovSchur.Part {
        switch self {
        case .smallestReal: .smallest
        case .largestReal: .largest
        case .largestMagnitude: .largestMagnitude
        }
    }
}

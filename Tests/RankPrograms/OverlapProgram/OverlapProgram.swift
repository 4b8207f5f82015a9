// SPDX-License-Identifier: Apache-2.0
// Random mixtures of tasks, gangs and solves from concurrent Swift tasks, on one executor.

import Foundation
import Futures
import MPI
import MPIFutures
import Solvers

/// `OverlapProgram MIXTURES SEED [RANKS]`: alone on a pool of 4 (or RANKS) workers, under `mpirun` on its ranks.
///
/// Each mixture is 2 to 5 Swift tasks that submit 3 to 8 things each, of which none may wait for ever and all must be
/// right. Prints a line for each mixture that is not, and at the end how many there were.
@main
struct OverlapProgram {
    /// Lowest energies of open chains of 4, 6 and 8 sites, J = 1 (exact diagonalisation, 12 digits).
    static let energies = [4: -1.616025403784, 6: -2.493577133888, 8: -3.374932598688]
    /// No mixture takes longer than this.
    static let limit = Duration.seconds(60)

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard arguments.count >= 2 else {
            throw ExecutorError(.invalidArgument, "usage: OverlapProgram MIXTURES SEED [RANKS]")
        }
        let isAlone = ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_SIZE"] == nil
        let pool = try await MPIExecutor(workers: isAlone ? arguments.dropFirst(2).first ?? 4 : nil)
        try await pool.bootUp()
        var wrong = 0
        let start = ContinuousClock.now
        for mixture in 0..<arguments[0] {
            let seed = UInt64(arguments[1] + mixture)
            if let problem = await problem(of: Mixture(seed: seed, largestGang: pool.largestGang), on: pool) {
                wrong += 1
                print("FAILED mixture \(seed): \(problem)")
            }
            if isatty(2) != 0 { FileHandle.standardError.write(Data("\r\(mixture + 1) mixtures".utf8)) }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        print("\(arguments[0]) mixtures on \(pool.largestGang) ranks, \(pool.strategy), \(wrong) failed")
        FileHandle.standardError.write(Data(" in \(Int(seconds)) s\n".utf8))
        await pool.shutdown()
        exit(wrong == 0 ? 0 : 1)
    }

    /// Runs a mixture; what went wrong, or `nil`.
    private static func problem(of mixture: Mixture, on pool: MPIExecutor) async -> String? {
        let done = Promise<String?>()
        let work = Task {
            await withTaskGroup(of: String?.self) { group in
                for steps in mixture.steps { group.addTask { await run(steps, on: pool) } }
                var first: String?
                for await problem in group { first = first ?? problem }
                done.succeed(first)
            }
        }
        do {
            return try await done.future.value(within: limit)
        } catch {
            work.cancel()
            return "no end within \(limit)"
        }
    }

    /// Submits all steps, and asks for the values in another order.
    private static func run(_ steps: [Mixture.Step], on pool: MPIExecutor) async -> String? {
        var values: [(step: Mixture.Step, future: Future<Double>)] = []
        for step in steps { values.append((step, await submit(step, to: pool))) }
        for (step, future) in values.reversed() {
            switch await future.result {
            case .failure(let error): return "\(step): \(error)"
            case .success(let value):
                guard abs(value - step.expected) < 1e-9 else { return "\(step): \(value)" }
            }
        }
        return nil
    }

    private static func submit(_ step: Mixture.Step, to pool: MPIExecutor) async -> Future<Double> {
        switch step {
        case .task(let number):
            return await pool.submit(number) { Double($0) * Double($0) }
        case .gang(let ranks, let number):
            return await pool.submit(number, ranks: ranks) { number, communicator in
                // Several collective calls, of which each rank brings a part.
                let sum = try communicator.allReduce(Double(number + communicator.rank), .sum)
                let largest = try communicator.allReduce(Double(number * communicator.rank), .max)
                try communicator.barrier()
                return sum + largest
            }
        case .solve(let ranks, let sites):
            let options = TaskOptions(name: "solve of \(sites)", ranks: .gang(ranks))
            return await pool.eigenpairs(of: HeisenbergChain(sites: sites), count: 1, submission: options)
                .map { $0.values[0] }
        }
    }
}

/// What several Swift tasks submit.
struct Mixture: Sendable {
    /// Something to submit, with a value that is known beforehand.
    enum Step: Sendable {
        case task(Int)
        case gang(ranks: Int, Int)
        case solve(ranks: Int, sites: Int)

        var expected: Double {
            switch self {
            case .task(let number): return Double(number) * Double(number)
            case .gang(let ranks, let number):
                let sum = Double(ranks * number) + Double(ranks * (ranks - 1)) / 2
                return sum + Double(number * (ranks - 1))
            case .solve(_, let sites): return OverlapProgram.energies[sites] ?? .nan
            }
        }
    }

    /// The steps of each Swift task.
    let steps: [[Step]]

    init(seed: UInt64, largestGang: Int) {
        // Knuth's linear congruential generator (The Art of Computer Programming, vol. 2, §3.3.4): any will do.
        var state = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        func draw(_ range: ClosedRange<Int>) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return range.lowerBound + Int(state >> 33) % range.count
        }
        steps = (0..<draw(2...5)).map { _ in
            (0..<draw(3...8)).map { _ in
                switch draw(0...9) {
                case 0...4: .task(draw(0...1000))
                case 5...7: .gang(ranks: draw(1...largestGang), draw(0...1000))
                default: .solve(ranks: draw(1...largestGang), sites: 2 * draw(2...4))
                }
            }
        }
    }
}

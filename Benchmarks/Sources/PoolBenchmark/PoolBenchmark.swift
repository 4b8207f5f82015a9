// SPDX-License-Identifier: Apache-2.0
// Round trip, submit rate, bulk echo and idle cost of a pool; the same figures as Peers/mpi4py_pool.py.

import ArgumentParser
import Foundation
import Futures
import MPI
import MPIFutures

@main
struct PoolBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures a pool and prints one JSON object.",
        discussion: "Alone it measures a dynamic pool; under mpirun, the ranks of that job.")

    @Option(help: "Workers of a dynamic pool.")
    var workers = 2

    @Option(help: "Tasks of the submit rate.")
    var tasks = 50_000

    @Option(help: "Round trips.")
    var roundTrips = 2000

    @Option(help: "Items of the map.")
    var items = 400_000

    @Option(help: "Megabytes of the echoed array.")
    var megabytes = 32

    @Option(help: "Seconds of idleness to measure; 0 for none.")
    var idleSeconds = 0

    mutating func run() async throws {
        // Under a launcher there are as many as it has started.
        let isAlone = ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_SIZE"] == nil
        let pool = try await MPIExecutor(workers: isAlone ? workers : nil)
        var figures: [String: Double] = [:]
        for _ in 0..<200 { _ = try await pool.submit(1) { $0 + 1 }.value }
        figures["roundTripMicroseconds"] = try await roundTrip(pool)
        figures["submitsPerSecond"] = try await submits(pool)
        figures["itemsPerSecond"] = try await map(pool)
        figures["echoMegabytesPerSecond"] = try await echo(pool)
        if idleSeconds > 0 {
            figures["idlePercentOfACore"] = try await idle(pool)
            figures["roundTripAfterRestMicroseconds"] = try await roundTripAfterRest(pool)
        }
        await pool.shutdown()
        let data = try JSONSerialization.data(withJSONObject: figures, options: [.sortedKeys])
        print(String(decoding: data, as: UTF8.self))
    }

    /// The median time from submit to value, one task at a time.
    private func roundTrip(_ pool: MPIExecutor) async throws -> Double {
        var times: [Double] = []
        for i in 0..<roundTrips {
            let start = ContinuousClock.now
            let value = try await pool.submit(i) { $0 + 1 }.value
            times.append((ContinuousClock.now - start) / .microseconds(1))
            precondition(value == i + 1)
        }
        return times.sorted()[times.count / 2]
    }

    /// Tasks per second when all are submitted before the first value is asked for.
    private func submits(_ pool: MPIExecutor) async throws -> Double {
        let start = ContinuousClock.now
        var futures: [Future<Int>] = []
        futures.reserveCapacity(tasks)
        for i in 0..<tasks { futures.append(await pool.submit(i) { $0 + 1 }) }
        var sum = 0
        for future in futures { sum += try await future.value }
        precondition(sum == tasks * (tasks + 1) / 2)
        return Double(tasks) / ((ContinuousClock.now - start) / .seconds(1))
    }

    /// Items per second through `map`.
    private func map(_ pool: MPIExecutor) async throws -> Double {
        let start = ContinuousClock.now
        var sum = 0
        for try await value in pool.map(0..<items, { $0 + 1 }) { sum += value }
        precondition(sum == items * (items + 1) / 2)
        return Double(items) / ((ContinuousClock.now - start) / .seconds(1))
    }

    /// Megabytes of an array per second, there and back counted once; the median of five.
    private func echo(_ pool: MPIExecutor) async throws -> Double {
        let array = [Double](repeating: 1, count: megabytes << 17)
        var rates: [Double] = []
        for _ in 0..<5 {
            let start = ContinuousClock.now
            let back = try await pool.submit(array) { $0 }.value
            precondition(back.count == array.count)
            rates.append(Double(megabytes) / ((ContinuousClock.now - start) / .seconds(1)))
        }
        return rates.sorted()[2]
    }

    /// The most that the program or one worker uses of a core while nothing is submitted, in percent.
    private func idle(_ pool: MPIExecutor) async throws -> Double {
        // A gang of all workers tells who they are, and leaves MPI initialised in them.
        let workers = try await pool.submit(0, ranks: pool.largestGang) { _, communicator in
            try communicator.allGather(getpid())
        }.value
        let processes = Set(workers + [getpid()]).sorted()
        let before = processes.map(Self.ticks)
        try await Task.sleep(for: .seconds(idleSeconds))
        let after = processes.map(Self.ticks)
        let most = zip(before, after).map { $1 - $0 }.max() ?? 0
        return most / Double(idleSeconds)
    }

    /// The median time of the first round trip after a rest of a second.
    private func roundTripAfterRest(_ pool: MPIExecutor) async throws -> Double {
        var times: [Double] = []
        for i in 0..<7 {
            try await Task.sleep(for: .seconds(1))
            let start = ContinuousClock.now
            _ = try await pool.submit(i) { $0 + 1 }.value
            times.append((ContinuousClock.now - start) / .microseconds(1))
        }
        return times.sorted()[3]
    }

    /// Processor time of a process in clock ticks of 10 ms, which are percents of a second.
    private static func ticks(_ pid: Int32) -> Double {
        let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        let fields = stat.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12 else { return .nan }
        return (Double(fields[11]) ?? .nan) + (Double(fields[12]) ?? .nan)
    }
}

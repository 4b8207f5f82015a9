// SPDX-License-Identifier: Apache-2.0
// What makes executors swappable.

import Futures

extension Contract {
    /// The contract after R's `future` framework.
    static let principles = CheckSection(
        "The contract that makes executors swappable",
        [
            Check("sequential_oracle", "A program gives what it gives on the local executor.") { trial in
                let oracle = LocalExecutor(concurrency: 1)
                let expected = try await program(on: oracle)
                try trial.expect(try await program(on: trial.executor), is: expected)
                await oracle.shutdown()
            },
            Check("evaluated_once", "A task runs once, and its value is kept for all who ask.") { trial in
                let future = await trial.executor.submit { UInt64.random(in: 0...UInt64.max) }
                let value = try await future.value
                for _ in 0..<3 { try trial.expect(try await future.value, is: value) }
                let failing = await trial.executor.submit { () -> Int in
                    throw Fault(reason: "\(UInt64.random(in: 0...UInt64.max))")
                }
                let errors = [try await trial.failure(of: failing), try await trial.failure(of: failing)]
                try trial.expect(errors[0] as? Fault, is: errors[1] as? Fault)
            },
            Check("inputs_frozen", "The input is that of the moment of submission.") { trial in
                var input = [1, 2, 3]
                let future = await trial.executor.submit(input) { $0.reduce(0, +) }
                input[0] = 100
                try trial.expect(try await future.value, is: 6)
                let again = await trial.executor.submit(input) { $0.reduce(0, +) }
                try trial.expect(try await again.value, is: 105)
            },
            Check("error_families", "A task's error is itself; the machinery's errors are of one other type.") {
                trial in
                let thrown = await trial.executor.submit(Failing(reason: "mine"))
                try trial.expect(try await trial.failure(of: thrown), is: Fault(reason: "mine"))
                let captured = trial.subject.name.count
                let refused = await trial.executor.submit(1) { $0 + captured }
                try trial.expect(try await trial.failure(of: refused), is: .closureNotShippable)
            },
            Check("random_streams", "Random numbers follow from seed, submission and item only.") { trial in
                let oracle = LocalExecutor(concurrency: 3, seed: 7)
                let expected = try await draws(from: oracle)
                await oracle.shutdown()
                try await trial.withExecutor(ExecutorRequest(seed: 7)) { own in
                    try trial.expect(try await draws(from: own.executor), is: expected)
                }
            },
            Check(
                "nested_submission", "A task that makes a pool of its own is refused, not deadlocked.",
                needs: [.processes]
            ) { trial in
                let code = await trial.executor.submit { try await NestedPool.code() }
                try trial.expect(try await code.value, is: "nestedSubmission")
            },
            Check(
                "relay", "What a task prints is printed by the program.",
                shownBy: "MPIFuturesTests.OutputTests, which read the program's output"),
            Check(
                "lazy_inputs",
                "A map over futures submits each item when its input is there; an input's error is its item's."
            ) { trial in
                let first = await trial.executor.submit(20) { $0 + 1 }
                let inputs = [first, Future(error: Fault(reason: "input")), Future(value: 4)]
                var outputs: [Int?] = []
                for try await result in trial.executor.map(inputs, { 2 * $0 }).results {
                    outputs.append(try? result.get())
                }
                try trial.expect(outputs, is: [42, nil, 8])
                let late = await trial.executor.submit(first) { $0 * 10 }
                try trial.expect(try await late.value, is: 210)
            },
        ])

    /// Values, errors, maps and waits in one.
    private static func program(on executor: any FutureExecutor) async throws -> [String] {
        var lines: [String] = []
        let futures = [
            await executor.submit(3) { $0 * $0 }, await executor.submit(4) { $0 * $0 },
            await executor.submit(-1) { (input: Int) -> Int in throw Fault(reason: "\(input)") },
        ]
        for result in try await futures.allSettled() {
            switch result {
            case .success(let value): lines.append("\(value)")
            case .failure(let error): lines.append("\(error)")
            }
        }
        lines += try await collect(executor.map(["a", "b"]) { $0 + $0 })
        lines += try await collect(executor.mapUnordered(0..<50) { "\($0 % 7)" }).sorted()
        lines.append("\(try await futures[..<2].gather().value)")
        return lines
    }

    private static func draws(from executor: any FutureExecutor) async throws -> [UInt64] {
        var numbers: [UInt64] = []
        for _ in 0..<3 { numbers.append(try await executor.submit { Contract.draw() }.value) }
        numbers += try await collect(executor.map(0..<20, chunk: 3) { _ in Contract.draw() })
        numbers += try await collect(executor.map(0..<20) { _ in Contract.draw() })
        numbers.append(try await executor.submit { Contract.draw() }.value)
        return numbers
    }

    /// The first random number of the running task.
    static func draw() -> UInt64 {
        var random = TaskContext.current?.random
        return random?.next() ?? 0
    }
}

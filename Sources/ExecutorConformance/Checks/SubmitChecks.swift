// SPDX-License-Identifier: Apache-2.0
// Submitting and mapping.

import Futures

extension Contract {
    /// mpi4py.futures, ExecutorTestMixin and ProcessPoolSubmitTest.
    static let submitting = CheckSection(
        "Submitting (ExecutorTestMixin)",
        [
            Check("submit", "A task's value arrives; Void and no input too.") { trial in
                try trial.expect(try await trial.executor.submit([2, 8]) { $0.reduce(1, *) }.value, is: 16)
                try trial.expect(try await trial.executor.submit { "none" }.value, is: "none")
                try await trial.executor.submit(1) { (_: Int) in }.value
                try await trial.executor.submit {}.value
                try trial.expect(try await trial.executor.submit(Nap(seconds: 0, value: 9)).value, is: 9)
            },
            Check("submit_keyword", "Options go along with the input.") { trial in
                let options = TaskOptions(name: "named", priority: 1)
                let name = await trial.executor.submit("x", options: options) { $0 + (TaskContext.current?.name ?? "") }
                try trial.expect(try await name.value, is: "xnamed")
            },
            Check(
                "submit_cancel", "The last of a long queue can be cancelled, and the others are not.",
                needs: [.cancellation]
            ) { trial in
                let count = 100 * (await trial.executor.concurrency)
                var futures: [Future<Int>] = []
                for number in 0..<count {
                    futures.append(await trial.executor.submit(Nap(seconds: 0.005, value: number)))
                }
                futures[count - 1].cancel()
                try trial.expectCancellation(try await trial.failure(of: futures[count - 1]))
                try trial.expect(futures[count - 1].state, is: .cancelled)
                try trial.expect(try await futures[..<(count - 1)].gather().value, is: Array(0..<(count - 1)))
            },
        ])

    /// mpi4py.futures, ExecutorTestMixin and ProcessPoolExecutorTest.
    static let mapping = CheckSection(
        "Mapping (ExecutorTestMixin, ProcessPoolExecutorTest)",
        [
            Check("map", "A map equals the sequential one, over sequences and one-shot iterators.") { trial in
                let squares = (0..<40).map { $0 * $0 }
                try trial.expect(try await collect(trial.executor.map(0..<40) { $0 * $0 }), is: squares)
                var next = 0
                let once = AnyIterator { () -> Int? in
                    defer { next += 1 }
                    return next < 40 ? next : nil
                }
                try trial.expect(try await collect(trial.executor.map(once) { $0 * $0 }), is: squares)
                try trial.expect(try await collect(trial.executor.map([Int]()) { $0 }), is: [])
            },
            Check("starmap", "Several arguments travel as one value; tasks with names can be mapped.") { trial in
                let tasks = (0..<20).map { Nap(seconds: 0, value: 3 * $0) }
                try trial.expect(try await collect(trial.executor.map(tasks)), is: (0..<20).map { 3 * $0 })
                let pairs: [[Int]] = (0..<20).map { [$0, $0 + 1] }
                let products: [Int] = try await collect(trial.executor.map(pairs) { $0[0] * $0[1] })
                try trial.expect(products, is: pairs.map { $0[0] * $0[1] })
            },
            Check("map_exception", "The values before a failure, then the error, then the end.") { trial in
                var iterator = trial.executor.map([1, 1, 0, 1]) { (input: Int) -> Int in
                    guard input != 0 else { throw Fault(reason: "zero") }
                    return 6 / input
                }.makeAsyncIterator()
                try trial.expect([try await iterator.next(), try await iterator.next()], is: [6, 6])
                let error = try await trial.failure { _ = try await iterator.next() }
                try trial.expect(error, is: Fault(reason: "zero"))
                try trial.expect(try await iterator.next() == nil, "it goes on after the error")
            },
            Check("map_timeout", "The values within the limit, then the time limit's error.") { trial in
                let naps = [0, 0, trial.abilities.cancels ? 600 : 1.2].map { Nap(seconds: $0, value: 1) }
                var values: [Int] = []
                let error = try await trial.failure {
                    for try await value in trial.executor.map(naps, chunk: 1).within(.milliseconds(500)) {
                        values.append(value)
                    }
                }
                try trial.expect(error, is: .timedOut)
                try trial.expect(values, is: [1, 1])
            },
            Check("map_timeout_one", "No time limit is reported that was not reached.") { trial in
                let outputs = try await collect(trial.executor.map([0, 1]) { $0 }.within(.seconds(20)))
                try trial.expect(outputs, is: [0, 1])
            },
            Check("map_chunksize", "Chunks of 6, 40 and 50 of 40 items give the same; 0 and -1 are refused.") { trial in
                for chunk in [6, 40, 50] {
                    try trial.expect(
                        try await collect(trial.executor.map(0..<40, chunk: chunk) { $0 + 1 }), is: Array(1...40))
                }
                for chunk in [0, -1] {
                    let error = try await trial.failure {
                        _ = try await collect(trial.executor.map(0..<40, chunk: chunk) { $0 })
                    }
                    try trial.expect(error, is: .invalidArgument)
                }
            },
            Check("starmap_chunksize", "The same for tasks with names.") { trial in
                let tasks = (0..<40).map { Nap(seconds: 0, value: $0) }
                for chunk in [6, 40, 50] {
                    try trial.expect(try await collect(trial.executor.map(tasks, chunk: chunk)), is: Array(0..<40))
                }
                let error = try await trial.failure { _ = try await collect(trial.executor.map(tasks, chunk: -1)) }
                try trial.expect(error, is: .invalidArgument)
            },
            Check("map_buffersize", "Bounds on what is in flight, with all chunk sizes, give the same; -1 is refused.")
            { trial in
                for bound in [1, 2, 9, 10, 11] {
                    for chunk in [1, 2, 9, 10, 11] {
                        let outputs = try await collect(trial.executor.map(0..<40, chunk: chunk) { $0 }.inFlight(bound))
                        try trial.expect(outputs, is: Array(0..<40))
                    }
                }
                let error = try await trial.failure {
                    _ = try await collect(trial.executor.map(0..<40) { $0 }.inFlight(-1))
                }
                try trial.expect(error, is: .invalidArgument)
            },
            Check("map_unordered", "The same outputs, in another order maybe.") { trial in
                let outputs = try await collect(trial.executor.mapUnordered(0..<200) { $0 })
                try trial.expect(outputs.sorted(), is: Array(0..<200))
            },
            Check("map_unordered_chunksize", "Chunks of 6, 40 and 50; -1 is refused.") { trial in
                for chunk in [6, 40, 50] {
                    let outputs = try await collect(trial.executor.mapUnordered(0..<40, chunk: chunk) { $0 })
                    try trial.expect(outputs.sorted(), is: Array(0..<40))
                }
                let error = try await trial.failure {
                    _ = try await collect(trial.executor.mapUnordered(0..<40, chunk: -1) { $0 })
                }
                try trial.expect(error, is: .invalidArgument)
            },
            Check("map_unordered_timeout", "All quick results, then the time limit's error.") { trial in
                let naps = [0, 0, 0, trial.abilities.cancels ? 600 : 1.2].map { Nap(seconds: $0, value: 1) }
                var values: [Int] = []
                let error = try await trial.failure {
                    for try await value in trial.executor.mapUnordered(naps, chunk: 1).within(.milliseconds(500)) {
                        values.append(value)
                    }
                }
                try trial.expect(error, is: .timedOut)
                try trial.expect(values, is: [1, 1, 1])
            },
            Check("map_unordered_timeout_one", "No time limit is reported that was not reached.") { trial in
                let outputs = try await collect(trial.executor.mapUnordered([0, 1]) { $0 }.within(.seconds(20)))
                try trial.expect(outputs.sorted(), is: [0, 1])
            },
            Check("map_unordered_exception", "A failing item ends the map, whenever it comes.") { trial in
                let inputs = [1, 1, 0, 1]
                var values: [Int] = []
                let error = try await trial.failure {
                    let map = trial.executor.mapUnordered(inputs, chunk: 1) { (input: Int) -> Int in
                        guard input != 0 else { throw Fault(reason: "zero") }
                        return 6 / input
                    }
                    for try await value in map { values.append(value) }
                }
                try trial.expect(error, is: Fault(reason: "zero"))
                try trial.expect(values.allSatisfy { $0 == 6 } && values.count <= 3, "values \(values)")
            },
        ])
}

// SPDX-License-Identifier: Apache-2.0
// Values and errors on their way.

import Futures

extension Contract {
    /// mpi4py.futures, ProcessPoolPickleTest.
    static let coding = CheckSection(
        "Values on their way (ProcessPoolPickleTest)",
        [
            Check("good_pickle", "Inputs and outputs come through as they are.") { trial in
                let input = Mixture(
                    numbers: [1.5, -.infinity, .leastNonzeroMagnitude], names: ["a": [1, 2], "ü": []],
                    nested: [nil, "x"])
                try trial.expect(try await trial.executor.submit(input) { $0 }.value, is: input)
                try trial.expect(try await trial.executor.submit(Obstinate(.none)) { $0 }.value, is: Obstinate(.none))
            },
            Check(
                "bad_pickle", "What can't be encoded, input or output, is its future's error; the next task works.",
                needs: [.encoding]
            ) { trial in
                let input = await trial.executor.submit(Obstinate(.encoding)) { _ in 1 }
                try trial.expect(try await trial.failure(of: input), is: .encodingFailed)
                let output = await trial.executor.submit { Obstinate(.encoding) }
                try trial.expect(try await trial.failure(of: output), is: .encodingFailed)
                try trial.expect(try await trial.executor.submit(1) { $0 }.value, is: 1)
            },
            Check(
                "bad_unpickle", "What can't be decoded, input or output, is its future's error; the next task works.",
                needs: [.encoding]
            ) { trial in
                let output = await trial.executor.submit { Obstinate(.decoding) }
                try trial.expect(try await trial.failure(of: output), is: .decodingFailed)
                try trial.expect(try await trial.executor.submit(1) { $0 }.value, is: 1)
            },
            Check(
                "bad_unpickle_input", "An input that can't be decoded where it arrives is its future's error.",
                needs: [.encoding, .travellingInput]
            ) { trial in
                let input = await trial.executor.submit(Obstinate(.decoding)) { _ in 1 }
                try trial.expect(try await trial.failure(of: input), is: .decodingFailed)
                try trial.expect(try await trial.executor.submit(1) { $0 }.value, is: 1)
            },
            Check(
                "exc_pickle", "The error of an encoding here has the coder's error as its cause, itself.",
                needs: [.encoding]
            ) { trial in
                let input = await trial.executor.submit(Obstinate(.encoding)) { _ in 1 }
                let error = try await trial.failure(of: input) as? ExecutorError
                try trial.expect(error?.cause as? Fault, is: Fault(reason: "unwilling to be encoded"))
            },
            Check(
                "exc_unpickle", "The error of a decoding there carries the coder's error.",
                needs: [.encoding, .travellingInput]
            ) { trial in
                let input = await trial.executor.submit(Obstinate(.decoding)) { _ in 1 }
                let error = try await trial.failure(of: input) as? ExecutorError
                try trial.expect(error?.cause.map { "\($0)".contains("unwilling to be decoded") }, is: true)
            },
        ])
}

/// A value of many parts.
struct Mixture: Codable, Equatable {
    var numbers: [Double]
    var names: [String: [Int]]
    var nested: [String?]
}

// SPDX-License-Identifier: Apache-2.0
// A helper that passes closures on without saying which file they came from.

import Futures

/// Makes a task of a closure; its `fileID` is this file's, which has no top-level code.
func forward<Input: Codable & Sendable, Output: Codable & Sendable>(
    _ input: Input, _ body: @escaping @Sendable @concurrent (Input) async throws -> Output
) throws -> ClosureTask<Input, Output> {
    try ClosureTask(input, body: body)
}

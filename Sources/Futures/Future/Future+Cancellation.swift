// SPDX-License-Identifier: Apache-2.0
// Whether a future can be cancelled.

extension Future {
    /// Why ``cancel()`` does nothing; `nil` where it works.
    ///
    /// In strategy `syncro`, where every process runs the program, it is an ``ExecutorError`` with code `unsupported`:
    /// the processes would see the cancellation at different moments. ``cancel()`` then leaves the future alone and
    /// says so once on standard error.
    public var cancellationRefusal: ExecutorError? { storage.arbiter?.cancellationRefusal }
}

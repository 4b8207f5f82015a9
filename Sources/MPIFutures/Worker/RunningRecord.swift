// SPDX-License-Identifier: Apache-2.0
// What a worker was doing when it died.

import CWorkerEntry

/// The worker's side of the memory that it shares with its guardian.
///
/// Only this process writes, one task at a time, and the guardian reads when the process has ended.
// Safe: the memory is mapped for the life of the process, and its two words are written by whoever runs the current
// task, of which there is one at a time.
struct RunningRecord: @unchecked Sendable {
    private let record: UnsafeMutablePointer<CWorkerEntry_record>

    init(_ record: UnsafeMutablePointer<CWorkerEntry_record>) {
        self.record = record
    }

    /// A task begins.
    func begin(_ task: UInt64) {
        record.pointee.item = 0
        record.pointee.task = task + 1
    }

    /// An item of a chunk begins.
    func beginItem(_ item: Int) {
        record.pointee.item = UInt64(item) + 1
    }

    /// The task has ended.
    func end() {
        record.pointee.task = 0
    }
}

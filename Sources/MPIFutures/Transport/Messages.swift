// SPDX-License-Identifier: Apache-2.0
// Commands and reports as frames.

import Futures

/// The order to run a task, as it reaches a worker.
struct RunOrder: Sendable {
    var task: TaskID
    var header: SubmissionHeader
    /// The ranks of the gang's members within the job, in gang order; empty for an ordinary task.
    var members: [Int]
    /// The receiver's rank in the gang.
    var rank: Int
    var payload: TaskPayload

    /// Makes the frame; the payload's bytes are shared, not copied.
    static func frame(
        _ task: TaskID, _ header: SubmissionHeader, _ payload: TaskPayload, rank: Int, members: [Int]
    ) -> Frame {
        var writer = MessageWriter()
        writer.write(header.number)
        writer.write(header.stream)
        writer.write(header.seed)
        writer.write(UInt32(rank))
        writer.write(UInt32(members.count))
        for member in members { writer.write(UInt32(member)) }
        writer.write(header.name)
        writer.write(payload.typeName)
        return Frame(kind: .run, task: task.number, prefix: writer.bytes, body: payload.bytes)
    }

    /// Reads the frame back.
    init(_ frame: Frame) throws(ExecutorError) {
        var reader = MessageReader(frame.prefix)
        let number = try reader.read(UInt64.self)
        let stream = try reader.read(UInt64.self)
        let seed = try reader.read(UInt64.self)
        rank = Int(try reader.read(UInt32.self))
        let count = Int(try reader.read(UInt32.self))
        members = []
        for _ in 0..<count { members.append(Int(try reader.read(UInt32.self))) }
        header = SubmissionHeader(name: try reader.readString(), number: number, stream: stream, seed: seed)
        payload = TaskPayload(typeName: try reader.readString(), bytes: frame.body)
        task = TaskID(frame.task)
    }
}

extension WorkerReport {
    /// The frame that says this.
    var frame: Frame {
        switch self {
        case .started(let task):
            return Frame(kind: .started, task: task.number)
        case .dropped(let task):
            return Frame(kind: .dropped, task: task.number)
        case .progress(let task, let progress):
            var writer = MessageWriter()
            writer.write(progress.fraction.bitPattern)
            writer.write(progress.message)
            return Frame(kind: .progress, task: task.number, prefix: writer.bytes)
        case .answered(let task, let outcome, let microseconds):
            var writer = MessageWriter()
            writer.write((microseconds ?? -1).bitPattern)
            switch outcome {
            case .encoded(let bytes):
                writer.write(UInt8(0))
                return Frame(kind: .answered, task: task.number, prefix: writer.bytes, body: bytes)
            case .local:
                preconditionFailure("a local output does not leave its process")
            case .failure(let error):
                writer.write(UInt8(1))
                return Frame(
                    kind: .answered, task: task.number, prefix: writer.bytes, body: Self.encode(error))
            }
        case .collectivePrepared:
            return Frame(kind: .collectivePrepared)
        case .collectiveFailed(let reason):
            return Frame(kind: .collectiveFailed, body: Array(reason.utf8))
        }
    }

    /// Reads a worker's frame; `nil` where it is none.
    init?(_ frame: Frame) throws {
        let task = TaskID(frame.task)
        switch frame.kind {
        case .started: self = .started(task)
        case .dropped: self = .dropped(task)
        case .progress:
            var reader = MessageReader(frame.prefix)
            let fraction = Double(bitPattern: try reader.read())
            self = .progress(task, TaskProgress(fraction: fraction, message: try reader.readString()))
        case .answered:
            var reader = MessageReader(frame.prefix)
            let microseconds = Double(bitPattern: try reader.read())
            let failed = try reader.read(UInt8.self) != 0
            let outcome: TaskOutcome = failed ? .failure(Self.decode(frame.body)) : .encoded(frame.body)
            self = .answered(task, outcome, microseconds: microseconds < 0 ? nil : microseconds)
        case .collectivePrepared: self = .collectivePrepared
        case .collectiveFailed: self = .collectiveFailed(String(decoding: frame.body, as: UTF8.self))
        default: return nil
        }
    }

    private static func encode(_ error: any Error) -> [UInt8] {
        do {
            return try BinaryEncoder().encode(ErrorPayload(error))
        } catch let reason {
            // An error payload is text and bytes, so this is not reached; an empty body is read as such below.
            _ = reason
            return []
        }
    }

    private static func decode(_ bytes: [UInt8]) -> any Error {
        do {
            return try BinaryDecoder().decode(ErrorPayload.self, from: bytes).error
        } catch {
            return ExecutorError(.decodingFailed, "the worker's error could not be read", cause: error)
        }
    }
}

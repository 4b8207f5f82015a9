// SPDX-License-Identifier: Apache-2.0
// Commands and reports as frames.

import Futures

/// The order to run a client's initializer, as it reaches a worker.
struct InitializeOrder: Sendable {
    var client: UInt32
    var payload: TaskPayload

    /// Makes the frame.
    static func frame(_ client: UInt32, _ payload: TaskPayload) -> Frame {
        Frame(
            kind: .initialize, number: UInt64(client), prefix: Array(payload.typeName.utf8), payload: payload.value)
    }

    /// Reads the frame back.
    init(_ frame: Frame) {
        client = UInt32(truncatingIfNeeded: frame.number)
        payload = TaskPayload(typeName: String(decoding: frame.prefix, as: UTF8.self), value: frame.payload)
    }
}

/// The order to run a task, as it reaches a worker.
struct RunOrder: Sendable {
    var task: TaskID
    var header: SubmissionHeader
    /// The ranks of the gang's members within the job, in gang order; empty for an ordinary task.
    var members: [Int]
    /// The receiver's rank in the gang.
    var rank: Int
    var payload: TaskPayload

    /// Makes the frame; the payload is shared, not copied.
    static func frame(
        _ task: TaskID, _ header: SubmissionHeader, _ payload: TaskPayload, rank: Int, members: [Int]
    ) -> Frame {
        var prefix: [UInt8] = []
        prefix.reserveCapacity(52 + 4 * members.count + header.name.utf8.count + payload.typeName.utf8.count)
        prefix.write(header.number)
        prefix.write(header.stream)
        prefix.write(header.seed)
        prefix.write(header.client)
        prefix.write(UInt32(rank))
        prefix.write(UInt32(members.count))
        for member in members { prefix.write(UInt32(member)) }
        prefix.write(header.name)
        prefix.write(payload.typeName)
        return Frame(kind: .run, task: task.number, prefix: prefix, payload: payload.value)
    }

    /// Reads the frame back.
    init(_ frame: Frame) throws(ExecutorError) {
        var prefix = MessageReader(frame.prefix)
        let number = try prefix.read(UInt64.self)
        let stream = try prefix.read(UInt64.self)
        let seed = try prefix.read(UInt64.self)
        let client = try prefix.read(UInt32.self)
        rank = Int(try prefix.read(UInt32.self))
        let count = Int(try prefix.read(UInt32.self))
        members = []
        for _ in 0..<count { members.append(Int(try prefix.read(UInt32.self))) }
        header = SubmissionHeader(
            name: try prefix.readText(), number: number, stream: stream, seed: seed, client: client)
        payload = TaskPayload(typeName: try prefix.readText(), value: frame.payload)
        task = TaskID(frame.task)
    }
}

extension WorkerReport {
    /// The frame that says this.
    var frame: Frame {
        switch self {
        case .started(let task): return Frame(kind: .started, task: task.number)
        case .dropped(let task): return Frame(kind: .dropped, task: task.number)
        case .progress(let task, let progress):
            return Frame(
                kind: .progress, task: task.number, number: progress.fraction.bitPattern,
                body: Array(progress.message.utf8))
        case .answered(let task, let outcome, let microseconds):
            let time = (microseconds ?? -1).bitPattern
            switch outcome {
            case .encoded(let value):
                return Frame(kind: .returned, task: task.number, number: time, payload: value)
            case .failure(let error):
                return Frame(kind: .threw, task: task.number, number: time, body: Self.encode(error))
            case .local: preconditionFailure("a local output does not leave its process")
            }
        case .initialized(let client): return Frame(kind: .initialized, number: UInt64(client))
        case .initializerFailed(let client, let error):
            return Frame(kind: .initializerFailed, number: UInt64(client), body: Self.encode(error))
        case .collectivePrepared: return Frame(kind: .collectivePrepared)
        case .collectiveFailed(let reason): return Frame(kind: .collectiveFailed, body: Array(reason.utf8))
        }
    }

    /// Reads a worker's frame; `nil` where it is none.
    init?(_ frame: Frame) {
        let task = TaskID(frame.task)
        let time = Double(bitPattern: frame.number)
        switch frame.kind {
        case .started: self = .started(task)
        case .dropped: self = .dropped(task)
        case .progress:
            self = .progress(task, TaskProgress(fraction: time, message: String(decoding: frame.body, as: UTF8.self)))
        case .returned: self = .answered(task, .encoded(frame.payload), microseconds: time < 0 ? nil : time)
        case .threw:
            self = .answered(task, .failure(Self.decode(frame.body)), microseconds: time < 0 ? nil : time)
        case .initialized: self = .initialized(client: UInt32(truncatingIfNeeded: frame.number))
        case .initializerFailed:
            self = .initializerFailed(
                client: UInt32(truncatingIfNeeded: frame.number), Self.decode(frame.body))
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

// SPDX-License-Identifier: Apache-2.0
// Commands and reports as frames.

import Futures
import NIOCore

/// The order to run a task, as it reaches a worker.
struct RunOrder: Sendable {
    var task: TaskID
    var header: SubmissionHeader
    /// The ranks of the gang's members within the job, in gang order; empty for an ordinary task.
    var members: [Int]
    /// The receiver's rank in the gang.
    var rank: Int
    var payload: TaskPayload

    /// Queues the order; the payload's bytes are shared, not copied.
    static func enqueue(
        _ task: TaskID, _ header: SubmissionHeader, _ payload: TaskPayload, rank: Int, members: [Int],
        on connection: SocketConnection
    ) {
        connection.enqueue(.run, task.number, body: payload.bytes) { buffer in
            buffer.writeMultipleIntegers(
                header.number, header.stream, header.seed, UInt32(rank), UInt32(members.count), endianness: .little)
            for member in members { buffer.writeInteger(UInt32(member), endianness: .little) }
            buffer.writeText(header.name)
            buffer.writeText(payload.typeName)
        }
    }

    /// Reads the frame back.
    init(_ frame: Frame) throws(ExecutorError) {
        var prefix = frame.prefix
        let number = try prefix.take(UInt64.self)
        let stream = try prefix.take(UInt64.self)
        let seed = try prefix.take(UInt64.self)
        rank = Int(try prefix.take(UInt32.self))
        let count = Int(try prefix.take(UInt32.self))
        members = []
        for _ in 0..<count { members.append(Int(try prefix.take(UInt32.self))) }
        header = SubmissionHeader(name: try prefix.takeText(), number: number, stream: stream, seed: seed)
        payload = TaskPayload(typeName: try prefix.takeText(), bytes: frame.body)
        task = TaskID(frame.task)
    }
}

extension WorkerReport {
    /// Queues what this says.
    func enqueue(on connection: SocketConnection) {
        switch self {
        case .started(let task): connection.enqueue(.started, task.number, body: []) { _ in }
        case .dropped(let task): connection.enqueue(.dropped, task.number, body: []) { _ in }
        case .progress(let task, let progress):
            connection.enqueue(.progress, task.number, body: []) { buffer in
                buffer.writeInteger(progress.fraction.bitPattern, endianness: .little)
                buffer.writeText(progress.message)
            }
        case .answered(let task, let outcome, let microseconds):
            let (failed, body): (UInt8, [UInt8]) =
                switch outcome {
                case .encoded(let bytes): (0, bytes)
                case .failure(let error): (1, Self.encode(error))
                case .local: preconditionFailure("a local output does not leave its process")
                }
            connection.enqueue(.answered, task.number, body: body) { buffer in
                buffer.writeInteger((microseconds ?? -1).bitPattern, endianness: .little)
                buffer.writeInteger(failed)
            }
        case .collectivePrepared: connection.enqueue(.collectivePrepared, 0, body: []) { _ in }
        case .collectiveFailed(let reason):
            connection.enqueue(.collectiveFailed, 0, body: Array(reason.utf8)) { _ in }
        }
    }

    /// Sends what this says.
    func send(on connection: SocketConnection) {
        enqueue(on: connection)
        connection.flush()
    }

    /// Reads a worker's frame; `nil` where it is none.
    init?(_ frame: Frame) throws {
        let task = TaskID(frame.task)
        var prefix = frame.prefix
        switch frame.kind {
        case .started: self = .started(task)
        case .dropped: self = .dropped(task)
        case .progress:
            let fraction = Double(bitPattern: try prefix.take())
            self = .progress(task, TaskProgress(fraction: fraction, message: try prefix.takeText()))
        case .answered:
            let microseconds = Double(bitPattern: try prefix.take())
            let failed = try prefix.take(UInt8.self) != 0
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

// SPDX-License-Identifier: Apache-2.0
// What the ranks of a lockstep program tell each other, as frames.

import Futures

/// A message between two ranks of a lockstep program.
enum LockstepMessage: Sendable, Equatable {
    /// The sender has made these steps, the first one with this number.
    case notes(LockstepLane, first: UInt64, [StepNote])
    /// A step that the sender owns has ended.
    case outcome(StepID, StepOutcome)
    /// How far a submission is that the sender owns.
    case progress(StepID, TaskProgress)
    /// The sender works on its own for a while, or is back.
    case hold(Bool)
    /// The sender's program has ended; with the number of its steps in each lane.
    case farewell([UInt64])
    /// The job can't go on.
    case failure(LockstepFailure)
    /// The sender has left a gang that the receiver leads: regularly where the outcome is `nil`.
    case gangReport(StepID, error: [UInt8]?)
    /// The gang, which the sender leads, is over.
    case gangAbandon(StepID, reason: String)

    /// The frame that says this; bodies are shared, not copied.
    var frame: Frame {
        switch self {
        case .notes(let lane, let first, let notes):
            Frame(kind: .stepNotes, task: first, number: UInt64(lane.rawValue), body: Self.encode(notes))
        case .outcome(let step, .value(let value)): Self.frame(.stepValue, step, value)
        case .outcome(let step, .error(let bytes)): Self.frame(.stepError, step, EncodedPayload(bytes))
        case .progress(let step, let progress):
            Frame(
                kind: .stepProgress, task: step.number, number: progress.fraction.bitPattern,
                body: Array(progress.message.utf8))
        case .hold(let isHeld): Frame(kind: .stepHold, number: isHeld ? 1 : 0)
        case .farewell(let counts):
            Frame(
                kind: .stepFarewell,
                body: counts.reduce(into: [UInt8]()) { $0.write($1) })
        case .failure(let failure):
            // An error payload is text and bytes, so its encoding succeeds; an empty body is read as such below.
            Frame(kind: .stepFailure, body: (try? BinaryEncoder().encode(ErrorPayload(failure.error))) ?? [])
        case .gangReport(let step, let error):
            Frame(kind: .gangReport, task: step.number, number: error == nil ? 0 : 1, body: error ?? [])
        case .gangAbandon(let step, let reason):
            Frame(kind: .gangAbandon, task: step.number, body: Array(reason.utf8))
        }
    }

    /// Reads a frame back.
    ///
    /// - Throws: ``Futures/ExecutorError/Code/protocolViolation`` where it is none of these.
    init(_ frame: Frame) throws(ExecutorError) {
        let submission = StepID(lane: .submissions, number: frame.task)
        switch frame.kind {
        case .stepNotes:
            self = .notes(try Self.lane(frame), first: frame.task, try Self.decodeNotes(frame.body))
        case .stepValue:
            self = .outcome(StepID(lane: try Self.lane(frame), number: frame.task), .value(frame.payload))
        case .stepError:
            self = .outcome(StepID(lane: try Self.lane(frame), number: frame.task), .error(frame.body))
        case .stepProgress:
            self = .progress(
                submission,
                TaskProgress(
                    fraction: Double(bitPattern: frame.number), message: String(decoding: frame.body, as: UTF8.self)))
        case .stepHold: self = .hold(frame.number != 0)
        case .stepFarewell:
            var reader = MessageReader(frame.body)
            var counts: [UInt64] = []
            for _ in LockstepLane.allCases { counts.append(try reader.read()) }
            self = .farewell(counts)
        case .stepFailure: self = .failure(Self.decodeFailure(frame.body))
        case .gangReport: self = .gangReport(submission, error: frame.number == 0 ? nil : frame.body)
        case .gangAbandon: self = .gangAbandon(submission, reason: String(decoding: frame.body, as: UTF8.self))
        default:
            throw ExecutorError(.protocolViolation, "a rank sent a frame of kind \(frame.kind)")
        }
    }

    private static func frame(_ kind: Frame.Kind, _ step: StepID, _ payload: EncodedPayload) -> Frame {
        Frame(kind: kind, task: step.number, number: UInt64(step.lane.rawValue), payload: payload)
    }

    private static func lane(_ frame: Frame) throws(ExecutorError) -> LockstepLane {
        guard let lane = UInt8(exactly: frame.number).flatMap(LockstepLane.init(rawValue:)) else {
            throw ExecutorError(.protocolViolation, "a rank spoke of lane \(frame.number)")
        }
        return lane
    }

    /// Equal labels in a row, the usual case, are written once.
    private static func encode(_ notes: [StepNote]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.write(UInt32(notes.count))
        var last: String?
        for note in notes {
            bytes.write(note.fingerprint.high)
            bytes.write(note.fingerprint.low)
            bytes.write(UInt8(note.label == last ? 0 : 1))
            if note.label != last { bytes.write(note.label) }
            last = note.label
        }
        return bytes
    }

    private static func decodeNotes(_ bytes: [UInt8]) throws(ExecutorError) -> [StepNote] {
        var reader = MessageReader(bytes)
        var notes: [StepNote] = []
        var label = ""
        for _ in 0..<(try reader.read(UInt32.self)) {
            let fingerprint = Fingerprint(high: try reader.read(), low: try reader.read())
            if try reader.read(UInt8.self) != 0 { label = try reader.readText() }
            notes.append(StepNote(fingerprint: fingerprint, label: label))
        }
        return notes
    }

    private static func decodeFailure(_ bytes: [UInt8]) -> LockstepFailure {
        do {
            let error = try BinaryDecoder().decode(ErrorPayload.self, from: bytes).error
            if let error = error as? ExecutorError { return LockstepFailure(code: error.code, message: error.message) }
            return LockstepFailure(code: .divergence, message: "\(error)")
        } catch {
            return LockstepFailure(code: .divergence, message: "another rank gave up, and its reason can't be read")
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Commands and reports on their way through frames.

import Futures
import Testing

@testable import MPIFutures

@Suite struct MessagesTests {
    /// What arrives of a frame that goes over a wire.
    private func transported(_ frame: Frame) throws -> Frame {
        var parser = FrameParser()
        var frames: [Frame] = []
        try parser.parse(frame.bytes, into: &frames)
        return try #require(frames.first)
    }

    private func transported(_ report: WorkerReport) throws -> WorkerReport {
        try #require(try WorkerReport(transported(report.frame)))
    }

    @Test func carriesStartsAndDrops() throws {
        guard case .started(TaskID(5)) = try transported(.started(TaskID(5))) else {
            Issue.record("started")
            return
        }
        guard case .dropped(TaskID(.max)) = try transported(.dropped(TaskID(.max))) else {
            Issue.record("dropped")
            return
        }
    }

    @Test(arguments: [(0.5, "half"), (0, ""), (1, "ä€𝄞\n\0"), (.infinity, "much"), (-0.0, "x")])
    func carriesProgress(fraction: Double, message: String) throws {
        let sent = TaskProgress(fraction: fraction, message: message)
        guard case .progress(let task, let progress) = try transported(.progress(TaskID(3), sent)) else {
            Issue.record("progress")
            return
        }
        #expect(task == TaskID(3))
        #expect(progress == sent)
    }

    @Test(arguments: [nil, 0, 12.5, 1e12])
    func carriesOutputs(microseconds: Double?) throws {
        let value = EncodedPayload(Array(0..<200 as Range<UInt8>))
        let report = try transported(.answered(TaskID(9), .encoded(value), microseconds: microseconds))
        guard case .answered(TaskID(9), .encoded(let arrived), microseconds: microseconds) = report, arrived == value
        else {
            Issue.record("\(report)")
            return
        }
    }

    @Test func carriesErrors() throws {
        func arrived(_ error: any Error) throws -> any Error {
            let report = try transported(.answered(TaskID(1), .failure(error), microseconds: 3))
            guard case .answered(TaskID(1), .failure(let arrived), microseconds: 3) = report else { throw error }
            return arrived
        }
        #expect(try arrived(TestFailure(reason: "why")) as? TestFailure == TestFailure(reason: "why"))
        #expect(try arrived(CancellationError()) is CancellationError)
        let machinery = ExecutorError(.rankMismatch, "text", cause: TestFailure(reason: "cause"))
        let error = try #require(try arrived(machinery) as? ExecutorError)
        #expect(error == machinery)
        #expect(error.cause as? TestFailure == TestFailure(reason: "cause"))
    }

    @Test func carriesTheEndsOfInitializers() throws {
        guard case .initialized(client: 7) = try transported(.initialized(client: 7)) else {
            Issue.record("initialized")
            return
        }
        let failed = WorkerReport.initializerFailed(client: .max, TestFailure(reason: "why"))
        guard case .initializerFailed(client: .max, let error) = try transported(failed) else {
            Issue.record("failed")
            return
        }
        #expect(error as? TestFailure == TestFailure(reason: "why"))
        let payload = TaskPayload(typeName: "4main4TaskV", value: EncodedPayload([1, 2, 3]))
        let order = InitializeOrder(try transported(InitializeOrder.frame(5, payload)))
        #expect(order.client == 5)
        #expect(order.payload == payload)
    }

    @Test func carriesTheInitialisationOfMPI() throws {
        guard case .collectivePrepared = try transported(.collectivePrepared) else {
            Issue.record("prepared")
            return
        }
        guard case .collectiveFailed("no fabric, ä") = try transported(.collectiveFailed("no fabric, ä")) else {
            Issue.record("failed")
            return
        }
    }

    @Test(arguments: [[], [3], [0, 1, 2, 65_535]])
    func carriesOrders(members: [Int]) throws {
        let header = SubmissionHeader(name: "näme", number: 1, stream: .max, seed: 1 << 40, client: 9)
        let payload = TaskPayload(typeName: "4main4TaskV", value: EncodedPayload([1, 2, 3]))
        let frame = RunOrder.frame(TaskID(77), header, payload, rank: members.count / 2, members: members)
        let order = try RunOrder(transported(frame))
        #expect(order.task == TaskID(77))
        #expect(order.header == header)
        #expect(order.payload == payload)
        #expect(order.members == members)
        #expect(order.rank == members.count / 2)
    }

    @Test func isNoReportWhereItIsSomethingElse() {
        let reports: Set<Frame.Kind> = [
            .started, .returned, .threw, .dropped, .progress, .collectivePrepared, .collectiveFailed, .initialized,
            .initializerFailed,
        ]
        for kind in Frame.Kind.allCases where !reports.contains(kind) {
            #expect(WorkerReport(Frame(kind: kind)) == nil)
        }
    }

    @Test func refusesOrdersThatAreCutShort() throws {
        let header = SubmissionHeader(name: "name", number: 1, stream: 2, seed: 3)
        let order = RunOrder.frame(
            TaskID(1), header, TaskPayload(typeName: "type", value: EncodedPayload()), rank: 1, members: [4, 5])
        for count in 0..<order.prefix.count {
            var cut = order
            cut.prefix = Array(order.prefix[..<count])
            let error = #expect(throws: ExecutorError.self) { try RunOrder(cut) }
            #expect(error?.code == .protocolViolation)
        }
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func survivesAnyBytes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for kind in Frame.Kind.allCases {
            let frame = Frame(
                kind: kind, task: random.next(), prefix: random.bytes(Int.random(in: 0..<60, using: &random)),
                body: random.bytes(Int.random(in: 0..<60, using: &random)))
            // An order, a report, none, or an error; what counts is that it is no trap.
            do { _ = try RunOrder(frame) } catch { #expect(error.code == .protocolViolation) }
            _ = WorkerReport(frame)
        }
    }

    @Test func readsWhatWasWritten() throws {
        var writer: [UInt8] = []
        writer.write(UInt8(7))
        writer.write(Int32(-5))
        writer.write(UInt64.max)
        writer.write("")
        writer.write("zwölf Boxkämpfer")
        var reader = MessageReader(writer)
        #expect(try reader.read(UInt8.self) == 7)
        #expect(try reader.read(Int32.self) == -5)
        #expect(try reader.read(UInt64.self) == .max)
        #expect(try reader.readText() == "")
        #expect(try reader.readText() == "zwölf Boxkämpfer")
        #expect(throws: ExecutorError.self) { try reader.read(UInt8.self) }
        var empty = MessageReader([])
        #expect(throws: ExecutorError.self) { try empty.readText() }
        // A string that claims 4 GB.
        var liar = MessageReader([0xFF, 0xFF, 0xFF, 0xFF, 1, 2])
        let error = #expect(throws: ExecutorError.self) { try liar.readText() }
        #expect(error?.message == "a message is shorter than what it says about itself")
    }
}

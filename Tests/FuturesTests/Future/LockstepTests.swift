// SPDX-License-Identifier: Apache-2.0
// Questions of timing where another process decides.

import Synchronization
import Testing

@testable import Futures

/// The answers of the process that decides, for those that follow.
private final class Transcript: Sendable {
    private let answers = Mutex<[(question: String, answer: Int)]>([])

    var questions: [String] { answers.withLock { $0.map(\.question) } }

    func note(_ question: String, _ answer: Int) { answers.withLock { $0.append((question, answer)) } }

    func answer(_ index: Int) async -> (question: String, answer: Int) {
        await until { answers.withLock { $0.count > index } }
        return answers.withLock { $0[index] }
    }
}

/// Decides, or follows the transcript of who does.
private final class FakeArbiter: TimingArbiter {
    private let transcript: Transcript
    private let decides: Bool
    private let asked = Counter()

    init(_ transcript: Transcript, decides: Bool) {
        self.transcript = transcript
        self.decides = decides
    }

    func decide(_ question: String, _ answer: @escaping @Sendable () async throws -> Int) async throws -> Int {
        let index = asked.increment() - 1
        if decides {
            let number = try await answer()
            transcript.note(question, number)
            return number
        }
        let (asked, number) = await transcript.answer(index)
        guard asked == question else { throw ExecutorError(.protocolViolation, "\(question) in place of \(asked)") }
        return number
    }
}

/// One process of those in lockstep: its own futures, ended by the test.
private struct Process: Sendable {
    let arbiter: FakeArbiter
    let storages: [FutureStorage<Int>]

    init(_ transcript: Transcript, decides: Bool, count: Int = 4) {
        let arbiter = FakeArbiter(transcript, decides: decides)
        self.arbiter = arbiter
        storages = (0..<count).map { _ in FutureStorage(arbiter: arbiter) }
    }

    var futures: [Future<Int>] { storages.map { Future(storage: $0) } }

    func end(_ order: [Int]) { for index in order { _ = storages[index].end(.success(index)) } }
}

@Suite(.timeLimit(.minutes(1)))
struct LockstepTests {
    private let transcript = Transcript()
    private let leader: Process
    private let follower: Process

    init() {
        leader = Process(transcript, decides: true)
        follower = Process(transcript, decides: false)
    }

    /// Runs a program in both processes, which see the futures end in different orders.
    private func bothRun<Output: Equatable & Sendable>(
        _ orders: (leader: [Int], follower: [Int]),
        _ program: @escaping @Sendable ([Future<Int>]) async throws -> Output
    ) async throws -> Output {
        let (leader, follower) = (leader, follower)
        leader.end(orders.leader)
        follower.end(orders.follower)
        let runs = [leader, follower].map { process in Task { try await program(process.futures) } }
        let outputs = [try await runs[0].value, try await runs[1].value]
        #expect(outputs[0] == outputs[1])
        return outputs[0]
    }

    @Test func agreesOnTheOrderOfEnds() async throws {
        let order = try await bothRun(([2, 0, 3, 1], [1, 3, 0, 2])) { futures in
            var iterator = futures.asCompleted().makeAsyncIterator()
            var order: [Int] = []
            while let completion = try await iterator.next() { order.append(completion.index) }
            return order
        }
        // What had ended before the loop comes in the order of the futures.
        #expect(order == [0, 1, 2, 3])
        #expect(transcript.questions.count == 4)
    }

    @Test func agreesOnTheFirst() async throws {
        let follower = follower
        let first = try await bothRun(([3], [1, 0])) { futures in
            let first = Task { try await futures.firstCompleted() }
            // The follower's own has not ended yet: it must wait for it, not take another.
            follower.end([3, 2])
            return try await first.value.index
        }
        #expect(first == 3)
    }

    @Test func agreesOnTheFirstFailure() async throws {
        _ = leader.storages[2].end(.failure(Fault()))
        _ = follower.storages[1].end(.failure(Fault()))
        _ = follower.storages[2].end(.failure(Fault()))
        let first = try await bothRun(([0], [0])) { futures in try await futures.firstFailed()?.index }
        #expect(first == 2)
    }

    @Test func agreesOnWhetherAValueComesInTime() async throws {
        // The leader has the second value only; the follower has the first one, and will have the second.
        let came = try await bothRun(([1], [0, 1])) { futures in
            var came: [Bool] = []
            for future in futures[..<2] {
                do {
                    _ = try await future.value(within: .milliseconds(1))
                    came.append(true)
                } catch let error as ExecutorError where error.code == .timedOut {
                    came.append(false)
                }
            }
            return came
        }
        #expect(came == [false, true])
        #expect(transcript.questions.count == 2, "what has ended here is asked for all the same")
    }

    @Test func agreesOnASplit() async throws {
        let follower = follower
        let pending = try await bothRun(([1, 2], [0])) { futures in
            follower.end([1, 2, 3])
            return try await futures.allSettled(within: .milliseconds(1)).pending
        }
        #expect(pending == [0, 3])
    }

    @Test func agreesOnALimit() async throws {
        let delivered = try await bothRun(([1], [0, 1, 2, 3])) { futures in
            var delivered: [Int] = []
            do {
                for try await completion in futures.asCompleted(within: .milliseconds(1)) {
                    delivered.append(completion.index)
                }
            } catch let error as ExecutorError where error.code == .timedOut {
                delivered.append(-1)
            }
            return delivered
        }
        #expect(delivered == [1, -1])
    }

    /// Which failure comes first is a matter of timing, so the first in order counts.
    @Test func gathersTheFailureThatIsFirstInOrder() async throws {
        let reasons = [3, 1].map { (index: $0, error: Fault(reason: "\($0)")) }
        for failure in reasons { _ = leader.storages[failure.index].end(.failure(failure.error)) }
        for failure in reasons.reversed() { _ = follower.storages[failure.index].end(.failure(failure.error)) }
        for process in [leader, follower] {
            let gathered = process.futures.gather()
            #expect(gathered.storage.current == .pending)
            process.end([0])
            await #expect(throws: Fault(reason: "1")) { try await gathered.value }
            #expect(gathered.storage.arbiter != nil)
        }
    }

    @Test func showsAnEndWhenItWasWaitedFor() async throws {
        leader.end([0, 1, 2])
        let futures = leader.futures
        let mapped = futures[1].map { $0 }
        for future in futures + [mapped] {
            #expect(future.state == .pending)
            #expect(future.resultIfEnded == nil)
        }
        _ = try await futures[0].value
        _ = try await mapped.value
        _ = try await futures[2].value(within: .zero)
        #expect(futures.map(\.state) == [.succeeded, .succeeded, .succeeded, .pending])
        #expect(mapped.state == .succeeded)
        #expect(try futures[0].resultIfEnded?.get() == 0)
    }

    @Test func handsTheArbiterDown() {
        let future = leader.futures[0]
        for made in [future.map { $0 }, future.shielded, future.flatMap { Future(value: $0) }] {
            #expect(made.storage.arbiter as? FakeArbiter === leader.arbiter)
        }
        #expect(leader.futures.gather().storage.arbiter as? FakeArbiter === leader.arbiter)
        #expect(Future(value: 1).map { $0 }.storage.arbiter == nil)
    }

    @Test func agreesOnTheOrderOfAnUnorderedMap() async throws {
        let runs = [(leader.arbiter, false), (follower.arbiter, true)].map { arbiter, isReversed in
            Task {
                let executor = Shuffled(arbiter: arbiter, isReversed: isReversed)
                return try await collect(executor.mapUnordered(0..<40, chunk: 1) { $0 })
            }
        }
        let outputs = try await runs[0].value
        #expect(try await runs[1].value == outputs)
        #expect(outputs.sorted() == Array(0..<40))
    }

    @Test func agreesOnTheLimitOfAMap() async throws {
        let runs = [leader.arbiter, follower.arbiter].map { arbiter in
            Task {
                let executor = Shuffled(arbiter: arbiter, isReversed: false, silentFrom: 3)
                var outputs: [Int] = []
                do {
                    let map = executor.map(0..<9, chunk: 1) { $0 }
                    for try await output in map.within(.milliseconds(5)) { outputs.append(output) }
                } catch let error as ExecutorError where error.code == .timedOut {
                    outputs.append(-1)
                }
                return outputs
            }
        }
        for run in runs { #expect(try await run.value == [0, 1, 2, -1]) }
    }
}

/// An executor in lockstep that ends what it has in an order of its own, four at a time.
private actor Shuffled: FutureExecutor {
    private let arbiter: FakeArbiter
    private let isReversed: Bool
    private let silentFrom: Int
    private var count = 0
    private var held: [@Sendable () -> Void] = []

    init(arbiter: FakeArbiter, isReversed: Bool, silentFrom: Int = .max) {
        self.arbiter = arbiter
        self.isReversed = isReversed
        self.silentFrom = silentFrom
    }

    func submit<Work: RemoteTask>(_ task: Work, options: TaskOptions) async -> Future<Work.Output> {
        let storage = FutureStorage<Work.Output>(arbiter: arbiter)
        defer { count += 1 }
        guard count < silentFrom else { return Future(storage: storage) }
        let result: Result<Work.Output, any Error>
        do { result = .success(try await task.run()) } catch { result = .failure(error) }
        held.append { _ = storage.end(result) }
        if held.count == 4 || count + 1 == silentFrom {
            for end in isReversed ? held.reversed() : held { end() }
            held = []
        }
        return Future(storage: storage)
    }
}

// SPDX-License-Identifier: Apache-2.0
// A future that thousands wait for, leave and end at the same time.

import Synchronization
import Testing

@testable import Futures

@Suite(.timeLimit(.minutes(1)))
struct FutureStorageRaceTests {
    @Test func endsOnceForAllWhoRace() async {
        for round in 0..<20 {
            let storage = FutureStorage<Int>()
            let ends = Counter()
            let waiters = (0..<500).map { _ in Task { await storage.wait() } }
            await withTaskGroup { group in
                for ender in 0..<8 {
                    group.addTask {
                        if storage.end(.success(ender)) { ends.increment() }
                    }
                }
                group.addTask { for index in stride(from: round % 3, to: 500, by: 3) { waiters[index].cancel() } }
            }
            #expect(ends.count == 1)
            let value = try? storage.resultIfEnded?.get()
            #expect(value != nil)
            for (index, waiter) in waiters.enumerated() {
                switch await waiter.value {
                case .success(let got): #expect(got == value)
                case .failure(let error):
                    #expect(error is CancellationError)
                    #expect(index % 3 == round % 3, "nobody cancelled waiter \(index)")
                }
            }
        }
    }

    @Test func tellsEveryObserverOnce() async {
        for _ in 0..<100 {
            let storage = FutureStorage<Int>()
            let calls = Counter()
            await withTaskGroup { group in
                for _ in 0..<4 {
                    group.addTask { for _ in 0..<50 { storage.whenEnded { _ in calls.increment() } } }
                }
                group.addTask { _ = storage.end(.success(1)) }
            }
            #expect(calls.count == 200)
        }
    }

    @Test func releasesThousandsOfWaitersThatAreCancelled() async {
        let requests = Counter()
        let storage = FutureStorage<Int>(cancelsWithWaiter: true, onCancel: { requests.increment() })
        let waiters = (0..<3000).map { _ in Task { await storage.wait() } }
        for waiter in waiters { waiter.cancel() }
        for waiter in waiters {
            let result = await waiter.value
            #expect(throws: CancellationError.self) { try result.get() }
        }
        #expect(requests.count == 3000)
        #expect(storage.current == .pending)
        #expect(storage.end(.success(1)))
    }

    @Test func callsBackOutsideItsLock() async {
        // Each of these looks at the future again, which would lock up if it held its lock meanwhile.
        let calls = Counter()
        let looked = Mutex<FutureStorage<Int>?>(nil)
        let storage = FutureStorage<Int>(onCancel: {
            if looked.withLock({ $0 })?.current.isEnd == false { calls.increment() }
        })
        looked.withLock { $0 = storage }
        storage.whenEnded { _ in
            storage.whenEnded { _ in calls.increment() }
            storage.requestCancel()
            _ = storage.progressStream()
        }
        storage.requestCancel()
        #expect(storage.end(.success(1)))
        #expect(calls.count == 2)
    }

    @Test func letsGoOfEverythingAtItsEnd() async {
        final class Witness: Sendable {}
        weak var witness: Witness?
        let storage: FutureStorage<Int>
        do {
            let strong = Witness()
            witness = strong
            storage = FutureStorage(onCancel: { _ = strong })
            storage.whenEnded { _ in _ = strong }
        }
        #expect(witness != nil)
        _ = storage.end(.success(1))
        #expect(witness == nil)
    }
}

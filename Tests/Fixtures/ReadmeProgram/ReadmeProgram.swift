// SPDX-License-Identifier: Apache-2.0
// The program that the README shows.

import Futures
import MPIFutures
import Solvers

@main struct FirstSteps {
    static func main() async throws {
        let pool = try await MPIExecutor.shared()

        // A closure and its input travel to a worker process, a typed result comes back.
        let future = await pool.submit(97) { isPrime($0) }
        print(try await future.value)

        // Many inputs: taken as needed, a bounded number in flight, results in order.
        var count = 0
        for try await prime in pool.map(2..<10_000, { isPrime($0) }) where prime { count += 1 }
        print(count)

        // An eigenproblem, solved by SLEPc on all workers together.
        let ground = try await pool.eigenpairs(of: HeisenbergChain(sites: 10), count: 1).value
        print(ground.values[0])

        await pool.shutdown()
    }
}

func isPrime(_ number: Int) -> Bool {
    if number < 4 { return number > 1 }
    return (2...Int(Double(number).squareRoot())).allSatisfy { number % $0 != 0 }
}

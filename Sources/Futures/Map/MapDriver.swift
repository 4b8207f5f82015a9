// SPDX-License-Identifier: Apache-2.0
// The part that ordered and unordered maps share: inputs into chunks, chunks into results.

/// Cuts inputs into chunks, submits them, and makes item results of what comes back.
///
/// One consumer uses it; it is not shared.
final class MapDriver<Inputs: Sequence, Output: Codable & Sendable> where Inputs.Element: Sendable {
    typealias Input = Inputs.Element
    typealias Submit =
        @Sendable (_ inputs: [Input], _ first: UInt64, _ budget: Double, _ options: TaskOptions)
        async -> Future<ChunkOutput<Output>>

    /// A chunk on its way.
    struct Chunk {
        var inputs: [Input]
        var first: UInt64
        var future: Future<ChunkOutput<Output>>
    }

    /// What a chunk that has ended leaves: results, or work that must be handed in again, in input order.
    enum Remainder {
        case results([Result<Output, any Error>])
        case again([Input], first: UInt64)
    }

    /// The most parts that the rest of a chunk is cut into.
    private static var mostParts: Int { 16 }

    private var iterator: Inputs.Iterator
    private var options: TaskOptions
    private let submit: Submit
    private let sharesStream: Bool
    private let budget: Double
    private var sizer: ChunkSizer
    private var nextFirst: UInt64 = 0
    private(set) var isExhausted = false

    /// - Parameter sharesStream: Whether all chunks draw from the random stream of the first.
    init(
        _ inputs: Inputs, options: TaskOptions, chunk: Int?, sharesStream: Bool = true, submit: @escaping Submit
    ) {
        self.sharesStream = sharesStream
        iterator = inputs.makeIterator()
        self.options = options
        self.submit = submit
        sizer = ChunkSizer(fixed: chunk)
        // Not infinity: executors of one's own may encode tasks by coders that have no word for it.
        budget = chunk == nil ? ChunkSizer.budget : .greatestFiniteMagnitude
    }

    /// Takes the next inputs and submits them; `nil` where there are no more.
    func submitNext() async -> Chunk? {
        guard !isExhausted else { return nil }
        let size = sizer.next
        var inputs: [Input] = []
        while inputs.count < size, let input = iterator.next() { inputs.append(input) }
        isExhausted = inputs.count < size
        guard !inputs.isEmpty else { return nil }
        let first = nextFirst
        nextFirst += UInt64(inputs.count)
        return await submit(inputs, first: first)
    }

    /// Submits inputs that had their turn before, or have it now.
    func submit(_ inputs: [Input], first: UInt64) async -> Chunk {
        let future = await submit(inputs, first, budget, options)
        // All chunks of a map share the random stream of the first.
        if sharesStream, options.stream == nil { options.stream = future.storage.submission }
        return Chunk(inputs: inputs, first: first, future: future)
    }

    /// Takes a chunk apart that has ended.
    func remainders(of chunk: Chunk, _ result: Result<ChunkOutput<Output>, any Error>) -> [Remainder] {
        switch result {
        case .success(let output):
            sizer.ran(items: output.count, microseconds: output.microseconds)
            var parts: [Remainder] = [.results(output.results)]
            if output.count < chunk.inputs.count {
                parts += rests(of: chunk, from: output.count)
            }
            return parts
        case .failure(let error):
            guard chunk.inputs.count > 1, let error = error as? ExecutorError else {
                return [.results(chunk.inputs.map { _ in .failure(error) })]
            }
            return remainders(of: chunk, failed: error)
        }
    }

    /// An error of the machinery that one item caused must not cost the others their results.
    private func remainders(of chunk: Chunk, failed error: ExecutorError) -> [Remainder] {
        switch error.code {
        case .workerLost where error.lostItem.map(chunk.inputs.indices.contains) == true:
            let lost = error.lostItem ?? 0
            var parts: [Remainder] = []
            if lost > 0 { parts.append(.again(Array(chunk.inputs[..<lost]), first: chunk.first)) }
            parts.append(.results([.failure(error)]))
            parts += rests(of: chunk, from: lost + 1)
            return parts
        case .workerLost, .encodingFailed, .decodingFailed:
            return chunk.inputs.enumerated().map { .again([$1], first: chunk.first + UInt64($0)) }
        default:
            return [.results(chunk.inputs.map { _ in .failure(error) })]
        }
    }

    /// What a chunk did not come to: cut anew, because its items take longer than was thought, so that they can run
    /// beside each other; into few parts, because what is in flight is bounded.
    private func rests(of chunk: Chunk, from index: Int) -> [Remainder] {
        let size = max(sizer.next, (chunk.inputs.count - index + Self.mostParts - 1) / Self.mostParts)
        return stride(from: index, to: chunk.inputs.count, by: size).map { start in
            .again(
                Array(chunk.inputs[start..<min(start + size, chunk.inputs.count)]),
                first: chunk.first + UInt64(start))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Shows that something goes on of which nobody knows how long it takes.

import Synchronization

/// A line on the terminal with the time that passed; nothing where standard error is no terminal.
package final class Spinner: Sendable {
    private static let frames = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
    private let text: Mutex<String>

    private init(_ text: String) {
        self.text = Mutex(text)
    }

    /// Changes what is said to go on.
    package func say(_ newText: String) {
        text.withLock { $0 = newText }
    }

    /// Spins while the body runs.
    package static func spinning<Result>(
        _ text: String, _ body: (Spinner) async throws -> Result
    ) async throws -> Result {
        let spinner = Spinner(text)
        guard Terminal.showsProgress else { return try await body(spinner) }
        let drawing = Task { await spinner.draw() }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(spinner))
        } catch {
            result = .failure(error)
        }
        drawing.cancel()
        await drawing.value
        return try result.get()
    }

    @concurrent private func draw() async {
        let start = ContinuousClock.now
        var frame = 0
        while !Task.isCancelled {
            let seconds = Format.fixed((ContinuousClock.now - start) / .seconds(1), 1)
            Terminal.replaceLine(with: "\(Self.frames[frame]) \(text.withLock { $0 }) \(seconds) s")
            frame = (frame + 1) % Self.frames.count
            // Ended early by the cancellation that ends the drawing.
            try? await Task.sleep(for: .milliseconds(100))
        }
        Terminal.replaceLine(with: "")
    }
}

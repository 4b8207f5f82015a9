// SPDX-License-Identifier: Apache-2.0
// A program that encodes its table of tasks in one process, and decodes and runs them in another.

import Futures

/// `ShippingProgram encode | ShippingProgram run`, or `ShippingProgram identity`.
///
/// `encode` prints a line for each case: expectation, name, expected answer, and then either `shipped`, the type's
/// name and the bytes, or `refused` and the error. `run` replaces name and bytes by the answer. `identity` prints the program's build.
@main struct ShippingProgram {
    static func main() async {
        switch CommandLine.arguments.last {
        case "run": while let line = readLine() { print(await answer(line)) }
        case "encode": for item in await Case.all { print(encode(item)) }
        default: print(ImageIdentity.current)
        }
    }

    private static func encode(_ item: Case) -> String {
        let head = "\(item.expectation)\t\(item.name)\t\(item.answer)"
        do {
            let payload = try item.make()
            let bytes = payload.value.bytes.map { String($0) }.joined(separator: " ")
            return "\(head)\tshipped\t\(payload.typeName)\t\(bytes)"
        } catch {
            return "\(head)\trefused\t\(error)"
        }
    }

    private static func answer(_ line: String) async -> String {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard fields.count == 6 else { return line }
        let bytes = fields[5].split(separator: " ").compactMap { UInt8($0) }
        let payload = TaskPayload(typeName: String(fields[4]), value: EncodedPayload(bytes))
        let answer: String
        do {
            answer = try await run(payload.task())
        } catch {
            answer = "\(ErrorPayload(error).error)"
        }
        return (fields.prefix(4) + [Substring(answer)]).joined(separator: "\t")
    }

    private static func run<Work: RemoteTask>(_ task: Work) async throws -> String {
        "\(try await task.run())"
    }
}

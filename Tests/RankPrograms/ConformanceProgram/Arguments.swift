// SPDX-License-Identifier: Apache-2.0
// The program's command line.

import Futures

/// What the program is asked to do.
struct Arguments {
    var strategy = ""
    var workers = 2
    var isJSON = false
    var only: Set<String>?
    var patience = 1.0
    var files: [String] = []

    init(_ words: [String]) throws {
        var words = words[...]
        guard let first = words.popFirst() else {
            throw ExecutorError(.invalidArgument, "name a strategy, or `table` and the reports")
        }
        strategy = first
        while let word = words.popFirst() {
            switch word {
            case "--workers": workers = try Self.number(words.popFirst())
            case "--patience": patience = try Self.number(words.popFirst())
            case "--json": isJSON = true
            case "--only": only = Set((words.popFirst() ?? "").split(separator: ",").map(String.init))
            default: files.append(word)
            }
        }
    }

    private static func number<Number: LosslessStringConvertible>(_ word: String?) throws -> Number {
        guard let number = word.flatMap({ Number($0) }) else {
            throw ExecutorError(.invalidArgument, "\(word ?? "nothing") where a number should be")
        }
        return number
    }
}

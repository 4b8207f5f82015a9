// SPDX-License-Identifier: Apache-2.0
// The manual page, made of what ArgumentParser says about the command.

import Foundation

/// Writes a command's description as a page for `man`, in the macros of mdoc(7).
struct ManualPage {
    private struct Dump: Decodable {
        var command: Command
    }

    private struct Command: Decodable {
        var commandName: String
        var abstract: String
        var discussion: String
        var arguments: [Argument]
    }

    private struct Argument: Decodable {
        struct Name: Decodable {
            var kind: String
            var name: String
        }

        var kind: String
        var names: [Name]?
        var valueName: String?
        var abstract: String?
        var defaultValue: String?
        var shouldDisplay: Bool
    }

    private let command: Command

    /// Reads the JSON of `--experimental-dump-help`.
    init(dump: Data) throws {
        command = try JSONDecoder().decode(Dump.self, from: dump).command
    }

    /// The page.
    var text: String {
        var lines = [
            ".\\\" Written by the tests of the launcher from its --help; see CommandLineTests.",
            ".Dd November 22, 2026",
            ".Dt \(command.commandName.uppercased()) 1", ".Os", ".Sh NAME", ".Nm \(command.commandName)",
            ".Nd \(Self.escaped(String(command.abstract.dropLast())))", ".Sh SYNOPSIS", ".Nm", ".Fl n Ar ranks",
            ".Op Ar options", ".Fl Fl", ".Ar program", ".Op Ar argument ...", ".Sh DESCRIPTION",
        ]
        for (index, paragraph) in command.discussion.components(separatedBy: "\n\n").enumerated() {
            if index > 0 { lines.append(".Pp") }
            lines.append(Self.escaped(paragraph))
        }
        lines += [".Sh OPTIONS", ".Bl -tag -width 6n"]
        for argument in command.arguments where argument.shouldDisplay && argument.kind != "positional" {
            lines.append(".It \(Self.heading(argument))")
            lines.append(Self.escaped(Self.explanation(argument)))
        }
        lines += [
            ".El", ".Sh EXIT STATUS",
            "That of the program, or 128 and the number of the signal that ended it; 64 for wrong usage, 126 where the",
            "launcher or the program can't be run, 127 where one of them is not there.", ".Sh SEE ALSO", ".Xr mpirun 1",
        ]
        return lines.joined(separator: "\n") + "\n"
    }

    private static func heading(_ argument: Argument) -> String {
        let names = (argument.names ?? []).map { $0.kind == "long" ? "Fl -\($0.name)" : "Fl \($0.name)" }
        return names.joined(separator: " , ")
            + (argument.kind == "option" ? " Ar \(argument.valueName ?? "value")" : "")
    }

    private static func explanation(_ argument: Argument) -> String {
        (argument.abstract ?? "") + (argument.defaultValue.map { " (default: \($0))" } ?? "")
    }

    /// Keeps characters that mean something to roff from doing so.
    private static func escaped(_ text: String) -> String {
        let plain = text.replacingOccurrences(of: "\\", with: "\\e").replacingOccurrences(of: "--", with: "\\-\\-")
        return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&\(plain)" : plain
    }
}

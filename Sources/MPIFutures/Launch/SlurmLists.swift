// SPDX-License-Identifier: Apache-2.0
// The notations in which Slurm lists hosts and counts.

import Futures

/// Reads the variables of a Slurm job.
enum SlurmLists {
    /// The hosts of a job, with as many slots each as Slurm runs tasks there.
    ///
    /// Without a number of tasks, the processors count, divided by those that a task is to have.
    ///
    /// - Throws: ``Futures/ExecutorError/Code/invalidArgument`` naming the variable that is malformed.
    static func hosts(_ environment: [String: String]) throws(ExecutorError) -> [Allocation.Host] {
        let names = try list(environment, ["SLURM_JOB_NODELIST", "SLURM_NODELIST"], hostNames)
        guard let names else {
            throw ExecutorError(
                .invalidArgument,
                "SLURM_JOB_ID is set, but SLURM_JOB_NODELIST is not: unset what a job has left in the "
                    + "environment, or start the program inside the job")
        }
        if let tasks = try list(environment, ["SLURM_TASKS_PER_NODE"], counts), tasks.count == names.count {
            return zip(names, tasks).map { Allocation.Host(name: $0, slots: $1) }
        }
        let perTask = max(1, Int(environment["SLURM_CPUS_PER_TASK"] ?? "") ?? 1)
        if let processors = try list(environment, ["SLURM_JOB_CPUS_PER_NODE"], counts), processors.count == names.count
        {
            return zip(names, processors).map { Allocation.Host(name: $0, slots: max(1, $1 / perTask)) }
        }
        return names.map { Allocation.Host(name: $0, slots: 1) }
    }

    /// Reads `node[01-03,7],login` as names.
    ///
    /// - Returns: `nil` where the text is malformed.
    static func hostNames(_ text: String) -> [String]? {
        var names: [String] = []
        for item in split(text) {
            guard let expanded = expand(item[...]) else { return nil }
            names += expanded
        }
        return names.isEmpty ? nil : names
    }

    /// Reads `4(x2),3` as 4, 4, 3.
    ///
    /// - Returns: `nil` where the text is malformed.
    static func counts(_ text: String) -> [Int]? {
        var counts: [Int] = []
        for item in text.split(separator: ",", omittingEmptySubsequences: false) {
            let parts = item.split(separator: "(", maxSplits: 1)
            guard let first = parts.first, let count = Int(first), count > 0 else { return nil }
            guard parts.count == 2 else {
                counts.append(count)
                continue
            }
            guard parts[1].hasPrefix("x"), parts[1].hasSuffix(")"), let times = Int(parts[1].dropFirst().dropLast()),
                1...PoolEnvironment.largestPool ~= times
            else { return nil }
            counts += Array(repeating: count, count: times)
        }
        return counts.isEmpty ? nil : counts
    }

    private static func list<Element>(
        _ environment: [String: String], _ variables: [String], _ parse: (String) -> [Element]?
    ) throws(ExecutorError) -> [Element]? {
        for variable in variables {
            guard let text = environment[variable] else { continue }
            guard let elements = parse(text) else {
                throw ExecutorError(
                    .invalidArgument,
                    "\(variable) is \"\(text)\", which is not what Slurm sets it to: unset it, or start "
                        + "the program inside a job")
            }
            return elements
        }
        return nil
    }

    /// Splits at the commas outside of brackets.
    private static func split(_ text: String) -> [String] {
        var items = [""]
        var depth = 0
        for character in text {
            if character == "[" { depth += 1 }
            if character == "]" { depth -= 1 }
            if character == ",", depth == 0 { items.append("") } else { items[items.count - 1].append(character) }
        }
        return items
    }

    /// Expands the first bracket of a name, and those behind it.
    private static func expand(_ name: Substring) -> [String]? {
        guard let open = name.firstIndex(of: "[") else {
            return name.isEmpty || name.contains("]") ? nil : [String(name)]
        }
        guard let close = name[open...].firstIndex(of: "]"),
            let numbers = numbers(name[name.index(after: open)..<close])
        else { return nil }
        let tail = name[name.index(after: close)...]
        guard let endings = tail.isEmpty ? [""] : expand(tail) else { return nil }
        return numbers.flatMap { number in endings.map { name[..<open] + number + $0 } }
    }

    /// Reads `01-03,7` as 01, 02, 03, 7.
    private static func numbers(_ text: Substring) -> [String]? {
        var numbers: [String] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = ends.first, let low = Int(first), let high = Int(ends.last ?? first), low <= high,
                high - low < PoolEnvironment.largestPool
            else { return nil }
            numbers += (low...high).map { number in
                let digits = "\(number)"
                return String(repeating: "0", count: max(0, first.count - digits.count)) + digits
            }
        }
        return numbers.isEmpty ? nil : numbers
    }
}

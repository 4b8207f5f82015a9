// SPDX-License-Identifier: Apache-2.0
// How many workers a machine is good for.

import Foundation

/// The cores of this machine without hyper-threads: what a numerical worker each can fill.
package enum PhysicalCores {
    /// The number of different cores among the processors that this process may run on; at least one.
    package static let count: Int = {
        let base = "/sys/devices/system/cpu"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
        var cores: Set<String> = []
        for name in names where name.hasPrefix("cpu") && Int(name.dropFirst(3)) != nil {
            let topology = "\(base)/\(name)/topology"
            guard let package = read("\(topology)/physical_package_id"), let core = read("\(topology)/core_id") else {
                continue
            }
            cores.insert("\(package):\(core)")
        }
        // A container may allow fewer processors than the machine has cores.
        let online = max(1, ProcessInfo.processInfo.activeProcessorCount)
        return cores.isEmpty ? online : max(1, min(cores.count, online))
    }()

    private static func read(_ path: String) -> String? {
        // A file that is not there means that the kernel does not tell; the count above copes.
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

// SPDX-License-Identifier: Apache-2.0
// How many processors this process may use.

import Foundation

/// The processors of this machine.
package enum ProcessorCount {
    /// Processors that this process may run on; at least one.
    package static let online = max(1, ProcessInfo.processInfo.activeProcessorCount)
}

// SPDX-License-Identifier: Apache-2.0
// The thread support that the environment asks for.

import Foundation
package import MPI

extension ThreadSupport {
    /// What MPI is asked for: the most, unless a variable says otherwise.
    package static var asked: ThreadSupport {
        ProcessInfo.processInfo.environment[PoolEnvironment.threadSupport] == "funneled" ? .funneled : .multiple
    }
}

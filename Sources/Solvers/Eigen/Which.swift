// SPDX-License-Identifier: Apache-2.0
// The wanted part of a spectrum.

/// Which eigenvalues are wanted.
public enum Which: String, Codable, Sendable, Hashable, CaseIterable {
    /// The smallest ones.
    case smallestReal
    /// The largest ones.
    case largestReal
    /// Those of the largest magnitude.
    case largestMagnitude

    /// A number that is smaller for an eigenvalue that is wanted more.
    func rank(of value: Double) -> Double {
        switch self {
        case .smallestReal: value
        case .largestReal: -value
        case .largestMagnitude: -value.magnitude
        }
    }
}

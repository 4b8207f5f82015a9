// SPDX-License-Identifier: Apache-2.0
// The operations by which the values of all ranks become one.

internal import CMPI

/// How two values become one in a reduction.
///
/// The compiler offers those that make sense for the element type.
///
/// Arrays and spans are reduced element by element. All operations are associative and commutative up to rounding; the
/// order in which MPI applies them is the same in every run with the same ranks and counts, but it is not the order of
/// the ranks.
public struct Reduction<Value: MPIRepresentable>: Sendable {
    private let raw: UInt32
    /// Whether the operation works on the lanes of an element one by one.
    let worksLaneByLane: Bool

    private init(_ raw: CMPI_op, lanes: Bool = false) {
        self.raw = raw.rawValue
        worksLaneByLane = lanes
    }

    /// The operation, for the C calls.
    var operation: CMPI_op { CMPI_op(raw) }
}

extension Reduction where Value: AdditiveArithmetic {
    /// The sum.
    ///
    /// Integers must not overflow: what comes out then depends on the MPI library. Open MPI 4.1 saturates 16-bit sums
    /// in its vector code and wraps around in its scalar code.
    public static var sum: Reduction { Reduction(CMPI_SUM, lanes: true) }
}

extension Reduction where Value: Numeric {
    /// The product; integers must not overflow, as in ``sum``.
    public static var product: Reduction { Reduction(CMPI_PRODUCT) }
}

extension Reduction where Value: Comparable {
    /// The smallest value; unspecified where one of them is not a number.
    public static var min: Reduction { Reduction(CMPI_MIN) }
    /// The largest value; unspecified where one of them is not a number.
    public static var max: Reduction { Reduction(CMPI_MAX) }
}

extension Reduction where Value: FixedWidthInteger {
    /// The bits that are set in all values.
    public static var bitwiseAnd: Reduction { Reduction(CMPI_BITWISE_AND) }
    /// The bits that are set in any value.
    public static var bitwiseOr: Reduction { Reduction(CMPI_BITWISE_OR) }
    /// The bits that are set in an odd number of values.
    public static var bitwiseXor: Reduction { Reduction(CMPI_BITWISE_XOR) }
}

extension Reduction where Value == Bool {
    /// Whether all are true.
    public static var logicalAnd: Reduction { Reduction(CMPI_LOGICAL_AND) }
    /// Whether any is true.
    public static var logicalOr: Reduction { Reduction(CMPI_LOGICAL_OR) }
    /// Whether an odd number is true.
    public static var logicalXor: Reduction { Reduction(CMPI_LOGICAL_XOR) }
}

// SPDX-License-Identifier: Apache-2.0
// What MPI is told about the elements of a reduction.

internal import CMPI

/// How MPI sees one element when it computes with it: a number of a kind that it knows, or several in a row.
///
/// Only reductions need to know; everything else moves bytes.
public struct Datatype: Sendable, Hashable {
    /// The number that MPI computes with, as in `CMPI_datatype`.
    private let raw: UInt32
    /// The bytes of one such number.
    let laneByteCount: Int
    /// How many of them one element holds.
    let laneCount: Int

    private init(_ raw: CMPI_datatype, _ laneByteCount: Int, laneCount: Int = 1) {
        self.raw = raw.rawValue
        self.laneByteCount = laneByteCount
        self.laneCount = laneCount
    }

    /// Bytes without a meaning to MPI: can be moved but not reduced.
    public static let bytes = Datatype(CMPI_BYTE, 1)
    /// A `Bool`: can be combined logically.
    public static let bool = Datatype(CMPI_BOOL, 1)
    /// A `Double`.
    public static let double = Datatype(CMPI_DOUBLE, 8)
    /// A `Float`.
    public static let float = Datatype(CMPI_FLOAT, 4)
    /// An `Int8`.
    public static let int8 = Datatype(CMPI_INT8, 1)
    /// An `Int16`.
    public static let int16 = Datatype(CMPI_INT16, 2)
    /// An `Int32`.
    public static let int32 = Datatype(CMPI_INT32, 4)
    /// An `Int64`, and `Int` on 64-bit machines.
    public static let int64 = Datatype(CMPI_INT64, 8)
    /// A `UInt8`.
    public static let uint8 = Datatype(CMPI_UINT8, 1)
    /// A `UInt16`.
    public static let uint16 = Datatype(CMPI_UINT16, 2)
    /// A `UInt32`.
    public static let uint32 = Datatype(CMPI_UINT32, 4)
    /// A `UInt64`, and `UInt` on 64-bit machines.
    public static let uint64 = Datatype(CMPI_UINT64, 8)

    /// Several numbers of one kind in a row, as in a complex number or a vector: can be summed, lane by lane.
    public static func lanes(_ count: Int, of datatype: Datatype) -> Datatype {
        precondition(count > 0, "an element has at least one lane, not \(count)")
        return Datatype(
            CMPI_datatype(datatype.raw), datatype.laneByteCount, laneCount: count * datatype.laneCount)
    }

    /// The kind of number, for the C calls.
    var element: CMPI_datatype { CMPI_datatype(raw) }

    /// Whether MPI knows nothing about the element but its size.
    var isOpaque: Bool { element == CMPI_BYTE }

    /// The bytes of one element.
    var byteCount: Int { laneByteCount * laneCount }
}

// SPDX-License-Identifier: Apache-2.0
// The types whose values MPI moves as they lie in memory.

/// A type whose values can be sent to another process as the bytes that they are.
///
/// Conform structs of numbers with an empty extension: `extension Particle: MPIRepresentable {}`. The conformance is
/// a promise that no stored property has a meaning in this process only: pointers and handles, though bitwise
/// copyable, must not be sent.
///
/// To let a type of your own be summed, make it `AdditiveArithmetic` and say what it is made of:
/// `static var datatype: Datatype { .lanes(2, of: .double) }`.
public protocol MPIRepresentable: BitwiseCopyable, Sendable {
    /// How MPI sees an element when it computes with it; plain bytes unless the type says otherwise.
    static var datatype: Datatype { get }
}

extension MPIRepresentable {
    /// Plain bytes: the type can be moved, not reduced.
    public static var datatype: Datatype { .bytes }
}

extension Bool: MPIRepresentable {
    /// A truth value.
    public static var datatype: Datatype { .bool }
}

extension Double: MPIRepresentable {
    /// A number in double precision.
    public static var datatype: Datatype { .double }
}

extension Float: MPIRepresentable {
    /// A number in single precision.
    public static var datatype: Datatype { .float }
}

extension Int: MPIRepresentable {
    /// A signed integer of 64 bits (a 32-bit machine would be told so by the first reduction).
    public static var datatype: Datatype { .int64 }
}

extension Int8: MPIRepresentable {
    /// A signed integer of 8 bits.
    public static var datatype: Datatype { .int8 }
}

extension Int16: MPIRepresentable {
    /// A signed integer of 16 bits.
    public static var datatype: Datatype { .int16 }
}

extension Int32: MPIRepresentable {
    /// A signed integer of 32 bits.
    public static var datatype: Datatype { .int32 }
}

extension Int64: MPIRepresentable {
    /// A signed integer of 64 bits.
    public static var datatype: Datatype { .int64 }
}

extension UInt: MPIRepresentable {
    /// An unsigned integer of 64 bits (a 32-bit machine would be told so by the first reduction).
    public static var datatype: Datatype { .uint64 }
}

extension UInt8: MPIRepresentable {
    /// An unsigned integer of 8 bits.
    public static var datatype: Datatype { .uint8 }
}

extension UInt16: MPIRepresentable {
    /// An unsigned integer of 16 bits.
    public static var datatype: Datatype { .uint16 }
}

extension UInt32: MPIRepresentable {
    /// An unsigned integer of 32 bits.
    public static var datatype: Datatype { .uint32 }
}

extension UInt64: MPIRepresentable {
    /// An unsigned integer of 64 bits.
    public static var datatype: Datatype { .uint64 }
}

// SPDX-License-Identifier: Apache-2.0
// Values whose owner and place can be told from them.

import MPI

/// A type that can make its n-th value; values of different n differ as far as the type has room.
protocol Sample: MPIRepresentable, Equatable {
    /// The n-th value.
    static func sample(_ n: Int) -> Self
}

extension Double: Sample {
    static func sample(_ n: Int) -> Double { Double(n) + 0.5 }
}
extension Float: Sample {
    static func sample(_ n: Int) -> Float { Float(n) - 0.25 }
}
extension Bool: Sample {
    static func sample(_ n: Int) -> Bool { n % 3 == 0 }
}
extension FixedWidthInteger {
    static func sample(_ n: Int) -> Self { Self(truncatingIfNeeded: n &* 31 &- 100) }
}
extension Int: Sample {}
extension Int8: Sample {}
extension Int16: Sample {}
extension Int32: Sample {}
extension Int64: Sample {}
extension UInt: Sample {}
extension UInt8: Sample {}
extension UInt16: Sample {}
extension UInt32: Sample {}
extension UInt64: Sample {}

/// A struct as users have it: moved as bytes, with padding inside.
struct Particle: MPIRepresentable, Equatable, Sample {
    var position: SIMD3<Float>
    var charge: Int8
    var mass: Double

    static func sample(_ n: Int) -> Particle {
        Particle(position: [Float(n), 1, -Float(n)], charge: Int8(truncatingIfNeeded: n), mass: Double(n) / 4)
    }
}

/// A number of two lanes, which can be summed but not multiplied by MPI.
struct Complex: MPIRepresentable, Equatable, Sample, AdditiveArithmetic {
    var real: Double
    var imaginary: Double

    static var datatype: Datatype { .lanes(2, of: .double) }
    static var zero: Complex { Complex(real: 0, imaginary: 0) }
    static func + (a: Complex, b: Complex) -> Complex {
        Complex(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
    }
    static func - (a: Complex, b: Complex) -> Complex {
        Complex(real: a.real - b.real, imaginary: a.imaginary - b.imaginary)
    }
    static func sample(_ n: Int) -> Complex { Complex(real: Double(n), imaginary: -Double(n) / 2) }
}

/// A struct that could be compared and added, but of which MPI knows nothing.
struct Opaque: MPIRepresentable, AdditiveArithmetic {
    var value: Int64
    static var zero: Opaque { Opaque(value: 0) }
    static func + (a: Opaque, b: Opaque) -> Opaque { Opaque(value: a.value + b.value) }
    static func - (a: Opaque, b: Opaque) -> Opaque { Opaque(value: a.value - b.value) }
}

extension Sample {
    /// The array that a rank contributes: every rank and place has a number of its own.
    static func array(rank: Int, count: Int) -> [Self] {
        (0..<count).map { sample(1000 * rank + $0) }
    }
}

// SPDX-License-Identifier: Apache-2.0
// The coding key that stands in coding paths and for `super`.

/// A key as it was found on the wire, or the index of an element.
struct BinaryCodingKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = String(intValue)
        self.intValue = intValue
    }

    /// A key with a name and a number that the name doesn't tell.
    init(stringValue: String, intValue: Int?) {
        self.stringValue = stringValue
        self.intValue = intValue
    }

    /// The place of an element in an unkeyed container.
    init(index: Int) {
        stringValue = "Index \(index)"
        intValue = index
    }

    /// The key under which `superEncoder()` and `superDecoder()` keep the superclass's part.
    static let superclass = BinaryCodingKey(stringValue: "super")
}

extension String {
    /// The number that this name is in decimal, if it is one just as Swift prints it: then the number is written.
    ///
    /// "05" or "+5" are names: written as 5 they would be mistaken for another key.
    var plainNumber: Int? {
        // Nearly all names start with a letter, which comes after the digits.
        guard let first = utf8.first, first <= UInt8(ascii: "9") else { return nil }
        let isNegative = first == UInt8(ascii: "-")
        var value = 0
        var digitCount = 0
        for byte in utf8.dropFirst(isNegative ? 1 : 0) {
            let digit = Int(byte) - Int(UInt8(ascii: "0"))
            guard 0...9 ~= digit, digitCount == 0 || value != 0 else { return nil }
            let (tens, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tens.addingReportingOverflow(isNegative ? -digit : digit)
            if overflow || carry { return nil }
            value = sum
            digitCount += 1
        }
        return digitCount == 0 || (isNegative && value == 0) ? nil : value
    }
}

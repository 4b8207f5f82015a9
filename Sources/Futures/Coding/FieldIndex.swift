// SPDX-License-Identifier: Apache-2.0
// Finds the entries of a large keyed container.

/// The entries of a keyed container by key; the last one of equal keys counts.
final class FieldIndex {
    private var names: [String: Int] = [:]
    private var numbers: [Int: Int] = [:]

    /// Goes through all entries.
    init(_ fields: KeyedExtent, _ reader: WireReader) throws(WireFault) {
        var position = fields.body
        while position < fields.end {
            let entry = position
            let key = try reader.key(at: &position, limit: fields.end)
            position = try reader.skip(at: position, limit: fields.end)
            if case .number(let number) = key {
                numbers[number] = entry
                continue
            }
            guard let name = reader.codingKey(key)?.stringValue else {
                throw .invalid(offset: entry, reason: "the name of the key there is not valid UTF-8")
            }
            names[name] = entry
        }
    }

    /// The offset of the entry with this name.
    func entry(named name: String) -> Int? { names[name] }

    /// The offset of the entry whose key is this number.
    func entry(numbered number: Int) -> Int? { numbers[number] }

    /// The offsets of the entries that count, in no order.
    var entries: [Int] { Array(names.values) + Array(numbers.values) }
}

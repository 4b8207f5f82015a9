// SPDX-License-Identifier: Apache-2.0
// The constants of the binary format: header, limits and the first byte of every value.

#if _endian(big)
    #error("The binary format is read and written with plain loads and stores: it needs a little-endian machine.")
#endif

/// Header and limits of the binary format, version 1.
///
/// A payload is the two header bytes and one value. A value starts with a tag byte (``WireTag``) that says what it is and,
/// where the value is small, is the value. All numbers are little-endian and unaligned; *varint* is seven bits a byte,
/// lowest first, the high bit set on all bytes but the last. Offsets count from the first header byte.
enum WireFormat {
    /// The first byte of every payload; it can't begin a text in UTF-8.
    static let magic: UInt8 = 0xF5
    /// The second byte: raised whenever the format changes.
    static let version: UInt8 = 1
    /// The number of bytes before the value.
    static let headerByteCount = 2
    /// How many values and containers may stand inside one another.
    static let depthLimit = 512
    /// Longer key names are always written in full, so that a reference can't stand for a huge name.
    static let referableNameByteCount = 63
    /// Bytes of a length or a count in a long container: 48 bits, which is more than an address space holds.
    static let longLengthByteCount = 6
    /// The longest scalar: a tag and 128 bits.
    static let scalarByteCountLimit = 17
    /// The longest varint.
    static let varintByteCountLimit = 10
}

/// The first byte of a value.
enum WireTag {
    /// Tags below this one are the integers 0…127.
    static let negativeBase: UInt8 = 0x80
    /// `0x80…0x9F` are the integers -32…-1; `0xA0…0xBF` a string of 0…31 bytes.
    static let shortString: UInt8 = 0xA0
    /// The absent value.
    static let null: UInt8 = 0xC0
    /// An absent value inside an optional that is present; one byte says inside how many.
    static let innerNull: UInt8 = 0xC1
    /// The Boolean `false`.
    static let no: UInt8 = 0xC2
    /// The Boolean `true`.
    static let yes: UInt8 = 0xC3
    /// 4 bytes: the bit pattern of a `Float`.
    static let float: UInt8 = 0xC4
    /// 8 bytes: the bit pattern of a `Double`.
    static let double: UInt8 = 0xC5
    /// A varint byte count and that many bytes of UTF-8.
    static let longString: UInt8 = 0xC6
    /// `0xC8…0xCC`: an unsigned integer of 1, 2, 4, 8, 16 bytes.
    static let unsigned: UInt8 = 0xC8
    /// `0xD0…0xD4`: a negative integer of 1, 2, 4, 8, 16 bytes.
    static let negative: UInt8 = 0xD0
    /// A keyed container: 1 byte of length, then entries of key and value.
    static let shortKeyed: UInt8 = 0xD8
    /// A keyed container with a length of 6 bytes.
    static let longKeyed: UInt8 = 0xD9
    /// Added to the tag of a keyed container in which a key may occur twice.
    static let repeatsOffset: UInt8 = 2
    /// An unkeyed container: 1 byte of length, 1 byte of count, then the values.
    static let shortUnkeyed: UInt8 = 0xDC
    /// An unkeyed container with a length and a count of 6 bytes each.
    static let longUnkeyed: UInt8 = 0xDD
    /// `0xE0…0xEA`: an array of numbers: a varint count, then the elements as they lie in memory (``WireElement``).
    static let block: UInt8 = 0xE0
    /// `0xF0…0xFA`: an array of numbers (``WireElement``) that travels beside the payload: varints of
    /// which ``AttachedArray`` it is, and of its count.
    static let attached: UInt8 = 0xF0
}

/// The first byte of a key in a keyed container.
///
/// Below `0x40` it is the byte count of a name that follows; `0x80…0xBF` is a reference to the name at offset 0…63;
/// `0xC0…0xFF` and the next byte are a reference to one of the 16,384 offsets from 64 on.
enum WireKeyTag {
    /// `0x40…0x5F`: a key that is the number 0…31.
    static let shortNumber: UInt8 = 0x40
    /// A varint byte count and a name.
    static let longName: UInt8 = 0x60
    /// A zigzag varint: a key whose name is that number in decimal.
    static let number: UInt8 = 0x61
    /// A varint: the offset of the key that this one repeats.
    static let reference: UInt8 = 0x62
    /// A zigzag varint and a name with its varint byte count: a key with a number that its name doesn't tell.
    static let numberedName: UInt8 = 0x63
    /// `0x80…0xBF`: a reference to offset 0…63.
    static let nearReference: UInt8 = 0x80
    /// `0xC0…0xFF`: the high bits of a reference, the low byte follows.
    static let farReference: UInt8 = 0xC0
    /// The first offset of a far reference.
    static let farBase = 64
    /// The first offset that only a varint can hold.
    static let farLimit = farBase + (1 << 14)
}

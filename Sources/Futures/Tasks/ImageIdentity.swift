// SPDX-License-Identifier: Apache-2.0
// What tells one build of a program or library from another.

internal import CImageLookup
internal import Synchronization

/// Identifies a file that is loaded in a process: equal in two processes exactly when they run the same build.
///
/// It is the first 128 bits of the GNU build-id that the linker wrote (`swiftc` asks for one), or, where there is none, a hash of
/// the image's read-only memory.
package struct ImageIdentity: Hashable, Codable, Sendable, CustomStringConvertible {
    /// The first 64 bits.
    package let high: UInt64
    /// The last 64 bits.
    package let low: UInt64

    /// The identity of the program itself, for the handshake between processes; zero where images can't be looked up.
    package static let current: ImageIdentity = {
        var image = CImageLookup_Image()
        guard CImageLookup_imageAt(0, &image) == CImageLookup_success else { return ImageIdentity(high: 0, low: 0) }
        return ImageIdentity(of: image)
    }()

    /// An identity of known value.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The identity of a loaded image; kept, where it had to be computed from the image's memory.
    init(of image: CImageLookup_Image) {
        self =
            if image.buildIDLength > 0 {
                ImageIdentity(buildID: image)
            } else {
                Self.hashes.withLock { hashes in
                    if let known = hashes[image.base] { return known }
                    let identity = ImageIdentity(hashing: image)
                    hashes[image.base] = identity
                    return identity
                }
            }
    }

    /// The identity by the image's build-id.
    private init(buildID image: CImageLookup_Image) {
        self = withUnsafeBytes(of: image.buildID) { bytes in
            ImageIdentity(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    /// The identity by the image's contents.
    init(hashing image: CImageLookup_Image) {
        var words: [UInt64] = [0, 0]
        withUnsafePointer(to: image) { _ = CImageLookup_hash($0, &words) }
        self.init(high: words[0], low: words[1])
    }

    /// The hashes of the images without a build-id, by their base addresses.
    private static let hashes = Mutex<[UInt: ImageIdentity]>([:])

    /// The 32 hexadecimal digits, as tools print the start of a build-id.
    package var description: String {
        [high, low].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}

extension CImageLookup_Image {
    /// The loaded image that contains an address.
    static func containing(_ address: UInt) -> CImageLookup_Image? {
        var image = CImageLookup_Image()
        return CImageLookup_imageContaining(address, &image) == CImageLookup_success ? image : nil
    }

    /// The loaded image of an identity; the program itself is looked at first.
    static func identified(by identity: ImageIdentity) -> CImageLookup_Image? {
        var image = CImageLookup_Image()
        var index = 0
        while CImageLookup_imageAt(index, &image) == CImageLookup_success {
            if ImageIdentity(of: image) == identity { return image }
            index += 1
        }
        return nil
    }
}

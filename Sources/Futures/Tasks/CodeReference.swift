// SPDX-License-Identifier: Apache-2.0
// A function's place in the program's file, which means the same in every process that runs that file.

internal import CImageLookup
internal import Synchronization

/// Where an async function lies: in which image, at which offset from its base.
///
/// The code word of an async closure isn't the address of code but of a record in the image's data (an async function
/// pointer: the distance to the code, and the size of the frame). The record is what is referred to.
package struct CodeReference: Hashable, Sendable {
    /// The image that has the record.
    package let image: ImageIdentity
    /// The record's address minus the image's base.
    package let offset: UInt64

    /// A reference of known parts; nothing is checked before ``address()``.
    package init(image: ImageIdentity, offset: UInt64) {
        self.image = image
        self.offset = offset
    }

    /// Refers to the async function whose record lies at an address; each address is looked up once.
    ///
    /// - Throws: ``ExecutorError`` with code `closureNotShippable` if no loaded file has an async function there, or if
    ///   the file's symbol table says that it is a closure of top-level code.
    package init(address: UInt) throws(ExecutorError) {
        if let known = Self.references.withLock({ $0[address] }) {
            self = try known.get()
            return
        }
        let found = Result { () throws(ExecutorError) in try Self.find(address) }
        Self.references.withLock { $0[address] = found }
        self = try found.get()
    }

    /// The record's address in this process; each reference is looked up once.
    ///
    /// - Throws: ``ExecutorError`` with code `imageMismatch` if the image isn't loaded here, and `decodingFailed` if there
    ///   is no async function at the offset, as far as can be told.
    package func address() throws(ExecutorError) -> UInt {
        if let known = Self.addresses.withLock({ $0[self] }) { return known }
        guard let loaded = CImageLookup_Image.identified(by: image) else {
            throw ExecutorError(
                .imageMismatch,
                "The closure belongs to the build \(image), and this process runs the build \(ImageIdentity.current) "
                    + "and has loaded no library of that build. Start all processes from the same executable file.")
        }
        guard AsyncFunctionSymbol(in: loaded, at: offset) != nil else {
            throw ExecutorError(
                .decodingFailed,
                "There is no async function at offset \(offset) of the build \(image): the encoded closure is damaged.")
        }
        let address = loaded.base + UInt(offset)
        Self.addresses.withLock { $0[self] = address }
        return address
    }

    private static func find(_ address: UInt) throws(ExecutorError) -> CodeReference {
        guard let image = CImageLookup_Image.containing(address) else {
            throw ExecutorError(
                .closureNotShippable,
                "The closure's code lies in no file that this process has loaded, so no other process can find it. "
                    + "Closures of a debugger or an interpreter can't be sent; compile the program.")
        }
        let offset = UInt64(address - image.base)
        guard let symbol = AsyncFunctionSymbol(in: image, at: offset) else {
            throw ExecutorError(
                .closureNotShippable,
                "The closure's code isn't an async function that its file has a symbol for. If the file, or a "
                    + "library that was linked into it, is stripped of its private symbols, strip the whole file instead."
            )
        }
        if symbol.isInTopLevelCode { throw TopLevelCode.refusal }
        return CodeReference(image: ImageIdentity(of: image), offset: offset)
    }

    /// What is known of code addresses; nothing is dropped, because images with tasks in them are not unloaded.
    private static let references = Mutex<[UInt: Result<CodeReference, ExecutorError>]>([:])
    /// What is known of references; only good ones are kept, so that garbage can't fill it.
    private static let addresses = Mutex<[CodeReference: UInt]>([:])
}

extension CodeReference {
    /// Reads the three numbers; nothing is checked before ``address()``.
    init(from container: inout any UnkeyedDecodingContainer) throws {
        let high = try container.decode(UInt64.self)
        let low = try container.decode(UInt64.self)
        self.init(image: ImageIdentity(high: high, low: low), offset: try container.decode(UInt64.self))
    }

    /// Writes the image's identity and the offset as three numbers.
    func encode(to container: inout any UnkeyedEncodingContainer) throws {
        try container.encode(image.high)
        try container.encode(image.low)
        try container.encode(offset)
    }
}

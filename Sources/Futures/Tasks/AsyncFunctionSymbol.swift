// SPDX-License-Identifier: Apache-2.0
// What an image and its symbol table say of the async function at an offset.

internal import CImageLookup

/// The record of an async function in a loaded image, with its symbol where the file wasn't stripped.
struct AsyncFunctionSymbol {
    /// The mangled name; nil where the file has no symbols for private functions.
    let mangledName: String?

    /// Looks at an offset of an image: nil if no record of an async function lies there, as far as can be told.
    ///
    /// The record must be well-formed, and in a file with symbols for private functions it must have one. Reads the file:
    /// some milliseconds for a large program.
    init?(in image: CImageLookup_Image, at offset: UInt64) {
        var image = image
        guard CImageLookup_checkAsyncFunction(&image, offset) == CImageLookup_success else { return nil }
        var symbol = CImageLookup_Symbol()
        let name = Self.text(capacity: 1 << 16) { CImageLookup_symbol(&image, offset, &symbol, $0, $1) }
        let isNamed = name.map { Self.isAsyncFunctionPointer($0) && symbol.offset == offset } ?? false
        if symbol.hasPrivateFunctions == 1 && !isNamed { return nil }
        mangledName = isNamed ? name : nil
    }

    /// Whether the function is a closure whose context is the top-level code of a file.
    var isInTopLevelCode: Bool {
        guard let mangledName, let readable = Self.demangle(mangledName) else { return false }
        return TopLevelCode.isContext(ofFunctionNamed: readable)
    }

    /// Async function pointers end in `Tu`; the optimiser may add something of its own after a full stop.
    private static func isAsyncFunctionPointer(_ mangledName: String) -> Bool {
        mangledName.hasSuffix("Tu") || mangledName.contains("Tu.")
    }

    /// The readable form of a mangled name, without what the optimiser added to it.
    static func demangle(_ mangledName: String) -> String? {
        let plain = String(mangledName.prefix { $0 != "." })
        return text(capacity: 1 << 18) { CImageLookup_demangle(plain, $0, $1) }
    }

    /// The text that a C function writes; nil if it fails.
    private static func text(capacity: Int, _ write: (UnsafeMutablePointer<CChar>, Int) -> Int32) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: capacity) { buffer in
            // Safe: the capacity isn't zero, so there is a base address.
            let start = buffer.baseAddress!
            return write(start, capacity) == Int32(CImageLookup_success) ? String(cString: start) : nil
        }
    }
}

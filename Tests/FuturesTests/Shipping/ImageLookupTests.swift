// SPDX-License-Identifier: Apache-2.0
// Images are found by address and by identity, and offsets that aren't async functions are refused.

import CImageLookup
import Testing

@testable import Futures

/// Written once, so that something writable lies in this image.
nonisolated(unsafe) private var writable: (UInt64, UInt64) = (1, 2)

@Suite(.timeLimit(.minutes(1))) struct ImageLookupTests {
    /// A closure of these tests.
    private static func task() throws -> ClosureTask<Int, Int> {
        try ClosureTask(20) { $0 + 1 }
    }

    private func program() throws -> CImageLookup_Image {
        var image = CImageLookup_Image()
        try #require(CImageLookup_imageAt(0, &image) == CImageLookup_success)
        return image
    }

    @Test func addressesOfTheProgramLieInIt() throws {
        let program = try program()
        let reference = try Self.task().closure.reference
        let address = try reference.address()
        let found = try #require(CImageLookup_Image.containing(address))
        #expect(found.base == program.base)
        #expect(address == program.base + UInt(reference.offset))
        #expect(reference.image == ImageIdentity.current)
        #expect(found.executableStart >= found.base && found.executableEnd > found.executableStart)
        #expect(String(cString: try #require(found.path)) == "/proc/self/exe")
    }

    @Test func otherImagesHaveOtherIdentities() throws {
        var image = CImageLookup_Image()
        var identities: Set<ImageIdentity> = []
        var count = 0
        while CImageLookup_imageAt(count, &image) == CImageLookup_success {
            identities.insert(ImageIdentity(of: image))
            count += 1
        }
        #expect(count > 1)
        #expect(identities.count == count)
        #expect(identities.contains(.current))
    }

    @Test func stackAndNullLieInNoImage() {
        var local = 0
        withUnsafePointer(to: &local) { #expect(CImageLookup_Image.containing(UInt(bitPattern: $0)) == nil) }
        #expect(CImageLookup_Image.containing(0) == nil)
        #expect(CImageLookup_Image.identified(by: ImageIdentity(high: 1, low: 2)) == nil)
    }

    @Test func identityIsTheSameInEveryRunAndAnotherInEveryProgram() async throws {
        let program = FixtureProgram(name: "ShippingProgram")
        let first = try await program.run("identity")
        let second = try await program.run("identity")
        #expect(first == second)
        #expect(first.count == 33)
        #expect(first != "\(ImageIdentity.current)\n")
    }

    @Test func hashStandsInForABuildID() throws {
        let program = try program()
        let identity = ImageIdentity(hashing: program)
        #expect(identity == ImageIdentity(hashing: program))
        #expect(identity != ImageIdentity(high: 0, low: 0))

        var withoutBuildID = program
        withoutBuildID.buildIDLength = 0
        #expect(ImageIdentity(of: withoutBuildID) == identity)
        // The second time from memory.
        #expect(ImageIdentity(of: withoutBuildID) == identity)

        var other = CImageLookup_Image()
        try #require(CImageLookup_imageAt(1, &other) == CImageLookup_success)
        #expect(ImageIdentity(hashing: other) != identity)
    }

    @Test func recordOfAClosureIsAnAsyncFunction() throws {
        let reference = try Self.task().closure.reference
        let symbol = try #require(AsyncFunctionSymbol(in: try program(), at: reference.offset))
        #expect(symbol.mangledName.flatMap(AsyncFunctionSymbol.demangle)?.contains("closure #1") == true)
        #expect(!symbol.isInTopLevelCode)
    }

    @Test func offsetsBesidesTheRecordAreRefused() throws {
        let program = try program()
        let offset = try Self.task().closure.reference.offset
        for wrong in [offset + 1, offset + 2, offset + 4, offset - 4, offset - 1] {
            #expect(AsyncFunctionSymbol(in: program, at: wrong) == nil, "offset \(wrong)")
        }
    }

    @Test func offsetsElsewhereAreRefused() throws {
        let program = try program()
        let code = UInt64(program.executableStart - program.base)
        let data = withUnsafePointer(to: &writable) { UInt64(UInt(bitPattern: $0) - program.base) }
        for wrong in [0, 8, code, data, UInt64.max, UInt64.max - 7, 1 << 40, UInt64(Int64.max)] {
            #expect(AsyncFunctionSymbol(in: program, at: wrong) == nil, "offset \(wrong)")
        }
    }

    @Test func onlyAsyncFunctionsAreFoundInASweep() throws {
        let program = try program()
        let offset = try Self.task().closure.reference.offset
        // All that the structure of a record lets through must also have the right symbol.
        for candidate in stride(from: offset - 4096, to: offset + 4096, by: 4) {
            guard let symbol = AsyncFunctionSymbol(in: program, at: candidate) else { continue }
            #expect(symbol.mangledName != nil)
        }
    }
}

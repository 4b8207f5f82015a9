// SPDX-License-Identifier: Apache-2.0
// Where code lies in the files that this process has loaded: images, their identities, and the symbols in them.

#ifndef CIMAGELOOKUP_H
#define CIMAGELOOKUP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What the functions return.
enum {
    /// The question was answered.
    CImageLookup_success = 0,
    /// No image, no symbol or no symbol table answers to it.
    CImageLookup_notFound = 1,
    /// The image's file is gone, is not the file that was loaded, or can't be read.
    CImageLookup_fileUnreadable = 2,
    /// The buffer is too small.
    CImageLookup_bufferTooSmall = 3,
    /// Images can't be looked up on this platform (only on Linux with 64 bits).
    CImageLookup_unsupported = 4,
};

/// A file that is loaded in this process: the program itself or a shared library.
typedef struct {
    /// What the loader added to the addresses in the file (zero for a program that isn't position-independent).
    uintptr_t base;
    /// The file; lives as long as the image is loaded. `/proc/self/exe` for the program itself.
    const char *_Nullable path;
    /// The GNU build-id, padded with zeros.
    uint8_t buildID[32];
    /// The length of the build-id; 0 where the linker wrote none (or one of more than 32 bytes).
    uint32_t buildIDLength;
    /// The lowest address of the executable segments.
    uintptr_t executableStart;
    /// The end of the executable segments; equal to the start where there are none.
    uintptr_t executableEnd;
} CImageLookup_Image;

/// What a symbol table says of an offset.
typedef struct {
    /// The offset of the symbol that covers it.
    uint64_t offset;
    /// 1 if the table has private async functions at all, so that the absence of one means something. Linkers and
    /// `strip` can leave them out, alone or with everything else.
    int hasPrivateFunctions;
} CImageLookup_Symbol;

/// Finds the image that contains an address.
int CImageLookup_imageContaining(uintptr_t address, CImageLookup_Image *_Nonnull image);

/// Describes the image of an index; 0 is the program itself. Not found past the last one.
int CImageLookup_imageAt(size_t index, CImageLookup_Image *_Nonnull image);

/// Hashes what an image has of read-only memory, and the sizes of its other segments, to 128 bits (FNV-1a).
///
/// This stands in for a build-id. It reads memory and not the file, so that it holds when the file is replaced while the
/// program runs. Position-independent code isn't changed by the loader, so every process that runs the same file gets
/// the same number. Two files that differ only in the initial values of writable variables get the same number too; the
/// offsets of their functions are equal. Costs about a millisecond for each 4 MB: keep the result.
int CImageLookup_hash(const CImageLookup_Image *_Nonnull image, uint64_t words[_Nonnull 2]);

/// Answers whether a Swift async function pointer can lie at an offset of an image.
///
/// Such a pointer is a record of 8 bytes, in data: the distance to the code (signed, relative to the record itself), and
/// the size of the frame. Success means that the record lies, aligned, in the part of a readable segment that comes
/// from the file, that its code lies in an executable segment of the same image, and that the frame's size is plausible.
int CImageLookup_checkAsyncFunction(const CImageLookup_Image *_Nonnull image, uint64_t offset);

/// Finds the symbol that covers an offset of an image, in the full symbol table of its file or, where the file was
/// stripped, in the table of exported symbols. Reads through the table: some milliseconds for a large file.
///
/// @param symbol receives the symbol's offset if there is one; `hasPrivateFunctions` is set in any case.
/// @param name receives the mangled name and a zero byte.
int CImageLookup_symbol(
    const CImageLookup_Image *_Nonnull image, uint64_t offset, CImageLookup_Symbol *_Nonnull symbol,
    char *_Nonnull name, size_t capacity);

/// Writes the readable form of a mangled Swift name, and a zero byte, to the buffer.
int CImageLookup_demangle(const char *_Nonnull mangled, char *_Nonnull readable, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif

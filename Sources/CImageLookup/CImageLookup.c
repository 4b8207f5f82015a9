// SPDX-License-Identifier: Apache-2.0
// Images: which are loaded, what identifies them, and whether an offset can be an async function pointer.

#define _GNU_SOURCE
#include "CImageLookup.h"

#include <string.h>

#if defined(__linux__) && defined(__LP64__)
#include "ImageSegments.h"

/// A search through the images, handed to `visit`.
typedef struct {
    /// The image that contains this address is wanted, if `byAddress` is set.
    uintptr_t address;
    /// Else the image after so many others.
    size_t index;
    int byAddress;
    CImageLookup_Image *image;
} Search;

static int containsAddress(const struct dl_phdr_info *info, uintptr_t address) {
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD) continue;
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (address >= start && address - start < segment->p_memsz) return 1;
    }
    return 0;
}

/// Answers whether a segment of notes is in memory, readable: a strange linker may leave it out.
static int isLoaded(const struct dl_phdr_info *info, const ElfW(Phdr) *notes) {
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_R)) continue;
        if (notes->p_vaddr < segment->p_vaddr || notes->p_filesz > segment->p_filesz) continue;
        if (notes->p_vaddr - segment->p_vaddr <= segment->p_filesz - notes->p_filesz) return 1;
    }
    return 0;
}

/// Copies the build-id out of a segment of notes, if it has one.
static void readBuildID(const uint8_t *notes, size_t size, size_t alignment, CImageLookup_Image *image) {
    size_t step = alignment == 8 ? 8 : 4;
    while (size >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) header;
        memcpy(&header, notes, sizeof header);
        // Sums of 32-bit sizes don't overflow in 64 bits.
        size_t description = (sizeof header + (size_t)header.n_namesz + step - 1) / step * step;
        size_t end = (description + (size_t)header.n_descsz + step - 1) / step * step;
        if (end > size) return;
        if (header.n_type == NT_GNU_BUILD_ID && header.n_namesz == 4
            && memcmp(notes + sizeof header, "GNU", 4) == 0 && header.n_descsz <= sizeof image->buildID) {
            memcpy(image->buildID, notes + description, header.n_descsz);
            image->buildIDLength = header.n_descsz;
            return;
        }
        notes += end;
        size -= end;
    }
}

static void describe(const struct dl_phdr_info *info, CImageLookup_Image *image) {
    memset(image, 0, sizeof *image);
    image->base = info->dlpi_addr;
    // The loader has no name for the program itself; the link leads to its file even after the path was replaced.
    image->path = info->dlpi_name == NULL || info->dlpi_name[0] == 0 ? "/proc/self/exe" : info->dlpi_name;
    image->executableStart = UINTPTR_MAX;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_NOTE && image->buildIDLength == 0 && isLoaded(info, segment)) {
            readBuildID((const uint8_t *)start, segment->p_filesz, segment->p_align, image);
        } else if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X)) {
            if (start < image->executableStart) image->executableStart = start;
            if (start + segment->p_filesz > image->executableEnd) image->executableEnd = start + segment->p_filesz;
        }
    }
    if (image->executableStart > image->executableEnd) image->executableStart = image->executableEnd;
}

static int visit(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    Search *search = context;
    int isWanted = search->byAddress ? containsAddress(info, search->address) : search->index-- == 0;
    if (isWanted) describe(info, search->image);
    return isWanted;
}

int CImageLookup_imageContaining(uintptr_t address, CImageLookup_Image *image) {
    Search search = {.address = address, .byAddress = 1, .image = image};
    return dl_iterate_phdr(visit, &search) == 1 ? CImageLookup_success : CImageLookup_notFound;
}

int CImageLookup_imageAt(size_t index, CImageLookup_Image *image) {
    Search search = {.index = index, .image = image};
    return dl_iterate_phdr(visit, &search) == 1 ? CImageLookup_success : CImageLookup_notFound;
}

/// One round of FNV-1a with 128 bits, over 64 bits of data at a time.
static unsigned __int128 mix(unsigned __int128 hash, uint64_t data) {
    const unsigned __int128 prime = ((unsigned __int128)1 << 88) + 0x13b;
    return (hash ^ data) * prime;
}

int CImageLookup_hash(const CImageLookup_Image *image, uint64_t words[2]) {
    CImageLookup_Segments segments;
    if (!CImageLookup_segments(image, &segments)) return CImageLookup_notFound;
    unsigned __int128 hash = ((unsigned __int128)0x6c62272e07bb0142 << 64) + 0x62b821756295c58d;
    for (size_t i = 0; i < segments.count; i++) {
        const ElfW(Phdr) *segment = &segments.headers[i];
        if (segment->p_type != PT_LOAD) continue;
        hash = mix(mix(mix(hash, segment->p_vaddr), segment->p_filesz), segment->p_memsz);
        if ((segment->p_flags & (PF_R | PF_W)) != PF_R) continue;
        const uint8_t *bytes = (const uint8_t *)(image->base + segment->p_vaddr);
        for (size_t at = 0; at < segment->p_filesz; at += sizeof(uint64_t)) {
            size_t left = segment->p_filesz - at;
            uint64_t data = 0;
            memcpy(&data, bytes + at, left < sizeof data ? left : sizeof data);
            hash = mix(hash, data);
        }
    }
    words[0] = (uint64_t)(hash >> 64);
    words[1] = (uint64_t)hash;
    return CImageLookup_success;
}

/// Answers whether `size` bytes at an offset come from the file and lie in a segment with all of the flags.
static int isInSegment(const CImageLookup_Segments *segments, uint64_t offset, uint64_t size, uint32_t flags) {
    for (size_t i = 0; i < segments->count; i++) {
        const ElfW(Phdr) *segment = &segments->headers[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & flags) != flags) continue;
        if (offset < segment->p_vaddr || size > segment->p_filesz) continue;
        if (offset - segment->p_vaddr <= segment->p_filesz - size) return 1;
    }
    return 0;
}

int CImageLookup_checkAsyncFunction(const CImageLookup_Image *image, uint64_t offset) {
    struct { int32_t distance; uint32_t frameSize; } record;
    CImageLookup_Segments segments;
    if (!CImageLookup_segments(image, &segments)) return CImageLookup_notFound;
    if (offset % sizeof(int32_t) != 0 || !isInSegment(&segments, offset, sizeof record, PF_R)) {
        return CImageLookup_notFound;
    }
    memcpy(&record, (const void *)(image->base + (uintptr_t)offset), sizeof record);
    // A frame begins with two pointers, and its size is rounded up to 16 bytes.
    uint32_t frameSize = record.frameSize;
    if (frameSize < 16 || frameSize % 16 != 0 || frameSize > 1u << 30) return CImageLookup_notFound;
    uint64_t code = offset + (uint64_t)(int64_t)record.distance;
    return isInSegment(&segments, code, 1, PF_X) ? CImageLookup_success : CImageLookup_notFound;
}

#else

int CImageLookup_imageContaining(uintptr_t address, CImageLookup_Image *image) {
    (void)address, (void)image;
    return CImageLookup_unsupported;
}

int CImageLookup_imageAt(size_t index, CImageLookup_Image *image) {
    (void)index, (void)image;
    return CImageLookup_unsupported;
}

int CImageLookup_hash(const CImageLookup_Image *image, uint64_t words[2]) {
    (void)image, (void)words;
    return CImageLookup_unsupported;
}

int CImageLookup_checkAsyncFunction(const CImageLookup_Image *image, uint64_t offset) {
    (void)image, (void)offset;
    return CImageLookup_unsupported;
}

#endif

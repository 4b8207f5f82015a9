// SPDX-License-Identifier: Apache-2.0
// The program headers of a loaded image, shared by the sources of this target.

#ifndef CIMAGELOOKUP_IMAGESEGMENTS_H
#define CIMAGELOOKUP_IMAGESEGMENTS_H

#include "CImageLookup.h"

#include <elf.h>
#include <link.h>

/// An image's program headers, as the loader has them.
typedef struct {
    const CImageLookup_Image *image;
    const ElfW(Phdr) *headers;
    size_t count;
} CImageLookup_Segments;

static inline int CImageLookup_visitSegments(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    CImageLookup_Segments *segments = (CImageLookup_Segments *)context;
    if (info->dlpi_addr != segments->image->base) return 0;
    // A program that isn't position-independent has the base 0, and so may another entry of the loader's list: the
    // executable segment tells them apart.
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_LOAD || !(header->p_flags & PF_X)) continue;
        uintptr_t start = info->dlpi_addr + header->p_vaddr;
        if (start < segments->image->executableStart || start >= segments->image->executableEnd) return 0;
    }
    segments->headers = info->dlpi_phdr;
    segments->count = info->dlpi_phnum;
    return 1;
}

/// Finds the program headers of an image; returns 0 if it is no longer loaded.
static inline int CImageLookup_segments(const CImageLookup_Image *image, CImageLookup_Segments *segments) {
    segments->image = image;
    return dl_iterate_phdr(CImageLookup_visitSegments, segments);
}

#endif

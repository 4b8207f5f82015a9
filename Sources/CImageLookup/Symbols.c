// SPDX-License-Identifier: Apache-2.0
// Symbols: the name of what lies at an offset, read from the symbol table of the image's file.

#define _GNU_SOURCE
#include "CImageLookup.h"

#include <stdlib.h>
#include <string.h>

/// The Swift runtime's demangler, which every Swift program has.
extern char *swift_demangle(
    const char *mangled, size_t length, char *output, size_t *outputSize, uint32_t flags);

int CImageLookup_demangle(const char *mangled, char *readable, size_t capacity) {
    char *text = swift_demangle(mangled, strlen(mangled), NULL, NULL, 0);
    if (text == NULL) return CImageLookup_notFound;
    size_t length = strlen(text);
    int fits = length < capacity;
    if (fits) memcpy(readable, text, length + 1);
    free(text);
    return fits ? CImageLookup_success : CImageLookup_bufferTooSmall;
}

#if defined(__linux__) && defined(__LP64__)
#include "ImageSegments.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/// A file in memory.
typedef struct {
    const uint8_t *bytes;
    size_t size;
} File;

/// A symbol table and its strings, both inside the file.
typedef struct {
    const uint8_t *symbols;
    size_t count;
    const char *strings;
    size_t stringsSize;
} Table;

static int isInFile(const File *file, uint64_t offset, uint64_t size) {
    return offset <= file->size && size <= file->size - offset;
}

static int openFile(const char *path, File *file) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    struct stat status;
    void *bytes = MAP_FAILED;
    if (fstat(descriptor, &status) == 0 && status.st_size > 0) {
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    }
    close(descriptor);
    if (bytes == MAP_FAILED) return 0;
    *file = (File){.bytes = bytes, .size = (size_t)status.st_size};
    return 1;
}

/// Answers whether the file has the program headers that the loader saw: else it was replaced since.
static int isLoadedFile(const File *file, const CImageLookup_Image *image, ElfW(Ehdr) *header) {
    CImageLookup_Segments segments;
    if (!isInFile(file, 0, sizeof *header) || !CImageLookup_segments(image, &segments)) return 0;
    memcpy(header, file->bytes, sizeof *header);
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_ident[EI_CLASS] != ELFCLASS64) return 0;
    if (header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phnum != segments.count) return 0;
    size_t size = segments.count * sizeof(ElfW(Phdr));
    return isInFile(file, header->e_phoff, size)
        && memcmp(file->bytes + header->e_phoff, segments.headers, size) == 0;
}

static int findTable(const File *file, const ElfW(Ehdr) *header, uint32_t type, Table *table) {
    uint64_t size = (uint64_t)header->e_shnum * sizeof(ElfW(Shdr));
    if (header->e_shentsize != sizeof(ElfW(Shdr)) || !isInFile(file, header->e_shoff, size)) return 0;
    for (size_t i = 0; i < header->e_shnum; i++) {
        ElfW(Shdr) section, strings;
        memcpy(&section, file->bytes + header->e_shoff + i * sizeof section, sizeof section);
        if (section.sh_type != type || section.sh_link >= header->e_shnum) continue;
        memcpy(&strings, file->bytes + header->e_shoff + section.sh_link * sizeof strings, sizeof strings);
        if (!isInFile(file, section.sh_offset, section.sh_size)) return 0;
        if (!isInFile(file, strings.sh_offset, strings.sh_size)) return 0;
        *table = (Table){
            .symbols = file->bytes + section.sh_offset,
            .count = section.sh_size / sizeof(ElfW(Sym)),
            .strings = (const char *)file->bytes + strings.sh_offset,
            .stringsSize = strings.sh_size,
        };
        return 1;
    }
    return 0;
}

/// A symbol's name; NULL if it doesn't end inside the table of strings.
static const char *nameOf(const Table *table, const ElfW(Sym) *symbol, size_t *length) {
    if (symbol->st_name >= table->stringsSize) return NULL;
    const char *name = table->strings + symbol->st_name;
    size_t limit = table->stringsSize - symbol->st_name;
    *length = strnlen(name, limit);
    return *length < limit ? name : NULL;
}

/// Answers whether a symbol is a private async function pointer: a local object of 8 bytes whose name ends in `Tu`.
static int isPrivateFunction(const ElfW(Sym) *symbol, const char *name, size_t length) {
    return symbol->st_info >> 4 == STB_LOCAL && symbol->st_size == 8 && length > 2
        && memcmp(name + length - 2, "Tu", 2) == 0;
}

/// Copies the name of the symbol that covers the offset; of several the nearest, because aliases have too large sizes.
static int findSymbol(const Table *table, uint64_t offset, CImageLookup_Symbol *found, char *buffer, size_t capacity) {
    const char *best = NULL;
    size_t bestLength = 0;
    for (size_t i = 0; i < table->count; i++) {
        ElfW(Sym) symbol;
        size_t length;
        memcpy(&symbol, table->symbols + i * sizeof symbol, sizeof symbol);
        unsigned type = symbol.st_info & 0xf;
        if (symbol.st_shndx == SHN_UNDEF || (type != STT_FUNC && type != STT_OBJECT)) continue;
        const char *name = nameOf(table, &symbol, &length);
        if (name == NULL) continue;
        if (isPrivateFunction(&symbol, name, length)) found->hasPrivateFunctions = 1;
        if (symbol.st_value > offset) continue;
        if (offset != symbol.st_value && offset - symbol.st_value >= symbol.st_size) continue;
        if (best != NULL && symbol.st_value <= found->offset) continue;
        best = name;
        bestLength = length;
        found->offset = symbol.st_value;
    }
    if (best == NULL) return CImageLookup_notFound;
    if (bestLength >= capacity) return CImageLookup_bufferTooSmall;
    memcpy(buffer, best, bestLength + 1);
    return CImageLookup_success;
}

int CImageLookup_symbol(
    const CImageLookup_Image *image, uint64_t offset, CImageLookup_Symbol *symbol, char *name, size_t capacity
) {
    File file;
    *symbol = (CImageLookup_Symbol){0};
    if (image->path == NULL || !openFile(image->path, &file)) return CImageLookup_fileUnreadable;
    ElfW(Ehdr) header;
    Table table;
    int result = CImageLookup_notFound;
    if (!isLoadedFile(&file, image, &header)) {
        result = CImageLookup_fileUnreadable;
    } else if (findTable(&file, &header, SHT_SYMTAB, &table) || findTable(&file, &header, SHT_DYNSYM, &table)) {
        result = findSymbol(&table, offset, symbol, name, capacity);
    }
    munmap((void *)file.bytes, file.size);
    return result;
}

#else

int CImageLookup_symbol(
    const CImageLookup_Image *image, uint64_t offset, CImageLookup_Symbol *symbol, char *name, size_t capacity
) {
    (void)image, (void)offset, (void)symbol, (void)name, (void)capacity;
    return CImageLookup_unsupported;
}

#endif

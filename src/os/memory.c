#include "os/memory.h"

#include "base/arena.h"
#include "base/slice.h"
#include "base/status.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static size_t whole_pages(size_t size) {
    return (size + MEMORY_LARGE_PAGE - 1) / MEMORY_LARGE_PAGE * MEMORY_LARGE_PAGE;
}

// Large pages need an aligned start, which mmap does not promise: a page more is mapped and the ends are cut.
static void *map_pages(size_t whole, bool large) {
    size_t spare = large ? MEMORY_LARGE_PAGE : 0;
    char *mapped = mmap(NULL, whole + spare, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    INVARIANT(mapped != MAP_FAILED);
    if (!large) {
        return mapped;
    }
    size_t before = whole_pages((uintptr_t)mapped) - (uintptr_t)mapped;
    if (before > 0) {
        munmap(mapped, before);
    }
    char *memory = mapped + before;
    munmap(memory + whole, MEMORY_LARGE_PAGE - before);
    madvise(memory, whole, MADV_HUGEPAGE); // a wish: refused, it is small pages
    return memory;
}

struct memory_pool_part {
    struct memory_pool_part *before;
    void *memory;
    size_t size; // in whole pages
};

void *memory_pool_map(void *context, size_t size) {
    struct memory_pool *pool = context;
    struct memory_pool_part *part = memory_alloc(sizeof *part);
    size_t whole = whole_pages(size == 0 ? 1 : size);
    INVARIANT(whole >= size);
    *part = (struct memory_pool_part){pool->last, map_pages(whole, pool->large), whole};
    pool->last = part;
    return part->memory;
}

void memory_pool_release(struct memory_pool *pool) {
    while (pool->last != NULL) {
        struct memory_pool_part *part = pool->last;
        pool->last = part->before;
        INVARIANT(munmap(part->memory, part->size) == 0);
        free(part);
    }
}

#ifndef MADV_POPULATE_WRITE // Linux 5.14
#define MADV_POPULATE_WRITE 23
#endif

void memory_populate(void *context, void *at, size_t size) {
    (void)context;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t begin = (uintptr_t)at / page * page;
    uintptr_t end = ((uintptr_t)at + size + page - 1) / page * page;
    if (size > 0) {
        madvise((void *)begin, end - begin, MADV_POPULATE_WRITE);
    }
}

uint64_t memory_resident_bytes(void) {
    char text[256];
    int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    ssize_t size = read(fd, text, sizeof text);
    close(fd);
    Slice rest = {text, size > 0 ? (size_t)size : 0};
    Slice part;
    int64_t pages = 0;
    bool ok = slice_split(&rest, ' ', &part) && slice_split(&rest, ' ', &part) && slice_to_i64(part, &pages);
    return ok ? (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

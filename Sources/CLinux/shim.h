#pragma once
#include <malloc.h>
#include <stdint.h>

// What the C library of Linux has and Swift's module for it does not show. This one is there for _GNU_SOURCE alone.
extern int sync_file_range(int fd, int64_t offset, int64_t count, unsigned int flags);

/// Has the disk begin with all of a file that is not on it (sync_file_range(2), SYNC_FILE_RANGE_WRITE); an advice.
static inline void linux_begin_writing(int fd) {
    (void)sync_file_range(fd, 0, 0, 2);
}

/// Has malloc keep up to so many bytes of what is freed at the end of a heap, take allocations of up to half of that from
/// heaps, and have no more heaps than that (mallopt(3)). Nothing where the C library has no such choice.
static inline void linux_keep_freed(int bytes, int heaps) {
#ifdef __GLIBC__
    (void)mallopt(M_ARENA_MAX, heaps);
    (void)mallopt(M_MMAP_THRESHOLD, bytes / 2);
    (void)mallopt(M_TRIM_THRESHOLD, bytes);
#else
    (void)bytes, (void)heaps;
#endif
}

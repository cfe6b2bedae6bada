#pragma once
#include <stdint.h>

// What the C library of Linux has and Swift's module for it does not show, since it is there for _GNU_SOURCE alone.
extern int sync_file_range(int fd, int64_t offset, int64_t count, unsigned int flags);

/// Has the disk begin with all of a file that is not on it (sync_file_range(2), SYNC_FILE_RANGE_WRITE); an advice.
static inline void linux_begin_writing(int fd) {
    (void)sync_file_range(fd, 0, 0, 2);
}

#pragma once
// c-ares 1.34 marks the parsing calls that 1.18 needs as deprecated; the project builds on both.
#define CARES_NO_DEPRECATED
#include <ares.h>

// Ancillary data of a datagram (RFC 3542 20): function-like macros, which Swift does not see.
#include <sys/socket.h>

static inline struct cmsghdr *labnet_cmsg_first(struct msghdr *message) { return CMSG_FIRSTHDR(message); }
static inline struct cmsghdr *labnet_cmsg_next(struct msghdr *message, struct cmsghdr *header) {
    return CMSG_NXTHDR(message, header);
}
static inline const void *labnet_cmsg_data(const struct cmsghdr *header) { return CMSG_DATA(header); }

// The number depends on the width of time_t, so the macro is an expression, which Swift does not see either.
static inline int labnet_so_timestampns(void) { return SO_TIMESTAMPNS; }

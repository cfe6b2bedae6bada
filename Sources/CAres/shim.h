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

// The bytes of a TCP socket's queue that have not been sent even once, -1 with errno set: ioctl takes a variable number of
// arguments, which Swift does not call.
// Its header is not included: what it declares would belong to this module then.
#include <linux/sockios.h>

static inline int labnet_unsent_bytes(int socket) {
    extern int ioctl(int, unsigned long, ...);
    int count = 0;
    return ioctl(socket, SIOCOUTQNSD, &count) == 0 ? count : -1;
}

// Status codes are macros in c-ares 1.18 and an enumeration in 1.34; Swift sees a different type in each.
static const int labnet_ares_success = ARES_SUCCESS;
static const int labnet_ares_nodata = ARES_ENODATA;
static const int labnet_ares_notfound = ARES_ENOTFOUND;
static const int labnet_ares_badname = ARES_EBADNAME;
static const int labnet_ares_nomem = ARES_ENOMEM;
static const int labnet_ares_cancelled = ARES_ECANCELLED;
static const int labnet_ares_destruction = ARES_EDESTRUCTION;

// Raw frames (packet(7)) and an interface's offloads (SIOCETHTOOL), which Glibc's module leaves out.
#include <net/if.h>
#include <netpacket/packet.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>

#pragma once
#include <zlib.h>

// The init calls are macros that pass the header's version and the size of z_stream.

/// Prepares to read gzip (RFC 1952) and nothing else.
static inline int zlib_inflate_init_gzip(z_stream *stream) {
    return inflateInit2(stream, 16 + MAX_WBITS);
}

/// Prepares to write gzip at this level.
static inline int zlib_deflate_init_gzip(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
}

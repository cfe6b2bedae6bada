#pragma once
#include <lzma.h>

// LZMA_STREAM_INIT is a brace initialiser: zeros, with which liblzma takes malloc for its allocator.

/// A stream before its first call.
static inline lzma_stream lzma_stream_unused(void) {
    lzma_stream stream = LZMA_STREAM_INIT;
    return stream;
}

/// Prepares to read any number of .xz streams and the padding between them (LZMA_CONCATENATED is a macro with a cast).
static inline lzma_ret lzma_streams_decoder(lzma_stream *stream, uint64_t memory_limit) {
    return lzma_stream_decoder(stream, memory_limit, LZMA_CONCATENATED);
}

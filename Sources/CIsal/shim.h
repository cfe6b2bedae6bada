#pragma once
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Intel's ISA-L is no dependency: what was built with its header looks for the library when it first inflates. Built
// without the header, it takes the library for absent; the few declarations below only let the rest compile.
#if __has_include(<isa-l/igzip_lib.h>) && __has_include(<isa-l/crc.h>)
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#define ISAL_HAS_HEADER 1
#else
#define ISAL_HAS_HEADER 0
#define ISAL_DECOMP_OK 0
#define ISAL_BLOCK_FINISH 5
struct inflate_state {
    uint8_t *next_out, *next_in;
    uint32_t avail_out, avail_in;
    uint64_t read_in;
    int32_t read_in_length;
    int block_state;
};
#endif

/// The functions of ISA-L that are used here; all there or all null.
///
/// Their types stand where they are called: Swift would else make code for every array of `struct inflate_state`.
typedef void isal_function(void);
struct isal_library {
    isal_function *init, *reset, *set_dict, *inflate, *crc32;
};

/// Looks for the library on this machine, and never unloads it; whether it is there.
static inline bool isal_open(struct isal_library *library) {
    if (!ISAL_HAS_HEADER) return false;
    void *handle = dlopen("libisal.so.2", RTLD_NOW | RTLD_LOCAL);
    if (!handle) return false;
    library->init = (isal_function *)dlsym(handle, "isal_inflate_init");
    library->reset = (isal_function *)dlsym(handle, "isal_inflate_reset");
    library->set_dict = (isal_function *)dlsym(handle, "isal_inflate_set_dict");
    library->inflate = (isal_function *)dlsym(handle, "isal_inflate");
    library->crc32 = (isal_function *)dlsym(handle, "crc32_gzip_refl");
    return library->init && library->reset && library->set_dict && library->inflate && library->crc32;
}

// Swift cannot see struct inflate_state, whose arrays are too large for it: it holds so many bytes, and calls these.

/// The size of the state in bytes; it needs an alignment of 16.
static inline size_t isal_state_size(void) { return sizeof(struct inflate_state); }

/// Prepares a state that was only allocated.
static inline void isal_init(const struct isal_library *library, void *state) {
    ((void (*)(struct inflate_state *))library->init)(state);
}

/// Begins a deflate stream in the middle of a byte.
///
/// - bits, bit_count: what comes before the next byte of input, the first bit lowest; at most 64.
/// - window, window_size: what was inflated before, at most 32 KiB of which are copied.
static inline int isal_begin(
    const struct isal_library *library, void *opaque, uint64_t bits, int32_t bit_count, const uint8_t *window,
    uint32_t window_size
) {
    struct inflate_state *state = opaque;
    ((void (*)(struct inflate_state *))library->reset)(state);
    state->read_in = bits;
    state->read_in_length = bit_count;
    // It does not write through the pointer; it is only declared without const.
    int (*set_dict)(struct inflate_state *, uint8_t *, uint32_t) =
        (int (*)(struct inflate_state *, uint8_t *, uint32_t))library->set_dict;
    return window_size ? set_dict(state, (uint8_t *)window, window_size) : ISAL_DECOMP_OK;
}

/// Inflates until the input is used up, the output is full or the stream ends; all four values move on.
static inline int isal_inflate_some(
    const struct isal_library *library, void *opaque, const uint8_t **input, uint32_t *input_size, uint8_t **output,
    uint32_t *output_size
) {
    struct inflate_state *state = opaque;
    state->next_in = (uint8_t *)*input;
    state->avail_in = *input_size;
    state->next_out = *output;
    state->avail_out = *output_size;
    int code = ((int (*)(struct inflate_state *))library->inflate)(state);
    *input = state->next_in;
    *input_size = state->avail_in;
    *output = state->next_out;
    *output_size = state->avail_out;
    return code;
}

/// Whether the stream has ended and all of it has been handed out.
static inline bool isal_has_ended(const void *opaque) {
    return ((const struct inflate_state *)opaque)->block_state == ISAL_BLOCK_FINISH;
}

/// What was read of the input and does not belong to the stream that has ended: the bits, the first one lowest.
static inline uint64_t isal_bits(const void *opaque) { return ((const struct inflate_state *)opaque)->read_in; }

/// How many bits those are; higher ones in `isal_bits` mean nothing.
static inline int32_t isal_bit_count(const void *opaque) {
    return ((const struct inflate_state *)opaque)->read_in_length;
}

/// The CRC-32 of RFC 1952, going on from that of the bytes before; 0 at the beginning.
static inline uint32_t isal_crc32(
    const struct isal_library *library, uint32_t crc, const uint8_t *bytes, uint64_t size
) {
    return ((uint32_t (*)(uint32_t, const unsigned char *, uint64_t))library->crc32)(crc, bytes, size);
}

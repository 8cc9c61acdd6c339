#pragma once
// Little-endian cursors: how numbers go into files and come out of them, whatever the machine.
//
//     struct le_writer out = {bytes};
//     le_put_u32(&out, length);
//     le_put_bytes(&out, SLICE("QTFRAME1"));
//
//     struct le_reader in = {bytes};
//     uint32_t length = le_get_u32(&in);
//
// They check no bounds: who uses them knows the size of what is fixed, and has compared it with
// what is there.

#include "base/slice.h"

struct le_writer {
    char *at;
};

struct le_reader {
    const char *at;
};

static inline void le_put(struct le_writer *out, uint64_t value, size_t size) {
    for (size_t i = 0; i < size; i++) {
        out->at[i] = (char)(value >> (8 * i));
    }
    out->at += size;
}

static inline uint64_t le_get(struct le_reader *in, size_t size) {
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value |= (uint64_t)(uint8_t)in->at[i] << (8 * i);
    }
    in->at += size;
    return value;
}

static inline void le_put_u8(struct le_writer *out, uint8_t value) {
    le_put(out, value, 1);
}

static inline void le_put_u16(struct le_writer *out, uint16_t value) {
    le_put(out, value, 2);
}

static inline void le_put_u32(struct le_writer *out, uint32_t value) {
    le_put(out, value, 4);
}

static inline void le_put_u64(struct le_writer *out, uint64_t value) {
    le_put(out, value, 8);
}

static inline void le_put_bytes(struct le_writer *out, Slice bytes) {
    memcpy(out->at, bytes.at, bytes.size);
    out->at += bytes.size;
}

static inline uint8_t le_get_u8(struct le_reader *in) {
    return (uint8_t)le_get(in, 1);
}

static inline uint16_t le_get_u16(struct le_reader *in) {
    return (uint16_t)le_get(in, 2);
}

static inline uint32_t le_get_u32(struct le_reader *in) {
    return (uint32_t)le_get(in, 4);
}

static inline uint64_t le_get_u64(struct le_reader *in) {
    return le_get(in, 8);
}

static inline void le_get_bytes(struct le_reader *in, void *into, size_t size) {
    memcpy(into, in->at, size);
    in->at += size;
}

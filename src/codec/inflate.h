#pragma once
// Inflate: bytes of a gzip or zstd file, or of a plain one, as if they had never been compressed. What it is
// shows in its first bytes.
//
//     struct inflater *inflater = inflater_create(file_source);
//     struct byte_source plain = inflater_source(inflater);      // read() as usual
//     ...
//     if (status == STATUS_INVALID) { ... inflater_error(inflater)->what, ->offset ... }
//     inflater_destroy(inflater);
//
// gzip files of several members and zstd files of several frames are read to their end. A truncated or corrupt
// file gives STATUS_INVALID after all bytes before the fault were handed out; gzip checks its sum only at the
// end of a member, so bytes handed out may then turn out to be wrong: who must not act on them reads to the
// end first. Room: 64 KiB, and what the format asks for (gzip 32 KiB, zstd at most 128 MiB).

#include "base/byte_source.h"

struct inflate_error {
    const char *what; // "the compressed data is truncated"; NULL: nothing is wrong
    uint64_t offset;  // decompressed bytes before it
};

struct inflater;

struct inflater *inflater_create(struct byte_source source);
void inflater_destroy(struct inflater *inflater);
struct byte_source inflater_source(struct inflater *inflater);
const struct inflate_error *inflater_error(const struct inflater *inflater);

#include "journal/format.h"

#include "base/arena.h"
#include "base/little_endian.h"

#include <openssl/evp.h>
#include <stdlib.h>

#define SEGMENT_MAGIC SLICE("QTSEGMNT")
#define FRAME_MAGIC SLICE("QTFRAME\x1a")
#define FRAME_END SLICE("\xf7\x0e\x4a\xd3") // no byte is zero; the last one has more than one bit

enum {
    SEGMENT_SUM_AT = BLOCK_SIZE - 4,
    FRAME_SUM_AT = FRAME_HEADER_SIZE - 4,
    TRAILER_SUM_AT = CHAIN_SIZE, // within the trailer
    TRAILER_END_AT = CHAIN_SIZE + 4,
};

struct hasher {
    EVP_MD *method;
    EVP_MD_CTX *context;
};

struct hasher *hasher_create(void) {
    struct hasher *hasher = memory_alloc(sizeof *hasher);
    hasher->method = EVP_MD_fetch(NULL, "SHA256", NULL);
    hasher->context = EVP_MD_CTX_new();
    INVARIANT(hasher->method != NULL && hasher->context != NULL);
    return hasher;
}

void hasher_destroy(struct hasher *hasher) {
    if (hasher != NULL) {
        EVP_MD_CTX_free(hasher->context);
        EVP_MD_free(hasher->method);
        free(hasher);
    }
}

void hasher_begin(struct hasher *hasher) {
    INVARIANT(EVP_DigestInit_ex2(hasher->context, hasher->method, NULL) == 1);
}

void hasher_add(struct hasher *hasher, Slice bytes) {
    INVARIANT(EVP_DigestUpdate(hasher->context, bytes.at, bytes.size) == 1);
}

Chain hasher_end(struct hasher *hasher) {
    Chain chain;
    unsigned size = 0;
    INVARIANT(EVP_DigestFinal_ex(hasher->context, chain.bytes, &size) == 1 && size == CHAIN_SIZE);
    return chain;
}

static Slice chain_slice(const Chain *chain) {
    return (Slice){(const char *)chain->bytes, CHAIN_SIZE};
}

static Chain chain_next(struct hasher *hasher, const Chain *before, Slice bytes) {
    hasher_begin(hasher);
    hasher_add(hasher, chain_slice(before));
    hasher_add(hasher, bytes);
    return hasher_end(hasher);
}

void segment_header_encode(const struct segment_header *header, char block[BLOCK_SIZE]) {
    memset(block, 0, BLOCK_SIZE);
    struct le_writer out = {block};
    le_put_bytes(&out, SEGMENT_MAGIC);
    le_put_u16(&out, JOURNAL_VERSION);
    le_put_u16(&out, 0);
    le_put_u32(&out, BLOCK_SIZE);
    le_put_u64(&out, header->first_sequence);
    le_put_u64(&out, (uint64_t)header->created_us);
    le_put_u64(&out, header->size);
    le_put_bytes(&out, (Slice){(const char *)header->label, LABEL_SIZE});
    le_put_bytes(&out, chain_slice(&header->chain));
    out.at = block + SEGMENT_SUM_AT;
    le_put_u32(&out, crc32c(0, (Slice){block, SEGMENT_SUM_AT}));
}

bool segment_header_decode(const char *block, struct segment_header *ret_header,
                           FaultKind *ret_fault) {
    *ret_fault = FAULT_SEGMENT_MAGIC;
    if (memcmp(block, SEGMENT_MAGIC.at, SEGMENT_MAGIC.size) != 0) {
        return false;
    }
    struct le_reader in = {block + SEGMENT_SUM_AT};
    *ret_fault = FAULT_SEGMENT_SUM;
    if (le_get_u32(&in) != crc32c(0, (Slice){block, SEGMENT_SUM_AT})) {
        return false;
    }
    in.at = block + SEGMENT_MAGIC.size;
    uint16_t version = le_get_u16(&in);
    uint16_t flags = le_get_u16(&in);
    uint32_t size = le_get_u32(&in);
    *ret_fault = FAULT_SEGMENT_VERSION;
    if (version != JOURNAL_VERSION || flags != 0 || size != BLOCK_SIZE) {
        return false;
    }
    struct segment_header header = {.first_sequence = le_get_u64(&in)};
    header.created_us = (int64_t)le_get_u64(&in);
    header.size = le_get_u64(&in);
    le_get_bytes(&in, header.label, LABEL_SIZE);
    le_get_bytes(&in, header.chain.bytes, CHAIN_SIZE);
    *ret_fault = FAULT_SEGMENT_NAME;
    if (header.first_sequence == 0) {
        return false;
    }
    *ret_header = header;
    return true;
}

Chain segment_chain(struct hasher *hasher, const Chain *before, const char *block) {
    return chain_next(hasher, before, (Slice){block, BLOCK_SIZE});
}

uint64_t chain_salt(const Chain *first) {
    struct le_reader in = {(const char *)first->bytes};
    return le_get_u64(&in);
}

static void frame_header_encode(const struct frame_header *header, char *frame) {
    memset(frame, 0, FRAME_HEADER_SIZE);
    struct le_writer out = {frame};
    le_put_bytes(&out, FRAME_MAGIC);
    le_put_u16(&out, JOURNAL_VERSION);
    le_put_u16(&out, header->flags);
    le_put_u32(&out, header->size);
    le_put_u32(&out, header->payload_size);
    le_put_u32(&out, header->record_count);
    le_put_u64(&out, header->first_sequence);
    le_put_u64(&out, header->salt);
    le_put_bytes(&out, chain_slice(&header->chain));
    le_put_u32(&out, header->zero_sectors);
    le_put_u64(&out, header->offset);
    out.at = frame + FRAME_SUM_AT;
    le_put_u32(&out, crc32c(0, (Slice){frame, FRAME_SUM_AT}));
}

// What the trailer's sum covers: from the header's end to the sum.
static Slice frame_body(Slice frame) {
    return slice_part(frame, FRAME_HEADER_SIZE,
                      frame.size - FRAME_HEADER_SIZE - (FRAME_TRAILER_SIZE - TRAILER_SUM_AT));
}

Chain frame_finish(struct hasher *hasher, char *frame, struct frame_header *header) {
    header->size = (uint32_t)frame_size(header->payload_size);
    size_t filled = FRAME_HEADER_SIZE + header->payload_size;
    size_t trailer_at = header->size - FRAME_TRAILER_SIZE;
    memset(frame + filled, 0, header->size - filled);
    // The first and the last sector hold header and trailer, and are not zero whatever those say.
    header->zero_sectors =
        zero_sectors_count((Slice){frame + SECTOR_SIZE, header->size - 2 * SECTOR_SIZE});
    frame_header_encode(header, frame);
    Chain chain = chain_next(hasher, &header->chain, (Slice){frame, trailer_at});
    struct le_writer out = {frame + trailer_at};
    le_put_bytes(&out, chain_slice(&chain));
    le_put_u32(&out, crc32c(0, frame_body((Slice){frame, header->size})));
    le_put_bytes(&out, FRAME_END);
    return chain;
}

bool frame_header_decode(const char *block, struct frame_header *ret_header, FaultKind *ret_fault) {
    struct le_reader in = {block + FRAME_SUM_AT};
    *ret_fault = FAULT_FRAME_HEADER;
    if (memcmp(block, FRAME_MAGIC.at, FRAME_MAGIC.size) != 0 ||
        le_get_u32(&in) != crc32c(0, (Slice){block, FRAME_SUM_AT})) {
        return false;
    }
    in.at = block + FRAME_MAGIC.size;
    uint16_t version = le_get_u16(&in);
    struct frame_header header = {.flags = le_get_u16(&in)};
    *ret_fault = FAULT_FRAME_VERSION;
    if (version != JOURNAL_VERSION || header.flags > FRAME_SEAL) {
        return false;
    }
    header.size = le_get_u32(&in);
    header.payload_size = le_get_u32(&in);
    header.record_count = le_get_u32(&in);
    header.first_sequence = le_get_u64(&in);
    header.salt = le_get_u64(&in);
    le_get_bytes(&in, header.chain.bytes, CHAIN_SIZE);
    header.zero_sectors = le_get_u32(&in);
    header.offset = le_get_u64(&in);
    *ret_fault = FAULT_FRAME_SHAPE;
    if (header.size > FRAME_SIZE_MAX || header.payload_size > FRAME_SIZE_MAX ||
        header.size != frame_size(header.payload_size) ||
        header.record_count > header.payload_size / RECORD_HEADER_SIZE ||
        (header.record_count == 0) != (header.payload_size == 0)) {
        return false;
    }
    *ret_header = header;
    return true;
}

static bool records_fill(Slice payload, uint32_t count) {
    struct record_header header;
    Slice data;
    for (uint32_t i = 0; i < count; i++) {
        if (!record_decode(&payload, &header, &data)) {
            return false;
        }
    }
    return payload.size == 0;
}

bool frame_body_check(Slice frame, const struct frame_header *header, FaultKind *ret_fault) {
    INVARIANT(frame.size == header->size);
    const char *trailer = frame.at + frame.size - FRAME_TRAILER_SIZE;
    struct le_reader in = {trailer + TRAILER_SUM_AT};
    *ret_fault = FAULT_FRAME_BODY;
    if (memcmp(trailer + TRAILER_END_AT, FRAME_END.at, FRAME_END.size) != 0 ||
        le_get_u32(&in) != crc32c(0, frame_body(frame))) {
        return false;
    }
    *ret_fault = FAULT_FRAME_RECORDS;
    return records_fill(slice_part(frame, FRAME_HEADER_SIZE, header->payload_size),
                        header->record_count);
}

Chain frame_chain(Slice frame) {
    Chain chain;
    memcpy(chain.bytes, frame.at + frame.size - FRAME_TRAILER_SIZE, CHAIN_SIZE);
    return chain;
}

bool frame_chain_check(struct hasher *hasher, Slice frame, const struct frame_header *header) {
    Chain told = frame_chain(frame);
    Chain made =
        chain_next(hasher, &header->chain, slice_part(frame, 0, frame.size - FRAME_TRAILER_SIZE));
    return chain_equal(&told, &made);
}

bool bytes_are_zero(Slice bytes) {
    return bytes.size == 0 ||
           (bytes.at[0] == 0 && memcmp(bytes.at, bytes.at + 1, bytes.size - 1) == 0);
}

uint32_t zero_sectors_count(Slice bytes) {
    uint32_t count = 0;
    for (size_t at = 0; at < bytes.size; at += SECTOR_SIZE) {
        count += bytes_are_zero(slice_part(bytes, at, SECTOR_SIZE));
    }
    return count;
}

void record_encode(const struct record_header *header, Slice data, char *into) {
    INVARIANT(header->size == data.size);
    struct le_writer out = {into};
    le_put_u32(&out, header->size);
    le_put_u8(&out, header->kind);
    le_put_u8(&out, 0);
    le_put_u16(&out, header->flags);
    le_put_u64(&out, (uint64_t)header->time_us);
    if (data.size > 0) {
        le_put_bytes(&out, data);
    }
    memset(out.at, 0, record_size(data.size) - RECORD_HEADER_SIZE - data.size);
}

bool record_decode(Slice *rest, struct record_header *ret_header, Slice *ret_data) {
    if (rest->size < RECORD_HEADER_SIZE) {
        return false;
    }
    struct le_reader in = {rest->at};
    struct record_header header = {.size = le_get_u32(&in)};
    header.kind = le_get_u8(&in);
    uint8_t nothing = le_get_u8(&in);
    header.flags = le_get_u16(&in);
    header.time_us = (int64_t)le_get_u64(&in);
    if (nothing != 0 || record_size(header.size) > rest->size) {
        return false;
    }
    *ret_header = header;
    *ret_data = slice_part(*rest, RECORD_HEADER_SIZE, header.size);
    *rest = slice_part(*rest, record_size(header.size), SIZE_MAX);
    return true;
}

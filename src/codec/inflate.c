#include "codec/inflate.h"

#include "base/arena.h"

#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

enum { INPUT_SIZE = 64 << 10 };

typedef enum InflateFormat { INFLATE_UNKNOWN, INFLATE_PLAIN, INFLATE_GZIP, INFLATE_ZSTD } InflateFormat;

struct inflater {
    struct byte_source source;
    InflateFormat format;
    char *input;
    size_t input_at;
    size_t input_size;
    bool source_ended;
    z_stream gzip;
    ZSTD_DCtx *zstd;
    bool inside; // a member or frame has begun and has not ended
    Status end;  // what comes when nothing more comes: STATUS_END or an error
    uint64_t given;
    struct inflate_error error;
};

struct inflater *inflater_create(struct byte_source source) {
    struct inflater *inflater = memory_alloc(sizeof *inflater);
    inflater->source = source;
    inflater->input = memory_alloc(INPUT_SIZE);
    return inflater;
}

void inflater_destroy(struct inflater *inflater) {
    if (inflater == NULL) {
        return;
    }
    if (inflater->format == INFLATE_GZIP) {
        inflateEnd(&inflater->gzip);
    }
    ZSTD_freeDCtx(inflater->zstd);
    free(inflater->input);
    free(inflater);
}

const struct inflate_error *inflater_error(const struct inflater *inflater) {
    return &inflater->error;
}

static size_t input_left(const struct inflater *inflater) {
    return inflater->input_size - inflater->input_at;
}

// More input behind what is left. STATUS_END when there is none.
static Status refill(struct inflater *inflater) {
    ENSURE(!inflater->source_ended, STATUS_END);
    if (inflater->input_at == inflater->input_size) {
        inflater->input_at = 0;
        inflater->input_size = 0;
    }
    size_t size = 0;
    Status status =
        inflater->source.read(inflater->source.context, inflater->input + inflater->input_size,
                              INPUT_SIZE - inflater->input_size, &size);
    inflater->source_ended = status != STATUS_OK;
    TRY(status);
    inflater->input_size += size;
    return STATUS_OK;
}

static Status fault(struct inflater *inflater, const char *what) {
    inflater->error.what = what;
    return STATUS_INVALID;
}

static Status detect(struct inflater *inflater) {
    while (input_left(inflater) < 4) {
        Status status = refill(inflater);
        if (status == STATUS_END) {
            break;
        }
        TRY(status);
    }
    Slice head = {inflater->input, inflater->input_size};
    if (slice_starts_with(head, SLICE("\x1f\x8b"))) {
        inflater->format = INFLATE_GZIP;
        INVARIANT(inflateInit2(&inflater->gzip, 15 + 16) == Z_OK);
    } else if (slice_starts_with(head, SLICE("\x28\xb5\x2f\xfd"))) {
        inflater->format = INFLATE_ZSTD;
        inflater->zstd = ZSTD_createDCtx();
        INVARIANT(inflater->zstd != NULL);
    } else {
        inflater->format = INFLATE_PLAIN;
    }
    return STATUS_OK;
}

static Status step_plain(struct inflater *inflater, char *into, size_t size, size_t *made) {
    size_t take = input_left(inflater) < size ? input_left(inflater) : size;
    memcpy(into, inflater->input + inflater->input_at, take);
    inflater->input_at += take;
    *made = take;
    return STATUS_OK;
}

static Status step_gzip(struct inflater *inflater, char *into, size_t size, size_t *made) {
    z_stream *gzip = &inflater->gzip;
    if (!inflater->inside) {
        INVARIANT(inflateReset(gzip) == Z_OK);
        inflater->inside = true;
    }
    unsigned room = size > 1 << 30 ? 1u << 30 : (unsigned)size;
    gzip->next_in = (Bytef *)inflater->input + inflater->input_at;
    gzip->avail_in = (unsigned)input_left(inflater);
    gzip->next_out = (Bytef *)into;
    gzip->avail_out = room;
    int code = inflate(gzip, Z_NO_FLUSH);
    inflater->input_at = inflater->input_size - gzip->avail_in;
    *made = room - gzip->avail_out;
    if (code == Z_STREAM_END) {
        inflater->inside = false;
        return STATUS_OK;
    }
    if (code == Z_OK || code == Z_BUF_ERROR) {
        return STATUS_OK;
    }
    INVARIANT(code != Z_MEM_ERROR && code != Z_STREAM_ERROR);
    return fault(inflater, "the gzip data is corrupt");
}

static Status step_zstd(struct inflater *inflater, char *into, size_t size, size_t *made) {
    ZSTD_inBuffer in = {inflater->input, inflater->input_size, inflater->input_at};
    ZSTD_outBuffer out = {into, size, 0};
    size_t code = ZSTD_decompressStream(inflater->zstd, &out, &in);
    inflater->input_at = in.pos;
    *made = out.pos;
    if (ZSTD_isError(code)) {
        return fault(inflater, "the zstd data is corrupt");
    }
    inflater->inside = code != 0;
    return STATUS_OK;
}

static Status step(struct inflater *inflater, char *into, size_t size, size_t *made) {
    switch (inflater->format) {
    case INFLATE_GZIP:
        return step_gzip(inflater, into, size, made);
    case INFLATE_ZSTD:
        return step_zstd(inflater, into, size, made);
    default:
        return step_plain(inflater, into, size, made);
    }
}

// Gives at least one byte, or what the end is. A decoder may hold back output, so it is asked once without
// input before more is fetched, and once more at the end.
static Status produce(struct inflater *inflater, char *into, size_t size, size_t *made) {
    if (inflater->format == INFLATE_UNKNOWN) {
        TRY(detect(inflater));
    }
    for (;;) {
        bool idle = input_left(inflater) == 0 && !inflater->inside;
        if (!idle) {
            TRY(step(inflater, into, size, made));
            if (*made > 0) {
                return STATUS_OK;
            }
            if (input_left(inflater) > 0) {
                continue;
            }
        }
        Status status = refill(inflater);
        if (status == STATUS_END && inflater->inside) {
            return fault(inflater, "the compressed data is truncated");
        }
        TRY(status);
    }
}

static Status inflater_read(void *context, char *into, size_t size, size_t *ret_size) {
    struct inflater *inflater = context;
    TRY(inflater->end);
    size_t made = 0;
    Status status = produce(inflater, into, size, &made);
    inflater->end = status;
    inflater->given += made;
    inflater->error.offset = inflater->given;
    if (made > 0) {
        *ret_size = made;
        return STATUS_OK;
    }
    return status;
}

struct byte_source inflater_source(struct inflater *inflater) {
    return (struct byte_source){inflater, inflater_read};
}

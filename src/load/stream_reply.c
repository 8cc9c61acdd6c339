#include "load/stream_reply.h"

enum { DIGITS_MAX = 8 };

static const char bad_size[] = "the size of a chunk is not one to eight hexadecimal digits and a line end";
static const char bad_end[] = "a chunk does not end where its size says";
static const char behind_last[] = "something follows the last chunk";

void stream_reader_init(struct stream_reader *reader) {
    *reader = (struct stream_reader){.head.wants_chunks = true};
}

static StreamState wrong(struct stream_part *ret_part, const char *fault) {
    ret_part->fault = fault;
    return STREAM_WRONG;
}

// ---- the head --------------------------------------------------------------------------------------------

static StreamState read_reply(struct stream_reader *reader, const struct buf *in, struct stream_part *ret_part) {
    switch (reply_read(&reader->head, buf_slice(in), &ret_part->reply)) {
    case REPLY_MORE:
        return STREAM_MORE;
    case REPLY_WRONG:
        return wrong(ret_part, ret_part->reply.fault);
    case REPLY_WHOLE:
        break;
    }
    return ret_part->reply.size == in->size ? STREAM_REPLY : wrong(ret_part, "more came than the reply");
}

// STREAM_LINE: lines follow.
static StreamState read_head(struct stream_reader *reader, const struct buf *in, struct stream_part *ret_part) {
    const char *fault = NULL;
    if (reader->head.head_size == 0) {
        ReplyState state = reply_read_head(&reader->head, buf_slice(in), &fault);
        if (state != REPLY_WHOLE) {
            return state == REPLY_MORE ? STREAM_MORE : wrong(ret_part, fault);
        }
        reader->text_at = reader->text_end = reader->looked = reader->raw_at = reader->head.head_size;
    }
    return reader->head.chunked ? STREAM_LINE : read_reply(reader, in, ret_part);
}

// ---- chunks ----------------------------------------------------------------------------------------------

static int digit_value(char byte) {
    char small = (char)(byte | 0x20);
    return byte >= '0' && byte <= '9' ? byte - '0' : small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

static const char *take_size(struct stream_reader *reader, char byte) {
    int value = digit_value(byte);
    if (value >= 0 && reader->digits < DIGITS_MAX) {
        reader->size = reader->size * 16 + (size_t)value;
        reader->digits++;
        return NULL;
    }
    if (byte != '\r' || reader->digits == 0) {
        return bad_size;
    }
    if (reader->size > STREAM_CHUNK_MAX) {
        return "a chunk is longer than 64 MiB";
    }
    reader->stage = CHUNK_SIZE_END;
    return NULL;
}

static const char *expect(struct stream_reader *reader, char byte, char wanted, ChunkStage next, const char *fault) {
    reader->stage = next;
    return byte == wanted ? NULL : fault;
}

// One byte of a frame.
static const char *take_frame(struct stream_reader *reader, char byte) {
    switch (reader->stage) {
    case CHUNK_SIZE:
        return take_size(reader, byte);
    case CHUNK_SIZE_END:
        return expect(reader, byte, '\n', reader->size == 0 ? CHUNK_LAST_CR : CHUNK_DATA, bad_size);
    case CHUNK_DATA_CR:
        return expect(reader, byte, '\r', CHUNK_DATA_LF, bad_end);
    case CHUNK_DATA_LF:
        reader->digits = 0;
        return expect(reader, byte, '\n', CHUNK_SIZE, bad_end);
    case CHUNK_LAST_CR:
        return expect(reader, byte, '\r', CHUNK_LAST_LF, behind_last);
    case CHUNK_LAST_LF:
        return expect(reader, byte, '\n', CHUNK_OVER, behind_last);
    case CHUNK_DATA:
    case CHUNK_OVER:
        break;
    }
    return behind_last;
}

// Adds what is there of a chunk to the text.
static void take_data(struct stream_reader *reader, struct buf *in) {
    size_t there = in->size - reader->raw_at;
    size_t size = there < reader->size ? there : reader->size;
    if (reader->text_at == reader->text_end) {
        reader->text_at = reader->text_end = reader->looked = reader->raw_at;
    } else if (reader->text_end < reader->raw_at) {
        memmove(in->bytes + reader->text_end, in->bytes + reader->raw_at, size);
    }
    reader->text_end += size;
    reader->raw_at += size;
    reader->size -= size;
    reader->stage = reader->size == 0 ? CHUNK_DATA_CR : CHUNK_DATA;
}

// ---- lines -----------------------------------------------------------------------------------------------

static bool next_line(struct stream_reader *reader, const struct buf *in, Slice *ret_line) {
    const char *text = in->bytes + reader->looked;
    size_t size = reader->text_end - reader->looked;
    const char *end = size == 0 ? NULL : memchr(text, '\n', size);
    if (end == NULL) {
        reader->looked = reader->text_end;
        return false;
    }
    size_t end_at = (size_t)(end - in->bytes);
    *ret_line = (Slice){in->bytes + reader->text_at, end_at - reader->text_at};
    reader->text_at = reader->looked = end_at + 1;
    return true;
}

// Only the beginning of a line, or of a head, stays.
static void take_out(struct stream_reader *reader, struct buf *in) {
    if (reader->head.head_size == 0 || !reader->head.chunked) {
        return;
    }
    size_t left = reader->text_end - reader->text_at;
    if (left > 0 && reader->text_at > 0) {
        memmove(in->bytes, in->bytes + reader->text_at, left);
    }
    in->size = left;
    reader->text_at = 0;
    reader->text_end = reader->looked = reader->raw_at = left;
}

StreamState stream_read(struct stream_reader *reader, struct buf *in, struct stream_part *ret_part) {
    StreamState head = read_head(reader, in, ret_part);
    if (head != STREAM_LINE) {
        return head;
    }
    for (;;) {
        if (next_line(reader, in, &ret_part->line)) {
            return ret_part->line.size <= STREAM_LINE_MAX ? STREAM_LINE : wrong(ret_part, "a line is longer than 1 MiB");
        }
        if (reader->text_end - reader->text_at > STREAM_LINE_MAX) {
            return wrong(ret_part, "a line is longer than 1 MiB");
        }
        if (reader->raw_at == in->size) {
            break;
        }
        if (reader->stage == CHUNK_DATA) {
            take_data(reader, in);
            continue;
        }
        const char *fault = take_frame(reader, in->bytes[reader->raw_at++]);
        if (fault != NULL) {
            return wrong(ret_part, fault);
        }
    }
    if (reader->stage == CHUNK_OVER) {
        return stream_reader_inside_line(reader) ? wrong(ret_part, "the last line has no end") : STREAM_END;
    }
    take_out(reader, in);
    return STREAM_MORE;
}

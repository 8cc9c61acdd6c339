#pragma once
// Stream reply: reads the reply of a stream as it arrives, from a server that is not trusted: a head (reply.h), then lines in chunks, without end or up to
// the last chunk.
//
//     struct stream_reader reader;
//     struct stream_part part;
//     stream_reader_init(&reader);
//     ... for every piece that arrived, appended to `in`:
//     while ((state = stream_read(&reader, &in, &part)) == STREAM_LINE) { ... part.line, until the next call ... }
//     STREAM_MORE:  ... receive on: what was used up has been taken out of `in`
//     STREAM_REPLY: ... no stream but an ordinary reply, whole, with a status that is not 200: part.reply
//     STREAM_END:   ... the last chunk came; nothing was behind it
//     STREAM_WRONG: ... part.fault
//
// Chunks and lines have nothing to do with each other: a chunk may hold many lines, and a line may come in many chunks. The frames of the chunks are taken out
// where the bytes lie:
//
//     in   used up | line | line | half a li|\r\n5\r\n|ne 4\n
//                  text_at                  text_end  raw_at       ─▶ a piece of a line is moved up to the next, and nothing else is moved
//
// A chunk is a size of up to eight hexadecimal digits, a line end, its bytes and a line end. Extensions, trailers, a line longer than
// STREAM_LINE_MAX, a last line without its end and bytes behind the last chunk are refused with a reason. Nothing is allocated, and no byte is looked at twice.

#include "base/buf.h"
#include "load/reply.h"

enum {
    STREAM_LINE_MAX = 1 << 20,  // an answer has some KB
    STREAM_CHUNK_MAX = 64 << 20, // it is not kept whole: what is longer is no answer to anything
};

typedef enum StreamState { STREAM_MORE, STREAM_LINE, STREAM_REPLY, STREAM_END, STREAM_WRONG } StreamState;

typedef enum ChunkStage {
    CHUNK_SIZE,      // its digits
    CHUNK_SIZE_END,  // \n behind them
    CHUNK_DATA,
    CHUNK_DATA_CR,   // \r behind its bytes
    CHUNK_DATA_LF,
    CHUNK_LAST_CR,   // \r behind the size 0
    CHUNK_LAST_LF,
    CHUNK_OVER,
} ChunkStage;

struct stream_reader {
    struct reply_reader head;
    ChunkStage stage;
    uint32_t digits;
    size_t size;              // of the chunk, as far as its digits were read; then what is left of it
    size_t text_at, text_end; // bytes of lines that have not been given
    size_t looked;            // of them: no line ends before
    size_t raw_at;            // what has not been looked at
};

struct stream_part {
    Slice line; // without its end
    struct reply reply;
    const char *fault;
};

void stream_reader_init(struct stream_reader *reader);
// Fills of ret_part what the state names. Behind STREAM_END, STREAM_REPLY and STREAM_WRONG it is not called again.
StreamState stream_read(struct stream_reader *reader, struct buf *in, struct stream_part *ret_part);
// A line that has begun and not ended is there.
static inline bool stream_reader_inside_line(const struct stream_reader *reader) {
    return reader->text_end > reader->text_at;
}

#pragma once
// Reply: reads HTTP/1.1 replies as they arrive, from a server that is not trusted.
//
//     struct reply_reader reader = {0};
//     struct reply reply;
//     ... for every piece that arrived, with all bytes since the reply's first one:
//     switch (reply_read(&reader, bytes, &reply)) {
//     case REPLY_MORE:  ... receive on ...
//     case REPLY_WHOLE: ... reply.status, reply.body; reply.size bytes are used up; reader = (struct reply_reader){0}
//     case REPLY_WRONG: ... reply.fault; the connection is of no use any more
//     }
//
// Only what a server has to send to a client that asks for nothing special is understood: a status line of HTTP/1.1, a head of at most
// REPLY_HEAD_MAX bytes, and a body whose length Content-Length says. A body in chunks or up to the end of the connection, an interim reply
// (1xx) and two lengths are refused with a reason, so that what is counted as an answer is one beyond doubt. Nothing is
// allocated and nothing is read twice: pieces of a byte cost no more than one piece.
//
// Who asked for a stream sets `wants_chunks`: then a reply of 200 has to come in chunks, and is read on by stream_reply.h; any other is as above.

#include "base/slice.h"

enum {
    REPLY_HEAD_MAX = 16 << 10, // a server that needs more says something else than was asked
    REPLY_BODY_MAX = 64 << 20, // 10,000 decisions of 6 KB
};

typedef enum ReplyState { REPLY_MORE, REPLY_WHOLE, REPLY_WRONG } ReplyState;

struct reply_reader {
    bool wants_chunks; // of a reply of 200; set by who reads
    bool chunked;      // it has them
    size_t looked;    // bytes in which the head does not end
    size_t head_size; // 0: not whole yet
    size_t body_size;
    uint16_t status;
    bool closes;
};

struct reply {
    uint16_t status; // 200 to 999
    bool closes;     // the server is going to close the connection
    Slice body;      // in the bytes given
    size_t size;     // of head and body
    const char *fault;
};

// Fills ret_reply when the reply is whole (all but fault) or wrong (fault).
ReplyState reply_read(struct reply_reader *reader, Slice bytes, struct reply *ret_reply);
// The head alone: REPLY_WHOLE when reader->head_size bytes of it are there; fills ret_fault when it is wrong. To be called until it is whole, and not
// afterwards.
ReplyState reply_read_head(struct reply_reader *reader, Slice bytes, const char **ret_fault);

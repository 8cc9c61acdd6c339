// Streams: each connection carries one long request to /v1/stream, whose records are lines in chunks, and whose answers are lines in their order. Many records
// are under way on one, each with a moment of its own in the plan.
//
//     plan ─▶ the stream with the fewest under way ─▶ out: one chunk of all that is due ─▶ socket
//             flights  | 9 | 8 | 7 | 6 |  ◀─ line: answers the oldest
//                      end          first
//
// Which stream. Answers come in order, so a record waits for all before it on its stream: the one with the fewest under way is where a gateway
// with several of them would send it too. Among equals it is the next in turn, so that at a low rate none stands idle until the server cuts it.
// A stream that is full, or whose socket takes no more, is passed by; when all are, records wait in the plan, and their waiting counts.
//
// What is due at the same moment goes out as one chunk and one write for each stream that it is spread over. Nothing is allocated for a record:
// flights are a ring, and the buffers stay.

#include "load/run.h"
#include "load/stream_reply.h"
#include "os/clock.h"

enum {
    CHUNK_HEAD = 8,          // up to six digits and a line end
    CHUNK_FULL = 32 << 10,   // a chunk is sent when it is that long: far behind its plan, the first must not wait until the last is written
};

// A record under way.
struct flight {
    uint64_t number, planned_ns, sent_ns;
};

struct stream {
    struct connection connection; // first: the epoll set points to it
    struct stream_reader reader;
    uint64_t first, sent, end; // counts of its records: to be answered next, to be sent next, to be added next
    bool has_chunk;            // `out` holds one that is being made
    bool finished;             // the last chunk is on its way, or needed no more
    uint64_t retry_ns;
    struct flight flights[LOAD_STREAM_WINDOW];
};

struct streams {
    struct stream *streams;
    uint32_t *touched; // have a chunk that is being made
    uint32_t touched_count;
    uint32_t turn;
    uint32_t window;
};

static void create(struct run *run) {
    struct arena *arena = &run->result->arena;
    uint32_t count = run->options->connections;
    struct streams *streams = ARENA_NEW(arena, struct streams);
    streams->streams = ARENA_ARRAY(arena, struct stream, count);
    streams->touched = ARENA_ARRAY(arena, uint32_t, count);
    streams->window = run->options->one ? 1 : LOAD_STREAM_WINDOW;
    for (uint32_t i = 0; i < count; i++) {
        connection_init(&streams->streams[i].connection);
    }
    run->streams = streams;
    run->down = count;
}

static void destroy(struct run *run) {
    for (uint32_t i = 0; run->streams != NULL && i < run->options->connections; i++) {
        connection_deinit(&run->streams->streams[i].connection);
    }
}

static struct flight *flight_at(struct stream *stream, uint64_t place) {
    return &stream->flights[place % LOAD_STREAM_WINDOW];
}

// ---- its end ---------------------------------------------------------------------------------------------

// What was under way is lost. A stream that is still needed is made anew.
static void end_stream(struct run *run, struct stream *stream, uint64_t now, Slice why) {
    for (; stream->first < stream->end; stream->first++) {
        const struct flight *flight = flight_at(stream, stream->first);
        run_lost(run, flight->planned_ns, flight->sent_ns, now, why);
    }
    if (!stream->finished) {
        run->down++;
        stream->retry_ns = now;
    }
    connection_close(&stream->connection);
}

static void on_down(struct run *run, struct stream *stream, uint64_t now, ConnectionState before, ConnectionNews news) {
    struct load_result *result = run->result;
    Slice why = slice_of(stream->connection.fault);
    run->fault = stream->connection.fault;
    if (news == CONNECTION_WRONG) {
        run_malformed(run, why);
    }
    if (before != CONNECTION_STREAM) {
        end_stream(run, stream, now, why);
        stream->retry_ns = now + RETRY_NS;
        return;
    }
    stream->finished ? result->streams_unended++ : result->streams_cut++;
    result_example(result, &result->cut_example, why);
    end_stream(run, stream, now, why);
}

static void on_wrong(struct run *run, struct stream *stream, uint64_t now, const char *fault) {
    stream->connection.fault = fault;
    on_down(run, stream, now, CONNECTION_STREAM, CONNECTION_WRONG);
}

// ---- out -------------------------------------------------------------------------------------------------

static bool has_place(const struct run *run, const struct stream *stream) {
    return stream->connection.state == CONNECTION_STREAM && !stream->finished && !connection_is_stuck(&stream->connection) &&
           stream->end - stream->first < run->streams->window;
}

static struct stream *choose(struct run *run) {
    struct streams *streams = run->streams;
    struct stream *best = NULL;
    uint32_t count = run->options->connections;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = streams->turn + i < count ? streams->turn + i : streams->turn + i - count;
        struct stream *stream = &streams->streams[at];
        if (has_place(run, stream) && (best == NULL || stream->end - stream->first < best->end - best->first)) {
            best = stream;
        }
    }
    if (best != NULL) {
        uint32_t next = (uint32_t)(best - streams->streams) + 1;
        streams->turn = next == count ? 0 : next;
    }
    return best;
}

static void push(struct run *run, struct stream *stream) {
    ConnectionNews news = connection_push(&stream->connection);
    if (news != CONNECTION_NOTHING) {
        on_down(run, stream, clock_monotonic_ns(), CONNECTION_STREAM, news);
    }
}

// Writes the size in front of the chunk, ending where its bytes begin, and leaves out what is before.
static void close_chunk(struct connection *connection) {
    struct buf *out = &connection->out;
    size_t size = out->size - CHUNK_HEAD;
    size_t at = CHUNK_HEAD - 2;
    out->bytes[at] = '\r';
    out->bytes[at + 1] = '\n';
    do {
        out->bytes[--at] = "0123456789abcdef"[size & 15];
        size >>= 4;
    } while (size > 0 && at > 0);
    buf_put(out, SLICE("\r\n"));
    connection->sent = at;
}

static void send_chunk(struct run *run, struct stream *stream) {
    if (!stream->has_chunk) {
        return;
    }
    stream->has_chunk = false;
    close_chunk(&stream->connection);
    uint64_t now = clock_monotonic_ns();
    for (; stream->sent < stream->end; stream->sent++) {
        struct flight *flight = flight_at(stream, stream->sent);
        flight->sent_ns = now;
        histogram_add(run->result->rows[RESULT_LATENESS], now - flight->planned_ns);
        run->result->sent++;
    }
    push(run, stream);
}

static void begin_chunk(struct run *run, struct stream *stream) {
    struct buf *out = &stream->connection.out;
    INVARIANT(out->size == 0 && buf_reserve(out, CHUNK_HEAD) != NULL);
    buf_advance(out, CHUNK_HEAD);
    stream->has_chunk = true;
    run->streams->touched[run->streams->touched_count++] = (uint32_t)(stream - run->streams->streams);
}

static void add_record(struct run *run, struct stream *stream, uint64_t moment) {
    struct buf *out = &stream->connection.out;
    if (!stream->has_chunk) {
        begin_chunk(run, stream);
    }
    templates_put(run->templates, run->plan.next, plan_event_time(&run->plan, moment), out);
    buf_put_byte(out, '\n');
    *flight_at(stream, stream->end++) = (struct flight){.number = run->plan.next++, .planned_ns = moment};
    run->busy++;
}

// Asks each stream for its end. What was to be sent on one that is down was lost; it is not needed any more.
static void finish_all(struct run *run) {
    for (uint32_t i = 0; i < run->options->connections; i++) {
        struct stream *stream = &run->streams->streams[i];
        if (stream->finished) {
            continue;
        }
        stream->finished = true;
        if (stream->connection.state == CONNECTION_STREAM) {
            bool is_stuck = connection_is_stuck(&stream->connection);
            buf_put(&stream->connection.out, SLICE("0\r\n\r\n"));
            is_stuck ? (void)0 : push(run, stream);
        } else {
            connection_close(&stream->connection);
        }
    }
    run->down = 0;
}

static void send_touched(struct run *run) {
    struct streams *streams = run->streams;
    for (uint32_t i = 0; i < streams->touched_count; i++) {
        send_chunk(run, &streams->streams[streams->touched[i]]);
    }
    streams->touched_count = 0;
}

static bool is_due(const struct run *run, uint64_t *now, uint64_t *ret_moment) {
    *ret_moment = plan_next_moment(&run->plan, *now);
    if (*ret_moment > *now && *ret_moment != UINT64_MAX) {
        *now = clock_monotonic_ns();
    }
    return *ret_moment <= *now;
}

static void send_due(struct run *run) {
    uint64_t now = clock_monotonic_ns();
    uint64_t moment;
    while (is_due(run, &now, &moment)) {
        struct stream *stream = choose(run);
        if (stream == NULL) {
            break;
        }
        add_record(run, stream, moment);
        if (stream->connection.out.size >= CHUNK_FULL) {
            send_touched(run);
        }
    }
    send_touched(run);
    if (plan_over(&run->plan, now)) {
        finish_all(run);
    }
}

// ---- in --------------------------------------------------------------------------------------------------

static void answered(struct run *run, struct stream *stream, uint64_t now, bool refused) {
    const struct flight *flight = flight_at(stream, stream->first++);
    run->result->answered++;
    run_ended(run, flight->planned_ns, flight->sent_ns, now, refused);
}

// False: it answers nothing that was sent.
static bool take_line(struct run *run, struct stream *stream, Slice line, uint64_t now) {
    if (stream->first == stream->end) {
        return answers_tells_stop(run->answers, line);
    }
    uint64_t place = stream->first + 1;
    uint16_t status = answers_take_line(run->answers, flight_at(stream, stream->first)->number, place, line);
    answered(run, stream, now, status != 200);
    return true;
}

// The stream was refused as a whole, and so is all that was sent on it.
static void take_reply(struct run *run, struct stream *stream, const struct reply *reply, uint64_t now) {
    struct load_result *result = run->result;
    result->streams_cut++;
    result_example(result, &result->cut_example, reply->body);
    while (stream->first < stream->end) {
        answers_take(run->answers, flight_at(stream, stream->first)->number, 1, reply);
        answered(run, stream, now, true);
    }
    end_stream(run, stream, now, SLICE(""));
    stream->retry_ns = now + RETRY_NS;
}

// The last chunk came. It is no fault of a server that it ends a stream, but what it has not answered is lost.
static void take_end(struct run *run, struct stream *stream, uint64_t now) {
    struct load_result *result = run->result;
    Slice why = SLICE("the server ended the stream");
    if (!stream->finished) {
        result->streams_cut++;
        result_example(result, &result->cut_example, why);
    }
    end_stream(run, stream, now, why);
    stream->retry_ns = now + RETRY_NS;
}

static void take_bytes(struct run *run, struct stream *stream, uint64_t now) {
    struct stream_part part;
    StreamState state;
    run->heard_ns = now;
    while ((state = stream_read(&stream->reader, &stream->connection.in, &part)) == STREAM_LINE) {
        if (!take_line(run, stream, part.line, now)) {
            on_wrong(run, stream, now, "a line came that answers nothing");
            return;
        }
    }
    switch (state) {
    case STREAM_MORE:
    case STREAM_LINE:
        break;
    case STREAM_REPLY:
        take_reply(run, stream, &part.reply, now);
        break;
    case STREAM_END:
        take_end(run, stream, now);
        break;
    case STREAM_WRONG:
        on_wrong(run, stream, now, part.fault);
        break;
    }
}

// ---- what the loop calls ---------------------------------------------------------------------------------

static void open_down(struct run *run, uint64_t now) {
    for (uint32_t i = 0; i < run->options->connections && run->down > 0; i++) {
        struct stream *stream = &run->streams->streams[i];
        if (stream->connection.state != CONNECTION_DOWN || stream->finished || stream->retry_ns > now) {
            continue;
        }
        stream->retry_ns = now + RETRY_NS;
        bool begun = connection_open(&stream->connection, run->epoll, &run->address);
        run->down -= begun;
        run->fault = begun ? run->fault : stream->connection.fault;
    }
}

static void on_up(struct run *run, struct stream *stream) {
    run->result->reconnections++;
    connection_stream(&stream->connection);
    stream_reader_init(&stream->reader);
    stream->first = stream->sent = stream->end = 0;
    buf_put(&stream->connection.out, run->head);
    push(run, stream);
}

static void on_event(struct run *run, void *connection, uint32_t events) {
    struct stream *stream = connection;
    struct reply reply;
    ConnectionState before = stream->connection.state;
    ConnectionNews news = connection_on_event(&stream->connection, events, &reply);
    uint64_t now = clock_monotonic_ns();
    switch (news) {
    case CONNECTION_NOTHING:
    case CONNECTION_REPLY:
        break;
    case CONNECTION_UP:
        on_up(run, stream);
        break;
    case CONNECTION_BYTES:
        take_bytes(run, stream, now);
        break;
    case CONNECTION_LOST:
    case CONNECTION_WRONG:
        on_down(run, stream, now, before, news);
        break;
    }
}

static bool has_room(const struct run *run) {
    for (uint32_t i = 0; i < run->options->connections; i++) {
        if (has_place(run, &run->streams->streams[i])) {
            return true;
        }
    }
    return false;
}

static bool is_over(const struct run *run) {
    for (uint32_t i = 0; i < run->options->connections; i++) {
        const struct stream *stream = &run->streams->streams[i];
        if (!stream->finished || stream->connection.state != CONNECTION_DOWN) {
            return false;
        }
    }
    return true;
}

static void give_up(struct run *run, uint64_t now) {
    struct load_result *result = run->result;
    for (uint32_t i = 0; i < run->options->connections; i++) {
        struct stream *stream = &run->streams->streams[i];
        for (; stream->first < stream->end; stream->first++) {
            const struct flight *flight = flight_at(stream, stream->first);
            result->unanswered++;
            run_ended(run, flight->planned_ns, flight->sent_ns, now, false);
        }
        bool waits = stream->connection.state == CONNECTION_STREAM;
        result->streams_unended += waits;
    }
}

const struct way way_of_streams = {create, destroy, open_down, on_event, send_due, has_room, is_over, give_up};

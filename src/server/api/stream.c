// A stream: lines come in as long as the client likes, and answers go out meanwhile, in the order of the lines. Both ways give way: when the lane
// is full nothing is read any more, and when the client does not read, nothing is put and so the lane fills.
//
//     data() ─▶ partial line ─▶ lane ─▶ http_stream_put()
//
// The answer begins with the first record that the pipeline takes; so who finds it overloaded is told with a 503 of its own. A session lives until HTTP lets
// go of the request, which it does when the answer has ended; and the answer ends when nothing is under way. So works that are still in the pipeline when the
// client goes away find all that they need.

#include "server/api/api.h"

#include "server/api/lane.h"

#include <stdlib.h>

struct session {
    struct lane lane;
    struct serve *serve;
    struct http_request *request;
    struct buf partial; // a line of which the end has not come
    bool has_lane;      // once the pipeline is there; written under serve->lock, by its loop
    bool begun;         // an answer was begun, or given
    bool refused;       // with an answer of its own
    bool skipping;      // up to the end of a line that is too long
    bool ended;         // the body
    struct session *next, *previous; // of serve->sessions
};

static void finish_last_line(struct session *session);

// Of answers that come together, the loop is woken once for all.
static Status put(void *user, Slice piece) {
    struct session *session = user;
    return session->lane.settles ? http_stream_put_quiet(session->request, piece) : http_stream_put(session->request, piece);
}

static void want(void *user) {
    struct session *session = user;
    if (session->ended) {
        finish_last_line(session);
    } else {
        http_resume(session->request);
    }
}

static void over(void *user) {
    struct session *session = user;
    http_stream_end(session->request);
}

static void fetch(void *user, struct work *work) {
    struct session *session = user;
    api_fetch_decision(session->serve, work);
}

// ---- its life -----------------------------------------------------------------------------------------------

void api_stream_open(void *context, struct http_request *request) {
    struct serve *serve = context;
    struct session *session = memory_alloc(sizeof *session);
    session->serve = serve;
    session->request = request;
    buf_init(&session->partial, PIPELINE_RECORD_MAX + 1);
    http_request_set_user(request, session);
    pthread_mutex_lock(&serve->lock);
    session->next = serve->sessions;
    if (session->next != NULL) {
        session->next->previous = session;
    }
    serve->sessions = session;
    pthread_mutex_unlock(&serve->lock);
}

void api_stream_release(void *context, struct http_request *request) {
    struct serve *serve = context;
    struct session *session = http_request_user(request);
    pthread_mutex_lock(&serve->lock);
    *(session->previous == NULL ? &serve->sessions : &session->previous->next) = session->next;
    if (session->next != NULL) {
        session->next->previous = session->previous;
    }
    pthread_mutex_unlock(&serve->lock);
    if (session->has_lane) {
        lane_deinit(&session->lane);
    }
    buf_deinit(&session->partial);
    free(session);
}

// False: it has answered.
static bool make_lane(struct session *session) {
    if (session->has_lane) {
        return true;
    }
    struct pipeline *pipeline = session->refused ? NULL : api_pipeline(session->serve, session->request);
    if (pipeline == NULL) {
        session->refused = true;
        return false;
    }
    struct lane_calls calls = {.put = put, .want = want, .over = over, .fetch = fetch};
    lane_init(&session->lane, pipeline, session->serve->errands, WORK_RECORD, calls, session);
    pthread_mutex_lock(&session->serve->lock);
    session->has_lane = true;
    pthread_mutex_unlock(&session->serve->lock);
    return true;
}

static void begin(struct session *session) {
    if (!session->begun) {
        struct http_header header = {SLICE("Qiantang-Durability"), api_durability(session->serve)};
        session->begun = true;
        http_stream_begin(session->request, &(struct http_reply){.status = 200,
                                                                 .content_type = SLICE("application/x-ndjson"),
                                                                 .headers = &header,
                                                                 .header_count = 1});
    }
}

// ---- lines, with the lane entered ---------------------------------------------------------------------------

static void refuse(struct session *session) {
    session->refused = true;
    api_refuse(session->request, API_PROBLEM_OVERLOADED, "%s", "");
}

static LaneTaken add_too_long(struct session *session) {
    begin(session);
    return lane_add_refused(&session->lane, problem_of(API_PROBLEM_RECORD_REFUSED)->code, SLICE("IN003"), SLICE("the record is longer than 1 MiB"));
}

static LaneTaken add_line(struct session *session, Slice line) {
    line.size -= line.size > 0 && line.at[line.size - 1] == '\r';
    if (slice_empty(slice_trim(line))) {
        return LANE_TAKEN;
    }
    if (line.size > PIPELINE_RECORD_MAX) {
        return add_too_long(session);
    }
    LaneTaken taken = lane_add(&session->lane, line, true);
    if (taken == LANE_TAKEN) {
        begin(session);
    }
    return taken;
}

// A piece without the end of a line. False: no room for the answer that it is too long.
static bool keep_partial(struct session *session, Slice piece) {
    if (session->skipping) {
        return true;
    }
    if (session->partial.size + piece.size <= PIPELINE_RECORD_MAX) {
        buf_put(&session->partial, piece);
        return true;
    }
    if (add_too_long(session) == LANE_FULL) {
        return false;
    }
    buf_reset(&session->partial);
    session->skipping = true;
    return true;
}

// The end of a line that may have begun in an earlier piece. When it is not taken, all is as before.
static LaneTaken end_line(struct session *session, Slice piece) {
    if (session->skipping) {
        session->skipping = false;
        return LANE_TAKEN;
    }
    if (session->partial.size == 0) {
        return add_line(session, piece);
    }
    size_t before = session->partial.size;
    bool too_long = before + piece.size > PIPELINE_RECORD_MAX + 1; // with its carriage return
    if (!too_long) {
        buf_put(&session->partial, piece);
    }
    LaneTaken taken = too_long ? add_too_long(session) : add_line(session, buf_slice(&session->partial));
    session->partial.size = before;
    if (taken == LANE_TAKEN) {
        buf_reset(&session->partial);
    }
    return taken;
}

// How much was taken.
static size_t take_lines(struct session *session, Slice piece) {
    size_t at = 0;
    while (at < piece.size && !session->refused) {
        size_t end = slice_find_byte(piece, '\n', at);
        Slice part = slice_part(piece, at, end - at);
        if (end == piece.size) {
            return keep_partial(session, part) ? piece.size : at;
        }
        LaneTaken taken = end_line(session, part);
        if (taken == LANE_BUSY) {
            refuse(session);
        } else if (taken == LANE_FULL) {
            return at;
        }
        at = end + 1;
    }
    return piece.size;
}

static void finish_last_line(struct session *session) {
    LaneTaken taken = end_line(session, SLICE(""));
    if (taken == LANE_BUSY) {
        refuse(session);
    } else if (taken == LANE_TAKEN) {
        begin(session);
        session->lane.finished = true;
    }
}

// ---- what HTTP calls ----------------------------------------------------------------------------------------

size_t api_stream_data(void *context, struct http_request *request, Slice piece) {
    struct session *session = http_request_user(request);
    if (!make_lane(session)) {
        return piece.size;
    }
    lane_enter(&session->lane);
    size_t taken = session->lane.finished ? piece.size : take_lines(session, piece);
    lane_leave(&session->lane);
    return taken;
}

void api_stream_end(void *context, struct http_request *request) {
    struct session *session = http_request_user(request);
    if (!make_lane(session)) {
        return;
    }
    lane_enter(&session->lane);
    session->ended = true;
    if (!session->lane.finished) {
        finish_last_line(session);
    }
    lane_leave(&session->lane);
}

void api_stream_room(void *context, struct http_request *request) {
    struct session *session = http_request_user(request);
    lane_enter(&session->lane);
    lane_room(&session->lane);
    lane_leave(&session->lane);
}

void api_stream_gone(void *context, struct http_request *request) {
    struct session *session = http_request_user(request);
    lane_enter(&session->lane);
    lane_drop(&session->lane);
    lane_leave(&session->lane);
}

// What was read is still decided and answered; then the client is told to come again.
static void stop(struct session *session) {
    lane_enter(&session->lane);
    if (session->begun && !session->lane.finished) {
        session->ended = true;
        buf_reset(&session->partial);
        (void)lane_add_refused(&session->lane, problem_of(API_PROBLEM_STOPPING)->code, SLICE(""), SLICE("the server stops; send what was not answered again"));
        session->lane.finished = true;
    }
    lane_leave(&session->lane);
}

void sessions_stop(struct serve *serve) {
    pthread_mutex_lock(&serve->lock);
    serve->stopping = true;
    for (struct session *session = serve->sessions; session != NULL; session = session->next) {
        if (session->has_lane) {
            stop(session);
        }
    }
    pthread_mutex_unlock(&serve->lock);
}

// Streams: the end that another thread fills. It waits under a lock until the loop takes over all
// that is there (wire.c).

#include "http/server.h"

#include <stdlib.h>
#include <time.h>

struct stream *stream_create(size_t capacity) {
    struct stream *stream = memory_alloc(sizeof *stream);
    pthread_condattr_t monotonic;
    INVARIANT(pthread_condattr_init(&monotonic) == 0);
    INVARIANT(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    INVARIANT(pthread_cond_init(&stream->room, &monotonic) == 0);
    INVARIANT(pthread_mutex_init(&stream->lock, NULL) == 0);
    pthread_condattr_destroy(&monotonic);
    buf_init(&stream->in, capacity);
    stream->capacity = capacity;
    return stream;
}

void stream_destroy(struct stream *stream) {
    if (stream == NULL) {
        return;
    }
    buf_deinit(&stream->in);
    pthread_cond_destroy(&stream->room);
    pthread_mutex_destroy(&stream->lock);
    free(stream);
}

void stream_leave(struct stream *stream) {
    if (stream == NULL) {
        return;
    }
    pthread_mutex_lock(&stream->lock);
    stream->gone = true;
    pthread_cond_broadcast(&stream->room);
    pthread_mutex_unlock(&stream->lock);
}

void http_stream_begin(struct http_request *request, const struct http_reply *reply) {
    INVARIANT(!atomic_exchange(&request->answered, true));
    if (!request->deferred) {
        http_defer(request);
    }
    struct http_reply head = *reply;
    head.body = SLICE("");
    reply_store(request, &head);
    request->stream = stream_create(request->server->options.stream_buffer_size);
    loop_post(request, EVENT_BEGIN, true);
}

static bool has_room(const struct stream *stream, size_t size) {
    return size <= stream->capacity - stream->in.size;
}

static Status put(struct http_request *request, Slice bytes, bool wake) {
    struct stream *stream = request->stream;
    INVARIANT(stream != NULL);
    pthread_mutex_lock(&stream->lock);
    INVARIANT(!stream->ended);
    Status status = stream->gone                   ? STATUS_END
                    : has_room(stream, bytes.size) ? STATUS_OK
                                                   : STATUS_LIMIT;
    bool first = stream->in.size == 0;
    if (status == STATUS_OK) {
        buf_put(&stream->in, bytes);
    }
    stream->short_of_room = stream->short_of_room || status == STATUS_LIMIT;
    pthread_mutex_unlock(&stream->lock);
    // While there is something in it, the loop knows.
    if (status == STATUS_OK && first && bytes.size > 0) {
        loop_post(request, EVENT_DATA, wake);
    }
    return status;
}

Status http_stream_put(struct http_request *request, Slice bytes) {
    return put(request, bytes, true);
}

Status http_stream_put_quiet(struct http_request *request, Slice bytes) {
    return put(request, bytes, false);
}

Status http_stream_wait(struct http_request *request, size_t size, uint32_t timeout_ms) {
    struct stream *stream = request->stream;
    INVARIANT(stream != NULL && size <= stream->capacity);
    struct timespec until;
    INVARIANT(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
    uint64_t ns = (uint64_t)until.tv_nsec + (uint64_t)timeout_ms % 1000 * 1000000;
    until.tv_sec += timeout_ms / 1000 + (time_t)(ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    pthread_mutex_lock(&stream->lock);
    bool late = false;
    while (!stream->gone && !has_room(stream, size) && !late) {
        late = pthread_cond_timedwait(&stream->room, &stream->lock, &until) != 0;
    }
    Status status = stream->gone ? STATUS_END : has_room(stream, size) ? STATUS_OK : STATUS_LIMIT;
    pthread_mutex_unlock(&stream->lock);
    return status;
}

void http_stream_end(struct http_request *request) {
    struct stream *stream = request->stream;
    INVARIANT(stream != NULL);
    pthread_mutex_lock(&stream->lock);
    INVARIANT(!stream->ended);
    stream->ended = true;
    pthread_mutex_unlock(&stream->lock);
    loop_post(request, EVENT_END, true);
}

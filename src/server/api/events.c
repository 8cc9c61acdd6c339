// One record: POST /v1/events, and records that other routes make. A loop takes what it needs for it from a pool of its own and gets it back
// when HTTP lets go of the request, so that the way of an event asks for no memory and no lock but the pipeline's.

#include "server/api/api.h"

#include <stdlib.h>
#include <string.h>

enum { POOL_MAX = 4096, POOL_ANSWER_MAX = 64 << 10, TARGET_MAX = 192 };

struct asked {
    struct work work;
    struct errand errand;
    struct serve *serve;
    struct http_request *request;
    struct asked *next;
    struct buf record; // where the server has made it
    ApiProblem refused;
    Slice done; // what is answered when it is kept; empty: the decision
    uint32_t target_size; // of a change of a list or table by a person; else 0
    char target[TARGET_MAX];
};

struct asked_pool {
    struct asked *free;
    uint32_t count;
    struct asked_pool *next;
};

// ---- the pool -----------------------------------------------------------------------------------------------

static struct asked_pool *pool_of(struct serve *serve) {
    static _Thread_local struct asked_pool *mine;
    static _Thread_local uint64_t number;
    if (number != serve->number) {
        mine = memory_alloc(sizeof *mine);
        number = serve->number;
        pthread_mutex_lock(&serve->lock);
        mine->next = serve->pools;
        serve->pools = mine;
        pthread_mutex_unlock(&serve->lock);
    }
    return mine;
}

static struct asked *asked_take(struct serve *serve, struct http_request *request) {
    struct asked_pool *pool = pool_of(serve);
    struct asked *asked = pool->free;
    if (asked == NULL) {
        asked = memory_alloc(sizeof *asked);
        buf_init(&asked->work.answer, API_ANSWER_MAX);
        buf_init(&asked->record, PIPELINE_RECORD_MAX);
    } else {
        pool->free = asked->next;
        pool->count--;
    }
    struct buf answer = asked->work.answer;
    asked->work = (struct work){.answer = answer, .user = asked};
    asked->serve = serve;
    asked->request = request;
    asked->target_size = 0;
    return asked;
}

// The request's user pointer may be another's up to the handler, and a request may be over before it comes to that. So what is ours is marked, by a
// bit that no address of an object has.
static void asked_hang(struct asked *asked) {
    http_request_set_user(asked->request, (void *)((uintptr_t)asked | 1));
}

static struct asked *asked_of(const struct http_request *request) {
    uintptr_t user = (uintptr_t)http_request_user(request);
    return (user & 1) == 0 ? NULL : (struct asked *)(user & ~(uintptr_t)1);
}

static void asked_free(struct asked *asked) {
    buf_deinit(&asked->work.answer);
    buf_deinit(&asked->record);
    free(asked);
}

void api_event_release(void *context, struct http_request *request) {
    struct serve *serve = context;
    struct asked *asked = asked_of(request);
    if (asked == NULL) {
        return;
    }
    struct asked_pool *pool = pool_of(serve);
    if (pool->count == POOL_MAX || asked->work.answer.capacity > POOL_ANSWER_MAX) {
        asked_free(asked);
        return;
    }
    buf_reset(&asked->work.answer);
    asked->next = pool->free;
    pool->free = asked;
    pool->count++;
}

void asked_pools_destroy(struct serve *serve) {
    while (serve->pools != NULL) {
        struct asked_pool *pool = serve->pools;
        serve->pools = pool->next;
        while (pool->free != NULL) {
            struct asked *asked = pool->free;
            pool->free = asked->next;
            asked_free(asked);
        }
        free(pool);
    }
}

// ---- answering ----------------------------------------------------------------------------------------------

static Slice digits_of(uint64_t number, char text[24]) {
    size_t at = 24;
    do {
        text[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return (Slice){text + at, 24 - at};
}

// Of an event that is known no sequence is told: where its decision is, GET /v1/decisions says.
static void reply_done(const struct asked *asked) {
    const struct work *work = &asked->work;
    char digits[24];
    if (asked->target_size > 0 && !work->is_known) {
        struct access_act act = gate_act(asked->request);
        api_report(asked->serve, &act, AUDIT_KNOWLEDGE_CHANGED, (Slice){asked->target, asked->target_size}, SLICE(""));
    }
    struct http_header headers[2] = {{SLICE("Qiantang-Durability"), api_durability(asked->serve)}};
    headers[1] = work->is_known ? (struct http_header){SLICE("Qiantang-Known"), SLICE("true")}
                                : (struct http_header){SLICE("Qiantang-Sequence"), digits_of(work->sequence, digits)};
    Slice body = asked->done.size > 0 ? asked->done : work->is_change ? SLICE("{\"changed\":true}\n") : buf_slice(&work->answer);
    http_reply_quiet(asked->request, &(struct http_reply){.status = 200,
                                                          .content_type = SLICE("application/json"),
                                                          .headers = headers,
                                                          .header_count = 2,
                                                          .body = body});
}

static void fetch(struct errand *errand) {
    struct asked *asked = errand->user;
    struct serve *serve = asked->serve;
    api_fetch_decision(serve, &asked->work);
    if (asked->work.outcome == PIPELINE_DONE) {
        reply_done(asked);
        http_server_wake(serve->http);
    } else {
        api_refuse_work(asked->request, &asked->work, asked->refused);
    }
}

static void on_done(struct work *work) {
    struct asked *asked = work->user;
    if (work->outcome == PIPELINE_DONE) {
        reply_done(asked);
    } else if (work->outcome == PIPELINE_ELSEWHERE) {
        asked->errand = (struct errand){.run = fetch, .user = asked};
        errands_post(asked->serve->errands, &asked->errand);
    } else {
        api_refuse_work(asked->request, work, asked->refused);
    }
}

static void submit(struct asked *asked, struct pipeline *pipeline, WorkKind kind, Slice record) {
    asked->work.kind = kind;
    asked->work.record = record;
    asked->work.done = on_done;
    asked_hang(asked);
    if (!pipeline_submit(pipeline, &asked->work)) {
        api_refuse(asked->request, API_PROBLEM_OVERLOADED, "%s", "");
    }
}

void api_post_event(void *context, struct http_request *request) {
    struct serve *serve = context;
    struct pipeline *pipeline = api_pipeline(serve, request);
    if (pipeline == NULL) {
        return;
    }
    struct asked *asked = asked_take(serve, request);
    asked->refused = API_PROBLEM_RECORD_REFUSED;
    asked->done = SLICE("");
    http_defer(request);
    submit(asked, pipeline, WORK_RECORD, http_request_body(request));
}

static void submit_made(struct serve *serve, struct http_request *request, struct pipeline *pipeline, WorkKind kind, Slice record, ApiProblem refused,
                        Slice done, Slice target) {
    struct asked *asked = asked_take(serve, request);
    buf_reset(&asked->record);
    buf_put(&asked->record, record);
    asked->refused = refused;
    asked->done = done;
    if (serve->options.gate != NULL && gate_identity(request)->kind == ACTOR_PERSON) {
        asked->target_size = (uint32_t)(target.size < TARGET_MAX ? target.size : TARGET_MAX);
        memcpy(asked->target, target.at, asked->target_size);
    }
    submit(asked, pipeline, kind, buf_slice(&asked->record));
}

void api_submit(struct serve *serve, struct http_request *request, WorkKind kind, Slice record, ApiProblem refused, Slice done) {
    struct pipeline *pipeline = api_pipeline(serve, request);
    if (pipeline == NULL) {
        return;
    }
    http_defer(request);
    submit_made(serve, request, pipeline, kind, record, refused, done, SLICE(""));
}

void api_submit_deferred(struct serve *serve, struct http_request *request, Slice record, Slice target) {
    submit_made(serve, request, atomic_load(&serve->pipeline), WORK_RECORD, record, API_PROBLEM_RECORD_REFUSED, SLICE(""), target);
}

void api_submit_change(struct serve *serve, struct http_request *request, Slice record, Slice target) {
    if (api_pipeline(serve, request) != NULL) {
        http_defer(request);
        api_submit_deferred(serve, request, record, target);
    }
}

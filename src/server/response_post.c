// The thread of messages: what units of work have written for others is handed to the sender of
// webhooks, or to the engine, and what became of it is written beside it.
//
// A message is under way from when it is handed over until it is settled in the store; it lies in
// `under_way` meanwhile and is not handed over again. What the engine was told is settled by the
// desk, when it meets the record in the journal and before its place there moves on (response_feed.c):
// it has to, for what a program that died had handed over, and one alone writes these rows. Until
// then such a message has landed. Of one object only the first that waits is
// due (book.h), so the second goes out when the first has arrived. Nothing is handed over before
// the desk has been at the end of the journal once: until then it is not known what a program that
// died had handed to the engine.
//
// A webhook is a JSON object:
//
//     {"type": "hold.released", "timestamp": "2026-11-29T02:30:00Z", "message": 4711,
//      "object_kind": "hold", "object": 17, "data": {...}}
//
// Its id is made of the number and the moment of the message, so that no message of another store
// has it.

#include "base/utf8.h"
#include "os/clock.h"
#include "os/file.h"
#include "response/controls/put.h"
#include "server/response_private.h"

#include <stdlib.h>

enum {
    UNDER_WAY_MAX = 256, // to the engine, which takes them in one go
    UNDER_WAY_OTHERS = 32,
    DUE_MAX = 2 * UNDER_WAY_MAX,
    POLL_MS = 1000,
    COUNT_EVERY_MS = 5000,
    GRACE_MS = 2000,
    SECRET_FILE_MAX = 4096,
    POSTED_BLOCK = 4 << 10,
    BODY_MAX = WEBHOOK_BODY_MAX
};
enum { PROBLEM_MAX = 400, JSON_MAX = 256 << 10 };

static const Actor POST = {ACTOR_KIND_SYSTEM, {"post", 4}};

static const char *const words[POST_ENDPOINTS] = {
#define X(name) #name,
    RESPONSE_ENDPOINTS(X)
#undef X
        "engine",
    "lists",
};

static bool is_engine(uint32_t endpoint) {
    return endpoint >= RESPONSE_ENDPOINT_COUNT;
}

static const struct statement WAITING = {
    "post_waiting",
    "SELECT endpoint, COUNT(*) FROM message WHERE state = 'WAITING' GROUP BY endpoint"};
static const struct statement DEAD = {
    "post_dead", "SELECT endpoint, COUNT(*) FROM message WHERE state = 'DEAD' GROUP BY endpoint"};

struct post {
    struct response *response;
    struct hand *hand;
    struct webhook_sender *sender;
    struct arena arena;
    struct diag diag;
    struct json_reader *json;
    struct posted *under_way[POST_ENDPOINTS][UNDER_WAY_MAX];
    uint32_t count[POST_ENDPOINTS];
    uint32_t landed; // of those to the engine
    bool fails[POST_ENDPOINTS]; // as it was told
    uint64_t counted_ns;
    bool has_failed; // the last turn
};

// ---- endpoints ----------------------------------------------------------------------------------

static Status wrong(struct arena *arena, struct diag *diag, const char *name, Slice why,
                    Slice hint) {
    Status status = diag_fail(diag, arena, STATUS_INVALID, "RS005",
                              "the endpoint '%s' cannot be used: %.*s", name, SLICE_ARGS(why));
    diag->hint = hint;
    return status;
}

// One secret a line, the new one first.
static Status read_secrets(const char *name, Slice path, struct endpoint_now *endpoint,
                           struct arena *arena, struct diag *diag) {
    Slice text;
    TRY(file_read(path, SECRET_FILE_MAX, arena, &text, diag));
    struct diag why;
    if (webhook_secrets_parse(text, endpoint->secrets, &endpoint->webhook.secret_count, arena, &why) != STATUS_OK) {
        return wrong(arena, diag, name, why.message, why.hint);
    }
    return STATUS_OK;
}

Status response_endpoint_read(const struct response_endpoint *given, ResponseEndpoint number,
                              bool http_anywhere, struct endpoint_now *ret_endpoint,
                              struct arena *arena, struct diag *diag) {
    struct diag why;
    *ret_endpoint = (struct endpoint_now){.is_set = !slice_empty(given->url)};
    if (!ret_endpoint->is_set) {
        return STATUS_OK;
    }
    ret_endpoint->webhook = (struct webhook_endpoint){
        .url = given->url, .ca_file = given->ca_file, .timeout_ms = given->timeout_ms};
    TRY(read_secrets(words[number], given->secret_file, ret_endpoint, arena, diag));
    ret_endpoint->webhook.secrets = ret_endpoint->secrets; // as long as it lies there
    if (webhook_endpoint_check(&ret_endpoint->webhook, http_anywhere, arena, &why) != STATUS_OK) {
        return wrong(arena, diag, words[number], why.message, why.hint);
    }
    return STATUS_OK;
}

// ---- what is under way --------------------------------------------------------------------------

void response_post_over(struct posted *posted) {
    struct response *response = posted->response;
    pthread_mutex_lock(&response->lock);
    posted->next = response->over;
    response->over = posted;
    pthread_cond_signal(&response->post_wakes);
    pthread_mutex_unlock(&response->lock);
}

static void delivered(struct webhook_delivery *delivery) {
    response_post_over(delivery->user);
}

static void free_posted(struct posted *posted) {
    for (uint32_t i = 0; i < WEBHOOK_SECRETS_MAX; i++) {
        webhook_secret_wipe(&posted->secrets[i]);
    }
    engine_free(posted);
    arena_deinit(&posted->arena);
    free(posted);
}

static uint32_t most_under_way(uint32_t endpoint) {
    return endpoint == POST_ENGINE ? UNDER_WAY_MAX : UNDER_WAY_OTHERS;
}

static void take_out(struct post *post, const struct posted *posted) {
    struct posted **at = post->under_way[posted->endpoint];
    uint32_t i = 0;
    while (at[i] != posted) {
        i++;
    }
    at[i] = at[--post->count[posted->endpoint]];
}

static bool is_under_way(const struct post *post, uint32_t endpoint, int64_t id) {
    for (uint32_t i = 0; i < post->count[endpoint]; i++) {
        if (post->under_way[endpoint][i]->message.id == id) {
            return true;
        }
    }
    return false;
}

static struct posted *create_posted(struct post *post, uint32_t endpoint,
                                    const struct message *message) {
    struct posted *posted = memory_alloc(sizeof *posted);
    arena_init(&posted->arena, POSTED_BLOCK);
    posted->response = post->response;
    posted->endpoint = endpoint;
    posted->message = *message;
    posted->message.endpoint = slice_of(words[endpoint]);
    posted->message.kind = arena_copy(&posted->arena, message->kind);
    posted->message.object_kind = arena_copy(&posted->arena, slice_of(message->object_kind)).at;
    posted->message.body = arena_copy(&posted->arena, message->body);
    return posted;
}

// ---- handing over -------------------------------------------------------------------------------

static Slice write_body(struct posted *posted) {
    struct buf out;
    struct json_writer json;
    char time[TIME_TEXT_SIZE];
    const struct message *message = &posted->message;
    buf_init(&out, BODY_MAX);
    json_writer_init(&json, &out);
    json_object_begin(&json);
    json_key_string(&json, SLICE("type"), message->kind);
    json_key_string(&json, SLICE("timestamp"),
                    (Slice){time, time_format(message->made_us, 0, time)});
    json_key_i64(&json, SLICE("message"), message->id);
    json_key_string(&json, SLICE("object_kind"), slice_of(message->object_kind));
    json_key_i64(&json, SLICE("object"), message->object);
    json_key(&json, SLICE("data"));
    json_raw(&json, message->body);
    json_object_end(&json);
    json_writer_finish(&json);
    Slice body = buf_overflowed(&out) ? SLICE("") : arena_copy(&posted->arena, buf_slice(&out));
    buf_deinit(&out);
    return body;
}

// STATUS_LIMIT: not now. STATUS_INVALID: never.
static Status send(struct post *post, struct posted *posted) {
    struct response *response = post->response;
    struct webhook_delivery *delivery = &posted->delivery;
    pthread_mutex_lock(&response->lock);
    const struct endpoint_now *endpoint = &response->endpoints[posted->endpoint];
    bool is_set = endpoint->is_set && !endpoint->is_gone;
    delivery->endpoint = endpoint->webhook;
    memcpy(posted->secrets, endpoint->secrets, sizeof posted->secrets);
    pthread_mutex_unlock(&response->lock);
    ENSURE(is_set, STATUS_LIMIT);
    delivery->endpoint.url = arena_copy(&posted->arena, delivery->endpoint.url);
    delivery->endpoint.ca_file = arena_copy(&posted->arena, delivery->endpoint.ca_file);
    delivery->endpoint.secrets = posted->secrets;
    delivery->id = arena_printf(&posted->arena, "msg_%lld_%lld", (long long)posted->message.id,
                                (long long)posted->message.made_us);
    delivery->body = write_body(posted);
    delivery->done = delivered;
    delivery->user = posted;
    if (webhook_send(post->sender, delivery, &posted->arena, &post->diag) == STATUS_OK) {
        return STATUS_OK;
    }
    // Too long it will be the next time too; all else may pass.
    return strcmp(post->diag.code, "WH003") == 0 ? STATUS_INVALID : STATUS_LIMIT;
}

static Status hand_over(struct post *post, struct posted *posted) {
    bool taken = false;
    if (!is_engine(posted->endpoint)) {
        return send(post, posted);
    }
    TRY(engine_submit(posted, post->json, post->hand->pack, &taken, &post->diag));
    return taken ? STATUS_OK : STATUS_LIMIT;
}

// What can never be handed over is over at once.
static bool begin_one(struct post *post, uint32_t endpoint, const struct message *message) {
    struct posted *posted = create_posted(post, endpoint, message);
    Status status = hand_over(post, posted);
    if (status == STATUS_LIMIT) {
        free_posted(posted);
        return false;
    }
    post->under_way[endpoint][post->count[endpoint]++] = posted;
    if (status != STATUS_OK) {
        posted->refusal = arena_printf(&posted->arena, "%s %.*s", post->diag.code,
                                       SLICE_ARGS(post->diag.message));
        response_post_over(posted);
    }
    return true;
}

struct due {
    struct post *post;
    uint32_t endpoint, count;
    struct message messages[DUE_MAX];
};

// What is under way waits in the store until it is settled, and is due all the while: texts are read
// when there is more than that. What the engine is told may be settled by the feed before it is over.
static Status is_more_due(const struct due *due, struct book *book, bool *ret_is) {
    uint32_t under_way = due->post->count[due->endpoint];
    uint32_t count = 0;
    *ret_is = is_engine(due->endpoint) || under_way == 0;
    if (!*ret_is) {
        TRY(book_messages_count(book, slice_of(words[due->endpoint]), under_way + 1, &count));
        *ret_is = count > under_way;
    }
    return STATUS_OK;
}

static Status find_due(void *context, struct book *book) {
    struct due *due = context;
    bool is_more;
    TRY(is_more_due(due, book, &is_more));
    if (!is_more) {
        return STATUS_OK;
    }
    return book_messages_for(book, slice_of(words[due->endpoint]), due->messages,
                             2 * most_under_way(due->endpoint), &due->count);
}

static bool is_wanted(struct response *response, uint32_t endpoint) {
    if (is_engine(endpoint)) {
        return true;
    }
    pthread_mutex_lock(&response->lock);
    bool wanted = response->endpoints[endpoint].is_set && !response->endpoints[endpoint].is_gone;
    pthread_mutex_unlock(&response->lock);
    return wanted;
}

static Status begin_some(struct post *post, uint32_t endpoint) {
    uint32_t most = most_under_way(endpoint);
    if (post->count[endpoint] == most) {
        return STATUS_OK;
    }
    struct due *due = ARENA_NEW(&post->arena, struct due);
    *due = (struct due){.post = post, .endpoint = endpoint};
    TRY(book_read(&post->hand->book, clock_wall_us(), find_due, due, &post->arena, &post->diag));
    for (uint32_t i = 0; i < due->count && post->count[endpoint] < most; i++) {
        if (!is_under_way(post, endpoint, due->messages[i].id) &&
            !begin_one(post, endpoint, &due->messages[i])) {
            break;
        }
    }
    return STATUS_OK;
}

// ---- settling -----------------------------------------------------------------------------------

// At most so many bytes, and no part of a character.
static Slice cut(Slice text, size_t size_max) {
    size_t size = text.size < size_max ? text.size : size_max;
    while (size > 0 && size < text.size && utf8_is_continuation(text.at[size])) {
        size--;
    }
    return slice_part(text, 0, size);
}

static Slice problem_of(const struct webhook_outcome *outcome, struct arena *arena) {
    const struct webhook_fault_texts *fault = webhook_fault_texts(outcome->fault);
    Slice detail = webhook_outcome_detail(outcome);
    Slice answer = webhook_outcome_answer(outcome);
    Slice more = slice_empty(detail) ? answer : detail;
    Slice text = arena_printf(arena, "%s %s%s%.*s", fault->code, fault->text,
                              slice_empty(more) ? "" : ": ", SLICE_ARGS(more));
    return cut(text, PROBLEM_MAX);
}

static void webhook_fate(const struct posted *posted, struct fate *sent, struct arena *arena) {
    const struct webhook_outcome *outcome = &posted->delivery.outcome;
    int64_t delay_us;
    *sent = (struct fate){.fate = MESSAGE_DEAD, .status = outcome->http_status};
    if (outcome->kind == WEBHOOK_DELIVERED) {
        sent->fate = MESSAGE_DELIVERED;
        return;
    }
    sent->problem = problem_of(outcome, arena);
    bool again = outcome->kind == WEBHOOK_AGAIN ||
                 outcome->kind == WEBHOOK_GONE; // gone: whoever sets it right may want it after all
    if (again && webhook_retry((uint32_t)posted->message.attempts + 1, posted->delivery.id,
                               outcome->retry_after_us, &delay_us)) {
        sent->fate = MESSAGE_AGAIN;
        sent->delay_us = delay_us;
    }
}

// Somebody is told of a message that never arrived; not of one that was to tell somebody.
static Status page_dead(struct book *book, const struct posted *posted, const struct fate *sent) {
    if (slice_is(posted->message.endpoint, "page")) {
        return STATUS_OK;
    }
    Slice problem = arena_printf(book->arena, "%.*s %.*s, of %s %lld: %.*s",
                                 SLICE_ARGS(posted->message.endpoint),
                                 SLICE_ARGS(posted->message.kind), posted->message.object_kind,
                                 (long long)posted->message.object, SLICE_ARGS(sent->problem));
    return page_send(book, &(struct page){.kind = "message.dead",
                                          .role = "DUTY_DIRECTOR",
                                          .object_kind = "message",
                                          .object = posted->message.id,
                                          .problem = problem});
}

static void fate_of(const struct posted *posted, struct fate *sent, struct arena *arena) {
    if (!slice_empty(posted->refusal)) {
        *sent = (struct fate){.fate = MESSAGE_DEAD, .problem = posted->refusal};
    } else if (is_engine(posted->endpoint)) {
        engine_outcome(posted, sent, arena);
    } else {
        webhook_fate(posted, sent, arena);
    }
}

static bool was_cancelled(const struct posted *posted) {
    return slice_empty(posted->refusal) && !is_engine(posted->endpoint) &&
           posted->delivery.outcome.kind == WEBHOOK_CANCELLED;
}

static Status settle(void *context, struct book *book) {
    for (const struct posted *posted = context; posted != NULL; posted = posted->next) {
        struct fate sent;
        if (was_cancelled(posted)) {
            continue;
        }
        fate_of(posted, &sent, book->arena);
        TRY(book_message_tried(book, posted->message.id, sent.fate,
                               sent.delay_us == 0 ? 0 : book->now_us + sent.delay_us, sent.status,
                               sent.problem));
        if (sent.fate == MESSAGE_DEAD) {
            TRY(page_dead(book, posted, &sent));
        }
    }
    return STATUS_OK;
}

static void tell(struct post *post, const struct posted *posted, const struct fate *sent) {
    struct response *response = post->response;
    uint32_t endpoint = posted->endpoint;
    bool fails = sent->fate != MESSAGE_DELIVERED;
    if (sent->fate == MESSAGE_DEAD) {
        LOG(response->options.log, error, "message_dead",
            LOG_TEXT("endpoint", slice_of(words[endpoint])), LOG_TEXT("kind", posted->message.kind),
            LOG_I64("message", posted->message.id), LOG_TEXT("problem", sent->problem));
    }
    if (fails != post->fails[endpoint]) {
        post->fails[endpoint] = fails;
        if (fails) {
            LOG(response->options.log, warning, "endpoint_fails",
                LOG_TEXT("endpoint", slice_of(words[endpoint])),
                LOG_TEXT("problem", sent->problem));
        } else {
            LOG(response->options.log, info, "endpoint_is_back",
                LOG_TEXT("endpoint", slice_of(words[endpoint])));
        }
    }
}

static void note(struct post *post, const struct posted *posted, const struct fate *sent) {
    struct response *response = post->response;
    bool is_done = sent->fate == MESSAGE_DELIVERED;
    pthread_mutex_lock(&response->lock);
    if (is_engine(posted->endpoint)) {
        bool is_label = posted->work_count > 0 && posted->works[0].kind == WORK_LABEL;
        response->state.labels += is_done && is_label;
        response->state.changes += is_done && !is_label ? posted->work_count : 0;
    } else {
        struct response_endpoint_state *state = &response->state.endpoints[posted->endpoint];
        state->sent += is_done;
        state->failed += !is_done;
        snprintf(state->problem, sizeof state->problem, "%.*s", SLICE_ARGS(sent->problem));
        response->endpoints[posted->endpoint].is_gone =
            posted->delivery.outcome.kind == WEBHOOK_GONE;
    }
    pthread_mutex_unlock(&response->lock);
}

static void tell_fate(struct post *post, const struct posted *posted) {
    struct fate sent;
    if (!was_cancelled(posted)) {
        fate_of(posted, &sent, &post->arena);
        tell(post, posted, &sent);
        note(post, posted, &sent);
    }
}

static void end_all(struct post *post, struct posted *first) {
    struct posted *next;
    for (struct posted *posted = first; posted != NULL; posted = next) {
        next = posted->next;
        take_out(post, posted);
        tell_fate(post, posted);
        free_posted(posted);
    }
}

// ---- what has landed ----------------------------------------------------------------------------

static bool is_for_the_desk(struct post *post, const struct posted *posted) {
    struct fate sent;
    if (posted->endpoint != POST_ENGINE) {
        return false;
    }
    fate_of(posted, &sent, &post->arena);
    return sent.fate == MESSAGE_DELIVERED;
}

// Takes those out of the list that the desk settles. Gives the others.
static struct posted *land_some(struct post *post, struct posted *first) {
    struct posted *others = NULL;
    struct posted *next;
    for (struct posted *posted = first; posted != NULL; posted = next) {
        next = posted->next;
        if (is_for_the_desk(post, posted)) {
            posted->has_landed = true;
            post->landed++;
            tell_fate(post, posted);
        } else {
            posted->next = others;
            others = posted;
        }
    }
    return others;
}

// Those whose records the desk has met by now are settled.
static void let_go_landed(struct post *post) {
    uint64_t taken = atomic_load(&post->response->taken);
    for (uint32_t i = post->count[POST_ENGINE]; i > 0 && taken != UINT64_MAX; i--) {
        struct posted *posted = post->under_way[POST_ENGINE][i - 1];
        if (posted->has_landed && engine_sequence(posted) <= taken) {
            post->landed--;
            take_out(post, posted);
            free_posted(posted);
        }
    }
}

static struct posted *take_over(struct response *response) {
    pthread_mutex_lock(&response->lock);
    struct posted *first = response->over;
    response->over = NULL;
    pthread_mutex_unlock(&response->lock);
    return first;
}

static void give_back(struct response *response, struct posted *first) {
    struct posted *last = first;
    while (last->next != NULL) {
        last = last->next;
    }
    pthread_mutex_lock(&response->lock);
    last->next = response->over;
    response->over = first;
    pthread_mutex_unlock(&response->lock);
}

// Entries that the police have pushed are on their lists: the order is told so.
static Status confirm(void *context, struct book *book) {
    const struct posted *posted = context;
    struct confirmation confirmation = {
        .message = posted->message.id, .is_done = true, .at_us = book->now_us};
    return order_confirmed(book, response_terms(book), response_bank(book), posted->message.object,
                           &confirmation);
}

static Status confirm_some(struct post *post, struct posted *first) {
    for (struct posted *posted = first; posted != NULL; posted = posted->next) {
        struct fate fate;
        if (posted->endpoint != POST_LISTS || posted->is_confirmed) {
            continue;
        }
        fate_of(posted, &fate, &post->arena);
        Status status = fate.fate == MESSAGE_DELIVERED
                            ? book_do(&post->hand->book, POST, clock_wall_us(), confirm, posted,
                                      &post->arena, &post->diag)
                            : STATUS_OK;
        if (status == STATUS_INVALID ||
            status == STATUS_NOT_FOUND) { // it wants it no more; people see it among the orders
            log_put_diag(post->response->options.log, LOG_warning, "list_not_confirmed",
                         &post->diag);
            status = STATUS_OK;
        }
        TRY(status);
        posted->is_confirmed = true;
    }
    return STATUS_OK;
}

// What cannot be settled now is settled later.
static Status settle_some(struct post *post) {
    struct posted *first = land_some(post, take_over(post->response));
    let_go_landed(post);
    if (first == NULL) {
        return STATUS_OK;
    }
    Status status = confirm_some(post, first);
    status = status == STATUS_OK ? book_do(&post->hand->book, POST, clock_wall_us(), settle, first,
                                           &post->arena, &post->diag)
                                 : status;
    if (status == STATUS_OK) {
        end_all(post, first);
    } else {
        give_back(post->response, first);
    }
    return status;
}

// ---- counting -----------------------------------------------------------------------------------

struct counted {
    uint64_t waiting[POST_ENDPOINTS], dead[POST_ENDPOINTS];
};

static Status count_into(struct book *book, const struct statement *statement,
                         uint64_t counts[POST_ENDPOINTS]) {
    Status status;
    TRY(book_ask(book, statement, STORE_NO_VALUES));
    while ((status = book_next(book)) == STATUS_OK) {
        for (uint32_t i = 0; i < POST_ENDPOINTS; i++) {
            if (slice_is(store_column_text(book->store, 0), words[i])) {
                counts[i] = (uint64_t)book_i64(book, 1);
            }
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static Status count(void *context, struct book *book) {
    struct counted *counted = context;
    *counted = (struct counted){0};
    TRY(count_into(book, &WAITING, counted->waiting));
    return count_into(book, &DEAD, counted->dead);
}

static Status count_sometimes(struct post *post) {
    struct counted counted;
    struct response_state *state = &post->response->state;
    uint64_t now_ns = clock_monotonic_ns();
    if (post->counted_ns != 0 && now_ns - post->counted_ns < COUNT_EVERY_MS * UINT64_C(1000000)) {
        return STATUS_OK;
    }
    TRY(book_read(&post->hand->book, clock_wall_us(), count, &counted, &post->arena, &post->diag));
    post->counted_ns = now_ns;
    pthread_mutex_lock(&post->response->lock);
    for (uint32_t i = 0; i < RESPONSE_ENDPOINT_COUNT; i++) {
        state->endpoints[i].waiting = counted.waiting[i];
        state->endpoints[i].dead = counted.dead[i];
    }
    state->engine_waiting = counted.waiting[POST_ENGINE] + counted.waiting[POST_LISTS];
    state->engine_dead = counted.dead[POST_ENGINE] + counted.dead[POST_LISTS];
    pthread_mutex_unlock(&post->response->lock);
    return STATUS_OK;
}

// ---- the thread ---------------------------------------------------------------------------------

static Status do_turn(struct post *post) {
    TRY(hand_take_pack(post->hand, &post->arena, &post->diag));
    TRY(hand_open(post->hand, &post->arena, &post->diag));
    TRY(settle_some(post));
    for (uint32_t i = 0; i < POST_ENDPOINTS; i++) {
        if (is_wanted(post->response, i)) {
            TRY(begin_some(post, i));
        }
    }
    return count_sometimes(post);
}

// After a failure it waits in any case. False: it is to stop. `ret_may`: the store is there.
static bool wait(struct response *response, bool has_failed, bool *ret_may) {
    struct timespec until;
    bool timely = true;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += POLL_MS / 1000;
    pthread_mutex_lock(&response->lock);
    while (timely && !atomic_load(&response->stopping) &&
           (has_failed || (!response->has_post && response->over == NULL))) {
        timely = pthread_cond_timedwait(&response->post_wakes, &response->lock, &until) == 0;
    }
    response->has_post = false;
    *ret_may = response->has_caught_up && response->state.mode == RESPONSE_ON;
    pthread_mutex_unlock(&response->lock);
    return !atomic_load(&response->stopping);
}

// The pipeline still goes on: what it was given comes back.
static void wait_for_engine(struct post *post) {
    struct response *response = post->response;
    pthread_mutex_lock(&response->lock);
    for (;;) {
        uint32_t over = 0;
        for (const struct posted *posted = response->over; posted != NULL; posted = posted->next) {
            over += is_engine(posted->endpoint);
        }
        if (over == post->count[POST_ENGINE] - post->landed + post->count[POST_LISTS]) {
            break;
        }
        pthread_cond_wait(&response->post_wakes, &response->lock);
    }
    pthread_mutex_unlock(&response->lock);
}

static void end(struct post *post) {
    struct posted *next;
    webhook_sender_destroy(post->sender, GRACE_MS);
    wait_for_engine(post);
    if (post->hand->is_open && settle_some(post) != STATUS_OK) {
        LOG(post->response->options.log, warning, "messages_not_settled",
            LOG_TEXT("problem", post->diag.message)); // they are sent again
    }
    for (struct posted *posted = take_over(post->response); posted != NULL; posted = next) {
        next = posted->next;
        take_out(post, posted);
        free_posted(posted);
    }
    for (uint32_t i = 0; i < post->count[POST_ENGINE]; i++) { // they have landed: the desk settles them at the next start
        free_posted(post->under_way[POST_ENGINE][i]);
    }
    json_reader_destroy(post->json);
    arena_deinit(&post->arena);
}

void response_post_run(void *context) {
    struct response *response = context;
    struct post *post = memory_alloc(sizeof *post);
    bool may;
    post->response = response;
    post->hand = &response->post_hand;
    post->sender = webhook_sender_create(
        &(struct webhook_options){.user_agent = SLICE("qiantang/" QIANTANG_VERSION),
                                  .http_anywhere = response->options.http_anywhere});
    post->json = json_reader_create(JSON_MAX, JSON_DEPTH_MAX);
    arena_init(&post->arena, 1 << 16);
    while (wait(response, post->has_failed, &may)) {
        arena_reset(&post->arena);
        post->diag = (struct diag){0};
        post->has_failed = !may || do_turn(post) != STATUS_OK;
        if (post->has_failed) {
            hand_close(post->hand); // the desk tells
        }
    }
    arena_reset(&post->arena);
    end(post);
    free(post);
}

// ---- what comes in ------------------------------------------------------------------------------------------------

WebhookVerdict response_verify(struct response *response, ResponseEndpoint endpoint, const struct webhook_headers *headers, Slice body, int64_t now_us) {
    struct webhook_secret secrets[WEBHOOK_SECRETS_MAX];
    if (response == NULL) {
        return WEBHOOK_FORGED;
    }
    pthread_mutex_lock(&response->lock);
    uint32_t count = response->endpoints[endpoint].webhook.secret_count;
    memcpy(secrets, response->endpoints[endpoint].secrets, sizeof secrets);
    pthread_mutex_unlock(&response->lock);
    WebhookVerdict verdict = count == 0 ? WEBHOOK_FORGED : webhook_verify(secrets, count, headers, body, now_us, WEBHOOK_TOLERANCE_US);
    for (uint32_t i = 0; i < WEBHOOK_SECRETS_MAX; i++) {
        webhook_secret_wipe(&secrets[i]);
    }
    return verdict;
}

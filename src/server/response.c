// The life of the response in a server, and how it is.

#include "server/response.h"

#include "base/time.h"
#include "os/clock.h"
#include "server/response_private.h"

#include <stdlib.h>

static const char *const mode_words[] = {
    [RESPONSE_OFF] = "off",           [RESPONSE_NO_PLAN] = "no_disposition",
    [RESPONSE_STARTING] = "starting", [RESPONSE_ON] = "on",
    [RESPONSE_AWAY] = "away",         [RESPONSE_STOPPED] = "stopped",
};
static const char *const endpoint_words[] = {
#define X(name) #name,
    RESPONSE_ENDPOINTS(X)
#undef X
};

const char *response_mode_word(ResponseMode mode) {
    return mode_words[mode];
}

// ---- waking -------------------------------------------------------------------------------------

// Most calls find that the desk knows already.
void response_wake_desk(struct response *response) {
    if (!atomic_exchange(&response->has_news, true)) {
        pthread_mutex_lock(&response->lock);
        pthread_cond_signal(&response->desk_wakes);
        pthread_mutex_unlock(&response->lock);
    }
}

void response_wake_post(struct response *response) {
    pthread_mutex_lock(&response->lock);
    response->has_post = true;
    pthread_cond_signal(&response->post_wakes);
    pthread_mutex_unlock(&response->lock);
}

void response_settled(struct response *response) {
    if (response != NULL) {
        response_wake_desk(response);
    }
}

// ---- modes --------------------------------------------------------------------------------------

static void log_mode(struct response *response, ResponseMode before, ResponseMode mode,
                     int64_t since_us, const struct diag *diag) {
    struct log *log = response->options.log;
    switch (mode) {
    case RESPONSE_ON:
        if (before == RESPONSE_AWAY) {
            LOG(log, info, "response_store_is_back", LOG_US("after", clock_wall_us() - since_us),
                LOG_I64("taken_sequence", atomic_load(&response->taken)));
        } else {
            LOG(log, info, "response_is_on",
                LOG_I64("taken_sequence", atomic_load(&response->taken)));
        }
        break;
    case RESPONSE_NO_PLAN:
        log_put_diag(log, LOG_warning, "response_is_off", diag);
        break;
    case RESPONSE_AWAY:
        log_put_diag(log, LOG_error, "response_store_is_away", diag);
        break;
    case RESPONSE_STOPPED:
        log_put_diag(log, LOG_error, "response_has_stopped", diag);
        break;
    case RESPONSE_OFF:
    case RESPONSE_STARTING:
        break;
    }
}

void response_become(struct response *response, ResponseMode mode, const struct diag *diag) {
    struct response_state *state = &response->state;
    pthread_mutex_lock(&response->lock);
    ResponseMode before = state->mode;
    int64_t since_us = state->since_us;
    state->mode = mode;
    state->since_us = before == mode ? since_us : clock_wall_us();
    snprintf(state->problem, sizeof state->problem, "%s%s%.*s",
             diag == NULL || diag->code == NULL ? "" : diag->code, diag == NULL ? "" : " ",
             SLICE_ARGS(diag == NULL ? SLICE("") : diag->message));
    pthread_mutex_unlock(&response->lock);
    if (before != mode) {
        log_mode(response, before, mode, since_us, diag);
    }
}

// ---- its life -----------------------------------------------------------------------------------

static Status read_endpoints(const struct response_options *options,
                             struct endpoint_now endpoints[RESPONSE_ENDPOINT_COUNT],
                             struct arena *arena, struct diag *diag) {
    for (uint32_t i = 0; i < RESPONSE_ENDPOINT_COUNT; i++) {
        TRY(response_endpoint_read(&options->endpoints[i], (ResponseEndpoint)i,
                                   options->http_anywhere, &endpoints[i], arena, diag));
    }
    return STATUS_OK;
}

// Texts of settings live as long as the instance: only secrets are copied.
static void take_endpoints(struct response *response,
                           const struct endpoint_now endpoints[RESPONSE_ENDPOINT_COUNT]) {
    pthread_mutex_lock(&response->lock);
    for (uint32_t i = 0; i < RESPONSE_ENDPOINT_COUNT; i++) {
        response->endpoints[i] = endpoints[i];
        response->endpoints[i].webhook.secrets = response->endpoints[i].secrets;
        response->state.endpoints[i].is_set = endpoints[i].is_set;
    }
    pthread_mutex_unlock(&response->lock);
}

static void wipe(struct endpoint_now endpoints[RESPONSE_ENDPOINT_COUNT]) {
    for (uint32_t i = 0; i < RESPONSE_ENDPOINT_COUNT; i++) {
        for (uint32_t k = 0; k < WEBHOOK_SECRETS_MAX; k++) {
            webhook_secret_wipe(&endpoints[i].secrets[k]);
        }
    }
}

static void put_in_percent(struct buf *out, Slice text) {
    for (size_t i = 0; i < text.size; i++) {
        bool plain = (text.at[i] >= 'a' && text.at[i] <= 'z') ||
                     (text.at[i] >= 'A' && text.at[i] <= 'Z') ||
                     (text.at[i] >= '0' && text.at[i] <= '9');
        if (plain) {
            buf_put_byte(out, text.at[i]);
        } else {
            buf_printf(out, "%%%02X", (unsigned char)text.at[i]);
        }
    }
}

// Where the password is, as a parameter of the address: libpq reads it there itself.
static Slice write_address(const struct response_options *options, struct arena *arena) {
    struct buf out;
    if (slice_empty(options->password_file) || store_is_file(options->store, NULL)) {
        return arena_copy(arena, options->store);
    }
    buf_init(&out, 1 << 14);
    buf_put(&out, options->store);
    buf_put_byte(&out, slice_find_byte(options->store, '?', 0) < options->store.size ? '&' : '?');
    buf_put(&out, SLICE("passfile="));
    put_in_percent(&out, options->password_file);
    Slice address = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return address;
}

static void init(struct response *response, const struct response_options *options) {
    pthread_condattr_t monotonic;
    arena_init(&response->arena, 1 << 12);
    response->options = *options;
    response->options.journal = arena_copy(&response->arena, options->journal);
    response->options.archive = arena_copy(&response->arena, options->archive);
    response->options.store = write_address(options, &response->arena);
    atomic_init(&response->taken, UINT64_MAX);
    response->state = (struct response_state){
        .mode = RESPONSE_STARTING, .since_us = clock_wall_us(), .next_timer_us = INT64_MAX};
    INVARIANT(pthread_condattr_init(&monotonic) == 0 &&
              pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    INVARIANT(pthread_mutex_init(&response->lock, NULL) == 0 &&
              pthread_mutex_init(&response->packs_lock, NULL) == 0);
    INVARIANT(pthread_cond_init(&response->desk_wakes, &monotonic) == 0 &&
              pthread_cond_init(&response->post_wakes, &monotonic) == 0 &&
              pthread_cond_init(&response->hand_free, &monotonic) == 0);
    pthread_condattr_destroy(&monotonic);
    hand_init(&response->desk_hand, response);
    hand_init(&response->post_hand, response);
    for (int i = 0; i < HANDS_MAX; i++) {
        hand_init(&response->hands[i], response);
    }
}

Status response_open(const struct response_options *options, struct arena *arena,
                     struct response **ret_response, struct diag *diag) {
    struct endpoint_now endpoints[RESPONSE_ENDPOINT_COUNT];
    *ret_response = NULL;
    if (slice_empty(options->store)) {
        return STATUS_OK;
    }
    TRY(read_endpoints(options, endpoints, arena, diag));
    struct response *response = memory_alloc(sizeof *response);
    init(response, options);
    take_endpoints(response, endpoints);
    wipe(endpoints);
    *ret_response = response;
    return STATUS_OK;
}

void response_attach(struct response *response, struct pipeline *pipeline) {
    if (response == NULL) {
        return;
    }
    response->pipeline = pipeline;
    response->untaken_us = clock_wall_us();
    response->post_thread = thread_start("post", response_post_run, response);
    response->desk_thread = thread_start("desk", response_desk_run, response);
}

Status response_change_endpoints(struct response *response, const struct response_options *options,
                                 struct arena *arena, struct diag *diag) {
    struct endpoint_now endpoints[RESPONSE_ENDPOINT_COUNT];
    if (response == NULL) {
        return STATUS_OK;
    }
    TRY(read_endpoints(options, endpoints, arena, diag));
    take_endpoints(response, endpoints);
    wipe(endpoints);
    response_wake_post(response);
    return STATUS_OK;
}

void response_stop(struct response *response) {
    if (response == NULL) {
        return;
    }
    pthread_mutex_lock(&response->lock);
    atomic_store(&response->stopping, true);
    pthread_cond_broadcast(&response->desk_wakes);
    pthread_cond_broadcast(&response->post_wakes);
    pthread_mutex_unlock(&response->lock);
    thread_join(response->desk_thread);
    thread_join(response->post_thread);
    response->desk_thread = NULL;
    response->post_thread = NULL;
}

void response_close(struct response *response) {
    if (response == NULL) {
        return;
    }
    response_stop(response);
    hand_deinit(&response->desk_hand);
    hand_deinit(&response->post_hand);
    for (int i = 0; i < HANDS_MAX; i++) {
        hand_deinit(&response->hands[i]);
    }
    response_packs_free(response);
    wipe(response->endpoints);
    pthread_mutex_destroy(&response->lock);
    pthread_mutex_destroy(&response->packs_lock);
    pthread_cond_destroy(&response->desk_wakes);
    pthread_cond_destroy(&response->post_wakes);
    pthread_cond_destroy(&response->hand_free);
    arena_deinit(&response->arena);
    free(response);
}

// ---- how it is ----------------------------------------------------------------------------------

uint64_t response_needs_from(struct response *response) {
    uint64_t taken = response == NULL ? UINT64_MAX : atomic_load(&response->taken);
    return taken == UINT64_MAX ? UINT64_MAX : taken + 1;
}

static void read_lag(struct response *response, struct response_state *state, int64_t untaken_us) {
    uint64_t taken = atomic_load(&response->taken);
    if (taken == UINT64_MAX || response->pipeline == NULL) {
        return;
    }
    uint64_t durable = journal_durable(pipeline_journal(response->pipeline));
    state->taken_sequence = taken;
    state->lag_records = durable > taken ? durable - taken : 0;
    int64_t behind_us = clock_wall_us() - untaken_us;
    state->lag_us = state->lag_records > 0 && behind_us > 0 ? behind_us : 0;
}

struct response_state response_state(struct response *response) {
    if (response == NULL) {
        return (struct response_state){.mode = RESPONSE_OFF, .next_timer_us = INT64_MAX};
    }
    pthread_mutex_lock(&response->lock);
    struct response_state state = response->state;
    int64_t untaken_us = response->untaken_us;
    pthread_mutex_unlock(&response->lock);
    read_lag(response, &state, untaken_us);
    return state;
}

static void put_endpoint(struct json_writer *json, ResponseEndpoint number,
                         const struct response_endpoint_state *endpoint) {
    json_key(json, slice_of(endpoint_words[number]));
    json_object_begin(json);
    json_key_bool(json, SLICE("is_set"), endpoint->is_set);
    json_key_i64(json, SLICE("waiting"), (int64_t)endpoint->waiting);
    json_key_i64(json, SLICE("dead"), (int64_t)endpoint->dead);
    json_key_i64(json, SLICE("sent"), (int64_t)endpoint->sent);
    json_key_i64(json, SLICE("failed"), (int64_t)endpoint->failed);
    json_key_string(json, SLICE("problem"), slice_of(endpoint->problem));
    json_object_end(json);
}

void response_put_state(struct response *response, struct json_writer *json) {
    struct response_state state = response_state(response);
    json_object_begin(json);
    json_key_string(json, SLICE("mode"), slice_of(mode_words[state.mode]));
    json_key_string(json, SLICE("problem"), slice_of(state.problem));
    json_key_i64(json, SLICE("since"), state.since_us / US_PER_MS);
    json_key_i64(json, SLICE("taken_sequence"), (int64_t)state.taken_sequence);
    json_key_i64(json, SLICE("lag_records"), (int64_t)state.lag_records);
    json_key_i64(json, SLICE("lag_ms"), state.lag_us / US_PER_MS);
    json_key_i64(json, SLICE("decisions"), (int64_t)state.outcomes);
    json_key_i64(json, SLICE("put_aside"), (int64_t)state.unread);
    json_key_i64(json, SLICE("timers"), (int64_t)state.timers);
    json_key_i64(json, SLICE("timers_late"), (int64_t)state.timers_late);
    json_key(json, SLICE("next_timer"));
    if (state.next_timer_us == INT64_MAX) {
        json_null(json);
    } else {
        json_i64(json, state.next_timer_us / US_PER_MS);
    }
    json_key(json, SLICE("engine"));
    json_object_begin(json);
    json_key_i64(json, SLICE("labels"), (int64_t)state.labels);
    json_key_i64(json, SLICE("changes"), (int64_t)state.changes);
    json_key_i64(json, SLICE("waiting"), (int64_t)state.engine_waiting);
    json_key_i64(json, SLICE("dead"), (int64_t)state.engine_dead);
    json_object_end(json);
    json_key(json, SLICE("endpoints"));
    json_object_begin(json);
    for (uint32_t i = 0; i < RESPONSE_ENDPOINT_COUNT; i++) {
        put_endpoint(json, (ResponseEndpoint)i, &state.endpoints[i]);
    }
    json_object_end(json);
    json_object_end(json);
}

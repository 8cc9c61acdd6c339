#include "rehearsal/rehearsal.h"

#include "codec/json_write.h"
#include "rehearsal/payments.h"
#include "server/heart.h"

#include <stdlib.h>

enum { SCRATCH_BLOCK = 1 << 20, ANSWER_MAX = 1 << 20, JSON_MAX = 1 << 20 };
#define FLUSH_EVERY_US US_PER_MINUTE
#define LOOK_EVERY_US US_PER_MINUTE

static bool with_knowledge(void *context, void (*look)(void *user, const struct knowledge *knowledge), void *user) {
    struct rehearsal *rehearsal = context;
    look(user, heart_knowledge(rehearsal->heart));
    return true;
}

Status rehearsal_create(const struct rehearsal_options *options, struct arena *arena, struct rehearsal **ret_rehearsal, struct diag *diag) {
    struct rehearsal *rehearsal = memory_alloc(sizeof *rehearsal);
    *ret_rehearsal = NULL;
    rehearsal->options = *options;
    Status status = book_open(&rehearsal->book, options->store, 0, arena, diag);
    if (status != STATUS_OK) {
        knowledge_destroy(options->knowledge);
        free(rehearsal);
        return status;
    }
    rehearsal->heart = heart_create(options->catalogue, options->knowledge, SCOPE_ALL);
    rehearsal->desk = desk_create(&(struct desk_options){.catalogue = options->catalogue, .strategies = options->strategies, .terms = options->terms,
                                                         .world = {.context = rehearsal, .with_knowledge = with_knowledge}});
    rehearsal->json = json_reader_create(JSON_MAX, JSON_DEPTH_MAX);
    rehearsal->results = json_reader_create(JSON_MAX, JSON_DEPTH_MAX);
    payments_init(&rehearsal->payments, options->catalogue);
    arena_init(&rehearsal->arena, SCRATCH_BLOCK);
    arena_init(&rehearsal->scratch, SCRATCH_BLOCK);
    arena_init(&rehearsal->texts, TEXTS_BLOCK);
    buf_init(&rehearsal->answer, ANSWER_MAX);
    rehearsal->next_timer_us = INT64_MAX;
    status = desk_position(rehearsal->desk, &rehearsal->book, &rehearsal->position, 0, &rehearsal->arena, diag);
    rehearsal->sequence = rehearsal->position; // a store that holds a rehearsal already goes on behind it
    if (status != STATUS_OK) {
        rehearsal_destroy(rehearsal);
        return status;
    }
    *ret_rehearsal = rehearsal;
    return STATUS_OK;
}

void rehearsal_destroy(struct rehearsal *rehearsal) {
    if (rehearsal == NULL) {
        return;
    }
    desk_destroy(rehearsal->desk);
    heart_destroy(rehearsal->heart);
    book_close(&rehearsal->book);
    json_reader_destroy(rehearsal->json);
    json_reader_destroy(rehearsal->results);
    payments_deinit(&rehearsal->payments);
    plan_deinit(&rehearsal->agenda);
    buf_deinit(&rehearsal->answer);
    arena_deinit(&rehearsal->arena);
    arena_deinit(&rehearsal->scratch);
    arena_deinit(&rehearsal->texts);
    free(rehearsal);
}

struct book *rehearsal_book(struct rehearsal *rehearsal) {
    return &rehearsal->book;
}

int64_t rehearsal_now(const struct rehearsal *rehearsal) {
    return rehearsal->now_us;
}

struct rehearsal_counts rehearsal_counts(const struct rehearsal *rehearsal) {
    return rehearsal->counts;
}

// ---- decisions to the desk ------------------------------------------------------------------------------------------------

static Status flush(struct rehearsal *rehearsal, struct diag *diag) {
    struct desk_taken taken;
    if (rehearsal->pending_count == 0) {
        return STATUS_OK;
    }
    arena_reset(&rehearsal->arena);
    TRY(desk_take(rehearsal->desk, &rehearsal->book, rehearsal->pending, rehearsal->pending_count, rehearsal->position, rehearsal->sequence, rehearsal->now_us, &rehearsal->arena, diag,
                  &taken));
    rehearsal->counts.refused += taken.unread;
    rehearsal->position = rehearsal->sequence;
    rehearsal->pending_count = 0;
    rehearsal->flushed_us = rehearsal->now_us;
    arena_reset(&rehearsal->texts);
    return STATUS_OK;
}

// What follows from a unit of work: messages, and when the next timer is.
static Status settle(struct rehearsal *rehearsal, struct diag *diag) {
    uint32_t fired;
    arena_reset(&rehearsal->arena);
    TRY(desk_timers(rehearsal->desk, &rehearsal->book, rehearsal->now_us, &rehearsal->arena, diag, &fired, &rehearsal->next_timer_us));
    rehearsal->counts.timers += fired;
    rehearsal->something_waits = true;
    return stand_in_send(rehearsal, diag);
}

// ---- time passes ------------------------------------------------------------------------------------------------------------

static Status take_result(struct rehearsal *rehearsal, Slice line, struct diag *diag);

static Status do_planned(struct rehearsal *rehearsal, const struct planned *planned, struct diag *diag) {
    Status status = planned->kind == PLANNED_WORK     ? team_do(rehearsal, planned, diag)
                    : planned->kind == PLANNED_RESULT ? take_result(rehearsal, slice_of(planned->text), diag)
                                                      : stand_in_do(rehearsal, planned, diag);
    free(planned->text);
    TRY(status);
    return settle(rehearsal, diag);
}

static int64_t next_look(const struct rehearsal *rehearsal) {
    return rehearsal->something_waits ? rehearsal->polled_us + LOOK_EVERY_US : INT64_MAX;
}

static Status look(struct rehearsal *rehearsal, struct diag *diag) {
    rehearsal->polled_us = rehearsal->now_us;
    rehearsal->something_waits = false;
    TRY(team_look(rehearsal, diag));
    return stand_in_send(rehearsal, diag);
}

static Status new_day(struct rehearsal *rehearsal, struct diag *diag) {
    rehearsal->day_us += US_PER_DAY;
    rehearsal->something_waits = true;
    return team_promote(rehearsal, diag);
}

static int64_t earliest(int64_t one, int64_t other) {
    return one < other ? one : other;
}

// Everything that is due up to a moment, in its order.
static Status pass(struct rehearsal *rehearsal, int64_t upto_us, struct diag *diag) {
    for (;;) {
        struct planned planned;
        int64_t next_us = earliest(earliest(rehearsal->next_timer_us, plan_next(&rehearsal->agenda)), earliest(next_look(rehearsal), rehearsal->day_us));
        if (next_us > upto_us) {
            return STATUS_OK;
        }
        rehearsal->now_us = next_us > rehearsal->now_us ? next_us : rehearsal->now_us;
        TRY(flush(rehearsal, diag)); // what was decided before
        if (rehearsal->day_us <= next_us) {
            TRY(new_day(rehearsal, diag));
        } else if (rehearsal->next_timer_us <= next_us) {
            TRY(settle(rehearsal, diag));
        } else if (plan_take(&rehearsal->agenda, next_us, &planned)) {
            TRY(do_planned(rehearsal, &planned, diag));
        } else {
            TRY(look(rehearsal, diag));
        }
    }
}

// ---- events -----------------------------------------------------------------------------------------------------------------

static Status begin(struct rehearsal *rehearsal, int64_t now_us, struct diag *diag) {
    int64_t offset_us = rehearsal->options.catalogue->zone_offset_us;
    rehearsal->now_us = now_us;
    rehearsal->flushed_us = now_us;
    rehearsal->polled_us = now_us;
    rehearsal->day_us = time_day_start(now_us, offset_us) + US_PER_DAY;
    arena_reset(&rehearsal->arena);
    TRY(desk_begin(rehearsal->desk, &rehearsal->book, now_us, &rehearsal->arena, diag)); // as the server does: samples and breakers once a day
    TRY(team_hire(rehearsal, diag));
    TRY(earned_begin(rehearsal, diag));
    return settle(rehearsal, diag);
}

// Whether a decision may do something that somebody waits for: a hit, or a payment that is held.
static bool is_urgent(Slice decision) {
    return slice_find(decision, SLICE("\"hits\":[{"), 0) != SIZE_MAX || slice_find(decision, SLICE("\"delay_s\":"), 0) != SIZE_MAX;
}

static Status decided(struct rehearsal *rehearsal, Slice line, struct diag *diag) {
    Slice decision = buf_slice(&rehearsal->answer);
    rehearsal->sequence += 2; // as in a journal: the event, and its decision
    rehearsal->pending[rehearsal->pending_count++] = (struct outcome){
        .sequence = rehearsal->sequence,
        .decided_us = rehearsal->now_us,
        .event = arena_copy(&rehearsal->texts, line),
        .decision = arena_copy(&rehearsal->texts, decision),
    };
    rehearsal->counts.decisions++;
    bool urgent = is_urgent(decision);
    if (urgent || rehearsal->pending_count == PENDING_MAX || rehearsal->now_us - rehearsal->flushed_us >= FLUSH_EVERY_US) {
        TRY(flush(rehearsal, diag));
        return settle(rehearsal, diag);
    }
    return STATUS_OK;
}

// A record to the engine; HEART_DECIDED when a decision came of it.
static HeartAnswer decide(struct rehearsal *rehearsal, Slice line) {
    struct heart_refusal refusal;
    buf_reset(&rehearsal->answer);
    HeartAnswer answer = heart_take(rehearsal->heart, line, (HeartEffort){.effort = EFFORT_full}, &rehearsal->answer, &refusal);
    rehearsal->counts.refused += answer == HEART_REFUSED;
    return answer;
}

// Its RESULT comes when a payment is settled that was not let go at once: a little behind what the engine has seen already, as from another system.
static Status take_result(struct rehearsal *rehearsal, Slice line, struct diag *diag) {
    rehearsal->counts.results++;
    return decide(rehearsal, line) == HEART_DECIDED ? decided(rehearsal, line, diag) : STATUS_OK;
}

Status rehearsal_take(struct rehearsal *rehearsal, Slice line, struct diag *diag) {
    JsonTree tree;
    int64_t event_us = 0;
    rehearsal->counts.events++;
    if (json_parse(rehearsal->results, line, &tree) == STATUS_OK && payments_time(&rehearsal->payments, tree, &event_us) && payments_keep(rehearsal, line, tree, event_us)) {
        return STATUS_OK;
    }
    if (event_us > 0) { // what is due before it
        if (rehearsal->day_us == 0) {
            TRY(begin(rehearsal, event_us, diag));
        }
        TRY(pass(rehearsal, event_us, diag));
        rehearsal->now_us = event_us > rehearsal->now_us ? event_us : rehearsal->now_us;
    }
    if (decide(rehearsal, line) != HEART_DECIDED || rehearsal->day_us == 0) {
        return STATUS_OK;
    }
    payments_decided(rehearsal, heart_event(rehearsal->heart), heart_decision(rehearsal->heart));
    return decided(rehearsal, line, diag);
}

void rehearsal_list(struct rehearsal *rehearsal, Slice list, Slice key, Slice end, Slice reason) {
    enum { RECORD_SIZE_MAX = 16 << 10 };
    struct heart_refusal refusal;
    struct json_writer json;
    struct buf record, ignored;
    char now[TIME_TEXT_SIZE];
    buf_init(&record, RECORD_SIZE_MAX);
    buf_init(&ignored, RECORD_SIZE_MAX);
    json_writer_init(&json, &record);
    json_object_begin(&json);
    json_key_string(&json, SLICE("$list"), list);
    json_key_string(&json, SLICE("op"), SLICE("add"));
    json_key_string(&json, SLICE("key"), key);
    json_key_string(&json, SLICE("time"), (Slice){now, time_format(rehearsal->now_us, 0, now)});
    json_key_string(&json, SLICE("end"), end);
    json_key_string(&json, SLICE("source"), SLICE("disposition"));
    json_key_string(&json, SLICE("reason"), reason);
    json_object_end(&json);
    HeartAnswer answer = heart_take(rehearsal->heart, buf_slice(&record), (HeartEffort){.effort = EFFORT_full}, &ignored, &refusal);
    rehearsal->counts.refused += answer == HEART_REFUSED;
    buf_deinit(&record);
    buf_deinit(&ignored);
}

Status rehearsal_finish(struct rehearsal *rehearsal, int64_t span_us, struct diag *diag) {
    int64_t until_us = rehearsal->now_us + span_us;
    TRY(flush(rehearsal, diag));
    TRY(settle(rehearsal, diag));
    TRY(pass(rehearsal, until_us, diag));
    rehearsal->now_us = until_us;
    return STATUS_OK;
}

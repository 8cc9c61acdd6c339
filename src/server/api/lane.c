#include "server/api/lane.h"

#include "codec/json_write.h"
#include "server/api/problems.h"

#include <stdlib.h>

static void go(struct lane *lane);

// ---- answers ----------------------------------------------------------------------------------------------

static void put_problem(struct json_writer *json, const struct lane_slot *slot, const char *code) {
    json_key_i64(json, SLICE("status"), problem_named(slice_of(code))->status);
    json_key_string(json, SLICE("code"), slice_of(code));
    if (slot->work.code[0] != '\0') {
        json_key_string(json, SLICE("reason_code"), slice_of(slot->work.code));
    }
    bool has_reason = slot->work.reason[0] != '\0';
    json_key_string(json, SLICE("detail"), slice_of(has_reason ? slot->work.reason : problem_named(slice_of(code))->title));
    json_key_i64(json, SLICE("record"), (int64_t)slot->number);
}

void lane_put_answer(const struct lane_slot *slot, WorkKind kind, struct buf *out) {
    struct json_writer json;
    json_writer_init(&json, out);
    json_object_begin(&json);
    const char *code = slot->code != NULL ? slot->code : api_outcome_code(slot->work.outcome);
    if (code != NULL) {
        put_problem(&json, slot, code);
    } else {
        json_key_bool(&json, kind == WORK_LABEL ? SLICE("kept") : SLICE("changed"), true);
    }
    json_object_end(&json);
    json_writer_finish(&json);
    buf_put_byte(out, '\n');
}

static Slice answer_of(struct lane *lane, const struct lane_slot *slot) {
    const struct work *work = &slot->work;
    if (slot->code == NULL && work->outcome == PIPELINE_DONE && lane->kind == WORK_RECORD && !work->is_change) {
        return buf_slice(&work->answer);
    }
    if (lane->put_at == 0) {
        buf_reset(&lane->line);
        lane_put_answer(slot, lane->kind, &lane->line);
    }
    return buf_slice(&lane->line);
}

static Status put_piece(struct lane *lane, Slice piece) {
    Status status = lane->calls.put(lane->user, piece);
    lane->blocked = status == STATUS_LIMIT;
    lane->deaf = status == STATUS_END;
    return status;
}

// False: the first answer has not been put as a whole.
static bool put_first(struct lane *lane, const struct lane_slot *slot) {
    if (lane->deaf) {
        return true;
    }
    Slice answer = answer_of(lane, slot);
    if (lane->calls.separator.size > 0) {
        answer = slice_part(answer, 0, answer.size - 1); // without the end of its line
        if (lane->first > 0 && lane->put_at == 0 && put_piece(lane, lane->calls.separator) != STATUS_OK) {
            return lane->deaf;
        }
    }
    while (lane->put_at < answer.size && !lane->deaf) {
        Slice piece = slice_part(answer, lane->put_at, LANE_PIECE);
        if (put_piece(lane, piece) == STATUS_LIMIT) {
            return false;
        }
        lane->put_at += piece.size;
    }
    return true;
}

static struct lane_slot *slot_at(struct lane *lane, uint64_t number) {
    return lane->slots[number % LANE_WINDOW];
}

static void drain(struct lane *lane) {
    while (lane->first < lane->end && slot_at(lane, lane->first)->is_over && (!lane->blocked || lane->deaf)) {
        struct lane_slot *slot = slot_at(lane, lane->first);
        if (!put_first(lane, slot)) {
            return;
        }
        lane->put_at = 0;
        lane->first++;
    }
}

// ---- works ------------------------------------------------------------------------------------------------

static void end_slot(struct lane_slot *slot, bool settles) {
    struct lane *lane = slot->lane;
    lane_enter(lane);
    slot->is_over = true;
    lane->under_way--;
    lane->settles = settles;
    go(lane);
    lane->settles = false;
    lane_leave(lane);
}

static void fetch(struct errand *errand) {
    struct lane_slot *slot = errand->user;
    slot->lane->calls.fetch(slot->lane->user, &slot->work);
    end_slot(slot, false);
}

static void on_done(struct work *work) {
    struct lane_slot *slot = work->user;
    if (work->outcome == PIPELINE_ELSEWHERE && slot->lane->calls.fetch != NULL) {
        slot->errand = (struct errand){.run = fetch, .user = slot};
        errands_post(slot->lane->errands, &slot->errand);
        return;
    }
    end_slot(slot, true);
}

static void try_again(struct errand *errand) {
    struct lane *lane = errand->user;
    lane_enter(lane);
    lane->is_parked = false;
    go(lane);
    lane_leave(lane);
}

// What waits for the pipeline is not sent any more.
static void give_up(struct lane *lane) {
    for (; lane->sent < lane->end; lane->sent++) {
        struct lane_slot *slot = slot_at(lane, lane->sent);
        slot->code = slot->is_over ? slot->code : problem_of(API_PROBLEM_STOPPING)->code;
        slot->is_over = true;
    }
}

// Tries again when nobody else would tell the lane that there is room: the last of it has ended.
static void park(struct lane *lane) {
    lane->again = (struct errand){.run = try_again, .user = lane};
    lane->is_parked = true;
    if (!errands_post_later(lane->errands, &lane->again)) {
        lane->is_parked = false;
        give_up(lane);
    }
}

static void send(struct lane *lane) {
    while (lane->sent < lane->end) {
        struct lane_slot *slot = slot_at(lane, lane->sent);
        if (!slot->is_over) {
            if (!pipeline_submit(lane->pipeline, &slot->work)) {
                break;
            }
            lane->under_way++;
        }
        lane->sent++;
    }
    if (lane->sent < lane->end && lane->under_way == 0 && !lane->is_parked) {
        park(lane);
    }
}

static void go(struct lane *lane) {
    bool again;
    do {
        drain(lane);
        send(lane);
        drain(lane);
        again = lane->starved && lane->end - lane->first < LANE_WINDOW;
        if (again) {
            lane->starved = false;
            lane->calls.want(lane->user);
        }
    } while (again);
}

// ---- from outside -----------------------------------------------------------------------------------------

void lane_init(struct lane *lane, struct pipeline *pipeline, struct errands *errands, WorkKind kind, struct lane_calls calls, void *user) {
    *lane = (struct lane){.pipeline = pipeline, .errands = errands, .kind = kind, .calls = calls, .user = user};
    INVARIANT(pthread_mutex_init(&lane->lock, NULL) == 0);
    buf_init(&lane->line, 1 << 16);
}

void lane_deinit(struct lane *lane) {
    INVARIANT(lane->under_way == 0 && !lane->is_parked);
    for (uint32_t i = 0; i < LANE_WINDOW; i++) {
        if (lane->slots[i] != NULL) {
            buf_deinit(&lane->slots[i]->work.answer);
            buf_deinit(&lane->slots[i]->record);
            free(lane->slots[i]);
        }
    }
    buf_deinit(&lane->line);
    pthread_mutex_destroy(&lane->lock);
}

void lane_enter(struct lane *lane) {
    pthread_mutex_lock(&lane->lock);
}

void lane_leave(struct lane *lane) {
    bool over = lane->finished && lane->first == lane->end && !lane->is_parked;
    void (*call)(void *user) = over ? lane->calls.over : NULL;
    void *user = lane->user;
    lane->calls.over = over ? NULL : lane->calls.over; // it is called once
    pthread_mutex_unlock(&lane->lock);
    if (call != NULL) {
        call(user);
    }
}

// The next free slot; NULL when the lane is full.
static struct lane_slot *take_slot(struct lane *lane) {
    if (lane->end - lane->first == LANE_WINDOW) {
        lane->starved = true;
        return NULL;
    }
    struct lane_slot **at = &lane->slots[lane->end % LANE_WINDOW];
    if (*at == NULL) {
        *at = memory_alloc(sizeof **at);
        buf_init(&(*at)->work.answer, LANE_ANSWER_MAX);
        buf_init(&(*at)->record, PIPELINE_RECORD_MAX);
    }
    struct lane_slot *slot = *at;
    struct buf answer = slot->work.answer;
    buf_reset(&answer);
    slot->work = (struct work){.kind = lane->kind, .is_patient = lane->end > 0, .done = on_done, .user = slot, .answer = answer};
    slot->lane = lane;
    slot->number = lane->end + 1;
    slot->code = NULL;
    slot->is_over = false;
    return slot;
}

LaneTaken lane_add(struct lane *lane, Slice record, bool keep) {
    struct lane_slot *slot = take_slot(lane);
    if (slot == NULL) {
        return LANE_FULL;
    }
    slot->work.record = record;
    if (keep) {
        buf_reset(&slot->record);
        buf_put(&slot->record, record);
        slot->work.record = buf_slice(&slot->record);
    }
    lane->end++;
    if (lane->end > 1) {
        send(lane);
        return LANE_TAKEN;
    }
    if (!pipeline_submit(lane->pipeline, &slot->work)) {
        lane->end = 0;
        return LANE_BUSY;
    }
    lane->under_way++;
    lane->sent = 1;
    return LANE_TAKEN;
}

LaneTaken lane_add_refused(struct lane *lane, const char *code, Slice reason_code, Slice reason) {
    struct lane_slot *slot = take_slot(lane);
    if (slot == NULL) {
        return LANE_FULL;
    }
    Slice cut = slice_part(reason, 0, sizeof slot->work.reason - 1);
    INVARIANT(reason_code.size < sizeof slot->work.code);
    memcpy(slot->work.code, reason_code.at, reason_code.size);
    memcpy(slot->work.reason, cut.at, cut.size);
    slot->code = code;
    slot->is_over = true;
    lane->end++;
    send(lane);
    drain(lane);
    return LANE_TAKEN;
}

void lane_finish(struct lane *lane) {
    lane->finished = true;
    go(lane);
}

void lane_drop(struct lane *lane) {
    lane->deaf = true;
    lane->finished = true;
    lane->starved = false;
    go(lane);
}

void lane_room(struct lane *lane) {
    lane->blocked = false;
    go(lane);
}

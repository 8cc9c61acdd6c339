#include "server/night_log.h"

#include "codec/json_write.h"
#include "server/records.h"
#include "server/replay.h"

enum { RECORD_SIZE_MAX = 32 << 20, RECORD_DEPTH_MAX = 64 };

struct night_run night_run_at(int64_t as_of_us, int64_t zone_offset_us, uint64_t from) {
    struct night_run run = {.as_of_us = as_of_us, .from = from};
    run.name_size = (uint32_t)time_format(as_of_us, zone_offset_us, run.name);
    return run;
}

void night_log_init(struct night_log *log, bool newest_only, struct arena *arena) {
    *log = (struct night_log){.arena = arena, .newest_only = newest_only};
    log->json = json_reader_create(RECORD_SIZE_MAX, RECORD_DEPTH_MAX);
}

void night_log_deinit(struct night_log *log) {
    json_reader_destroy(log->json);
}

const struct night_run *night_log_last(const struct night_log *log) {
    return log->runs.count == 0 ? NULL : &log->runs.at[log->runs.count - 1];
}

// ---- in --------------------------------------------------------------------------------------------------

// A whole number that is not negative; 0 when the member is not there.
static uint64_t number_of(JsonTree tree, const char *key) {
    uint32_t member = json_member(tree, 0, slice_of(key));
    bool is_one = member != JSON_NONE && tree.nodes[member].kind == JSON_INT && tree.nodes[member].i64 >= 0;
    return is_one ? (uint64_t)tree.nodes[member].i64 : 0;
}

static Status take_begun(struct night_log *log, JsonTree tree, Slice name, uint64_t sequence) {
    const struct night_run *last = night_log_last(log);
    struct night_run run = {.from = number_of(tree, "from"), .begun = sequence, .records = 1, .name_size = (uint32_t)name.size};
    bool fits = name.size < sizeof run.name && time_parse(name, 0, &run.as_of_us) && (last == NULL || (last->done && last->as_of_us < run.as_of_us));
    ENSURE(fits, STATUS_INVALID);
    memcpy(run.name, name.at, name.size);
    if (log->newest_only) {
        log->runs.count = 0;
    }
    *VEC_PUSH(&log->runs, log->arena) = run;
    return STATUS_OK;
}

static Status take_state(JsonTree tree, struct night_run *run) {
    Slice state = record_text(tree, "state");
    run->records++;
    run->going = true;
    run->upto = number_of(tree, "upto");
    run->done = slice_is(state, "done");
    return run->done || slice_is(state, "going") ? STATUS_OK : STATUS_INVALID;
}

static Status take_result(JsonTree tree, struct night_run *run) {
    uint64_t of = number_of(tree, "of");
    uint64_t tick = number_of(tree, "tick");
    bool follows = (of == 0) != (tick == 0) && (tick > 0 ? tick > run->last_tick : run->last_tick == 0 && of > run->last_of);
    ENSURE(follows && !run->done, STATUS_INVALID);
    run->records++;
    run->results++;
    run->last_of = of > 0 ? of : run->last_of;
    run->last_tick = tick > 0 ? tick : run->last_tick;
    return STATUS_OK;
}

// Of a run that begins before what is read, there is only the end: it tells nothing.
static Status take_night(struct night_log *log, const struct journal_entry *entry, JsonTree tree) {
    Slice name = record_text(tree, "run");
    if (entry->kind == KIND_NIGHT && slice_is(record_text(tree, "state"), "begun")) {
        return take_begun(log, tree, name, entry->sequence);
    }
    struct night_run *run = log->runs.count == 0 ? NULL : &log->runs.at[log->runs.count - 1];
    if (run == NULL) {
        return STATUS_OK;
    }
    ENSURE(slice_equal(night_run_name(run), name), STATUS_INVALID);
    return entry->kind == KIND_NIGHT ? take_state(tree, run) : take_result(tree, run);
}

Status night_log_take(struct night_log *log, const struct journal_entry *entry) {
    if (entry->kind != KIND_NIGHT && entry->kind != KIND_NIGHT_DECISION && entry->kind != KIND_RELEASE) {
        return STATUS_OK;
    }
    JsonTree tree;
    ENSURE(json_parse(log->json, entry->data, &tree) == STATUS_OK, STATUS_INVALID);
    if (entry->kind == KIND_RELEASE) {
        log->label = arena_copy(log->arena, record_text(tree, "catalogue"));
        return STATUS_OK;
    }
    return take_night(log, entry, tree);
}

Status night_log_read(struct night_log *log, Slice folder, uint64_t from, const struct journal *journal, struct diag *diag) {
    struct journal_reader *reader;
    struct journal_entry entry;
    Status status;
    struct journal_reader_options options = {.journal = journal};
    TRY(journal_reader_open(disk_real(), folder, from, options, log->arena, &reader, diag));
    while ((status = journal_reader_next(reader, &entry, log->arena, diag)) == STATUS_OK) {
        if (night_log_take(log, &entry) != STATUS_OK) {
            status = diag_fail(diag, log->arena, STATUS_INVALID, "NR002", "the journal's record %llu of a nightly run does not follow from those before it",
                               (unsigned long long)entry.sequence);
            break;
        }
    }
    journal_reader_close(reader);
    return status == STATUS_END ? STATUS_OK : status;
}

// ---- out -------------------------------------------------------------------------------------------------

static void begin_record(struct json_writer *json, struct buf *out, const struct night_run *run) {
    json_writer_init(json, out);
    json_object_begin(json);
    json_key_string(json, SLICE("run"), night_run_name(run));
}

static void put_number(struct json_writer *json, Slice key, uint64_t number) {
    json_key(json, key);
    json_u64(json, number);
}

static void end_record(struct json_writer *json) {
    json_object_end(json);
    json_writer_finish(json);
}

void night_put_begun(struct buf *out, const struct night_run *run) {
    struct json_writer json;
    begin_record(&json, out, run);
    json_key_string(&json, SLICE("state"), SLICE("begun"));
    put_number(&json, SLICE("from"), run->from);
    end_record(&json);
}

static void put_state(struct json_writer *json, const struct night_run *run, Slice state, uint64_t subjects) {
    json_key_string(json, SLICE("state"), state);
    put_number(json, SLICE("upto"), run->upto);
    put_number(json, SLICE("subjects"), subjects);
}

void night_put_going(struct buf *out, const struct night_run *run, uint64_t subjects) {
    struct json_writer json;
    begin_record(&json, out, run);
    put_state(&json, run, SLICE("going"), subjects);
    end_record(&json);
}

void night_put_done(struct buf *out, const struct night_run *run, uint64_t subjects) {
    struct json_writer json;
    begin_record(&json, out, run);
    put_state(&json, run, SLICE("done"), subjects);
    put_number(&json, SLICE("results"), run->results);
    end_record(&json);
}

static void end_with_decision(struct json_writer *json, Slice decision) {
    json_key(json, SLICE("decision"));
    json_raw(json, slice_trim(decision)); // a line of its own elsewhere
    end_record(json);
}

void night_put_of(struct buf *out, const struct night_run *run, uint64_t sequence, Slice decision) {
    struct json_writer json;
    begin_record(&json, out, run);
    put_number(&json, SLICE("of"), sequence);
    end_with_decision(&json, decision);
}

void night_put_tick(struct buf *out, const struct night_run *run, uint64_t tick, Slice event, Slice decision) {
    struct json_writer json;
    begin_record(&json, out, run);
    put_number(&json, SLICE("tick"), tick);
    json_key(&json, SLICE("event"));
    json_raw(&json, event);
    end_with_decision(&json, decision);
}

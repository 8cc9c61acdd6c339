// The journal as decisions that the desk takes.
//
// An event is followed by its decision, and the two are taken together: the place up to which the
// journal was read never lies between them. What a nightly run found names an event of earlier,
// which is looked up, or brings its tick with it. Records of labels and lists that the response
// itself had asked for tell by the number of their message that they are in the journal: so a
// message to the engine counts once, wherever the program died.

#include "base/time.h"
#include "monitoring/knowledge/knowledge.h"
#include "server/records.h"
#include "server/response_private.h"
#include "server/snapshots.h"

#include <inttypes.h>

enum { JSON_MAX = 4 << 20, EVENT_MAX = 4 << 20, LABEL_REACH = 256, READER_BLOCK = 16 << 10, LIST_MET_KEY_MAX = 64 << 10 };

void feed_init(struct feed *feed, struct response *response) {
    *feed = (struct feed){.response = response};
    feed->past = (struct past){.journal = response->options.journal,
                               .archive = response->options.archive,
                               .live = pipeline_journal(response->pipeline)};
    feed->json = json_reader_create(JSON_MAX, JSON_DEPTH_MAX);
    buf_init(&feed->event, EVENT_MAX);
    arena_init(&feed->opened, READER_BLOCK);
}

static void close_reader(struct feed *feed) {
    journal_reader_close(feed->reader);
    feed->reader = NULL;
    arena_reset(&feed->opened);
}

void feed_deinit(struct feed *feed) {
    close_reader(feed);
    json_reader_destroy(feed->json);
    buf_deinit(&feed->event);
    arena_deinit(&feed->opened);
}

// ---- records ------------------------------------------------------------------------------------

static Status gone(const struct feed *feed, struct arena *arena, struct diag *diag) {
    bool has_archive = !slice_empty(feed->past.archive);
    Status status = diag_fail(
        diag, arena, STATUS_INVALID, "RS004",
        "the journal does not hold record %" PRIu64 " any more%s%.*s, and alerts go on from there",
        feed->next, has_archive ? ", and neither does " : "", SLICE_ARGS(feed->past.archive));
    diag->hint = SLICE(
        "put the segment back into the folder of the journal or into that of journal.archive");
    return status;
}

// The oldest record that one of the folders has.
static Status find_oldest(const struct feed *feed, uint64_t *ret_sequence, struct arena *arena,
                          struct diag *diag) {
    uint64_t oldest = 0;
    TRY(journal_oldest(disk_real(), feed->past.journal, arena, ret_sequence, diag));
    if (!slice_empty(feed->past.archive) &&
        journal_oldest(disk_real(), feed->past.archive, arena, &oldest, diag) == STATUS_OK &&
        oldest > 0 && oldest < *ret_sequence) {
        *ret_sequence = oldest;
    }
    return STATUS_OK;
}

static Status open_at(struct feed *feed, Slice folder, bool is_archive, struct diag *diag) {
    struct journal_reader_options options = {.journal = is_archive ? NULL : feed->past.live};
    feed->is_archive = is_archive;
    return journal_reader_open(disk_real(), folder, feed->next, options, &feed->opened,
                               &feed->reader, diag);
}

static Status open_reader(struct feed *feed, struct arena *arena, struct diag *diag) {
    Status status = open_at(feed, feed->past.journal, false, diag);
    if (status == STATUS_NOT_FOUND && !slice_empty(feed->past.archive)) {
        status = open_at(feed, feed->past.archive, true, diag);
    }
    if (status != STATUS_OK) {
        keep_diag(diag, arena);
        feed->reader = NULL;
        arena_reset(&feed->opened);
    }
    return status == STATUS_NOT_FOUND ? gone(feed, arena, diag) : status;
}

// STATUS_END: nothing more is durable.
static Status next_entry(struct feed *feed, struct journal_entry *entry, struct arena *arena,
                         struct diag *diag) {
    for (int turn = 0; turn < 2; turn++) {
        if (feed->reader == NULL) {
            TRY(open_reader(feed, arena, diag));
        }
        Status status = journal_reader_next(feed->reader, entry, arena, diag);
        if (status == STATUS_END && feed->is_archive) { // it goes on in the journal's own folder
            close_reader(feed);
            continue;
        }
        if (status != STATUS_OK) {
            if (status != STATUS_END) {
                close_reader(feed);
            }
            return status;
        }
        if (entry->sequence != feed->next) {
            close_reader(feed);
            return gone(feed, arena, diag);
        }
        feed->next++;
        return STATUS_OK;
    }
    return gone(feed, arena, diag);
}

// ---- decisions ----------------------------------------------------------------------------------

// The label stands at the end of a decision.
static Slice label_of(Slice decision) {
    static const char key[] = "\"catalogue\":\"";
    size_t reach = decision.size < LABEL_REACH ? decision.size : LABEL_REACH;
    Slice end = slice_part(decision, decision.size - reach, reach);
    size_t at = slice_find(end, slice_of(key), 0);
    if (at == SIZE_MAX) {
        return SLICE("");
    }
    Slice rest = slice_part(end, at + sizeof key - 1, SIZE_MAX);
    return slice_part(rest, 0, slice_find_byte(rest, '"', 0));
}

// What was decided by a pack without a disposition is looked at by nobody, also afterwards.
static bool is_skipped(struct feed *feed, Slice decision, struct arena *arena) {
    const struct response_pack *pack;
    struct diag ignored;
    Slice label = label_of(decision);
    if (slice_equal(label, (Slice){feed->label, feed->label_size})) {
        return feed->skips;
    }
    if (slice_empty(label) || label.size > sizeof feed->label) {
        return false;
    }
    memcpy(feed->label, label.at, label.size);
    feed->label_size = (uint32_t)label.size;
    feed->skips = response_pack_find(feed->response, label_hash(label), arena, &pack, &ignored) ==
                      STATUS_OK &&
                  !pack->has_plan && pack->problem[0] == 0;
    return feed->skips;
}

static void push(struct feed *feed, struct feed_batch *batch, const struct outcome *outcome,
                 struct arena *arena) {
    if (!is_skipped(feed, outcome->decision, arena)) {
        batch->outcomes[batch->count++] = *outcome;
        batch->bytes += outcome->event.size + outcome->decision.size;
    }
}

static void take_decision(struct feed *feed, struct feed_batch *batch,
                          const struct journal_entry *entry, struct arena *arena) {
    if (feed->event_sequence + 1 == entry->sequence) {
        struct outcome outcome = {
            .sequence = entry->sequence,
            .decided_us = entry->time_us,
            .event = arena_copy(arena, buf_slice(&feed->event)),
            .decision = arena_copy(arena, entry->data),
        };
        push(feed, batch, &outcome, arena);
    }
    feed->event_sequence = 0;
}

// ---- nightly runs -------------------------------------------------------------------------------

static Slice text_of_node(JsonTree tree, uint32_t node, struct arena *arena) {
    struct buf out;
    struct json_writer json;
    buf_init(&out, JSON_MAX);
    json_writer_init(&json, &out);
    json_node(&json, tree, node);
    Slice text = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

// An event of earlier. Empty: its segment was taken away.
static Status read_event(const struct feed *feed, uint64_t sequence, Slice *ret_event,
                         struct arena *arena, struct diag *diag) {
    struct journal_entry entry;
    *ret_event = SLICE("");
    Status status = past_read(&feed->past, sequence, arena, &entry, diag);
    if (status == STATUS_NOT_FOUND) {
        LOG(feed->response->options.log, warning, "response_event_gone",
            LOG_I64("sequence", sequence));
        return STATUS_OK;
    }
    *ret_event = status == STATUS_OK && entry.kind == KIND_EVENT ? entry.data : SLICE("");
    return status;
}

static Status take_night(struct feed *feed, struct feed_batch *batch,
                         const struct journal_entry *entry, struct arena *arena,
                         struct diag *diag) {
    JsonTree tree;
    struct outcome outcome = {
        .sequence = entry->sequence, .decided_us = entry->time_us, .is_of_night = true};
    if (json_parse(feed->json, entry->data, &tree) != STATUS_OK ||
        tree.nodes[0].kind != JSON_OBJECT) {
        return STATUS_OK; // no nightly run has written that
    }
    uint32_t of = json_member(tree, 0, SLICE("of"));
    uint32_t event = json_member(tree, 0, SLICE("event"));
    uint32_t decision = json_member(tree, 0, SLICE("decision"));
    if (decision == JSON_NONE) {
        return STATUS_OK;
    }
    outcome.decision = text_of_node(tree, decision, arena);
    if (event != JSON_NONE) {
        outcome.event = text_of_node(tree, event, arena);
    } else if (of != JSON_NONE && tree.nodes[of].kind == JSON_INT) {
        TRY(read_event(feed, (uint64_t)tree.nodes[of].i64, &outcome.event, arena, diag));
    }
    if (!slice_empty(outcome.event)) {
        push(feed, batch, &outcome, arena);
    }
    return STATUS_OK;
}

// ---- lists --------------------------------------------------------------------------------------

// A key as one text: its parts joined with '|', as entries of files have it.
static Slice join_parts(JsonTree tree, uint32_t array, struct arena *arena) {
    struct buf out;
    bool is_first = true;
    buf_init(&out, LIST_MET_KEY_MAX);
    JSON_EACH(tree, array, i) {
        const struct json_node *part = &tree.nodes[i];
        buf_put(&out, is_first ? SLICE("") : SLICE("|"));
        is_first = false;
        if (part->kind == JSON_INT) {
            buf_printf(&out, "%" PRId64, part->i64);
            continue;
        }
        for (size_t k = 0; k < part->text.size; k++) {
            bool is_mark = part->text.at[k] == '|' || part->text.at[k] == '\\';
            buf_put(&out, is_mark && tree.nodes[array].count > 1 ? SLICE("\\") : SLICE(""));
            buf_put_byte(&out, part->text.at[k]);
        }
    }
    Slice text = buf_overflowed(&out) ? SLICE("") : arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return text;
}

static Slice key_of(JsonTree tree, struct arena *arena) {
    uint32_t at = json_member(tree, 0, SLICE("key"));
    const struct json_node *node = at == JSON_NONE ? NULL : &tree.nodes[at];
    if (node == NULL) {
        return SLICE("");
    }
    switch (node->kind) {
    case JSON_STRING:
        return arena_copy(arena, node->text);
    case JSON_INT:
        return arena_printf(arena, "%" PRId64, node->i64);
    case JSON_ARRAY:
        return join_parts(tree, at, arena);
    default:
        return SLICE("");
    }
}

static Slice text_in(JsonTree tree, const char *name, struct arena *arena) {
    uint32_t at = json_member(tree, 0, slice_of(name));
    return at == JSON_NONE || tree.nodes[at].kind != JSON_STRING ? SLICE("") : arena_copy(arena, tree.nodes[at].text);
}

// 0: open, or none that can be read.
static int64_t time_in(const struct feed *feed, JsonTree tree, const char *name) {
    uint32_t at = json_member(tree, 0, slice_of(name));
    int64_t ms, time_us = 0;
    if (at == JSON_NONE) {
        return 0;
    }
    const struct json_node *node = &tree.nodes[at];
    if (node->kind == JSON_INT || (node->kind == JSON_STRING && slice_to_i64(node->text, &ms))) {
        ms = node->kind == JSON_INT ? node->i64 : ms;
        return __builtin_mul_overflow(ms, US_PER_MS, &time_us) ? 0 : time_us;
    }
    return node->kind == JSON_STRING && time_parse(node->text, feed->zone_offset_us, &time_us) ? time_us : 0;
}

// What it says was checked by the engine, which refuses what it does not understand.
static void take_change(struct feed *feed, struct feed_batch *batch, const struct journal_entry *entry, int64_t message, struct arena *arena) {
    JsonTree tree;
    if (entry->kind != KIND_CHANGE || slice_find(entry->data, SLICE("\"$list\""), 0) == SIZE_MAX || json_parse(feed->json, entry->data, &tree) != STATUS_OK ||
        tree.nodes[0].kind != JSON_OBJECT) {
        return; // of a table
    }
    struct list_met met = {.sequence = entry->sequence,
                           .at_us = entry->time_us,
                           .list = text_in(tree, "$list", arena),
                           .key = key_of(tree, arena),
                           .removes = slice_is(text_in(tree, "op", arena), "remove"),
                           .source = text_in(tree, "source", arena),
                           .reason = text_in(tree, "reason", arena),
                           .message = message};
    if (!met.removes) {
        met.from_us = time_in(feed, tree, "begin");
        met.until_us = time_in(feed, tree, "end");
    }
    met.hash = knowledge_key(&met.key, 1);
    if (!slice_empty(met.list) && !slice_empty(met.key)) {
        batch->met[batch->met_count++] = met;
    }
}

// ---- a batch ------------------------------------------------------------------------------------

static Status take_entry(struct feed *feed, struct feed_batch *batch,
                         const struct journal_entry *entry, struct arena *arena,
                         struct diag *diag) {
    batch->first_us = batch->first_us == 0 ? entry->time_us : batch->first_us;
    if (entry->kind == KIND_EVENT) {
        buf_reset(&feed->event);
        buf_put(&feed->event, entry->data);
        feed->event_sequence = entry->sequence;
        return STATUS_OK;
    }
    if (entry->kind == KIND_DECISION) {
        take_decision(feed, batch, entry, arena);
    } else if (entry->kind == KIND_NIGHT_DECISION) {
        TRY(take_night(feed, batch, entry, arena, diag));
    } else if (entry->kind == KIND_LABEL || entry->kind == KIND_CHANGE) {
        int64_t message = engine_message_of(entry, feed->json);
        if (message != 0) {
            batch->settled[batch->settled_count++] = message;
        }
        take_change(feed, batch, entry, message, arena);
    }
    batch->upto = entry->sequence;
    return STATUS_OK;
}

// Behind what was taken, unless it stands there already.
static Status go_to(struct feed *feed, uint64_t from, struct arena *arena, struct diag *diag) {
    uint64_t at = feed->event_sequence != 0 ? feed->event_sequence : feed->next;
    if (feed->next != 0 && at == from + 1) {
        return STATUS_OK;
    }
    close_reader(feed);
    feed->event_sequence = 0;
    feed->next = from + 1;
    if (from == 0) { // a new store begins with what there is
        uint64_t oldest;
        TRY(find_oldest(feed, &oldest, arena, diag));
        feed->next = oldest > 1 ? oldest : 1;
    }
    return STATUS_OK;
}

static bool is_full(const struct feed_batch *batch, uint32_t records) {
    return batch->count == FEED_OUTCOMES_MAX || batch->settled_count == FEED_SETTLED_MAX ||
           batch->met_count == FEED_MET_MAX ||
           batch->bytes >= FEED_BYTES_MAX || records == FEED_RECORDS_MAX;
}

Status feed_read(struct feed *feed, uint64_t from, struct arena *arena,
                 struct feed_batch *ret_batch, struct diag *diag) {
    struct feed_batch batch = {.outcomes = ARENA_ARRAY(arena, struct outcome, FEED_OUTCOMES_MAX),
                               .settled = ARENA_ARRAY(arena, int64_t, FEED_SETTLED_MAX),
                               .met = ARENA_ARRAY(arena, struct list_met, FEED_MET_MAX),
                               .from = from,
                               .upto = from};
    struct journal_entry entry;
    Status status = STATUS_OK;
    TRY(go_to(feed, from, arena, diag));
    for (uint32_t records = 0; status == STATUS_OK && !batch.is_full; records++) {
        status = next_entry(feed, &entry, arena, diag);
        if (status == STATUS_OK) {
            TRY(take_entry(feed, &batch, &entry, arena, diag));
            batch.is_full = is_full(&batch, records);
        }
    }
    ENSURE(status == STATUS_OK || status == STATUS_END, status);
    *ret_batch = batch;
    return STATUS_OK;
}

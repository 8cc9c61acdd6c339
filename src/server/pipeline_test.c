// The pipeline on journals and snapshots that it would not have written itself: what they lack or changed is found.

#include "server/pipeline.h"

#include "base/test.h"
#include "journal/snapshot.h"
#include "os/file.h"
#include "os/memory.h"
#include "os/scratch_test.h"

enum { KIND_DECISION = 4, EVENTS = 3, PACK_FILE_MAX = 1 << 20, SEGMENT_BYTES = 8 << 20 };

struct world {
    struct scratch scratch;
    struct catalogue *catalogue;
    struct pack_file *files;
    uint32_t file_count;
    struct memory_pool memory;
    struct heart *heart;
};

static bool world_init(struct world *w) {
    *w = (struct world){0};
    CHECK(scratch_make(&w->scratch, NULL));
    const char *root = getenv("QIANTANG_ROOT");
    Slice pack = arena_printf(&w->scratch.arena, "%s/tests/packs/payments", root == NULL ? "." : root);
    FileList list;
    CHECK(file_list(pack, SLICE(".yaml"), true, &w->scratch.arena, &list, &w->scratch.diag) == STATUS_OK);
    w->files = ARENA_ARRAY(&w->scratch.arena, struct pack_file, list.count);
    for (uint32_t i = 0; i < list.count; i++) {
        struct pack_file *file = &w->files[w->file_count];
        file->path = slice_part(list.paths[i], pack.size + 1, SIZE_MAX);
        file->source.name = list.paths[i];
        CHECK(file_read(list.paths[i], PACK_FILE_MAX, &w->scratch.arena, &file->source.text, &w->scratch.diag) == STATUS_OK);
        w->file_count += !slice_starts_with(file->path, SLICE("tests/"));
    }
    w->catalogue = catalogue_create();
    CHECK(catalogue_load(w->catalogue, w->files, w->file_count) == STATUS_OK);
    return true;
}

static void forget(struct world *w) {
    heart_destroy(w->heart);
    memory_pool_release(&w->memory);
    w->heart = NULL;
}

// As a process that has just begun.
static void start_anew(struct world *w) {
    forget(w);
    w->memory = (struct memory_pool){0};
    struct knowledge *knowledge = knowledge_create(w->catalogue->knowledge, w->catalogue->money_digits, w->catalogue->zone_offset_us);
    catalogue_load_knowledge(w->catalogue, w->files, w->file_count, knowledge);
    w->heart = heart_create(w->catalogue, knowledge, memory_pool_map, &w->memory);
}

static bool world_deinit(struct world *w) {
    forget(w);
    catalogue_destroy(w->catalogue);
    return scratch_remove(&w->scratch);
}

static Slice make_folder(struct world *w, const char *name) {
    Slice path = scratch_path(&w->scratch, name);
    INVARIANT(file_make_directory(path, &w->scratch.arena, &w->scratch.diag) == STATUS_OK);
    return path;
}

static Status open_pipeline(struct world *w, Slice folder, struct pipeline **ret_pipeline, struct pipeline_opened *ret_opened) {
    struct pipeline_options options = {.folder = folder, .segment_bytes = SEGMENT_BYTES};
    start_anew(w);
    return pipeline_open(w->heart, &options, &w->scratch.arena, ret_pipeline, ret_opened, &w->scratch.diag);
}

static Status close_pipeline(struct world *w, struct pipeline *pipeline) {
    return pipeline_close(pipeline, &w->scratch.arena, &w->scratch.diag);
}

static void nothing(struct work *work) {
    (void)work;
}

// Decides some payments and leaves the journal and a snapshot in the folder.
static bool decide_some(struct world *w, Slice folder) {
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    struct work works[EVENTS] = {0};
    CHECK(open_pipeline(w, folder, &pipeline, &opened) == STATUS_OK);
    for (int i = 0; i < EVENTS; i++) {
        works[i].record = arena_printf(&w->scratch.arena,
                                       "{\"event_id\":\"%d\",\"event_type\":\"pay\",\"event_time\":%lld,\"phase\":\"REQUEST\",\"account\":\"a\",\"payee\":\"p\","
                                       "\"amount\":10000}",
                                       i, 1795420800000LL + i * 1000);
        works[i].done = nothing;
        buf_init(&works[i].answer, 1 << 20);
        CHECK(pipeline_submit(pipeline, &works[i]));
    }
    CHECK(close_pipeline(w, pipeline) == STATUS_OK);
    for (int i = 0; i < EVENTS; i++) {
        CHECK_THAT(works[i].outcome == PIPELINE_DONE && works[i].answer.size > 0, "%s %s", works[i].code, works[i].reason);
        buf_deinit(&works[i].answer);
    }
    return true;
}

// The same journal without one of its decisions; they count from 1, and 0 leaves all.
static bool copy_without(struct world *w, Slice from, Slice to, int left_out) {
    struct journal_reader *reader;
    struct journal *journal;
    struct journal_recovery recovery;
    struct journal_entry entry;
    struct journal_options options = {.created_us = 1, .segment_bytes = SEGMENT_BYTES};
    Status status;
    int decisions = 0;
    CHECK(journal_open(disk_real(), to, &options, &w->scratch.arena, &journal, &recovery, &w->scratch.diag) == STATUS_OK);
    CHECK(journal_reader_open(disk_real(), from, 1, (struct journal_reader_options){.chain = true}, &w->scratch.arena, &reader,
                              &w->scratch.diag) == STATUS_OK);
    while ((status = journal_reader_next(reader, &entry, &w->scratch.arena, &w->scratch.diag)) == STATUS_OK) {
        decisions += entry.kind == KIND_DECISION;
        if (entry.kind == KIND_DECISION && decisions == left_out) {
            continue;
        }
        struct journal_record record = {.kind = entry.kind, .flags = entry.flags, .time_us = entry.time_us, .data = entry.data};
        uint64_t sequence;
        CHECK(journal_append(journal, &record, &sequence) == STATUS_OK);
    }
    CHECK(status == STATUS_END && decisions == EVENTS);
    journal_reader_close(reader);
    return journal_close(journal, &w->scratch.arena, &w->scratch.diag) == STATUS_OK;
}

static Status verify(struct world *w, Slice folder, struct pipeline_opened *ret_opened) {
    start_anew(w);
    return pipeline_verify(w->heart, folder, &w->scratch.arena, ret_opened, &w->scratch.diag);
}

static bool test_a_missing_decision_is_found(void) {
    struct world w;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    CHECK(world_init(&w));
    Slice whole = make_folder(&w, "whole");
    Slice same = make_folder(&w, "same");
    Slice hole = make_folder(&w, "hole");
    CHECK(decide_some(&w, whole));
    CHECK(copy_without(&w, whole, same, 0) && verify(&w, same, &opened) == STATUS_OK && opened.decisions == EVENTS);
    CHECK(copy_without(&w, whole, hole, 2) && verify(&w, hole, &opened) == STATUS_INVALID);
    CHECK(strcmp(w.scratch.diag.code, "SV001") == 0 && slice_find(w.scratch.diag.message, SLICE("missing"), 0) != SIZE_MAX);
    CHECK(open_pipeline(&w, hole, &pipeline, &opened) == STATUS_INVALID && strcmp(w.scratch.diag.code, "SV001") == 0);
    return world_deinit(&w);
}

// Cut off between an event and its decision: the decision is given when it is opened.
static bool test_the_last_decision_is_made_up_for(void) {
    struct world w;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    CHECK(world_init(&w));
    Slice whole = make_folder(&w, "whole");
    Slice cut = make_folder(&w, "cut");
    CHECK(decide_some(&w, whole) && copy_without(&w, whole, cut, EVENTS));
    CHECK(verify(&w, cut, &opened) == STATUS_OK && opened.decisions == EVENTS - 1);
    CHECK(open_pipeline(&w, cut, &pipeline, &opened) == STATUS_OK && opened.decisions == EVENTS - 1);
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    CHECK(verify(&w, cut, &opened) == STATUS_OK && opened.decisions == EVENTS);
    return world_deinit(&w);
}

// Replaces the newest snapshot by one of the same chunks with another hash of the state.
static bool forge_hash(struct world *w, Slice folder, uint64_t sequence) {
    struct snapshot_reader *reader;
    struct snapshot_writer *writer;
    struct arena *arena = &w->scratch.arena;
    struct diag *diag = &w->scratch.diag;
    Slice chunk;
    Status status;
    CHECK(snapshot_open(disk_real(), folder, sequence, arena, &reader, diag) == STATUS_OK);
    struct snapshot_options options = {.compress = true, .created_us = 1};
    memcpy(options.label, snapshot_info(reader)->label, sizeof options.label);
    CHECK(snapshot_create(disk_real(), folder, sequence, &options, arena, &writer, diag) == STATUS_OK);
    while ((status = snapshot_read(reader, &chunk, arena, diag)) == STATUS_OK) {
        snapshot_write(writer, chunk);
    }
    CHECK(status == STATUS_END);
    uint8_t hash[SNAPSHOT_HASH_SIZE];
    memcpy(hash, snapshot_info(reader)->state_hash, sizeof hash);
    hash[0] ^= 1;
    snapshot_close(reader);
    return snapshot_commit(writer, hash, arena, diag) == STATUS_OK;
}

static bool test_a_snapshot_of_another_state_is_refused(void) {
    struct world w;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    CHECK(world_init(&w));
    Slice folder = make_folder(&w, "journal");
    CHECK(decide_some(&w, folder));
    CHECK(open_pipeline(&w, folder, &pipeline, &opened) == STATUS_OK);
    uint64_t sequence = opened.snapshot_sequence;
    CHECK(sequence == 1 + 2 * EVENTS && opened.records == 0);
    CHECK(close_pipeline(&w, pipeline) == STATUS_OK);
    CHECK(forge_hash(&w, folder, sequence));
    CHECK(open_pipeline(&w, folder, &pipeline, &opened) == STATUS_INVALID && strcmp(w.scratch.diag.code, "SV003") == 0);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_a_missing_decision_is_found), TEST(test_the_last_decision_is_made_up_for),
                                        TEST(test_a_snapshot_of_another_state_is_refused)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

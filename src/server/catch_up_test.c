// Catching up on the days of a made-up bank: the heart that comes out is that of deciding one by one, with one thread that reads and with several,
// across releases and changes, and where the journal ends between an event and its decision. What does not belong to the program is refused.

#include "server/catch_up.h"

#include "os/disk.h"
#include "os/scratch_test.h"
#include "server/made_bank_test.h"
#include "server/records.h"

enum { CUSTOMERS = 300, DAYS = 3, SEGMENT_BYTES = 4 << 20, RELEASE_EVERY = 1500, LABEL_EVERY = 200 };

struct bank {
    struct world world;
    struct scratch scratch;
    uint64_t hash; // of the heart that decided
    uint64_t noted, labels, last_noted;
};

// ---- the journal ------------------------------------------------------------------------------------------

static bool append(struct journal *journal, uint8_t kind, uint16_t flags, Slice data) {
    uint64_t sequence;
    CHECK(journal_wait_room(journal, data.size) == STATUS_OK);
    return journal_append(journal, &(struct journal_record){.kind = kind, .flags = flags, .data = data}, &sequence) == STATUS_OK;
}

static bool append_release(struct bank *b, struct journal *journal, const char *state) {
    return append(journal, KIND_RELEASE, 0,
                  arena_printf(&b->scratch.arena, "{\"catalogue\":\"%.*s\",\"state\":\"%s\"}", SLICE_ARGS(b->world.catalogue->label), state));
}

// Decides on a record and appends it with what came of it; one that was known or is refused stands in no journal.
static bool append_record(struct bank *b, struct journal *journal, struct heart *heart, struct record *record) {
    struct heart_refusal refusal;
    struct buf answer;
    buf_init(&answer, 16 << 20);
    HeartAnswer what = heart_take(heart, record->text, (HeartEffort){.effort = record->effort}, &answer, &refusal);
    bool ok = true;
    if (what == HEART_CHANGED) {
        ok = append(journal, KIND_CHANGE, 0, record->text);
    } else if (what == HEART_DECIDED) {
        record->answer = arena_copy(&b->world.arena, buf_slice(&answer));
        ok = append(journal, KIND_EVENT, (uint16_t)record->effort, record->text) && append(journal, KIND_DECISION, 0, record->answer);
    }
    buf_deinit(&answer);
    return ok;
}

static bool open_journal(struct bank *b, const char *name, struct journal **ret_journal) {
    struct journal_options options = {.created_us = 1, .segment_bytes = SEGMENT_BYTES, .pending_bytes = 1 << 20};
    struct journal_recovery recovery;
    Slice folder = scratch_path(&b->scratch, name);
    CHECK(file_make_directory(folder, &b->scratch.arena, &b->scratch.diag) == STATUS_OK);
    return journal_open(disk_real(), folder, &options, &b->scratch.arena, ret_journal, &recovery, &b->scratch.diag) == STATUS_OK;
}

static bool write_all(struct bank *b, struct journal *journal, struct heart *heart) {
    CHECK(append_release(b, journal, "new"));
    for (uint32_t i = 0; i < b->world.records.count; i++) {
        CHECK(append_record(b, journal, heart, &b->world.records.at[i]));
        if (i % LABEL_EVERY == LABEL_EVERY - 1) {
            CHECK(append(journal, KIND_LABEL, 0, SLICE("{\"event_id\":\"E1\",\"label\":\"TEST\"}")));
        }
        if (i % RELEASE_EVERY == RELEASE_EVERY - 1) {
            CHECK(append_release(b, journal, "kept"));
        }
    }
    return true;
}

static bool bank_init(struct bank *b, bool cramped) {
    struct life life;
    struct journal *journal;
    *b = (struct bank){0};
    CHECK(scratch_make(&b->scratch, NULL) && world_init(&b->world, CUSTOMERS, DAYS, cramped) && open_journal(b, "whole", &journal));
    CHECK(write_all(b, journal, be_born(&life, &b->world, true)));
    b->hash = heart_hash(life.heart);
    die(&life);
    return journal_close(journal, &b->scratch.arena, &b->scratch.diag) == STATUS_OK;
}

static bool bank_deinit(struct bank *b) {
    world_deinit(&b->world);
    return scratch_remove(&b->scratch);
}

// ---- catching up ------------------------------------------------------------------------------------------

static struct heart *make(void *context, Hash128 label, ModelScope scope, bool with_lists, struct arena *arena, struct diag *diag) {
    struct bank *b = context;
    struct life life;
    (void)label;
    (void)scope;
    (void)arena;
    (void)diag;
    return be_born(&life, &b->world, with_lists);
}

static void note(void *context, Hash128 event_id, bool is_label, uint64_t sequence) {
    struct bank *b = context;
    (void)event_id;
    b->noted += !is_label;
    b->labels += is_label;
    INVARIANT(sequence > b->last_noted);
    b->last_noted = sequence;
}

// `replay` begins and is ended by the caller.
static Status catch(struct bank *b, const char *name, uint32_t threads, struct replay *replay) {
    *replay = (struct replay){
        .source = {b, make}, .folder = scratch_path(&b->scratch, name), .scope = SCOPE_ALL, .noted = note, .noted_context = b, .threads = threads};
    b->noted = b->labels = b->last_noted = 0;
    Status status = replay_begin(replay, &b->scratch.arena, &b->scratch.diag);
    return status == STATUS_OK ? catch_up(replay, &b->scratch.arena, &b->scratch.diag) : status;
}

static bool comes_to_the_same(struct bank *b, uint32_t threads) {
    struct replay replay;
    CHECK_THAT(catch(b, "whole", threads, &replay) == STATUS_OK, "%.*s", SLICE_ARGS(b->scratch.diag.message));
    CHECK_THAT(heart_hash(replay.heart) == b->hash, "with %u threads", threads);
    CHECK(b->noted == replay.found.decisions && b->labels == b->world.records.count / LABEL_EVERY);
    CHECK(replay.found.releases == b->world.records.count / RELEASE_EVERY + 1);
    CHECK(!replay.owes_decision && replay.found.compared >= replay.found.decisions / CATCH_UP_CHECKED);
    CHECK(replay.found.decisions > 2000 && replay.found.decisions > replay.found.compared * 10);
    heart_destroy(replay.heart);
    replay_end(&replay);
    return true;
}

static bool catches_up(bool cramped) {
    struct bank b;
    CHECK(bank_init(&b, cramped));
    CHECK(comes_to_the_same(&b, 0) && comes_to_the_same(&b, 1) && comes_to_the_same(&b, 5));
    return bank_deinit(&b);
}

static bool test_catch_up(void) {
    return catches_up(false);
}

static bool test_catch_up_cramped(void) {
    return catches_up(true);
}

// ---- a journal that ends early, or is another's -----------------------------------------------------------

struct alteration {
    uint64_t ends_behind; // records
    uint64_t altered;     // a decision of which a byte is another
};

static bool copy_altered(struct bank *b, const char *to, struct alteration alteration) {
    struct journal *journal;
    struct journal_reader *reader;
    struct journal_entry entry;
    Status status;
    CHECK(open_journal(b, to, &journal));
    CHECK(journal_reader_open(disk_real(), scratch_path(&b->scratch, "whole"), 1, (struct journal_reader_options){0}, &b->scratch.arena, &reader,
                              &b->scratch.diag) == STATUS_OK);
    while ((status = journal_reader_next(reader, &entry, &b->scratch.arena, &b->scratch.diag)) == STATUS_OK && entry.sequence <= alteration.ends_behind) {
        Slice data = arena_copy(&b->scratch.arena, entry.data);
        if (entry.sequence == alteration.altered) {
            ((char *)(uintptr_t)data.at)[data.size / 2] ^= 1;
        }
        CHECK(append(journal, entry.kind, entry.flags, data));
    }
    journal_reader_close(reader);
    return journal_close(journal, &b->scratch.arena, &b->scratch.diag) == STATUS_OK;
}

// The sequence of the n-th decision.
static uint64_t find_decision(struct bank *b, uint64_t number) {
    struct journal_reader *reader;
    struct journal_entry entry = {0};
    INVARIANT(journal_reader_open(disk_real(), scratch_path(&b->scratch, "whole"), 1, (struct journal_reader_options){0}, &b->scratch.arena, &reader,
                                  &b->scratch.diag) == STATUS_OK);
    while (number > 0 && journal_reader_next(reader, &entry, &b->scratch.arena, &b->scratch.diag) == STATUS_OK) {
        number -= entry.kind == KIND_DECISION;
    }
    journal_reader_close(reader);
    return entry.sequence;
}

static bool test_the_last_decision_is_missing(void) {
    struct bank b;
    struct replay replay;
    CHECK(bank_init(&b, false));
    for (uint64_t number = 130; number < 600; number += 101) { // at different places of a batch
        uint64_t decision = find_decision(&b, number);
        const char *name = arena_printf(&b.scratch.arena, "cut%llu%c", (unsigned long long)number, 0).at;
        CHECK(copy_altered(&b, name, (struct alteration){.ends_behind = decision - 1}));
        CHECK(catch(&b, name, 1, &replay) == STATUS_OK && replay.owes_decision && replay.owed_by == decision - 1 && replay.found.decisions == number - 1);
        CHECK(replay.answer.size > 0);
        heart_destroy(replay.heart);
        replay_end(&replay);
    }
    return bank_deinit(&b);
}

// The first decision of all is among those that are made again; any other is not taken when it is no answer of the pack.
static bool test_what_another_program_decided(void) {
    struct bank b;
    struct replay replay;
    CHECK(bank_init(&b, false));
    CHECK(copy_altered(&b, "other", (struct alteration){.ends_behind = 1000, .altered = find_decision(&b, 1)}));
    CHECK(catch(&b, "other", 2, &replay) == STATUS_INVALID && replay.heart == NULL && strcmp(b.scratch.diag.code, "SV001") == 0);
    replay_end(&replay);
    return bank_deinit(&b);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_catch_up), TEST(test_catch_up_cramped), TEST(test_the_last_decision_is_missing),
                                        TEST(test_what_another_program_decided)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

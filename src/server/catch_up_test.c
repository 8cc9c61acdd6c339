// Catching up on the days of a made-up bank: the heart that comes out is that of deciding one by one, answers events that come again as that does, and
// goes on as that does. With one thread that reads and with several; across releases, changes of tables and lists, brakes, labels and findings of the night;
// and where the journal ends between an event and its decision. What does not belong to the program is refused.

#include "server/catch_up.h"

#include "os/disk.h"
#include "os/scratch_test.h"
#include "server/brake.h"
#include "server/made_bank_test.h"
#include "server/records.h"

enum { CUSTOMERS = 300, DAYS = 3, SEGMENT_BYTES = 4 << 20, RELEASE_EVERY = 1500, LABEL_EVERY = 200, BRAKE_EVERY = 250, NIGHT_EVERY = 170,
       LIST_EVERY = 90, GO_ON = 300, ASK_AGAIN_EVERY = 7, PADDING = 400000 };

struct bank {
    struct world world;
    struct scratch scratch;
    struct json_reader *json;
    uint64_t hash, last_hash; // of the heart that decided: at the journal's end, and GO_ON records later
    uint64_t changes;
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

// What is told of a record of the stream, and the line that came.
static HeartAnswer take(struct bank *b, struct heart *heart, const struct record *record, Slice *ret_answer) {
    struct heart_refusal refusal;
    struct buf answer;
    buf_init(&answer, 16 << 20);
    HeartAnswer what = heart_take(heart, record->text, (HeartEffort){.effort = record->effort}, &answer, &refusal);
    *ret_answer = arena_copy(&b->world.arena, buf_slice(&answer));
    buf_deinit(&answer);
    return what;
}

// Decides on a record and appends it with what came of it; one that was known or is refused stands in no journal.
static bool append_record(struct bank *b, struct journal *journal, struct heart *heart, struct record *record) {
    Slice answer;
    HeartAnswer what = take(b, heart, record, &answer);
    b->changes += what == HEART_CHANGED;
    if (what == HEART_CHANGED) {
        return append(journal, KIND_CHANGE, 0, record->text);
    }
    if (what != HEART_DECIDED) {
        return true;
    }
    record->answer = answer;
    return append(journal, KIND_EVENT, (uint16_t)record->effort, record->text) && append(journal, KIND_DECISION, 0, record->answer);
}

// Whoever got money of the event, on the list of grey accounts.
static bool append_listing(struct bank *b, struct journal *journal, struct heart *heart, Slice text, uint32_t number) {
    Slice name = SLICE("\"payee_acct_no\":\"");
    size_t at = slice_find(text, name, 0);
    if (at == SIZE_MAX) {
        return true;
    }
    at += name.size;
    Slice account = slice_part(text, at, slice_find_byte(text, '"', at) - at);
    Slice change = arena_printf(&b->world.arena, "{\"$list\":\"grey_acct\",\"op\":\"add\",\"key\":\"%.*s\",\"source\":\"bank\",\"reason\":\"seen\",\"begin\":1,\"time\":%u}",
                                SLICE_ARGS(account), number + 2);
    uint64_t before = b->changes;
    CHECK(append_record(b, journal, heart, &(struct record){.text = change}));
    return b->changes == before + 1;
}

// One channel after another is held and let go: what it holds is passed.
static bool append_brake(struct bank *b, struct journal *journal, struct heart *heart, uint32_t number) {
    static const char *const channels[] = {"MOBILE", "POS", "QR"};
    Slice text = arena_printf(&b->world.arena,
                              "{\"rule\":\"stops\",\"key\":\"%s\",\"held\":%s,\"then\":\"review\",\"over\":\"channel\",\"actions\":\"DELAY,REJECT\",\"instead\":\"PASS\","
                              "\"task\":\"MANUAL\"}",
                              channels[number % 3], number / 3 % 2 == 0 ? "true" : "false");
    return brake_apply(b->json, text, heart) && append(journal, KIND_BRAKE, 0, text);
}

static bool append_night(struct journal *journal) {
    return append(journal, KIND_NIGHT, 0, SLICE("{\"run\":1,\"state\":\"going\"}")) &&
           append(journal, KIND_NIGHT_DECISION, 0, SLICE("{\"run\":1,\"of\":2,\"decision\":{\"action\":\"PASS\"}}"));
}

static bool open_journal(struct bank *b, const char *name, struct journal **ret_journal) {
    struct journal_options options = {.created_us = 1, .segment_bytes = SEGMENT_BYTES, .pending_bytes = 1 << 20};
    struct journal_recovery recovery;
    Slice folder = scratch_path(&b->scratch, name);
    CHECK(file_make_directory(folder, &b->scratch.arena, &b->scratch.diag) == STATUS_OK);
    return journal_open(disk_real(), folder, &options, &b->scratch.arena, ret_journal, &recovery, &b->scratch.diag) == STATUS_OK;
}

// The record with a member that no schema knows: so large that a few of them fill a batch.
static void pad(struct bank *b, struct record *record) {
    char *text = arena_alloc(&b->world.arena, PADDING);
    memset(text, 'x', PADDING);
    record->text = arena_printf(&b->world.arena, "{\"nobody_knows\":\"%.*s\",%.*s", PADDING, text, (int)record->text.size - 1, record->text.at + 1);
}

static bool write_others(struct bank *b, struct journal *journal, struct heart *heart, uint32_t i) {
    CHECK(i % LABEL_EVERY != LABEL_EVERY - 1 || append(journal, KIND_LABEL, 0, SLICE("{\"event_id\":\"E1\",\"label\":\"TEST\"}")));
    CHECK(i % BRAKE_EVERY != BRAKE_EVERY - 1 || append_brake(b, journal, heart, i / BRAKE_EVERY));
    CHECK(i % NIGHT_EVERY != NIGHT_EVERY - 1 || append_night(journal));
    CHECK(i % LIST_EVERY != LIST_EVERY - 1 || append_listing(b, journal, heart, b->world.records.at[i].text, i));
    CHECK(i % RELEASE_EVERY != RELEASE_EVERY - 1 || append_release(b, journal, "kept"));
    return true;
}

static uint32_t journaled(const struct bank *b) {
    return b->world.records.count - GO_ON;
}

static bool write_all(struct bank *b, struct journal *journal, struct heart *heart) {
    CHECK(append_release(b, journal, "new"));
    for (uint32_t i = 0; i < journaled(b); i++) {
        if (i > 1000 && i < 1400 && i % 40 == 0) {
            pad(b, &b->world.records.at[i]);
        }
        CHECK(append_record(b, journal, heart, &b->world.records.at[i]));
        CHECK(write_others(b, journal, heart, i));
    }
    return b->changes > 50;
}

// What the stream goes on with.
static void go_on(struct bank *b, struct heart *heart) {
    Slice answer;
    for (uint32_t i = journaled(b); i < b->world.records.count; i++) {
        struct record *record = &b->world.records.at[i];
        record->answer = take(b, heart, record, &answer) == HEART_DECIDED ? answer : (Slice){0};
    }
}

static bool bank_init(struct bank *b, bool cramped) {
    struct life life;
    struct journal *journal;
    *b = (struct bank){.json = json_reader_create(1 << 20, 16)};
    CHECK(scratch_make(&b->scratch, NULL) && world_init(&b->world, CUSTOMERS, DAYS, cramped) && open_journal(b, "whole", &journal));
    CHECK(write_all(b, journal, be_born(&life, &b->world, true)));
    b->hash = heart_hash(life.heart);
    go_on(b, life.heart);
    b->last_hash = heart_hash(life.heart);
    die(&life);
    return journal_close(journal, &b->scratch.arena, &b->scratch.diag) == STATUS_OK;
}

static bool bank_deinit(struct bank *b) {
    world_deinit(&b->world);
    json_reader_destroy(b->json);
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

// Events that come again get the line that they got, as long as they are remembered, and leave nothing.
static bool knows_what_it_answered(struct bank *b, struct heart *heart) {
    Slice answer;
    uint32_t known = 0;
    for (uint32_t i = 0; i < 1000; i += ASK_AGAIN_EVERY) { // from the last one on
        const struct record *record = &b->world.records.at[journaled(b) - 1 - i];
        if (record->answer.size == 0) {
            continue; // it came again itself, or is a change
        }
        CHECK(take(b, heart, record, &answer) == HEART_KNOWN && slice_equal(answer, record->answer));
        known++;
    }
    CHECK_THAT(known > 50, "%u", known);
    CHECK(heart_hash(heart) == b->hash);
    return true;
}

static bool goes_on_the_same(struct bank *b, struct heart *heart) {
    Slice answer;
    for (uint32_t i = journaled(b); i < b->world.records.count; i++) {
        const struct record *record = &b->world.records.at[i];
        bool decided = take(b, heart, record, &answer) == HEART_DECIDED;
        CHECK_THAT(slice_equal(decided ? answer : (Slice){0}, record->answer), "record %u: %.*s", i, SLICE_ARGS(answer));
    }
    CHECK(heart_hash(heart) == b->last_hash);
    return true;
}

static bool comes_to_the_same(struct bank *b, uint32_t threads) {
    struct replay replay;
    CHECK_THAT(catch(b, "whole", threads, &replay) == STATUS_OK, "%.*s", SLICE_ARGS(b->scratch.diag.message));
    CHECK_THAT(heart_hash(replay.heart) == b->hash, "with %u threads", threads);
    CHECK(b->noted == replay.found.decisions && b->labels == journaled(b) / LABEL_EVERY);
    CHECK(replay.found.releases == journaled(b) / RELEASE_EVERY + 1);
    CHECK(!replay.owes_decision && replay.found.compared >= replay.found.decisions / CATCH_UP_CHECKED);
    CHECK(replay.found.decisions > 2000 && replay.found.decisions > replay.found.compared * 10);
    CHECK(knows_what_it_answered(b, replay.heart) && goes_on_the_same(b, replay.heart));
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
    uint64_t altered;     // a record of which a byte is another
    const char *behind;   // that one; NULL: in the middle
    uint64_t left_out;    // a record
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
            size_t at = alteration.behind == NULL ? data.size / 2 : slice_find(data, slice_of(alteration.behind), 0) + strlen(alteration.behind);
            CHECK(at < data.size);
            ((char *)(uintptr_t)data.at)[at] ^= 1;
        }
        CHECK(entry.sequence == alteration.left_out || append(journal, entry.kind, entry.flags, data));
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

static bool is_refused(struct bank *b, const char *name, uint32_t threads, const char *code) {
    struct replay replay;
    CHECK(catch(b, name, threads, &replay) == STATUS_INVALID && replay.heart == NULL);
    CHECK_THAT(strcmp(b->scratch.diag.code, code) == 0 && b->scratch.diag.message.size > 0, "%s", b->scratch.diag.code);
    replay_end(&replay);
    return true;
}

// The first decision of all is among those that are made again; any other is not taken when it is no answer of the pack.
static bool test_what_another_program_decided(void) {
    struct bank b;
    CHECK(bank_init(&b, false));
    CHECK(copy_altered(&b, "other", (struct alteration){.ends_behind = 1000, .altered = find_decision(&b, 1)}));
    CHECK(copy_altered(&b, "no answer", (struct alteration){.ends_behind = 5000, .altered = find_decision(&b, 1000), .behind = "\"catalogue\":\""}));
    CHECK(is_refused(&b, "other", 2, "SV001") && is_refused(&b, "no answer", 2, "SV001"));
    return bank_deinit(&b);
}

// In the middle of a batch, with threads that are batches ahead.
static bool test_what_is_out_of_place(void) {
    struct bank b;
    CHECK(bank_init(&b, false));
    uint64_t decision = find_decision(&b, 700);
    CHECK(copy_altered(&b, "no event", (struct alteration){.ends_behind = 6000, .altered = decision - 1, .behind = "{"})); // it cannot be parsed
    CHECK(copy_altered(&b, "no decision", (struct alteration){.ends_behind = 6000, .left_out = decision}));
    CHECK(copy_altered(&b, "only a decision", (struct alteration){.ends_behind = 6000, .left_out = decision - 1}));
    CHECK(copy_altered(&b, "no release", (struct alteration){.ends_behind = 6000, .left_out = 1}));
    for (uint32_t threads = 1; threads <= 3; threads += 2) {
        CHECK(is_refused(&b, "no event", threads, "SV001") && is_refused(&b, "no decision", threads, "SV001"));
        CHECK(is_refused(&b, "only a decision", threads, "SV001") && is_refused(&b, "no release", threads, "SV001"));
    }
    return bank_deinit(&b);
}

// A segment that was damaged: what is wrong is the journal's own word, which outlives the reading.
static bool test_a_damaged_journal(void) {
    struct bank b;
    Slice text;
    CHECK(bank_init(&b, false) && copy_altered(&b, "damaged", (struct alteration){.ends_behind = 4000}));
    FileList list;
    CHECK(file_list(scratch_path(&b.scratch, "damaged"), SLICE(""), false, &b.scratch.arena, &list, &b.scratch.diag) == STATUS_OK && list.count > 0);
    CHECK(file_read(list.paths[0], SEGMENT_BYTES, &b.scratch.arena, &text, &b.scratch.diag) == STATUS_OK);
    size_t at = 0;
    for (size_t next; (next = slice_find(text, SLICE("\"event_id\""), at + 1)) != SIZE_MAX;) {
        at = next; // the last one: many frames and batches are good
    }
    ((char *)(uintptr_t)text.at)[at + 1] ^= 1;
    CHECK(file_write(list.paths[0], text, &b.scratch.arena, &b.scratch.diag) == STATUS_OK);
    for (uint32_t threads = 1; threads <= 3; threads += 2) {
        struct replay replay;
        Status status = catch(&b, "damaged", threads, &replay);
        CHECK_THAT(status != STATUS_OK && replay.heart == NULL && replay.found.decisions > 100, "%d, %llu decisions", status, (unsigned long long)replay.found.decisions);
        CHECK(strncmp(b.scratch.diag.code, "JO", 2) == 0 && slice_find(b.scratch.diag.message, SLICE("damaged"), 0) != SIZE_MAX);
        replay_end(&replay);
    }
    return bank_deinit(&b);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_catch_up), TEST(test_catch_up_cramped), TEST(test_the_last_decision_is_missing),
                                        TEST(test_what_another_program_decided), TEST(test_what_is_out_of_place), TEST(test_a_damaged_journal)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

// What whoever writes a model is shown of it: what came of its sequences (bench.h), and what other thresholds would have done in the last events (sweep.h).

#include "server/bench.h"
#include "server/sweep.h"

#include "base/test.h"
#include "codec/json.h"
#include "os/file.h"
#include "os/scratch_test.h"
#include "server/pipeline.h"
#include "server/shelf.h"
#include "server/snapshots.h"

#include <unistd.h>

struct world {
    struct scratch scratch;
    struct pack_folder pack;
    struct json_reader *json;
    struct buf out;
    JsonTree tree; // of what was told
};

// The test's pack, with one file in the place of its own.
static bool world_init(struct world *w, const struct pack_file *file) {
    const char *root = getenv("QIANTANG_ROOT");
    *w = (struct world){.json = json_reader_create(1 << 20, 16)};
    CHECK(scratch_make(&w->scratch, NULL));
    buf_init(&w->out, 1 << 20);
    pack_init(&w->pack, arena_printf(&w->scratch.arena, "%s/tests/packs/payments", root == NULL ? "." : root));
    CHECK(pack_read(&w->pack, NULL, 0, &w->scratch.diag) == STATUS_OK);
    for (uint32_t i = 0; file != NULL && i < w->pack.file_count; i++) {
        if (slice_equal(w->pack.files[i].path, file->path)) {
            w->pack.files[i].source.text = file->source.text;
        }
    }
    CHECK(pack_compile(&w->pack) == STATUS_OK);
    return true;
}

static bool world_deinit(struct world *w) {
    buf_deinit(&w->out);
    json_reader_destroy(w->json);
    pack_close(&w->pack);
    return scratch_remove(&w->scratch);
}

static Slice file_text(struct world *w, const char *path) {
    const struct pack_file *file = pack_find(&w->pack, slice_of(path));
    return file == NULL ? SLICE("") : file->source.text;
}

static const struct json_node *member(struct world *w, uint32_t object, const char *name) {
    uint32_t at = json_member(w->tree, object, slice_of(name));
    return at == JSON_NONE ? NULL : &w->tree.nodes[at];
}

static bool text_is(struct world *w, uint32_t object, const char *name, const char *text) {
    const struct json_node *node = member(w, object, name);
    return node != NULL && node->kind == JSON_STRING && slice_is(node->text, text);
}

static bool bool_is(struct world *w, uint32_t object, const char *name, bool wanted) {
    const struct json_node *node = member(w, object, name);
    return node != NULL && node->kind == (wanted ? JSON_TRUE : JSON_FALSE);
}

static bool number_is(struct world *w, uint32_t object, const char *name, double wanted) {
    const struct json_node *node = member(w, object, name);
    double number;
    return node != NULL && json_number(node, &number) && number == wanted;
}

static bool is_null(struct world *w, uint32_t object, const char *name) {
    const struct json_node *node = member(w, object, name);
    return node != NULL && node->kind == JSON_NULL;
}

// The element of an array, or of a member that is one; JSON_NONE.
static uint32_t element(struct world *w, uint32_t array, uint32_t wanted) {
    uint32_t at = 0;
    JSON_EACH(w->tree, array, i) {
        if (at++ == wanted) {
            return i;
        }
    }
    return JSON_NONE;
}

// ---- the bench ----------------------------------------------------------------------------------------------

static bool play(struct world *w, const char *id) {
    struct json_writer json;
    const struct catalogue *catalogue = w->pack.catalogue;
    uint32_t index = map_get(&catalogue->models_by_id, slice_of(id));
    CHECK(index != MAP_NONE);
    buf_reset(&w->out);
    json_writer_init(&json, &w->out);
    bench_put_model(&w->pack, &catalogue->models.at[index], &json);
    json_writer_finish(&json);
    CHECK(json_parse(w->json, buf_slice(&w->out), &w->tree) == STATUS_OK && w->tree.nodes[0].kind == JSON_ARRAY);
    return true;
}

static bool test_sequences_as_they_should(void) {
    struct world w;
    CHECK(world_init(&w, NULL) && play(&w, "M-PX-01-A"));
    uint32_t fires = element(&w, 0, 0);
    uint32_t quiet = element(&w, 0, 1);
    CHECK(fires != JSON_NONE && quiet != JSON_NONE && element(&w, 0, 2) == JSON_NONE);
    CHECK(text_is(&w, fires, "test", "tests/px.jsonl#large") && bool_is(&w, fires, "expect", true) && bool_is(&w, fires, "fired", true) && bool_is(&w, fires, "passed", true));
    CHECK(text_is(&w, quiet, "test", "tests/px.jsonl#just-below") && bool_is(&w, quiet, "expect", false) && bool_is(&w, quiet, "fired", false) && bool_is(&w, quiet, "passed", true));
    // What it saw, without the parameter, which is no sight: 50,000.00 yuan and a fen less.
    uint32_t saw = json_member(w.tree, fires, SLICE("saw"));
    uint32_t amount = element(&w, saw, 0);
    CHECK(amount != JSON_NONE && element(&w, saw, 1) == JSON_NONE && text_is(&w, amount, "name", "event.amount"));
    CHECK_THAT(slice_find(member(&w, amount, "zh")->text, SLICE("50000"), 0) != SIZE_MAX || slice_find(member(&w, amount, "zh")->text, SLICE("50,000"), 0) != SIZE_MAX, "%.*s",
               SLICE_ARGS(member(&w, amount, "zh")->text));
    CHECK(element(&w, json_member(w.tree, fires, SLICE("says")), 0) == JSON_NONE);
    return world_deinit(&w);
}

// With a threshold that is far too high nothing fires, and that is told; the other sequence is as quiet as it should be.
static bool test_a_sequence_that_fails(void) {
    struct world w;
    CHECK(world_init(&w, NULL));
    Slice text = file_text(&w, "models/amount.yaml");
    size_t at = slice_find(text, SLICE("default: 50000"), 0);
    CHECK(at != SIZE_MAX);
    struct buf changed;
    buf_init(&changed, 1 << 16);
    buf_put(&changed, slice_part(text, 0, at));
    buf_put(&changed, SLICE("default: 900000"));
    buf_put(&changed, slice_part(text, at + sizeof "default: 50000" - 1, SIZE_MAX));
    struct world high;
    struct pack_file file = {.path = SLICE("models/amount.yaml"), .source = {.text = buf_slice(&changed)}};
    CHECK(world_init(&high, &file) && play(&high, "M-PX-01-A"));
    uint32_t fires = element(&high, 0, 0);
    CHECK(bool_is(&high, fires, "expect", true) && bool_is(&high, fires, "fired", false) && bool_is(&high, fires, "passed", false) && bool_is(&high, fires, "held", false));
    CHECK(bool_is(&high, element(&high, 0, 1), "passed", true));
    CHECK(world_deinit(&high));
    buf_deinit(&changed);
    return world_deinit(&w);
}

// A sequence that is not there cannot be played: it neither fired nor not, and it is said why.
static bool test_a_sequence_that_is_not_there(void) {
    struct world w;
    CHECK(world_init(&w, NULL));
    struct model model = w.pack.catalogue->models.at[map_get(&w.pack.catalogue->models_by_id, SLICE("M-PX-01-A"))];
    const Slice names[] = {SLICE("tests/px.jsonl#nothing")};
    struct json_writer json;
    model.fire_tests = names;
    model.fire_count = 1;
    model.quiet_count = 0;
    json_writer_init(&json, &w.out);
    bench_put_model(&w.pack, &model, &json);
    json_writer_finish(&json);
    CHECK(json_parse(w.json, buf_slice(&w.out), &w.tree) == STATUS_OK);
    uint32_t first = element(&w, 0, 0);
    CHECK(bool_is(&w, first, "passed", false) && is_null(&w, first, "fired"));
    CHECK(element(&w, json_member(w.tree, first, SLICE("says")), 0) != JSON_NONE && element(&w, json_member(w.tree, first, SLICE("saw")), 0) == JSON_NONE);
    return world_deinit(&w);
}

// ---- the sweep ----------------------------------------------------------------------------------------------

enum { EVENTS = 10, LABELS = 4 };

struct day {
    struct shelf *shelf;
    struct pipeline *pipeline;
    struct pipeline_opened opened;
    struct work works[EVENTS + LABELS];
    uint32_t count;
    atomic_uint done;
    Slice folder;
};

static void count_done(struct work *work) {
    struct day *day = work->user;
    atomic_fetch_add(&day->done, 1);
}

static bool submit(struct day *day, WorkKind kind, Slice record) {
    struct work *work = &day->works[day->count++];
    *work = (struct work){.kind = kind, .record = record, .done = count_done, .user = day};
    buf_init(&work->answer, 1 << 20);
    return pipeline_submit(day->pipeline, work);
}

// Payments of 10,000, 20,000 ... 100,000 yuan; of those of 60,000 and 90,000 it is known that they were fraud, of that of 30,000 that it was none. One word on that of 70,000
// was taken back by a later one.
static bool make_day(struct world *w, struct day *day) {
    struct arena *arena = &w->scratch.arena;
    struct diag *diag = &w->scratch.diag;
    Slice label;
    *day = (struct day){.folder = scratch_path(&w->scratch, "journal")};
    Slice packs = scratch_path(&w->scratch, "packs");
    CHECK(file_make_directory(packs, arena, diag) == STATUS_OK && file_make_directory(day->folder, arena, diag) == STATUS_OK);
    CHECK(shelf_open(packs, arena, &day->shelf, diag) == STATUS_OK && shelf_put(day->shelf, &w->pack, arena, &label, diag) == STATUS_OK);
    struct pipeline_options options = {.folder = day->folder, .source = shelf_source(day->shelf), .first = label_hash(label), .segment_bytes = 8 << 20};
    CHECK(pipeline_open(&options, arena, &day->pipeline, &day->opened, diag) == STATUS_OK);
    for (int i = 1; i <= EVENTS; i++) {
        CHECK(submit(day, WORK_RECORD,
                     arena_printf(arena,
                                  "{\"event_id\":\"%d\",\"event_type\":\"pay\",\"event_time\":%lld,\"phase\":\"REQUEST\",\"account\":\"a%d\",\"payee\":\"p\",\"channel\":\"MOBILE\",\"amount\":%lld}",
                                  i, 1795420800000LL + i * 1000LL, i, i * 1000000LL)));
    }
    CHECK(submit(day, WORK_LABEL, SLICE("{\"event_id\":\"6\",\"label\":\"CONFIRMED_FRAUD\"}")) && submit(day, WORK_LABEL, SLICE("{\"event_id\":\"9\",\"label\":\"CONFIRMED_MULE\"}")));
    CHECK(submit(day, WORK_LABEL, SLICE("{\"event_id\":\"7\",\"label\":\"CONFIRMED_FRAUD\"}")) && submit(day, WORK_LABEL, SLICE("{\"event_id\":\"7\",\"label\":\"FALSE_POSITIVE\"}")));
    while (atomic_load(&day->done) < day->count) {
        usleep(1000);
    }
    return true;
}

static bool end_day(struct world *w, struct day *day) {
    CHECK(pipeline_close(day->pipeline, &w->scratch.arena, &w->scratch.diag) == STATUS_OK);
    for (uint32_t i = 0; i < day->count; i++) {
        buf_deinit(&day->works[i].answer);
    }
    shelf_close(day->shelf);
    return true;
}

static Status sweep_of(struct world *w, const struct day *day, const char *model, const char *parameter, uint64_t events) {
    struct sweep sweep = {
        .pack = &w->pack,
        .model = slice_of(model),
        .parameter = slice_of(parameter),
        .from = 15000,
        .to = 95000,
        .steps = 5,
        .others = shelf_source(day->shelf),
        .folder = day->folder,
        .journal = pipeline_journal(day->pipeline),
        .events = events,
    };
    buf_reset(&w->out);
    return sweep_thresholds(&sweep, &w->scratch.arena, &w->out, &w->scratch.diag);
}

static bool step_is(struct world *w, uint32_t steps, uint32_t at, double value, double hits, double fraud, double genuine, double precision) {
    uint32_t step = element(w, steps, at);
    CHECK_THAT(number_is(w, step, "value", value) && number_is(w, step, "hits", hits) && number_is(w, step, "per_10000", hits * 1000), "step %u", at);
    CHECK_THAT(number_is(w, step, "fraud", fraud) && number_is(w, step, "genuine", genuine), "step %u", at);
    CHECK_THAT(precision < 0 ? is_null(w, step, "precision") : number_is(w, step, "precision", precision), "step %u", at);
    return true;
}

static bool test_thresholds(void) {
    struct world w;
    struct day day;
    CHECK(world_init(&w, NULL) && make_day(&w, &day));
    CHECK(sweep_of(&w, &day, "M-PX-01-A", "amount_min", 1000) == STATUS_OK);
    CHECK(json_parse(w.json, buf_slice(&w.out), &w.tree) == STATUS_OK);
    CHECK(text_is(&w, 0, "model", "M-PX-01-A") && text_is(&w, 0, "parameter", "amount_min") && text_is(&w, 0, "unit", "CNY"));
    CHECK(number_is(&w, 0, "current", 50000) && number_is(&w, 0, "current_hits", 6) && number_is(&w, 0, "events", EVENTS) && number_is(&w, 0, "watched", EVENTS));
    CHECK(bool_is(&w, 0, "labels_cut", false));
    uint32_t steps = json_member(w.tree, 0, SLICE("steps"));
    CHECK(step_is(&w, steps, 0, 15000, 9, 2, 1, 2.0 / 3) && step_is(&w, steps, 1, 35000, 7, 2, 1, 2.0 / 3) && step_is(&w, steps, 2, 55000, 5, 2, 1, 2.0 / 3));
    CHECK(step_is(&w, steps, 3, 75000, 3, 1, 0, 1) && step_is(&w, steps, 4, 95000, 1, 0, 0, -1));
    CHECK(element(&w, steps, 5) == JSON_NONE);
    return end_day(&w, &day) && world_deinit(&w);
}

static bool test_what_cannot_be_swept(void) {
    struct world w;
    struct day day;
    CHECK(world_init(&w, NULL) && make_day(&w, &day));
    CHECK(sweep_of(&w, &day, "M-XX", "amount_min", 10) == STATUS_NOT_FOUND && strcmp(w.scratch.diag.code, "RL008") == 0);
    CHECK(sweep_of(&w, &day, "M-PX-01-A", "nothing", 10) == STATUS_INVALID && strcmp(w.scratch.diag.code, "RL008") == 0);
    CHECK(sweep_of(&w, &day, "M-PX-02-A", "amount_min", 10) == STATUS_INVALID && strcmp(w.scratch.diag.code, "RL008") == 0); // it has no parameter at all
    CHECK(w.out.size == 0);
    return end_day(&w, &day) && world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_sequences_as_they_should), TEST(test_a_sequence_that_fails), TEST(test_a_sequence_that_is_not_there), TEST(test_thresholds),
                                        TEST(test_what_cannot_be_swept)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

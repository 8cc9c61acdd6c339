// The register of subjects: what it remembers of whom, its cap, its way through an image, and from one pack to the next.

#include "server/subjects.h"

#include "base/test.h"
#include "monitoring/stream/intake.h"
#include "os/scratch_test.h"
#include "server/pack_folder.h"

#include <stdlib.h>

static const char two_kinds[] = "type: login\nkinds:\n"
                                "  ACCT: {key: account, copy: [customer, amount, channel, is_remote]}\n"
                                "  CUST: {key: customer, copy: [account], cap: 3}\n";
static const char other_copies[] = "type: login\nkinds:\n  CUST: {key: customer}\n  ACCT: {key: account, copy: [payee, amount, customer]}\n";

struct register_world {
    struct pack_folder pack;
    struct intake *intake;
    struct event *event;
    struct subjects *subjects;
    struct diag diag;
};

static bool open_pack(struct pack_folder *pack, const char *batch, struct diag *diag) {
    const char *root = getenv("QIANTANG_ROOT");
    pack_init(pack, SLICE(""));
    pack->path = arena_printf(&pack->arena, "%s/tests/packs/payments", root == NULL ? "." : root);
    struct pack_file *more = ARENA_NEW(&pack->arena, struct pack_file);
    *more = (struct pack_file){SLICE("batch.yaml"), {SLICE("batch.yaml"), slice_of(batch)}};
    CHECK(pack_read(pack, more, 1, diag) == STATUS_OK && pack_compile(pack) == STATUS_OK);
    return true;
}

static bool world_init(struct register_world *w) {
    *w = (struct register_world){0};
    CHECK(open_pack(&w->pack, two_kinds, &w->diag));
    w->intake = intake_create(w->pack.catalogue->schema, NULL);
    w->event = event_create(w->pack.catalogue->schema);
    w->subjects = subjects_create();
    subjects_follow(w->subjects, w->pack.catalogue);
    return true;
}

static void world_deinit(struct register_world *w) {
    subjects_destroy(w->subjects);
    event_destroy(w->event);
    intake_destroy(w->intake);
    pack_close(&w->pack);
}

static bool see(struct register_world *w, const char *format, const char *account, const char *customer, int amount, int second) {
    char line[512];
    struct intake_refusal refusal;
    RecordKind kind;
    int size = snprintf(line, sizeof line, format, account, customer, amount, 1795420800000LL + second * 1000LL);
    CHECK(intake_json(w->intake, (Slice){line, (size_t)size}, w->event, &kind, &refusal) == STATUS_OK);
    subjects_see(w->subjects, w->event);
    return true;
}

#define PAY                                                                                                                              \
    "{\"event_id\":\"1\",\"event_type\":\"pay\",\"phase\":\"REQUEST\",\"account\":\"%s\",\"customer\":\"%s\",\"amount\":%d,"             \
    "\"event_time\":%lld,\"channel\":\"MOBILE\"}"

// The value of a subject by its key; "?" when there is no such subject.
static Slice value_of(const struct subjects *subjects, uint32_t kind, const char *key, uint32_t copy) {
    for (uint32_t i = 0; i < subjects_count(subjects, kind); i++) {
        if (slice_is(subject_key(subjects, kind, i), key)) {
            return subject_value(subjects, kind, i, copy);
        }
    }
    return SLICE("?");
}

static bool test_newest_values_are_kept(void) {
    struct register_world w;
    CHECK(world_init(&w));
    CHECK(see(&w, PAY, "a1", "c1", 100, 10) && see(&w, PAY, "a1", "c\\\"2", 200, 20) && see(&w, PAY, "a1", "c3", 300, 5));
    CHECK(slice_is(value_of(w.subjects, 0, "a1", 0), "\"c\\\"2\""));
    CHECK(slice_is(value_of(w.subjects, 0, "a1", 1), "200") && slice_is(value_of(w.subjects, 0, "a1", 2), "\"MOBILE\""));
    CHECK(slice_empty(value_of(w.subjects, 0, "a1", 3)) && slice_is(value_of(w.subjects, 1, "c3", 0), "\"a1\""));
    CHECK(subjects_count(w.subjects, 0) == 1 && subjects_count(w.subjects, 1) == 3 && subjects_total(w.subjects) == 4);
    world_deinit(&w);
    return true;
}

static bool test_cap_order_and_names(void) {
    struct register_world w;
    uint32_t count;
    CHECK(world_init(&w));
    CHECK(see(&w, PAY, "a", "c9", 1, 0) && see(&w, PAY, "a", "c10", 1, 1));
    subjects_name(w.subjects, 1, SLICE("c1"));
    subjects_name(w.subjects, 1, SLICE(""));
    subjects_name(w.subjects, 1, SLICE("c11"));
    CHECK(see(&w, PAY, "a", "c12", 1, 2));
    CHECK(subjects_count(w.subjects, 1) == 3 && subjects_turned_away(w.subjects) == 2);
    const uint32_t *order = subjects_order(w.subjects, 1, &count);
    CHECK(count == 3 && slice_is(subject_key(w.subjects, 1, order[0]), "c1") && slice_is(subject_key(w.subjects, 1, order[1]), "c10") &&
          slice_is(subject_key(w.subjects, 1, order[2]), "c9"));
    world_deinit(&w);
    return true;
}

// What it is written to and read from.
static void put_bytes(void *context, Slice bytes) {
    buf_put(context, bytes);
}

static bool test_image(void) {
    struct register_world w;
    struct buf bytes;
    struct image_writer out;
    struct image_reader in;
    CHECK(world_init(&w));
    for (int i = 0; i < 5000; i++) {
        char account[16];
        snprintf(account, sizeof account, "a%d", i % 1700);
        CHECK(see(&w, PAY, account, i % 3 == 0 ? "somebody with a long name" : "c", i * 7919, i));
    }
    buf_init(&bytes, 4 << 20);
    image_writer_init(&out, &bytes, put_bytes);
    subjects_save(w.subjects, &out);
    image_writer_finish(&out);
    struct subjects *again = subjects_create();
    struct memory_source source = {.rest = buf_slice(&bytes)};
    image_reader_init(&in, byte_source_memory(&source));
    CHECK(subjects_load(again, &in) == STATUS_OK && image_reader_finish(&in) == STATUS_OK);
    CHECK(subjects_hash(again) == subjects_hash(w.subjects));
    subjects_follow(again, w.pack.catalogue);
    CHECK(subjects_hash(again) == subjects_hash(w.subjects) && subjects_count(again, 0) == 1700);
    subjects_destroy(again);
    // Cut anywhere it is refused, and nothing is read past its end.
    for (size_t size = 0; size < bytes.size; size += 997) {
        struct subjects *part = subjects_create();
        struct memory_source cut = {.rest = slice_part(buf_slice(&bytes), 0, size)};
        image_reader_init(&in, byte_source_memory(&cut));
        Status status = subjects_load(part, &in);
        Status whole = image_reader_finish(&in);
        CHECK(status != STATUS_OK || whole != STATUS_OK);
        subjects_destroy(part);
    }
    buf_deinit(&bytes);
    world_deinit(&w);
    return true;
}

static bool test_another_pack(void) {
    struct register_world w;
    struct pack_folder other;
    CHECK(world_init(&w) && open_pack(&other, other_copies, &w.diag));
    CHECK(see(&w, PAY, "a1", "c1", 100, 10));
    subjects_follow(w.subjects, other.catalogue);
    CHECK(subjects_count(w.subjects, 0) == 1 && slice_is(subject_key(w.subjects, 0, 0), "c1"));
    CHECK(slice_empty(value_of(w.subjects, 1, "a1", 0)) && slice_is(value_of(w.subjects, 1, "a1", 1), "100") &&
          slice_is(value_of(w.subjects, 1, "a1", 2), "\"c1\""));
    world_deinit(&w);
    pack_close(&other);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_newest_values_are_kept), TEST(test_cap_order_and_names), TEST(test_image), TEST(test_another_pack)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

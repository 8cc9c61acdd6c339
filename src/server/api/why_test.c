// Conditions at an event that was decided: which held, which were missed and by how much, what nobody knows any more, and what follows from that a model fired.

#include "server/api/why.h"

#include "server/api/api.h"
#include "server/api/carried.h"

#include "base/test.h"
#include "os/scratch_test.h"
#include "server/heart.h"
#include "server/pack_folder.h"

// Parts that are joined, turned round and compared, over fields alone.
#define JOINED                                                                                         \
    "id: M-PX-09-A\nversion: 1\nstatus: ACTIVE\nname: {zh: 连接, en: \"Joined\"}\nfamily: PX\ntypology: PX-09\nmode: SYNC\non: [pay]\n" \
    "owner: {dept: tests}\nrationale: A model whose condition has all the ways in which conditions are joined, for tests.\n"          \
    "params:\n  amount_min: {default: 50000, unit: CNY, min: 1000, max: 1000000, source: PROPOSAL}\n"                                 \
    "expr: event.amount >= p.amount_min && (event.is_remote || event.count > 5) && !(event.payee == \"court\")\n"                      \
    "score: 10\nseverity: S1\naction: PASS\nreason: {zh: \"{event.amount}\", en: \"{event.amount}\"}\n"                                 \
    "tests: {fire: [tests/px.jsonl#large], quiet: [tests/px.jsonl#just-below]}\n"

// Values made of personal ones: a piece of a field, a feature of it, a profile's; and lengths and counts, which tell of nobody.
#define MADE                                                                                           \
    "id: M-PX-09-B\nversion: 1\nstatus: ACTIVE\nname: {zh: 拼成, en: \"Made\"}\nfamily: PX\ntypology: PX-09\nmode: SYNC\non: [pay]\n" \
    "owner: {dept: tests}\nrationale: A model whose condition is made of personal values in many ways, for tests of what is hidden.\n"  \
    "expr: event.payee.substring(0, 6) == \"622202\" && f.payee_number > 5 && "                           \
    "prof.person.guardian == event.payee && event.payee.size() > 3 && event.amount > 1\n"                                             \
    "score: 10\nseverity: S1\naction: PASS\nreason: {zh: \"{event.amount}\", en: \"{event.amount}\"}\n"                                 \
    "tests: {fire: [tests/px.jsonl#large], quiet: [tests/px.jsonl#just-below]}\n"
#define MADE_FEATURES                                                                                  \
    "features:\n  - {name: payee_number, entity: account, expr: \"int(event.payee)\"}\n"

struct world {
    struct scratch scratch;
    struct pack_folder pack;
    struct heart *heart;
    struct buf decision;
    Slice event;
    struct why why;
};

static bool world_init(struct world *w) {
    const char *root = getenv("QIANTANG_ROOT");
    *w = (struct world){0};
    CHECK(scratch_make(&w->scratch, NULL));
    const struct pack_file more[] = {
        {.path = SLICE("models/joined.yaml"), .source = {.name = SLICE("models/joined.yaml"), .text = SLICE(JOINED)}},
        {.path = SLICE("models/made.yaml"), .source = {.name = SLICE("models/made.yaml"), .text = SLICE(MADE)}},
        {.path = SLICE("features/made.yaml"), .source = {.name = SLICE("features/made.yaml"), .text = SLICE(MADE_FEATURES)}},
    };
    pack_init(&w->pack, arena_printf(&w->scratch.arena, "%s/tests/packs/payments", root == NULL ? "." : root));
    CHECK(pack_read(&w->pack, more, sizeof more / sizeof more[0], &w->scratch.diag) == STATUS_OK);
    Status status = pack_compile(&w->pack);
    const struct diag_list *diags = &w->pack.catalogue->diags;
    CHECK_THAT(status == STATUS_OK, "%.*s", SLICE_ARGS(diags->count > 0 ? diags->items[0].message : SLICE("")));
    w->heart = heart_create(w->pack.catalogue, pack_knowledge(&w->pack), SCOPE_IN_FLIGHT);
    buf_init(&w->decision, 1 << 20);
    return true;
}

static bool world_deinit(struct world *w) {
    buf_deinit(&w->decision);
    heart_destroy(w->heart);
    pack_close(&w->pack);
    return scratch_remove(&w->scratch);
}

// Decides on an event; what is asked of it afterwards is asked of its two records.
static bool decide(struct world *w, int number, const char *more) {
    struct heart_refusal refusal;
    buf_reset(&w->decision);
    w->event = arena_printf(&w->scratch.arena, "{\"event_id\":\"%d\",\"event_type\":\"pay\",\"event_time\":%lld,\"phase\":\"REQUEST\",\"account\":\"a\"%s}", number,
                            1795420800000LL + number * 1000LL, more);
    CHECK_THAT(heart_take(w->heart, w->event, (HeartEffort){0}, &w->decision, &refusal) == HEART_DECIDED, "%.*s", SLICE_ARGS(refusal.reason));
    CHECK(why_init(&w->why, w->pack.catalogue, w->event, buf_slice(&w->decision), &w->scratch.arena));
    return true;
}

static const struct model *model(struct world *w, const char *id) {
    return &w->pack.catalogue->models.at[map_get(&w->pack.catalogue->models_by_id, slice_of(id))];
}

static bool tally_is(struct why_tally tally, uint32_t held, uint32_t missed, uint32_t unknown) {
    return tally.held == held && tally.missed == missed && tally.unknown == unknown;
}

static bool test_missed_by_how_much(void) {
    struct world w;
    CHECK(world_init(&w) && decide(&w, 1, ",\"payee\":\"p\",\"amount\":4900000"));
    const struct why_part *part = why_model(&w.why, model(&w, "M-PX-01-A"), false);
    CHECK(part->kind == WHY_COMPARE && part->held == WHY_MISSED && !part->is_inferred && part->count == 0);
    CHECK(part->left.is_known && part->left.value.kind == VALUE_MONEY && part->right.is_known && part->read_count == 2);
    struct why_tally tally = why_count(part);
    CHECK(tally_is(tally, 0, 1, 0) && tally.distance == 0.02); // 1,000 of 50,000 yuan
    why_deinit(&w.why);
    CHECK(decide(&w, 2, ",\"payee\":\"p\",\"amount\":5000000"));
    part = why_model(&w.why, model(&w, "M-PX-01-A"), true);
    tally = why_count(part);
    CHECK(part->held == WHY_HELD && !part->is_inferred && tally_is(tally, 1, 0, 0) && tally.distance == 0);
    why_deinit(&w.why);
    return world_deinit(&w);
}

static bool test_joined(void) {
    struct world w;
    CHECK(world_init(&w) && decide(&w, 1, ",\"payee\":\"court\",\"amount\":6000000,\"is_remote\":false,\"count\":4"));
    const struct why_part *part = why_model(&w.why, model(&w, "M-PX-09-A"), false);
    CHECK(part->kind == WHY_ALL && part->count == 3 && part->held == WHY_MISSED);
    const struct why_part *any = part->parts[1];
    const struct why_part *turned = part->parts[2];
    CHECK(part->parts[0]->held == WHY_HELD && part->parts[0]->kind == WHY_COMPARE);
    CHECK(any->kind == WHY_ANY && any->held == WHY_MISSED && any->count == 2 && any->parts[0]->kind == WHY_TEST && any->parts[1]->kind == WHY_COMPARE);
    CHECK(any->parts[1]->left.value.integer == 4 && any->parts[1]->right.value.integer == 5);
    CHECK(turned->kind == WHY_NOT && turned->held == WHY_MISSED && turned->parts[0]->held == WHY_HELD);
    // What && joins is counted part by part; how far a part is that is no comparison of numbers, nobody can say.
    struct why_tally tally = why_count(part);
    CHECK(tally_is(tally, 1, 2, 0) && tally.distance == 1);
    why_deinit(&w.why);
    // One of those that || joins is enough.
    CHECK(decide(&w, 2, ",\"payee\":\"p\",\"amount\":4000000,\"is_remote\":false,\"count\":6"));
    part = why_model(&w.why, model(&w, "M-PX-09-A"), false);
    CHECK(part->parts[1]->held == WHY_HELD && part->parts[2]->held == WHY_HELD && part->held == WHY_MISSED);
    tally = why_count(part);
    CHECK(tally_is(tally, 2, 1, 0) && tally.distance == 0.2); // 10,000 of 50,000
    why_deinit(&w.why);
    // A field that is not there: the comparison that reads it does not hold, and that is known.
    CHECK(decide(&w, 3, ",\"amount\":6000000"));
    part = why_model(&w.why, model(&w, "M-PX-09-A"), false);
    const struct why_part *count = part->parts[1]->parts[1];
    CHECK(count->held == WHY_MISSED && count->left.is_known && count->left.value.kind == VALUE_MISSING && why_count(part).distance == 1);
    why_deinit(&w.why);
    return world_deinit(&w);
}

// What lists said then, and what a feature was that no hit saw, is not kept.
static bool test_what_nobody_knows(void) {
    struct world w;
    CHECK(world_init(&w) && decide(&w, 1, ",\"payee\":\"p\",\"amount\":100,\"channel\":\"MOBILE\""));
    const struct why_part *listed = why_model(&w.why, model(&w, "M-PX-02-A"), false);
    CHECK(listed->kind == WHY_TEST && listed->held == WHY_UNKNOWN && tally_is(why_count(listed), 0, 0, 1));
    const struct why_part *counted = why_model(&w.why, model(&w, "M-PX-03-A"), false);
    CHECK(counted->kind == WHY_COMPARE && counted->held == WHY_UNKNOWN && !counted->left.is_known && counted->right.is_known);
    // Of a model that fired it follows that it held.
    listed = why_model(&w.why, model(&w, "M-PX-02-A"), true);
    CHECK(listed->held == WHY_HELD && listed->is_inferred && tally_is(why_count(listed), 1, 0, 0));
    why_deinit(&w.why);
    // What its hit saw is known again, with the threshold of its segment and channel.
    CHECK(decide(&w, 2, ",\"amount\":100,\"channel\":\"MOBILE\""));
    why_deinit(&w.why);
    CHECK(decide(&w, 3, ",\"amount\":100,\"channel\":\"MOBILE\""));
    CHECK(slice_find(buf_slice(&w.decision), SLICE("M-PX-03-A"), 0) != SIZE_MAX);
    counted = why_model(&w.why, model(&w, "M-PX-03-A"), true);
    CHECK(counted->held == WHY_HELD && !counted->is_inferred && counted->left.is_known && counted->right.is_known);
    CHECK(counted->left.value.kind == VALUE_DOUBLE ? counted->left.value.number == 3 : counted->left.value.integer == 3);
    why_deinit(&w.why);
    return world_deinit(&w);
}

static bool test_which_models_watch(void) {
    struct world w;
    struct heart_refusal refusal;
    CHECK(world_init(&w) && decide(&w, 1, ",\"amount\":100,\"channel\":\"COUNTER\""));
    CHECK(why_watches(&w.why, model(&w, "M-PX-01-A")) && !why_watches(&w.why, model(&w, "M-PX-03-A"))); // of mobile banking alone
    why_deinit(&w.why);
    CHECK(decide(&w, 2, ",\"amount\":100,\"channel\":\"MOBILE\""));
    CHECK(why_watches(&w.why, model(&w, "M-PX-03-A")));
    why_deinit(&w.why);
    buf_reset(&w.decision);
    Slice login = SLICE("{\"event_id\":\"l\",\"event_type\":\"login\",\"event_time\":1795420900000}");
    CHECK(heart_take(w.heart, login, (HeartEffort){0}, &w.decision, &refusal) == HEART_DECIDED);
    CHECK(why_init(&w.why, w.pack.catalogue, login, buf_slice(&w.decision), &w.scratch.arena) && !why_watches(&w.why, model(&w, "M-PX-01-A")));
    why_deinit(&w.why);
    return world_deinit(&w);
}

// The threshold of the channel counts, not the one in the file: at the counter it is twice as high.
static bool test_threshold_of_the_channel(void) {
    struct world w;
    CHECK(world_init(&w) && decide(&w, 1, ",\"amount\":7500000,\"channel\":\"COUNTER\""));
    struct why_tally tally = why_count(why_model(&w.why, model(&w, "M-PX-01-A"), false));
    CHECK(tally_is(tally, 0, 1, 0) && tally.distance == 0.25); // 75,000 of 100,000
    why_deinit(&w.why);
    return world_deinit(&w);
}

static bool told_has(struct world *w, const struct why_part *part, const char *text) {
    struct buf out;
    struct json_writer json;
    buf_init(&out, 1 << 16);
    json_writer_init(&json, &out);
    why_put(&w->why, &json, part);
    json_writer_finish(&json);
    bool has = slice_find(buf_slice(&out), slice_of(text), 0) != SIZE_MAX;
    if (!has) {
        fprintf(stderr, "%.*s\n", SLICE_ARGS(buf_slice(&out)));
    }
    buf_deinit(&out);
    return has;
}

static bool test_told(void) {
    struct world w;
    CHECK(world_init(&w) && decide(&w, 1, ",\"payee\":\"p\",\"amount\":4900000,\"is_remote\":true"));
    const struct why_part *part = why_model(&w.why, model(&w, "M-PX-09-A"), false);
    CHECK(told_has(&w, part, "\"held\":false") && told_has(&w, part, "event.amount >= p.amount_min") && told_has(&w, part, "\"parts\":["));
    CHECK(told_has(&w, part->parts[0], "\"value\":49000.00") && told_has(&w, part->parts[0], "\"gap\":-1000"));
    why_deinit(&w.why);
    return world_deinit(&w);
}

#define PAYEE "6222020200112233445"

// What who may not see is told of a condition: nothing of an account beyond what its own rule leaves.
static bool test_hidden(void) {
    struct world w;
    CHECK(world_init(&w) && decide(&w, 1, ",\"payee\":\"" PAYEE "\",\"amount\":100"));
    const struct why_part *part = why_model(&w.why, model(&w, "M-PX-09-B"), false);
    CHECK(part->count == 5);
    CHECK(told_has(&w, part->parts[0], "\"known\":true,\"value\":\"622202\"") && told_has(&w, part->parts[1], "\"value\":" PAYEE) && told_has(&w, part->parts[1], "\"gap\":6"));
    w.why.hides = true;
    CHECK(told_has(&w, part->parts[0], "\"known\":true,\"value\":\"****\""));
    CHECK(told_has(&w, part->parts[1], "\"value\":\"****\"") && told_has(&w, part->parts[1], "\"gap\":null"));
    CHECK(told_has(&w, part->parts[2], "\"right\":{\"text\":\"event.payee\",\"known\":true,\"value\":\"6222***********3445\"}"));
    CHECK(told_has(&w, part->parts[3], "\"value\":19") && told_has(&w, part->parts[3], "\"gap\":16")); // a length
    CHECK(told_has(&w, part->parts[4], "\"value\":1.00"));
    why_deinit(&w.why);
    return world_deinit(&w);
}

static bool masked_is(struct world *w, const char *text, const char *expected) {
    struct masking masking;
    struct buf out;
    struct json_writer json;
    buf_init(&out, 1 << 16);
    json_writer_init(&json, &out);
    masking_init(&masking, w->pack.catalogue, SLICE("{\"payee\":\"" PAYEE "\"}"), &w->scratch.arena);
    masking_put(&masking, &json, slice_of(text));
    json_writer_finish(&json);
    masking_deinit(&masking);
    bool is = slice_is(buf_slice(&out), expected);
    if (!is) {
        fprintf(stderr, "%.*s\n", SLICE_ARGS(buf_slice(&out)));
    }
    buf_deinit(&out);
    return is;
}

// What hits saw of profiles and features is hidden by its name, and wherever it stands in reasons.
static bool test_hidden_in_records(void) {
    struct world w;
    CHECK(world_init(&w));
    CHECK(masked_is(&w, "{\"saw\":{\"event.payee\":\"" PAYEE "\",\"prof.person.guardian\":\"6230990011112222\",\"f.payee_number\":1234,\"prof.person.age\":70},"
                        "\"reason_en\":\"" PAYEE " is not 6230990011112222\"}",
                    "{\"saw\":{\"event.payee\":\"6222***********3445\",\"prof.person.guardian\":\"6230********2222\",\"f.payee_number\":\"****\",\"prof.person.age\":70},"
                    "\"reason_en\":\"6222***********3445 is not 6230********2222\"}"));
    MaskKind kind;
    CHECK(carried_by_name(w.pack.catalogue, SLICE("payee"), &kind) && kind == MASK_ACCOUNT);
    CHECK(!carried_by_name(w.pack.catalogue, SLICE("f.account_done_payees_1d"), &kind)); // how many there were
    CHECK(!carried_by_name(w.pack.catalogue, SLICE("prof.person.kind"), &kind) && !carried_by_name(w.pack.catalogue, SLICE("nothing"), &kind));
    return world_deinit(&w);
}

static bool test_what_is_no_decision(void) {
    struct world w;
    struct why why;
    CHECK(world_init(&w));
    Slice event = SLICE("{\"event_id\":\"1\",\"event_type\":\"pay\",\"event_time\":1795420800000,\"phase\":\"REQUEST\",\"account\":\"a\",\"amount\":1}");
    CHECK(!why_init(&why, w.pack.catalogue, SLICE("no JSON"), SLICE("{\"event_id\":\"1\"}"), &w.scratch.arena));
    why_deinit(&why);
    CHECK(!why_init(&why, w.pack.catalogue, event, SLICE("no JSON"), &w.scratch.arena));
    why_deinit(&why);
    CHECK(!why_init(&why, w.pack.catalogue, SLICE("{\"$list\":\"bad_payee\"}"), SLICE("{\"event_id\":\"1\"}"), &w.scratch.arena));
    why_deinit(&why);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_missed_by_how_much), TEST(test_joined), TEST(test_what_nobody_knows), TEST(test_which_models_watch), TEST(test_threshold_of_the_channel),
                                        TEST(test_told), TEST(test_hidden), TEST(test_hidden_in_records), TEST(test_what_is_no_decision)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

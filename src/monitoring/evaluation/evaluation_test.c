// A small world whose figures are worked out by hand.
//
// Two cases, three models (A and B count, S is in the shadow), actions PASS and REJECT (which interrupts), two types.
//   c1, VP-01, from 1000 s to 2000 s, person P1, account <A&1>: events e1 (before), e2 (strike, loses 100), e3 (strike, loses 300)
//   c2, MU-02, from 1000 s to 1500 s, person P2, no loss: events m1 and m2 (strikes)

#include "base/test.h"
#include "base/time.h"
#include "monitoring/evaluation/html.h"
#include "monitoring/evaluation/private.h"

#include <math.h>

#define SLICE_INIT(literal) {("" literal), sizeof(literal) - 1}

enum { A, B, S, MODELS };
enum { PASS, REJECT, ACTIONS };

static const uint64_t on_first[2] = {1};
static const uint64_t on_both[2] = {3};
static const struct evaluation_model models[MODELS] = {
    {.id = SLICE_INIT("M-VP-01-A"), .family = SLICE_INIT("VP"), .typology = SLICE_INIT("VP-01"), .zh = SLICE_INIT("<甲>"),
     .en = SLICE_INIT("A & co"), .has_rate = true, .low = 30000, .target = 40000, .high = 50000, .on = on_first, .conditions = 3},
    {.id = SLICE_INIT("M-VP-01-B"), .family = SLICE_INIT("VP"), .typology = SLICE_INIT("VP-01"), .has_rate = true, .low = 0.1,
     .target = 1, .high = 10, .on = on_both, .conditions = 1},
    {.id = SLICE_INIT("M-MU-02-S"), .family = SLICE_INIT("MU"), .typology = SLICE_INIT("MU-02"), .is_shadow = true, .on = on_both,
     .conditions = 4},
};
static const struct evaluation_action actions[ACTIONS] = {{.id = SLICE_INIT("PASS")}, {.id = SLICE_INIT("REJECT"), .interrupts = true}};

static const char *const labels[] = {
    "{\"case_id\":\"c1\",\"typology\":\"VP-01\",\"name_zh\":\"甲\",\"name_en\":\"<one>\",\"begin\":1000000,\"end\":2000000,\"people\":[\"P1\"],"
    "\"accounts\":[\"<A&1>\"],\"events\":[{\"event_id\":\"e1\",\"part\":\"before\",\"lost\":0},{\"event_id\":\"e2\",\"part\":\"strike\","
    "\"lost\":100},{\"event_id\":\"e3\",\"part\":\"strike\",\"lost\":300}]}",
    "{\"case_id\":\"c2\",\"typology\":\"MU-02\",\"begin\":1000000,\"end\":1500000,\"people\":[\"P2\"],"
    "\"events\":[{\"event_id\":\"m1\",\"part\":\"strike\",\"lost\":0},{\"event_id\":\"m2\",\"part\":\"strike\",\"lost\":0}]}",
};

static void decide(struct evaluation *evaluation, const char *id, int64_t seconds, uint32_t type, uint32_t action, const char *name,
                   const uint32_t *hits, uint32_t hit_count) {
    Slice names[] = {slice_of(name)};
    evaluation_decision(evaluation, &(struct evaluation_decision){.event_id = slice_of(id),
                                                                  .type = type,
                                                                  .time_us = seconds * US_PER_SECOND,
                                                                  .action = action,
                                                                  .hits = hits,
                                                                  .hit_count = hit_count,
                                                                  .names = names,
                                                                  .name_count = 1,
                                                                  .model_ns = 800});
}

static struct evaluation *small_world(void) {
    struct evaluation *evaluation = evaluation_create(&(struct evaluation_plan){.catalogue = SLICE("hand 1"),
                                                                                .models = models,
                                                                                .model_count = MODELS,
                                                                                .actions = actions,
                                                                                .action_count = ACTIONS,
                                                                                .type_count = 2});
    const char *reason = NULL;
    for (int i = 0; i < 2; i++) {
        INVARIANT(evaluation_label(evaluation, slice_of(labels[i]), &reason) == STATUS_OK);
    }
    static const uint32_t a[] = {A};
    static const uint32_t b[] = {B};
    static const uint32_t both[] = {A, B};
    static const uint32_t shadow[] = {S};
    decide(evaluation, "x1", 900, 0, PASS, "P1", a, 1);          // P1, but before the case: outside
    decide(evaluation, "e1", 1000, 0, PASS, "P1", NULL, 0);
    decide(evaluation, "e2", 1100, 0, PASS, "P1", NULL, 0);
    decide(evaluation, "x2", 1200, 0, PASS, "<A&1>", both, 2);   // the case's account in its time: first alert, 100 of 400 lost
    decide(evaluation, "m1", 1250, 1, PASS, "P2", shadow, 1);    // in the shadow: no alert
    decide(evaluation, "e3", 1300, 0, REJECT, "P1", both, 2);    // first interruption, 100 of 400 lost
    decide(evaluation, "m2", 1400, 1, PASS, "P2", b, 1);         // c2: one of two strikes has gone by, not early
    decide(evaluation, "x3", 1600, 1, REJECT, "P2", NULL, 0);    // after c2: an intervention outside, by a rule
    evaluation_finish(evaluation);
    return evaluation;
}

static bool test_recall_and_delay(void) {
    struct evaluation *evaluation = small_world();
    const struct group *all = &evaluation->all;
    CHECK(all->cases == 2 && all->found == 2 && all->found_own == 1 && all->found_direct == 2);
    CHECK(all->early == 1 && all->interrupted == 1 && all->early_interrupted == 1);
    CHECK(all->with_money == 1 && all->early_money == 1);
    CHECK(all->lost == 400 && all->lost_before_alert == 100 && all->lost_before_interruption == 100);
    CHECK(evaluation->cases.at[0].alert.events == 2 && evaluation->cases.at[0].interruption.events == 2);
    CHECK(evaluation->cases.at[1].alert.events == 1 && !evaluation->cases.at[1].interruption.happened);
    CHECK(evaluation->cases.at[0].alert.model == A && evaluation->cases.at[0].alert.action == PASS);
    CHECK(evaluation->cases.at[0].interruption.action == REJECT && evaluation->cases.at[1].alert.model == B);
    CHECK(all->delay_median == 1.5);
    CHECK(evaluation->delays[0][1] == 1 && evaluation->delays[0][2] == 1 && evaluation->delays[0][DELAY_CLASSES - 1] == 0);
    CHECK(evaluation->delays[1][2] == 1 && evaluation->delays[1][DELAY_CLASSES - 1] == 1);
    evaluation_destroy(evaluation);
    return true;
}

static bool test_alerts_and_precision(void) {
    struct evaluation *evaluation = small_world();
    CHECK(evaluation->decisions == 8 && evaluation->alerts == 4 && evaluation->alerts_touching == 3);
    const struct group *victims = &evaluation->typologies.at[1];
    CHECK(slice_is(victims->key, "VP-01") && victims->hits == 6 && victims->alerts == 4);
    CHECK(victims->touching == 5 && victims->touching_own == 4);
    const struct group *mules = &evaluation->typologies.at[0];
    CHECK(mules->hits == 0 && mules->models == 1 && mules->found == 1 && mules->found_own == 0);
    CHECK(interruptions_inside(evaluation) == 1 && interruptions_outside(evaluation) == 1);
    CHECK(evaluation->days.count == 1 && evaluation->days.at[0].inside == 1 && evaluation->days.at[0].outside == 1);
    CHECK(evaluation->weak_count == 1 && &evaluation->typologies.at[evaluation->weak[0]] == mules);
    evaluation_destroy(evaluation);
    return true;
}

static bool test_models(void) {
    struct evaluation *evaluation = small_world();
    const struct model_count *a = &evaluation->models[A];
    const struct model_count *b = &evaluation->models[B];
    CHECK(a->triggers == 5 && a->hits == 3 && model_rate(a) == 60000 && model_band(&models[A], a) == BAND_WITHIN);
    CHECK(b->triggers == 8 && b->hits == 3 && model_band(&models[B], b) == BAND_HIGH);
    CHECK(model_band(&models[S], &evaluation->models[S]) == BAND_NONE && evaluation->models[S].hits == 1);
    CHECK(evaluation->silent == 0);
    // First type: 5 events of 800 ns, 3 of 8 conditions are A's. Second: 3 events, 1 of 5 is B's.
    CHECK(fabs(a->ns - 800 * 3.0 / 8) < 1e-9);
    CHECK(fabs(b->ns - (5 * 800 / 8.0 + 3 * 800 / 5.0) / 8) < 1e-9);
    evaluation_destroy(evaluation);
    return true;
}

static bool test_band_edges(void) {
    static const struct evaluation_model model = {.has_rate = true, .low = 3, .target = 5, .high = 10};
    static const struct {
        uint64_t hits;
        Band band;
    } rows[] = {{0, BAND_LOW}, {1, BAND_WITHIN}, {30, BAND_WITHIN}, {31, BAND_HIGH}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CHECK(model_band(&model, &(struct model_count){.hits = rows[i].hits, .triggers = RATE_PER}) == rows[i].band);
    }
    CHECK(model_band(&model, &(struct model_count){0}) == BAND_NONE);
    return true;
}

static bool test_overlap(void) {
    struct evaluation *evaluation = small_world();
    CHECK(evaluation->pairs[A * MODELS + B] == 2 && evaluation->pairs[B * MODELS + A] == 2);
    CHECK(evaluation->contained_events.count == 0);
    CHECK(evaluation->case_pairs[A * MODELS + B] == 1 && evaluation->case_pairs[B * MODELS + S] == 1);
    evaluation_destroy(evaluation);
    // Three hits of A, all of them B's too; B has a fourth.
    static const uint32_t both[] = {A, B};
    struct evaluation *other = evaluation_create(&(struct evaluation_plan){
        .models = models, .model_count = MODELS, .actions = actions, .action_count = ACTIONS, .type_count = 2});
    for (int i = 0; i < 3; i++) {
        decide(other, "y", i, 0, PASS, "", both, 2);
    }
    decide(other, "z", 9, 0, PASS, "", both + 1, 1);
    evaluation_finish(other);
    CHECK(other->contained_events.count == 1 && other->contained_events.at[0].inner == A && other->contained_events.at[0].outer == B);
    CHECK(other->contained_events.at[0].both == 3 && other->contained_events.at[0].whole == 3 && other->silent == 1);
    evaluation_destroy(other);
    return true;
}

static bool test_labels_that_are_none(void) {
    static const char *const wrong[] = {
        "", "[]", "{}", "{\"case_id\":\"c\",\"typology\":\"VP-01\"}",
        "{\"case_id\":\"c\",\"typology\":\"VP-01\",\"begin\":2,\"end\":1,\"events\":[]}",
        "{\"case_id\":\"c\",\"typology\":\"VP-01\",\"begin\":1,\"end\":2}",
        "{\"case_id\":\"c\",\"typology\":\"VP-01\",\"begin\":1,\"end\":9223372036854775807,\"events\":[]}",
        "{\"case_id\":\"c\",\"typology\":\"VP-01\",\"begin\":1,\"end\":2,\"events\":[{\"lost\":1}]}",
        "{\"case_id\":\"c\",\"typology\":\"VP-01\",\"begin\":1,\"end\":2,\"events\":[{\"event_id\":\"e\",\"lost\":-1}]}",
        "{\"case_id\":\"c\",\"typology\":\"VP-01\",\"begin\":1,\"end\":2,\"events\":[3]}",
    };
    struct evaluation *evaluation = evaluation_create(&(struct evaluation_plan){.models = models, .model_count = MODELS});
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *reason = NULL;
        CHECK_THAT(evaluation_label(evaluation, slice_of(wrong[i]), &reason) == STATUS_INVALID && reason != NULL, "%s", wrong[i]);
    }
    evaluation_destroy(evaluation);
    return true;
}

static bool holds(const struct buf *text, const char *part) {
    return slice_find(buf_slice(text), slice_of(part), 0) != SIZE_MAX;
}

static bool test_page_escapes(void) {
    struct evaluation *evaluation = small_world();
    struct buf page;
    buf_init(&page, 1 << 22);
    evaluation_write_page(evaluation, &page);
    CHECK(!buf_overflowed(&page) && holds(&page, "&lt;甲&gt;") && holds(&page, "A &amp; co") && holds(&page, "&lt;one&gt;"));
    CHECK(!holds(&page, "<one>") && !holds(&page, "<甲>") && !holds(&page, "<script") && !holds(&page, "nan"));
    // Half of 608 points from 92 on: MU has one case that was found, and not early.
    CHECK(holds(&page, "<title>MU: 1 / 1</title>") && holds(&page, "<title>MU: 0 / 1</title>") && holds(&page, "width=\"608.0\""));
    buf_reset(&page);
    evaluation_write_json(evaluation, &page);
    CHECK(holds(&page, "\"typology\":\"VP-01\"") && holds(&page, "\"band\":\"high\""));
    CHECK(holds(&page, "\"case_id\":\"c2\"") && holds(&page, "\"model\":\"M-VP-01-B\",\"action\":\"PASS\",\"events_before\":1") &&
          holds(&page, "\"interruption\":null"));
    buf_reset(&page);
    evaluation_print_cases(evaluation, &page);
    CHECK(holds(&page, "4.00 yuan lost, 1.00 before M-VP-01-A at event 3 of 3, REJECT") && holds(&page, "before M-VP-01-B at event 2 of 2"));
    buf_deinit(&page);
    evaluation_destroy(evaluation);
    return true;
}

static bool test_html(void) {
    struct buf out;
    struct html html;
    buf_init(&out, 1 << 10);
    html_init(&html, &out);
    html_open(&html, "p");
    html_attribute(&html, "title", "%s", "\"'<&>");
    html_void(&html, "br");
    html_text(&html, SLICE("a<b>\x01&"));
    html_close(&html);
    html_finish(&html);
    CHECK(slice_is(buf_slice(&out), "<p title=\"&quot;&#39;&lt;&amp;&gt;\"><br>a&lt;b&gt;\xEF\xBF\xBD&amp;</p>"));
    buf_deinit(&out);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_recall_and_delay), TEST(test_alerts_and_precision), TEST(test_models),       TEST(test_band_edges),
        TEST(test_overlap),          TEST(test_labels_that_are_none), TEST(test_page_escapes), TEST(test_html),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

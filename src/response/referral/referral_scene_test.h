#pragma once
// Scene: the planted case and its referral, and one call for each thing that is done with it.

#include "paper/bundle.h"
#include "response/controls/world_test.h"
#include "response/referral/plant_test.h"

struct scene {
    struct plant plant;
    struct fonts *fonts; // of tests that print
    int64_t clearance;
    // What the call at hand takes and gives.
    int64_t id, other;
    Slice step, text, kind;
    ReferralField field;
    struct referral_datum datum;
    struct referral_findings findings;
    struct referral_receipt receipt;
    struct referral_news news;
    struct referral_money money;
    struct referral_call call;
    struct referral_made made;
    struct referral_figures figures;
    struct referral_filter filter;
    struct case_subject subject;
    struct referral_plan plan;
    struct buf zip, out;
    const struct statement *statement;
    StoreValues values; // of it
    ReferralView view;
    bool is_masked;
};

static const Actor HEAD = {ACTOR_KIND_PERSON, {"d.head", 6}};
static const Actor COMPLIANCE = {ACTOR_KIND_PERSON, {"c.compliance", 12}};
static const int64_t WORK_US = PLANT_DAY_US + 8 * US_PER_HOUR; // when the case is worked on

static inline struct scene *scene_of(void *context) {
    return ((struct world *)context)->scene;
}

// ---- works --------------------------------------------------------------------------------------

static inline Status work_bank(void *context, struct book *book) {
    return plant_bank(&scene_of(context)->plant, book);
}
static inline Status work_case(void *context, struct book *book) {
    return plant_case(&scene_of(context)->plant, book);
}
static inline Status work_draft(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    TRY(plant_referral(&scene->plant, book));
    scene->id = scene->plant.referral;
    return STATUS_OK;
}
static inline Status work_open(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return referral_open(book, scene->clearance, &scene->plant.office, &scene->plan, &scene->id);
}
static inline Status work_edit(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return referral_edit(book, scene->clearance, scene->id, scene->field, scene->text);
}
static inline Status work_put(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return referral_put(book, scene->clearance, &scene->plant.office, scene->id, &scene->datum);
}
static inline Status work_ask_core(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    uint32_t count = 0;
    TRY(referral_ask(book, scene->clearance, &scene->plant.office, scene->id, &count));
    scene->other = count;
    return STATUS_OK;
}
static inline Status work_draw(void *context, struct book *book) {
    const struct flow_options options = {.from_us = PLANT_DAY_US - US_PER_DAY,
                                         .until_us = PLANT_DAY_US + 8 * US_PER_HOUR};
    return referral_draw(book, scene_of(context)->clearance, scene_of(context)->id, &options, NULL);
}
static inline Status work_subject(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return case_put_subject(book, CLEARANCE_ALL, scene->plant.case_id, &scene->subject);
}
static inline Status work_link(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return referral_link(book, scene->clearance, scene->id, scene->other, scene->kind, scene->text);
}
static inline Status work_enclose(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return referral_enclose(book, scene->clearance, scene->id, scene->other, scene->text);
}
static inline Status work_drop(void *context, struct book *book) {
    return referral_drop(book, scene_of(context)->clearance, scene_of(context)->id,
                         scene_of(context)->text);
}
static inline Status work_emergency(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return referral_emergency(book, scene->clearance, &scene->plant.office, scene->id,
                              &scene->call);
}
static inline Status work_gate(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return referral_gate(book, scene->clearance, &scene->plant.office, scene->id, &scene->findings);
}
static inline Status work_approve(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return referral_approve(book, scene->clearance, &scene->plant.office, scene->id, scene->step,
                            SLICE(""));
}
static inline Status work_return(void *context, struct book *book) {
    return referral_return(book, scene_of(context)->clearance, scene_of(context)->id,
                           scene_of(context)->text);
}
static inline Status work_make(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    buf_reset(&scene->zip);
    return referral_make(book, scene->clearance, &scene->plant.office, scene->fonts, scene->id,
                         &scene->zip, &scene->made);
}
static inline Status work_send(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return referral_send(book, scene->clearance, &scene->plant.office, scene->id, &scene->made,
                         buf_slice(&scene->zip));
}
static inline Status work_receive(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return referral_received(book, scene->clearance, &scene->plant.office, scene->id,
                             &scene->receipt);
}
static inline Status work_outcome(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return referral_outcome(book, scene->clearance, &scene->plant.office, scene->id, &scene->news);
}
static inline Status work_money(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return referral_tell_money(book, scene->clearance, scene->id, &scene->money);
}
static inline Status work_verify(void *context, struct book *book) {
    return referral_verify(book, scene_of(context)->clearance, scene_of(context)->id);
}
static inline Status work_take_package(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    buf_reset(&scene->out);
    return referral_package_read(book, scene->clearance, scene->id, &scene->out);
}
static inline Status work_preview(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    buf_reset(&scene->out);
    return referral_preview(book, scene->clearance, &scene->plant.office, scene->fonts, scene->id,
                            scene->view, scene->is_masked, false, &scene->out);
}
static inline Status work_dossier(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    struct json_writer json;
    buf_reset(&scene->out);
    json_writer_init(&json, &scene->out);
    return referral_put_dossier(book, scene->clearance, &scene->plant.office, scene->id,
                                scene->is_masked, &json);
}
static inline Status work_json(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    struct json_writer json;
    buf_reset(&scene->out);
    json_writer_init(&json, &scene->out);
    return referral_put_json(book, scene->clearance, &scene->plant.office, scene->id,
                             scene->is_masked, &json);
}
static inline Status work_list(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    struct json_writer json;
    buf_reset(&scene->out);
    json_writer_init(&json, &scene->out);
    return referrals_put_json(book, scene->clearance, &scene->filter, &json);
}
static inline Status work_figures(void *context, struct book *book) {
    struct scene *scene = scene_of(context);
    return referral_figures(book, scene->clearance, 0, INT64_MAX, &scene->figures);
}
// Behind the program's back.
static inline Status work_change(void *context, struct book *book) {
    return book_run(book, scene_of(context)->statement, scene_of(context)->values);
}
static inline Status handle_referral(struct world *w, struct book *book,
                                     const struct due_timer *due) {
    return due->kind == TIMER_REFERRAL ? referral_timer(book, &scene_of(w)->plant.office, due)
                                       : control_timer(book, &scene_of(w)->plant.terms, due);
}

// ---- beginning ----------------------------------------------------------------------------------

static inline Status forget_numbers(void *context, struct book *book) {
    static const struct statement FORGET = {"test_forget_numbers",
                                            "DELETE FROM counter WHERE name LIKE 'referral%'"};
    return book_run(book, &FORGET, STORE_NO_VALUES);
}

// The bank, the case, and a complete draft. `secrecy` of the case.
static inline Status plant_all(struct world *w, const char *secrecy) {
    struct scene *scene = scene_of(w);
    scene->plant.secrecy = slice_of(secrecy);
    w->who = ANALYST;
    TRY(within(w, 1, forget_numbers));
    TRY(within(w, WORK_US, work_bank));
    TRY(within(w, WORK_US, work_case));
    return within(w, WORK_US + US_PER_MINUTE, work_draft);
}

static inline void scene_init(struct scene *scene) {
    struct terms terms = terms_of_test();
    *scene = (struct scene){.clearance = CLEARANCE_ALL, .news = referral_nothing_told};
    plant_init(&scene->plant, &terms);
    scene->plant.office.terms = &scene->plant.terms;
    buf_init(&scene->zip, REFERRAL_PACKAGE_MAX);
    buf_init(&scene->out, REFERRAL_PACKAGE_MAX);
}

static inline bool begin(struct world *w, struct scene *scene) {
    scene_init(scene);
    CHECK(world_init(w, scene));
    CHECK_OK(w, plant_all(w, "NORMAL"));
    return true;
}

static inline bool end(struct world *w, struct scene *scene) {
    fonts_close(scene->fonts);
    buf_deinit(&scene->zip);
    buf_deinit(&scene->out);
    plant_deinit(&scene->plant);
    return world_deinit(w);
}

// ---- one call each ------------------------------------------------------------------------------

static inline Status edit(struct world *w, ReferralField field, Slice text) {
    scene_of(w)->field = field;
    scene_of(w)->text = text;
    return within(w, WORK_US + 2 * US_PER_MINUTE, work_edit);
}

static inline Status put(struct world *w, const char *kind, Slice object, const char *field,
                         Slice value, Slice absent) {
    scene_of(w)->datum = (struct referral_datum){.kind = slice_of(kind),
                                                 .object = object,
                                                 .field = slice_of(field),
                                                 .value = value,
                                                 .absent = absent,
                                                 .source = SLICE("test")};
    return within(w, WORK_US + 2 * US_PER_MINUTE, work_put);
}

static inline Status change_with(struct world *w, const struct statement *statement,
                                 StoreValues values) {
    scene_of(w)->statement = statement;
    scene_of(w)->values = values;
    return within(w, WORK_US + 2 * US_PER_MINUTE, work_change);
}

static inline Status change(struct world *w, const struct statement *statement) {
    return change_with(w, statement, STORE_NO_VALUES);
}

static inline Status approve_by(struct world *w, Actor who, int64_t now_us, const char *step) {
    Actor before = w->who;
    w->who = who;
    scene_of(w)->step = slice_of(step);
    Status status = within(w, now_us, work_approve);
    w->who = before;
    return status;
}

static inline Status approve_all(struct world *w, int64_t now_us) {
    TRY(approve_by(w, ANALYST, now_us, "ANALYST"));
    TRY(approve_by(w, HEAD, now_us + US_PER_MINUTE, "DEPARTMENT"));
    return approve_by(w, COMPLIANCE, now_us + 2 * US_PER_MINUTE, "COMPLIANCE");
}

static inline Status open_fonts(struct world *w) {
    struct scene *scene = scene_of(w);
    return scene->fonts != NULL
               ? STATUS_OK
               : fonts_open(SLICE(""), &w->scratch.arena, &scene->fonts, &w->scratch.diag);
}

// Approved, made and sent at a moment.
static inline Status send_all(struct world *w, int64_t now_us) {
    TRY(approve_all(w, now_us));
    TRY(open_fonts(w));
    TRY(within(w, now_us, work_make));
    return within(w, now_us + 5 * US_PER_MINUTE, work_send);
}

// Sends bytes that are no package: for tests of what comes after it. `size` of them.
static inline Status send_bytes(struct world *w, int64_t now_us, size_t size) {
    struct scene *scene = scene_of(w);
    static const struct statement CONTENT = {"test_content",
                                             "SELECT content FROM referral WHERE id = ?1"};
    BundleDigests digests;
    Slice content = ask_text(w, &CONTENT, STORE_VALUES(store_i64(scene->id)));
    buf_reset(&scene->zip);
    for (size_t i = 0; i < size; i++) {
        buf_put_byte(&scene->zip, (char)(i * 7 + i / REFERRAL_PART_MAX));
    }
    ENSURE(bundle_digest(buf_slice(&scene->zip), &digests) && content.size == 64, STATUS_IO);
    scene->made = (struct referral_made){.name = SLICE("test.zip"), .pages = 1, .persons = 1};
    memcpy(scene->made.sha256, digests.sha256, sizeof digests.sha256);
    memcpy(scene->made.sm3, digests.sm3, sizeof digests.sm3);
    memcpy(scene->made.content, content.at, content.size);
    return within(w, now_us, work_send);
}

static inline Status send_quickly(struct world *w, int64_t now_us) {
    TRY(approve_all(w, now_us));
    return send_bytes(w, now_us + 5 * US_PER_MINUTE, 100);
}

static inline Slice state_of(struct world *w, int64_t id) {
    static const struct statement STATE = {"test_state",
                                           "SELECT state FROM referral WHERE id = ?1"};
    return ask_text(w, &STATE, STORE_VALUES(store_i64(id)));
}

static inline bool out_has(struct world *w, const char *part) {
    return slice_find(buf_slice(&scene_of(w)->out), slice_of(part), 0) != SIZE_MAX;
}

static inline uint32_t found(struct world *w, ReferralFinding what) {
    const struct referral_findings *findings = &scene_of(w)->findings;
    uint32_t count = 0;
    for (uint32_t i = 0; i < findings->count; i++) {
        count += findings->at[i].what == what;
    }
    return count;
}

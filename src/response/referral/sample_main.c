// Writes a sample package of a simulated case into a folder, to look at and for tests:
//
//     build/src/response/referral/referral_sample FOLDER
//
// referral.zip: the package; letter.html, material.html, statement.html: previews; masked.html: the
// material for eyes that may not see persons; findings.json: what the gate says of the draft;
// referral.json: the referral after it was sent. Everybody in it is made up (plant_test.h).

#include "os/file.h"
#include "response/referral/plant_test.h"

#include <stdio.h>

struct sample {
    struct arena arena;
    struct diag diag;
    struct book book;
    struct plant plant;
    struct fonts *fonts;
    struct buf zip, text;
    struct referral_made made;
    const char *folder;
    const char *step;
};

static Status plant_it(void *context, struct book *book) {
    struct sample *sample = context;
    TRY(plant_bank(&sample->plant, book));
    return plant_case(&sample->plant, book);
}

static Status draft_it(void *context, struct book *book) {
    struct sample *sample = context;
    return plant_referral(&sample->plant, book);
}

static Status approve_it(void *context, struct book *book) {
    struct sample *sample = context;
    return referral_approve(book, CLEARANCE_ALL, &sample->plant.office, sample->plant.referral,
                            slice_of(sample->step), SLICE(""));
}

static Status make_it(void *context, struct book *book) {
    struct sample *sample = context;
    return referral_make(book, CLEARANCE_ALL, &sample->plant.office, sample->fonts,
                         sample->plant.referral, &sample->zip, &sample->made);
}

static Status send_it(void *context, struct book *book) {
    struct sample *sample = context;
    return referral_send(book, CLEARANCE_ALL, &sample->plant.office, sample->plant.referral,
                         &sample->made, buf_slice(&sample->zip));
}

// ---- files --------------------------------------------------------------------------------------

static Status keep(struct sample *sample, const char *name, Slice bytes) {
    Slice path = arena_printf(&sample->arena, "%s/%s", sample->folder, name);
    return file_write(path, bytes, &sample->arena, &sample->diag);
}

static Status preview_it(void *context, struct book *book) {
    static const struct {
        const char *name;
        ReferralView view;
        bool is_masked;
    } views[] = {{"letter.html", REFERRAL_VIEW_LETTER, false},
                 {"material.html", REFERRAL_VIEW_MATERIAL, false},
                 {"statement.html", REFERRAL_VIEW_STATEMENT, false},
                 {"masked.html", REFERRAL_VIEW_MATERIAL, true}};
    struct sample *sample = context;
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        buf_reset(&sample->text);
        TRY(referral_preview(book, CLEARANCE_ALL, &sample->plant.office, sample->fonts,
                             sample->plant.referral, views[i].view, views[i].is_masked, false,
                             &sample->text));
        TRY(keep(sample, views[i].name, buf_slice(&sample->text)));
    }
    return STATUS_OK;
}

static Status tell_findings(void *context, struct book *book) {
    struct sample *sample = context;
    struct referral_findings findings;
    struct json_writer json;
    TRY(referral_gate(book, CLEARANCE_ALL, &sample->plant.office, sample->plant.referral,
                      &findings));
    buf_reset(&sample->text);
    json_writer_init(&json, &sample->text);
    referral_findings_put_json(&json, &findings);
    for (uint32_t i = 0; i < findings.count; i++) {
        printf("%s: %.*s\n", referral_finding_word(findings.at[i].what),
               SLICE_ARGS(findings.at[i].zh));
    }
    return keep(sample, "findings.json", buf_slice(&sample->text));
}

static Status tell_it(void *context, struct book *book) {
    struct sample *sample = context;
    struct json_writer json;
    buf_reset(&sample->text);
    json_writer_init(&json, &sample->text);
    TRY(referral_put_json(book, CLEARANCE_ALL, &sample->plant.office, sample->plant.referral, false,
                          &json));
    return keep(sample, "referral.json", buf_slice(&sample->text));
}

// ---- in their order -----------------------------------------------------------------------------

static Status act(struct sample *sample, const char *person, int64_t minutes, BookWork *work) {
    Actor actor = {ACTOR_KIND_PERSON, slice_of(person)};
    return book_do(&sample->book, actor, sample->plant.now_us + minutes * US_PER_MINUTE, work,
                   sample, &sample->arena, &sample->diag);
}

static Status approve(struct sample *sample, const char *person, int64_t minutes,
                      const char *step) {
    sample->step = step;
    return act(sample, person, minutes, approve_it);
}

static Status run(struct sample *sample) {
    TRY(act(sample, "a.analyst", 0, plant_it));
    TRY(act(sample, "a.analyst", 10, draft_it));
    TRY(act(sample, "a.analyst", 11, tell_findings));
    TRY(act(sample, "a.analyst", 12, preview_it));
    TRY(approve(sample, "a.analyst", 15, "ANALYST"));
    TRY(approve(sample, "d.head", 32, "DEPARTMENT"));
    TRY(approve(sample, "c.compliance", 47, "COMPLIANCE"));
    TRY(act(sample, "a.analyst", 50, make_it));
    TRY(act(sample, "a.analyst", 51, send_it));
    TRY(act(sample, "a.analyst", 52, tell_it));
    TRY(keep(sample, "referral.zip", buf_slice(&sample->zip)));
    printf("referral.zip: %zu bytes, %u pages, %u rows, sha256 %s\n", sample->zip.size,
           sample->made.pages, sample->made.rows, sample->made.sha256);
    return STATUS_OK;
}

static Status open_all(struct sample *sample, struct terms *terms) {
    Slice address = arena_printf(&sample->arena, "sqlite:%s/sample.db", sample->folder);
    terms_init(terms, 8 * US_PER_HOUR);
    TRY(file_make_directory(slice_of(sample->folder), &sample->arena, &sample->diag));
    TRY(fonts_open(SLICE(""), &sample->arena, &sample->fonts, &sample->diag));
    plant_init(&sample->plant, terms);
    return book_open(&sample->book, address, sample->plant.now_us, &sample->arena, &sample->diag);
}

int main(int argc, char **argv) {
    struct sample sample = {.folder = argc > 1 ? argv[1] : ""};
    struct terms terms;
    if (argc != 2) {
        fprintf(stderr, "usage: referral_sample FOLDER (a new one)\n");
        return 2;
    }
    arena_init(&sample.arena, 1 << 20);
    buf_init(&sample.zip, REFERRAL_PACKAGE_MAX);
    buf_init(&sample.text, REFERRAL_PACKAGE_MAX);
    Status status = open_all(&sample, &terms);
    if (status == STATUS_OK) {
        status = run(&sample);
        book_close(&sample.book);
        plant_deinit(&sample.plant);
    }
    if (status != STATUS_OK) {
        fprintf(stderr, "%s: %.*s %.*s\n", sample.diag.code, SLICE_ARGS(sample.diag.message),
                SLICE_ARGS(sample.diag.hint));
    }
    fonts_close(sample.fonts);
    buf_deinit(&sample.text);
    buf_deinit(&sample.zip);
    arena_deinit(&sample.arena);
    return status != STATUS_OK;
}

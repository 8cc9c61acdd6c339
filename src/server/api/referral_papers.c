// What a referral looks like: its dossier, previews of its documents, the package that was sent,
// and whether that is still what it was.

#include "server/api/referrals.h"

#include "paper/bundle.h"

#include <inttypes.h>

// ---- the dossier --------------------------------------------------------------------------------

static Status put_dossier(struct visit *visit, struct book *book) {
    struct referral_office office;
    TRY(referral_office_named(book, &office));
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("dossier"));
    TRY(referral_put_dossier(book, visit->viewer, &office, visit->id, !visit->sees_personal,
                             visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

// The room hides all that is personal; hiding it once more would make different ones alike.
void api_get_referral_dossier(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_object(visit, "referral")) {
        visit->is_plain = !visit->sees_personal;
        visit->takes_long = true;
        visit_look(visit, put_dossier, "referral", visit->id);
    }
}

// ---- previews -----------------------------------------------------------------------------------

static const struct {
    const char *word;
    ReferralView view;
} views[] = {{"letter", REFERRAL_VIEW_LETTER},
             {"material", REFERRAL_VIEW_MATERIAL},
             {"statement", REFERRAL_VIEW_STATEMENT}};

struct preview {
    ReferralView view;
    bool is_pdf;
};

static Status print(struct visit *visit, struct book *book) {
    const struct preview *preview = visit->user;
    struct referral_office office;
    struct fonts *fonts;
    TRY(referral_office_named(book, &office));
    TRY(fonts_of_bank(book, &fonts));
    buf_reset(&visit->paper);
    Status status = referral_preview(book, visit->viewer, &office, fonts, visit->id, preview->view,
                                     !visit->sees_personal, preview->is_pdf, &visit->paper);
    fonts_close(fonts);
    visit->file = buf_slice(&visit->paper);
    json_null(visit->json);
    return status;
}

static bool ask_view(struct visit *visit, struct preview *preview, Slice *ret_word) {
    if (!visit_ask_text(visit, "view", ret_word)) {
        return false;
    }
    *ret_word = slice_empty(*ret_word) ? SLICE("letter") : *ret_word;
    for (size_t i = 0; i < sizeof views / sizeof views[0]; i++) {
        if (slice_is(*ret_word, views[i].word)) {
            preview->view = views[i].view;
            return true;
        }
    }
    visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'view' is letter, material or statement");
    return false;
}

// A page is looked at; a PDF leaves.
void api_get_referral_preview(void *context, struct http_request *request) {
    static const char *const names[] = {"view", "format"};
    struct visit *visit = visit_query(context, request, names, 2);
    Slice view;
    if (visit == NULL) {
        return;
    }
    struct preview *preview = ARENA_NEW(&visit->deed->arena, struct preview);
    visit->user = preview;
    if (!visit_object(visit, "referral") || !ask_view(visit, preview, &view) ||
        !visit_ask_format(visit, &preview->is_pdf)) {
        return;
    }
    visit->takes_long = true;
    visit_name_file(
        visit,
        arena_printf(&visit->deed->arena, "referral-%" PRId64 "-%.*s", visit->id, SLICE_ARGS(view)),
        preview->is_pdf);
    if (preview->is_pdf) {
        visit_export(visit, print, "referral", visit->id, false);
    } else {
        visit->is_plain = !visit->sees_personal;
        visit_look(visit, print, "referral", visit->id);
    }
}

// ---- the package --------------------------------------------------------------------------------

static Status take_package(struct visit *visit, struct book *book) {
    BundleDigests digests;
    buf_reset(&visit->paper);
    TRY(referral_package_read(book, visit->viewer, visit->id, &visit->paper));
    visit->file = buf_slice(&visit->paper);
    ENSURE(bundle_digest(visit->file, &digests),
           book_fail(book, STATUS_IO, "RS006", "the package cannot be hashed"));
    visit->exported = arena_printf(&visit->deed->arena, "%.*s, %zu bytes, SHA-256 %s",
                                   SLICE_ARGS(visit->file_name), visit->file.size, digests.sha256);
    json_null(visit->json);
    return STATUS_OK;
}

// It is as the police get it: nobody can hide anything in it.
void api_get_referral_package(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit == NULL || !visit_has_scope(visit, SCOPE_PERSONAL_READ) ||
        !visit_object(visit, "referral")) {
        return;
    }
    visit->takes_long = true;
    visit->media = SLICE("application/zip");
    visit->file_name = arena_printf(&visit->deed->arena, "referral-%" PRId64 ".zip", visit->id);
    visit_export(visit, take_package, "referral", visit->id, true);
}

// What was changed is an answer here, and no mistake of who asks.
static Status put_verification(struct visit *visit, struct book *book) {
    Status status = referral_verify(book, visit->viewer, visit->id);
    bool is_changed = status == STATUS_INVALID && (strcmp(book->diag->code, "RF022") == 0 ||
                                                   strcmp(book->diag->code, "BK001") == 0);
    ENSURE(status == STATUS_OK || is_changed, status);
    json_object_begin(visit->json);
    json_key_bool(visit->json, SLICE("whole"), !is_changed);
    json_key(visit->json, SLICE("problem"));
    if (is_changed) {
        json_string(visit->json, book->diag->message);
    } else {
        json_null(visit->json);
    }
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_referral_verification(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_object(visit, "referral")) {
        visit->is_plain = true;
        visit->takes_long = true;
        visit_look(visit, put_verification, "referral", visit->id);
    }
}

// What a person keeps for himself: /v1/me/kept. It is his alone: there is no way to ask for
// another's, whatever one's roles, and nothing of it is on record, since nothing follows from it
// before it is brought (a release) or asked (a list).
//
// A page of the console that one person has left open keeps its texts under the session that its
// browser has now, which may be another's. So whoever asks may say in `person` whose things he
// means, and is refused where he is somebody else.

#include "server/api/visit.h"

#include "base/utf8.h"

#include <inttypes.h>

static bool name_fits(Slice name) {
    return name.size > 0 && name.size <= KEPT_NAME_MAX && text_is_plain(name) &&
           utf8_invalid_at(name) == name.size;
}

// False, here and below: it has answered.
static bool is_his(struct visit *visit, Slice person) {
    if (slice_empty(person) || slice_equal(person, visit->actor.name)) {
        return true;
    }
    visit_refuse(visit, API_PROBLEM_OTHER_PERSON, "%s", "");
    return false;
}

// The thing that the path names; it is the visit's `user`.
static struct kept *read_path(struct visit *visit) {
    if (!visit_is_person(visit)) {
        return NULL;
    }
    struct kept *kept = ARENA_NEW(&visit->deed->arena, struct kept);
    Slice kind = http_request_parameter(visit->request, SLICE("kind"));
    *kept = (struct kept){
        .person = visit->actor.name,
        .name = arena_copy(&visit->deed->arena,
                           http_request_parameter(visit->request, SLICE("name"))),
    };
    visit->user = kept;
    visit->is_plain = true;
    if (!kept_kind_parse(kind, &kept->kind)) {
        visit_refuse(visit, API_PROBLEM_OBJECT_UNKNOWN,
                     "there is no kind '%.*s' of what is kept: model_draft, view",
                     SLICE_ARGS(slice_part(kind, 0, 32)));
        return NULL;
    }
    return kept;
}

static bool ask_person(struct visit *visit) {
    Slice person;
    return visit_ask_text(visit, "person", &person) && is_his(visit, person);
}

// ---- reading ------------------------------------------------------------------------------------

static Status list(struct visit *visit, struct book *book) {
    const Slice *kind = visit->user;
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("kept"));
    TRY(kept_list_json(book, visit->actor.name, *kind, visit->json));
    json_key_i64(visit->json, SLICE("most"), KEPT_MAX);
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_kept(void *context, struct http_request *request) {
    static const char *const names[] = {"kind", "person"};
    struct visit *visit = visit_query(context, request, names, 2);
    KeptKind known;
    if (!visit_is_person(visit)) {
        return;
    }
    Slice *kind = ARENA_NEW(&visit->deed->arena, Slice);
    visit->user = kind;
    visit->is_plain = true;
    if (!visit_ask_text(visit, "kind", kind) || !ask_person(visit)) {
        return;
    }
    if (!slice_empty(*kind) && !kept_kind_parse(*kind, &known)) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'kind' is model_draft or view");
        return;
    }
    visit_look(visit, list, "kept", 0);
}

static Status look(struct visit *visit, struct book *book) {
    struct kept kept = *(struct kept *)visit->user;
    TRY(kept_load(book, &kept));
    kept_put_json(visit->json, &kept, true);
    return STATUS_OK;
}

void api_get_kept_one(void *context, struct http_request *request) {
    static const char *const names[] = {"person"};
    struct visit *visit = visit_query(context, request, names, 1);
    struct kept *kept = read_path(visit);
    if (kept == NULL || !ask_person(visit)) {
        return;
    }
    if (!name_fits(kept->name)) {
        visit_refuse(visit, API_PROBLEM_KEPT_UNKNOWN, "%s", "");
        return;
    }
    visit_look(visit, look, "kept", 0);
}

// ---- changing -----------------------------------------------------------------------------------

// The version that is there now goes with the answer.
static Status tell_version(struct visit *visit, struct book *book, Status status,
                           const struct kept *kept) {
    if (status == STATUS_INVALID && strcmp(book->diag->code, "OF015") == 0) {
        visit->more = (struct problem_more){
            .member = "version", .value = arena_printf(book->arena, "%" PRId64, kept->version)};
    }
    return status;
}

static Status put(struct visit *visit, struct book *book) {
    struct kept kept = *(struct kept *)visit->user;
    TRY(tell_version(visit, book, kept_put(book, &kept), &kept));
    kept_put_json(visit->json, &kept, false);
    return STATUS_OK;
}

void api_put_kept(void *context, struct http_request *request) {
    static const char *const names[] = {"version", "text", "person"};
    enum { VERSION, TEXT, PERSON };
    struct visit *visit = visit_body(context, request, names, 3);
    struct kept *kept = read_path(visit);
    Slice person;
    if (kept == NULL ||
        !visit_number(visit, VERSION, names[VERSION], 0, INT64_MAX, true, &kept->version) ||
        !visit_text(visit, TEXT, names[TEXT], kept_kinds[kept->kind].bytes_max, true,
                    &kept->text) ||
        !visit_text(visit, PERSON, names[PERSON], ID_TEXT_MAX, false, &person) ||
        !is_his(visit, person)) {
        return;
    }
    if (!name_fits(kept->name)) {
        visit_refuse(visit, API_PROBLEM_BODY_REFUSED,
                     "a name is a text of 1 to %d bytes without control characters", KEPT_NAME_MAX);
        return;
    }
    visit_look_and_note(visit, put, "kept", 0);
}

static Status drop(struct visit *visit, struct book *book) {
    struct kept kept = *(struct kept *)visit->user;
    TRY(tell_version(visit, book, kept_drop(book, &kept), &kept));
    return visit_put_taken(visit);
}

void api_delete_kept(void *context, struct http_request *request) {
    static const char *const names[] = {"version", "person"};
    struct visit *visit = visit_query(context, request, names, 2);
    struct kept *kept = read_path(visit);
    if (kept == NULL || !ask_person(visit) ||
        !visit_ask_number(visit, "version", 1, INT64_MAX, &kept->version)) {
        return;
    }
    if (kept->version == 0) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED,
                     "'version' is missing: that of what is to be dropped");
    } else if (!name_fits(kept->name)) {
        visit_refuse(visit, API_PROBLEM_KEPT_UNKNOWN, "%s", "");
    } else {
        visit_look_and_note(visit, drop, "kept", 0);
    }
}

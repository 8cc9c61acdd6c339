// Desks: who is on duty, with which skills; and what waits. What somebody may see follows from his
// roles, and a level above an analyst's from one that approves.

#include "server/api/visit.h"

enum { LEVEL_MAX = 2, SKILLS_MAX = 16, SKILL_SIZE_MAX = 32, BRANCH_SIZE_MAX = 32 };

// ---- reading ------------------------------------------------------------------------------------

static Status list(struct visit *visit, struct book *book) {
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("desks"));
    TRY(desks_put_json(book, visit->viewer, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_desks(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit != NULL) {
        visit->is_plain = true;
        visit_look(visit, list, "desks", 0);
    }
}

static Status queues(struct visit *visit, struct book *book) {
    return queues_put_json(book, visit->viewer, visit->json);
}

void api_get_queues(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit != NULL) {
        visit->is_plain = true;
        visit_look(visit, queues, "queues", 0);
    }
}

// Everybody who is signed in may read these words, but for the names of what models read: they tell what is looked
// for, and are for who sees decisions, models or alerts.
static Status words(struct visit *visit, struct book *book) {
    static const Scope scopes[] = {SCOPE_ALERTS_READ, SCOPE_MODELS_READ, SCOPE_DECISIONS_READ};
    bool sees_names = false;
    (void)book;
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        sees_names |= identity_may(&visit->deed->act.who, scopes[i]);
    }
    words_put_json(&visit->office, sees_names, visit->json);
    return STATUS_OK;
}

void api_get_disposition(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit != NULL) {
        visit->is_plain = true;
        visit_look(visit, words, "disposition", 0);
    }
}

// ---- changing -----------------------------------------------------------------------------------

struct desk_change {
    Slice skills, branch;
    int64_t level;
    bool on_duty, has_duty, has_skills, has_branch, has_level;
};

static Status put_desk(struct visit *visit, const struct person *person) {
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("desk"));
    person_put_json(visit->json, person);
    json_object_end(visit->json);
    return STATUS_OK;
}

// What is not said stays as it was; a desk that is new begins empty.
static Status load_or_begin(struct book *book, Slice name, struct person *ret_person) {
    Status status = person_load(book, name, ret_person);
    if (status != STATUS_NOT_FOUND) {
        return status;
    }
    *ret_person = (struct person){.name = name, .skills = SLICE(""), .branch = SLICE("")};
    return STATUS_OK;
}

static Status check_level(struct visit *visit, struct book *book, const struct person *before,
                          const struct desk_change *change, ScopeSet scopes) {
    if (!change->has_level || change->level == before->level) {
        return STATUS_OK;
    }
    ENSURE(!slice_equal(before->name, visit->actor.name),
           book_fail(book, STATUS_INVALID, "OF005", "nobody raises or lowers the own level"));
    bool may_lead = change->level == 0 || (scopes & scope_bit(SCOPE_ALERTS_APPROVE)) != 0;
    ENSURE(may_lead, book_fail(book, STATUS_INVALID, "OF005",
                               "a level above 0 is for who has a role that approves: shift-leader, "
                               "aml-officer or insider-reviewer"));
    return STATUS_OK;
}

static Status set_desk(struct visit *visit, struct book *book) {
    const struct desk_change *change = visit->user;
    struct person person;
    ScopeSet scopes = 0;
    Slice name = http_request_parameter(visit->request, SLICE("person"));
    ENSURE(visit_roles_of(visit, name, &scopes),
           book_fail(book, STATUS_INVALID, "OF005", "there is no user '%.*s', or he is disabled",
                     SLICE_ARGS(name)));
    TRY(load_or_begin(book, name, &person));
    TRY(check_level(visit, book, &person, change, scopes));
    person.domains = clearance_of(scopes);
    person.skills = change->has_skills ? change->skills : person.skills;
    person.branch = change->has_branch ? change->branch : person.branch;
    person.level = change->has_level ? change->level : person.level;
    person.on_duty = change->has_duty ? change->on_duty : person.on_duty;
    TRY(person_keep(book, &person));
    return put_desk(visit, &person);
}

static bool is_skill(Slice word) {
    for (size_t i = 0; i < word.size; i++) {
        char byte = word.at[i];
        if (!(byte >= 'A' && byte <= 'Z') && !(byte >= '0' && byte <= '9') && byte != '_') {
            return false;
        }
    }
    return word.size > 0 && word.size <= SKILL_SIZE_MAX;
}

// As words with blanks around each. False: it has answered.
static bool read_skills(struct visit *visit, uint32_t member, Slice *ret_skills) {
    struct buf out;
    uint32_t list = visit->deed->found[member];
    if (list == JSON_NONE) {
        return true;
    }
    JsonTree tree = visit->deed->tree;
    bool is_fine = tree.nodes[list].kind == JSON_ARRAY && tree.nodes[list].count <= SKILLS_MAX;
    buf_init(&out, 1 << 12);
    buf_put(&out, SLICE(" "));
    JSON_EACH(tree, list, i) {
        is_fine = is_fine && tree.nodes[i].kind == JSON_STRING && is_skill(tree.nodes[i].text);
        buf_put(&out, is_fine ? tree.nodes[i].text : SLICE(""));
        buf_put(&out, SLICE(" "));
    }
    *ret_skills = is_fine && tree.nodes[list].count > 0
                      ? arena_copy(&visit->deed->arena, buf_slice(&out))
                      : SLICE("");
    buf_deinit(&out);
    if (!is_fine) {
        visit_refuse_member(visit, "skills",
                            "is a list of up to 16 words of A-Z, 0-9 and _: FRAUD, MULE, AML ...");
    }
    return is_fine;
}

void api_put_desk(void *context, struct http_request *request) {
    enum { SKILLS, LEVEL, BRANCH, ON_DUTY };
    static const char *const names[] = {"skills", "level", "branch", "on_duty"};
    struct visit *visit = visit_body(context, request, names, 4);
    if (!visit_is_person(visit)) {
        return;
    }
    struct desk_change *change = ARENA_NEW(&visit->deed->arena, struct desk_change);
    *change = (struct desk_change){.has_skills = visit_has(visit, SKILLS),
                                   .has_level = visit_has(visit, LEVEL),
                                   .has_branch = visit_has(visit, BRANCH),
                                   .has_duty = visit_has(visit, ON_DUTY)};
    visit->user = change;
    visit->is_plain = true;
    if (read_skills(visit, SKILLS, &change->skills) &&
        visit_number(visit, LEVEL, "level", 0, LEVEL_MAX, false, &change->level) &&
        visit_text(visit, BRANCH, "branch", BRANCH_SIZE_MAX, false, &change->branch) &&
        visit_flag(visit, ON_DUTY, "on_duty", &change->on_duty)) {
        visit_change_named(visit, set_desk, AUDIT_DESK_CHANGED, "desk",
                           http_request_parameter(request, SLICE("person")));
    }
}

// ---- the own desk -------------------------------------------------------------------------------

static Status show_own(struct visit *visit, struct book *book) {
    struct person person;
    TRY(person_load(book, visit->actor.name, &person));
    person.domains = visit->viewer;
    return put_desk(visit, &person);
}

void api_get_own_desk(void *context, struct http_request *request) {
    struct visit *visit = visit_query(context, request, NULL, 0);
    if (visit_is_person(visit)) {
        visit->is_plain = true;
        visit_look(visit, show_own, "desk", 0);
    }
}

static Status set_own(struct visit *visit, struct book *book) {
    const bool *on_duty = visit->user;
    struct person person;
    TRY(person_load(book, visit->actor.name, &person));
    person.domains = visit->viewer;
    person.on_duty = *on_duty;
    TRY(person_keep(book, &person));
    return put_desk(visit, &person);
}

void api_put_own_desk(void *context, struct http_request *request) {
    static const char *const names[] = {"on_duty"};
    struct visit *visit = visit_body(context, request, names, 1);
    if (!visit_is_person(visit)) {
        return;
    }
    bool *on_duty = ARENA_NEW(&visit->deed->arena, bool);
    visit->user = on_duty;
    visit->is_plain = true;
    if (!visit_has(visit, 0)) {
        visit_refuse_member(visit, names[0], "is missing");
    } else if (visit_flag(visit, 0, names[0], on_duty)) {
        visit_change_named(visit, set_own, AUDIT_DESK_CHANGED, "desk", visit->actor.name);
    }
}

// The truth: labels, looked up by the names of things and of events.
//
// A label is checked whole before anything of it is kept. Things and events are maps from names to
// chains of links, one link for each case that names them.

#include "base/map.h"
#include "base/vec.h"
#include "simulation/answers/private.h"

#include <stdlib.h>

enum {
    SUFFERS_DAYS = 3, // after a case's end an alert on who suffered it still speaks of it
    DOES_DAYS = 30,   // on who did it; what models look back on is seldom longer
};

#define YEAR_10000_MS INT64_C(253402300800000)

struct known_case {
    Slice id, typology, variant;
    int64_t begin_us, end_us, last_loss_us;
};

struct link {
    uint32_t of, next;
    uint8_t what; // RoleInCase of a thing, CaseMoment of an event
};

struct truth {
    struct arena arena;
    struct arena scratch; // of the last refusal
    struct json_reader *json;
    VEC(struct known_case) cases;
    VEC(struct link) links;
    struct map ids, things, events; // ids: to the case; the others: to the first link
};

const char *const role_words[IN_CASE_NOTHING + 1] = {
#define ROLE(name, word, zh, what) word,
#include "simulation/roles.def"
#undef ROLE
    "",
};
static const char *const moment_words[] = {"", "before", "strike", "after"};
static const char *const thing_words[] = {"customer", "account", "merchant", "device",
                                          "employee", "asset",   "branch"};

struct truth *truth_create(void) {
    struct truth *truth = memory_alloc(sizeof *truth);
    arena_init(&truth->arena, 1 << 20);
    arena_init(&truth->scratch, 4096);
    truth->json = json_reader_create(TRUTH_LINE_MAX, 8);
    map_init(&truth->ids, &truth->arena);
    map_init(&truth->things, &truth->arena);
    map_init(&truth->events, &truth->arena);
    return truth;
}

void truth_destroy(struct truth *truth) {
    if (truth == NULL) {
        return;
    }
    json_reader_destroy(truth->json);
    arena_deinit(&truth->scratch);
    arena_deinit(&truth->arena);
    free(truth);
}

uint32_t truth_cases(const struct truth *truth) {
    return truth->cases.count;
}

// ---- checking a label ---------------------------------------------------------------------------

struct reading {
    struct truth *truth;
    JsonTree tree;
    Slice reason;
};

static Status wrong(struct reading *reading, Status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static Status wrong(struct reading *reading, Status status, const char *format, ...) {
    va_list args;
    va_start(args, format);
    reading->reason = arena_vprintf(&reading->truth->scratch, format, args);
    va_end(args);
    return status;
}

static bool text_of(JsonTree tree, uint32_t object, const char *key, Slice *ret_text) {
    uint32_t at = json_member(tree, object, slice_of(key));
    if (at == JSON_NONE || tree.nodes[at].kind != JSON_STRING) {
        return false;
    }
    *ret_text = tree.nodes[at].text;
    return true;
}

static bool name_of(JsonTree tree, uint32_t object, const char *key, Slice *ret_name) {
    return text_of(tree, object, key, ret_name) && !slice_empty(*ret_name) &&
           ret_name->size <= TRUTH_NAME_MAX;
}

static bool number_of(JsonTree tree, uint32_t object, const char *key, int64_t *ret_number) {
    uint32_t at = json_member(tree, object, slice_of(key));
    if (at == JSON_NONE || tree.nodes[at].kind != JSON_INT) {
        return false;
    }
    *ret_number = tree.nodes[at].i64;
    return true;
}

static bool moment_of(JsonTree tree, uint32_t object, const char *key, int64_t *ret_us) {
    int64_t ms = 0;
    if (!number_of(tree, object, key, &ms) || ms < 0 || ms >= YEAR_10000_MS) {
        return false;
    }
    *ret_us = ms * US_PER_MS;
    return true;
}

static bool word_of(Slice word, const char *const *words, uint32_t count, uint32_t *ret_index) {
    for (uint32_t i = 0; i < count; i++) {
        if (slice_is(word, words[i]) && !slice_empty(word)) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

enum { NAME_TOLD_MAX = 40 }; // bytes of a foreign text in a message

static Slice told(Slice text) {
    return slice_part(text, 0, NAME_TOLD_MAX);
}

static Status check_head(struct reading *reading, struct known_case *ret_case) {
    JsonTree tree = reading->tree;
    ENSURE(name_of(tree, 0, "case_id", &ret_case->id),
           wrong(reading, STATUS_INVALID, "case_id: a text of 1 to %d bytes is needed",
                 TRUTH_NAME_MAX));
    ENSURE(name_of(tree, 0, "typology", &ret_case->typology) &&
               slice_find_byte(ret_case->typology, '-', 0) < ret_case->typology.size,
           wrong(reading, STATUS_INVALID, "typology: a text as VP-03 is needed"));
    ENSURE(moment_of(tree, 0, "begin", &ret_case->begin_us) &&
               moment_of(tree, 0, "end", &ret_case->end_us) &&
               ret_case->end_us >= ret_case->begin_us,
           wrong(reading, STATUS_INVALID,
                 "begin, end: milliseconds since 1970 are needed, in this order"));
    if (!text_of(tree, 0, "variant", &ret_case->variant) ||
        ret_case->variant.size > TRUTH_NAME_MAX) {
        ret_case->variant = (Slice){NULL, 0};
    }
    Slice id = ret_case->id;
    ENSURE(
        map_get(&reading->truth->ids, id) == MAP_NONE,
        wrong(reading, STATUS_INVALID, "case_id: '%.*s' was there before", SLICE_ARGS(told(id))));
    ENSURE(reading->truth->cases.count < TRUTH_CASES_MAX,
           wrong(reading, STATUS_LIMIT, "more than %d cases", TRUTH_CASES_MAX));
    return STATUS_OK;
}

static Status list_of(struct reading *reading, const char *key, uint32_t most, uint32_t *ret_list) {
    uint32_t list = json_member(reading->tree, 0, slice_of(key));
    ENSURE(list != JSON_NONE && reading->tree.nodes[list].kind == JSON_ARRAY,
           wrong(reading, STATUS_INVALID, "%s: a list is needed", key));
    ENSURE(reading->tree.nodes[list].count <= most,
           wrong(reading, STATUS_LIMIT, "%s: more than %u", key, most));
    *ret_list = list;
    return STATUS_OK;
}

struct event_read {
    Slice id;
    int64_t at_us, lost;
    uint32_t moment;
};

static bool read_event(JsonTree tree, uint32_t at, struct event_read *ret_event) {
    Slice part;
    return name_of(tree, at, "event_id", &ret_event->id) &&
           moment_of(tree, at, "time", &ret_event->at_us) &&
           number_of(tree, at, "lost", &ret_event->lost) && ret_event->lost >= 0 &&
           text_of(tree, at, "part", &part) &&
           word_of(part, moment_words, MOMENT_AFTER + 1, &ret_event->moment);
}

static Status check_events(struct reading *reading, uint32_t list, struct known_case *ret_case) {
    uint32_t number = 0;
    int64_t strike_us = ret_case->begin_us;
    int64_t loss_us = -1;
    JSON_EACH(reading->tree, list, i) {
        struct event_read event;
        ENSURE(read_event(reading->tree, i, &event),
               wrong(reading, STATUS_INVALID,
                     "events[%u]: event_id, time, part (before, strike or after) and what was "
                     "lost, not below 0, are needed",
                     number));
        strike_us = event.moment == MOMENT_STRIKE ? event.at_us : strike_us;
        loss_us = event.lost > 0 ? event.at_us : loss_us;
        number++;
    }
    ret_case->last_loss_us = loss_us >= 0 ? loss_us : strike_us;
    return STATUS_OK;
}

struct role_read {
    Slice id;
    uint32_t role;
};

static Status read_role(struct reading *reading, uint32_t at, uint32_t number,
                        struct role_read *ret_role) {
    JsonTree tree = reading->tree;
    Slice thing;
    Slice role;
    uint32_t kind;
    ENSURE(name_of(tree, at, "id", &ret_role->id),
           wrong(reading, STATUS_INVALID, "roles[%u].id: a text of 1 to %d bytes is needed", number,
                 TRUTH_NAME_MAX));
    ENSURE(text_of(tree, at, "thing", &thing) &&
               word_of(thing, thing_words, sizeof thing_words / sizeof thing_words[0], &kind),
           wrong(reading, STATUS_INVALID,
                 "roles[%u].thing: customer, account, merchant, device, employee, asset or branch "
                 "is needed",
                 number));
    ENSURE(text_of(tree, at, "role", &role),
           wrong(reading, STATUS_INVALID, "roles[%u].role: a text is needed", number));
    ENSURE(word_of(role, role_words, IN_CASE_NOTHING, &ret_role->role),
           wrong(reading, STATUS_INVALID, "roles[%u].role: there is no role '%.*s'", number,
                 SLICE_ARGS(told(role))));
    return STATUS_OK;
}

static Status check_roles(struct reading *reading, uint32_t list) {
    uint32_t number = 0;
    JSON_EACH(reading->tree, list, i) {
        struct role_read role;
        TRY(read_role(reading, i, number++, &role));
    }
    return STATUS_OK;
}

// ---- keeping it ---------------------------------------------------------------------------------

static void put_link(struct truth *truth, struct map *map, Slice name, uint32_t of, uint32_t what) {
    uint32_t index = truth->links.count;
    uint32_t head = map_get(map, name);
    uint32_t next = MAP_NONE;
    if (head == MAP_NONE) {
        map_put(map, arena_copy(&truth->arena, name), index);
    } else {
        next = truth->links.at[head].next;
        truth->links.at[head].next = index;
    }
    *VEC_PUSH(&truth->links, &truth->arena) = (struct link){of, next, (uint8_t)what};
}

static void keep(struct reading *reading, const struct known_case *checked, uint32_t events,
                 uint32_t roles) {
    struct truth *truth = reading->truth;
    uint32_t of = truth->cases.count;
    struct known_case kept = *checked;
    kept.id = arena_copy(&truth->arena, kept.id);
    kept.typology = arena_copy(&truth->arena, kept.typology);
    kept.variant = arena_copy(&truth->arena, kept.variant);
    *VEC_PUSH(&truth->cases, &truth->arena) = kept;
    map_put(&truth->ids, kept.id, of);
    JSON_EACH(reading->tree, events, i) {
        struct event_read event;
        INVARIANT(read_event(reading->tree, i, &event));
        put_link(truth, &truth->events, event.id, of, event.moment);
    }
    JSON_EACH(reading->tree, roles, i) {
        struct role_read role;
        INVARIANT(read_role(reading, i, 0, &role) == STATUS_OK);
        put_link(truth, &truth->things, role.id, of, role.role);
    }
}

static Status take(struct reading *reading, Slice line) {
    struct truth *truth = reading->truth;
    ENSURE(line.size <= TRUTH_LINE_MAX,
           wrong(reading, STATUS_LIMIT, "longer than %d bytes", TRUTH_LINE_MAX));
    if (json_parse(truth->json, line, &reading->tree) != STATUS_OK) {
        const struct json_error *error = json_reader_error(truth->json);
        return wrong(reading, STATUS_INVALID, "byte %zu: %s", error->offset + 1,
                     json_fault_text(error->fault));
    }
    ENSURE(reading->tree.nodes[0].kind == JSON_OBJECT,
           wrong(reading, STATUS_INVALID, "it is not a JSON object"));
    struct known_case checked = {0};
    uint32_t events;
    uint32_t roles;
    TRY(check_head(reading, &checked));
    TRY(list_of(reading, "events", TRUTH_EVENTS_MAX, &events));
    TRY(check_events(reading, events, &checked));
    TRY(list_of(reading, "roles", TRUTH_ROLES_MAX, &roles));
    TRY(check_roles(reading, roles));
    keep(reading, &checked, events, roles);
    return STATUS_OK;
}

Status truth_take(struct truth *truth, Slice line, Slice *ret_reason) {
    arena_reset(&truth->scratch);
    struct reading reading = {.truth = truth};
    Status status = take(&reading, line);
    if (status != STATUS_OK) {
        *ret_reason = reading.reason;
    }
    return status;
}

// ---- asking -------------------------------------------------------------------------------------

static CaseMoment moment_in(const struct truth *truth, Slice event_id, uint32_t of) {
    uint32_t at = slice_empty(event_id) ? MAP_NONE : map_get(&truth->events, event_id);
    for (; at != MAP_NONE; at = truth->links.at[at].next) {
        if (truth->links.at[at].of == of) {
            return (CaseMoment)truth->links.at[at].what;
        }
    }
    return MOMENT_NONE;
}

static bool suffers(RoleInCase role) {
    return role == IN_CASE_DECEIVED || role == IN_CASE_ROBBED || role == IN_CASE_TARGET ||
           role == IN_CASE_BYSTANDER;
}

static bool is_about(const struct known_case *at, RoleInCase role, int64_t at_us) {
    int64_t after_us = (suffers(role) ? SUFFERS_DAYS : DOES_DAYS) * US_PER_DAY;
    return at_us >= at->begin_us && (at_us <= at->end_us || at_us - at->end_us <= after_us);
}

static struct standing standing_in(const struct known_case *of, RoleInCase role,
                                   CaseMoment moment) {
    return (struct standing){.role = role,
                             .case_id = of->id,
                             .typology = of->typology,
                             .variant = of->variant,
                             .moment = moment,
                             .begin_us = of->begin_us,
                             .end_us = of->end_us,
                             .last_loss_us = of->last_loss_us};
}

static bool counts_more(const struct standing *left, const struct standing *right) {
    bool left_own = left->moment != MOMENT_NONE;
    bool right_own = right->moment != MOMENT_NONE;
    if (left_own != right_own) {
        return left_own;
    }
    if (left->role != right->role) {
        return left->role < right->role;
    }
    return left->begin_us > right->begin_us;
}

struct standing truth_of(const struct truth *truth, Slice thing, Slice event_id, int64_t at_us) {
    struct standing best = {.role = IN_CASE_NOTHING};
    uint32_t at = slice_empty(thing) ? MAP_NONE : map_get(&truth->things, thing);
    for (; at != MAP_NONE; at = truth->links.at[at].next) {
        const struct link *link = &truth->links.at[at];
        const struct known_case *of = &truth->cases.at[link->of];
        CaseMoment moment = moment_in(truth, event_id, link->of);
        struct standing standing = standing_in(of, (RoleInCase)link->what, moment);
        if ((moment != MOMENT_NONE || is_about(of, standing.role, at_us)) &&
            counts_more(&standing, &best)) {
            best = standing;
        }
    }
    return best;
}

bool truth_event(const struct truth *truth, Slice event_id, struct standing *ret_standing) {
    uint32_t at = slice_empty(event_id) ? MAP_NONE : map_get(&truth->events, event_id);
    if (at == MAP_NONE) {
        return false;
    }
    const struct link *link = &truth->links.at[at];
    *ret_standing =
        standing_in(&truth->cases.at[link->of], IN_CASE_NOTHING, (CaseMoment)link->what);
    return true;
}

// Gangs that were proposed: kept, found again, decided on.
//
// Two gangs are the same where they share half of the accounts of the smaller one. What was decided
// stays decided: the same gang is proposed again only when it has grown by a fifth, and by one
// account at least.

#include "base/map.h"
#include "base/vec.h"
#include "response/cases/private.h"

#include <inttypes.h>
#include <stdlib.h>

enum { BONDS_KEPT = 400, ALIKE_MAX = 1000, GROWTH = 5, NAMED_MEMBERS = 3 };

static const struct statement HUB_PUT = {
    "gang_hub_put",
    "INSERT INTO gang_hub (kind, name, reason, until_us, added_us, added_by) VALUES "
    "(?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (kind, name) DO UPDATE SET reason = "
    "excluded.reason, until_us = excluded.until_us, added_us = excluded.added_us, "
    "added_by = excluded.added_by"};
static const struct statement ALIKE = {
    "gang_alike",
    "SELECT g.id, g.state, g.accounts FROM gang_member m JOIN gang g ON g.id = m.gang "
    "WHERE m.kind = 'ACCOUNT' AND m.name = ?1 AND m.part = 'MEMBER' AND g.secrecy = "
    "?2 AND g.state <> 'REPLACED' LIMIT ?3"};
static const struct statement ADD = {
    "gang_add",
    "INSERT INTO gang (id, seed_kind, seed, secrecy, state, accounts, holders, strength, amount, "
    "from_us, until_us, found_us, times, grown_from, skipped, decided_by, reason) VALUES (?1, ?2, "
    "?3, ?4, 'PROPOSED', ?5, ?6, ?7, ?8, ?9, ?10, ?11, 1, ?12, ?13, '', '')"};
static const struct statement CHANGE = {
    "gang_change", "UPDATE gang SET accounts = ?2, holders = ?3, strength = ?4, amount = ?5, "
                   "from_us = ?6, until_us = ?7, found_us = ?8, times = times + 1, skipped = ?9 "
                   "WHERE id = ?1"};
static const struct statement MEMBERS_DROP = {"gang_members_drop",
                                              "DELETE FROM gang_member WHERE gang = ?1"};
static const struct statement BONDS_DROP = {"gang_bonds_drop",
                                            "DELETE FROM gang_bond WHERE gang = ?1"};
static const struct statement MEMBER_ADD = {
    "gang_member_add",
    "INSERT INTO gang_member (gang, kind, name, part, strength, nearness) VALUES "
    "(?1, ?2, ?3, ?4, ?5, ?6)"};
static const struct statement BOND_ADD = {
    "gang_bond_add",
    "INSERT INTO gang_bond (gang, number, kind, from_kind, from_name, to_kind, to_name, times, "
    "amount, weight, first_us, last_us) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, "
    "?12)"};
static const struct statement LOAD = {
    "gang_load", "SELECT state, secrecy, accounts FROM seen_gang WHERE viewer = ?1 AND id = ?2"};
static const struct statement DECIDE = {
    "gang_decide", "UPDATE gang SET state = ?2, case_id = ?3, decided_us = ?4, decided_by = ?5, "
                   "reason = ?6 WHERE id = ?1"};
static const struct statement REPLACE = {"gang_replace",
                                         "UPDATE gang SET state = 'REPLACED' WHERE id = ?1"};
static const struct statement MEMBERS = {
    "gang_members", "SELECT kind, name, strength FROM gang_member WHERE gang = ?1 AND part = "
                    "'MEMBER' ORDER BY nearness DESC, kind, name"};
// Of accounts and customers of the gang, those that are in no case.
static const struct statement ALERTS = {
    "gang_alerts", "SELECT a.id FROM gang_member m JOIN alert a ON a.account = m.name WHERE m.gang "
                   "= ?1 AND m.kind = 'ACCOUNT' AND m.part = 'MEMBER' AND a.is_open = 1 AND "
                   "a.case_id IS NULL AND a.secrecy IN ('NORMAL', ?2) ORDER BY a.id LIMIT ?3"};

static const char *const parts[] = {
#define X(name, zh, en) #name,
    GANG_PARTS(X)
#undef X
};

// ---- hubs --------------------------------------------------------------------------------------

// Hubs have no numbers of their own: they are traced together.
Status gang_hub_put(struct book *book, GangNodeKind kind, Slice name, Slice reason,
                    int64_t until_us) {
    struct detail detail;
    TRY(case_text_check(book, "the name of a hub", name, CASES_NAME_MAX));
    TRY(case_text_check(book, "the reason", reason, CASE_TITLE_MAX));
    ENSURE(name.size > 0 && reason.size > 0,
           book_fail(book, STATUS_INVALID, "CA005", "a hub needs a name and a reason"));
    TRY(book_run(book, &HUB_PUT,
                 STORE_VALUES(store_text(gang_node_word(kind)), store_text(name),
                              store_text(reason), store_i64(until_us), store_i64(book->now_us),
                              store_text(book->actor.name))));
    detail_begin(&detail);
    json_key_string(&detail.json, SLICE("kind"), gang_node_word(kind));
    json_key_string(&detail.json, SLICE("name"), name);
    json_key_string(&detail.json, SLICE("why"), reason);
    json_key_i64(&detail.json, SLICE("until_us"), until_us);
    return book_trace(book, &(struct trace){.object_kind = "gang_hub",
                                            .object = 0,
                                            .reason = SLICE("registered"),
                                            .detail = detail_end(&detail, book)});
}

// ---- those that are alike ----------------------------------------------------------------------

struct alike {
    int64_t id, accounts, shared;
    bool is_decided;
};
typedef VEC(struct alike) Alikes;

static struct alike *alike_of(Alikes *alikes, int64_t id) {
    for (uint32_t i = 0; i < alikes->count; i++) {
        if (alikes->at[i].id == id) {
            return &alikes->at[i];
        }
    }
    return NULL;
}

static Status count_shared(struct book *book, Slice account, Slice secrecy, Alikes *alikes) {
    Status status;
    TRY(book_ask(book, &ALIKE,
                 STORE_VALUES(store_text(account), store_text(secrecy), store_i64(ALIKE_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        struct alike *alike = alike_of(alikes, book_i64(book, 0));
        if (alike == NULL && alikes->count < ALIKE_MAX) {
            bool waits = slice_is(store_column_text(book->store, 1), "PROPOSED");
            alike = VEC_PUSH(alikes, book->arena);
            *alike = (struct alike){
                .id = book_i64(book, 0), .accounts = book_i64(book, 2), .is_decided = !waits};
        }
        if (alike != NULL) {
            alike->shared++;
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

// Those that are the same gang as this one.
static Status find_alike(struct book *book, const struct gang *gang, Slice secrecy,
                         Alikes *alikes) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < gang->member_count; i++) {
        const struct gang_member *member = &gang->members[i];
        if (member->node.kind == GANG_NODE_ACCOUNT && member->part == GANG_PART_MEMBER) {
            TRY(count_shared(book, member->node.name, secrecy, alikes));
        }
    }
    for (uint32_t i = 0; i < alikes->count; i++) {
        const struct alike *alike = &alikes->at[i];
        int64_t smaller = alike->accounts < gang->accounts ? alike->accounts : gang->accounts;
        if (2 * alike->shared >= smaller) {
            alikes->at[kept++] = *alike;
        }
    }
    alikes->count = kept;
    return STATUS_OK;
}

static bool has_grown(const struct gang *gang, const struct alike *before) {
    int64_t news = gang->accounts - before->shared;
    return news >= 1 && news * GROWTH >= before->accounts;
}

// ---- keeping -----------------------------------------------------------------------------------

static Slice tell_skipped(struct book *book, const struct gang *gang) {
    static const struct {
        const char *word, *zh, *en;
    } reasons[] = {
#define X(name, zh, en) {#name, zh, en},
        GANG_SKIPS(X)
#undef X
    };
    struct detail detail;
    detail_begin(&detail);
    json_key_bool(&detail.json, SLICE("nodes_cut"), gang->nodes_cut);
    json_key_i64(&detail.json, SLICE("nodes_read"), gang->nodes);
    json_key_i64(&detail.json, SLICE("cuts"), gang->cuts);
    json_key(&detail.json, SLICE("hubs"));
    json_array_begin(&detail.json);
    for (uint32_t i = 0; i < gang->hub_count; i++) {
        const struct gang_hub *hub = &gang->hubs[i];
        json_object_begin(&detail.json);
        json_key_string(&detail.json, SLICE("kind"), gang_node_word(hub->node.kind));
        json_key_string(&detail.json, SLICE("name"), hub->node.name);
        json_key_string(&detail.json, SLICE("reason"), slice_of(reasons[hub->reason].word));
        json_key_string(&detail.json, SLICE("zh"), slice_of(reasons[hub->reason].zh));
        json_key_string(&detail.json, SLICE("en"), slice_of(reasons[hub->reason].en));
        json_key_string(&detail.json, SLICE("detail"), hub->detail);
        json_key_i64(&detail.json, SLICE("seen"), hub->seen);
        json_key_i64(&detail.json, SLICE("members"), hub->members);
        json_object_end(&detail.json);
    }
    json_array_end(&detail.json);
    return detail_end(&detail, book);
}

static Status keep_member(struct book *book, int64_t id, const struct gang_member *member) {
    return book_run(book, &MEMBER_ADD,
                    STORE_VALUES(store_i64(id), store_text(gang_node_word(member->node.kind)),
                                 store_text(member->node.name),
                                 store_text(slice_of(parts[member->part])),
                                 store_f64(member->strength), store_f64(member->nearness)));
}

static Status keep_bond(struct book *book, int64_t id, int64_t number,
                        const struct gang_bond *bond) {
    return book_run(
        book, &BOND_ADD,
        STORE_VALUES(store_i64(id), store_i64(number),
                     store_text(bond->is_payment ? SLICE("PAYMENT") : bond_word(bond->kind)),
                     store_text(gang_node_word(bond->from.kind)), store_text(bond->from.name),
                     store_text(gang_node_word(bond->to.kind)), store_text(bond->to.name),
                     store_i64(bond->times), store_i64(bond->amount), store_f64(bond->weight),
                     store_i64(bond->first_us), store_i64(bond->last_us)));
}

static Status keep_contents(struct book *book, int64_t id, const struct gang *gang) {
    TRY(book_run(book, &MEMBERS_DROP, STORE_VALUES(store_i64(id))));
    TRY(book_run(book, &BONDS_DROP, STORE_VALUES(store_i64(id))));
    for (uint32_t i = 0; i < gang->member_count; i++) {
        TRY(keep_member(book, id, &gang->members[i]));
    }
    for (uint32_t i = 0; i < gang->bond_count && i < BONDS_KEPT; i++) {
        TRY(keep_bond(book, id, i + 1, &gang->bonds[i]));
    }
    return STATUS_OK;
}

static Status trace_gang(struct book *book, int64_t id, Slice from, Slice to, Slice reason,
                         const struct gang *gang) {
    struct detail detail;
    detail_begin(&detail);
    if (gang != NULL) {
        json_key_i64(&detail.json, SLICE("accounts"), gang->accounts);
        json_key_i64(&detail.json, SLICE("holders"), gang->holders);
        json_key_double(&detail.json, SLICE("strength"), gang->strength);
        json_key_string(&detail.json, SLICE("seed"), gang->seed.name);
    }
    return book_trace(book, &(struct trace){.object_kind = "gang",
                                            .object = id,
                                            .from = from,
                                            .to = to,
                                            .reason = reason,
                                            .detail = detail_end(&detail, book)});
}

static Status add_gang(struct book *book, const struct gang *gang, Slice secrecy,
                       int64_t grown_from, int64_t *ret_id) {
    TRY(book_count_up(book, SLICE("gang"), ret_id));
    TRY(book_run(
        book, &ADD,
        STORE_VALUES(store_i64(*ret_id), store_text(gang_node_word(gang->seed.kind)),
                     store_text(gang->seed.name), store_text(secrecy), store_i64(gang->accounts),
                     store_i64(gang->holders), store_f64(gang->strength), store_i64(gang->amount),
                     store_i64(gang->from_us), store_i64(gang->until_us), store_i64(book->now_us),
                     grown_from == 0 ? store_null() : store_i64(grown_from),
                     store_text(tell_skipped(book, gang)))));
    TRY(keep_contents(book, *ret_id, gang));
    return trace_gang(book, *ret_id, SLICE(""), SLICE("PROPOSED"),
                      grown_from == 0 ? SLICE("found") : SLICE("grown"), gang);
}

static Status change_gang(struct book *book, const struct gang *gang, int64_t id) {
    TRY(book_run(book, &CHANGE,
                 STORE_VALUES(store_i64(id), store_i64(gang->accounts), store_i64(gang->holders),
                              store_f64(gang->strength), store_i64(gang->amount),
                              store_i64(gang->from_us), store_i64(gang->until_us),
                              store_i64(book->now_us), store_text(tell_skipped(book, gang)))));
    TRY(keep_contents(book, id, gang));
    return trace_gang(book, id, SLICE("PROPOSED"), SLICE("PROPOSED"), SLICE("found_again"), gang);
}

// Several that wait may turn out to be one.
static Status replace_others(struct book *book, const Alikes *alikes, int64_t id) {
    for (uint32_t i = 0; i < alikes->count; i++) {
        const struct alike *alike = &alikes->at[i];
        if (!alike->is_decided && alike->id != id) {
            TRY(book_run(book, &REPLACE, STORE_VALUES(store_i64(alike->id))));
            TRY(trace_gang(book, alike->id, SLICE("PROPOSED"), SLICE("REPLACED"),
                           arena_printf(book->arena, "gang %" PRId64, id), NULL));
        }
    }
    return STATUS_OK;
}

static Status check_secrecy(struct book *book, Slice secrecy) {
    bool is_one =
        slice_is(secrecy, "NORMAL") || slice_is(secrecy, "AML") || slice_is(secrecy, "INSIDER");
    ENSURE(is_one, book_fail(book, STATUS_INVALID, "CA002",
                             "'%.*s' is no secrecy: NORMAL, AML or INSIDER", SLICE_ARGS(secrecy)));
    return STATUS_OK;
}

Status gang_propose(struct book *book, const struct gang *gang, Slice secrecy,
                    struct gang_proposal *ret) {
    Alikes alikes = {0};
    int64_t waits = 0, grown_from = 0;
    *ret = (struct gang_proposal){.fate = GANG_FATE_NONE};
    TRY(check_secrecy(book, secrecy));
    if (gang->outcome != GANG_FOUND) {
        return STATUS_OK;
    }
    TRY(find_alike(book, gang, secrecy, &alikes));
    for (uint32_t i = 0; i < alikes.count; i++) {
        const struct alike *alike = &alikes.at[i];
        if (alike->is_decided && !has_grown(gang, alike)) {
            *ret = (struct gang_proposal){GANG_FATE_KNOWN, alike->id};
            return STATUS_OK;
        }
        grown_from = alike->is_decided && alike->id > grown_from ? alike->id : grown_from;
        waits = !alike->is_decided && (waits == 0 || alike->id < waits) ? alike->id : waits;
    }
    *ret = (struct gang_proposal){waits == 0 ? GANG_FATE_NEW : GANG_FATE_CHANGED, waits};
    TRY(waits == 0 ? add_gang(book, gang, secrecy, grown_from, &ret->id)
                   : change_gang(book, gang, waits));
    return replace_others(book, &alikes, ret->id);
}

Status gang_scan(struct book *book, const struct gang_seed *seeds, uint32_t count,
                 const struct gang_options *options, Slice secrecy, struct gang_scan *ret) {
    struct map found;
    struct gang_scan scan = {.seeds = count};
    map_init(&found, book->arena);
    for (uint32_t i = 0; i < count; i++) {
        struct gang gang;
        struct gang_proposal proposal;
        if (map_get(&found, seeds[i].name) != MAP_NONE) {
            scan.skipped++;
            continue;
        }
        TRY(gang_find(book, &seeds[i], options, &gang));
        TRY(gang_propose(book, &gang, secrecy, &proposal));
        for (uint32_t k = 0; k < gang.member_count && gang.outcome == GANG_FOUND; k++) {
            if (gang.members[k].part == GANG_PART_MEMBER) {
                map_put(&found, gang.members[k].node.name, i);
            }
        }
        scan.found += gang.outcome == GANG_FOUND;
        scan.made += proposal.fate == GANG_FATE_NEW;
        scan.changed += proposal.fate == GANG_FATE_CHANGED;
        scan.known += proposal.fate == GANG_FATE_KNOWN;
    }
    *ret = scan;
    return STATUS_OK;
}

// ---- deciding ----------------------------------------------------------------------------------

struct loaded {
    Slice secrecy;
    int64_t accounts;
};

static Status load_waiting(struct book *book, int64_t clearance, int64_t gang, struct loaded *ret) {
    Status status = book_one(book, &LOAD, STORE_VALUES(store_i64(clearance), store_i64(gang)));
    if (status == STATUS_NOT_FOUND) {
        return book_fail(book, status, "CA013", "there is no gang %" PRId64, gang);
    }
    TRY(status);
    *ret = (struct loaded){book_text(book, 1), book_i64(book, 2)};
    Slice state = book_text(book, 0);
    ENSURE(slice_is(state, "PROPOSED"),
           book_fail(book, STATUS_INVALID, "CA011", "the gang %" PRId64 " is %.*s already", gang,
                     SLICE_ARGS(state)));
    return STATUS_OK;
}

static Status decide(struct book *book, int64_t gang, const char *state, StoreValue case_id,
                     Slice reason) {
    TRY(book_run(book, &DECIDE,
                 STORE_VALUES(store_i64(gang), store_text(slice_of(state)), case_id,
                              store_i64(book->now_us), store_text(book->actor.name),
                              store_text(reason))));
    return trace_gang(book, gang, SLICE("PROPOSED"), slice_of(state), reason, NULL);
}

Status gang_dismiss(struct book *book, int64_t clearance, int64_t gang, Slice reason) {
    struct loaded loaded;
    TRY(load_waiting(book, clearance, gang, &loaded));
    TRY(case_text_check(book, "the reason", reason, CASE_TITLE_MAX));
    ENSURE(reason.size > 0,
           book_fail(book, STATUS_INVALID, "CA005", "to dismiss a gang needs a reason"));
    return decide(book, gang, "DISMISSED", store_null(), reason);
}

typedef VEC(struct case_subject) Subjects;

static const char *subject_kind_of(Slice node) {
    static const struct {
        const char *node, *subject;
    } kinds[] = {{"ACCOUNT", "ACCOUNT"}, {"CUSTOMER", "PERSON"},
                 {"OUTSIDE", "OUTSIDE"}, {"MERCHANT", "MERCHANT"},
                 {"DEVICE", "DEVICE"},   {"PHONE", "PHONE"},
                 {"IP", "IP"},           {"AGENT", "PERSON"}};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (slice_is(node, kinds[i].node)) {
            return kinds[i].subject;
        }
    }
    return "OTHER";
}

static const char *role_of(Slice node) {
    bool is_party = slice_is(node, "ACCOUNT") || slice_is(node, "CUSTOMER") ||
                    slice_is(node, "OUTSIDE") || slice_is(node, "MERCHANT");
    return slice_is(node, "AGENT") ? "AGENT" : is_party ? "UNKNOWN" : "LINK";
}

static Status read_subjects(struct book *book, int64_t gang, Subjects *subjects) {
    Status status;
    TRY(book_ask(book, &MEMBERS, STORE_VALUES(store_i64(gang))));
    while ((status = book_next(book)) == STATUS_OK) {
        Slice node = book_text(book, 0);
        *VEC_PUSH(subjects, book->arena) = (struct case_subject){
            .kind = slice_of(subject_kind_of(node)),
            .name = book_text(book, 1),
            .role = slice_of(role_of(node)),
            .confidence = (int64_t)(100 * book_f64(book, 2)),
            .evidence = arena_printf(book->arena, "gang %" PRId64, gang),
            .origin = SLICE("GANG"),
        };
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static Status read_alerts(struct book *book, int64_t gang, Slice secrecy, int64_t **ret_alerts,
                          uint32_t *ret_count) {
    Status status;
    uint32_t count = 0;
    *ret_alerts = ARENA_ARRAY(book->arena, int64_t, CASE_ALERTS_MAX);
    TRY(book_ask(book, &ALERTS,
                 STORE_VALUES(store_i64(gang), store_text(secrecy), store_i64(CASE_ALERTS_MAX))));
    while ((status = book_next(book)) == STATUS_OK) {
        (*ret_alerts)[count++] = book_i64(book, 0);
    }
    *ret_count = count;
    return status == STATUS_END ? STATUS_OK : status;
}

// "疑似团伙：A1、A2、A3 等 9 户".
static Slice title_of(struct book *book, const Subjects *subjects, int64_t accounts) {
    struct buf out;
    uint32_t named = 0;
    buf_init(&out, CASE_TITLE_MAX);
    buf_put(&out, SLICE("疑似团伙："));
    for (uint32_t i = 0; i < subjects->count && named < NAMED_MEMBERS; i++) {
        Slice name = subjects->at[i].name;
        bool fits = name.size <= CASE_TITLE_MAX / (2 * NAMED_MEMBERS);
        if (slice_is(subjects->at[i].kind, "ACCOUNT") && fits) {
            buf_printf(&out, "%s%.*s", named++ > 0 ? "、" : "", SLICE_ARGS(name));
        }
    }
    buf_printf(&out, " 等 %" PRId64 " 户", accounts);
    INVARIANT(!buf_overflowed(&out));
    Slice title = arena_copy(book->arena, buf_slice(&out));
    buf_deinit(&out);
    return title;
}

static Status open_case(struct book *book, int64_t clearance, const struct loaded *loaded,
                        const Subjects *subjects, int64_t *alerts, uint32_t alert_count,
                        int64_t *ret_case) {
    struct case_plan plan = {.title = title_of(book, subjects, loaded->accounts),
                             .type = SLICE("MULE_GANG"),
                             .source = SLICE("GANG"),
                             .secrecy = loaded->secrecy,
                             .owner = book->actor.name,
                             .alerts = alerts,
                             .alert_count = alert_count};
    return case_open(book, clearance, &plan, ret_case);
}

static Status join_case(struct book *book, int64_t clearance, const struct loaded *loaded,
                        const int64_t *alerts, uint32_t alert_count, int64_t case_id) {
    struct case_row row;
    TRY(case_load_open(book, clearance, case_id, &row));
    TRY(case_secrecy_check(book, &row, loaded->secrecy));
    for (uint32_t i = 0; i < alert_count; i++) {
        TRY(case_join_alert(book, clearance, &row, alerts[i]));
    }
    return STATUS_OK;
}

Status gang_confirm(struct book *book, int64_t clearance, int64_t gang, int64_t case_id,
                    int64_t *ret_case) {
    struct loaded loaded;
    struct case_row row;
    struct detail detail;
    Subjects subjects = {0};
    int64_t *alerts;
    uint32_t alert_count;
    bool is_news;
    TRY(load_waiting(book, clearance, gang, &loaded));
    TRY(read_subjects(book, gang, &subjects));
    TRY(read_alerts(book, gang, loaded.secrecy, &alerts, &alert_count));
    if (case_id == 0) {
        TRY(open_case(book, clearance, &loaded, &subjects, alerts, alert_count, &case_id));
    } else {
        TRY(join_case(book, clearance, &loaded, alerts, alert_count, case_id));
    }
    TRY(case_load(book, clearance, case_id, &row));
    for (uint32_t i = 0; i < subjects.count; i++) {
        TRY(case_join_subject(book, &row, &subjects.at[i], &is_news));
    }
    detail_begin(&detail);
    json_key_i64(&detail.json, SLICE("gang"), gang);
    json_key_i64(&detail.json, SLICE("subjects"), subjects.count);
    TRY(case_trace(book, &row, "gang", detail_end(&detail, book)));
    *ret_case = case_id;
    return decide(book, gang, "CONFIRMED", store_i64(case_id), row.number);
}

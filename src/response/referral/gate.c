// The gate: what keeps a referral from being approved, one by one, with the way out.

#include "response/referral/gate.h"

#include "base/time.h"
#include "base/utf8.h"

#include <inttypes.h>

static const struct {
    uint32_t part;
    const char *zh, *en, *mend_zh, *mend_en;
} texts[] = {
#define FINDING(name, part, zh, en, mend_zh, mend_en) {part, zh, en, mend_zh, mend_en},
#include "response/referral/findings.def"
#undef FINDING
};

// Alerts and measures that came of work against laundering, and what was reported of it.
static const struct statement SECRETS = {
    "gate_secrets",
    "SELECT (SELECT COUNT(*) FROM case_alert c JOIN alert a ON a.id = c.alert WHERE c.case_id = ?1 "
    "AND a.secrecy = 'AML') + (SELECT COUNT(*) FROM control x WHERE x.case_id = ?1 AND x.secrecy = "
    "'AML') + (SELECT COUNT(*) FROM case_reference f WHERE f.case_id = ?1 AND f.kind = 'STR')"};
// Others that name the same and are not linked. Whom a referral names is written down with its
// first approval, and taken out again when it is returned.
static const struct statement SAME = {
    "gate_same",
    "SELECT DISTINCT r.id, COALESCE(r.year, 0), COALESCE(r.number, 0) FROM referral_named n JOIN "
    "seen_referral r ON r.viewer = ?4 AND r.id = n.referral WHERE n.kind = ?2 AND n.name = ?3 AND "
    "r.id <> ?1 AND NOT EXISTS (SELECT 1 FROM referral_link l WHERE "
    "(l.referral = ?1 AND l.other = r.id) OR (l.referral = r.id AND l.other = ?1)) ORDER BY r.id"};
static const struct statement SAME_CERTIFICATE = {
    "gate_same_certificate",
    "SELECT DISTINCT r.id, COALESCE(r.year, 0), COALESCE(r.number, 0) FROM referral_datum d JOIN "
    "seen_referral r ON r.viewer = ?3 AND r.id = d.referral WHERE d.field = 'certificate' AND "
    "d.value = ?2 AND r.id <> ?1 AND (r.sent_us IS NOT NULL OR r.steps > 0) AND NOT EXISTS "
    "(SELECT 1 FROM referral_link l WHERE (l.referral = ?1 AND l.other = r.id) OR (l.referral = "
    "r.id AND l.other "
    "= ?1)) ORDER BY r.id"};

struct gate {
    struct book *book;
    const struct dossier *dossier;
    VEC(struct referral_finding) findings;
    bool is_cut;
    struct map others; // referrals that were told
};

// ---- telling ----------------------------------------------------------------------------------

// `object` and what of it, in both languages; each may be empty.
static void find(struct gate *gate, ReferralFinding what, uint32_t part, Slice object, Slice zh,
                 Slice en) {
    struct arena *arena = gate->book->arena;
    if (gate->findings.count == REFERRAL_FINDINGS_MAX) {
        gate->is_cut = true;
        return;
    }
    const char *space = slice_empty(object) || slice_empty(zh) ? "" : " ";
    const char *colon = slice_empty(object) && slice_empty(zh) ? "" : "：";
    const char *colon_en = slice_empty(object) && slice_empty(en) ? "" : ": ";
    *VEC_PUSH(&gate->findings, arena) = (struct referral_finding){
        .what = what,
        .part = part,
        .object = object,
        .zh = arena_printf(arena, "%.*s%s%.*s%s%s", SLICE_ARGS(object), space, SLICE_ARGS(zh),
                           colon, texts[what].zh),
        .en = arena_printf(arena, "%.*s%s%.*s%s%s", SLICE_ARGS(object), space, SLICE_ARGS(en),
                           colon_en, texts[what].en),
        .mend_zh = slice_of(texts[what].mend_zh),
        .mend_en = slice_of(texts[what].mend_en)};
}

static void find_plain(struct gate *gate, ReferralFinding what) {
    find(gate, what, texts[what].part, SLICE(""), SLICE(""), SLICE(""));
}

static void find_of(struct gate *gate, ReferralFinding what, Slice object) {
    find(gate, what, texts[what].part, object, SLICE(""), SLICE(""));
}

static void find_count(struct gate *gate, ReferralFinding what, int64_t count, int64_t most) {
    struct arena *arena = gate->book->arena;
    find(gate, what, texts[what].part, SLICE(""),
         arena_printf(arena, "%" PRId64 "（上限 %" PRId64 "）", count, most),
         arena_printf(arena, "%" PRId64 " (at most %" PRId64 ")", count, most));
}

// ---- fields and data --------------------------------------------------------------------------

static void check_fields(struct gate *gate) {
    for (uint32_t i = 0; i < REFERRAL_FIELD_COUNT; i++) {
        const struct referral_field_text *field = &referral_fields[i];
        if (field->is_demanded && slice_empty(slice_trim(gate->dossier->fields[i]))) {
            find(gate, REFERRAL_FINDING_FIELD_MISSING, field->part, SLICE(""), slice_of(field->zh),
                 slice_of(field->en));
        }
    }
}

static bool is_told(DatumSet set, Datum what) {
    const struct datum *datum = datum_find(set, what);
    return datum != NULL && (!slice_empty(datum->value) || !slice_empty(datum->absent));
}

bool gate_demands(uint32_t of, DatumSet set, Datum what, const struct dossier_account *account) {
    bool is_known =
        account != NULL && ((what == DATUM_ACCOUNT_OPENED_US && account->opened_us != 0) ||
                            (what == DATUM_ACCOUNT_HOLDER && !slice_empty(account->holder)));
    return (datum_texts[what].of & of) != 0 && !is_known && !is_told(set, what);
}

uint32_t gate_sort_of(const struct dossier_party *party) {
    return party->is_victim ? OF_VICTIM : party->is_company ? OF_COMPANY : OF_PERSON;
}

static void check_data(struct gate *gate, uint32_t part, Slice object, uint32_t of, DatumSet set,
                       const struct dossier_account *account) {
    for (uint32_t what = 0; what < DATUM_COUNT; what++) {
        if (gate_demands(of, set, (Datum)what, account)) {
            find(gate, REFERRAL_FINDING_DATUM_MISSING, part, object, slice_of(datum_texts[what].zh),
                 slice_of(datum_texts[what].en));
        }
    }
}

// ---- parts 1, 2, 8 ----------------------------------------------------------------------------

static uint32_t suspected_elsewhere(const struct dossier *dossier) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < dossier->others.count; i++) {
        count += !slice_is(dossier->others.at[i].role, "VICTIM");
    }
    return count;
}

static void check_parties(struct gate *gate) {
    const struct dossier *dossier = gate->dossier;
    if (dossier_persons(dossier, false) + dossier_suspected(dossier) +
            suspected_elsewhere(dossier) ==
        0) {
        find_plain(gate, REFERRAL_FINDING_NO_SUBJECT);
    }
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        const struct dossier_party *party = &dossier->parties.at[i];
        check_data(gate, party->is_victim ? 8 : 1, party->key, gate_sort_of(party), party->data,
                   NULL);
        if (slice_is(party->role, "UNKNOWN")) {
            find_of(gate, REFERRAL_FINDING_ROLE_UNKNOWN, party->key);
        }
    }
}

static void check_accounts(struct gate *gate) {
    const struct dossier *dossier = gate->dossier;
    int64_t most = dossier->office->terms->referral_accounts;
    if (dossier_suspected(dossier) + suspected_elsewhere(dossier) == 0) {
        find_plain(gate, REFERRAL_FINDING_NO_ACCOUNT);
    }
    if (dossier_suspected(dossier) > most) {
        find_count(gate, REFERRAL_FINDING_ACCOUNTS_MANY, dossier_suspected(dossier), most);
        return; // what each lacks would only hide that
    }
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        const struct dossier_account *account = &dossier->accounts.at[i];
        if (account->is_victim) {
            continue;
        }
        check_data(gate, 2, account->account, OF_ACCOUNT, account->data, account);
        if (slice_is(account->role, "UNKNOWN")) {
            find_of(gate, REFERRAL_FINDING_ROLE_UNKNOWN, account->account);
        }
    }
}

static void check_victims(struct gate *gate) {
    uint32_t victims = dossier_persons(gate->dossier, true);
    for (uint32_t i = 0; i < gate->dossier->others.count; i++) {
        victims += slice_is(gate->dossier->others.at[i].role, "VICTIM");
    }
    if (victims == 0 && !is_told(gate->dossier->parts, DATUM_PART_VICTIMS)) {
        find_plain(gate, REFERRAL_FINDING_VICTIMS_UNSAID);
    }
}

// ---- part 3 -----------------------------------------------------------------------------------

static void check_counterparties(struct gate *gate) {
    const struct dossier *dossier = gate->dossier;
    int64_t most = dossier->office->terms->referral_counterparties;
    if (dossier->counterparties.count > most) {
        find_count(gate, REFERRAL_FINDING_COUNTERPARTIES_MANY, dossier->counterparties.count, most);
        return;
    }
    for (uint32_t i = 0; i < dossier->others.count; i++) {
        const struct dossier_other *other = &dossier->others.at[i];
        if (gate_lacks_name(dossier, other->place, other->data)) {
            find_of(gate, REFERRAL_FINDING_COUNTERPARTY_NAME, other->name);
        }
    }
    for (uint32_t i = 0; i < dossier->counterparties.count; i++) {
        const struct dossier_counterparty *one = &dossier->counterparties.at[i];
        if (gate_lacks_name(dossier, one->place, one->data)) {
            find_of(gate, REFERRAL_FINDING_COUNTERPARTY_NAME, one->account);
        }
    }
}

bool gate_lacks_name(const struct dossier *dossier, Slice place, DatumSet data) {
    return !slice_empty(place) && !slice_is(place, "CASH") &&
           !is_told(data, DATUM_COUNTERPARTY_NAME) &&
           !is_told(dossier->parts, DATUM_PART_COUNTERPARTIES);
}

// Frozen copies that were changed are told, and what the room of cases says of them.
static Status check_copies(struct gate *gate) {
    const struct referral_row *row = gate->dossier->row;
    struct diag before = *gate->book->diag;
    uint32_t count;
    Status status = case_verify(gate->book, row_clearance(row), row->case_id, &count);
    if (status == STATUS_INVALID) {
        find_of(gate, REFERRAL_FINDING_COPIES_CHANGED, gate->book->diag->message);
        *gate->book->diag = before;
        return STATUS_OK;
    }
    return status;
}

static Status check_rows(struct gate *gate) {
    const struct dossier *dossier = gate->dossier;
    int64_t most = dossier->office->terms->referral_rows;
    if (dossier->rows.count == 0) {
        find_plain(gate, REFERRAL_FINDING_NO_ROWS);
    }
    if (dossier->rows.count > most) {
        find_count(gate, REFERRAL_FINDING_ROWS_MANY, dossier->rows.count, most);
    }
    check_counterparties(gate);
    return check_copies(gate);
}

// ---- parts 4 and 5 ----------------------------------------------------------------------------

static void check_picture(struct gate *gate) {
    const struct dossier *dossier = gate->dossier;
    if (!dossier->is_picture || dossier->edges.count == 0) {
        find_plain(gate, REFERRAL_FINDING_NO_PICTURE);
        return;
    }
    if (dossier->picture_us < dossier->frozen_us) {
        find_plain(gate, REFERRAL_FINDING_PICTURE_OLD);
    }
    for (uint32_t i = 0; i < dossier->nodes.count; i++) {
        const struct dossier_node *node = &dossier->nodes.at[i];
        if (!node->is_party && !node->is_neighbour) {
            find_of(gate, REFERRAL_FINDING_FLOW_STRANGER, node->name);
        }
    }
}

static void check_things(struct gate *gate) {
    if (gate->dossier->things.count == 0 && !is_told(gate->dossier->parts, DATUM_PART_DEVICES)) {
        find_plain(gate, REFERRAL_FINDING_NO_DEVICE);
    }
}

// ---- part 6 -----------------------------------------------------------------------------------

// Letters of words: neither blanks nor marks, so that these do not make a text long.
static uint32_t letters_of(Slice text) {
    uint32_t count = 0, rune = 0;
    for (size_t at = 0; at < text.size;) {
        if (!utf8_next(text, &at, &rune)) {
            at++;
            continue;
        }
        bool is_ascii_word =
            (rune >= '0' && rune <= '9') || ((rune | 0x20) >= 'a' && (rune | 0x20) <= 'z');
        bool is_mark = (rune >= 0x2000 && rune <= 0x206f) || (rune >= 0x3000 && rune <= 0x303f) ||
                       (rune >= 0xff00 && rune <= 0xff0f) || (rune >= 0xff1a && rune <= 0xff20);
        count += rune < 0x80 ? is_ascii_word : !is_mark;
    }
    return count;
}

// The text without any of what alerts say, however often it stands there.
static Slice without(struct arena *arena, Slice text, Slice part) {
    struct buf out;
    size_t from = 0;
    if (part.size < 6 || slice_find(text, part, 0) == SIZE_MAX) {
        return text;
    }
    buf_init(&out, text.size);
    for (size_t at; (at = slice_find(text, part, from)) != SIZE_MAX; from = at + part.size) {
        buf_put(&out, slice_part(text, from, at - from));
    }
    buf_put(&out, slice_part(text, from, text.size - from));
    Slice rest = arena_copy(arena, buf_slice(&out));
    buf_deinit(&out);
    return rest;
}

static void check_analysis(struct gate *gate) {
    const struct dossier *dossier = gate->dossier;
    struct arena *arena = gate->book->arena;
    Slice analysis = dossier->fields[REFERRAL_FIELD_ANALYSIS], own = analysis;
    int64_t least = dossier->office->terms->referral_letters;
    if (slice_empty(slice_trim(analysis))) {
        return; // told with the fields
    }
    for (uint32_t i = 0; i < dossier->said.count; i++) {
        own = without(arena, own, dossier->said.at[i]);
    }
    if (letters_of(own) >= least) {
        return;
    }
    bool is_copied = own.size < analysis.size;
    find(gate, is_copied ? REFERRAL_FINDING_ANALYSIS_COPIED : REFERRAL_FINDING_ANALYSIS_SHORT, 6,
         SLICE(""),
         arena_printf(arena, "自有内容 %u 字（至少 %" PRId64 " 字）", letters_of(own), least),
         arena_printf(arena, "%u letters of one's own (at least %" PRId64 ")", letters_of(own),
                      least));
}

static void check_fact(struct gate *gate) {
    if (slice_empty(gate->dossier->modus)) {
        find_plain(gate, REFERRAL_FINDING_NO_TYPOLOGY);
    }
    if (gate->dossier->evidence.count == 0 && gate->dossier->rows.count == 0) {
        find_plain(gate, REFERRAL_FINDING_NO_EVIDENCE);
    }
    check_analysis(gate);
}

// ---- the whole --------------------------------------------------------------------------------

static void check_enclosures(struct gate *gate) {
    const struct dossier *dossier = gate->dossier;
    int64_t bytes = 0;
    for (uint32_t i = 0; i < dossier->enclosures.count; i++) {
        bytes += dossier->enclosures.at[i].size;
        if (dossier->enclosures.at[i].is_withdrawn) {
            find_of(gate, REFERRAL_FINDING_ENCLOSURE_GONE, dossier->enclosures.at[i].title);
        }
    }
    if (bytes > REFERRAL_ENCLOSED_MAX) {
        find_count(gate, REFERRAL_FINDING_ENCLOSURES_LARGE, bytes, REFERRAL_ENCLOSED_MAX);
    }
}

static Status check_secrecy(struct gate *gate) {
    const struct referral_row *row = gate->dossier->row;
    bool is_aml = slice_is(row->fields[REFERRAL_FIELD_ROUTE], "AML");
    int64_t secrets = 0;
    TRY(book_number(gate->book, &SECRETS, STORE_VALUES(store_i64(row->case_id)), &secrets));
    if (!is_aml && (secrets > 0 || slice_is(row->secrecy, "AML"))) {
        find_plain(gate, REFERRAL_FINDING_AML_MATERIAL);
    }
    if (is_aml && !slice_is(row->secrecy, "AML")) {
        find_plain(gate, REFERRAL_FINDING_ROUTE_SECRECY);
    }
    return STATUS_OK;
}

static Status tell_same(struct gate *gate, Slice by) {
    struct arena *arena = gate->book->arena;
    Status status;
    while ((status = book_next(gate->book)) == STATUS_OK) {
        int64_t other = book_i64(gate->book, 0);
        struct referral_row row = {
            .id = other, .year = book_i64(gate->book, 1), .number = book_i64(gate->book, 2)};
        Slice number = row_number(gate->dossier->office, &row, arena);
        if (map_put(&gate->others, arena_printf(arena, "%" PRId64, other), 0)) {
            find(gate, REFERRAL_FINDING_DUPLICATE, 9, arena_printf(arena, "%" PRId64, other),
                 arena_printf(arena, "%.*s（%.*s）", SLICE_ARGS(number), SLICE_ARGS(by)),
                 arena_printf(arena, "%.*s (%.*s)", SLICE_ARGS(number), SLICE_ARGS(by)));
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static Status check_same(struct gate *gate, const char *kind, Slice name) {
    const struct referral_row *row = gate->dossier->row;
    TRY(book_ask(gate->book, &SAME,
                 STORE_VALUES(store_i64(row->id), store_text(slice_of(kind)), store_text(name),
                              store_i64(row_clearance(row)))));
    return tell_same(gate, name);
}

static Status check_same_person(struct gate *gate, const struct dossier_party *party) {
    const struct referral_row *row = gate->dossier->row;
    Slice certificate = datum_value(party->data, DATUM_PARTY_CERTIFICATE);
    TRY(check_same(gate, "PARTY", party->key));
    if (slice_empty(certificate)) {
        return STATUS_OK;
    }
    TRY(book_ask(
        gate->book, &SAME_CERTIFICATE,
        STORE_VALUES(store_i64(row->id), store_text(certificate), store_i64(row_clearance(row)))));
    return tell_same(gate, party->key);
}

static Status check_duplicates(struct gate *gate) {
    const struct dossier *dossier = gate->dossier;
    for (uint32_t i = 0; i < dossier->accounts.count; i++) {
        if (!dossier->accounts.at[i].is_victim) {
            TRY(check_same(gate, "ACCOUNT", dossier->accounts.at[i].account));
        }
    }
    for (uint32_t i = 0; i < dossier->parties.count; i++) {
        if (!dossier->parties.at[i].is_victim) {
            TRY(check_same_person(gate, &dossier->parties.at[i]));
        }
    }
    for (uint32_t i = 0; i < dossier->others.count; i++) {
        const struct dossier_other *other = &dossier->others.at[i];
        if (slice_is(other->kind, "OUTSIDE") && !slice_is(other->role, "VICTIM")) {
            TRY(check_same(gate, "OUTSIDE", other->name));
        }
    }
    return STATUS_OK;
}

Status gate_check(struct book *book, const struct dossier *dossier, struct referral_findings *ret) {
    struct gate gate = {.book = book, .dossier = dossier};
    map_init(&gate.others, book->arena);
    check_fields(&gate);
    check_parties(&gate);
    check_accounts(&gate);
    TRY(check_rows(&gate));
    check_picture(&gate);
    check_things(&gate);
    check_fact(&gate);
    check_victims(&gate);
    check_enclosures(&gate);
    TRY(check_secrecy(&gate));
    TRY(check_duplicates(&gate));
    *ret = (struct referral_findings){gate.findings.at, gate.findings.count, gate.is_cut};
    return STATUS_OK;
}

Status referral_gate(struct book *book, int64_t clearance, const struct referral_office *office,
                     int64_t id, struct referral_findings *ret) {
    struct referral_row row;
    struct dossier dossier;
    TRY(lead_load(book, clearance, id, &row));
    TRY(dossier_read(book, office, &row, &dossier));
    return gate_check(book, &dossier, ret);
}

void referral_findings_put_json(struct json_writer *json,
                                const struct referral_findings *findings) {
    json_object_begin(json);
    json_key(json, SLICE("findings"));
    json_array_begin(json);
    for (uint32_t i = 0; i < findings->count; i++) {
        const struct referral_finding *one = &findings->at[i];
        json_object_begin(json);
        json_key_string(json, SLICE("code"), slice_of(referral_finding_word(one->what)));
        json_key_i64(json, SLICE("part"), one->part);
        put_text(json, SLICE("object"), one->object);
        json_key_string(json, SLICE("zh"), one->zh);
        json_key_string(json, SLICE("en"), one->en);
        json_key_string(json, SLICE("mend_zh"), one->mend_zh);
        json_key_string(json, SLICE("mend_en"), one->mend_en);
        json_object_end(json);
    }
    json_array_end(json);
    json_key_bool(json, SLICE("is_cut"), findings->is_cut);
    json_object_end(json);
}

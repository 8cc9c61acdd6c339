// A store that is filled at random: each figure and its rows agree, for every branch, clearance and month; parts add up to the whole; hashes can be made from the lists; what can be counted in another way comes to the
// same. The same on both engines.

#include "governance/cockpit/world_test.h"

#include "base/hex.h"
#include "base/random.h"
#include "response/disposition/figures.h"

#include <openssl/evp.h>

enum { ALERTS = 700, OTHERS = 250, CUSTOMERS = 40, BRANCHES = 4, DIGEST = 32 };

struct filler {
    struct random random;
    struct book *book;
};

static uint64_t below(struct filler *f, uint64_t bound) {
    return random_below(&f->random, bound);
}

static const char *one_of(struct filler *f, const char *const *words, uint64_t count) {
    return words[below(f, count)];
}

// From July to October; every twentieth at the first microsecond of a day.
static int64_t some_moment(struct filler *f) {
    int64_t at_us = DAY(7, 1) + (int64_t)below(f, (uint64_t)(NOW_US - DAY(7, 1)));
    return below(f, 20) == 0 ? time_day_start(at_us, ZONE_US) : at_us;
}

static Slice text(struct filler *f, const char *format, uint64_t number) {
    return format == NULL ? SLICE("") : arena_printf(f->book->arena, "%s%llu", format, (unsigned long long)number);
}

static const char *some_branch(struct filler *f) {
    static const char *const branches[BRANCHES] = {"", "B1", "B2", "B3"};
    return one_of(f, branches, BRANCHES);
}

static const char *some_secrecy(struct filler *f) {
    static const char *const secrecies[] = {"NORMAL", "NORMAL", "NORMAL", "AML", "INSIDER"};
    return one_of(f, secrecies, 5);
}

static Status fill_one_alert(struct filler *f, int64_t id) {
    static const char *const codes[] = {"FP-OWNWILL", "FP-BUSINESS",     "FP-MODEL",        "FP-DATA", "UNC-TIMEOUT", "DUP",
                                        "TEST",       "TP-VICTIM-SAVED", "TP-VICTIM-SAVED", "TP-MULE", "TP-NETSEC",   "TP-INSIDER"};
    static const char *const strategies[] = {"D-ONE", "D-TWO", "D-THREE"};
    struct alert a = {.id = id,
                      .opened_us = some_moment(f),
                      .hits = 1 + (int64_t)below(f, 5),
                      .amount = (int64_t)below(f, 100000),
                      .severity = 1 + (int64_t)below(f, 4),
                      .reopened = id % 3 == 0};
    a.branch = slice_of(some_branch(f));
    a.secrecy = slice_of(some_secrecy(f));
    a.customer = text(f, "K", below(f, CUSTOMERS));
    a.subject = text(f, "S", (uint64_t)id);
    if (below(f, 5) > 0) {
        a.decide_us = a.opened_us + (int64_t)below(f, 3 * US_PER_DAY);
    }
    if (below(f, 6) > 0) {
        a.closed_us = a.opened_us + (int64_t)below(f, 4 * US_PER_DAY);
        a.decided_us = a.closed_us;
        a.code = slice_of(one_of(f, codes, sizeof codes / sizeof codes[0]));
        a.is_automatic = below(f, 2) == 0;
        a.state = a.is_automatic || below(f, 8) == 0 ? ALERT_CLOSED_AUTO : ALERT_CLOSED_MANUAL;
        a.strategy = a.state == ALERT_CLOSED_AUTO ? slice_of(one_of(f, strategies, 3)) : SLICE("");
        a.decided_by = text(f, "analyst-", below(f, 4));
    }
    TRY(put_alert(f->book, a));
    for (uint64_t i = below(f, 3); i > 0; i--) {
        static const char *const models[] = {"M-1", "M-2", "M-3"};
        TRY(put_hit(f->book, (struct hit_row){id, models[i], text(f, "T-", below(f, 12)).at, below(f, 4) == 0 ? "NS" : "VP"}));
    }
    for (uint64_t i = below(f, 3); i > 0; i--) {
        static const char *const actions[] = {"DELAY", "REJECT", "PASS"};
        static const char *const outcomes[] = {"", "FAIL", "SUCCESS"};
        static const char *const states[] = {"HELD", "RELEASED", "REFUSED", "CANCELLED"};
        static const char *const reasons[] = {"deadline", "FP-OWNWILL"};
        Slice event = arena_printf(f->book->arena, "E%lld-%llu", (long long)id, (unsigned long long)i);
        struct event_row e = {
            id,          10 * id + (int64_t)i,     event.at,        text(f, "P", below(f, 5)).at, one_of(f, actions, 3), one_of(f, outcomes, 3),
            a.opened_us, (int64_t)below(f, 90000), below(f, 9) == 0};
        TRY(put_event(f->book, e));
        if (below(f, 2) == 0) {
            TRY(put_hold(f->book, (struct hold_row){e.sequence, id, e.amount, a.opened_us, a.opened_us + (int64_t)below(f, 2 * US_PER_DAY), event.at,
                                                    one_of(f, states, 4), one_of(f, reasons, 2), some_secrecy(f)}));
        }
    }
    return STATUS_OK;
}

// Second looks and what came to light, as close.c writes them: of closings that there were.
static Status fill_looks(struct filler *f, int64_t id) {
    static const char *const kinds[] = {"AUTOMATIC", "MANUAL_FALSE", "MANUAL_TRUE"};
    static const char *const codes[] = {"FP-OWNWILL", "TP-VICTIM-LOSS", "TP-MULE", "FP-DATA"};
    int64_t closed_us = some_moment(f);
    bool is_looked_at = below(f, 4) > 0;
    const char *kind = one_of(f, kinds, 3);
    if (below(f, 2) == 0) {
        TRY(put_sample(f->book, (struct sample_row){id, 0, closed_us, is_looked_at ? closed_us + (int64_t)below(f, 20 * US_PER_DAY) : 0, kind,
                                                    one_of(f, (const char *const[]){"D-ONE", "D-TWO"}, 2), one_of(f, codes, 4),
                                                    is_looked_at ? one_of(f, codes, 4) : "", is_looked_at ? (int64_t)below(f, 2) : -1}));
    }
    if (below(f, 4) == 0) {
        TRY(put_later(f->book, (struct later_row){id, 0, 1 + (int64_t)below(f, 4), closed_us, closed_us + (int64_t)below(f, 30 * US_PER_DAY),
                                                  below(f, 3) == 0 ? "" : "D-ONE"}));
    }
    return STATUS_OK;
}

static Status fill_measures(struct filler *f, int64_t id) {
    static const char *const channels[] = {"SMS", "BRANCH_VISIT", "DOCUMENTS"};
    static const char *const states[] = {"ASKED", "ANSWERED", "EXPIRED", "CANCELLED"};
    static const char *const measures[] = {"SUSPEND_NON_COUNTER", "GREY_PAYEE", "FREEZE", "LIMIT_NON_COUNTER"};
    static const char *const authorities[] = {"BANK", "ORDER", "LIST"};
    static const char *const results[] = {"", "RELEASED", "PARTLY", "KEPT"};
    int64_t at_us = some_moment(f);
    const char *result = one_of(f, results, 4);
    int64_t settled_us = result[0] == 0 ? 0 : at_us + (int64_t)below(f, 6 * US_PER_DAY);
    TRY(put_task(f->book, (struct task_row){id, at_us, at_us + (int64_t)below(f, 3 * US_PER_DAY), at_us + (int64_t)below(f, 3 * US_PER_DAY),
                                            one_of(f, channels, 3), one_of(f, states, 4), some_branch(f), some_secrecy(f)}));
    TRY(put_control(f->book, (struct control_row){id, below(f, 9) == 0 ? 0 : at_us, (int64_t)below(f, 3) * 100, (int64_t)below(f, 2),
                                                  text(f, "A", below(f, 60)).at, below(f, 5) == 0 ? "customer" : "account", one_of(f, measures, 4),
                                                  one_of(f, authorities, 3), text(f, "D", below(f, 9)).at, some_branch(f), some_secrecy(f),
                                                  below(f, 3) == 0}));
    return put_appeal(f->book, (struct appeal_row){id, 1 + (int64_t)below(f, (uint64_t)id), at_us,
                                                   below(f, 3) == 0 ? 0 : at_us + (int64_t)below(f, 2 * US_PER_DAY),
                                                   result[0] == 'R' || result[0] == 'P' ? settled_us : 0, settled_us, result});
}

static Status fill_police(struct filler *f, int64_t id) {
    static const char *const kinds[] = {"LIST_PUSH", "STOP_PAY", "DEDUCT_RETURN", "QUERY_ACCT", "FREEZE"};
    static const char *const states[] = {"DONE", "EXCEPTION", "DECIDING", "REFUSED"};
    int64_t at_us = some_moment(f);
    int64_t filed_us = below(f, 2) == 0 ? 0 : at_us + (int64_t)below(f, 20 * US_PER_DAY);
    int64_t solved_us = filed_us == 0 || below(f, 2) == 0 ? 0 : filed_us + (int64_t)below(f, 20 * US_PER_DAY);
    const char *kind = one_of(f, kinds, 5);
    TRY(put_order(f->book,
                  (struct order_seen){id, at_us, below(f, 4) == 0 ? 0 : at_us + (int64_t)below(f, 2 * US_PER_MINUTE), (int64_t)below(f, 5000), kind,
                                      one_of(f, states, 4), text(f, "A", below(f, 60)).at, below(f, 3) == 0 ? "liu" : "", some_secrecy(f)}));
    for (int64_t i = 0; kind[0] == 'L' && i < 3; i++) {
        TRY(put_entry(f->book, id, i, below(f, 3) == 0 ? "SUSPICIOUS" : "CASE", text(f, "A", below(f, 60)).at,
                      below(f, 4) == 0 ? "102100099996" : ""));
    }
    TRY(put_missed(f->book, id, below(f, 3) == 0 ? "SAMPLE" : "REPORT",
                   below(f, 3) == 0   ? "NO_FRAUD"
                   : below(f, 2) == 0 ? "THRESHOLD"
                                      : "",
                   some_branch(f), at_us));
    TRY(put_case(f->book, id, some_branch(f), some_secrecy(f), at_us));
    TRY(put_referral(f->book, (struct referral_row){id, id % 4 == 0 && id > 4 ? id - 3 : id, id, below(f, 6) == 0 ? 0 : at_us,
                                                    below(f, 2) == 0 ? 0 : at_us + 5, filed_us, solved_us, solved_us,
                                                    filed_us == 0 ? "" : text(f, "P", below(f, 60)).at, some_secrecy(f), (int64_t)below(f, 4) - 1,
                                                    (int64_t)below(f, 9) - 1, (int64_t)below(f, 900) - 100 < 0 ? -1 : 5}));
    return below(f, 2) == 0 ? STATUS_OK
                            : put_money(f->book, id, below(f, 2) == 0 ? "SEIZED" : "FROZEN", text(f, "A", below(f, 60)).at,
                                        text(f, "D", below(f, 9)).at, (int64_t)below(f, 700), some_moment(f));
}

static Status fill(void *context, struct book *book) {
    struct filler *f = context;
    f->book = book;
    for (int64_t id = 2; id < ALERTS; id++) {
        TRY(fill_one_alert(f, id));
        TRY(id % 3 == 0 ? fill_looks(f, id) : STATUS_OK); // of those that were opened again
    }
    for (int64_t id = 1; id < OTHERS; id++) {
        TRY(fill_measures(f, id));
        TRY(fill_police(f, id));
    }
    for (uint64_t i = 0; i < 60; i += 2) {
        TRY(put_opening(book, text(f, "A", i).at, text(f, "K", i % CUSTOMERS).at, some_branch(f), below(f, 2) == 0 ? DAY(3, 1) : some_moment(f)));
    }
    TRY(cockpit_give_accounts(book, SLICE("B1"), DAY(6, 1), 900, SLICE("core")));
    return cockpit_give_accounts(book, SLICE("B3"), DAY(6, 1), 300, SLICE("core"));
}

static Status trace_at(void *context, struct book *book) {
    struct filler *f = context;
    struct trace trace = {.object_kind = "alert",
                          .object = 2 + (int64_t)below(f, ALERTS - 2),
                          .from = SLICE("ASSIGNED"),
                          .to = SLICE("ASSIGNED"),
                          .reason = SLICE("handed_over")};
    TRY(book_trace(book, &trace));
    trace =
        (struct trace){.object_kind = "strategy", .object = 9, .from = SLICE("ACTIVE"), .to = SLICE("SHADOW"), .reason = SLICE("breaker_overturned")};
    return book_trace(book, &trace);
}

static bool fill_world(struct world *w, uint64_t seed) {
    struct filler f = {0};
    random_init(&f.random, seed);
    DO_WITH(w, fill, &f);
    for (int i = 0; i < 30; i++) {
        arena_reset(&w->arena);
        CHECK(book_do(&w->book, EDITOR, some_moment(&f), trace_at, &f, &w->arena, &w->scratch.diag) == STATUS_OK);
    }
    return true;
}

// ---- figures and rows -----------------------------------------------------------------------------------------------

static bool test_rows_agree(void) {
    static const char *const units[BRANCHES] = {"", "B1", "B2", "B3"};
    struct world w;
    uint64_t told = 0;
    uint64_t rows = 0;
    CHECK(world_init(&w) && fill_world(&w, 1));
    for (int32_t month = 9; month <= 10; month++) {
        cockpit_month(&w.of, DAY(month, 1), 0);
        for (w.of.clearance = 0; w.of.clearance <= CLEARANCE_ALL; w.of.clearance++) {
            for (uint32_t u = 0; u < BRANCHES; u++) {
                w.of.unit = w.of.viewer_unit = slice_of(units[u]);
                for (int figure = 0; figure < COCKPIT_FIGURE_COUNT; figure++) {
                    CHECK(world_figure(&w, (CockpitFigure)figure));
                    told += w.value.refusal == COCKPIT_IS_TOLD;
                    rows += (uint64_t)w.value.count;
                }
            }
        }
    }
    CHECK_THAT(told > 1500 && rows > 20000, "%llu figures, %llu rows", (unsigned long long)told, (unsigned long long)rows);
    return world_deinit(&w);
}

// ---- parts and the whole --------------------------------------------------------------------------------------------

struct parting {
    struct world *w;
    struct cockpit_parts units, words;
    struct cockpit_value of_unit[BRANCHES];
};

static Status read_parts(void *context, struct book *book) {
    struct parting *p = context;
    struct world *w = p->w;
    static const char *const units[BRANCHES] = {"", "B1", "B2", "B3"};
    TRY(cockpit_by_unit(book, &w->of, w->figure, &p->units));
    TRY(cockpit_by_word(book, &w->of, w->figure, &p->words));
    for (uint32_t u = 0; u < BRANCHES; u++) {
        struct cockpit_of of = w->of;
        of.unit = slice_of(units[u]);
        TRY(cockpit_figure(book, &of, w->figure, &p->of_unit[u]));
    }
    return STATUS_OK;
}

static bool test_parts_add_up(void) {
    struct world w;
    struct parting p = {.w = &w};
    uint32_t seen = 0;
    CHECK(world_init(&w) && fill_world(&w, 2));
    for (int figure = 0; figure < COCKPIT_FIGURE_COUNT; figure++) {
        const char *id = cockpit_figure_info((CockpitFigure)figure)->id;
        w.figure = (CockpitFigure)figure;
        DO_WITH(&w, read_parts, &p);
        int64_t count = 0;
        int64_t sum = 0;
        for (uint32_t i = 0; i < p.words.count; i++) {
            count += p.words.at[i].count;
            sum += p.words.at[i].sum;
        }
        bool is_aggregate = cockpit_figure_info((CockpitFigure)figure)->secrecy == COCKPIT_INSIDER;
        CHECK_THAT(is_aggregate ? p.words.count == 0 && p.units.count == 0
                                : p.of_unit[0].refusal == COCKPIT_UNTOLD || (count == p.of_unit[0].count && sum == p.of_unit[0].sum),
                   "%s", id);
        for (uint32_t i = 0; i < p.units.count; i++) {
            uint32_t u = slice_is(p.units.at[i].name, "B1") ? 1 : slice_is(p.units.at[i].name, "B2") ? 2 : 3;
            const struct cockpit_value *own = &p.of_unit[u];
            CHECK_THAT(p.units.at[i].count == own->count && p.units.at[i].sum == own->sum, "%s of B%u", id, u);
            CHECK_THAT(own->refusal != COCKPIT_IS_TOLD || isnan(p.units.at[i].number) || own->number == p.units.at[i].number, "%s of B%u: %g %g", id,
                       u, own->number, p.units.at[i].number);
            seen++;
        }
    }
    CHECK_THAT(seen > 100, "%u", seen);
    return world_deinit(&w);
}

// ---- hashes ---------------------------------------------------------------------------------------------------------

static void digest(Slice bytes, unsigned char ret_digest[static DIGEST]) {
    unsigned size;
    INVARIANT(EVP_Digest(bytes.at, bytes.size, ret_digest, &size, EVP_sha256(), NULL) == 1);
}

static int by_bytes(const void *left, const void *right) {
    return memcmp(left, right, DIGEST);
}

struct hashing {
    struct world *w;
    char told[65], own[65];
};

// From the list alone, as anybody outside could do it.
static Status hash_list(void *context, struct book *book) {
    struct hashing *h = context;
    struct buf out, row;
    struct json_writer json;
    JsonTree tree;
    unsigned char(*digests)[DIGEST] = arena_alloc(book->arena, (size_t)COCKPIT_ROWS_MAX * DIGEST);
    unsigned char whole[DIGEST];
    size_t count = 0;
    TRY(cockpit_hash(book, &h->w->of, h->w->figure, h->told));
    buf_init(&out, WORLD_JSON_MAX);
    buf_init(&row, 1 << 16);
    json_writer_init(&json, &out);
    TRY(cockpit_rows(book, &h->w->of, h->w->figure, &(struct cockpit_page){0}, &json));
    INVARIANT(json_parse(h->w->json, buf_slice(&out), &tree) == STATUS_OK);
    JSON_EACH(tree, 0, i) {
        struct json_writer one;
        buf_reset(&row);
        json_writer_init(&one, &row);
        json_node(&one, tree, i);
        digest(buf_slice(&row), digests[count++]);
    }
    qsort(digests, count, DIGEST, by_bytes);
    digest((Slice){(const char *)digests, count * DIGEST}, whole);
    hex_put(h->own, whole, DIGEST);
    h->own[64] = 0;
    buf_deinit(&out);
    buf_deinit(&row);
    return STATUS_OK;
}

static bool test_hashes(void) {
    static const CockpitFigure figures[] = {COCKPIT_ALERTS,        COCKPIT_VICTIMS_SAVED, COCKPIT_CASE_ACCOUNTS,
                                            COCKPIT_AMOUNT_SEIZED, COCKPIT_LATER_RATE,    COCKPIT_RELEASE_TIME};
    static const struct statement CHANGE = {
        "test_change", "UPDATE alert SET hits = hits + 1 WHERE id = (SELECT MIN(id) FROM alert WHERE opened_us >= ?1 AND secrecy = 'NORMAL')"};
    struct world w;
    struct hashing h = {.w = &w};
    char before[65];
    CHECK(world_init(&w) && fill_world(&w, 3));
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        w.figure = figures[i];
        DO_WITH(&w, hash_list, &h);
        CHECK_THAT(strcmp(h.told, h.own) == 0, "%s: %s %s", cockpit_figure_info(figures[i])->id, h.told, h.own);
    }
    w.figure = COCKPIT_ALERTS;
    DO_WITH(&w, hash_list, &h);
    memcpy(before, h.told, sizeof before);
    CHECK(store_run(w.book.store, &CHANGE, STORE_VALUES(store_i64(w.of.from_us)), NULL, &w.scratch.diag) ==
          STATUS_OK); // the hash shows that a row is another
    DO_WITH(&w, hash_list, &h);
    CHECK(strcmp(before, h.told) != 0);
    return world_deinit(&w);
}

// ---- counted in another way -----------------------------------------------------------------------------------------

struct otherwise {
    struct world *w;
    struct figures figures;
    struct cockpit_value values[COCKPIT_FIGURE_COUNT];
    // Victims.
    int64_t closed_us[ALERTS], id[ALERTS];
    Slice customer[ALERTS];
    bool is_normal[ALERTS];
    uint32_t count;
};

static Status read_otherwise(void *context, struct book *book) {
    static const struct statement VICTIMS = {
        "test_victims",
        "SELECT id, closed_us, customer FROM seen_alert WHERE viewer = ?1 AND is_open = 0 AND code = 'TP-VICTIM-SAVED' ORDER BY closed_us, id"};
    struct otherwise *o = context;
    const struct cockpit_of *of = &o->w->of;
    Status status;
    TRY(figures_read(
        book,
        &(struct figures_of){.viewer = of->clearance, .from_us = of->from_us, .until_us = of->until_us, .strategy = SLICE(""), .branch = of->unit},
        &o->figures));
    for (int i = 0; i < COCKPIT_FIGURE_COUNT; i++) {
        TRY(cockpit_figure(book, of, (CockpitFigure)i, &o->values[i]));
    }
    o->count = 0;
    TRY(book_ask(book, &VICTIMS, STORE_VALUES(store_i64(of->clearance))));
    while ((status = book_next(book)) == STATUS_OK) {
        o->id[o->count] = book_i64(book, 0);
        o->closed_us[o->count] = book_i64(book, 1);
        o->customer[o->count++] = book_text(book, 2);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

// Who was dissuaded before within seven days does not count.
static int64_t count_victims(const struct otherwise *o) {
    int64_t victims = 0;
    for (uint32_t i = 0; i < o->count; i++) {
        bool counts = o->closed_us[i] >= o->w->of.from_us && o->closed_us[i] < o->w->of.until_us;
        for (uint32_t k = 0; k < i; k++) {
            counts = counts && !(slice_equal(o->customer[i], o->customer[k]) && o->closed_us[i] - o->closed_us[k] < 7 * US_PER_DAY);
        }
        victims += counts;
    }
    return victims;
}

static bool test_counted_otherwise(void) {
    struct world w;
    CHECK(world_init(&w) && fill_world(&w, 4));
    struct otherwise *o = arena_alloc(&w.scratch.arena, sizeof *o);
    o->w = &w;
    for (int32_t month = 8; month <= 9; month++) {
        cockpit_month(&w.of, DAY(month, 1), 0);
        for (w.of.clearance = 0; w.of.clearance <= CLEARANCE_ALL; w.of.clearance++) {
            DO_WITH(&w, read_otherwise, o);
            const struct figures *f = &o->figures;
            const struct cockpit_value *v = o->values;
            int64_t by_people = f->by_people[1] + f->by_people[2] + f->by_people[3] + f->by_people[4];
            int64_t in_time = f->in_time[1] + f->in_time[2] + f->in_time[3] + f->in_time[4];
            CHECK(v[COCKPIT_ALERTS].count == f->opened && v[COCKPIT_ALERTS].sum == f->hits &&
                  v[COCKPIT_MERGE_RATIO].number == figures_merge_ratio(f));
            CHECK(v[COCKPIT_ALERTS_CLOSED].count == f->closed && v[COCKPIT_ALERTS_CLOSED].sum == f->automatic &&
                  v[COCKPIT_AUTOMATIC_RATE].number == figures_rate(f));
            CHECK(v[COCKPIT_LOOKED_AT].count == f->looked_at && v[COCKPIT_LOOKED_AT].sum == f->overturned &&
                  v[COCKPIT_OVERTURN_RATE].interval.lower == f->overturn.lower);
            CHECK(v[COCKPIT_LATER_POSITIVES].count == f->later_positives && v[COCKPIT_LATER_POSITIVES].sum == f->later_positives_s3);
            CHECK(v[COCKPIT_IN_TIME_RATE].count == by_people && v[COCKPIT_IN_TIME_RATE].sum == in_time);
            CHECK(v[COCKPIT_AGREEMENT].count == f->second_looks && v[COCKPIT_AGREEMENT].number == f->agreement);
            CHECK_THAT(v[COCKPIT_VICTIMS_SAVED].count == count_victims(o) && count_victims(o) > 10, "%lld %lld",
                       (long long)v[COCKPIT_VICTIMS_SAVED].count, (long long)count_victims(o));
        }
    }
    return world_deinit(&w);
}

// ---- who may see what -----------------------------------------------------------------------------------------------

struct meaning {
    struct world *w;
    double mean;
    uint32_t others;
    struct cockpit_value b1, b2, b3;
};

static Status read_mean(void *context, struct book *book) {
    struct meaning *m = context;
    return cockpit_mean_of_others(book, &m->w->of, m->w->figure, &m->mean, &m->others);
}

static Status give_fourth(void *context, struct book *book) {
    (void)context;
    return cockpit_give_accounts(book, SLICE("B4"), DAY(6, 1), 100, SLICE("core"));
}

static Status of_branches(void *context, struct book *book) {
    struct meaning *m = context;
    struct cockpit_of of = m->w->of;
    of.viewer_unit = SLICE("");
    of.unit = SLICE("B2");
    TRY(cockpit_figure(book, &of, m->w->figure, &m->b2));
    of.unit = SLICE("B3");
    return cockpit_figure(book, &of, m->w->figure, &m->b3);
}

static bool test_branches(void) {
    struct world w;
    struct meaning m = {.w = &w};
    CHECK(world_init(&w) && fill_world(&w, 5));
    w.of.viewer_unit = SLICE("B1");
    w.figure = COCKPIT_ALERTS;
    w.of.unit = SLICE("B2");
    REFUSES_WITH(&w, world_ask, &w, "CP003");
    w.of.unit = SLICE("");
    REFUSES_WITH(&w, world_ask, &w, "CP003");
    w.of.unit = SLICE("B1");
    DO(&w, world_ask);
    DO_WITH(&w, read_mean, &m);
    CHECK(m.others == 2 && isnan(m.mean)); // a mean of two would tell each of them the other
    DO_WITH(&w, give_fourth, &w);
    DO_WITH(&w, read_mean, &m);
    DO_WITH(&w, of_branches, &m);
    CHECK(m.others == 3 && m.mean == (double)(m.b2.count + m.b3.count) / 3); // the fourth had none
    w.figure = COCKPIT_IN_TIME_RATE;
    DO_WITH(&w, read_mean, &m);
    CHECK(m.others == 2 && isnan(m.mean)); // of a share only branches that have one count
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_rows_agree), TEST(test_parts_add_up), TEST(test_hashes), TEST(test_counted_otherwise),
                                        TEST(test_branches)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

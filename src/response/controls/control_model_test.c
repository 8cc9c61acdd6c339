// Random measures on a few accounts, set, confirmed, released, renewed and left to end, against a
// naive model: a list of rows that is walked for every question.

#include "response/controls/controls_scene_test.h"

#include "base/random.h"

enum { ROWS_MAX = 512, ACCOUNTS = 2, STEPS = 300, SEEDS = 4 };
static const int64_t BEGIN_US = INT64_C(1795579200) * US_PER_SECOND;

struct row {
    int64_t id, amount, ends_us, span_us, ordered_us;
    int account;
    Measure measure;
    Authority authority;
    ControlState state;
};

struct model {
    struct world w;
    struct scene scene;
    struct random random;
    struct row rows[ROWS_MAX];
    int count;
    int64_t now_us;
};

static const Slice accounts[ACCOUNTS] = {{"A1", 2}, {"A2", 2}};

static uint64_t below(struct model *m, uint64_t bound) {
    return random_below(&m->random, bound);
}

static bool is_open(const struct row *row) {
    return row->state == CONTROL_ASKED || row->state == CONTROL_IN_FORCE ||
           row->state == CONTROL_WAITING;
}

// ---- the naive model --------------------------------------------------------------------------

static bool whole_ahead(const struct model *m, int account) {
    for (int i = 0; i < m->count; i++) {
        const struct row *row = &m->rows[i];
        if (row->account == account && row->measure == MEASURE_FREEZE && row->amount == 0 &&
            (row->state == CONTROL_ASKED || row->state == CONTROL_IN_FORCE)) {
            return true;
        }
    }
    return false;
}

// Those that wait, in the order of their orders, until one takes all.
static void model_advance(struct model *m, int account) {
    bool seen[ROWS_MAX] = {false};
    for (;;) {
        int next = -1;
        for (int i = 0; i < m->count; i++) {
            const struct row *row = &m->rows[i];
            if (!seen[i] && row->account == account && row->state == CONTROL_WAITING &&
                (next < 0 || row->ordered_us < m->rows[next].ordered_us)) {
                next = i;
            }
        }
        if (next < 0 || whole_ahead(m, account)) {
            return;
        }
        seen[next] = true;
        if (m->rows[next].ends_us == 0 || m->rows[next].ends_us > m->now_us) {
            m->rows[next].state = CONTROL_ASKED;
        }
    }
}

static void model_end(struct model *m, struct row *row, ControlState state) {
    row->state = state;
    if (row->measure == MEASURE_FREEZE) {
        model_advance(m, row->account);
    }
}

static void model_expire(struct model *m) {
    for (;;) {
        struct row *first = NULL;
        for (int i = 0; i < m->count; i++) {
            struct row *row = &m->rows[i];
            if (is_open(row) && row->ends_us != 0 && row->ends_us <= m->now_us &&
                (first == NULL || row->ends_us < first->ends_us)) {
                first = row;
            }
        }
        if (first == NULL) {
            return;
        }
        model_end(m, first, CONTROL_EXPIRED);
    }
}

static struct control_effect model_effect(const struct model *m, int account) {
    struct control_effect effect = {.strictest = MEASURE_COUNT, .keeps_basics = true};
    for (int i = 0; i < m->count; i++) {
        const struct row *row = &m->rows[i];
        if (row->account != account || row->state != CONTROL_IN_FORCE) {
            continue;
        }
        const struct measure_text *text = measure_text(row->measure);
        bool is_part = text->class != MEASURE_CLASS_CONTROL && row->amount != 0;
        effect.count++;
        effect.blocks |= is_part ? 0 : text->blocks;
        effect.held_back += is_part ? row->amount : 0;
        effect.keeps_basics = effect.keeps_basics && text->keeps_basics;
        if (row->measure == MEASURE_LIMIT_NON_COUNTER &&
            (effect.limit == 0 || row->amount < effect.limit)) {
            effect.limit = row->amount;
        }
        if (effect.strictest == MEASURE_COUNT ||
            text->strictness > measure_text(effect.strictest)->strictness) {
            effect.strictest = row->measure;
        }
    }
    effect.keeps_basics = effect.keeps_basics && effect.count > 0;
    return effect;
}

// ---- what is done to both ---------------------------------------------------------------------

static bool do_set(struct model *m) {
    static const Measure measures[] = {MEASURE_LIMIT_NON_COUNTER,
                                       MEASURE_SUSPEND_NON_COUNTER,
                                       MEASURE_CREDIT_ONLY,
                                       MEASURE_SUSPEND_ALL,
                                       MEASURE_STOP_PAY,
                                       MEASURE_TEMPORARY_FREEZE,
                                       MEASURE_FREEZE,
                                       MEASURE_FREEZE};
    struct row *row = &m->rows[m->count];
    Measure measure = measures[below(m, sizeof measures / sizeof measures[0])];
    bool is_order = measure_text(measure)->class != MEASURE_CLASS_CONTROL;
    struct control_ask ask =
        is_order ? by_order(measure, m->count + 1, m->now_us - (int64_t)below(m, 1000000))
                 : plain(measure);
    int account = (int)below(m, ACCOUNTS);
    ask.target = accounts[account];
    ask.months = ask.span_us = 0;
    int64_t length_us = (int64_t)(1 + below(m, 72)) * US_PER_HOUR + (int64_t)below(m, 1000000);
    bool is_fixed = below(m, 2) == 0;
    ask.span_us = is_fixed ? 0 : length_us;
    ask.until_us = is_fixed ? m->now_us + length_us : 0;
    if (measure == MEASURE_FREEZE && below(m, 2) == 0) {
        ask.amount = (int64_t)(1 + below(m, 1000));
    } else if (measure == MEASURE_LIMIT_NON_COUNTER) {
        ask.amount = (int64_t)(1 + below(m, 1000000));
    }
    if (measure == MEASURE_SUSPEND_ALL) {
        ask.authority = AUTHORITY_LIST;
        ask.document = SLICE("L");
    }
    m->w.who = is_order ? SYSTEM : ANALYST;
    *row =
        (struct row){.id = set(&m->w, m->now_us, ask),
                     .amount = ask.amount,
                     .ends_us = ask.until_us,
                     .span_us = ask.span_us,
                     .ordered_us = is_order ? ask.ordered_us : m->now_us,
                     .account = account,
                     .measure = measure,
                     .authority = ask.authority,
                     .state = measure == MEASURE_FREEZE && whole_ahead(m, account) ? CONTROL_WAITING
                                                                                   : CONTROL_ASKED};
    m->count++;
    CHECK_THAT(row->id > 0, "%.*s", SLICE_ARGS(m->w.scratch.diag.message));
    return true;
}

static bool do_confirm(struct model *m, struct row *row) {
    int64_t at_us = m->now_us - (int64_t)below(m, 5000000);
    if (row->state == CONTROL_ASKED && below(m, 8) == 0) {
        CHECK_OK(&m->w, fails(&m->w, m->now_us, row->id, SLICE("no")));
        model_end(m, row, CONTROL_FAILED);
        return true;
    }
    CHECK_OK(&m->w, confirm(&m->w, m->now_us, row->id, at_us));
    if (row->state == CONTROL_ASKED) {
        row->state = CONTROL_IN_FORCE;
        row->ends_us = row->span_us != 0 ? at_us + row->span_us : row->ends_us;
    }
    return true;
}

static bool do_release(struct model *m, struct row *row) {
    m->w.who = ANALYST;
    Status status = let_go(&m->w, m->now_us, row->id, row->authority, "b.reviewer");
    CHECK((status == STATUS_OK) == is_open(row));
    if (is_open(row)) {
        model_end(m, row, CONTROL_RELEASED);
    }
    return true;
}

static bool do_renew(struct model *m, struct row *row) {
    m->scene.id = row->id;
    m->scene.renewal = (struct control_renewal){.span_us = US_PER_HOUR, .reason = SLICE("more")};
    m->w.who = ANALYST;
    Status status = within(&m->w, m->now_us, work_renew);
    CHECK((status == STATUS_OK) == (row->state == CONTROL_IN_FORCE));
    row->ends_us += status == STATUS_OK ? US_PER_HOUR : 0;
    return true;
}

// One that is open, seven times in eight.
static struct row *some_row(struct model *m) {
    struct row *open[ROWS_MAX];
    uint64_t count = 0;
    for (int i = 0; i < m->count; i++) {
        if (is_open(&m->rows[i])) {
            open[count++] = &m->rows[i];
        }
    }
    return count == 0 || below(m, 8) == 0 ? &m->rows[below(m, (uint64_t)m->count)]
                                          : open[below(m, count)];
}

static bool do_something(struct model *m) {
    struct row *row = m->count == 0 ? NULL : some_row(m);
    switch (row == NULL ? 0 : below(m, 16)) {
    case 0:
    case 1:
    case 2:
    case 3:
    case 4:
        return do_set(m);
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
    case 10:
    case 11:
        return do_confirm(m, row);
    case 12:
        return do_release(m, row);
    case 13:
    case 14:
        return do_renew(m, row);
    default:
        m->now_us += (int64_t)below(m, 20 * (uint64_t)US_PER_HOUR);
        CHECK_OK(&m->w, handle_due(&m->w, m->now_us, handle_control));
        model_expire(m);
        return true;
    }
}

// ---- comparing --------------------------------------------------------------------------------

static Status compare_rows(void *context, struct book *book) {
    const struct model *m = scene_of(context)->more;
    for (int i = 0; i < m->count; i++) {
        struct control control;
        TRY(control_load(book, CLEARANCE_ALL, m->rows[i].id, &control));
        if (control.state != m->rows[i].state || control.ends_us != m->rows[i].ends_us) {
            return book_fail(book, STATUS_INVALID, "TEST",
                             "row %d: %s until %lld, and the model says %s until %lld", i,
                             control_state_word(control.state), (long long)control.ends_us,
                             control_state_word(m->rows[i].state), (long long)m->rows[i].ends_us);
        }
    }
    return STATUS_OK;
}

static bool same_effects(struct model *m) {
    for (int account = 0; account < ACCOUNTS; account++) {
        struct control_effect wanted = model_effect(m, account);
        const struct control_effect *found = effect_on(&m->w, accounts[account]);
        CHECK_THAT(found->count == wanted.count && found->strictest == wanted.strictest &&
                       found->blocks == wanted.blocks && found->limit == wanted.limit &&
                       found->held_back == wanted.held_back &&
                       found->keeps_basics == wanted.keeps_basics,
                   "account %d: %u of %u measures, %s", account, found->count, wanted.count,
                   control_effect_word(found));
    }
    return true;
}

// Each was asked of the core bank at most once, and let go at most once.
static bool once_each(struct model *m) {
    static const struct statement TWICE = {
        "test_twice",
        "SELECT COUNT(*) FROM (SELECT object FROM trace WHERE object_kind = 'control' "
        "AND from_state <> to_state GROUP BY object, to_state HAVING COUNT(*) > 1) t"};
    static const struct statement ENDS = {
        "test_ends", "SELECT COUNT(*) FROM trace WHERE object_kind = 'control' AND from_state IN "
                     "('ASKED', 'IN_FORCE') AND to_state IN ('RELEASED', 'EXPIRED')"};
    CHECK(ask_number(&m->w, &TWICE, STORE_NO_VALUES) == 0);
    CHECK(ask_number(&m->w, &ENDS, STORE_NO_VALUES) == messages_of(&m->w, "control.released"));
    return true;
}

static bool run(struct model *m, uint64_t seed) {
    m->count = 0;
    m->now_us = BEGIN_US;
    random_init(&m->random, seed);
    for (int step = 0; step < STEPS; step++) {
        ArenaMark mark = arena_mark(&m->w.scratch.arena);
        CHECK_THAT(do_something(m), "seed %llu, step %d", (unsigned long long)seed, step);
        CHECK_OK(&m->w, within(&m->w, m->now_us, compare_rows));
        CHECK_THAT(same_effects(m), "seed %llu, step %d", (unsigned long long)seed, step);
        arena_rewind(&m->w.scratch.arena, mark);
    }
    return once_each(m);
}

static bool test_against_model(void) {
    static struct model m;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        m.scene = (struct scene){.terms = terms_of_test(), .more = &m};
        CHECK(world_init(&m.w, &m.scene));
        CHECK(run(&m, seed));
        CHECK(world_deinit(&m.w));
    }
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_against_model)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

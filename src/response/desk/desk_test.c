// The desk on both engines: exactly once, what cannot be read, timers that fail, messages, orders among the events.

#include "response/disposition/scene_test.h"

#include "response/desk/desk.h"

#include <inttypes.h>

static const struct scene_strategy QUIET = {
    "D-QUIET", "id: D-QUIET\nversion: 1\nzh: 静\nen: quiet\nowner: 风险监测中心\ndirection: RELEASE\napplies_to: [AT]\nseverities: [S1, S2]\nwhen: size(alert.list_hits) == 0\n"
               "wait: [{for: 24h}]\nquiet: true\nthen:\n  - {id: quiet, close: UNC-TIMEOUT, zh: 静, en: quiet}\n"};

enum { BATCH = 8 };

struct place {
    struct scene s;
    struct desk *desk;
    struct outcome outcomes[BATCH];
    uint32_t count;
    uint64_t at; // the feed's
    struct desk_taken taken;
};

static Status empty_rest(void *context, struct book *book) {
    static const struct statement tables[] = {
        {"desk_test_1", "DELETE FROM feed"},         {"desk_test_2", "DELETE FROM unread"},    {"desk_test_3", "DELETE FROM movement"}, {"desk_test_4", "DELETE FROM opening"},
        {"desk_test_5", "DELETE FROM police_order"}, {"desk_test_6", "DELETE FROM order_entry"}, {"desk_test_7", "DELETE FROM bond"},     {"desk_test_8", "DELETE FROM control_target"},
        {"desk_test_9", "DELETE FROM named"},
    };
    (void)context;
    for (size_t i = 0; i < sizeof tables / sizeof tables[0]; i++) {
        TRY(book_run(book, &tables[i], STORE_NO_VALUES));
    }
    return STATUS_OK;
}

static bool open_place_with(struct place *p, const struct scene_strategy *strategies, uint32_t count) {
    *p = (struct place){0};
    CHECK(scene_init(&p->s, strategies, count));
    SCENE_OK(&p->s, scene_within(&p->s, SCENE_SYSTEM, empty_rest, NULL));
    p->desk = desk_create(&(struct desk_options){
        .catalogue = p->s.catalogue, .strategies = p->s.strategies, .terms = &p->s.terms, .world = {.context = &p->s, .with_knowledge = scene_with_knowledge}});
    return true;
}

static bool open_place(struct place *p) {
    return open_place_with(p, &QUIET, 1);
}

static bool close_place(struct place *p) {
    desk_destroy(p->desk);
    return scene_deinit(&p->s);
}

// One more decision for the next batch.
static void decided(struct place *p, Slice event, Slice decision) {
    INVARIANT(p->count < BATCH);
    p->outcomes[p->count++] = (struct outcome){
        .sequence = p->s.sequence++, .decided_us = p->s.now_us, .event = arena_copy(&p->s.arena, event), .decision = arena_copy(&p->s.arena, decision)};
}

static void decided_on(struct place *p, const struct decided *d) {
    Slice event = scene_event(&p->s, d);
    decided(p, event, scene_decision(&p->s, d));
}

static Status take_from(struct place *p, uint64_t from) {
    uint64_t upto = p->outcomes[p->count - 1].sequence;
    return desk_take(p->desk, &p->s.book, p->outcomes, p->count, from, upto, p->s.now_us, &p->s.scratch.arena, &p->s.scratch.diag, &p->taken);
}

static bool take(struct place *p) {
    uint64_t upto = p->outcomes[p->count - 1].sequence, position;
    CHECK_THAT(take_from(p, p->at) == STATUS_OK, "%s %.*s", p->s.scratch.diag.code, SLICE_ARGS(p->s.scratch.diag.message));
    CHECK(desk_position(p->desk, &p->s.book, &position, p->s.now_us, &p->s.scratch.arena, &p->s.scratch.diag) == STATUS_OK && position == upto);
    p->at = upto;
    p->count = 0;
    return true;
}

static int64_t count_of(struct place *p, const struct statement *statement) {
    return scene_number(&p->s, statement, STORE_NO_VALUES);
}

static const struct statement ALERTS = {"desk_test_alerts", "SELECT COUNT(*) FROM alert"};
static const struct statement HITS = {"desk_test_hits", "SELECT COUNT(*) FROM hit"};
static const struct statement MOVED = {"desk_test_moved", "SELECT COUNT(*) FROM movement"};
static const struct statement UNREAD = {"desk_test_unread", "SELECT COUNT(*) FROM unread"};

// ---- exactly once -------------------------------------------------------------------------------------------------------

// A batch that was taken is not taken again, whoever reads the journal from before it; nor one that leaves a gap.
static bool test_once(void) {
    struct place p;
    CHECK(open_place(&p));
    decided_on(&p, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 500000});
    decided_on(&p, &(struct decided){.customer = "C2", .amount = 100});
    decided_on(&p, &(struct decided){.model = "M-AT-05-E", .customer = "C2", .amount = 700000});
    uint32_t count = p.count;
    CHECK(take(&p) && p.taken.outcomes == 3 && p.taken.unread == 0);
    CHECK(count_of(&p, &ALERTS) == 2 && count_of(&p, &HITS) == 2 && count_of(&p, &MOVED) == 3);
    p.count = count; // a second reader, or this one after its store had gone
    CHECK(take_from(&p, 0) == STATUS_INVALID && strcmp(p.s.scratch.diag.code, "BK003") == 0);
    CHECK(take_from(&p, p.at + 1) == STATUS_INVALID && strcmp(p.s.scratch.diag.code, "BK003") == 0);
    CHECK(count_of(&p, &ALERTS) == 2 && count_of(&p, &HITS) == 2 && count_of(&p, &MOVED) == 3 && count_of(&p, &UNREAD) == 0);
    return close_place(&p);
}

// The place in the journal is the store's, not the program's.
static bool test_goes_on(void) {
    struct place p;
    struct alert alert;
    CHECK(open_place(&p));
    decided_on(&p, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 500000});
    CHECK(take(&p));
    desk_destroy(p.desk);
    book_close(&p.s.book);
    CHECK(book_open(&p.s.book, p.s.address, 1, &p.s.scratch.arena, &p.s.scratch.diag) == STATUS_OK);
    p.desk = desk_create(&(struct desk_options){
        .catalogue = p.s.catalogue, .strategies = p.s.strategies, .terms = &p.s.terms, .world = {.context = &p.s, .with_knowledge = scene_with_knowledge}});
    p.s.now_us += US_PER_HOUR;
    decided_on(&p, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 100});
    CHECK(take(&p) && scene_alert(&p.s, "C1", "AT", &alert) && alert.hits == 2 && count_of(&p, &ALERTS) == 1);
    return close_place(&p);
}

// A record that cannot be read is put aside with its reason; those before and behind it are taken.
static bool test_unread(void) {
    static const struct statement WHICH = {"desk_test_which", "SELECT object FROM unread WHERE kind = 'outcome'"};
    static const struct statement WHY = {"desk_test_why", "SELECT COUNT(*) FROM unread WHERE code <> '' AND problem <> ''"};
    struct place p;
    CHECK(open_place(&p));
    decided_on(&p, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 500000});
    uint64_t bad = p.s.sequence;
    decided(&p, scene_event(&p.s, &(struct decided){.customer = "C2", .amount = 1}), SLICE("{\"event_id\":\"E\",\"hits\":[{\"model\":7}]"));
    decided_on(&p, &(struct decided){.model = "M-AT-05-E", .customer = "C3", .amount = 700000});
    CHECK(take(&p) && p.taken.outcomes == 3 && p.taken.unread == 1);
    CHECK(count_of(&p, &ALERTS) == 2 && count_of(&p, &WHICH) == (int64_t)bad && count_of(&p, &WHY) == 1);
    return close_place(&p);
}

// ---- timers ---------------------------------------------------------------------------------------------------------------

static Status set_bad_timer(void *context, struct book *book) {
    (void)context;
    return book_timer_set(book, TIMER_HOLD, 424242, book->now_us + US_PER_SECOND); // there is no such hold
}

// One that fails is told and put off by a minute; the others fire at their moments.
static bool test_timers(void) {
    static const struct statement PUT_OFF = {"desk_test_put_off", "SELECT due_us FROM timer WHERE object = 424242"};
    struct place p;
    struct alert alert;
    uint32_t fired;
    int64_t next_us;
    CHECK(open_place(&p) && scene_grown(&p.s));
    decided_on(&p, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 500000});
    CHECK(take(&p));
    SCENE_OK(&p.s, scene_within(&p.s, SCENE_SYSTEM, set_bad_timer, NULL));
    int64_t opened_us = p.s.now_us;
    CHECK(desk_timers(p.desk, &p.s.book, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag, &fired, &next_us) == STATUS_OK && fired == 0);
    CHECK(next_us == opened_us + US_PER_SECOND);
    p.s.now_us = opened_us + 24 * US_PER_HOUR - 1;
    CHECK(desk_timers(p.desk, &p.s.book, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag, &fired, &next_us) == STATUS_OK && fired >= 1);
    CHECK(scene_alert(&p.s, "C1", "AT", &alert) && alert.state != ALERT_CLOSED_AUTO && next_us == opened_us + 24 * US_PER_HOUR);
    CHECK(count_of(&p, &PUT_OFF) == p.s.now_us + US_PER_MINUTE && count_of(&p, &UNREAD) == 1);
    p.s.now_us++;
    CHECK(desk_timers(p.desk, &p.s.book, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag, &fired, &next_us) == STATUS_OK && fired == 1);
    CHECK(scene_alert(&p.s, "C1", "AT", &alert) && alert.state == ALERT_CLOSED_AUTO && alert.closed_us == opened_us + 24 * US_PER_HOUR);
    return close_place(&p);
}

static Status set_many_timers(void *context, struct book *book) {
    enum { GONE = 40 };
    (void)context;
    for (int64_t i = 0; i < GONE; i++) { // whoever handles them finds no alert, and clears them
        TRY(book_timer_set(book, TIMER_CLEARED, 1000 + i, book->now_us));
    }
    return book_timer_set(book, TIMER_DAILY, 1, book->now_us);
}

// A timer that whoever handles it leaves as it was is put off too, and told: else it would be due for ever. The others of its unit of work are handled all the same.
static bool test_timers_that_nobody_handles(void) {
    static const struct statement CODES = {"desk_test_codes", "SELECT COUNT(*) FROM unread WHERE code = 'DK002' AND kind = 'cleared'"};
    static const struct statement DUE = {"desk_test_due", "SELECT COUNT(*) FROM timer WHERE due_us <= ?1"};
    static const struct statement DAILY = {"desk_test_daily", "SELECT due_us FROM timer WHERE kind = 'daily'"};
    struct place p;
    uint32_t fired;
    int64_t next_us;
    CHECK(open_place(&p));
    SCENE_OK(&p.s, scene_within(&p.s, SCENE_SYSTEM, set_many_timers, NULL));
    CHECK(desk_timers(p.desk, &p.s.book, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag, &fired, &next_us) == STATUS_OK);
    CHECK(count_of(&p, &CODES) == 40 && desk_counts(p.desk).put_off == 40 && desk_counts(p.desk).timers == 1 && desk_counts(p.desk).late == 0);
    CHECK(scene_number(&p.s, &DUE, STORE_VALUES(store_i64(p.s.now_us))) == 0 && next_us == p.s.now_us + US_PER_MINUTE);
    CHECK(count_of(&p, &DAILY) == p.s.now_us + US_PER_DAY);
    return close_place(&p);
}

// At half past two of the pack's zone, once; one that is there stays.
static bool test_once_a_day(void) {
    static const struct statement DAILY = {"desk_test_daily_at", "SELECT due_us FROM timer WHERE kind = 'daily' AND object = 1"};
    struct place p;
    CHECK(open_place(&p));
    CHECK(desk_begin(p.desk, &p.s.book, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag) == STATUS_OK);
    int64_t due_us = count_of(&p, &DAILY);
    CivilTime civil = civil_from_time(due_us, p.s.catalogue->zone_offset_us);
    CHECK(civil.hour == 2 && civil.minute == 30 && due_us > p.s.now_us && due_us <= p.s.now_us + US_PER_DAY);
    CHECK(desk_begin(p.desk, &p.s.book, p.s.now_us + 3 * US_PER_DAY, &p.s.scratch.arena, &p.s.scratch.diag) == STATUS_OK && count_of(&p, &DAILY) == due_us);
    return close_place(&p);
}

// What a nightly run finds in an event is an alert like others; the event itself was taken when it was decided.
static bool test_of_a_nightly_run(void) {
    static const struct statement HELD = {"desk_test_held", "SELECT COUNT(*) FROM hold"};
    static const struct statement SUM = {"desk_test_sum", "SELECT amount_sum FROM alert"};
    struct place p;
    CHECK(open_place(&p));
    const struct decided in_flight = {.model = "M-AT-05-E", .customer = "C1", .amount = 500000, .action = "DELAY", .delay_s = 600};
    decided_on(&p, &in_flight);
    Slice event = p.outcomes[0].event, decision = p.outcomes[0].decision;
    CHECK(take(&p) && count_of(&p, &MOVED) == 1 && count_of(&p, &HELD) == 1 && count_of(&p, &SUM) == 500000);
    decided(&p, event, decision);
    p.outcomes[0].is_of_night = true;
    CHECK(take(&p) && p.taken.unread == 0);
    CHECK(count_of(&p, &MOVED) == 1 && count_of(&p, &HELD) == 1 && count_of(&p, &ALERTS) == 1 && count_of(&p, &HITS) == 2 && count_of(&p, &SUM) == 500000);
    return close_place(&p);
}

// ---- messages ---------------------------------------------------------------------------------------------------------------

static Status send_two(void *context, struct book *book) {
    int64_t id;
    (void)context;
    for (int64_t object = 1; object <= 2; object++) {
        TRY(book_message(book, &(struct message){.endpoint = SLICE("core"), .kind = SLICE("test.told"), .object_kind = "hold", .object = object, .body = SLICE("{}")}, &id));
    }
    return STATUS_OK;
}

struct sink {
    int64_t ids[16];
    uint32_t count;
    MessageFate fate;
    int64_t next_us;
};

static void pour(void *context, const struct message *message, struct desk_sent *ret_sent) {
    struct sink *sink = context;
    INVARIANT(sink->count < 16);
    sink->ids[sink->count++] = message->id;
    ret_sent->fate = message->object == 1 ? sink->fate : MESSAGE_DELIVERED;
    ret_sent->next_us = sink->next_us;
    ret_sent->problem = SLICE("nobody answers");
}

static bool hand_on(struct place *p, struct sink *sink, uint32_t wanted) {
    uint32_t count;
    sink->count = 0;
    CHECK(desk_messages(p->desk, &p->s.book, p->s.now_us, &p->s.scratch.arena, &p->s.scratch.diag, pour, sink, &count) == STATUS_OK);
    CHECK_THAT(count == wanted && sink->count == wanted, "%u", count);
    return true;
}

// One that is not taken is told again at its moment under the same id, until it is delivered or given up.
static bool test_messages(void) {
    static const struct statement WAITING = {"desk_test_waiting", "SELECT COUNT(*) FROM message WHERE state = 'WAITING'"};
    struct place p;
    struct sink sink = {.fate = MESSAGE_AGAIN};
    CHECK(open_place(&p));
    SCENE_OK(&p.s, scene_within(&p.s, SCENE_SYSTEM, send_two, NULL));
    sink.next_us = p.s.now_us + 5 * US_PER_SECOND;
    CHECK(hand_on(&p, &sink, 2));
    int64_t first = sink.ids[0];
    p.s.now_us += 5 * US_PER_SECOND - 1;
    CHECK(hand_on(&p, &sink, 0));
    p.s.now_us++;
    sink.next_us = p.s.now_us + US_PER_MINUTE;
    CHECK(hand_on(&p, &sink, 1) && sink.ids[0] == first);
    p.s.now_us += US_PER_MINUTE;
    sink.fate = MESSAGE_DEAD;
    CHECK(hand_on(&p, &sink, 1) && sink.ids[0] == first);
    p.s.now_us += US_PER_DAY;
    CHECK(hand_on(&p, &sink, 0) && count_of(&p, &WAITING) == 0);
    return close_place(&p);
}

// ---- what others answer, and order ------------------------------------------------------------------------------------------

static bool test_confirms_what_it_knows(void) {
    static const struct statement CONFIRMED = {"desk_test_confirmed", "SELECT is_confirmed FROM hold"};
    static const struct statement HOLD = {"desk_test_hold", "SELECT id FROM hold"};
    struct place p;
    struct confirmation done = {.is_done = true};
    CHECK(open_place(&p));
    decided_on(&p, &(struct decided){.model = "M-AT-05-E", .customer = "C1", .amount = 500000, .action = "DELAY", .delay_s = 600});
    CHECK(take(&p));
    int64_t hold = count_of(&p, &HOLD);
    CHECK(desk_confirm(p.desk, &p.s.book, SLICE("holds"), hold, &done, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag) == STATUS_INVALID);
    CHECK(strcmp(p.s.scratch.diag.code, "DK001") == 0);
    CHECK(desk_confirm(p.desk, &p.s.book, SLICE("hold"), hold + 1, &done, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag) != STATUS_OK);
    done.at_us = p.s.now_us;
    CHECK_THAT(desk_confirm(p.desk, &p.s.book, SLICE("hold"), hold, &done, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag) == STATUS_OK, "%s", p.s.scratch.diag.code);
    CHECK(count_of(&p, &CONFIRMED) == 1);
    return close_place(&p);
}

// An order comes as an event of the gateway and becomes a measure of the ledger.
static bool test_order_among_events(void) {
    static const struct statement ORDERS = {"desk_test_orders", "SELECT COUNT(*) FROM police_order WHERE kind = 'QUERY_ACCT'"};
    struct place p;
    CHECK(open_place(&p));
    for (int i = 0; i < 2; i++) { // the second time it is the same order
        Slice event = arena_printf(&p.s.scratch.arena,
                                   "{\"event_id\":\"E%" PRIu64 "\",\"event_type\":\"police_order\",\"schema_version\":1,\"phase\":\"REQUEST\",\"event_time\":%" PRId64
                                   ",\"source_system\":\"POLICE\",\"channel\":\"INTERNAL\",\"trace_id\":\"T1\",\"branch_id\":\"0301004\",\"acct_no\":\"A1\",\"cust_name_hash\":\"N1\","
                                   "\"order_id\":\"O-1\",\"order_kind\":\"QUERY_ACCT\",\"order_authority\":\"反诈中心\",\"order_doc_no\":\"D-1\"}",
                                   p.s.sequence, p.s.now_us / US_PER_MS);
        decided(&p, event, scene_decision(&p.s, &(struct decided){.customer = "C1"}));
        CHECK(take(&p));
    }
    CHECK_THAT(count_of(&p, &UNREAD) == 0, "it could be read");
    CHECK(count_of(&p, &ORDERS) == 1);
    return close_place(&p);
}

static bool freezes(struct place *p, const char *number, const char *name) {
    Slice event = arena_printf(&p->s.scratch.arena,
                               "{\"event_id\":\"E%" PRIu64 "\",\"event_type\":\"police_order\",\"schema_version\":1,\"phase\":\"REQUEST\",\"event_time\":%" PRId64
                               ",\"source_system\":\"POLICE\",\"channel\":\"INTERNAL\",\"trace_id\":\"T1\",\"branch_id\":\"0301004\",\"acct_no\":\"AC1\",\"cust_name_hash\":\"%s\","
                               "\"order_id\":\"%s\",\"order_kind\":\"FREEZE\",\"order_authority\":\"反诈中心\",\"order_doc_no\":\"D-1\"}",
                               p->s.sequence, p->s.now_us / US_PER_MS, name, number);
    decided(p, event, scene_decision(&p->s, &(struct decided){.customer = "C1"}));
    return take(p);
}

static bool is_answered(struct place *p, const char *number, const char *answer) {
    static const struct statement ANSWERED = {"desk_test_answered", "SELECT COUNT(*) FROM police_order WHERE number = ?1 AND answer = ?2"};
    return scene_number(&p->s, &ANSWERED, STORE_VALUES(store_text(slice_of(number)), store_text(slice_of(answer)))) == 1;
}

// The name that an order says is compared with what the customer's own events told last. What a unit of work told that came to nothing was not told.
static bool test_holders_name(void) {
    static const char *const one = "\"cust_name_hash\":\"N1\",", *const other = "\"cust_name_hash\":\"N2\",";
    struct place p;
    CHECK(open_place(&p));
    decided_on(&p, &(struct decided){.customer = "C1", .amount = 100});
    CHECK(take(&p) && freezes(&p, "O-1", "N1") && is_answered(&p, "O-1", "HOLDER_UNKNOWN"));
    p.s.knows = false;
    decided_on(&p, &(struct decided){.customer = "C1", .amount = 100, .more = one});
    decided_on(&p, &(struct decided){.model = "M-AT-05-E", .customer = "C2", .amount = 100});
    CHECK(take_from(&p, p.at) == STATUS_IO);
    p.s.knows = true;
    p.count = 0;
    CHECK(freezes(&p, "O-2", "N1") && is_answered(&p, "O-2", "HOLDER_UNKNOWN"));
    decided_on(&p, &(struct decided){.customer = "C1", .amount = 100, .more = one});
    CHECK(take(&p) && freezes(&p, "O-3", "N2") && is_answered(&p, "O-3", "NAME_DIFFERS"));
    CHECK(freezes(&p, "O-4", "N1") && is_answered(&p, "O-4", "EXECUTING"));
    decided_on(&p, &(struct decided){.customer = "C1", .amount = 100, .more = other}); // a new name
    CHECK(take(&p) && freezes(&p, "O-5", "N1") && is_answered(&p, "O-5", "NAME_DIFFERS"));
    return close_place(&p);
}

// ---- hits that join again and again -----------------------------------------------------------------------------------------

// A strategy sees all hits of an alert and no others, in whatever units they came, also when one of them came in a unit that was not committed.
static bool test_sees_all_hits(void) {
    const struct scene_strategy strategies[] = {
        SCENE_STRATEGY("D-TWO", "on: JOINED\ndirection: PROTECT\nclosure: false\napplies_to: ALL\nwhen: has(alert.models) && size(alert.models) == 2\nthen:\n"
                                "  - {id: two, do: [JOIN_HITS], to: STAYS, zh: 二, en: two}\n"),
        QUIET};
    static const struct statement RUNS = {"desk_test_two", "SELECT COUNT(*) FROM run WHERE strategy = 'D-TWO'"};
    static const char *const one = "M-AT-05-E", *const other = "M-AT-07-E";
    struct place p;
    CHECK(open_place_with(&p, strategies, 2));
    for (uint32_t i = 0; i < 4; i++) {
        decided_on(&p, &(struct decided){.model = one, .customer = "C1", .amount = 100});
        CHECK(take(&p) && count_of(&p, &RUNS) == 0);
    }
    p.s.knows = false; // what came to nothing: the other model's hit is rolled back, and never comes again
    decided_on(&p, &(struct decided){.model = other, .customer = "C1", .amount = 100});
    decided_on(&p, &(struct decided){.model = one, .customer = "C2", .amount = 100});
    CHECK(take_from(&p, p.at) == STATUS_IO && strcmp(p.s.scratch.diag.code, "DP010") == 0);
    p.s.knows = true;
    p.count = 0;
    decided_on(&p, &(struct decided){.model = one, .customer = "C1", .amount = 100});
    CHECK(take(&p) && count_of(&p, &RUNS) == 0 && count_of(&p, &HITS) == 5);
    decided_on(&p, &(struct decided){.model = one, .customer = "C1", .amount = 100});
    decided_on(&p, &(struct decided){.model = other, .customer = "C1", .amount = 100}); // both in one unit
    CHECK(take(&p) && count_of(&p, &RUNS) == 1);
    decided_on(&p, &(struct decided){.model = one, .customer = "C1", .amount = 100});
    CHECK(take(&p) && count_of(&p, &RUNS) == 2 && count_of(&p, &HITS) == 8 && count_of(&p, &ALERTS) == 1);
    return close_place(&p);
}

// ---- many at once ---------------------------------------------------------------------------------------------------------

enum { MANY = 3 * DESK_WORKS_ALONE_MAX + 7 }; // a little more than three units of the larger kind

// After a standstill: alerts beside events that are only looked at. Each counts once, in units of work of a bounded size, whatever is among them that cannot be read.
static bool test_many(void) {
    static struct outcome outcomes[MANY];
    struct place p;
    struct desk_taken taken;
    CHECK(open_place(&p));
    uint32_t works = desk_works_max(&p.s.book), many = 3 * works + 7;
    for (uint32_t i = 0; i < many; i++) {
        char customer[16];
        snprintf(customer, sizeof customer, "C%u", i);
        decided_on(&p, &(struct decided){.model = i % 2 == 0 ? "M-AT-05-E" : NULL, .customer = customer, .amount = 100});
        outcomes[i] = p.outcomes[--p.count];
    }
    uint64_t last = outcomes[many - 1].sequence;
    uint32_t first = 2 * works; // every second one is an alert
    CHECK(desk_take(p.desk, &p.s.book, outcomes, first, 0, outcomes[first - 1].sequence, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag, &taken) == STATUS_OK);
    CHECK(desk_counts(p.desk).units == 2 && taken.upto == outcomes[first - 1].sequence); // the last of them is a quiet one
    CHECK(count_of(&p, &ALERTS) == works);
    outcomes[many - 2].event = SLICE("{}"); // of the rest one cannot be read
    CHECK(desk_take(p.desk, &p.s.book, outcomes + first, many - first, taken.upto, last, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag, &taken) == STATUS_OK);
    CHECK(taken.unread == 1 && taken.upto == last && count_of(&p, &UNREAD) == 1);
    CHECK(count_of(&p, &ALERTS) + count_of(&p, &UNREAD) >= (many + 1) / 2 && count_of(&p, &MOVED) == many - 1);
    CHECK(desk_take(p.desk, &p.s.book, outcomes, 1, 0, outcomes[0].sequence, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag, &taken) == STATUS_INVALID && taken.upto == 0);
    return close_place(&p);
}

// Lists cannot be asked any more in the middle of a batch: the units before are kept, and it goes on behind them.
static bool test_stops_in_the_middle(void) {
    static struct outcome outcomes[MANY];
    struct place p;
    struct desk_taken taken;
    CHECK(open_place(&p));
    uint32_t works = desk_works_max(&p.s.book), many = 3 * works + 7;
    for (uint32_t i = 0; i < many; i++) {
        char customer[16];
        snprintf(customer, sizeof customer, "C%u", i);
        decided_on(&p, &(struct decided){.model = "M-AT-05-E", .customer = customer, .amount = 100});
        outcomes[i] = p.outcomes[--p.count];
    }
    uint64_t last = outcomes[many - 1].sequence;
    CHECK(desk_take(p.desk, &p.s.book, outcomes, 1, 0, outcomes[0].sequence, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag, &taken) == STATUS_OK);
    p.s.asked_max = p.s.asked * (1 + works + 10); // of the second unit ten alerts more
    CHECK(desk_take(p.desk, &p.s.book, outcomes + 1, many - 1, taken.upto, last, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag, &taken) == STATUS_IO && strcmp(p.s.scratch.diag.code, "DP010") == 0);
    uint64_t position;
    uint64_t upto = taken.upto;
    CHECK(desk_position(p.desk, &p.s.book, &position, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag) == STATUS_OK && position == upto);
    p.s.asked_max = 0;
    uint32_t at = 0;
    while (at < many && outcomes[at].sequence <= upto) {
        at++;
    }
    CHECK(at == 1 + works && count_of(&p, &ALERTS) == at);
    CHECK(desk_take(p.desk, &p.s.book, outcomes + at, many - at, upto, last, p.s.now_us, &p.s.scratch.arena, &p.s.scratch.diag, &taken) == STATUS_OK && taken.upto == last);
    CHECK(count_of(&p, &ALERTS) == many && count_of(&p, &HITS) == many);
    return close_place(&p);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_many), TEST(test_stops_in_the_middle), TEST(test_sees_all_hits), TEST(test_once),     TEST(test_goes_on),  TEST(test_unread), TEST(test_timers),
                                        TEST(test_timers_that_nobody_handles), TEST(test_once_a_day), TEST(test_of_a_nightly_run),
                                        TEST(test_messages), TEST(test_confirms_what_it_knows), TEST(test_order_among_events), TEST(test_holders_name)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

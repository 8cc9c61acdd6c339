// What figures count: of each at least one row that counts, one that must not, and one that is there twice. The same on both engines.

#include "governance/cockpit/world_test.h"

#define CODE_IS(text) .code = TEXT(text)

// ---- alerts ---------------------------------------------------------------------------------------------------------

static Status fill_alerts(void *context, struct book *book) {
    (void)context;
    const struct alert alerts[] = {
        {.id = 10, .opened_us = AT(2), .closed_us = AT(2.5), .is_automatic = true, CODE_IS("FP-OWNWILL"), .strategy = TEXT("D-ONE"), .hits = 3},
        {.id = 11,
         .opened_us = AT(3),
         .closed_us = AT(3.5),
         CODE_IS("TP-UNAUTH"),
         .severity = 3,
         .decide_us = AT(3.6),
         .decided_us = AT(3.5),
         .decided_by = TEXT("li"),
         .hits = 2},
        {.id = 12, .opened_us = AT(4), .severity = 4, .decide_us = AT(4.1), .branch = TEXT("B2")},
        {.id = 13, .opened_us = AT(5), .closed_us = AT(5.5), CODE_IS("DUP")},
        {.id = 14,
         .opened_us = AT(6),
         .closed_us = AT(7),
         CODE_IS("TP-ML-STR"),
         .secrecy = TEXT("AML"),
         .decide_us = AT(6.5),
         .decided_us = AT(7),
         .decided_by = TEXT("wu")},
        {.id = 15, .opened_us = AT(6), .closed_us = AT(8), CODE_IS("TP-INSIDER"), .secrecy = TEXT("INSIDER")},
        {.id = 16,
         .opened_us = DAY(8, 31),
         .closed_us = AT(1),
         .is_automatic = true,
         CODE_IS("UNC-TIMEOUT"),
         .strategy = TEXT("D-TWO")},         // opened the month before
        {.id = 17, .opened_us = DAY(10, 1)}, // the month after
        {.id = 18,
         .opened_us = AT(1),
         .closed_us = DAY(10, 1),
         .is_automatic = true,
         CODE_IS("FP-OWNWILL"),
         .strategy = TEXT("D-ONE")}, // to the microsecond
        {.id = 19,
         .opened_us = AT(9),
         .closed_us = AT(9.5),
         .state = ALERT_CLOSED_AUTO,
         CODE_IS("FP-MODEL")}, // by a strategy, after somebody had touched it
        {.id = 20, .opened_us = DAY(8, 3), .closed_us = DAY(8, 4), CODE_IS("TEST"), .decide_us = DAY(8, 3) + 5, .decided_us = DAY(8, 4)},
    };
    for (size_t i = 0; i < sizeof alerts / sizeof alerts[0]; i++) {
        TRY(put_alert(book, alerts[i]));
    }
    return STATUS_OK;
}

static bool test_alerts(void) {
    struct world w;
    CHECK(world_init(&w));
    DO(&w, fill_alerts);
    CHECK_FIGURE(&w, COCKPIT_ALERTS, 8, 11);
    CHECK(w.value.number == 8);
    CHECK_FIGURE(&w, COCKPIT_MERGE_RATIO, 8, 11);
    CHECK(w.value.number == 11.0 / 8);
    CHECK_FIGURE(&w, COCKPIT_ALERTS_CLOSED, 6, 2);
    CHECK_FIGURE(&w, COCKPIT_CLOSED_AUTOMATICALLY, 6, 2);
    CHECK(w.value.number == 2);
    CHECK_FIGURE(&w, COCKPIT_CLOSED_BY_STRATEGY, 2, 2);
    CHECK_FIGURE(&w, COCKPIT_CLOSED_BY_PEOPLE, 3, 3);
    CHECK_FIGURE(&w, COCKPIT_FRAUDS, 5, 3);
    CHECK_FIGURE(&w, COCKPIT_PRECISION, 5, 3);
    CHECK(w.value.number == 0.6 && w.value.interval.lower > 0.2 && w.value.interval.upper < 0.9);
    CHECK_FIGURE(&w, COCKPIT_IN_TIME_RATE, 2, 1);
    CHECK_FIGURE(&w, COCKPIT_OVERDUE, 2, 2);
    CHECK_FIGURE(&w, COCKPIT_OPEN_ALERTS, 2, 0);
    CHECK_FIGURE(&w, COCKPIT_OPEN_S4, 1, 0);
    CHECK_FIGURE(&w, COCKPIT_OPEN_OVERDUE, 1, 0);
    w.of.unit = SLICE("B2");
    CHECK_FIGURE(&w, COCKPIT_ALERTS, 1, 1);
    CHECK_FIGURE(&w, COCKPIT_OVERDUE, 1, 1);
    CHECK_REFUSED(&w, COCKPIT_PRECISION, COCKPIT_NO_ROWS);
    return world_deinit(&w);
}

// What a clearance does not open is not counted.
static bool test_clearance(void) {
    struct world w;
    CHECK(world_init(&w));
    DO(&w, fill_alerts);
    w.of.clearance = 0;
    CHECK_FIGURE(&w, COCKPIT_ALERTS, 6, 9);
    CHECK_FIGURE(&w, COCKPIT_ALERTS_CLOSED, 4, 2);
    CHECK_FIGURE(&w, COCKPIT_OVERDUE, 1, 1);
    CHECK_REFUSED(&w, COCKPIT_AML_ALERTS, COCKPIT_SECRET);
    CHECK_REFUSED(&w, COCKPIT_SUSPICIONS, COCKPIT_SECRET);
    CHECK_REFUSED(&w, COCKPIT_INSIDER_ALERTS, COCKPIT_SECRET);
    w.of.clearance = CLEARANCE_AML;
    CHECK_FIGURE(&w, COCKPIT_AML_ALERTS, 1, 1);
    CHECK_FIGURE(&w, COCKPIT_SUSPICIONS, 1, 1);
    CHECK_FIGURE(&w, COCKPIT_ALERTS, 7, 10);
    CHECK_REFUSED(&w, COCKPIT_INSIDER_FOUND, COCKPIT_SECRET);
    w.of.clearance = CLEARANCE_INSIDER;
    CHECK_REFUSED(&w, COCKPIT_AML_ALERTS, COCKPIT_SECRET);
    CHECK_FIGURE(&w, COCKPIT_INSIDER_FOUND, 1, 1);
    return world_deinit(&w);
}

static Status fill_insiders(void *context, struct book *book) {
    (void)context;
    for (int64_t i = 0; i < 3; i++) {
        TRY(put_alert(book, (struct alert){.id = 30 + i, .opened_us = AT(20), .secrecy = TEXT("INSIDER")}));
    }
    return STATUS_OK;
}

static Status list_insiders(void *context, struct book *book) {
    struct world *w = context;
    struct buf out;
    struct json_writer json;
    buf_init(&out, 1 << 16);
    json_writer_init(&json, &out);
    Status status = cockpit_rows(book, &w->of, COCKPIT_INSIDER_ALERTS, &(struct cockpit_page){0}, &json);
    buf_deinit(&out);
    return status;
}

// Figures about employees: of the whole bank, without rows, and not below three.
static bool test_aggregates(void) {
    struct world w;
    CHECK(world_init(&w));
    DO(&w, fill_alerts);
    CHECK_FIGURE(&w, COCKPIT_INSIDER_ALERTS, 1, 1);
    CHECK(w.value.is_hidden && slice_is(cockpit_value_text(&w.arena, &w.value, PAPER_ZH), "少于 3"));
    REFUSES_WITH(&w, list_insiders, &w, "CP002");
    w.of.unit = SLICE("B1");
    CHECK_REFUSED(&w, COCKPIT_INSIDER_ALERTS, COCKPIT_AGGREGATED);
    w.of.unit = SLICE("");
    DO(&w, fill_insiders);
    CHECK_FIGURE(&w, COCKPIT_INSIDER_ALERTS, 4, 4);
    CHECK(!w.value.is_hidden && slice_is(cockpit_value_text(&w.arena, &w.value, PAPER_ZH), "4"));
    return world_deinit(&w);
}

// ---- second looks ---------------------------------------------------------------------------------------------------

static Status fill_looks(void *context, struct book *book) {
    (void)context;
    const struct alert alerts[] = {
        {.id = 40, .closed_us = AT(2), .is_automatic = true, CODE_IS("FP-OWNWILL"), .strategy = TEXT("D-ONE")},
        {.id = 41, .closed_us = AT(3), .is_automatic = true, CODE_IS("FP-BUSINESS"), .strategy = TEXT("D-ONE")},
        {.id = 42, .opened_us = AT(4), .reopened = 1}, // its closing was overturned
        {.id = 43,
         .opened_us = AT(4),
         .reopened = 1,
         .closed_us = AT(20),
         CODE_IS("TP-VICTIM-LOSS")}, // closed automatically on the 5th, and came to light
        {.id = 44,
         .opened_us = DAY(8, 20),
         .reopened = 1,
         .closed_us = AT(21),
         CODE_IS("TP-VICTIM-LOSS")},                                                 // closed in August, came to light in September
        {.id = 45, .closed_us = AT(6), CODE_IS("FP-OWNWILL"), .branch = TEXT("B2")}, // by a person
        {.id = 46, .closed_us = AT(7), CODE_IS("TP-UNAUTH")},
        {.id = 47, .closed_us = AT(8), .is_automatic = true, CODE_IS("TP-MULE"), .strategy = TEXT("D-TWO")}, // not closed as no fraud
        {.id = 48, .opened_us = AT(9), .reopened = 1, .secrecy = TEXT("AML")},
        {.id = 49, .opened_us = DAY(2, 1), .reopened = 1},
    };
    const struct sample_row samples[] = {
        {.alert = 40, .closed_us = AT(2), .second = "FP-OWNWILL", .second_us = DAY(10, 2)}, // looked at in October, of a closing in September
        {.alert = 41, .closed_us = AT(3), .overturned = -1},                                // not looked at yet
        {.alert = 42, .closed_us = AT(4.5), .second = "TP-UNAUTH", .second_us = AT(6), .overturned = 1},
        {.alert = 48, .closed_us = AT(9.5), .second = "TP-ML-STR", .second_us = AT(10), .overturned = 1}, // secret
        {.alert = 45, .kind = "MANUAL_FALSE", .strategy = "", .closed_us = AT(6), .second = "TP-VICTIM-LOSS", .second_us = AT(8), .overturned = 1},
        {.alert = 46, .kind = "MANUAL_TRUE", .strategy = "", .closed_us = AT(7), .first = "TP-UNAUTH", .second = "TP-UNAUTH", .second_us = AT(9)},
        {.alert = 49, .closed_us = DAY(2, 2), .second = "TP-UNAUTH", .second_us = AT(1), .overturned = 1}, // of another month
    };
    const struct later_row later[] = {
        {.alert = 43, .closed_us = AT(5), .at_us = AT(19), .severity = 3},
        {.alert = 44, .closed_us = DAY(8, 21), .at_us = AT(20)},
        {.alert = 45, .closed_us = AT(6), .at_us = AT(25), .strategy = ""}, // closed by a person: a wrong release, and not the fault of a strategy
        {.alert = 49, .closed_us = DAY(2, 2), .at_us = DAY(8, 10), .strategy = ""}, // known before
    };
    for (size_t i = 0; i < sizeof alerts / sizeof alerts[0]; i++) {
        TRY(put_alert(book, alerts[i]));
    }
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        TRY(put_sample(book, samples[i]));
    }
    for (size_t i = 0; i < sizeof later / sizeof later[0]; i++) {
        TRY(put_later(book, later[i]));
    }
    TRY(put_hold(book, (struct hold_row){.id = 1, .alert = 43, .amount = 700, .held_us = AT(4), .state = "RELEASED", .settled_us = AT(5)}));
    TRY(put_hold(book, (struct hold_row){
                           .id = 2, .alert = 43, .amount = 50, .held_us = AT(6), .state = "RELEASED", .settled_us = AT(7)})); // after it was closed
    return put_hold(book, (struct hold_row){
                              .id = 3, .alert = 44, .amount = 9, .held_us = DAY(8, 20), .state = "REFUSED", .settled_us = DAY(8, 21)}); // not let go
}

static bool test_second_looks(void) {
    struct world w;
    CHECK(world_init(&w));
    DO(&w, fill_looks);
    CHECK_FIGURE(&w, COCKPIT_LOOKED_AT, 3, 2);
    CHECK_FIGURE(&w, COCKPIT_OVERTURN_RATE, 3, 2);
    CHECK_FIGURE(&w, COCKPIT_OVERTURNED, 3, 2);
    CHECK_FIGURE(&w, COCKPIT_LATER_POSITIVES, 1, 1);
    CHECK_FIGURE(&w, COCKPIT_LATER_SERIOUS, 1, 1);
    // 40, 41, 42 and 48 (opened again by a second look), 43 (by a report): each closing is there once.
    CHECK_FIGURE(&w, COCKPIT_LATER_RATE, 5, 1);
    CHECK_FIGURE(&w, COCKPIT_POOR_VERIFICATION, 2, 1);
    CHECK_FIGURE(&w, COCKPIT_MANUAL_OVERTURN_RATE, 2, 1);
    CHECK_FIGURE(&w, COCKPIT_AGREEMENT, 2, 1);
    CHECK(w.value.number == 0); // one of two agrees, as chance would have it
    CHECK_FIGURE(&w, COCKPIT_WRONG_RELEASES, 3, 700);
    CHECK_FIGURE(&w, COCKPIT_WRONG_MONEY, 3, 700);
    CHECK_FIGURE(&w, COCKPIT_SAMPLES_OWED, 1, 1);
    CHECK_FIGURE(&w, COCKPIT_AUTOMATIC_RATE, 7, 3);
    w.of.clearance = 0;
    CHECK_FIGURE(&w, COCKPIT_LOOKED_AT, 2, 1);
    CHECK_FIGURE(&w, COCKPIT_LATER_RATE, 4, 1);
    w.of.unit = SLICE("B2");
    CHECK_FIGURE(&w, COCKPIT_WRONG_RELEASES, 1, 0);
    return world_deinit(&w);
}

// ---- victims and money ----------------------------------------------------------------------------------------------

static Status fill_victims(void *context, struct book *book) {
    (void)context;
    const struct alert alerts[] = {
        {.id = 50, .closed_us = AT(2), CODE_IS("TP-VICTIM-SAVED"), .customer = TEXT("anna")},
        {.id = 51, .closed_us = AT(5), CODE_IS("TP-VICTIM-SAVED"), .customer = TEXT("anna")},                        // again within seven days
        {.id = 52, .closed_us = AT(13), CODE_IS("TP-VICTIM-SAVED"), .customer = TEXT("anna"), .branch = TEXT("B2")}, // again, later
        {.id = 53, .closed_us = DAY(8, 30), CODE_IS("TP-VICTIM-SAVED"), .customer = TEXT("bert")},
        {.id = 54, .closed_us = AT(3), CODE_IS("TP-VICTIM-SAVED"), .customer = TEXT("bert")}, // counted in August
        {.id = 55, .closed_us = AT(3), CODE_IS("TP-VICTIM-LOSS"), .customer = TEXT("carl")},
        {.id = 56, .closed_us = AT(8), CODE_IS("TP-UNAUTH"), .customer = TEXT("dora")},
        {.id = 57, .opened_us = AT(8), CODE_IS("TP-VICTIM-SAVED"), .state = ALERT_DECIDED, .customer = TEXT("emil")}, // not closed
        {.id = 58, .closed_us = AT(9), CODE_IS("FP-OWNWILL"), .customer = TEXT("finn")},
        {.id = 59, .closed_us = AT(9), CODE_IS("TP-VICTIM-SAVED"), .customer = TEXT("")},
        {.id = 60, .closed_us = AT(9), CODE_IS("TP-VICTIM-SAVED"), .customer = TEXT("")}, // nobody is no customer twice
    };
    const struct event_row events[] = {
        {50, 501, "a1", .at_us = AT(1.9), .amount = 1000},
        {50, 502, "a2", .at_us = AT(1.95), .amount = 800},                        // tried again with less
        {50, 503, "a3", .at_us = AT(1.96), .amount = 9000, .outcome = "SUCCESS"}, // paid
        {50, 504, "a4", .at_us = AT(1.97), .amount = 9000, .action = "PASS"},     // neither held nor refused
        {50, 505, "a5", .at_us = AT(1.97), .amount = 9000, .action = "REJECT", .is_answer = true},
        {52, 521, "a6", .at_us = AT(12), .amount = 300, .action = "REJECT", .outcome = "FAIL"},
        {52, 522, "a7", .at_us = AT(12), .amount = 5000, .action = "REJECT", .payee = "Q"}, // refused, and paid all the same a day later
        {56, 561, "d1", .at_us = AT(7), .amount = 400},
        {58, 581, "f1", .at_us = AT(8), .amount = 70},
        {55, 551, "c1", .at_us = AT(2), .amount = 60}, // released
    };
    for (size_t i = 0; i < sizeof alerts / sizeof alerts[0]; i++) {
        TRY(put_alert(book, alerts[i]));
    }
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++) {
        TRY(put_event(book, events[i]));
    }
    TRY(put_hold(book,
                 (struct hold_row){
                     .id = 501, .event_id = "a1", .alert = 50, .amount = 1000, .held_us = AT(1.9), .state = "CANCELLED", .settled_us = AT(1.92)}));
    TRY(put_hold(book, (struct hold_row){
                           .id = 502, .event_id = "a2", .alert = 50, .amount = 800, .held_us = AT(1.95), .state = "REFUSED", .settled_us = AT(2)}));
    TRY(put_hold(book, (struct hold_row){.id = 551,
                                         .event_id = "c1",
                                         .alert = 55,
                                         .amount = 60,
                                         .held_us = AT(2),
                                         .state = "RELEASED",
                                         .settled_us = AT(2.1),
                                         .reason = "deadline"}));
    TRY(put_hold(book, (struct hold_row){.id = 561,
                                         .event_id = "d1",
                                         .alert = 56,
                                         .amount = 400,
                                         .held_us = AT(7),
                                         .state = "REFUSED",
                                         .settled_us = DAY(10, 1),
                                         .reason = "deadline"}));
    TRY(put_hold(
        book,
        (struct hold_row){
            .id = 581, .event_id = "f1", .alert = 58, .amount = 70, .held_us = AT(8), .state = "REFUSED", .settled_us = AT(8), .secrecy = "AML"}));
    static const struct statement PAID = {
        "test_paid",
        "INSERT INTO movement (sequence, time_us, event_id, payer_place, payer, payee_place, payee, amount, kind, channel, bank, payer_customer,"
        " payee_customer, ip, device, state) VALUES (9, ?1, 'm', 'OWN', 'A', 'BANK', 'Q', 5000, 'transfer_out', '', '', 'anna', '', '', '', 'DONE')"};
    return book_run(book, &PAID, STORE_VALUES(store_i64(AT(13))));
}

static bool test_victims(void) {
    struct world w;
    CHECK(world_init(&w));
    DO(&w, fill_victims);
    CHECK_FIGURE(&w, COCKPIT_VICTIMS_SAVED, 4, 1300); // 50, 52, 59, 60
    CHECK_FIGURE(&w, COCKPIT_AMOUNT_SAVED, 4, 1300);
    CHECK_FIGURE(&w, COCKPIT_MONEY_STOPPED, 6, 1700); // and 55, 56
    CHECK_FIGURE(&w, COCKPIT_PAYMENTS_HELD, 5, 2330);
    CHECK_FIGURE(&w, COCKPIT_AMOUNT_HELD, 5, 2330);
    CHECK_FIGURE(&w, COCKPIT_HOLDS_RAN_OUT, 1, 60);
    w.of.unit = SLICE("B2");
    CHECK_FIGURE(&w, COCKPIT_VICTIMS_SAVED, 1, 300);
    w.of.unit = SLICE("");
    w.of.clearance = 0;
    CHECK_FIGURE(&w, COCKPIT_PAYMENTS_HELD, 4, 2260);
    return world_deinit(&w);
}

// ---- asking, measures, appeals --------------------------------------------------------------------------------------

static Status fill_measures(void *context, struct book *book) {
    (void)context;
    const struct task_row tasks[] = {
        {.id = 1, .asked_us = AT(2), .state = "ANSWERED", .answered_us = AT(2)},
        {.id = 2, .asked_us = AT(2), .state = "EXPIRED"},
        {.id = 3, .asked_us = AT(2), .state = "CANCELLED"},
        {.id = 4,
         .asked_us = DAY(8, 30),
         .state = "ANSWERED",
         .channel = "BRANCH_VISIT",
         .until_us = AT(3),
         .answered_us = AT(2)}, // asked before, due now
        {.id = 5,
         .asked_us = AT(2),
         .state = "ANSWERED",
         .channel = "DOCUMENTS",
         .until_us = AT(3),
         .answered_us = AT(4),
         .branch = "B2"},                                                                                   // too late
        {.id = 6, .asked_us = AT(29), .state = "ASKED", .channel = "BRANCH_VISIT", .until_us = DAY(10, 2)}, // due later
        {.id = 7, .asked_us = AT(2), .state = "ANSWERED", .secrecy = "AML", .answered_us = AT(2)},
    };
    const struct control_row controls[] = {
        {.id = 1, .target = "A1", .since_us = AT(2)},
        {.id = 2, .target = "A1", .since_us = AT(4), .measure = "CREDIT_ONLY"}, // the same account
        {.id = 3, .target = "A2", .since_us = AT(3), .branch = "B2"},
        {.id = 4, .target = "A3", .since_us = AT(3), .authority = "ORDER", .measure = "STOP_PAY"},
        {.id = 5, .target = "A4", .since_us = AT(3), .measure = "GREY_PAYEE"},
        {.id = 6, .target = "A5", .since_us = DAY(8, 1)},
        {.id = 7, .target = "A6", .is_unconfirmed = true, .pages = 2}, // not in force
        {.id = 8, .target = "K1", .kind = "customer", .since_us = AT(3)},
        {.id = 9, .target = "A7", .since_us = AT(3), .secrecy = "AML"},
    };
    const struct appeal_row appeals[] = {
        {.id = 1, .control = 1, .submitted_us = AT(5), .replied_us = AT(5.5), .result = "RELEASED", .release_us = AT(6), .settled_us = AT(6)},
        {.id = 2, .control = 2, .submitted_us = AT(5), .replied_us = AT(7), .result = "KEPT", .settled_us = AT(8)}, // replied too late
        {.id = 3, .control = 3, .submitted_us = AT(6), .result = ""},
        {.id = 4,
         .control = 6,
         .submitted_us = DAY(8, 30),
         .replied_us = DAY(8, 30),
         .result = "PARTLY",
         .release_us = AT(4),
         .settled_us = AT(4)}, // of another month's measure
        {.id = 5, .control = 4, .submitted_us = DAY(10, 2)},
    };
    for (size_t i = 0; i < sizeof tasks / sizeof tasks[0]; i++) {
        TRY(put_task(book, tasks[i]));
    }
    for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
        TRY(put_control(book, controls[i]));
    }
    for (size_t i = 0; i < sizeof appeals / sizeof appeals[0]; i++) {
        TRY(put_appeal(book, appeals[i]));
    }
    return STATUS_OK;
}

static bool test_measures(void) {
    struct world w;
    CHECK(world_init(&w));
    DO(&w, fill_measures);
    CHECK_FIGURE(&w, COCKPIT_CONTACTS, 5, 3);
    CHECK_FIGURE(&w, COCKPIT_CONTACT_RATE, 5, 3);
    CHECK_FIGURE(&w, COCKPIT_BRANCH_IN_TIME, 2, 1);
    CHECK_FIGURE(&w, COCKPIT_CONTROLLED, 3, 1); // A1, A2, A7
    CHECK_FIGURE(&w, COCKPIT_RELEASED_ON_APPEAL, 3, 1);
    CHECK_FIGURE(&w, COCKPIT_APPEAL_RELEASE_RATE, 3, 1);
    CHECK_FIGURE(&w, COCKPIT_APPEALS, 3, 1);
    CHECK_FIGURE(&w, COCKPIT_APPEALS_REPLIED, 3, 1);
    CHECK_FIGURE(&w, COCKPIT_RELEASE_TIME, 2, AT(6) - AT(5) + AT(4) - DAY(8, 30));
    CHECK(w.value.number == (double)(AT(6) - AT(5))); // the lower one in the middle
    CHECK_FIGURE(&w, COCKPIT_APPEALS_OPEN, 1, 1);
    CHECK_FIGURE(&w, COCKPIT_UNCONFIRMED, 1, 1);
    w.of.clearance = 0;
    CHECK_FIGURE(&w, COCKPIT_CONTROLLED, 2, 1);
    CHECK_FIGURE(&w, COCKPIT_CONTACTS, 4, 2);
    w.of.unit = SLICE("B2");
    CHECK_FIGURE(&w, COCKPIT_CONTROLLED, 1, 0);
    CHECK_FIGURE(&w, COCKPIT_APPEALS, 1, 0);
    return world_deinit(&w);
}

// ---- case accounts, orders ------------------------------------------------------------------------------------------

static Status fill_orders(void *context, struct book *book) {
    (void)context;
    const struct order_seen orders[] = {
        {.id = 1, .kind = "LIST_PUSH", .taken_us = AT(2), .executed_us = AT(2)},
        {.id = 2, .kind = "LIST_PUSH", .taken_us = AT(9), .executed_us = AT(9) + 61 * US_PER_SECOND},
        {.id = 3, .kind = "LIST_PUSH", .taken_us = DAY(8, 2), .executed_us = DAY(8, 2)},
        {.id = 4, .kind = "LIST_PUSH", .taken_us = AT(5), .state = "EXCEPTION"},
        {.id = 5, .kind = "STOP_PAY", .taken_us = AT(3), .executed_us = AT(3) + US_PER_SECOND, .amount = 500, .target = "A1"},
        {.id = 6,
         .kind = "STOP_PAY",
         .taken_us = AT(3),
         .executed_us = AT(4),
         .amount = 900,
         .decided_by = "liu",
         .target = "A2"}, // two persons had it carried out
        {.id = 7, .kind = "DEDUCT_RETURN", .taken_us = AT(3), .executed_us = AT(6), .amount = 12345, .decided_by = "liu", .target = "A1"},
        {.id = 8, .kind = "DEDUCT_RETURN", .taken_us = AT(7), .state = "DECIDING", .amount = 999},
        {.id = 9,
         .kind = "DEDUCT_RETURN",
         .taken_us = DAY(8, 29),
         .executed_us = AT(1),
         .amount = 5,
         .decided_by = "liu"},                                                  // ordered the month before
        {.id = 10, .kind = "FREEZE", .taken_us = AT(8), .executed_us = AT(20)}, // waited behind another
        {.id = 11, .kind = "QUERY_ACCT", .taken_us = AT(8), .executed_us = AT(8), .secrecy = "AML"},
        {.id = 12, .kind = "QUERY_ACCT", .taken_us = AT(8), .state = "REFUSED"},
    };
    for (size_t i = 0; i < sizeof orders / sizeof orders[0]; i++) {
        TRY(put_order(book, orders[i]));
    }
    TRY(put_opening(book, "A1", "C1", "B1", AT(1) - 30 * US_PER_DAY)); // 31 days before it is listed
    TRY(put_opening(book, "A2", "C2", "B2", DAY(3, 1)));               // half a year before
    TRY(put_opening(book, "A3", "C3", "B1", AT(5)));                   // after it was listed elsewhere: no case account of ours
    TRY(put_opening(book, "A8", "C8", "B1", DAY(2, 1)));
    TRY(put_entry(book, 1, 0, "CASE", "A1", ""));
    TRY(put_entry(book, 1, 1, "CASE", "A2", ""));
    TRY(put_entry(book, 1, 2, "CASE", "X1", "102100099996")); // another bank's
    TRY(put_entry(book, 1, 3, "SUSPICIOUS", "A3", ""));
    TRY(put_entry(book, 2, 0, "CASE", "A1", "")); // again
    TRY(put_entry(book, 2, 1, "CASE", "A9", "")); // opened before anything is known
    TRY(put_entry(book, 3, 0, "CASE", "A8", ""));
    TRY(put_entry(book, 2, 2, "CASE", "A8", "")); // was listed in August
    TRY(put_entry(book, 4, 0, "CASE", "A4", "")); // not signed
    return put_control(
        book, (struct control_row){.id = 1, .target = "A9", .measure = "SUSPEND_ALL", .authority = "LIST", .branch = "B3", .since_us = AT(9)});
}

static Status give_accounts(void *context, struct book *book) {
    (void)context;
    TRY(cockpit_give_accounts(book, SLICE("B1"), DAY(8, 31), 1000, SLICE("core")));
    TRY(cockpit_give_accounts(book, SLICE("B1"), AT(29), 2000, SLICE("core")));
    TRY(cockpit_give_accounts(book, SLICE("B1"), DAY(10, 1), 9000, SLICE("core"))); // after the period
    TRY(cockpit_give_accounts(book, SLICE("B2"), DAY(7, 31), 500, SLICE("core")));
    return cockpit_give_accounts(book, SLICE("B2"), DAY(7, 31), 400, SLICE("core")); // corrected
}

static bool test_case_accounts(void) {
    struct world w;
    CHECK(world_init(&w));
    DO(&w, fill_orders);
    CHECK_FIGURE(&w, COCKPIT_CASE_ACCOUNTS, 3, 3); // A1, A2, A9
    CHECK_FIGURE(&w, COCKPIT_OPENED_THEN_CASE, 1, 1);
    CHECK_FIGURE(&w, COCKPIT_LIST_ENTRIES, 7, 7);
    CHECK_FIGURE(&w, COCKPIT_ACCOUNTS_OPENED, 4, 4);
    CHECK_REFUSED(&w, COCKPIT_ACCOUNTS, COCKPIT_NEVER_FED);
    CHECK_FIGURE(&w, COCKPIT_CASE_RATE, 3, 3);
    CHECK(w.value.base == 4 && w.value.base_figure == COCKPIT_ACCOUNTS_OPENED && w.value.number == 7500);
    DO(&w, give_accounts);
    CHECK_FIGURE(&w, COCKPIT_ACCOUNTS, 2, 2400);
    CHECK_FIGURE(&w, COCKPIT_CASE_RATE, 3, 3);
    CHECK(w.value.base == 2400 && w.value.base_figure == COCKPIT_ACCOUNTS && w.value.number == 12.5);
    w.of.unit = SLICE("B2");
    CHECK_FIGURE(&w, COCKPIT_CASE_RATE, 1, 1);
    CHECK(w.value.base == 400 && w.value.number == 25);
    w.of.unit = SLICE("B3");
    CHECK_FIGURE(&w, COCKPIT_CASE_ACCOUNTS, 1, 1);
    CHECK_REFUSED(&w, COCKPIT_CASE_RATE, COCKPIT_NO_ROWS);
    return world_deinit(&w);
}

static bool test_orders(void) {
    struct world w;
    CHECK(world_init(&w));
    DO(&w, fill_orders);
    CHECK_FIGURE(&w, COCKPIT_ORDERS, 10, 10);
    CHECK_FIGURE(&w, COCKPIT_ORDERS_EXECUTED, 8, 8);
    CHECK_FIGURE(&w, COCKPIT_ORDERS_PROMPT, 4, 3); // the pushes, the stop, the query; the second push took 61 seconds
    CHECK_FIGURE(&w, COCKPIT_STOPS, 2, 1400);
    CHECK_FIGURE(&w, COCKPIT_AMOUNT_RETURNED, 2, 12350);
    CHECK_FIGURE(&w, COCKPIT_ORDERS_WAITING, 2, 2);
    w.of.clearance = 0;
    CHECK_FIGURE(&w, COCKPIT_ORDERS, 9, 9);
    w.of.unit = SLICE("B1");
    CHECK_FIGURE(&w, COCKPIT_AMOUNT_RETURNED, 1, 12345);
    CHECK_FIGURE(&w, COCKPIT_LIST_ENTRIES, 7, 7); // of the whole bank, whoever asks
    return world_deinit(&w);
}

// ---- referrals and what became of them ------------------------------------------------------------------------------

static Status fill_referrals(void *context, struct book *book) {
    (void)context;
    TRY(put_case(book, 1, "B1", "NORMAL", AT(2)));
    TRY(put_case(book, 2, "B2", "NORMAL", DAY(8, 2)));
    TRY(put_case(book, 3, "B1", "AML", AT(3)));
    const struct referral_row referrals[] = {
        {.id = 1, .sent_us = AT(2), .accepted_us = AT(3), .filed_us = AT(5), .number = "P1", .gangs = -1, .arrested = -1, .involved = 100000},
        {.id = 2, .lead = 1, .sent_us = AT(4), .accepted_us = AT(6), .gangs = -1, .arrested = -1, .involved = -1}, // supplements the first
        {.id = 3,
         .case_id = 2,
         .sent_us = AT(7),
         .filed_us = AT(9),
         .arrests_us = AT(20),
         .solved_us = AT(21),
         .number = "P1",
         .gangs = 1,
         .arrested = 4,
         .involved = 120000}, // the same case
        {.id = 4,
         .case_id = 2,
         .sent_us = DAY(8, 5),
         .filed_us = AT(8),
         .arrests_us = AT(9),
         .solved_us = AT(10),
         .number = "P2",
         .gangs = -1,
         .arrested = 7,
         .involved = -1},
        {.id = 5, .gangs = -1, .arrested = -1, .involved = -1},                                             // a draft
        {.id = 6, .sent_us = DAY(10, 1), .gangs = -1, .arrested = -1, .involved = -1},                      // sent in October
        {.id = 7, .lead = 4, .case_id = 2, .sent_us = AT(11), .gangs = -1, .arrested = -1, .involved = -1}, // supplements a lead of August
        {.id = 8,
         .case_id = 3,
         .secrecy = "AML",
         .sent_us = AT(12),
         .filed_us = AT(13),
         .number = "P3",
         .gangs = -1,
         .arrested = -1,
         .involved = 900},
        {.id = 9, .sent_us = DAY(8, 1), .filed_us = DAY(8, 3), .solved_us = DAY(10, 2), .number = "P4", .gangs = 2, .arrested = 9, .involved = 1},
        {.id = 10, .sent_us = DAY(8, 1), .filed_us = AT(14), .gangs = -1, .arrested = -1, .involved = 5}, // without a number it is no case
    };
    for (size_t i = 0; i < sizeof referrals / sizeof referrals[0]; i++) {
        TRY(put_referral(book, referrals[i]));
    }
    TRY(put_money(book, 1, "FROZEN", "A1", "D1", 500, AT(6)));
    TRY(put_money(book, 1, "SEIZED", "A1", "D1", 450, AT(8))); // of what was frozen
    TRY(put_money(book, 3, "FROZEN", "A1", "D1", 500, AT(7))); // told of another referral
    TRY(put_money(book, 3, "SEIZED", "A1", "D2", 30, AT(9)));  // another document
    TRY(put_money(book, 3, "RETURNED", "A1", "D3", 8, AT(9)));
    TRY(put_money(book, 4, "SEIZED", "A2", "D4", 70, DAY(8, 9)));
    TRY(put_money(book, 8, "SEIZED", "A3", "D5", 2000, AT(15)));
    TRY(put_control(book, (struct control_row){.id = 1,
                                               .target = "A1",
                                               .measure = "FREEZE",
                                               .authority = "ORDER",
                                               .document = "D1",
                                               .amount = 520,
                                               .since_us = AT(6)})); // the same money
    TRY(put_control(
        book,
        (struct control_row){
            .id = 2, .target = "A5", .measure = "FREEZE", .authority = "ORDER", .document = "D6", .amount = 40, .since_us = AT(6), .branch = "B2"}));
    TRY(put_control(
        book, (struct control_row){
                  .id = 3, .target = "A6", .measure = "FREEZE", .authority = "ORDER", .document = "D7", .since_us = AT(6)})); // all that is there
    return put_control(book,
                       (struct control_row){
                           .id = 4, .target = "A7", .measure = "STOP_PAY", .authority = "ORDER", .document = "D8", .amount = 60, .since_us = AT(6)});
}

static bool test_referrals(void) {
    struct world w;
    CHECK(world_init(&w));
    DO(&w, fill_referrals);
    CHECK_FIGURE(&w, COCKPIT_REFERRALS, 3, 3); // leads 1, 3, 8
    CHECK_FIGURE(&w, COCKPIT_REFERRALS_ACCEPTED, 1, 1);
    CHECK_FIGURE(&w, COCKPIT_CASES_FILED, 3, 3); // P1, P2, P3
    CHECK_FIGURE(&w, COCKPIT_CASES_SOLVED, 2, 2);
    CHECK_FIGURE(&w, COCKPIT_GANGS, 2, 1);
    CHECK(w.value.untold == 1 && w.value.number == 1);
    CHECK_FIGURE(&w, COCKPIT_ARRESTED, 2, 11);
    CHECK(w.value.untold == 0);
    CHECK_FIGURE(&w, COCKPIT_AMOUNT_INVOLVED, 3, 120900);
    CHECK(w.value.untold == 1);
    CHECK_FIGURE(&w, COCKPIT_AMOUNT_SEIZED, 4, 520 + 30 + 2000 + 40);
    CHECK_FIGURE(&w, COCKPIT_CASES_OPENED, 2, 2);
    w.of.clearance = 0;
    CHECK_FIGURE(&w, COCKPIT_REFERRALS, 2, 2);
    CHECK_FIGURE(&w, COCKPIT_CASES_FILED, 2, 2);
    CHECK_FIGURE(&w, COCKPIT_AMOUNT_SEIZED, 3, 590);
    w.of.unit = SLICE("B2");
    CHECK_FIGURE(&w, COCKPIT_REFERRALS, 1, 1);
    CHECK_FIGURE(&w, COCKPIT_AMOUNT_SEIZED, 3, 590); // what two branches tell of the same money counts for one of them
    return world_deinit(&w);
}

static Status only_untold(void *context, struct book *book) {
    (void)context;
    TRY(put_case(book, 1, "B1", "NORMAL", AT(2)));
    return put_referral(
        book, (struct referral_row){
                  .id = 1, .sent_us = AT(2), .filed_us = AT(3), .solved_us = AT(4), .number = "P1", .gangs = -1, .arrested = -1, .involved = -1});
}

static bool test_untold(void) {
    struct world w;
    CHECK(world_init(&w));
    DO(&w, only_untold);
    CHECK_FIGURE(&w, COCKPIT_CASES_SOLVED, 1, 1);
    CHECK_REFUSED(&w, COCKPIT_GANGS, COCKPIT_UNTOLD);
    CHECK_REFUSED(&w, COCKPIT_AMOUNT_INVOLVED, COCKPIT_UNTOLD);
    CHECK_FIGURE(&w, COCKPIT_ARRESTED, 0, 0); // nobody has told of arrests: there are no rows of which something is missing
    return world_deinit(&w);
}

// ---- the rest -------------------------------------------------------------------------------------------------------

static Status fill_rest(void *context, struct book *book) {
    static const struct statement LOOK_BACK = {"test_look_back",
                                               "INSERT INTO case_look_back (case_id, account, conclusion, unit, person, measures, at_us, made_by)"
                                               " VALUES (1, ?1, 'opened in order', 'B1', '', '', ?2, '')"};
    static const struct statement GANG = {
        "test_gang",
        "INSERT INTO gang (id, seed_kind, seed, secrecy, state, accounts, holders, strength, amount, from_us, until_us, found_us, times, skipped,"
        " decided_us, decided_by, reason) VALUES (?1, 'ACCOUNT', 'A', 'NORMAL', ?2, ?3, 9, 0.5, 0, 0, 0, ?4, 1, '[]', ?4, '', '')"};
    static const struct statement AGE = {"test_age", "INSERT INTO model_age (model, version, since_us) VALUES (?1, ?2, ?3)"};
    static const struct statement STATE = {
        "test_state", "INSERT INTO strategy_state (strategy, strategy_hash, version, state, since_us, changed_by, reason, proposed_by, first_us)"
                      " VALUES ('D-ONE', '00000000000000ff', 1, 'SHADOW', ?1, 'breaker', 'breaker_closures', '', ?1)"};
    static const struct statement ASIDE = {"test_aside",
                                           "INSERT INTO unread (kind, object, at_us, code, problem) VALUES ('outcome', ?1, ?2, 'DP011', '')"};
    static const struct statement DEAD = {
        "test_dead", "INSERT INTO message (id, endpoint, kind, object_kind, object, body, made_us, next_us, attempts, state, settled_us)"
                     " VALUES (?1, 'page', 'page', 'alert', 1, '', ?2, ?2, 3, ?3, ?2)"};
    (void)context;
    TRY(put_case(book, 1, "B1", "NORMAL", DAY(8, 2)));
    TRY(book_run(book, &LOOK_BACK, STORE_VALUES(store_text(SLICE("A1")), store_i64(AT(2)))));
    TRY(book_run(book, &LOOK_BACK, STORE_VALUES(store_text(SLICE("A2")), store_i64(DAY(8, 2)))));
    TRY(book_run(book, &GANG, STORE_VALUES(store_i64(1), store_text(SLICE("CONFIRMED")), store_i64(6), store_i64(AT(2)))));
    TRY(book_run(book, &GANG, STORE_VALUES(store_i64(2), store_text(SLICE("DISMISSED")), store_i64(7), store_i64(AT(2)))));
    TRY(book_run(book, &GANG, STORE_VALUES(store_i64(3), store_text(SLICE("CONFIRMED")), store_i64(8), store_i64(DAY(8, 2)))));
    TRY(book_run(book, &AGE, STORE_VALUES(store_text(SLICE("M-VP-01-A")), store_i64(1), store_i64(DAY(2, 1)))));
    TRY(book_run(book, &AGE, STORE_VALUES(store_text(SLICE("M-VP-01-A")), store_i64(2), store_i64(AT(2)))));
    TRY(book_run(book, &STATE, STORE_VALUES(store_i64(DAY(2, 1)))));
    TRY(book_run(book, &ASIDE, STORE_VALUES(store_i64(1), store_i64(AT(2)))));
    TRY(book_run(book, &ASIDE, STORE_VALUES(store_i64(2), store_i64(DAY(8, 2)))));
    TRY(book_run(book, &DEAD, STORE_VALUES(store_i64(1), store_i64(AT(2)), store_text(SLICE("DEAD")))));
    TRY(book_run(book, &DEAD, STORE_VALUES(store_i64(2), store_i64(AT(2)), store_text(SLICE("DELIVERED")))));
    TRY(put_missed(book, 1, "REPORT", "", "B2", AT(3)));
    TRY(put_missed(book, 2, "REPORT", "NO_MODEL", "B1", AT(3)));
    TRY(put_missed(book, 3, "REPORT", "NO_FRAUD", "B1", AT(3)));
    TRY(put_missed(book, 4, "SAMPLE", "NO_MODEL", "B1", AT(3))); // drawn, and reported by nobody
    TRY(put_missed(book, 5, "REPORT", "", "B1", DAY(8, 3)));
    TRY(put_opening(book, "A1", "C1", "B2", DAY(2, 1)));
    TRY(put_alert(book, (struct alert){.id = 70, .opened_us = DAY(2, 3)}));
    TRY(put_alert(book, (struct alert){.id = 71, .opened_us = AT(4)}));
    TRY(put_alert(book, (struct alert){.id = 72, .opened_us = AT(5), CODE_IS("TP-NETSEC"), .closed_us = AT(6)}));
    TRY(put_hit(book, (struct hit_row){70, "M-VP-01-A", "VP-01"}));
    TRY(put_hit(book, (struct hit_row){71, "M-VP-01-A", "VP-01"})); // known
    TRY(put_hit(book, (struct hit_row){71, "M-VP-02-A", "VP-02"}));
    TRY(put_hit(book, (struct hit_row){71, "M-VP-02-B", "VP-02"})); // the same typology
    TRY(put_hit(book, (struct hit_row){72, "M-NS-01-A", "NS-01", "NS"}));
    return put_hit(book, (struct hit_row){71, "M-NS-01-A", "NS-01", "NS"});
}

static Status trace_some(void *context, struct book *book) {
    struct trace trace = {.object_kind = "alert", .object = 71, .from = SLICE("ASSIGNED"), .to = SLICE("ASSIGNED"), .reason = SLICE("handed_over")};
    (void)context;
    TRY(book_trace(book, &trace));
    TRY(book_trace(book, &trace));
    trace.reason = SLICE("handed_back");
    TRY(book_trace(book, &trace));
    trace =
        (struct trace){.object_kind = "strategy", .object = 127, .from = SLICE("ACTIVE"), .to = SLICE("SHADOW"), .reason = SLICE("breaker_closures")};
    TRY(book_trace(book, &trace));
    trace.reason = SLICE("person");
    return book_trace(book, &trace);
}

static bool test_rest(void) {
    struct world w;
    CHECK(world_init(&w));
    DO(&w, fill_rest);
    arena_reset(&w.arena);
    CHECK(book_do(&w.book, EDITOR, AT(10), trace_some, &w, &w.arena, &w.scratch.diag) == STATUS_OK);
    CHECK(book_do(&w.book, EDITOR, DAY(10, 2), trace_some, &w, &w.arena, &w.scratch.diag) == STATUS_OK); // the month after
    CHECK_FIGURE(&w, COCKPIT_LOOKED_BACK, 1, 1);
    CHECK_FIGURE(&w, COCKPIT_GANGS_FOUND, 1, 6);
    CHECK_FIGURE(&w, COCKPIT_GANG_ACCOUNTS, 1, 6);
    CHECK_FIGURE(&w, COCKPIT_NEW_MODELS, 1, 1);
    CHECK_FIGURE(&w, COCKPIT_NEW_TYPOLOGIES, 2, 3); // VP-02 with one alert, NS-01 with two
    CHECK_FIGURE(&w, COCKPIT_NETWORK_ALERTS, 2, 1);
    CHECK_FIGURE(&w, COCKPIT_NETWORK_FOUND, 2, 1);
    CHECK_FIGURE(&w, COCKPIT_MISSED, 2, 20);
    CHECK_FIGURE(&w, COCKPIT_BREAKERS_OPENED, 1, 1);
    CHECK_FIGURE(&w, COCKPIT_HANDED_OVER, 2, 2);
    CHECK_FIGURE(&w, COCKPIT_UNREAD, 1, 1);
    CHECK_FIGURE(&w, COCKPIT_UNDELIVERED, 1, 1);
    w.of.unit = SLICE("B2");
    CHECK_FIGURE(&w, COCKPIT_MISSED, 1, 10);
    CHECK_FIGURE(&w, COCKPIT_HANDED_OVER, 0, 0);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_alerts),    TEST(test_clearance), TEST(test_aggregates),    TEST(test_second_looks),
                                        TEST(test_victims),   TEST(test_measures),  TEST(test_case_accounts), TEST(test_orders),
                                        TEST(test_referrals), TEST(test_untold),    TEST(test_rest)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

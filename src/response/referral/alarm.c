// Emergencies: money is moving. The authority is called, and told by message which accounts are
// meant; the package follows.

#include "response/referral/dossier.h"

static const struct statement EMERGENCY = {
    "referral_emergency",
    "UPDATE referral SET urgency = 'EMERGENCY', emergency_us = ?2, called = ?3 WHERE id = ?1"};

enum { ALARM_ACCOUNTS_MAX = 100 };

static void put_accounts(struct json_writer *json, const struct dossier *dossier) {
    uint32_t count = 0;
    json_key(json, SLICE("accounts"));
    json_array_begin(json);
    for (uint32_t i = 0; i < dossier->accounts.count && count < ALARM_ACCOUNTS_MAX; i++) {
        if (!dossier->accounts.at[i].is_victim) {
            json_string(json, dossier->accounts.at[i].account);
            count++;
        }
    }
    json_array_end(json);
    json_key(json, SLICE("accounts_elsewhere"));
    json_array_begin(json);
    for (uint32_t i = 0; i < dossier->others.count && count < ALARM_ACCOUNTS_MAX; i++) {
        if (slice_is(dossier->others.at[i].kind, "OUTSIDE") &&
            !slice_is(dossier->others.at[i].role, "VICTIM")) {
            json_string(json, dossier->others.at[i].name);
            count++;
        }
    }
    json_array_end(json);
}

static Status send_alarm(struct book *book, const struct referral_row *row,
                         const struct dossier *dossier, const struct referral_call *call) {
    struct rendering out;
    Slice body;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_i64(json, SLICE("referral"), row->id);
    json_key_i64(json, SLICE("lead"), row->lead);
    json_key_string(json, SLICE("bank"), dossier->office->bank);
    put_text(json, SLICE("authority"), row->fields[REFERRAL_FIELD_AUTHORITY]);
    json_key_string(json, SLICE("called"), call->called);
    json_key_string(json, SLICE("text"), call->text);
    put_accounts(json, dossier);
    json_key_i64(json, SLICE("still_here"), dossier->still_here);
    put_text(json, SLICE("contact_a"), row->fields[REFERRAL_FIELD_CONTACT_A]);
    put_text(json, SLICE("contact_b"), row->fields[REFERRAL_FIELD_CONTACT_B]);
    put_moment(json, SLICE("at"), book->now_us);
    json_object_end(json);
    TRY(rendering_end(&out, book, &body));
    return book_message(book,
                        &(struct message){.endpoint = SLICE("police"),
                                          .kind = SLICE("referral.emergency"),
                                          .object_kind = "referral",
                                          .object = row->id,
                                          .body = body},
                        NULL);
}

static Status check_call(struct book *book, const struct referral_row *row,
                         const struct referral_call *call) {
    ENSURE(!slice_is(row->secrecy, "AML"),
           book_fail(book, STATUS_INVALID, "RF005",
                     "what was learned against laundering is told by phone, and by no message"));
    ENSURE(row->emergency_us == 0,
           book_fail(book, STATUS_INVALID, "RF004", "the emergency was told already"));
    ENSURE(!slice_empty(call->called) && !slice_empty(call->text),
           book_fail(book, STATUS_INVALID, "RF005", "say who was called, and what he was told"));
    ENSURE(!slice_empty(call->second) && !slice_equal(call->second, book->actor.name),
           book_fail(book, STATUS_INVALID, "RF011", "an emergency is told by two persons"));
    const Slice texts[] = {call->called, call->text, call->second};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        TRY(text_check(book, "a text of the call", texts[i], REFERRAL_TEXT_MAX));
    }
    return STATUS_OK;
}

static Status describe_call(struct book *book, const struct referral_call *call,
                            Slice *ret_detail) {
    struct rendering out;
    struct json_writer *json = rendering_begin(&out);
    json_object_begin(json);
    json_key_string(json, SLICE("called"), call->called);
    json_key_string(json, SLICE("text"), call->text);
    json_key_string(json, SLICE("second"), call->second);
    json_object_end(json);
    return rendering_end(&out, book, ret_detail);
}

Status referral_emergency(struct book *book, int64_t clearance,
                          const struct referral_office *office, int64_t id,
                          const struct referral_call *call) {
    struct referral_row row;
    struct dossier dossier;
    Slice detail;
    TRY(lead_load_draft(book, clearance, id, &row));
    TRY(check_call(book, &row, call));
    TRY(dossier_read(book, office, &row, &dossier));
    TRY(send_alarm(book, &row, &dossier, call));
    TRY(book_run(book, &EMERGENCY,
                 STORE_VALUES(store_i64(id), store_i64(book->now_us), store_text(call->called))));
    row.emergency_us = book->now_us;
    TRY(describe_call(book, call, &detail));
    TRY(lead_trace(book, &row, "emergency", detail));
    return lead_clock_arm(book, office, &row);
}

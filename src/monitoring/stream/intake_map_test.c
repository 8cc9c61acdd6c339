#include "monitoring/stream/intake_map.h"

#include "base/test.h"
#include "base/time.h"
#include "monitoring/stream/event_check_test.h"
#include "monitoring/stream/sample_test.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

struct fixture {
    struct arena arena;
    struct diag_list diags;
    const struct schema *schema;
    const struct intake_map *map;
    struct intake *intake;
    struct event *event;
    RecordKind kind;
    struct intake_refusal refusal;
};

static void set_up(struct fixture *fixture, const char *yaml) {
    *fixture = (struct fixture){0};
    arena_init(&fixture->arena, 64 << 10);
    fixture->schema = sample_schema_load(sample_schema_text, &fixture->arena, &fixture->diags);
    INVARIANT(fixture->schema != NULL);
    struct source *source = ARENA_NEW(&fixture->arena, struct source);
    *source = (struct source){SLICE("map.yaml"), slice_of(yaml)};
    fixture->map = intake_map_load(yaml_parse(source, &fixture->arena, &fixture->diags),
                                   fixture->schema, &fixture->arena, &fixture->diags);
    if (fixture->map != NULL) {
        fixture->intake = intake_create(fixture->schema, fixture->map);
        fixture->event = event_create(fixture->schema);
    }
}

static void tear_down(struct fixture *fixture) {
    event_destroy(fixture->event);
    intake_destroy(fixture->intake);
    arena_deinit(&fixture->arena);
}

static bool field_is(const struct fixture *fixture, const char *name, const char *expected) {
    struct buf text;
    buf_init(&text, 4096);
    event_put_field(fixture->event, schema_find_field(fixture->schema, slice_of(name)), &text);
    bool same = slice_is(buf_slice(&text), expected);
    if (!same) {
        fprintf(stderr, "%s is %.*s, not %s\n", name, SLICE_ARGS(buf_slice(&text)), expected);
    }
    buf_deinit(&text);
    return same;
}

static const char handbook[] =
    "format: csv\n"
    "csv: {separator: \";\"}\n"
    "constants: {event_type: transfer_out, phase: RESULT, auth_methods: PIN|SMS}\n"
    "columns:\n"
    "  TX_ID: {field: event_id, prefix: \"T-\"}\n"
    "  TX_DATETIME: {field: event_time, time: \"%Y-%m-%d %H:%M:%S\", zone: UTC}\n"
    "  CUSTOMER:\n"
    "    - {field: cust_id, prefix: C}\n"
    "    - {field: payer_acct_no, prefix: A}\n"
    "  TERMINAL: {field: payee_acct_no}\n"
    "  AMOUNT: {field: amount, money: major}\n"
    "  CHAN: {field: channel, map: {app: MOBILE, desk: COUNTER}}\n"
    "  SELF: {field: payee_is_self, bool: {true: [\"Y\", \"1\"], false: [\"N\"]}}\n"
    "  CITY: {field: geo_city, optional: true}\n"
    "label: {column: FRAUD, fraud: [\"1\"]}\n";

static bool test_csv(void) {
    struct fixture fixture;
    set_up(&fixture, handbook);
    diag_list_print(&fixture.diags, stderr);
    CHECK(fixture.map != NULL && intake_map_is_csv(fixture.map) && fixture.map->separator == ';');
    Slice header[] = {SLICE("FRAUD"),    SLICE("TX_ID"),    SLICE("TX_DATETIME"),
                      SLICE("CUSTOMER"), SLICE("TERMINAL"), SLICE("AMOUNT"),
                      SLICE("CHAN"),     SLICE("SELF"),     SLICE("SCENARIO")};
    enum { COUNT = COUNT_OF(header) };
    CHECK(intake_csv_header(fixture.intake, header, COUNT, &fixture.refusal) == STATUS_OK);
    Slice row[] = {SLICE("1"),   SLICE("0"),    SLICE("2018-04-01 00:00:31"),
                   SLICE("596"), SLICE("3156"), SLICE("57.16"),
                   SLICE("app"), SLICE("Y"),    SLICE("0")};
    for (int i = 0; i < 2; i++) {
        CHECK(intake_csv_row(fixture.intake, row, COUNT, fixture.event, &fixture.refusal) ==
              STATUS_OK);
        check_event(fixture.event);
        CHECK(field_is(&fixture, "event_id", "T-0") && field_is(&fixture, "cust_id", "C596"));
        CHECK(field_is(&fixture, "payer_acct_no", "A596") &&
              field_is(&fixture, "payee_acct_no", "3156"));
        CHECK(field_is(&fixture, "amount", "57.16") && field_is(&fixture, "channel", "MOBILE"));
        CHECK(field_is(&fixture, "payee_is_self", "true") &&
              field_is(&fixture, "auth_methods", "[PIN, SMS]"));
        CHECK(field_is(&fixture, "event_time", "2018-04-01T08:00:31+08:00") &&
              field_is(&fixture, "hour", "8"));
        CHECK(fixture.event->has_label && fixture.event->fraud);
    }
    row[0] = SLICE("0");
    row[6] = SLICE("ATM"); // a value of ours is taken as it is
    row[7] = SLICE("");
    CHECK(intake_csv_row(fixture.intake, row, COUNT, fixture.event, &fixture.refusal) == STATUS_OK);
    CHECK(fixture.event->has_label && !fixture.event->fraud &&
          field_is(&fixture, "payee_is_self", "missing"));
    static const struct {
        uint32_t column;
        const char *text;
        IntakeProblem problem;
        const char *reason;
    } rows[] = {
        {2, "2018-04-01", INTAKE_TIME, "%Y-%m-%d %H:%M:%S"},
        {2, "1999-04-01 00:00:00", INTAKE_TIME, "times go from"},
        {5, "57.161", INTAKE_TYPE, "column \"AMOUNT\" has to hold an amount in major units"},
        {5, "-1.00", INTAKE_RANGE, "from 0"},
        {6, "phone", INTAKE_ENUM, "channel is \"phone\""},
        {7, "maybe", INTAKE_TYPE, "for true or false"},
        {3, "12345678901234567890", INTAKE_TEXT_SIZE, "may have 20"},
        {1, "", INTAKE_MISSING, "event_id is missing"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Slice cells[COUNT];
        memcpy(cells, row, sizeof cells);
        cells[rows[i].column] = slice_of(rows[i].text);
        CHECK(intake_csv_row(fixture.intake, cells, COUNT, fixture.event, &fixture.refusal) ==
              STATUS_INVALID);
        CHECK_THAT(fixture.refusal.problem == rows[i].problem &&
                       slice_find(fixture.refusal.reason, slice_of(rows[i].reason), 0) != SIZE_MAX,
                   "row %zu: %.*s", i, SLICE_ARGS(fixture.refusal.reason));
    }
    CHECK(intake_csv_header(fixture.intake, header + 2, COUNT - 2, &fixture.refusal) ==
          STATUS_INVALID);
    CHECK(fixture.refusal.problem == INTAKE_COLUMNS &&
          slice_find(fixture.refusal.reason, SLICE("no column \"TX_ID\""), 0) != SIZE_MAX);
    tear_down(&fixture);
    return true;
}

static const char steps[] =
    "format: ndjson\n"
    "constants: {event_type: transfer_in, phase: RESULT, channel: BATCH, cust_id: C1}\n"
    "columns:\n"
    "  \"$position\": {field: event_id, prefix: \"P\"}\n"
    "  step: {field: event_time, time: step, origin: 2017-01-01, unit: 1d, add: 30m}\n"
    "  nameOrig: {field: payer_acct_no, prefix: \"\"}\n"
    "  amount: {field: amount, money: major}\n"
    "  received: {field: recv_time, time: unix_s}\n"
    "  city: {field: geo_city}\n"
    "  m: {field: trace_id, map: {s: a-much-longer-text-than-what-it-stands-for-0123456789}}\n"
    "label: {column: isFraud, fraud: [\"1\", \"true\"]}\n";

static bool test_ndjson(void) {
    struct fixture fixture;
    set_up(&fixture, steps);
    diag_list_print(&fixture.diags, stderr);
    CHECK(fixture.map != NULL && !intake_map_is_csv(fixture.map));
    Slice record = SLICE("{\"step\":2,\"nameOrig\":1234,\"amount\":9839.64,\"isFraud\":true,"
                         "\"received\":\"1525132800.5\","
                         "\"city\":\"x\",\"event_id\":\"ignored\",\"$position\":\"ignored\"}");
    intake_set_position(fixture.intake, 41);
    for (int i = 0; i < 2; i++) {
        CHECK(intake_json(fixture.intake, record, fixture.event, &fixture.kind, &fixture.refusal) ==
              STATUS_OK);
        CHECK(field_is(&fixture, "event_id", i == 0 ? "P41" : "P42"));
        CHECK(field_is(&fixture, "event_time", "2017-01-03T00:30:00+08:00"));
        CHECK(field_is(&fixture, "payer_acct_no", "1234") &&
              field_is(&fixture, "amount", "9839.64"));
        CHECK(field_is(&fixture, "recv_time", "2018-05-01T08:00:00.500+08:00"));
        CHECK(fixture.event->fraud && fixture.event->has_label);
    }
    CHECK(intake_json(fixture.intake, SLICE("{\"step\":2,\"nameOrig\":1,\"amount\":1,\"m\":\"s\"}"),
                      fixture.event, &fixture.kind, &fixture.refusal) == STATUS_OK);
    CHECK(field_is(&fixture, "trace_id", "a-much-longer-text-than-what-it-stands-for-0123456789"));
    CHECK(!fixture.event->has_label);
    static const struct {
        const char *record;
        IntakeProblem problem;
    } rows[] = {
        {"{\"step\":2,\"step\":2}", INTAKE_DUPLICATE_FIELD},
        {"{\"step\":9223372036854775807}", INTAKE_TIME},
        {"{\"step\":1.5}", INTAKE_TIME},
        {"{\"step\":[]}", INTAKE_TYPE},
        {"{\"city\":5}", INTAKE_TYPE},
        {"{\"amount\":1e300}", INTAKE_TYPE},
        {"{\"step\":1}", INTAKE_MISSING},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK(intake_json(fixture.intake, slice_of(rows[i].record), fixture.event, &fixture.kind,
                          &fixture.refusal) == STATUS_INVALID);
        CHECK_THAT(fixture.refusal.problem == rows[i].problem, "row %zu: %.*s", i,
                   SLICE_ARGS(fixture.refusal.reason));
    }
    Slice change = SLICE("{\"$table\":\"cust\",\"step\":\"x\"}");
    CHECK(intake_json(fixture.intake, change, fixture.event, &fixture.kind, &fixture.refusal) ==
          STATUS_OK);
    CHECK(fixture.kind == RECORD_CHANGE);
    tear_down(&fixture);
    return true;
}

// Records of the other format carry the schema's own names.
static bool test_other_format(void) {
    struct fixture fixture;
    set_up(&fixture, handbook);
    CHECK(intake_json(fixture.intake, slice_of(sample_event_text), fixture.event, &fixture.kind, &fixture.refusal) == STATUS_OK);
    check_event(fixture.event);
    CHECK(field_is(&fixture, "event_id", "01JD40M2X9") && field_is(&fixture, "auth_methods", "[PIN, SMS]"));
    tear_down(&fixture);
    set_up(&fixture, steps);
    Slice header[] = {SLICE("event_id"), SLICE("event_type"), SLICE("event_time"), SLICE("phase"), SLICE("channel"), SLICE("cust_id")};
    Slice row[] = {SLICE("e1"), SLICE("login"), SLICE("1795413600123"), SLICE("REQUEST"), SLICE("ATM"), SLICE("C1")};
    CHECK(intake_csv_header(fixture.intake, header, COUNT_OF(header), &fixture.refusal) == STATUS_OK);
    CHECK(intake_csv_row(fixture.intake, row, COUNT_OF(row), fixture.event, &fixture.refusal) == STATUS_OK);
    CHECK(field_is(&fixture, "event_id", "e1") && field_is(&fixture, "channel", "ATM"));
    tear_down(&fixture);
    return true;
}

// One long cell that would go into many fields is refused for its length; there is no need of room for it.
static bool test_long_cell_for_many_fields(void) {
    struct fixture fixture;
    set_up(&fixture, "format: csv\nconstants: {event_type: login, event_time: 2020-01-01}\ncolumns:\n  id: {field: event_id}\n  x:\n"
                     "    - {field: trace_id}\n    - {field: cust_id}\n    - {field: acct_no}\n    - {field: payer_acct_no}\n"
                     "    - {field: payer_bank_code}\n    - {field: payee_acct_no}\n    - {field: payee_name_hash}\n"
                     "    - {field: payee_bank_code}\n    - {field: currency}\n    - {field: device_id}\n    - {field: ip}\n");
    CHECK(fixture.map != NULL && fixture.map->fan_out == 11);
    Slice header[] = {SLICE("id"), SLICE("x")};
    CHECK(intake_csv_header(fixture.intake, header, 2, &fixture.refusal) == STATUS_OK);
    struct buf text;
    buf_init(&text, 1 << 20);
    while (text.size < 1 << 20) {
        buf_put_byte(&text, 'x');
    }
    Slice row[] = {SLICE("1"), buf_slice(&text)};
    CHECK(intake_csv_row(fixture.intake, row, 2, fixture.event, &fixture.refusal) == STATUS_INVALID);
    CHECK(fixture.refusal.problem == INTAKE_TEXT_SIZE);
    buf_deinit(&text);
    tear_down(&fixture);
    return true;
}

static bool test_times(void) {
    static const struct {
        const char *format, *text;
        int64_t time_us; // INT64_MIN: refused
    } rows[] = {
        {"%Y-%m-%d %H:%M:%S", "1970-01-02 03:04:05",
         US_PER_DAY + 3 * US_PER_HOUR + 4 * US_PER_MINUTE + 5 * US_PER_SECOND},
        {"%Y%m%d", "19700102", US_PER_DAY},
        {"%d/%m/%Y %H:%M", "2/1/1970 3:04", US_PER_DAY + 3 * US_PER_HOUR + 4 * US_PER_MINUTE},
        {"%Y-%m-%dT%H:%M:%S.%fZ", "1970-01-01T00:00:01.25Z", 1250000},
        {"%Y-%m-%d %%", "1970-01-01 %", 0},
        {"%Y-%m-%d", "1970-02-29", INT64_MIN},
        {"%Y-%m-%d", "1970-01-01x", INT64_MIN},
        {"%Y-%m-%d", "70-01-01", INT64_MIN},
        {"%Y-%m-%d %H", "1970-01-01 24", INT64_MIN},
        {"%Y-%m-%d", "", INT64_MIN},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        int64_t time_us = INT64_MIN;
        bool ok = map_time_parse(slice_of(rows[i].text), slice_of(rows[i].format), 0, &time_us);
        CHECK_THAT(ok == (rows[i].time_us != INT64_MIN) && time_us == rows[i].time_us, "row %zu",
                   i);
    }
    return true;
}

#define GIVEN "constants: {event_type: login, event_time: 2020-01-01}\n"

static bool test_mistakes(void) {
    static const struct {
        const char *yaml, *code;
    } rows[] = {
        {"format: xml\ncolumns: {a: {field: event_id}}\n", "YA013"},
        {"format: csv\ncsv: {separator: ab}\ncolumns: {a: {field: event_id}}\n" GIVEN, "MP001"},
        {"format: csv\ncolumns: {a: {field: event_idd}}\n" GIVEN, "MP002"},
        {"format: csv\ncolumns: {a: {field: hour}}\n" GIVEN, "MP003"},
        {"format: csv\ncolumns: {a: {field: event_id}, b: {field: event_id}}\n" GIVEN, "MP004"},
        {"format: csv\ncolumns: {a: {field: event_id, money: major}}\n" GIVEN, "MP005"},
        {"format: csv\ncolumns: {a: {field: event_id, prefix: x}, b: {field: lat, prefix: "
         "x}}\n" GIVEN,
         "MP005"},
        {"format: csv\ncolumns: {a: {field: recv_time, time: unix_s, money: major}}\n" GIVEN,
         "MP006"},
        {"format: csv\ncolumns: {a: {field: recv_time, time: unix}}\n" GIVEN, "MP007"},
        {"format: csv\ncolumns: {a: {field: recv_time, time: '%Y-%m-%d %j'}}\n" GIVEN, "MP007"},
        {"format: csv\ncolumns: {a: {field: recv_time, time: step, unit: 1d}}\n" GIVEN, "MP008"},
        {"format: csv\ncolumns: {a: {field: recv_time, time: unix_s, unit: 1d}}\n" GIVEN, "MP008"},
        {"format: csv\ncolumns: {a: {field: recv_time, time: unix_s, zone: Mars}}\n" GIVEN,
         "MP009"},
        {"format: csv\ncolumns: {a: {field: os, map: {x: WINDOWS}}}\n" GIVEN, "MP010"},
        {"format: csv\ncolumns: {a: {field: payee_pasted, bool: {true: [a], false: [a]}}}\n" GIVEN,
         "MP010"},
        {"format: csv\ncolumns: {a: {field: event_id}}\nconstants: {amount: 12.5}\n", "MP010"},
        {"format: csv\ncolumns: {a: {field: recv_time}}\n" GIVEN, "MP011"},
        {"format: csv\ncolumns: {}\n" GIVEN, "MP012"},
        {"format: csv\ncolumns: {a: {field: event_id, tyme: x}}\n" GIVEN, "YA011"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct fixture fixture;
        set_up(&fixture, rows[i].yaml);
        bool found = false;
        for (uint32_t k = 0; k < fixture.diags.count; k++) {
            found = found ||
                    (strcmp(fixture.diags.items[k].code, rows[i].code) == 0 &&
                     fixture.diags.items[k].hint.size > 0 && fixture.diags.items[k].place.line > 0);
        }
        if (!found) {
            diag_list_print(&fixture.diags, stderr);
        }
        CHECK_THAT(fixture.map == NULL && found, "row %zu: %s", i, rows[i].code);
        tear_down(&fixture);
    }
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_csv),   TEST(test_ndjson),
                                        TEST(test_times), TEST(test_mistakes),
                                        TEST(test_other_format), TEST(test_long_cell_for_many_fields)};
    return test_main(argc, argv, tests, COUNT_OF(tests));
}

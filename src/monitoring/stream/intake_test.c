#include "monitoring/stream/intake.h"

#include "base/random.h"
#include "base/test.h"
#include "monitoring/stream/event_check_test.h"
#include "monitoring/stream/sample_test.h"

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

struct fixture {
    struct arena arena;
    struct diag_list diags;
    const struct schema *schema;
    struct intake *intake;
    struct event *event;
    RecordKind kind;
    struct intake_refusal refusal;
};

static void set_up(struct fixture *fixture) {
    *fixture = (struct fixture){0};
    arena_init(&fixture->arena, 64 << 10);
    fixture->schema = sample_schema_load(sample_schema_text, &fixture->arena, &fixture->diags);
    INVARIANT(fixture->schema != NULL);
    fixture->intake = intake_create(fixture->schema, NULL);
    fixture->event = event_create(fixture->schema);
}

static void tear_down(struct fixture *fixture) {
    event_destroy(fixture->event);
    intake_destroy(fixture->intake);
    arena_deinit(&fixture->arena);
}

static Status read(struct fixture *fixture, const char *text) {
    return intake_json(fixture->intake, slice_of(text), fixture->event, &fixture->kind,
                       &fixture->refusal);
}

static bool field_is(const struct fixture *fixture, const char *name, const char *expected) {
    struct buf text;
    buf_init(&text, 4096);
    uint32_t field = schema_find_field(fixture->schema, slice_of(name));
    INVARIANT(field != SCHEMA_NONE);
    event_put_field(fixture->event, field, &text);
    bool same = slice_is(buf_slice(&text), expected);
    if (!same) {
        fprintf(stderr, "%s is %.*s, not %s\n", name, SLICE_ARGS(buf_slice(&text)), expected);
    }
    buf_deinit(&text);
    return same;
}

static bool test_sample_event(void) {
    struct fixture fixture;
    set_up(&fixture);
    for (int i = 0; i < 3; i++) {
        CHECK(read(&fixture, sample_event_text) == STATUS_OK);
        CHECK(fixture.kind == RECORD_EVENT);
        check_event(fixture.event);
        CHECK(slice_is(fixture.event->id, "01JD40M2X9"));
        CHECK(fixture.event->time_us == INT64_C(1795413600123000));
        CHECK(fixture.event->received_us == INT64_C(1795413600170000));
        CHECK(fixture.event->position == (uint64_t)i + 1);
        CHECK(fixture.event->type == schema_find_type(fixture.schema, SLICE("transfer_out")));
        CHECK(field_is(&fixture, "amount", "50000.00"));
        CHECK(field_is(&fixture, "auth_methods", "[PIN, SMS]"));
        CHECK(field_is(&fixture, "channel", "MOBILE"));
        CHECK(field_is(&fixture, "is_call_active", "true"));
        CHECK(field_is(&fixture, "lat", "34.2655"));
        CHECK(field_is(&fixture, "event_time", "2026-11-23T14:00:00.123+08:00"));
        CHECK(field_is(&fixture, "hour", "14") && field_is(&fixture, "weekday", "1"));
        CHECK(field_is(&fixture, "year", "2026") && field_is(&fixture, "hour_slot", "2026112314"));
        CHECK(field_is(&fixture, "date", "20261123") &&
              field_is(&fixture, "ip24", "203.0.113.0/24"));
        CHECK(field_is(&fixture, "geo_cell", "wqj6zmc") && field_is(&fixture, "geo_area", "wqj6z"));
        CHECK(field_is(&fixture, "is_holiday", "missing") &&
              field_is(&fixture, "ip_city", "610100"));
        CHECK(field_is(&fixture, "geo_city", "missing"));
    }
    tear_down(&fixture);
    return true;
}

#define LOGIN                                                                                      \
    "\"event_id\":\"e1\",\"event_type\":\"login\",\"phase\":\"REQUEST\",\"event_time\":"           \
    "1795413600123,"                                                                               \
    "\"channel\":\"MOBILE\",\"cust_id\":\"C1\""

// A record that is refused: with which problem, about which field ("": the record), and a part of the reason.
static bool refuses(struct fixture *fixture, Slice record, IntakeProblem problem, const char *field, const char *reason) {
    Status status = intake_json(fixture->intake, record, fixture->event, &fixture->kind, &fixture->refusal);
    CHECK_THAT(status == STATUS_INVALID, "%.*s", SLICE_ARGS(record));
    const struct intake_refusal *refusal = &fixture->refusal;
    Slice named = refusal->field == SCHEMA_NONE ? SLICE("") : fixture->schema->fields[refusal->field].name;
    CHECK_THAT(refusal->problem == problem && slice_is(named, field) &&
                   slice_find(refusal->reason, slice_of(reason), 0) != SIZE_MAX,
               "%.*s: %.*s, %.*s", SLICE_ARGS(record), SLICE_ARGS(intake_problem_code(refusal->problem)),
               SLICE_ARGS(refusal->reason));
    CHECK(read(fixture, "{" LOGIN "}") == STATUS_OK);
    return true;
}

static bool test_refused_records(void) {
    static const struct {
        const char *record;
        IntakeProblem problem;
        const char *field;
        const char *reason;
    } rows[] = {
        {"", INTAKE_JSON, "", "no value"},
        {"{\"event_id\": }", INTAKE_JSON, "", "at byte 14"},
        {"{" LOGIN ",\"trace_id\":\"\xff\"}", INTAKE_UTF8, "", "not UTF-8"},
        {"[1]", INTAKE_NOT_OBJECT, "", "{\"event_id\": ...}"},
        {"7", INTAKE_NOT_OBJECT, "", "not an object"},
        {"{\"event_id\":\"e\"}", INTAKE_MISSING, "event_type", "event_type is missing; every event"},
        {"{\"event_id\":\"e1\",\"event_type\":\"login\",\"phase\":\"REQUEST\",\"event_time\":1795413600123,"
         "\"channel\":\"MOBILE\",\"cust_id\":null}",
         INTAKE_MISSING, "cust_id", "an event login has to have it"},
        {"{" LOGIN ",\"os\":\"IOS\",\"os\":\"IOS\"}", INTAKE_DUPLICATE_FIELD, "os", "\"os\" is there twice"},
        {"{" LOGIN ",\"os\":null,\"os\":\"IOS\"}", INTAKE_DUPLICATE_FIELD, "os", "twice"},
        {"{\"event_type\":\"logon\"}", INTAKE_EVENT_TYPE, "event_type", "did you mean \"login\"?"},
        {"{\"event_id\":\"\",\"event_type\":\"login\",\"phase\":\"REQUEST\",\"event_time\":1795413600123,"
         "\"channel\":\"MOBILE\",\"cust_id\":\"C1\"}",
         INTAKE_EMPTY_ID, "event_id", "event_id is empty"},
        {"{" LOGIN ",\"other\":18446744073709551616}", INTAKE_RANGE, "", "the number 18446744073709551616 at byte 126 of"},
        {"{" LOGIN ",\"amount\":-9223372036854775809}", INTAKE_RANGE, "", "the number -9223372036854775809 at byte"},
        {"{" LOGIN ",\"lat\":1e400}", INTAKE_RANGE, "", "the number 1e400 at byte"},
        {"{" LOGIN ",\"lat\":1000000000000000000000000000000000000000000000000000000000000000000}", INTAKE_RANGE, "",
         "the number 100000000000000000000000000000000000000000000000000000000000... at byte"},
    };
    struct fixture fixture;
    set_up(&fixture);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK(refuses(&fixture, slice_of(rows[i].record), rows[i].problem, rows[i].field, rows[i].reason));
    }
    tear_down(&fixture);
    return true;
}

// One member of an event that is fine without it.
struct refused_value {
    const char *field, *value;
    IntakeProblem problem;
    const char *reason;
};

static bool refuses_values(const struct refused_value *rows, size_t count) {
    struct fixture fixture;
    set_up(&fixture);
    for (size_t i = 0; i < count; i++) {
        struct buf record;
        buf_init(&record, 4096);
        buf_printf(&record, "{" LOGIN ",\"%s\":%s}", rows[i].field, rows[i].value);
        CHECK(refuses(&fixture, buf_slice(&record), rows[i].problem, rows[i].field, rows[i].reason));
        buf_deinit(&record);
    }
    tear_down(&fixture);
    return true;
}

static bool test_refused_types(void) {
    static const struct refused_value rows[] = {
        {"amount", "12.5", INTAKE_TYPE, "amount is 12.5; money is sent as a whole number in whole minor units (12.50 is 1250)"},
        {"amount", "12.0", INTAKE_TYPE, "without quotes, point or exponent"},
        {"amount", "1e3", INTAKE_TYPE, "amount is 1000; money"},
        {"amount", "\"12\"", INTAKE_TYPE, "amount is \"12\"; money"},
        {"trace_id", "7", INTAKE_TYPE, "trace_id is 7; a text in quotes"},
        {"trace_id", "{\"a\":1}", INTAKE_TYPE, "trace_id is an object"},
        {"trace_id", "[1,[2]]", INTAKE_TYPE, "trace_id is a list"},
        {"os", "1", INTAKE_TYPE, "os is 1; one value of its enumeration"},
        {"auth_methods", "\"PIN\"", INTAKE_TYPE, "a list of values"},
        {"auth_methods", "[\"PIN\",1]", INTAKE_TYPE, "auth_methods is 1"},
        {"auth_methods", "[[\"PIN\"]]", INTAKE_TYPE, "a list"},
        {"auth_level", "\"2\"", INTAKE_TYPE, "a whole number is expected"},
        {"auth_level", "2.0", INTAKE_TYPE, "a whole number is expected"},
        {"lat", "\"34\"", INTAKE_TYPE, "a number is expected, without quotes"},
        {"payee_pasted", "1", INTAKE_TYPE, "true or false"},
        {"recv_time", "1.5e12", INTAKE_TYPE, "whole milliseconds"},
        {"recv_time", "true", INTAKE_TYPE, "recv_time is true"},
    };
    return refuses_values(rows, COUNT_OF(rows));
}

static bool test_refused_values(void) {
    static const struct refused_value rows[] = {
        {"auth_level", "5", INTAKE_RANGE, "auth_level is 5; the field goes from 0 to 4"},
        {"amount", "-1", INTAKE_RANGE, "from 0 to 9007199254740991 minor units"},
        {"page_dwell_ms", "9007199254740992", INTAKE_RANGE, "9007199254740991"},
        {"page_dwell_ms", "18446744073709551615", INTAKE_RANGE, "18446744073709551615"},
        {"lat", "91", INTAKE_RANGE, "lat is 91; the field goes from -90 to 90"},
        {"os", "\"ANDROlD\"", INTAKE_ENUM, "did you mean \"ANDROID\"?"},
        {"os", "\"\"", INTAKE_ENUM, "os is \"\"; it is not in the enumeration"},
        {"os", "\"zzzzzzzzzzzzzz\"", INTAKE_ENUM, "the values are ANDROID, IOS, HARMONY"},
        {"auth_methods", "[\"PIN\",\"SMX\"]", INTAKE_ENUM, "did you mean \"SMS\"?"},
        {"recv_time", "1795413600", INTAKE_TIME, "this looks like seconds"},
        {"recv_time", "253402300799000", INTAKE_TIME, "to 2100-01-01T00:00:00+08:00"},
        {"recv_time", "9223372036854775807", INTAKE_TIME, "times go from"},
        {"recv_time", "\"9999-12-31T23:59:59Z\"", INTAKE_TIME, "times go from 2000"},
        {"recv_time", "\"2026-02-30T00:00:00Z\"", INTAKE_TIME, "cannot be read as a time"},
        {"recv_time", "\"yesterday\"", INTAKE_TIME, "recv_time is \"yesterday\""},
        {"currency", "\"CNYX\"", INTAKE_TEXT_SIZE, "it has 4 bytes and may have 3"},
        {"currency", "\"C\\u0000Y\"", INTAKE_TYPE, "a text without a NUL is expected"},
    };
    return refuses_values(rows, COUNT_OF(rows));
}

static bool test_accepted(void) {
    struct fixture fixture;
    set_up(&fixture);
    CHECK(read(&fixture, "{" LOGIN ",\"hour\":99,\"hour\":\"x\",\"geo_cell\":[1]}") == STATUS_OK);
    CHECK(field_is(&fixture, "hour", "14") && field_is(&fixture, "geo_cell", "missing"));
    CHECK(read(&fixture,
               "{" LOGIN
               ",\"unknown\":{\"amount\":[1,{\"$list\":2}]},\"unknown\":1,\"ip\":\"x\"}") ==
          STATUS_OK);
    CHECK(fixture.kind == RECORD_EVENT);
    CHECK(field_is(&fixture, "ip24", "missing") && field_is(&fixture, "ip", "x"));
    CHECK(read(&fixture,
               "{" LOGIN
               ",\"os\":null,\"trace_id\":\"\",\"auth_methods\":[\"SMS\",\"PIN\",\"SMS\"],"
               "\"remark_tags\":[]}") == STATUS_OK);
    CHECK(field_is(&fixture, "os", "missing") && field_is(&fixture, "trace_id", ""));
    CHECK(field_is(&fixture, "auth_methods", "[PIN, SMS]") &&
          field_is(&fixture, "remark_tags", "[]"));
    CHECK(fixture.event->received_us == INT64_MIN);
    // The last second before and the first moment of a day in Shanghai; the year turns there, too.
    CHECK(read(&fixture,
               "{\"event_id\":\"e\",\"event_type\":\"login\",\"phase\":\"REQUEST\",\"channel\":"
               "\"MOBILE\","
               "\"cust_id\":\"C\",\"event_time\":\"2025-12-31T15:59:59.999Z\"}") == STATUS_OK);
    CHECK(field_is(&fixture, "hour_slot", "2025123123") && field_is(&fixture, "weekday", "3"));
    CHECK(read(&fixture,
               "{\"event_id\":\"e\",\"event_type\":\"login\",\"phase\":\"REQUEST\",\"channel\":"
               "\"MOBILE\","
               "\"cust_id\":\"C\",\"event_time\":\"2025-12-31T16:00:00Z\"}") == STATUS_OK);
    CHECK(field_is(&fixture, "hour_slot", "2026010100") && field_is(&fixture, "year", "2026"));
    CHECK(field_is(&fixture, "hour", "0") && field_is(&fixture, "weekday", "4"));
    tear_down(&fixture);
    return true;
}

static bool test_changes(void) {
    static const char *const changes[] = {
        "{\"$list\":\"police\",\"op\":\"add\",\"key\":\"A\"}",
        "{\"event_time\":\"wrong\",\"$table\":\"cust\"}",
        "{" LOGIN ",\"$list\":1}",
    };
    struct fixture fixture;
    set_up(&fixture);
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        CHECK(read(&fixture, changes[i]) == STATUS_OK);
        CHECK(fixture.kind == RECORD_CHANGE && fixture.event->type == SCHEMA_NONE);
        CHECK(intake_tree(fixture.intake).nodes[0].kind == JSON_OBJECT);
    }
    CHECK(read(&fixture, "{\"list\":\"police\"}") == STATUS_INVALID);
    tear_down(&fixture);
    return true;
}

static bool test_partial_and_nested(void) {
    struct fixture fixture;
    set_up(&fixture);
    const char *record =
        "{\"note\":[{}],\"event\":{\"event_type\":\"transfer_out\",\"event_time\":1795413600123,"
        "\"auth_methods\":[\"PIN\"],\"amount\":7}}";
    struct json_reader *json = json_reader_create(JSON_SIZE_MAX, JSON_DEPTH_MAX);
    JsonTree tree;
    CHECK(json_parse(json, slice_of(record), &tree) == STATUS_OK);
    uint32_t object = json_member(tree, 0, SLICE("event"));
    CHECK(intake_json_event(fixture.intake, tree, object, fixture.event, &fixture.refusal) ==
          STATUS_INVALID);
    intake_allow_partial(fixture.intake, true);
    CHECK(intake_json_event(fixture.intake, tree, object, fixture.event, &fixture.refusal) ==
          STATUS_OK);
    CHECK(field_is(&fixture, "amount", "0.07") && slice_empty(fixture.event->id));
    CHECK(intake_json_event(fixture.intake, tree, 1, fixture.event, &fixture.refusal) ==
          STATUS_INVALID);
    CHECK(fixture.refusal.problem == INTAKE_NOT_OBJECT);
    json_reader_destroy(json);
    tear_down(&fixture);
    return true;
}

// Values in messages are cut between characters.
static bool test_long_value(void) {
    struct fixture fixture;
    set_up(&fixture);
    struct buf record;
    buf_init(&record, 4096);
    buf_printf(&record, "{" LOGIN ",\"currency\":\"x");
    for (int i = 0; i < 40; i++) {
        buf_printf(&record, "钱");
    }
    buf_printf(&record, "\"}");
    CHECK(intake_json(fixture.intake, buf_slice(&record), fixture.event, &fixture.kind,
                      &fixture.refusal) == STATUS_INVALID);
    CHECK(utf8_invalid_at(fixture.refusal.reason) == fixture.refusal.reason.size);
    CHECK(slice_find(fixture.refusal.reason, SLICE("钱...\"; it has 121 bytes"), 0) != SIZE_MAX);
    buf_deinit(&record);
    tear_down(&fixture);
    return true;
}

static bool test_set_text(void) {
    struct fixture fixture;
    set_up(&fixture);
    CHECK(read(&fixture, sample_event_text) == STATUS_OK);
    static char large[200000];
    memset(large, 'x', sizeof large);
    event_set_text(fixture.event, schema_find_field(fixture.schema, SLICE("geo_city")),
                   (Slice){large, sizeof large});
    CHECK(slice_is(fixture.event->id, "01JD40M2X9") && field_is(&fixture, "geo_area", "wqj6z"));
    CHECK(field_is(&fixture, "payee_acct_no", "A6217007781"));
    tear_down(&fixture);
    return true;
}

static bool test_csv(void) {
    struct fixture fixture;
    set_up(&fixture);
    Slice header[] = {SLICE("\xef\xbb\xbf"
                            "event_id"),
                      SLICE("event_type"),
                      SLICE("event_time"),
                      SLICE("phase"),
                      SLICE("channel"),
                      SLICE("cust_id"),
                      SLICE("other"),
                      SLICE("auth_methods"),
                      SLICE("lat"),
                      SLICE("payee_pasted"),
                      SLICE("amount"),
                      SLICE("hour")};
    enum { COUNT = COUNT_OF(header) };
    CHECK(intake_csv_header(fixture.intake, header, COUNT, &fixture.refusal) == STATUS_OK);
    static const struct {
        uint32_t column;
        const char *text;
        IntakeProblem problem;
    } rows[] = {
        {0, "e1", INTAKE_FINE},
        {0, "", INTAKE_MISSING},
        {1, "logn", INTAKE_EVENT_TYPE},
        {2, "1795413600123", INTAKE_FINE},
        {2, "2026-11-23 14:00:00", INTAKE_FINE},
        {2, "soon", INTAKE_TIME},
        {4, "MOBIL", INTAKE_ENUM},
        {6, "anything", INTAKE_FINE},
        {7, "PIN|SMS", INTAKE_FINE},
        {7, "PIN;SMS", INTAKE_ENUM},
        {8, "-91", INTAKE_RANGE},
        {8, "1e1", INTAKE_FINE},
        {8, "x", INTAKE_TYPE},
        {9, "yes", INTAKE_TYPE},
        {9, "false", INTAKE_FINE},
        {10, "12.5", INTAKE_TYPE},
        {10, "1250", INTAKE_FINE},
        {10, "99999999999999999999", INTAKE_RANGE},
        {11, "rubbish", INTAKE_FINE},
        {5, "C\xff", INTAKE_UTF8},
        {5, "123456789012345678901", INTAKE_TEXT_SIZE},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Slice cells[COUNT] = {SLICE("e9"),      SLICE("login"),  SLICE("2026-11-23T14:00:00+08:00"),
                              SLICE("REQUEST"), SLICE("MOBILE"), SLICE("C1")};
        cells[rows[i].column] = slice_of(rows[i].text);
        fixture.refusal.problem = INTAKE_FINE;
        Status status =
            intake_csv_row(fixture.intake, cells, COUNT, fixture.event, &fixture.refusal);
        CHECK_THAT((status == STATUS_OK) == (rows[i].problem == INTAKE_FINE) &&
                       fixture.refusal.problem == rows[i].problem,
                   "row %zu: %s", i, rows[i].text);
        CHECK(status != STATUS_OK || field_is(&fixture, "hour", "14"));
    }
    CHECK(intake_csv_row(fixture.intake, header, 3, fixture.event, &fixture.refusal) ==
          STATUS_INVALID);
    CHECK(fixture.refusal.problem == INTAKE_COLUMNS);
    Slice twice[] = {SLICE("event_id"), SLICE("event_type"), SLICE("event_time"),
                     SLICE("event_id")};
    CHECK(intake_csv_header(fixture.intake, twice, 4, &fixture.refusal) == STATUS_INVALID);
    CHECK(fixture.refusal.problem == INTAKE_DUPLICATE_FIELD);
    CHECK(intake_csv_header(fixture.intake, twice, 2, &fixture.refusal) == STATUS_INVALID);
    CHECK(fixture.refusal.problem == INTAKE_MISSING);
    CHECK(intake_csv_row(fixture.intake, twice, 2, fixture.event, &fixture.refusal) ==
          STATUS_INVALID);
    CHECK(fixture.refusal.problem == INTAKE_MISSING);
    tear_down(&fixture);
    return true;
}

// Whatever is done to the bytes of an event, it is refused with a reason or satisfies the schema.
static bool test_mutations(void) {
    static const char *const pieces[] = {"null",
                                         "\"\"",
                                         "-1",
                                         "1e400",
                                         "0.5",
                                         "[]",
                                         "{}",
                                         "true",
                                         "9007199254740992",
                                         "\"event_id\":",
                                         "\"amount\":",
                                         ",",
                                         "\"",
                                         "\\u0000",
                                         "\xff",
                                         "钱",
                                         "$list"};
    struct fixture fixture;
    set_up(&fixture);
    struct random random;
    random_init(&random, 7);
    int accepted = 0;
    for (int i = 0; i < 50000; i++) {
        char text[sizeof sample_event_text + 512];
        size_t size = sizeof sample_event_text - 1;
        memcpy(text, sample_event_text, size);
        for (uint64_t k = 1 + random_below(&random, 3); k > 0; k--) {
            size_t at = random_below(&random, size);
            const char *piece = pieces[random_below(&random, COUNT_OF(pieces))];
            size_t cut = random_below(&random, 2) == 0 ? 0 : random_below(&random, size - at) % 24;
            size_t add = random_below(&random, 3) == 0 ? strlen(piece) : 0;
            memmove(text + at + add, text + at + cut, size - at - cut);
            memcpy(text + at, piece, add);
            size = size - cut + add;
            text[random_below(&random, size)] ^=
                (char)(random_below(&random, 2) << random_below(&random, 7));
        }
        Status status = intake_json(fixture.intake, (Slice){text, size}, fixture.event,
                                    &fixture.kind, &fixture.refusal);
        if (status == STATUS_OK && fixture.kind == RECORD_EVENT) {
            check_event(fixture.event);
            accepted++;
        } else if (status != STATUS_OK) {
            CHECK(status == STATUS_INVALID && fixture.refusal.problem != INTAKE_FINE);
            CHECK(fixture.refusal.reason.size > 10 &&
                  utf8_invalid_at(fixture.refusal.reason) == fixture.refusal.reason.size);
        }
    }
    CHECK(accepted > 500);
    tear_down(&fixture);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_sample_event),   TEST(test_refused_records), TEST(test_refused_types), TEST(test_refused_values),
        TEST(test_accepted),       TEST(test_changes),         TEST(test_partial_and_nested), TEST(test_long_value),
        TEST(test_set_text),       TEST(test_csv),             TEST(test_mutations),
    };
    return test_main(argc, argv, tests, COUNT_OF(tests));
}

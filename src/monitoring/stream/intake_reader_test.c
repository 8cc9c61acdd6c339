#include "monitoring/stream/intake.h"

#include "base/test.h"
#include "monitoring/stream/event_check_test.h"
#include "monitoring/stream/intake_map.h"
#include "monitoring/stream/sample_test.h"

#include <zlib.h>

#define LOGIN(id)                                                                                  \
    "{\"event_id\":\"" id                                                                          \
    "\",\"event_type\":\"login\",\"phase\":\"REQUEST\",\"event_time\":1795413600123,"              \
    "\"channel\":\"MOBILE\",\"cust_id\":\"C1\"}\n"

// Reads all of `text` in pieces of `step` bytes and writes one line a record: an event's position
// and id, "change", or the dead letter.
static void read_all(Slice text, size_t step, bool csv, const char *map_text, struct buf *out) {
    struct arena arena;
    struct diag_list diags;
    arena_init(&arena, 64 << 10);
    const struct schema *schema = sample_schema_load(sample_schema_text, &arena, &diags);
    struct source source = {SLICE("map.yaml"), slice_of(map_text == NULL ? "" : map_text)};
    const struct intake_map *map =
        map_text == NULL
            ? NULL
            : intake_map_load(yaml_parse(&source, &arena, &diags), schema, &arena, &diags);
    diag_list_print(&diags, stderr);
    struct intake *intake = intake_create(schema, map);
    struct event *event = event_create(schema);
    struct memory_source memory = {text, step};
    struct intake_reader *reader =
        intake_reader_create(intake, byte_source_memory(&memory), SLICE("a.in"), csv);
    for (;;) {
        RecordKind kind;
        struct intake_refusal refusal;
        Status status = intake_reader_next(reader, event, &kind, &refusal);
        if (status == STATUS_INVALID) {
            intake_reader_dead_letter(reader, &refusal, out);
            continue;
        }
        if (status != STATUS_OK) {
            buf_printf(out, "%s %llu\n", status_name(status),
                       (unsigned long long)(text.size - intake_reader_bytes(reader)));
            break;
        }
        if (kind == RECORD_CHANGE) {
            buf_printf(out, "change\n");
        } else {
            check_event(event);
            buf_printf(out, "%llu %.*s\n", (unsigned long long)event->position,
                       SLICE_ARGS(event->id));
        }
    }
    intake_reader_destroy(reader);
    event_destroy(event);
    intake_destroy(intake);
    arena_deinit(&arena);
}

static bool gives(Slice text, bool csv, const char *map, const char *expected) {
    static const size_t steps[] = {0, 1, 7, 100};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct buf out;
        buf_init(&out, 4 << 20);
        read_all(text, steps[i], csv, map, &out);
        bool same = slice_is(buf_slice(&out), expected);
        if (!same) {
            fprintf(stderr, "given (step %zu):\n%.*sexpected:\n%s", steps[i],
                    SLICE_ARGS(buf_slice(&out)), expected);
        }
        buf_deinit(&out);
        CHECK(same);
    }
    return true;
}

static bool test_ndjson(void) {
    CHECK(gives(SLICE(""), false, NULL, "end 0\n"));
    CHECK(gives(SLICE("\xef\xbb\xbf" LOGIN("a") "\n" LOGIN("b") "{\"$list\":1}\r\n" LOGIN("c")),
                false, NULL, "1 a\n2 b\nchange\n4 c\nend 0\n"));
    CHECK(gives(
        SLICE(LOGIN("a") "{\"a\":1\n" LOGIN(
            "b") "{\"event_type\":\"x\xff\"}\n{\"event_type\":\"钱\"}"),
        false, NULL,
        "1 a\n"
        "{\"source\":\"a.in\",\"position\":2,\"offset\":117,\"code\":\"IN001\",\"reason\":\"the "
        "record is not "
        "valid JSON: at byte 7, the text ends inside an object or "
        "array\",\"raw\":\"{\\\"a\\\":1\"}\n"
        "3 b\n"
        "{\"source\":\"a.in\",\"position\":4,\"offset\":241,\"code\":\"IN002\",\"reason\":\"byte "
        "17 of the "
        "record is not UTF-8; write the source's texts in "
        "UTF-8\",\"raw\":\"{\\\"event_type\\\":\\\"x\xef\xbf\xbd\\\"}\"}\n"
        "{\"source\":\"a.in\",\"position\":5,\"offset\":261,\"code\":\"IN012\",\"reason\":\"event_"
        "type is "
        "\\\"钱\\\"; it is not an event type; the values are transfer_out, transfer_in, login\","
        "\"field\":\"event_type\",\"raw\":\"{\\\"event_type\\\":\\\"钱\\\"}\"}\n"
        "end 0\n"));
    return true;
}

static bool test_too_long(void) {
    struct buf text;
    struct buf out;
    buf_init(&text, 4 << 20);
    buf_init(&out, 4 << 20);
    buf_put(&text, SLICE("{\"event_id\":\""));
    for (int i = 0; i < 1 << 20; i++) {
        buf_put_byte(&text, 'x');
    }
    buf_put(&text, SLICE("\"}\n" LOGIN("b")));
    read_all(buf_slice(&text), 0, false, NULL, &out);
    CHECK(slice_find(buf_slice(&out),
                     SLICE("\"code\":\"IN003\",\"reason\":\"the record is longer than"),
                     0) != SIZE_MAX);
    CHECK(slice_ends_with(buf_slice(&out), SLICE("2 b\nend 0\n")));
    CHECK(out.size < 1000);
    buf_deinit(&text);
    buf_deinit(&out);
    return true;
}

static bool test_too_wide(void) {
    struct buf text;
    struct buf out;
    buf_init(&text, 4 << 20);
    buf_init(&out, 4 << 20);
    buf_put(&text, SLICE("event_id,event_type,event_time\n"));
    for (int i = 0; i < 20000; i++) {
        buf_put_byte(&text, ',');
    }
    read_all(buf_slice(&text), 0, true, NULL, &out);
    CHECK(slice_find(buf_slice(&out), SLICE("\"code\":\"IN013\""), 0) != SIZE_MAX);
    CHECK(slice_find(buf_slice(&out), SLICE("is the separator the right one?"), 0) != SIZE_MAX);
    buf_deinit(&text);
    buf_deinit(&out);
    return true;
}

// The raw of a dead letter is cut at 64 KiB, between two characters.
static bool test_long_raw(void) {
    struct buf text;
    struct buf out;
    buf_init(&text, 4 << 20);
    buf_init(&out, 4 << 20);
    buf_put(&text, SLICE("[\""));
    for (int i = 0; i < 100000; i++) {
        buf_put(&text, SLICE("钱"));
    }
    buf_put(&text, SLICE("\"]"));
    read_all(buf_slice(&text), 0, false, NULL, &out);
    CHECK(slice_find(buf_slice(&out), SLICE("\"code\":\"IN004\""), 0) != SIZE_MAX);
    CHECK(out.size > 65000 && out.size < 66000 && utf8_invalid_at(buf_slice(&out)) == out.size);
    CHECK(slice_find(buf_slice(&out), SLICE("\xef\xbf\xbd"), 0) == SIZE_MAX);
    buf_deinit(&text);
    buf_deinit(&out);
    return true;
}

static bool test_csv(void) {
    CHECK(gives(SLICE("\xef\xbb\xbf"
                      "event_id,event_type,event_time,phase,channel,cust_id,trace_id\n"
                      "a,login,1795413600123,REQUEST,MOBILE,C1,\"x, \"\"y\"\"\"\n"
                      "\n"
                      "b,login,1795413600123,REQUEST,MOBILE,C1\n"
                      "c,login,1795413600123,REQUEST,MOBIL,C1,\"x, y\"\n"
                      "d,login,1795413600123,REQUEST,MOBILE,C1,\"x\"y\n"
                      "e,login,1795413600123,REQUEST,MOBILE,C1,\n"),
                true, NULL,
                "1 a\n"
                "{\"source\":\"a.in\",\"position\":2,\"offset\":117,\"code\":\"IN013\",\"reason\":"
                "\"the row has 6 columns "
                "and the header 7; a separator inside a text needs quotes around it\",\"raw\":"
                "\"b,login,1795413600123,REQUEST,MOBILE,C1\"}\n"
                "{\"source\":\"a.in\",\"position\":3,\"offset\":157,\"code\":\"IN008\",\"reason\":"
                "\"channel is "
                "\\\"MOBIL\\\"; it is not in the enumeration; did you mean "
                "\\\"MOBILE\\\"?\",\"field\":\"channel\","
                "\"raw\":\"c,login,1795413600123,REQUEST,MOBIL,C1,\\\"x, y\\\"\"}\n"
                "{\"source\":\"a.in\",\"position\":4,\"offset\":203,\"code\":\"IN014\",\"reason\":"
                "\"there is text behind "
                "a closing quote; a quote inside of a quoted text is written twice\",\"raw\":"
                "\"d,login,1795413600123,REQUEST,MOBILE,C1,\\\"x\\\"y\"}\n"
                "5 e\n"
                "end 0\n"));
    CHECK(gives(SLICE("event_id,event_type\na,login\n"), true, NULL,
                "{\"source\":\"a.in\",\"position\":0,\"offset\":0,\"code\":\"IN005\",\"reason\":"
                "\"the header has no "
                "column \\\"event_time\\\", which every event has to have; a map can name another "
                "column for it\","
                "\"field\":\"event_time\",\"raw\":\"event_id,event_type\"}\n"
                "{\"source\":\"a.in\",\"position\":1,\"offset\":20,\"code\":\"IN005\",\"reason\":"
                "\"the header has no "
                "column \\\"event_time\\\", which every event has to have; a map can name another "
                "column for it\","
                "\"field\":\"event_time\",\"raw\":\"a,login\"}\n"
                "end 0\n"));
    CHECK(gives(SLICE(""), true, NULL, "end 0\n"));
    return true;
}

static bool test_csv_without_header(void) {
    CHECK(gives(SLICE("7|2026-11-23|x\n8|2026-11-23|y\n"), true,
                "format: csv\ncsv: {separator: \"|\", header: false}\n"
                "constants: {event_type: login, phase: RESULT, channel: BATCH, cust_id: C1}\n"
                "columns:\n  1: {field: event_id}\n  2: {field: event_time, time: '%Y-%m-%d'}\n",
                "1 7\n2 8\nend 0\n"));
    return true;
}

static size_t gzip(Slice text, char *into, size_t size) {
    z_stream stream = {0};
    INVARIANT(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = (unsigned char *)(uintptr_t)text.at;
    stream.avail_in = (unsigned)text.size;
    stream.next_out = (unsigned char *)into;
    stream.avail_out = (unsigned)size;
    INVARIANT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    size_t made = stream.total_out;
    deflateEnd(&stream);
    return made;
}

static bool test_compressed(void) {
    struct buf text;
    struct buf whole;
    buf_init(&text, 1 << 20);
    buf_init(&whole, 1 << 20);
    for (int i = 0; i < 200; i++) {
        buf_printf(&text,
                   "{\"event_id\":\"e%d\",\"event_type\":\"login\",\"phase\":\"REQUEST\",\"event_"
                   "time\":%lld,"
                   "\"channel\":\"MOBILE\",\"cust_id\":\"C%d\"}\n",
                   i, 1795413600123LL + i * 7919LL * i, i * 31337);
        buf_printf(&whole, "%d e%d\n", i + 1, i);
    }
    static char packed[1 << 16];
    size_t size = gzip(buf_slice(&text), packed, sizeof packed);
    struct buf out;
    buf_init(&out, 4 << 20);
    read_all((Slice){packed, size}, 100, false, NULL, &out);
    buf_put(&whole, SLICE("end 0\n"));
    CHECK(slice_equal(buf_slice(&out), buf_slice(&whole)));
    for (size_t cut = 1; cut < size; cut += 13) {
        buf_reset(&out);
        read_all((Slice){packed, size - cut}, 0, false, NULL, &out);
        size_t letter = slice_find(buf_slice(&out), SLICE("{\"source\":\"a.in\""), 0);
        CHECK_THAT(letter != SIZE_MAX || size - cut < 2, "%zu of %zu bytes", size - cut, size);
        if (letter != SIZE_MAX) {
            // All events before the damage are those of the whole file; then one letter and the
            // end.
            CHECK(memcmp(out.bytes, whole.bytes, letter) == 0);
            CHECK(slice_find(buf_slice(&out), SLICE("\"code\":\"IN015\""), letter) != SIZE_MAX);
            CHECK(slice_find(buf_slice(&out), SLICE("{\"source\""), letter + 1) == SIZE_MAX);
        }
    }
    buf_deinit(&text);
    buf_deinit(&whole);
    buf_deinit(&out);
    return true;
}

static Status broken_read(void *context, char *into, size_t size, size_t *ret_size) {
    int *calls = context;
    ENSURE((*calls)++ == 0, STATUS_IO);
    memcpy(into, LOGIN("a") LOGIN("b"), 150);
    *ret_size = 150;
    return STATUS_OK;
}

static bool test_broken_source(void) {
    struct arena arena;
    struct diag_list diags;
    arena_init(&arena, 64 << 10);
    const struct schema *schema = sample_schema_load(sample_schema_text, &arena, &diags);
    struct intake *intake = intake_create(schema, NULL);
    struct event *event = event_create(schema);
    int calls = 0;
    struct intake_reader *reader =
        intake_reader_create(intake, (struct byte_source){&calls, broken_read}, SLICE("x"), false);
    RecordKind kind;
    struct intake_refusal refusal;
    CHECK(intake_reader_next(reader, event, &kind, &refusal) == STATUS_OK);
    CHECK(intake_reader_next(reader, event, &kind, &refusal) == STATUS_IO);
    CHECK(intake_reader_next(reader, event, &kind, &refusal) == STATUS_END);
    intake_reader_destroy(reader);
    event_destroy(event);
    intake_destroy(intake);
    arena_deinit(&arena);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_ndjson),        TEST(test_too_long),           TEST(test_long_raw),  TEST(test_too_wide),
        TEST(test_csv),           TEST(test_csv_without_header), TEST(test_compressed),
        TEST(test_broken_source),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

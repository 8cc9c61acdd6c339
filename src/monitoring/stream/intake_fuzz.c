// Any bytes: read as NDJSON, as CSV, and as NDJSON and CSV of maps. Events satisfy the schema,
// refusals have a reason, and what the reader says does not depend on the pieces in which the bytes
// come.

#include "codec/json_write.h"
#include "monitoring/stream/event_check_test.h"
#include "monitoring/stream/intake.h"
#include "monitoring/stream/sample_test.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define COLUMNS                                                                                    \
    "constants: {event_type: login, phase: RESULT}\n"                                              \
    "columns:\n"                                                                                   \
    "  \"$position\": {field: event_id, prefix: P}\n"                                              \
    "  step: {field: event_time, time: step, origin: 2017-01-01, unit: 1h}\n"                      \
    "  at: {field: recv_time, time: \"%Y-%m-%d %H:%M:%S.%f\", optional: true}\n"                   \
    "  name: [{field: cust_id, optional: true}, {field: acct_no, prefix: A, optional: true}]\n"    \
    "  amount: {field: amount, money: major, optional: true}\n"                                    \
    "  chan: {field: channel, map: {app: MOBILE}}\n"                                               \
    "  self: {field: payee_is_self, bool: {true: [y], false: [n]}, optional: true}\n"

static struct source sources[2] = {
    {SLICE("ndjson.yaml"), SLICE("format: ndjson\n" COLUMNS)},
    {SLICE("csv.yaml"), SLICE("format: csv\n" COLUMNS)},
};

static void read_all(const struct schema *schema, const struct intake_map *map, Slice text,
                     size_t step, bool csv, struct buf *out) {
    struct intake *intake = intake_create(schema, map);
    struct event *event = event_create(schema);
    struct memory_source memory = {text, step};
    struct intake_reader *reader =
        intake_reader_create(intake, byte_source_memory(&memory), SLICE("f"), csv);
    RecordKind kind;
    struct intake_refusal refusal;
    for (Status status = STATUS_OK; status == STATUS_OK || status == STATUS_INVALID;) {
        status = intake_reader_next(reader, event, &kind, &refusal);
        if (status == STATUS_INVALID) {
            INVARIANT(refusal.problem > INTAKE_FINE && refusal.problem < INTAKE_PROBLEM_COUNT);
            INVARIANT(refusal.reason.size > 0 &&
                      utf8_invalid_at(refusal.reason) == refusal.reason.size);
            intake_reader_dead_letter(reader, &refusal, out);
        } else if (status == STATUS_OK && kind == RECORD_EVENT) {
            check_event(event);
            buf_put(out, event->id);
        }
        buf_printf(out, " %d\n", (int)status);
    }
    intake_reader_destroy(reader);
    event_destroy(event);
    intake_destroy(intake);
}

static bool same_event(const struct event *left, const struct event *right) {
    struct buf texts[2];
    bool same = left->type == right->type && slice_equal(left->id, right->id) && left->time_us == right->time_us &&
                left->received_us == right->received_us && left->position == right->position &&
                memcmp(left->present, right->present, sizeof left->present) == 0;
    for (uint32_t i = 0; i < left->schema->field_count && same; i++) {
        for (int k = 0; k < 2; k++) {
            buf_init(&texts[k], 4 << 20);
            event_put_field(k == 0 ? left : right, i, &texts[k]);
        }
        same = slice_equal(buf_slice(&texts[0]), buf_slice(&texts[1]));
        buf_deinit(&texts[0]);
        buf_deinit(&texts[1]);
    }
    return same;
}

// An event that comes again is the same one; what is none may come out as anything.
static void read_again(const struct schema *schema, Slice text) {
    struct intake *intakes[2] = {intake_create(schema, NULL), intake_create(schema, NULL)};
    struct event *events[2] = {event_create(schema), event_create(schema)};
    Slice line;
    while (slice_split(&text, '\n', &line)) {
        RecordKind kind;
        struct intake_refusal refusal;
        bool is_event = intake_json(intakes[0], line, events[0], &kind, &refusal) == STATUS_OK && kind == RECORD_EVENT;
        bool again = intake_json_again(intakes[1], line, events[1]);
        INVARIANT(!is_event || !again || same_event(events[0], events[1]));
        if (!again) {
            Status status = intake_json(intakes[1], line, events[1], &kind, &refusal);
            INVARIANT((status == STATUS_OK && kind == RECORD_EVENT) == is_event);
        }
    }
    for (int k = 0; k < 2; k++) {
        event_destroy(events[k]);
        intake_destroy(intakes[k]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct arena arena;
    static const struct schema *schema;
    static const struct intake_map *maps[2]; // by format: NDJSON, CSV
    if (schema == NULL) {
        struct diag_list diags;
        arena_init(&arena, 64 << 10);
        schema = sample_schema_load(sample_schema_text, &arena, &diags);
        for (int csv = 0; csv < 2; csv++) {
            maps[csv] = intake_map_load(yaml_parse(&sources[csv], &arena, &diags), schema, &arena, &diags);
        }
        diag_list_print(&diags, stderr);
        INVARIANT(schema != NULL && maps[0] != NULL && maps[1] != NULL);
    }
    Slice text = {(const char *)data, size};
    if (size <= 65536) {
        read_again(schema, text);
    }
    for (int way = 0; way < 4 && size <= 65536; way++) {
        struct buf outs[2];
        for (size_t i = 0; i < 2; i++) {
            buf_init(&outs[i], 64 << 20);
            read_all(schema, way & 1 ? maps[way >> 1] : NULL, text, i * (1 + size % 5), way >> 1, &outs[i]);
        }
        INVARIANT(slice_equal(buf_slice(&outs[0]), buf_slice(&outs[1])));
        buf_deinit(&outs[0]);
        buf_deinit(&outs[1]);
    }
    return 0;
}

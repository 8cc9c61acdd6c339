#include "base/test.h"
#include "monitoring/stream/sample_test.h"

static bool test_sample(void) {
    struct arena arena;
    struct diag_list diags;
    arena_init(&arena, 64 << 10);
    const struct schema *schema = sample_schema_load(sample_schema_text, &arena, &diags);
    diag_list_print(&diags, stderr);
    CHECK(schema != NULL);
    CHECK(schema->type_count == 3 && schema->money_digits == 2);
    uint32_t amount = schema_find_field(schema, SLICE("amount"));
    const struct schema_field *field = &schema->fields[amount];
    CHECK(field->type == FIELD_MONEY && field->integer_min == 0);
    CHECK(bits_test(field->required, schema_find_type(schema, SLICE("transfer_in"))));
    CHECK(!bits_test(field->required, schema_find_type(schema, SLICE("login"))));
    CHECK(schema->fields[schema_find_field(schema, SLICE("device_id"))].evidence ==
          EVIDENCE_device);
    const struct schema_field *device = &schema->fields[schema_find_field(schema, SLICE("device_id"))];
    CHECK(device->is_personal && device->personal == MASK_DEVICE && !field->is_personal);
    CHECK(schema->fields[schema_find_field(schema, SLICE("ip_city"))].enriched);
    CHECK(schema->fields[schema_find_field(schema, SLICE("settle_mode"))].outcome && !field->outcome);
    CHECK(schema_enum_value(schema, schema->fields[schema->phase].enumeration, SLICE("REVERSAL")) ==
          schema->phase_reversal);
    CHECK(schema->result_success == 0 && schema->phase_result == 1);
    CHECK(schema_find_field(schema, SLICE("none")) == SCHEMA_NONE);
    // geo_area is computed from geo_cell and stands before it in the file; lists and expressions
    // come last.
    uint32_t cell_at = 0;
    uint32_t area_at = 0;
    for (uint32_t i = 0; i < schema->derived_count; i++) {
        cell_at = slice_is(schema->fields[schema->derived[i]].name, "geo_cell") ? i : cell_at;
        area_at = slice_is(schema->fields[schema->derived[i]].name, "geo_area") ? i : area_at;
    }
    CHECK(schema->derived_count == 10 && cell_at < area_at);
    CHECK(schema->fields[schema->derived[9]].derive >= DERIVE_ON_DATE_LIST);
    const struct schema_field *holiday =
        &schema->fields[schema_find_field(schema, SLICE("is_holiday"))];
    CHECK(slice_is(holiday->derive_list, "holidays"));
    const struct schema_field *large =
        &schema->fields[schema_find_field(schema, SLICE("is_large"))];
    CHECK(large->derive == DERIVE_EXPRESSION &&
          slice_is(large->derive_expression->text, "event.amount > 50000"));
    arena_deinit(&arena);
    return true;
}

#define HEAD                                                                                       \
    "roles: {id: i, type: t, time: w}\ntypes: {a: {}, bee: {}}\nenums: {color: [RED, "             \
    "GREEN]}\nfields:\n"                                                                           \
    "  - {name: i, type: string}\n  - {name: t, type: enum, enum: event_type}\n  - {name: w, "     \
    "type: time}\n"

// A schema with one mistake: its code, the line at which it is told, and a part of the hint.
struct mistake {
    const char *yaml;
    const char *code;
    uint32_t line;
    const char *hint;
};

static bool is_told(const struct diag_list *diags, const struct mistake *mistake) {
    for (uint32_t i = 0; i < diags->count; i++) {
        const struct diag *diag = &diags->items[i];
        if (strcmp(diag->code, mistake->code) == 0 && diag->place.line == mistake->line &&
            (mistake->hint[0] == 0 || slice_find(diag->hint, slice_of(mistake->hint), 0) != SIZE_MAX)) {
            return true;
        }
    }
    return false;
}

static bool all_are_told(const struct mistake *mistakes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        struct arena arena;
        struct diag_list diags;
        arena_init(&arena, 64 << 10);
        const struct schema *schema = sample_schema_load(mistakes[i].yaml, &arena, &diags);
        bool told = schema == NULL && is_told(&diags, &mistakes[i]);
        if (!told) {
            diag_list_print(&diags, stderr);
        }
        CHECK_THAT(told, "%s of\n%s", mistakes[i].code, mistakes[i].yaml);
        arena_deinit(&arena);
    }
    return true;
}

static bool test_mistakes_of_fields(void) {
    static const struct mistake rows[] = {
        {HEAD "  - {name: x, type: string, personal: fone}\n", "YA013", 8, "phone"},
        {HEAD "  - {name: x, type: sting}\n", "YA013", 8, "string"},
        {HEAD "  - {name: x, type: int, mim: 3}\n", "YA011", 8, "min"},
        {HEAD "  - {name: x}\n", "YA010", 8, ""},
        {HEAD "  - {name: i, type: int}\n", "SC007", 8, "line 5"},
        {HEAD "  - {name: 9x, type: int}\n", "SC006", 8, "letters"},
        {HEAD "  - {name: x, type: enum, enum: colour}\n", "SC010", 8, "color"},
        {HEAD "  - {name: x, type: enum}\n", "SC011", 8, "known"},
        {HEAD "  - {name: x, type: int, required: [b]}\n", "SC012", 8, "a"},
        {HEAD "  - {name: x, type: int, required: some}\n", "SC012", 8, "required"},
        {HEAD "  - {name: x, type: bool, min: 1}\n", "SC013", 8, "take it out"},
        {HEAD "  - {name: x, type: int, enum: color}\n", "SC013", 8, "take it out"},
        {HEAD "  - {name: x, type: int, min: 5, max: 4}\n", "SC014", 8, "exchange"},
        {HEAD "  - {name: x, type: float, min: 5, max: 4}\n", "SC014", 8, "exchange"},
        {HEAD "  - {name: x, type: money, max: 9007199254740992}\n", "SC014", 8, "2^53-1"},
        {HEAD "  - {name: x, type: string, max: 0}\n", "SC014", 8, "65536"},
    };
    return all_are_told(rows, sizeof rows / sizeof rows[0]);
}

static bool test_mistakes_of_derived_fields(void) {
    static const struct mistake rows[] = {
        {HEAD "  - {name: x, type: int, derive: hour(ww)}\n", "SC015", 8, "w"},
        {HEAD "  - {name: x, type: int, derive: hours(w)}\n", "SC020", 8, "hour"},
        {HEAD "  - {name: x, type: int, derive: w}\n", "SC019", 8, "hour(event_time)"},
        {HEAD "  - {name: x, type: int, derive: hour(i)}\n", "SC021", 8, "time"},
        {HEAD "  - {name: x, type: int, derive: 'hour(w, w)'}\n", "SC021", 8, "hour(event_time)"},
        {HEAD "  - {name: x, type: string, derive: 'prefix(i, 0)'}\n", "SC021", 8, "prefix"},
        {HEAD "  - {name: x, type: string, derive: hour(w)}\n", "SC022", 8, "int"},
        {HEAD "  - {name: x, type: string, derive: 'prefix(y, 2)'}\n"
              "  - {name: y, type: string, derive: 'prefix(x, 2)'}\n",
         "SC023", 8, "sent"},
        {HEAD "  - {name: x, type: string, derive: 'prefix(x, 2)'}\n", "SC023", 8, "sent"},
        {HEAD "  - {name: x, type: string, derive: {expr: 'event.i'}}\n"
              "  - {name: y, type: string, derive: 'prefix(x, 2)'}\n",
         "SC024", 9, "expression"},
        {HEAD "  - {name: x, type: int, required: all, derive: hour(w)}\n", "SC025", 8, "mark"},
        {HEAD "  - {name: x, type: float, derive: {expr: '1.5'}}\n  - {name: y, type: float}\n"
              "  - {name: z, type: string, derive: 'geohash(y, x, 5)'}\n",
         "SC024", 10, "expression"},
        {HEAD "  - {name: x, type: string, derive: {expr: event.i}}\n  - {name: y, type: string, derive: 'prefix(x, 3)'}\n"
              "  - {name: z, type: string, derive: 'prefix(y, 2)'}\n",
         "SC024", 9, "expression"},
    };
    return all_are_told(rows, sizeof rows / sizeof rows[0]);
}

static bool test_mistakes_around_fields(void) {
    static const struct mistake rows[] = {
        {"roles: {id: i, type: t}\ntypes: {a: {}}\nfields:\n  - {name: i, type: string}\n"
         "  - {name: t, type: enum, enum: event_type}\n",
         "SC016", 1, "time"},
        {"roles: {id: i, type: i, time: w}\ntypes: {a: {}}\nfields:\n  - {name: i, type: string}\n"
         "  - {name: w, type: time}\n",
         "SC017", 1, "an enum"},
        {"roles: {id: i, type: t, time: w, phase: p}\ntypes: {a: {}}\nenums: {p: [X, "
         "REQUEST]}\nfields:\n"
         "  - {name: i, type: string}\n  - {name: w, type: time}\n  - {name: t, type: enum, enum: "
         "event_type}\n"
         "  - {name: p, type: enum, enum: p}\n",
         "SC018", 8, "add it"},
        {"roles: {id: i, type: t, time: w}\ntypes: {a: {}}\nenums: {event_type: [a, b]}\nfields:\n"
         "  - {name: i, type: string}\n  - {name: w, type: time}\n  - {name: t, type: enum, enum: "
         "event_type}\n",
         "SC027", 7, "made from the types"},
        {"limits: {time_min: 2100-01-01, time_max: 2000-01-01}\n" HEAD, "SC026", 1, "2000-01-01"},
        {"limits: {time_min: soon}\n" HEAD, "SC026", 1, "2000-01-01"},
        {HEAD "enums: {x: [A, A]}\n", "YA002", 8, ""},
        {"enums2: {x: [A]}\n" HEAD, "YA011", 1, "enums"},
        {"roles: {id: i, type: t, time: w}\ntypes: {}\nfields: []\n", "SC001", 3, "id"},
        {"roles: {id: i, type: t, time: w}\ntypes: {}\nfields: []\n", "SC002", 2, "transfer_out"},
        {"enums: {x: [A, A]}\ntypes: {a: {}}\n", "SC008", 1, "take one"},
        {"enums: {x: []}\ntypes: {a: {}}\n", "SC009", 1, "[A, B]"},
        {"enums: {x: [~]}\ntypes: {a: {}}\n", "SC009", 1, "quotes"},
        {"enums: {x: {A: {zh: 甲}}}\ntypes: {a: {}}\n", "YA010", 1, ""},
        {"enums: {x: {A: {zh: 甲, en: a, ja: x}}}\ntypes: {a: {}}\n", "YA011", 1, "known"},
        {"enums: {x: {A: 甲}}\ntypes: {a: {}}\n", "YA012", 1, ""},
        {"enums: {x: {}}\ntypes: {a: {}}\n", "SC009", 1, "[A, B]"},
    };
    return all_are_told(rows, sizeof rows / sizeof rows[0]);
}

// Values with names and without; of those that are not named while others are, one is told.
static bool test_names_of_values(void) {
    static const char yaml[] = "roles: {id: i, type: t, time: w}\ntypes: {a: {zh: 甲, en: first}, bee: {}}\nenums:\n"
                               "  color: {RED: {zh: 红, en: red}, GREEN: {zh: 绿, en: green}}\n  size: [S, M]\nfields:\n"
                               "  - {name: i, type: string}\n  - {name: t, type: enum, enum: event_type}\n"
                               "  - {name: w, type: time}\n  - {name: c, type: list, enum: color}\n";
    struct arena arena;
    struct diag_list diags;
    arena_init(&arena, 64 << 10);
    const struct schema *schema = sample_schema_load(yaml, &arena, &diags);
    CHECK(schema != NULL && diags.count == 1 && diags.warning_count == 1);
    CHECK(strcmp(diags.items[0].code, "SC028") == 0 && diags.items[0].place.line == 5);
    CHECK(slice_find(diags.items[0].hint, SLICE("size: {S: {zh"), 0) != SIZE_MAX);
    const struct schema_enum *color = &schema->enums[map_get(&schema->enums_by_name, SLICE("color"))];
    CHECK(color->count == 2 && slice_is(color->values[1], "GREEN") && slice_is(color->names[1].zh, "绿") &&
          slice_is(color->names[1].en, "green"));
    CHECK(schema->enums[map_get(&schema->enums_by_name, SLICE("size"))].names == NULL);
    const struct schema_enum *types = &schema->enums[map_get(&schema->enums_by_name, SLICE("event_type"))];
    CHECK(slice_is(types->names[0].zh, "甲") && slice_is(types->names[1].zh, "bee"));
    arena_deinit(&arena);
    return true;
}

static bool has_code(const struct diag_list *diags, const char *code) {
    for (uint32_t i = 0; i < diags->count; i++) {
        if (strcmp(diags->items[i].code, code) == 0) {
            return true;
        }
    }
    return false;
}

static bool test_limits(void) {
    struct buf yaml;
    buf_init(&yaml, 1 << 20);
    buf_printf(&yaml, "roles: {id: f0, type: f1, time: f2}\nenums:\n  wide: [v0");
    for (int i = 1; i < 65; i++) {
        buf_printf(&yaml, ", v%d", i);
    }
    buf_printf(&yaml, "]\ntypes:\n");
    for (int i = 0; i < SCHEMA_TYPES_MAX + 1; i++) {
        buf_printf(&yaml, "  t%d: {}\n", i);
    }
    buf_printf(&yaml, "fields:\n");
    for (int i = 0; i < SCHEMA_FIELDS_MAX; i++) {
        buf_printf(&yaml, "  - {name: f%d, type: string}\n", i);
    }
    buf_printf(&yaml, "  - {name: last, type: list, enum: wide}%c", 0);
    struct arena arena;
    struct diag_list diags;
    arena_init(&arena, 64 << 10);
    CHECK(sample_schema_load(yaml.bytes, &arena, &diags) == NULL);
    CHECK(has_code(&diags, "SC003") && has_code(&diags, "SC004"));
    CHECK(
        sample_schema_load(
            "enums:\n  wide: [a0,a1,a2,a3,a4,a5,a6,a7,a8,a9,b0,b1,b2,b3,b4,b5,b6,b7,b8,b9,c0,c1,c2,"
            "c3,c4,c5,c6,c7,c8,c9,d0,d1,d2,d3,d4,d5,d6,d7,d8,d9,e0,e1,e2,e3,e4,e5,e6,e7,e8,e9,f0,"
            "f1,f2,f3,f4,f5,f6,f7,f8,f9,g0,g1,g2,g3,g4]\n"
            "fields:\n  - {name: l, type: list, enum: wide}\n",
            &arena, &diags) == NULL);
    CHECK(has_code(&diags, "SC005"));
    arena_deinit(&arena);
    buf_deinit(&yaml);
    return true;
}

// All mistakes of a file are told at once.
static bool test_goes_on(void) {
    struct arena arena;
    struct diag_list diags;
    arena_init(&arena, 64 << 10);
    const char *yaml =
        HEAD "  - {name: x, type: sting}\n  - {name: y, type: enum}\n  - {nane: z, type: int}\n"
             "  - {name: u, type: int, min: 2, max: 1, required: [zz]}\n";
    CHECK(sample_schema_load(yaml, &arena, &diags) == NULL);
    CHECK(diags.error_count == 6);
    arena_deinit(&arena);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_sample),
        TEST(test_mistakes_of_fields),
        TEST(test_mistakes_of_derived_fields),
        TEST(test_mistakes_around_fields),
        TEST(test_names_of_values),
        TEST(test_limits),
        TEST(test_goes_on),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

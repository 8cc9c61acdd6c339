#include "base/random.h"
#include "monitoring/knowledge/knowledge_test.h"

#include <math.h>

static bool same(double left, double right) {
    return left == right || (isnan(left) && isnan(right));
}

static Status set(struct world *world, const char *key, uint32_t column, struct json_node value) {
    return knowledge_set(world->knowledge, CUST, key_of(key), column, &value, &world->arena,
                         &world->diag);
}

static struct json_node text_node(const char *text) {
    return (struct json_node){.kind = JSON_STRING, .text = slice_of(text)};
}

static struct json_node int_node(int64_t value) {
    return (struct json_node){.kind = JSON_INT, .i64 = value};
}

static struct json_node double_node(double value) {
    return (struct json_node){.kind = JSON_DOUBLE, .f64 = value};
}

IN_WORLD(test_cells) {
    KnowledgeRow row = knowledge_row(world->knowledge, CUST, key_of("C1"));
    Slice text;
    CHECK(row.cells == NULL && isnan(knowledge_cell(world->knowledge, CUST, row, AGE)));
    CHECK(!knowledge_cell_text(world->knowledge, CUST, row, CITY, &text));
    CHECK(set(world, "C1", AGE, int_node(67)) == STATUS_OK);
    row = knowledge_row(world->knowledge, CUST, key_of("C1"));
    CHECK(row.cells != NULL && knowledge_cell(world->knowledge, CUST, row, AGE) == 67);
    for (uint32_t i = RATIO; i < CUST_COLUMNS; i++) {
        CHECK(isnan(knowledge_cell(world->knowledge, CUST, row, i)));
    }
    CHECK(set(world, "C1", AGE, double_node(68)) == STATUS_OK);
    CHECK(set(world, "C1", RATIO, double_node(0.25)) == STATUS_OK);
    CHECK(set(world, "C1", IS_STAFF, (struct json_node){.kind = JSON_TRUE}) == STATUS_OK);
    CHECK(set(world, "C1", INCOME, int_node(500001)) == STATUS_OK);
    CHECK(set(world, "C1", OCCUPATION, text_node("OTHER")) == STATUS_OK);
    CHECK(set(world, "C1", CITY, text_node("杭州")) == STATUS_OK);
    static const double wanted[] = {68, 0.25, 1, 500001, 2, NAN};
    for (uint32_t i = 0; i < CUST_COLUMNS; i++) { // the row found before is still good
        CHECK(same(knowledge_cell(world->knowledge, CUST, row, i), wanted[i]));
    }
    CHECK(knowledge_cell_text(world->knowledge, CUST, row, CITY, &text) && slice_is(text, "杭州"));
    CHECK(!knowledge_cell_text(world->knowledge, CUST, row, AGE, &text));
    CHECK(set(world, "C1", CITY, text_node("")) == STATUS_OK); // empty is not missing
    CHECK(knowledge_cell_text(world->knowledge, CUST, row, CITY, &text) && slice_empty(text));
    for (uint32_t i = 0; i < CUST_COLUMNS; i++) {
        CHECK(set(world, "C1", i, (struct json_node){.kind = JSON_NULL}) == STATUS_OK);
        CHECK(isnan(knowledge_cell(world->knowledge, CUST, row, i)));
    }
    CHECK(!knowledge_cell_text(world->knowledge, CUST, row, CITY, &text));
    return true;
}

IN_WORLD(test_refusals) {
    static char wide[KNOWLEDGE_TEXT_SIZE_MAX + 1];
    memset(wide, 'x', sizeof wide);
    struct json_node wide_node = {.kind = JSON_STRING, .text = {wide, sizeof wide}};
    struct json_node true_node = {.kind = JSON_TRUE};
    struct json_node huge_node = {.kind = JSON_UINT, .u64 = UINT64_MAX};
    struct {
        uint32_t column;
        struct json_node value;
        const char *code;
    } cases[] = {
        {AGE, text_node("67"), "KN104"},
        {AGE, double_node(67.5), "KN104"},
        {AGE, true_node, "KN104"},
        {AGE, int_node(INT64_C(9007199254740992)), "KN105"},
        {AGE, int_node(INT64_C(-9007199254740993)), "KN105"},
        {AGE, huge_node, "KN105"},
        {AGE, double_node(1e300), "KN105"},
        {RATIO, text_node("x"), "KN104"},
        {IS_STAFF, int_node(1), "KN104"},
        {INCOME, double_node(5000.5), "KN104"},
        {INCOME, double_node(5000.0), "KN104"},
        {INCOME, int_node(INT64_MIN), "KN105"},
        {OCCUPATION, text_node("STUDNET"), "KN106"},
        {OCCUPATION, int_node(1), "KN104"},
        {CITY, int_node(1), "KN104"},
        {CITY, wide_node, "KN111"},
    };
    uint64_t before = knowledge_hash(world->knowledge);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        world->diag = (struct diag){0};
        CHECK_THAT(set(world, "C1", cases[i].column, cases[i].value) == STATUS_INVALID, "case %zu",
                   i);
        CHECK_THAT(strcmp(world->diag.code, cases[i].code) == 0, "case %zu: %s", i,
                   world->diag.code);
        CHECK_THAT(!slice_empty(world->diag.hint) && !slice_empty(world->diag.message), "case %zu",
                   i);
    }
    CHECK(knowledge_table_rows(world->knowledge, CUST) == 0 &&
          knowledge_hash(world->knowledge) == before);
    CHECK(set(world, "C1", OCCUPATION, text_node("STUDNET")) == STATUS_INVALID);
    CHECK(slice_is(world->diag.hint, "did you mean 'STUDENT'?"));
    return true;
}

IN_WORLD(test_cap) {
    char key[16];
    for (int i = 0; i < 400; i++) {
        snprintf(key, sizeof key, "C%d", i);
        CHECK(set(world, key, AGE, int_node(i)) == STATUS_OK);
    }
    CHECK(set(world, "C400", AGE, int_node(1)) == STATUS_LIMIT &&
          strcmp(world->diag.code, "KN109") == 0);
    CHECK(set(world, "C0", AGE, int_node(1)) == STATUS_OK);
    struct knowledge_counters counters = knowledge_counters(world->knowledge);
    CHECK(counters.table_rows == 400 && counters.table_refused == 1 && counters.bytes > 400 * 64);
    return true;
}

struct naive_row {
    bool there;
    double numbers[CUST_COLUMNS];
    uint32_t city; // 0: missing
};

static struct json_node random_value(struct random *random, uint32_t column, char *text,
                                     struct naive_row *row) {
    static const char *const words[] = {"STUDENT", "RETIRED", "OTHER"};
    int64_t number = (int64_t)random_below(random, 2000) - 1000;
    row->numbers[column] = NAN;
    row->city = column == CITY ? 0 : row->city;
    if (random_below(random, 6) == 0) {
        return (struct json_node){.kind = JSON_NULL};
    }
    switch (column) {
    case AGE:
    case INCOME:
        row->numbers[column] = (double)number;
        return int_node(number);
    case RATIO:
        row->numbers[column] = (double)number / 8;
        return double_node((double)number / 8);
    case IS_STAFF:
        row->numbers[column] = number > 0;
        return (struct json_node){.kind = number > 0 ? JSON_TRUE : JSON_FALSE};
    case OCCUPATION:
        row->numbers[column] = (double)(uint64_t)(number + 1000) / 667;
        row->numbers[column] = floor(row->numbers[column]);
        return text_node(words[(int)row->numbers[column]]);
    default:
        row->city = (uint32_t)random_below(random, 100) + 1;
        snprintf(text, 400, "%0*u", (int)row->city * 3, row->city);
        return text_node(text);
    }
}

static bool check_row(const struct world *world, const char *key, const struct naive_row *naive) {
    KnowledgeRow row = knowledge_row(world->knowledge, CUST, key_of(key));
    CHECK((row.cells != NULL) == naive->there);
    for (uint32_t i = 0; i < CITY; i++) {
        CHECK(same(knowledge_cell(world->knowledge, CUST, row, i),
                   naive->there ? naive->numbers[i] : NAN));
    }
    Slice text = {NULL, 0};
    CHECK(knowledge_cell_text(world->knowledge, CUST, row, CITY, &text) == (naive->city > 0));
    char wanted[400];
    snprintf(wanted, sizeof wanted, "%0*u", (int)naive->city * 3, naive->city);
    CHECK(naive->city == 0 || slice_is(text, wanted));
    return true;
}

IN_WORLD(test_random) {
    enum { KEYS = 500, STEPS = 300000 };
    static struct naive_row naive[KEYS];
    memset(naive, 0, sizeof naive);
    struct random random;
    random_init(&random, 5);
    uint32_t rows = 0;
    for (int step = 0; step < STEPS; step++) {
        uint32_t number = (uint32_t)random_below(&random, KEYS);
        uint32_t column = (uint32_t)random_below(&random, CUST_COLUMNS);
        ArenaMark mark = arena_mark(&world->arena);
        char key[16];
        char text[400];
        snprintf(key, sizeof key, "cust%u", number);
        struct naive_row changed = naive[number];
        for (uint32_t i = 0; !changed.there && i < CUST_COLUMNS; i++) {
            changed.numbers[i] = NAN;
        }
        struct json_node value = random_value(&random, column, text, &changed);
        Status wanted = naive[number].there || rows < 400 ? STATUS_OK : STATUS_LIMIT;
        CHECK_THAT(set(world, key, column, value) == wanted, "step %d", step);
        if (wanted == STATUS_OK) {
            rows += !naive[number].there;
            changed.there = true;
            naive[number] = changed;
        }
        CHECK_THAT(check_row(world, key, &naive[number]), "step %d", step);
        arena_rewind(&world->arena, mark);
    }
    CHECK(knowledge_table_rows(world->knowledge, CUST) == rows);
    return true;
}

// Two states that come to the same rows by other ways have the same hash; other rows have another.
IN_WORLD(test_hash) {
    struct knowledge *again = knowledge_create(world->plan, 2, 0);
    struct json_node one = int_node(1);
    struct json_node city = text_node("Ningbo");
    struct json_node none = {.kind = JSON_NULL};
    bool ok = true;
    char key[16];
    for (int i = 0; i < 200; i++) {
        snprintf(key, sizeof key, "C%d", i);
        ok = ok && set(world, key, AGE, one) == STATUS_OK;
        snprintf(key, sizeof key, "C%d", 199 - i);
        ok = ok && knowledge_set(again, CUST, key_of(key), CITY, &city, &world->arena,
                                 &world->diag) == STATUS_OK;
        ok = ok && knowledge_set(again, CUST, key_of(key), AGE, &one, &world->arena,
                                 &world->diag) == STATUS_OK;
        ok = ok && knowledge_hash(again) != knowledge_hash(world->knowledge);
        ok = ok && knowledge_set(again, CUST, key_of(key), CITY, &none, &world->arena,
                                 &world->diag) == STATUS_OK;
    }
    ok = ok && knowledge_hash(again) == knowledge_hash(world->knowledge);
    knowledge_destroy(again);
    CHECK(ok);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_cells), TEST(test_refusals), TEST(test_cap), TEST(test_random), TEST(test_hash),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

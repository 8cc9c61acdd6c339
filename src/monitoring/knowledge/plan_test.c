#include "monitoring/knowledge/knowledge_test.h"

IN_WORLD(test_world) {
    const struct knowledge_plan *plan = world->plan;
    CHECK(plan->list_count == 2 && plan->table_count == 3);
    CHECK(map_get(&plan->lists_by_name, SLICE("police")) == POLICE &&
          plan->lists[POLICE].cap == 300);
    CHECK(slice_is(plan->lists[POLICE].zh, "涉案账户") &&
          slice_is(plan->lists[POLICE].source.zh, "police") && slice_is(plan->lists[POLICE].source.en, "police") &&
          slice_empty(plan->lists[POLICE].expiry.zh));
    const struct knowledge_table *cust =
        &plan->tables[map_get(&plan->tables_by_name, SLICE("cust"))];
    CHECK(cust == &plan->tables[CUST] && cust->cap == 400 && cust->key_count == 1);
    CHECK(slice_is(cust->key[0], "cust_id") && cust->column_count == CUST_COLUMNS);
    CHECK(slice_is(cust->columns[AGE].full_name, "prof.cust.age") &&
          slice_is(cust->columns[AGE].unit, "years"));
    CHECK(cust->columns[OCCUPATION].type == COLUMN_ENUM &&
          cust->columns[OCCUPATION].value_count == 3);
    CHECK(map_get(&cust->columns_by_name, SLICE("city")) == CITY &&
          cust->columns[CITY].type == COLUMN_STRING);
    CHECK(slice_is(plan->tables[PAIR].columns[0].full_name, "g.hops"));
    CHECK(plan->tables[PAIR].cap == KNOWLEDGE_CAP_DEFAULT && plan->tables[BANK].key_count == 0);
    return true;
}

static bool test_empty(void) {
    struct arena arena;
    arena_init(&arena, 4096);
    struct diag_list diags;
    diag_list_init(&diags, &arena);
    const struct knowledge_plan *plan = knowledge_load(NULL, &arena, &diags);
    struct knowledge *knowledge = plan == NULL ? NULL : knowledge_create(plan, 2, 0);
    bool ok = knowledge != NULL && plan->list_count == 0 && plan->table_count == 0;
    ok = ok && knowledge_hash(knowledge) == knowledge_hash(knowledge);
    knowledge_destroy(knowledge);
    knowledge_destroy(NULL);
    arena_deinit(&arena);
    CHECK(ok);
    return true;
}

// What a list says of itself, and what holds where it says nothing.
static bool test_of_lists(void) {
    struct arena arena;
    arena_init(&arena, 4096);
    struct diag_list diags;
    diag_list_init(&diags, &arena);
    struct source source = {SLICE("knowledge.yaml"),
                            SLICE("lists:\n"
                                  "  plain: {key: account}\n"
                                  "  two: {key: certificate, four_eyes: true, personal: identity}\n"
                                  "  places: {four_eyes: false, personal: none}\n")};
    const struct knowledge_plan *plan =
        knowledge_load(yaml_parse(&source, &arena, &diags), &arena, &diags);
    bool ok = plan != NULL && plan->list_count == 3 && diags.count == 0;
    const struct knowledge_list *lists = ok ? plan->lists : NULL;
    ok = ok && !lists[0].four_eyes && lists[0].is_personal && lists[0].personal == MASK_ACCOUNT;
    ok = ok && lists[1].four_eyes && lists[1].is_personal && lists[1].personal == MASK_IDENTITY;
    ok = ok && !lists[2].four_eyes && !lists[2].is_personal;
    arena_deinit(&arena);
    CHECK(ok);
    return true;
}

// Where a list comes from, how long its entries stay and what values mean may be told in both languages.
static bool test_wordings(void) {
    struct arena arena;
    arena_init(&arena, 4096);
    struct diag_list diags;
    diag_list_init(&diags, &arena);
    struct source source = {SLICE("knowledge.yaml"),
                            SLICE("lists:\n"
                                  "  police: {source: {zh: 公安, en: police}, expiry: 30 d}\n"
                                  "tables:\n"
                                  "  - name: t\n"
                                  "    fields:\n"
                                  "      kind: {type: enum, values: {DEBIT: {zh: 借记卡, en: debit card}, CREDIT: {zh: 信用卡, en: credit card}}}\n"
                                  "      post: {type: enum, values: [IT, HR]}\n")};
    const struct knowledge_plan *plan =
        knowledge_load(yaml_parse(&source, &arena, &diags), &arena, &diags);
    // What is in one language while the rest is in both is told, and is no error.
    bool ok = plan != NULL && diags.count == 2 && diags.warning_count == 2;
    ok = ok && strcmp(diags.items[0].code, "KN009") == 0 && diags.items[0].place.line == 2;
    ok = ok && strcmp(diags.items[1].code, "KN009") == 0 && diags.items[1].place.line == 7;
    ok = ok && slice_is(plan->lists[0].source.zh, "公安") && slice_is(plan->lists[0].source.en, "police") &&
         slice_is(plan->lists[0].expiry.zh, "30 d");
    const struct knowledge_column *columns = ok ? plan->tables[0].columns : NULL;
    ok = ok && columns[0].value_count == 2 && map_get(&columns[0].values_by_name, SLICE("CREDIT")) == 1 &&
         slice_is(columns[0].names[1].zh, "信用卡") && slice_is(columns[0].names[1].en, "credit card");
    ok = ok && columns[1].value_count == 2 && columns[1].names == NULL;
    arena_deinit(&arena);
    CHECK(ok);
    return true;
}

// Each text has one mistake: its code, and the line at which it is told.
struct mistake {
    const char *text;
    const char *code;
    uint32_t line;
};

static bool has_mistake(const struct mistake *mistake) {
    struct arena arena;
    arena_init(&arena, 4096);
    struct diag_list diags;
    diag_list_init(&diags, &arena);
    struct source source = {SLICE("knowledge.yaml"), slice_of(mistake->text)};
    const struct yaml_node *root = yaml_parse(&source, &arena, &diags);
    bool ok = root != NULL && knowledge_load(root, &arena, &diags) == NULL && diags.count == 1 &&
              strcmp(diags.items[0].code, mistake->code) == 0 &&
              diags.items[0].place.line == mistake->line;
    if (!ok) {
        diag_list_print(&diags, stderr);
    }
    arena_deinit(&arena);
    return ok;
}

#define TABLE "tables:\n  - name: t\n"
#define FIELDS "    fields: {a: {type: int}}\n"

static bool test_mistakes(void) {
    static const struct mistake mistakes[] = {
        {"list: {}\n", "YA011", 1},
        {"lists:\n  a-b: {}\n", "KN001", 2},
        {"lists:\n  a: {zhh: x}\n", "YA011", 2},
        {"lists:\n  a: {cap: 0}\n", "KN004", 2},
        {"lists:\n  a: {cap: 1000000001}\n", "KN004", 2},
        {"lists: [a]\n", "YA012", 1},
        {"tables: {a: 1}\n", "YA012", 1},
        {"tables:\n  - 7\n", "YA012", 2},
        {"tables:\n  - fields: {a: {type: int}}\n", "YA010", 2},
        {"tables:\n  - name: t.u\n" FIELDS, "KN001", 2},
        {"tables:\n  - name: []\n" FIELDS, "YA012", 2},
        {TABLE, "YA010", 2},
        {TABLE "    fields: {}\n", "KN006", 3},
        {TABLE "    fields: {a: {}}\n", "YA010", 3},
        {TABLE "    fields: {a: {type: integer}}\n", "YA013", 3},
        {TABLE "    fields: {a: {type: enum}}\n", "KN005", 3},
        {TABLE "    fields: {a: {type: enum, values: []}}\n", "KN005", 3},
        {TABLE "    fields: {a: {type: int, values: [X]}}\n", "KN005", 3},
        {TABLE "    fields: {a: {type: enum, values: [X, X]}}\n", "KN002", 3},
        {TABLE "    fields: {a: {type: enum, values: [X, \"\"]}}\n", "KN005", 3},
        {TABLE "    fields: {a b: {type: int}}\n", "KN001", 3},
        {TABLE "    fields: {a: {type: enum, values: {X: {zh: 甲}}}}\n", "YA010", 3},
        {TABLE "    fields: {a: {type: enum, values: {X: {zh: 甲, en: ~}}}}\n", "YA013", 3},
        {"lists:\n  a: {source: {zh: 公安}}\n", "YA010", 2},
        {"lists:\n  a: {expiry: [30 d]}\n", "YA012", 2},
        {"lists:\n  a: {four_eyes: perhaps}\n", "YA013", 2},
        {"lists:\n  a: {personal: shape}\n", "KN008", 2},
        {TABLE "    fields: {a: {type: int, personal: account}}\n", "KN008", 3},
        {TABLE "    fields: {a: {type: string, personal: shape}}\n", "KN008", 3},
        {TABLE "    namespace: event\n" FIELDS, "KN003", 3},
        {TABLE "    namespace: prof..t\n" FIELDS, "KN001", 3},
        {TABLE "    namespace: prof.\n" FIELDS, "KN001", 3},
        {TABLE "    key: [a]\n" FIELDS, "KN002", 4},
        {TABLE "    key: [b, b]\n" FIELDS, "KN002", 3},
        {TABLE "    key: [b c]\n" FIELDS, "KN001", 3},
        {TABLE "    key: b\n" FIELDS, "YA012", 3},
        {TABLE "    key: [b, c, d, e, f, g, h, i, j]\n" FIELDS, "KN007", 3},
        {TABLE "    namespace: g\n" FIELDS "  - name: u\n    namespace: g\n" FIELDS, "KN002", 7},
        {TABLE FIELDS "  - name: t\n    namespace: g\n" FIELDS, "KN002", 4},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        CHECK_THAT(has_mistake(&mistakes[i]), "%s", mistakes[i].text);
    }
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_world), TEST(test_empty), TEST(test_of_lists),
                                        TEST(test_wordings), TEST(test_mistakes)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

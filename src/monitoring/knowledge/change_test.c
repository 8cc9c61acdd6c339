#include "monitoring/knowledge/knowledge_test.h"

#include <math.h>

static Status change(struct world *world, const char *text) {
    JsonTree tree;
    world->diag = (struct diag){0};
    if (json_parse(world->reader, slice_of(text), &tree) != STATUS_OK) {
        return STATUS_END;
    }
    return knowledge_change(world->knowledge, tree.nodes, &world->arena, &world->diag);
}

static bool on(const struct world *world, const char *key, int64_t time_ms) {
    return knowledge_on_list(world->knowledge, POLICE, key_of(key), time_ms * 1000);
}

IN_WORLD(test_lists) {
    CHECK(
        change(
            world,
            "{\"$list\": \"police\", \"op\": \"add\", \"key\": \"A6217\", \"source\": \"police\", "
            "\"reason\": \"case 77\", \"begin\": 1000, \"end\": null, \"time\": 2000}") ==
        STATUS_OK);
    CHECK(!on(world, "A6217", 999) && on(world, "A6217", 1000) &&
          on(world, "A6217", 1795420800000));
    CHECK(
        change(world, "{\"$list\":\"police\",\"op\":\"remove\",\"key\":\"A6217\",\"time\":5000}") ==
        STATUS_OK);
    CHECK(on(world, "A6217", 4999) && !on(world, "A6217", 5000));
    // Without a begin it holds from the time of the record.
    CHECK(change(world,
                 "{\"$list\":\"police\",\"op\":\"add\",\"key\":7,\"time\":5000,\"begin\":null}") ==
          STATUS_OK);
    CHECK(!on(world, "7", 4999) && on(world, "7", 5000));
    CHECK(change(world,
                 "{\"$list\":\"police\",\"op\":\"add\",\"key\":[\"A\",\"B\"],"
                 "\"begin\":\"1970-01-01T08:00:05+08:00\",\"end\":\"1970-01-01 08:00:06\"}") ==
          STATUS_OK);
    CHECK(on(world, "A|B", 5000) && !on(world, "A|B", 6000) && !on(world, "A|B", 4999));
    return true;
}

IN_WORLD(test_tables) {
    CHECK(change(world, "{\"$table\":\"cust\",\"key\":[\"C1\"],\"time\":1795420800000,"
                        "\"set\":{\"age\":67,\"is_staff\":false,\"city\":\"杭州\"}}") == STATUS_OK);
    KnowledgeRow row = knowledge_row(world->knowledge, CUST, key_of("C1"));
    CHECK(row.cells != NULL && knowledge_cell(world->knowledge, CUST, row, AGE) == 67);
    CHECK(knowledge_cell(world->knowledge, CUST, row, IS_STAFF) == 0);
    CHECK(change(
              world,
              "{\"$table\":\"cust\",\"key\":\"C1\",\"set\":{\"age\":null,\"monthly_income\":5}}") ==
          STATUS_OK);
    CHECK(isnan(knowledge_cell(world->knowledge, CUST, row, AGE)));
    CHECK(knowledge_cell(world->knowledge, CUST, row, INCOME) == 5);
    CHECK(change(world, "{\"$table\":\"pair\",\"key\":[\"A\",12],\"set\":{\"hops\":2}}") ==
          STATUS_OK);
    Slice parts[] = {SLICE("A"), SLICE("12")};
    row = knowledge_row(world->knowledge, PAIR, knowledge_key(parts, 2));
    CHECK(row.cells != NULL && knowledge_cell(world->knowledge, PAIR, row, 0) == 2);
    CHECK(change(world, "{\"$table\":\"bank\",\"set\":{\"open\":true}}") == STATUS_OK);
    CHECK(change(world, "{\"$table\":\"bank\",\"key\":[],\"set\":{\"open\":false}}") == STATUS_OK);
    CHECK(knowledge_cell(world->knowledge, BANK,
                         knowledge_row(world->knowledge, BANK, knowledge_key(NULL, 0)), 0) == 0);
    return true;
}

// A record that lies inside a larger document, at any depth and behind other members.
IN_WORLD(test_inside) {
    JsonTree tree;
    Slice text = SLICE("{\"a\": [1, {\"b\": [2, 3]}, {\"$table\": \"pair\", \"key\": [\"A\", "
                       "\"B\"], \"set\": {\"hops\": 4}},"
                       "{\"key\": [[\"x\"]], \"$list\": \"police\"}, {}]}");
    CHECK(json_parse(world->reader, text, &tree) == STATUS_OK);
    uint32_t array = json_member(tree, 0, SLICE("a"));
    uint32_t number = 0;
    Status wanted[] = {STATUS_INVALID, STATUS_INVALID, STATUS_OK, STATUS_INVALID, STATUS_INVALID};
    JSON_EACH(tree, array, i) {
        CHECK(knowledge_change(world->knowledge, &tree.nodes[i], &world->arena, &world->diag) ==
              wanted[number++]);
    }
    CHECK(number == 5 && knowledge_table_rows(world->knowledge, PAIR) == 1);
    return true;
}

#define ADD "{\"$list\":\"police\",\"op\":\"add\",\"key\":\"A\",\"time\":5000"

IN_WORLD(test_refusals) {
    static const struct {
        const char *text;
        const char *code;
        const char *hint; // a part of it
    } cases[] = {
        {"[1]", "KN116", "$list"},
        {"7", "KN116", "$list"},
        {"{}", "KN116", "$list"},
        {"{\"$list\":\"polcie\",\"op\":\"add\",\"key\":\"A\",\"time\":5}", "KN101", "'police'"},
        {"{\"$list\":7,\"op\":\"add\",\"key\":\"A\",\"time\":5}", "KN104", "quotes"},
        {"{\"$list\":null,\"op\":\"add\",\"key\":\"A\",\"time\":5}", "KN101", "declare"},
        {"{\"$list\":\"police\",\"op\":\"ad\",\"key\":\"A\",\"time\":5}", "KN115", "remove"},
        {"{\"$list\":\"police\",\"key\":\"A\",\"time\":5}", "KN115", "remove"},
        {"{\"$list\":\"police\",\"op\":\"add\",\"time\":5}", "KN110", "array"},
        {"{\"$list\":\"police\",\"op\":\"add\",\"key\":\"\",\"time\":5}", "KN110", "array"},
        {"{\"$list\":\"police\",\"op\":\"add\",\"key\":[],\"time\":5}", "KN110", "array"},
        {"{\"$list\":\"police\",\"op\":\"add\",\"key\":[\"A\",\"\"],\"time\":5}", "KN110", "array"},
        {"{\"$list\":\"police\",\"op\":\"add\",\"key\":[1,2,3,4,5,6,7,8,9],\"time\":5}", "KN110",
         "array"},
        {"{\"$list\":\"police\",\"op\":\"add\",\"key\":{},\"time\":5}", "KN110", "array"},
        {"{\"$list\":\"police\",\"op\":\"add\",\"key\":\"A\"}", "KN116", "moment"},
        {"{\"$list\":\"police\",\"op\":\"remove\",\"key\":\"A\",\"begin\":5}", "KN116", "moment"},
        {"{\"$list\":\"police\",\"op\":\"remove\",\"key\":\"A\",\"time\":true}", "KN107",
         "milliseconds"},
        {"{\"$list\":\"police\",\"op\":\"remove\",\"key\":\"A\",\"time\":5.5}", "KN107",
         "milliseconds"},
        {"{\"$list\":\"police\",\"op\":\"remove\",\"key\":\"A\",\"time\":9223372036854775807}",
         "KN107", "milliseconds"},
        {ADD ",\"bgein\":5}", "KN117", "'begin'"},
        {ADD ",\"begin\":\"yesterday\"}", "KN107", "milliseconds"},
        {ADD ",\"begin\":6000,\"end\":6000}", "KN108", "exclusive"},
        {ADD ",\"end\":5000}", "KN108", "exclusive"},
        {ADD ",\"reason\":[]}", "KN104", "quotes"},
        {ADD ",\"time\":5000}", "KN118", "one of the two"},
        {"{\"$table\":\"custt\",\"key\":\"C1\",\"set\":{\"age\":1}}", "KN102", "'cust'"},
        {"{\"$table\":\"cust\",\"key\":\"C1\",\"set\":{\"agee\":1}}", "KN103", "'age'"},
        {"{\"$table\":\"cust\",\"key\":\"C1\",\"set\":{\"age\":1,\"age\":2}}", "KN118",
         "one of the two"},
        {"{\"$table\":\"cust\",\"key\":\"C1\",\"set\":{\"age\":1,\"city\":2}}", "KN104", "text"},
        {"{\"$table\":\"cust\",\"key\":\"C1\",\"set\":[1]}", "KN116", "set"},
        {"{\"$table\":\"cust\",\"key\":\"C1\",\"set\":null}", "KN116", "set"},
        {"{\"$table\":\"cust\",\"key\":\"C1\",\"sett\":{}}", "KN117", "'set'"},
        {"{\"$table\":\"cust\",\"set\":{\"age\":1}}", "KN110", "parts"},
        {"{\"$table\":\"cust\",\"key\":[\"A\",\"B\"],\"set\":{\"age\":1}}", "KN110", "parts"},
        {"{\"$table\":\"pair\",\"key\":\"A\",\"set\":{\"hops\":1}}", "KN110", "parts"},
        {"{\"$table\":\"cust\",\"key\":\"C1\",\"time\":\"noon\",\"set\":{\"age\":1}}", "KN107",
         "milliseconds"},
    };
    CHECK(
        change(world, "{\"$table\":\"cust\",\"key\":\"C1\",\"set\":{\"age\":67,\"city\":\"x\"}}") ==
        STATUS_OK);
    CHECK(change(world, "{\"$list\":\"police\",\"op\":\"add\",\"key\":\"A\",\"time\":1}") ==
          STATUS_OK);
    uint64_t before = knowledge_hash(world->knowledge);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_THAT(change(world, cases[i].text) == STATUS_INVALID, "%s", cases[i].text);
        CHECK_THAT(strcmp(world->diag.code, cases[i].code) == 0, "%s: %s", cases[i].text,
                   world->diag.code);
        CHECK_THAT(slice_find(world->diag.hint, slice_of(cases[i].hint), 0) != SIZE_MAX, "%s: %.*s",
                   cases[i].text, SLICE_ARGS(world->diag.hint));
        CHECK_THAT(knowledge_hash(world->knowledge) == before, "%s", cases[i].text);
    }
    return true;
}

IN_WORLD(test_caps) {
    char text[200];
    for (int i = 0; i < 400; i++) {
        snprintf(text, sizeof text, "{\"$table\":\"cust\",\"key\":%d,\"set\":{\"age\":1}}", i);
        CHECK(change(world, text) == STATUS_OK);
    }
    CHECK(change(world, "{\"$table\":\"cust\",\"key\":400,\"set\":{\"city\":\"lost\"}}") ==
          STATUS_LIMIT);
    CHECK(strcmp(world->diag.code, "KN109") == 0);
    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "{\"$list\":\"police\",\"op\":\"add\",\"key\":%d,\"time\":%d}",
                 i % 100, i);
        CHECK(change(world, text) == STATUS_OK);
    }
    CHECK(change(world, "{\"$list\":\"police\",\"op\":\"add\",\"key\":1,\"time\":777}") ==
          STATUS_LIMIT);
    CHECK(strcmp(world->diag.code, "KN109") == 0 && !slice_empty(world->diag.hint));
    struct knowledge_counters counters = knowledge_counters(world->knowledge);
    CHECK(counters.list_entries == 300 && counters.list_refused == 1 &&
          counters.table_refused == 1);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_lists),    TEST(test_tables), TEST(test_inside),
        TEST(test_refusals), TEST(test_caps),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

#include "monitoring/knowledge/knowledge_test.h"

#include <math.h>
#include <stdlib.h>

enum { LIST_FILE = -1 };

static void load(struct world *world, int table, bool csv, const char *text,
                 struct source *source) {
    *source = (struct source){csv ? SLICE("x.csv") : SLICE("x.ndjson"), slice_of(text)};
    diag_list_init(&world->diags, &world->arena);
    if (table == LIST_FILE) {
        knowledge_load_list_file(world->knowledge, source, csv, &world->arena, &world->diags);
    } else {
        knowledge_load_table_file(world->knowledge, (uint32_t)table, source, csv, &world->arena,
                                  &world->diags);
    }
}

static bool on(const struct world *world, uint32_t list, const char *key, int64_t time_us) {
    return knowledge_on_list(world->knowledge, list, key_of(key), time_us);
}

IN_WORLD(test_lists) {
    struct source source;
    load(world, LIST_FILE, true,
         "\xef\xbb\xbflist,key,source,reason,begin,end\r\n"
         "police,A1,police,\"case 77, \"\"x\"\"\",,\r\n"
         "police,A2,police,,1000,1970-01-01T00:00:02Z\r\n"
         "pairs,A|B,,,1970-01-01 08:00:01,\r\n",
         &source);
    CHECK(world->diags.count == 0 && on(world, POLICE, "A1", INT64_MIN) &&
          on(world, POLICE, "A1", 0));
    CHECK(!on(world, POLICE, "A2", 999999) && on(world, POLICE, "A2", 1000000) &&
          !on(world, POLICE, "A2", 2000000));
    Slice parts[] = {SLICE("A"), SLICE("B")};
    CHECK(knowledge_on_list(world->knowledge, PAIRS, knowledge_key(parts, 2), 1000000));
    CHECK(!knowledge_on_list(world->knowledge, PAIRS, knowledge_key(parts, 2), 999999));
    struct knowledge_entry entry;
    CHECK(knowledge_list_entry(world->knowledge, POLICE, key_of("A1"), 0, &entry));
    CHECK(slice_is(entry.source, "police") && slice_is(entry.reason, "case 77, \"x\""));
    uint64_t before = knowledge_hash(world->knowledge);
    load(
        world, LIST_FILE, false, // the same, said in JSON: nothing changes
        "{\"list\":\"police\",\"key\":\"A1\",\"source\":\"police\",\"reason\":\"case 77, "
        "\\\"x\\\"\"}\n\n"
        "{\"list\":\"police\",\"key\":\"A2\",\"source\":\"police\",\"begin\":1000,\"end\":2000}\r\n"
        "{\"list\":\"pairs\",\"key\":[\"A\",\"B\"],\"begin\":1000,\"end\":null}",
        &source);
    CHECK(world->diags.count == 0 && knowledge_hash(world->knowledge) == before);
    return true;
}

IN_WORLD(test_tables) {
    struct source source;
    load(world, CUST, true,
         "cust_id,monthly_income,age,is_staff,occupation,city\n"
         "C1,5000.00,67,true,RETIRED,杭州\n"
         "C2,,30.0,0,,\n",
         &source);
    CHECK(world->diags.count == 0);
    KnowledgeRow row = knowledge_row(world->knowledge, CUST, key_of("C1"));
    CHECK(row.cells != NULL && knowledge_cell(world->knowledge, CUST, row, INCOME) == 500000);
    CHECK(knowledge_cell(world->knowledge, CUST, row, OCCUPATION) == 1);
    CHECK(knowledge_cell(world->knowledge, CUST, row, IS_STAFF) == 1);
    CHECK(isnan(knowledge_cell(world->knowledge, CUST, row, RATIO)));
    uint64_t before = knowledge_hash(world->knowledge);
    load(world, CUST, false,
         "{\"cust_id\":\"C1\",\"monthly_income\":500000,\"age\":67,\"is_staff\":true,"
         "\"occupation\":\"RETIRED\","
         "\"city\":\"杭州\"}\n{\"age\":30,\"cust_id\":\"C2\",\"is_staff\":false,\"occupation\":"
         "null}",
         &source);
    CHECK(world->diags.count == 0 && knowledge_hash(world->knowledge) == before);
    load(world, CUST, true, "cust_id,age\nC1,\n", &source); // empty clears, what is not named stays
    row = knowledge_row(world->knowledge, CUST, key_of("C1"));
    CHECK(isnan(knowledge_cell(world->knowledge, CUST, row, AGE)));
    CHECK(knowledge_cell(world->knowledge, CUST, row, INCOME) == 500000);
    load(world, PAIR, true, "from,to,hops\nA,B,3\n", &source);
    Slice parts[] = {SLICE("A"), SLICE("B")};
    row = knowledge_row(world->knowledge, PAIR, knowledge_key(parts, 2));
    CHECK(world->diags.count == 0 && knowledge_cell(world->knowledge, PAIR, row, 0) == 3);
    load(world, BANK, true, "open\ntrue\n", &source);
    row = knowledge_row(world->knowledge, BANK, knowledge_key(NULL, 0));
    CHECK(world->diags.count == 0 && knowledge_cell(world->knowledge, BANK, row, 0) == 1);
    return true;
}

// Each text has one mistake, in a row between two good ones: the good ones are loaded.
struct mistake {
    int table;
    bool csv;
    const char *text; // the bad row, or the whole file when it is about the header
    const char *code;
    uint32_t line;
    uint32_t column;
};

static bool has_mistake(const struct mistake *mistake) {
    struct world world;
    CHECK(world_open(&world));
    struct source source;
    char text[1000];
    bool is_header = strcmp(mistake->code, "KN113") == 0;
    bool is_list = mistake->table == LIST_FILE;
    const char *head = !mistake->csv ? ""
                       : is_list     ? "list,key,source,reason,begin,end\n"
                                     : "cust_id,age,monthly_income,occupation,is_staff\n";
    const char *good =
        is_list ? (mistake->csv ? "police,G%d,,,,\n" : "{\"list\":\"police\",\"key\":\"G%d\"}\n")
                : (mistake->csv ? "G%d,1,,,\n" : "{\"cust_id\":\"G%d\",\"age\":1}\n");
    char one[100];
    char two[100];
    snprintf(one, sizeof one, good, 1);
    snprintf(two, sizeof two, good, 2);
    snprintf(text, sizeof text, "%s%s%s\n%s", head, one, mistake->text, two);
    load(&world, mistake->table, mistake->csv, is_header ? mistake->text : text, &source);
    struct knowledge_counters counters = knowledge_counters(world.knowledge);
    const struct diag *diag = &world.diags.items[0];
    bool ok = world.diags.count == 1 && strcmp(diag->code, mistake->code) == 0 &&
              diag->place.line == mistake->line && diag->place.column == mistake->column &&
              diag->place.source == &source && !slice_empty(diag->hint) &&
              counters.list_entries + counters.table_rows == (is_header ? 0 : 2);
    if (!ok) {
        fprintf(stderr, "%u diagnostics\n", world.diags.count);
        diag_list_print(&world.diags, stderr);
    }
    world_close(&world);
    return ok;
}

static bool test_mistakes(void) {
    static const struct mistake mistakes[] = {
        {LIST_FILE, true, "polcie,A,,,,", "KN101", 3, 1},
        {LIST_FILE, true, "police,,,,,", "KN110", 3, 8},
        {LIST_FILE, true, "police,A,,\"x,\",noon,", "KN107", 3, 16},
        {LIST_FILE, true, "police,A,,,,2026-13-01", "KN107", 3, 13},
        {LIST_FILE, true, "police,A,,,5,5", "KN108", 3, 14},
        {LIST_FILE, true, "police,A,,,,,", "KN114", 3, 1},
        {LIST_FILE, true, "police,A,\"x\"y,,,", "KN112", 3, 1},
        {LIST_FILE, true, "police,\xb8\xb4,,,,", "KN112", 3, 8},
        {LIST_FILE, true, "list,kee\npolice,A\n", "KN113", 1, 6},
        {LIST_FILE, true, "list,key,key\npolice,A,A\n", "KN113", 1, 10},
        {LIST_FILE, true, "key\nA\n", "KN113", 1, 1},
        {LIST_FILE, true, "", "KN113", 1, 1},
        {LIST_FILE, false, "{\"list\":\"polcie\",\"key\":\"A\"}", "KN101", 2, 1},
        {LIST_FILE, false, "{\"list\":\"police\",\"kye\":\"A\"}", "KN117", 2, 18},
        {LIST_FILE, false, "{\"list\":\"police\",\"key\":\"A\",\"begin\":\"noon\"}", "KN107", 2,
         28},
        {LIST_FILE, false, "{\"list\":\"police\",\"key\":\"A\",\"begin\":5,\"end\":4}", "KN108", 2,
         1},
        {LIST_FILE, false, "{\"key\":\"A\"}", "KN116", 2, 1},
        {LIST_FILE, false, "{\"list\":\"police\"}", "KN110", 2, 1},
        {LIST_FILE, false, "{\"list\":\"police\",}", "KN112", 2, 18},
        {LIST_FILE, false, "[1]", "KN112", 2, 1},
        {CUST, true, "C1,x,,,", "KN104", 3, 4},
        {CUST, true, "C1,1.5,,,", "KN104", 3, 4},
        {CUST, true, "C1,9007199254740993,,,", "KN105", 3, 4},
        {CUST, true, "C1,1,5000.001,,", "KN104", 3, 6},
        {CUST, true, "C1,1,\"5,000.00\",,", "KN104", 3, 6},
        {CUST, true, "杭州,1,5000,STUDNET,", "KN106", 3, 11},
        {CUST, true, "C1,1,5000,STUDENT,yes", "KN104", 3, 19},
        {CUST, true, ",1,,,", "KN110", 3, 1},
        {CUST, true, "C1,1", "KN114", 3, 1},
        {CUST, true, "cust_id,agee\nC1,1\n", "KN113", 1, 9},
        {CUST, true, "age,cust_id\n1,C1\n", "KN113", 1, 1},
        {CUST, true, "age\n1\n", "KN113", 1, 1},
        {CUST, true, "cust_id,age,age\nC1,1,1\n", "KN113", 1, 13},
        {CUST, true, "\"cust_id\nC1\n", "KN113", 1, 1},
        {CUST, false, "{\"cust_id\":\"C1\",\"agee\":1}", "KN103", 2, 17},
        {CUST, false, "{\"cust_id\":\"C1\",\"age\":\"x\"}", "KN104", 2, 17},
        {CUST, false, "{\"cust_id\":\"C1\",\"monthly_income\":5000.00}", "KN104", 2, 17},
        {CUST, false, "{\"age\":1}", "KN110", 2, 1},
        {CUST, false, "{\"cust_id\":\"C1\",\"cust_id\":\"C2\"}", "KN118", 2, 2},
        {CUST, false, "{\"cust_id\":\"C1\",\"age\":1,\"age\":2}", "KN118", 2, 17},
        {CUST, false, "{\"cust_id\":\"\"}", "KN110", 2, 1},
        {CUST, false, "{\"cust_id\":\"C1\"", "KN112", 2, 16},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        CHECK_THAT(has_mistake(&mistakes[i]), "%s", mistakes[i].text);
    }
    return true;
}

IN_WORLD(test_twice) {
    struct source source;
    load(world, CUST, true, "cust_id,age\nC1,1\nC2,2\nC1,3\n", &source);
    CHECK(world->diags.count == 1 && world->diags.warning_count == 1 &&
          world->diags.items[0].place.line == 4);
    KnowledgeRow row = knowledge_row(world->knowledge, CUST, key_of("C1"));
    CHECK(knowledge_cell(world->knowledge, CUST, row, AGE) == 3);
    load(world, CUST, true, "cust_id,age\nC1,4\n", &source); // another file may say it anew
    CHECK(world->diags.count == 0);
    return true;
}

// Of very many mistakes the first are told and the rest is counted; caps are told row by row.
IN_WORLD(test_many) {
    struct buf text;
    buf_init(&text, 1 << 20);
    buf_put(&text, SLICE("cust_id,age\n"));
    for (int i = 0; i < 3000; i++) {
        buf_printf(&text, "C%d,%s\n", i, i % 2 == 0 ? "x" : "1");
    }
    buf_put_byte(&text, '\0');
    struct source source;
    load(world, CUST, true, text.bytes, &source);
    bool ok = world->diags.count == KNOWLEDGE_FILE_DIAGS_MAX + 1;
    const struct diag *last = &world->diags.items[world->diags.count - 1];
    ok = ok && strcmp(last->code, "KN120") == 0 &&
         slice_starts_with(last->message, SLICE("1600 more"));
    ok = ok && knowledge_counters(world->knowledge).table_refused == 1100;
    buf_deinit(&text);
    CHECK(ok);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_lists), TEST(test_tables), TEST(test_mistakes), TEST(test_twice), TEST(test_many),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

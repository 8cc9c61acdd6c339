#include "base/test.h"
#include "codec/yaml.h"

struct fixture {
    struct arena arena;
    struct diag_list diags;
    struct source source;
    const struct yaml_node *root;
};

static void parse(struct fixture *fixture, const char *text) {
    arena_init(&fixture->arena, 16 << 10);
    diag_list_init(&fixture->diags, &fixture->arena);
    fixture->source = (struct source){SLICE("a.yaml"), slice_of(text)};
    fixture->root = yaml_parse(&fixture->source, &fixture->arena, &fixture->diags);
}

static void done(struct fixture *fixture) {
    arena_deinit(&fixture->arena);
}

static bool place_is(Place place, uint32_t line, uint32_t column, uint32_t length) {
    return place.line == line && place.column == column && place.length == length;
}

static bool test_tree(void) {
    struct fixture f;
    parse(&f, "id: AT-01\n"
              "名称: 大额 转账 # note\n"
              "list: [1, \"two\", 'it''s']\n"
              "nested:\n"
              "  - a: 1\n"
              "    b: ~\n"
              "  - c\n");
    CHECK(f.root != NULL && f.root->kind == YAML_MAPPING && f.root->count == 4);
    const struct yaml_node *id = yaml_get(f.root, "id");
    CHECK(slice_is(id->text, "AT-01") && place_is(id->place, 1, 5, 5) && place_is(id->key_place, 1, 1, 2));
    const struct yaml_node *name = yaml_get(f.root, "名称");
    CHECK(slice_is(name->text, "大额 转账") && place_is(name->place, 2, 5, 5));
    CHECK(slice_is(slice_part(f.source.text, name->byte_start, name->byte_end - name->byte_start), "大额 转账"));
    const struct yaml_node *list = yaml_get(f.root, "list");
    CHECK(list->kind == YAML_SEQUENCE && list->count == 3 && list->first->style == YAML_PLAIN);
    CHECK(list->first->next->style == YAML_DOUBLE_QUOTED && slice_is(list->first->next->text, "two"));
    CHECK(slice_is(list->first->next->next->text, "it's"));
    const struct yaml_node *nested = yaml_get(f.root, "nested");
    CHECK(nested->count == 2 && yaml_is_null(yaml_get(nested->first, "b")));
    CHECK(place_is(yaml_get(nested->first, "a")->place, 5, 8, 1));
    uint32_t seen = 0;
    YAML_EACH(f.root, child) {
        seen++;
    }
    CHECK(seen == 4 && yaml_get(NULL, "x") == NULL && yaml_get(list, "x") == NULL);
    done(&f);
    return true;
}

static bool test_values(void) {
    struct fixture f;
    parse(&f, "n: 42\nd: 2.5\nb: true\nno: no\ns: 30m\nq: \"5\"\nempty:\nl: []\naction: blok\n");
    int64_t i = 0;
    double d = 0;
    bool b = false;
    uint32_t choice = 9;
    struct diag_list *diags = &f.diags;
    CHECK(yaml_i64(yaml_get(f.root, "n"), &i, diags) && i == 42);
    CHECK(yaml_number(yaml_get(f.root, "d"), &d, diags) && d == 2.5);
    CHECK(yaml_bool(yaml_get(f.root, "b"), &b, diags) && b);
    CHECK(slice_is(yaml_text(yaml_get(f.root, "no"), diags), "no"));
    CHECK(yaml_span(yaml_get(f.root, "s"), &i, diags) && i == INT64_C(1800000000));
    CHECK(diags->count == 0);
    CHECK(!yaml_i64(NULL, &i, diags) && yaml_text(NULL, diags).size == 0 && diags->count == 0);
    CHECK(!yaml_i64(yaml_get(f.root, "q"), &i, diags) && diags->count == 1);
    CHECK(!yaml_bool(yaml_get(f.root, "no"), &b, diags) && diags->count == 2);
    CHECK(yaml_text(yaml_get(f.root, "empty"), diags).size == 0 && diags->count == 3);
    CHECK(place_is(diags->items[2].place, 7, 1, 5));
    CHECK(!yaml_number(yaml_get(f.root, "l"), &d, diags) && slice_is(slice_of(diags->items[3].code), "YA012"));
    CHECK(yaml_require(f.root, "zz", diags) == NULL && slice_is(slice_of(diags->items[4].code), "YA010"));
    static const char *const choices[] = {"allow", "block"};
    CHECK(!yaml_choice(yaml_get(f.root, "action"), choices, 2, &choice, diags) && choice == 9);
    CHECK(slice_is(diags->items[5].hint, "did you mean 'block'?"));
    static const char *const keys[] = {"n", "d", "b", "no", "s", "q", "empty", "list", "action"};
    CHECK(!yaml_check_keys(f.root, keys, 9, diags) && diags->count == 7);
    CHECK(slice_is(diags->items[6].message, "unknown key 'l'") && place_is(diags->items[6].place, 8, 1, 1));
    done(&f);
    return true;
}

static bool wording_is(Wording wording, const char *zh, const char *en) {
    return slice_is(wording.zh, zh) && slice_is(wording.en, en);
}

static bool test_wordings(void) {
    struct fixture f;
    parse(&f, "both: {zh: 个人, en: person}\none: police\nhalf: {zh: 个人}\nempty: {zh: \"\", en: x}\nnothing:\n"
              "list: [A, \"\"]\nmap: {A: {zh: 甲, en: first}, B: {zh: 乙, en: second}, C: third}\nword: A\n");
    Wording wording = {SLICE("-"), SLICE("-")};
    struct diag_list *diags = &f.diags;
    CHECK(yaml_wording(yaml_get(f.root, "both"), &wording, diags) && wording_is(wording, "个人", "person"));
    CHECK(yaml_text_or_wording(yaml_get(f.root, "one"), &wording, diags) && wording_is(wording, "police", "police"));
    CHECK(yaml_text_or_wording(yaml_get(f.root, "both"), &wording, diags) && wording_is(wording, "个人", "person"));
    CHECK(!yaml_wording(NULL, &wording, diags) && !yaml_text_or_wording(NULL, &wording, diags) && diags->count == 0);
    CHECK(!yaml_wording(yaml_get(f.root, "half"), &wording, diags) && strcmp(diags->items[0].code, "YA010") == 0);
    CHECK(!yaml_wording(yaml_get(f.root, "empty"), &wording, diags) && diags->count == 2 &&
          strcmp(diags->items[1].code, "YA013") == 0 && diags->items[1].place.line == 4);
    CHECK(!yaml_text_or_wording(yaml_get(f.root, "nothing"), &wording, diags) && diags->count == 3);
    CHECK(!yaml_wording(yaml_get(f.root, "one"), &wording, diags) && strcmp(diags->items[3].code, "YA012") == 0);
    CHECK(wording_is(wording, "个人", "person")); // untouched by what failed

    struct yaml_value value;
    const struct yaml_node *list = yaml_get(f.root, "list");
    CHECK(yaml_expect_values(list, diags) && yaml_value(list, list->first, &value, &wording, diags));
    CHECK(slice_is(value.text, "A") && !value.is_null && wording_is(wording, "个人", "person"));
    CHECK(yaml_value(list, list->first->next, &value, &wording, diags) && value.is_null);
    const struct yaml_node *map = yaml_get(f.root, "map");
    CHECK(yaml_expect_values(map, diags) && yaml_value(map, map->first->next, &value, &wording, diags));
    CHECK(slice_is(value.text, "B") && place_is(value.place, 7, 30, 1) && wording_is(wording, "乙", "second"));
    CHECK(diags->count == 4 && yaml_value(map, map->first->next->next, &value, &wording, diags) && diags->count == 5);
    CHECK(slice_is(value.text, "C") && strcmp(diags->items[4].code, "YA012") == 0);
    CHECK(!yaml_expect_values(yaml_get(f.root, "word"), diags) && !yaml_expect_values(NULL, diags) && diags->count == 6);
    done(&f);
    return true;
}

static bool fails_with(const char *text, const char *code, uint32_t line, uint32_t column, uint32_t count) {
    struct fixture f;
    parse(&f, text);
    CHECK_THAT(f.root == NULL && f.diags.count == count, "%s: %u", text, f.diags.count);
    CHECK_THAT(strcmp(f.diags.items[0].code, code) == 0, "%s: %s %.*s", text, f.diags.items[0].code,
               SLICE_ARGS(f.diags.items[0].message));
    Place place = f.diags.items[0].place;
    CHECK_THAT(place.line == line && place.column == column, "%s: %u:%u", text, place.line, place.column);
    done(&f);
    return true;
}

static bool test_errors(void) {
    CHECK(fails_with("a: 1\nb: [1\n", "YA001", 3, 1, 1));
    CHECK(fails_with("a: 1\n\tb: 2\n", "YA001", 2, 1, 1));
    CHECK(fails_with("金额: b: c\n", "YA001", 1, 6, 1));
    CHECK(fails_with("a: \xff\n", "YA001", 1, 4, 1));
    CHECK(fails_with("a: \x01\n", "YA001", 1, 4, 1));
    CHECK(fails_with("甲: 1\n乙: 2\n甲: 3\n甲: 3\n", "YA002", 3, 1, 2));
    CHECK(fails_with("a: &x 1\nb: *x\n", "YA005", 1, 4, 2));
    CHECK(fails_with("a: !!int 1\n", "YA006", 1, 4, 1));
    CHECK(fails_with("a: 1\n---\nb: 2\n", "YA007", 2, 1, 1));
    CHECK(fails_with("? [1, 2]\n: 3\n", "YA008", 1, 3, 1));
    CHECK(fails_with("{[1]: {[2]: 3}}\n", "YA008", 1, 2, 2));
    CHECK(fails_with("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "YA003", 1, 33, 1));
    return true;
}

static bool test_large_mapping(void) {
    struct buf text;
    buf_init(&text, 1 << 20);
    for (int i = 0; i < 2000; i++) {
        buf_printf(&text, "key%d: %d\n", i, i);
    }
    buf_printf(&text, "key1500: 1\nkey3: 1\n");
    buf_put_byte(&text, 0);
    struct fixture f;
    parse(&f, text.bytes);
    CHECK(f.root == NULL && f.diags.count == 2 && f.diags.items[0].place.line == 2001);
    CHECK(slice_is(f.diags.items[1].hint, "it stands first in line 4"));
    done(&f);
    buf_deinit(&text);
    return true;
}

static bool test_empty(void) {
    struct fixture f;
    parse(&f, "# nothing\n");
    CHECK(f.root != NULL && f.root->kind == YAML_MAPPING && f.root->count == 0);
    done(&f);
    parse(&f, "\xef\xbb\xbfid: x\n");
    CHECK(f.root != NULL && place_is(yaml_get(f.root, "id")->place, 1, 5, 1));
    CHECK(yaml_get(f.root, "id")->byte_start == 7);
    done(&f);
    return true;
}

// Marks `word` of the scalar of key "e" and compares the place with where it stands in the file.
static bool maps(const char *text, const char *word) {
    struct fixture f;
    parse(&f, text);
    CHECK_THAT(f.root != NULL, "%s", text);
    const struct yaml_node *node = yaml_get(f.root, "e");
    size_t at = slice_find(node->text, slice_of(word), 0);
    CHECK_THAT(at != SIZE_MAX, "%s: %.*s", text, SLICE_ARGS(node->text));
    size_t in_source = slice_find(f.source.text, slice_of(word), 0);
    Place place = yaml_place_in(node, at, at + strlen(word));
    Place expected = place_at(&f.source, in_source, in_source + strlen(word));
    CHECK_THAT(place_is(place, expected.line, expected.column, expected.length), "%s: %u:%u+%u", text,
               place.line, place.column, place.length);
    for (size_t i = 0; i < node->text.size; i++) {
        size_t byte = node->byte_map != NULL ? node->byte_map[i] : node->text_start + i;
        char from = f.source.text.at[byte];
        char to = node->text.at[i];
        CHECK_THAT(from == to || to == '\n' || to == ' ' || from == '\\', "%s: byte %zu", text, i);
    }
    done(&f);
    return true;
}

static bool test_byte_map(void) {
    CHECK(maps("e: event.amount > 5\n", "amount"));
    CHECK(maps("e: 'event.amount > 5'\n", "amount"));
    CHECK(maps("e: 'it''s amount'\n", "amount"));
    CHECK(maps("e: \"a \\\"b\\\" \\u4e2d\\x41 amount\"\n", "amount"));
    CHECK(maps("e: \"a \\\n    b   \n\n   amount\"\n", "amount"));
    CHECK(maps("e: event.a &&\n   event.amount\n\n   == 3\n", "amount"));
    CHECK(maps("e: |\n  first\n    second\n\n  金额 amount\n", "amount"));
    CHECK(maps("e: |-\n  金额 amount\n\n\nb: 1\n", "amount"));
    CHECK(maps("e: |+  # note\n\n\n  金额 amount\n\n", "amount"));
    CHECK(maps("e: |2\n    first\n  amount\n", "amount"));
    CHECK(maps("e: >\n  金额 > 1 &&\n  amount > 2\n", "amount"));
    CHECK(maps("e: >-\n  one\n  two\n\n\n  three\n    more\n   deep\n  four\n  amount\n", "amount"));
    CHECK(maps("e: >-\r\n  one\r\n  amount\r\n", "amount"));
    CHECK(maps("e: >\n\n   one\n   amount", "amount"));
    CHECK(maps("x:\n  - y\ne: >2-\n   one\n  amount\n", "amount"));
    return true;
}

// What looks ahead from each blank anew takes minutes here.
static bool test_many_blanks(void) {
    enum { BLANKS = 1 << 20 };
    struct buf text;
    buf_init(&text, 4 << 20);
    buf_put(&text, SLICE("e: 'it''s"));
    for (int i = 0; i < BLANKS; i++) {
        buf_put_byte(&text, ' ');
    }
    buf_put(&text, SLICE("amount'\n"));
    buf_put_byte(&text, 0);
    bool ok = maps(text.bytes, "amount");
    buf_deinit(&text);
    return ok;
}

static bool test_render(void) {
    struct fixture f;
    parse(&f, "id: x\nwhen: >-\n  金额 > 10000\n  && amonut > 1\n");
    const struct yaml_node *when = yaml_get(f.root, "when");
    size_t at = slice_find(when->text, SLICE("amonut"), 0);
    diag_add(&f.diags, DIAG_ERROR, "EX001", yaml_place_in(when, at, at + 6), "unknown name");
    struct buf out;
    buf_init(&out, 4096);
    diag_render(&f.diags.items[0], &out);
    CHECK(slice_is(buf_slice(&out), "a.yaml:4:6: error EX001: unknown name\n"
                                    "    4 |   && amonut > 1\n"
                                    "      |      ^~~~~~\n"));
    buf_deinit(&out);
    done(&f);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_tree),          TEST(test_values), TEST(test_wordings), TEST(test_errors),   TEST(test_large_mapping),
        TEST(test_empty),         TEST(test_byte_map), TEST(test_many_blanks),
        TEST(test_render),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

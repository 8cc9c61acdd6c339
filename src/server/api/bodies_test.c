// Bodies cut into records. bodies_fuzz.c has what JSON says of the whole array as a second opinion.

#include "server/api/bodies.h"

#include "base/test.h"

struct cut {
    const char *text;
    bool is_array;
    const char *records; // joined with '~'; NULL: refused
};

static bool joins(const struct cut *cut) {
    struct body body = {.rest = slice_of(cut->text), .is_array = cut->is_array};
    uint64_t count = 0;
    Status status = body_check(body, &count);
    CHECK_THAT((status == STATUS_OK) == (cut->records != NULL), "%s", cut->text);
    Slice expected = slice_of(cut->records == NULL ? "" : cut->records);
    Slice record;
    Slice wanted;
    uint64_t found = 0;
    while (status == STATUS_OK && body_next(&body, &record)) {
        CHECK_THAT(slice_split(&expected, '~', &wanted) && slice_equal(record, wanted), "%s: %.*s", cut->text, SLICE_ARGS(record));
        found++;
    }
    CHECK_THAT(slice_empty(expected) && (status != STATUS_OK || found == count), "%s", cut->text);
    return true;
}

static bool test_lines(void) {
    static const struct cut cuts[] = {
        {"", false, ""},
        {"\n \n\t\r\n", false, ""},
        {"a\nb", false, "a~b"},
        {"a\r\n\r\n b \n\nc\n", false, "a~ b ~c"},
        {"[1,2]\n", false, "[1,2]"},
        {"a\r", false, "a"},
    };
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        CHECK(joins(&cuts[i]));
    }
    return true;
}

static bool test_arrays(void) {
    static const struct cut cuts[] = {
        {"[]", true, ""},
        {" [ ] \n", true, ""},
        {"[1]", true, "1"},
        {"[ {\"a\":[1,2]} , \"]\" ,\n3 ]\n", true, "{\"a\":[1,2]}~\"]\"~3"},
        {"[\"\\\"]\",\"\\\\\"]", true, "\"\\\"]\"~\"\\\\\""},
        {"[[],[[]]]", true, "[]~[[]]"},
        {"[{],1]", true, "{]~1"}, // brackets are only counted: who reads the record refuses it
        {"", true, NULL},
        {"1", true, NULL},
        {"[", true, NULL},
        {"[1", true, NULL},
        {"[1,", true, NULL},
        {"[1,]", true, NULL},
        {"[1, ]", true, NULL},
        {"[,1]", true, NULL},
        {"[1,,2]", true, NULL},
        {"[1]]", true, NULL},
        {"[1] x", true, NULL},
        {"[1}", true, NULL},
        {"[\"]", true, NULL},
        {"[\"\\", true, NULL},
        {"[\"\\\"]", true, NULL},
    };
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        CHECK(joins(&cuts[i]));
    }
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_lines), TEST(test_arrays)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

#include "load/templates.h"

#include "base/test.h"
#include "codec/json.h"
#include "load/event_text.h"
#include "os/file.h"
#include "os/scratch_test.h"

static bool test_members_are_found_where_they_stand(void) {
    Slice text = SLICE(" { \"a\" : {\"id\":\"x\",\"b\":[1,{\"id\":2}]} , \"c\":\"say \\\"id\\\":1,\\\\\", \"id\":\"y\" ,\"n\":-1.5e3,\"t\":true}");
    static const struct {
        const char *name, *value;
    } cases[] = {{"a", "{\"id\":\"x\",\"b\":[1,{\"id\":2}]}"}, {"c", "\"say \\\"id\\\":1,\\\\\""}, {"id", "\"y\""}, {"n", "-1.5e3"}, {"t", "true"}};
    struct event_member member;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK(event_member_find(text, slice_of(cases[i].name), &member));
        CHECK_THAT(slice_is(slice_part(text, member.at, member.size), cases[i].value), "%s", cases[i].name);
    }
    CHECK(!event_member_find(text, SLICE("b"), &member) && !event_member_find(SLICE("{}"), SLICE("b"), &member));
    return true;
}

// Of whatever bytes: no step out of them.
static bool test_nonsense_is_survived(void) {
    static const char bytes[] = "{\"\\:,[] 1}";
    char text[7];
    struct event_member member;
    for (uint32_t n = 0; n < 1u << 20; n++) {
        size_t size = n % (sizeof text + 1);
        for (size_t i = 0, rest = n; i < size; i++, rest /= 10) {
            text[i] = bytes[rest % 10];
        }
        if (event_member_find((Slice){text, size}, SLICE(""), &member)) {
            CHECK(member.at + member.size <= size);
        }
    }
    return true;
}

static Status open_text(struct scratch *scratch, Slice text, bool keep, struct templates **ret_templates) {
    Slice path = scratch_path(scratch, "events.ndjson");
    TRY(file_write(path, text, &scratch->arena, &scratch->diag));
    struct templates_options options = {.id = SLICE("event_id"), .time = SLICE("event_time"), .original = SLICE("orig_event_id"), .keep = keep};
    memcpy(options.run, "abcdefghij", TEMPLATES_RUN_SIZE);
    return templates_open(&options, &path, 1, &scratch->arena, ret_templates, &scratch->diag);
}

#define REQUEST "{\"event_id\":\"E1\",\"amount\":5, \"event_time\":1788192000000}"
#define RESULT "{\"event_time\":\"2026-01-01\",\"orig_event_id\":\"E1\",\"event_id\":\"E2\"}"
#define OTHER "{\"event_id\":\"E3\",\"orig_event_id\":\"elsewhere\",\"event_time\":1}"
#define CHANGE "{\"$list\":\"bad\",\"op\":\"add\",\"key\":\"k\",\"time\":1}"

static bool put_is(const struct templates *templates, uint64_t number, const char *wanted) {
    struct buf out;
    buf_init(&out, 1 << 20);
    templates_put(templates, number, INT64_C(1800000000123), &out);
    bool same = slice_is(buf_slice(&out), wanted);
    CHECK_THAT(same, "%.*s", SLICE_ARGS(buf_slice(&out)));
    buf_deinit(&out);
    return true;
}

static bool test_every_pass_has_new_events(void) {
    struct scratch scratch;
    struct templates *templates;
    char room[TEMPLATES_ID_SIZE];
    CHECK(scratch_make(&scratch, NULL));
    CHECK(open_text(&scratch, SLICE(REQUEST "\n" CHANGE "\n\n" RESULT "\n" OTHER), false, &templates) == STATUS_OK);
    CHECK(templates_count(templates) == 4);
    CHECK(put_is(templates, 0, "{\"event_id\":\"abcdefghij-000000000000\",\"amount\":5, \"event_time\":1800000000123}"));
    CHECK(put_is(templates, 401, CHANGE));
    CHECK(put_is(templates, 402, "{\"event_time\":1800000000123,\"orig_event_id\":\"abcdefghij-000000000400\",\"event_id\":\"abcdefghij-000000000402\"}"));
    CHECK(put_is(templates, 7, "{\"event_id\":\"abcdefghij-000000000007\",\"orig_event_id\":\"elsewhere\",\"event_time\":1800000000123}"));
    CHECK(slice_is(templates_id(templates, 402, room), "abcdefghij-000000000402") && slice_empty(templates_id(templates, 401, room)));
    CHECK(scratch_remove(&scratch));
    return true;
}

static bool test_kept_as_they_are(void) {
    struct scratch scratch;
    struct templates *templates;
    char room[TEMPLATES_ID_SIZE];
    CHECK(scratch_make(&scratch, NULL));
    CHECK(open_text(&scratch, SLICE(REQUEST "\n{\"event_id\":\"\\u00e9\"}\n" RESULT), true, &templates) == STATUS_OK);
    CHECK(put_is(templates, 0, REQUEST) && put_is(templates, 2, RESULT));
    CHECK(slice_is(templates_id(templates, 1, room), "\xc3\xa9"));
    CHECK(scratch_remove(&scratch));
    return true;
}

static bool test_what_is_refused(void) {
    static const struct {
        const char *text, *code, *message;
    } cases[] = {
        {"", "LD003", "no record"},
        {"[1]", "LD002", "no JSON object"},
        {REQUEST "\n{", "LD002", ":2: "},
        {"{\"event_time\":1}", "LD002", "event_id"},
        {"{\"event_id\":1,\"event_time\":1}", "LD002", "event_id"},
        {"{\"event\\u005fid\":\"a\",\"event_time\":1}", "LD002", "event_id"},
        {"{\"event_id\":\"a\"}", "LD002", "event_time"},
        {"\x1f\x8b\x08", "LD001", "truncated"},
    };
    struct scratch scratch;
    struct templates *templates;
    CHECK(scratch_make(&scratch, NULL));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_THAT(open_text(&scratch, slice_of(cases[i].text), false, &templates) != STATUS_OK, "%s", cases[i].text);
        bool right = strcmp(scratch.diag.code, cases[i].code) == 0 && slice_find(scratch.diag.message, slice_of(cases[i].message), 0) != SIZE_MAX;
        CHECK_THAT(right, "%s: %.*s", cases[i].text, SLICE_ARGS(scratch.diag.message));
    }
    CHECK(scratch_remove(&scratch));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_members_are_found_where_they_stand), TEST(test_nonsense_is_survived),
                                        TEST(test_every_pass_has_new_events), TEST(test_kept_as_they_are), TEST(test_what_is_refused)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

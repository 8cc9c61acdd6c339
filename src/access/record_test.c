// Records: what is written reads back, and what is not exactly a record is not understood.

#include "access/record.h"

#include "base/test.h"
#include "base/time.h"

static const int64_t t0 = INT64_C(1795420800) * US_PER_SECOND;

struct world {
    struct json_reader *reader;
    struct buf line, again, detail;
};

static void world_init(struct world *w) {
    w->reader = json_reader_create(RECORD_MAX, RECORD_DEPTH_MAX);
    buf_init(&w->line, RECORD_MAX);
    buf_init(&w->again, RECORD_MAX);
    buf_init(&w->detail, RECORD_MAX);
}

static bool world_deinit(struct world *w) {
    json_reader_destroy(w->reader);
    buf_deinit(&w->line);
    buf_deinit(&w->again);
    buf_deinit(&w->detail);
    return true;
}

static struct record sample(AuditAction action) {
    struct record record = {
        .time_us = t0 + 123456,
        .actor = ACTOR_CONSOLE,
        .actor_name = SLICE("root"),
        .from = SLICE("2001:db8::1"),
        .action = action,
        .target = SLICE("wang \"quoted\" 王"),
        .refused = action_of(action)->kind == ACTION_FOLDED,
        .change =
            {
                .title = SLICE("王小明"),
                .reason = SLICE("sign_in_refused"),
                .roles = role_bit(ROLE_ANALYST) | role_bit(ROLE_LIAISON),
                .scopes = scope_bit(SCOPE_EVENTS_WRITE) | scope_bit(SCOPE_PERSONAL_READ),
                .must_change = true,
                .id = {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'},
                .password = {.cost = PASSWORD_COST, .salt = {1, 2, 3}, .hash = {4, 5, 6}},
                .fingerprint = {{7, 8, 9}},
                .sha256 = {{10, 11, 12}},
                .expires_us = t0 + US_PER_DAY,
                .used_us = t0,
                .rate = 100,
                .burst = 200,
                .count = 4000000000u,
            },
    };
    if (action_of(action)->kind == ACTION_REPORT) {
        record.detail = SLICE("{\"list\":\"bad_payee\",\"rows\":[1,2.5,null,{\"deep\":true}],"
                              "\"big\":18446744073709551615}");
    }
    return record;
}

static bool test_every_action_reads_back(void) {
    struct world w;
    world_init(&w);
    for (int i = 0; i < AUDIT_COUNT; i++) {
        struct record record = sample((AuditAction)i);
        struct record back;
        buf_reset(&w.line);
        buf_reset(&w.again);
        access_record_encode(&record, &w.line);
        const char *fault = access_record_decode(buf_slice(&w.line), w.reader, &w.detail, &back);
        CHECK_THAT(fault == NULL, "%s: %s: %.*s", audit_word((AuditAction)i), fault,
                   SLICE_ARGS(buf_slice(&w.line)));
        CHECK(back.time_us == record.time_us && back.action == record.action &&
              back.refused == record.refused);
        access_record_encode(&back, &w.again);
        CHECK_THAT(slice_equal(buf_slice(&w.line), buf_slice(&w.again)), "%.*s",
                   SLICE_ARGS(buf_slice(&w.again)));
        // What a reader is given holds nothing secret.
        CHECK(slice_find(back.detail, SLICE("scrypt"), 0) == SIZE_MAX &&
              slice_find(back.detail, SLICE("sha256"), 0) == SIZE_MAX);
    }
    return world_deinit(&w);
}

static bool test_a_key_without_end(void) {
    struct world w;
    struct record back;
    world_init(&w);
    struct record record = sample(AUDIT_CERTIFICATE_ADD);
    record.change.expires_us = 0;
    access_record_encode(&record, &w.line);
    CHECK(slice_find(buf_slice(&w.line), SLICE("\"expires\":null"), 0) != SIZE_MAX);
    CHECK(access_record_decode(buf_slice(&w.line), w.reader, NULL, &back) == NULL &&
          back.change.expires_us == 0);
    return world_deinit(&w);
}

static bool refused(struct world *w, const char *text) {
    struct record record;
    CHECK_THAT(access_record_decode(slice_of(text), w->reader, &w->detail, &record) != NULL, "%s",
               text);
    return true;
}

#define HEAD                                                                                       \
    "{\"time\":\"2026-11-29T10:18:17Z\",\"actor\":{\"kind\":\"console\",\"name\":\"root\"},"       \
    "\"from\":\"\","

static bool test_what_is_not_understood(void) {
    struct world w;
    struct record record;
    world_init(&w);
    CHECK(access_record_decode(SLICE(HEAD
                                     "\"action\":\"user.disable\",\"target\":\"wang\",\"outcome\":"
                                     "\"done\",\"detail\":{}}"),
                               w.reader, NULL, &record) == NULL);
    CHECK(refused(&w, "") && refused(&w, "[]") && refused(&w, "{}") && refused(&w, "null"));
    // A member more, less, twice, in another place.
    CHECK(refused(&w, HEAD "\"action\":\"user.disable\",\"target\":\"wang\",\"outcome\":\"done\","
                           "\"detail\":{},\"more\":1}"));
    CHECK(
        refused(&w, HEAD "\"action\":\"user.disable\",\"target\":\"wang\",\"outcome\":\"done\"}"));
    CHECK(refused(&w, HEAD "\"action\":\"user.disable\",\"action\":\"user.enable\",\"target\":\"\","
                           "\"outcome\":\"done\",\"detail\":{}}"));
    CHECK(refused(
        &w, HEAD
        "\"target\":\"wang\",\"action\":\"user.disable\",\"outcome\":\"done\",\"detail\":{}}"));
    // Values that are none.
    CHECK(refused(
        &w,
        HEAD "\"action\":\"user.delete\",\"target\":\"wang\",\"outcome\":\"done\",\"detail\":{}}"));
    CHECK(refused(&w, HEAD "\"action\":7,\"target\":\"wang\",\"outcome\":\"done\",\"detail\":{}}"));
    CHECK(refused(
        &w, HEAD
        "\"action\":\"user.disable\",\"target\":\"wang\",\"outcome\":\"maybe\",\"detail\":{}}"));
    CHECK(refused(&w, HEAD "\"action\":\"user.disable\",\"target\":\"wang\",\"outcome\":\"done\","
                           "\"detail\":{\"roles\":[]}}"));
    CHECK(refused(&w, HEAD "\"action\":\"user.disable\",\"target\":\"wang\",\"outcome\":\"done\","
                           "\"detail\":{},\"secret\":{}}"));
    CHECK(refused(&w, HEAD "\"action\":\"user.roles\",\"target\":\"wang\",\"outcome\":\"done\","
                           "\"detail\":{\"roles\":[\"root\"]}}"));
    CHECK(refused(&w, HEAD "\"action\":\"user.roles\",\"target\":\"wang\",\"outcome\":\"done\","
                           "\"detail\":{\"roles\":[],\"roles\":[]}}"));
    CHECK(refused(&w, HEAD "\"action\":\"key.revoke\",\"target\":\"core\",\"outcome\":\"done\","
                           "\"detail\":{\"id\":\"short\"}}"));
    CHECK(refused(&w, HEAD "\"action\":\"session.refused\",\"target\":\"\",\"outcome\":\"refused\","
                           "\"detail\":{\"reason\":\"x\",\"count\":-1}}"));
    CHECK(refused(
        &w,
        HEAD "\"action\":\"data.exported\",\"target\":\"\",\"outcome\":\"done\",\"detail\":[]}"));
    // A time without a zone would be another one elsewhere.
    CHECK(refused(
        &w,
        "{\"time\":\"2026-11-29 "
        "10:18:17\",\"actor\":{\"kind\":\"console\",\"name\":\"root\"},\"from\":\"\",\"action\":"
        "\"user.disable\",\"target\":\"wang\",\"outcome\":\"done\",\"detail\":{}}"));
    CHECK(refused(&w, "{\"time\":\"2026-11-29T10:18:17Z\",\"actor\":{\"kind\":\"ghost\",\"name\":"
                      "\"root\"},\"from\":\"\",\"action\":"
                      "\"user.disable\",\"target\":\"wang\",\"outcome\":\"done\",\"detail\":{}}"));
    return world_deinit(&w);
}

static bool test_names_and_details(void) {
    CHECK(name_valid(SLICE("w")) && name_valid(SLICE("wang.fang-2@hz_1")) &&
          name_valid(SLICE("10023")));
    CHECK(!name_valid(SLICE("")) && !name_valid(SLICE("Wang")) && !name_valid(SLICE("-wang")) &&
          !name_valid(SLICE("wang fang")));
    CHECK(!name_valid(SLICE("wang\0")) && !name_valid(SLICE("王")) && !name_valid(SLICE("../etc")));
    CHECK(name_valid(SLICE("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")));
    CHECK(!name_valid(SLICE("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")));
    CHECK(detail_valid(SLICE("{}")) && detail_valid(SLICE(" {\"a\":[1]} ")));
    CHECK(!detail_valid(SLICE("")) && !detail_valid(SLICE("[]")) &&
          !detail_valid(SLICE("{\"a\":}")) && !detail_valid(SLICE("{} {}")));
    CHECK(!detail_valid(SLICE("{\"a\":[[[[[[[[1]]]]]]]]}"))); // too deep for a record
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_every_action_reads_back), TEST(test_a_key_without_end),
        TEST(test_what_is_not_understood), TEST(test_names_and_details)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

#include "base/test.h"
#include "http/routes.h"
#include "http/target.h"

static struct arena arena;

static bool parse(const char *text, struct target *ret_target) {
    return target_parse(slice_of(text), &arena, ret_target);
}

static bool test_path(void) {
    struct target target;
    CHECK(parse("/v1/a%20b/%e5%bc%a0/", &target));
    CHECK(target.part_count == 4 && target.query_count == 0 && !target.deep);
    CHECK(slice_is(target.parts[1], "a b") && slice_is(target.parts[2], "张") &&
          slice_empty(target.parts[3]));
    CHECK(slice_is(target.path, "/v1/a%20b/%e5%bc%a0/"));
    CHECK(parse("/a%2fb", &target) && target.part_count == 1 && slice_is(target.parts[0], "a/b"));
    CHECK(parse("/", &target) && target.part_count == 1 && slice_empty(target.parts[0]));
    CHECK(parse("*", &target) && target.part_count == 0);
    return true;
}

static bool test_refused(void) {
    static const char *const refused[] = {
        "",           "a",    "http://h/a", "/%",      "/%4",        "/%4g",
        "/%g4",       "/a#b", "/a b",       "/\x80",   "/%80",       "/%00",
        "/%0a",       "/%7f", "/..",        "/a/../b", "/.",         "/a/%2e%2E/b",
        "/%2e",       "/?=1", "/?%",        "/?a=%f",  "/?a=%ff",    "/?a=%0d",
        "/?a=1&%1=2", "*?a",  "//../x",     "/%c0%ae", "/%ed%a0%80", "/a?b#c",
    };
    struct target target;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        CHECK_THAT(!parse(refused[i], &target), "%s", refused[i]);
    }
    return true;
}

static bool test_query(void) {
    struct target target;
    CHECK(parse("/x?a=1&b=&c&d=a+b%2B%26&&e=x=y?z", &target) && target.query_count == 5);
    static const char *const pairs[][2] = {
        {"a", "1"}, {"b", ""}, {"c", ""}, {"d", "a b+&"}, {"e", "x=y?z"}};
    for (uint32_t i = 0; i < 5; i++) {
        CHECK(slice_is(target.query[i].name, pairs[i][0]) &&
              slice_is(target.query[i].value, pairs[i][1]));
    }
    CHECK(parse("/x?", &target) && target.query_count == 0);
    char many[1024] = "/x?";
    for (int i = 0; i <= HTTP_QUERY_MAX; i++) {
        CHECK(parse(many, &target));
        memcpy(many + strlen(many), "&a=1", 5);
    }
    CHECK(!parse(many, &target));
    return true;
}

static bool test_deep(void) {
    char text[2 * HTTP_SEGMENTS_MAX + 8] = "";
    for (int i = 0; i < HTTP_SEGMENTS_MAX; i++) {
        memcpy(text + strlen(text), "/a", 3);
    }
    struct target target;
    CHECK(parse(text, &target) && !target.deep && target.part_count == HTTP_SEGMENTS_MAX);
    memcpy(text + strlen(text), "/a", 3);
    CHECK(parse(text, &target) && target.deep);
    return true;
}

// --- Routes ---

static void nothing(void *context, struct http_request *request) {
}

static bool finds(const struct routes *routes, HttpMethod method, const char *path,
                  const char *pattern, struct route_match *ret_match) {
    struct target target;
    if (!parse(path, &target)) {
        return false;
    }
    routes_find(routes, method, &target, &arena, ret_match);
    return pattern == NULL
               ? ret_match->route == NULL
               : ret_match->route != NULL && strcmp(ret_match->route->pattern, pattern) == 0;
}

static bool test_routes(void) {
    static const struct http_route table[] = {
        {.method = HTTP_GET, .pattern = "/", .handler = nothing},
        {.method = HTTP_GET, .pattern = "/a/{x}", .handler = nothing},
        {.method = HTTP_POST, .pattern = "/a/b", .handler = nothing},
        {.method = HTTP_GET, .pattern = "/a/{x}/c/{y}", .handler = nothing},
        {.method = HTTP_GET, .pattern = "/a/b/d", .handler = nothing},
        {.method = HTTP_GET, .pattern = "/f/{rest...}", .handler = nothing},
        {.method = HTTP_PUT, .pattern = "/f/{x}", .handler = nothing},
    };
    struct routes *routes;
    struct diag diag;
    CHECK(routes_create(table, sizeof table / sizeof table[0], &arena, &routes, &diag) ==
          STATUS_OK);
    struct route_match match;
    CHECK(finds(routes, HTTP_GET, "/", "/", &match) && match.count == 0);
    CHECK(finds(routes, HTTP_GET, "/a/b", "/a/{x}", &match) && slice_is(match.values[0], "b"));
    CHECK(finds(routes, HTTP_HEAD, "/a/b", "/a/{x}", &match));
    CHECK(finds(routes, HTTP_POST, "/a/b", "/a/b", &match));
    CHECK(finds(routes, HTTP_POST, "/a/z", NULL, &match) && match.methods == 1u << HTTP_GET);
    CHECK(finds(routes, HTTP_DELETE, "/a/b", NULL, &match) &&
          match.methods == (1u << HTTP_GET | 1u << HTTP_POST));
    CHECK(finds(routes, HTTP_GET, "/a/b/c/%41", "/a/{x}/c/{y}", &match) && match.count == 2);
    CHECK(slice_is(match.names[1], "y") && slice_is(match.values[0], "b") &&
          slice_is(match.values[1], "A"));
    CHECK(finds(routes, HTTP_GET, "/a/b/d", "/a/b/d", &match));
    CHECK(finds(routes, HTTP_GET, "/a/%62/d", "/a/b/d", &match));
    CHECK(finds(routes, HTTP_GET, "/a/c/d", NULL, &match) && match.methods == 0);
    CHECK(finds(routes, HTTP_GET, "/a/", NULL, &match) && match.methods == 0);
    CHECK(finds(routes, HTTP_GET, "/f/", "/f/{rest...}", &match) && slice_empty(match.values[0]));
    CHECK(finds(routes, HTTP_GET, "/f", NULL, &match));
    CHECK(finds(routes, HTTP_GET, "/f/x", "/f/{rest...}", &match) &&
          slice_is(match.values[0], "x"));
    CHECK(finds(routes, HTTP_GET, "/f/x/y%2fz//w", "/f/{rest...}", &match) &&
          slice_is(match.values[0], "x/y/z//w"));
    CHECK(finds(routes, HTTP_PUT, "/f/x", "/f/{x}", &match));
    CHECK(routes_methods(routes) == (1u << HTTP_GET | 1u << HTTP_POST | 1u << HTTP_PUT));
    routes_destroy(routes);
    return true;
}

static bool test_patterns_refused(void) {
    static const char *const refused[] = {"",
                                          "a",
                                          "/{}",
                                          "/{X}",
                                          "/{x",
                                          "/x}",
                                          "/a{x}",
                                          "/{x}/{x}",
                                          "/{r...}/a",
                                          "/a?b",
                                          "/a b",
                                          "/%41",
                                          "/..",
                                          "/a/./b",
                                          "/{1}",
                                          "/{...}",
                                          "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}"};
    struct routes *routes = NULL;
    struct diag diag;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct http_route route = {.pattern = refused[i], .handler = nothing};
        CHECK_THAT(routes_create(&route, 1, &arena, &routes, &diag) == STATUS_INVALID, "%s",
                   refused[i]);
        CHECK(strcmp(diag.code, "HT001") == 0);
    }
    static const struct http_route twice[] = {{.pattern = "/{a}", .handler = nothing},
                                              {.pattern = "/{b}", .handler = nothing}};
    CHECK(routes_create(twice, 2, &arena, &routes, &diag) == STATUS_INVALID);
    static const struct http_route bare = {.pattern = "/"};
    CHECK(routes_create(&bare, 1, &arena, &routes, &diag) == STATUS_INVALID);
    return true;
}

static bool test_headers(void) {
    CHECK(http_header_valid(SLICE("X-A"), SLICE("b c")) &&
          http_header_valid(SLICE("X"), SLICE("")));
    CHECK(!http_header_valid(SLICE(""), SLICE("b")) &&
          !http_header_valid(SLICE("X A"), SLICE("b")));
    CHECK(!http_header_valid(SLICE("X:"), SLICE("b")) &&
          !http_header_valid(SLICE("X\r\nY"), SLICE("b")));
    CHECK(!http_header_valid(SLICE("X"), SLICE("a\r\nSet-Cookie: b")) &&
          !http_header_valid(SLICE("X"), SLICE("a\nb")));
    CHECK(!http_header_valid(SLICE("X"), SLICE("a\rb")) &&
          !http_header_valid(SLICE("X"), SLICE("a\0b")));
    CHECK(!http_header_valid(SLICE("X"), SLICE(" a")) &&
          !http_header_valid(SLICE("X"), SLICE("a\x7f")));
    CHECK(http_header_valid(SLICE("X"), SLICE("a\tb\xc3\xa4")));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_path),   TEST(test_refused),          TEST(test_query),  TEST(test_deep),
        TEST(test_routes), TEST(test_patterns_refused), TEST(test_headers)};
    arena_init(&arena, 64 << 10);
    int result = test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
    arena_deinit(&arena);
    return result;
}

// The gate by itself: that every route asks for a scope that there is, and where it may be opened with nobody set up. What clients see is in
// tests/access_api_test.py.

#include "server/gate.h"

#include "base/test.h"
#include "os/clock.h"
#include "os/scratch_test.h"

static bool test_every_scope_of_a_route_exists(void) {
    static const char *const scopes[] = {
#define ROUTE(name, method, pattern, scope, body_max, types, handler, calls) scope,
#include "server/api/routes.def"
#undef ROUTE
    };
    Scope scope;
    for (size_t i = 0; i < sizeof scopes / sizeof scopes[0]; i++) {
        Slice word = slice_of(scopes[i]);
        CHECK_THAT(slice_empty(word) || slice_is(word, GATE_SELF) || scope_parse(word, &scope), "there is no scope '%s'", scopes[i]);
    }
    return true;
}

static Status open_at(struct scratch *scratch, const char *address, struct gate **ret_gate) {
    struct gate_options options = {.folder = scratch_path(scratch, "access"), .address = slice_of(address)};
    return gate_open(&options, &scratch->arena, ret_gate, &scratch->diag);
}

static bool test_with_nobody_it_is_loopback_alone(void) {
    struct scratch scratch;
    struct gate *gate;
    CHECK(scratch_make(&scratch, NULL));
    for (size_t i = 0; i < 3; i++) {
        static const char *const others[] = {"0.0.0.0", "::", "192.0.2.7"};
        CHECK(open_at(&scratch, others[i], &gate) == STATUS_INVALID && strcmp(scratch.diag.code, "SV010") == 0);
    }
    CHECK(open_at(&scratch, "127.0.0.1", &gate) == STATUS_OK && gate_is_open(gate));
    struct access_act act = {.who = identity_of_console(SLICE("root")), .now_us = clock_wall_us()};
    struct access_new_key key = {.name = SLICE("core"), .scopes = scope_bit(SCOPE_EVENTS_WRITE), .expires_us = act.now_us + 86400000000, .rate = 5};
    struct access_made_key made;
    CHECK(access_key_add(gate_users(gate), &act, &key, &made, &scratch.arena, &scratch.diag) == STATUS_OK && !gate_is_open(gate));
    CHECK(gate_close(gate, &scratch.arena, &scratch.diag) == STATUS_OK);
    CHECK(open_at(&scratch, "0.0.0.0", &gate) == STATUS_OK && !gate_is_open(gate));
    gate_report(gate, NULL, AUDIT_SERVER_STARTED, SLICE("x"), SLICE(""));
    CHECK(gate_close(gate, &scratch.arena, &scratch.diag) == STATUS_OK);
    return scratch_remove(&scratch);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {TEST(test_every_scope_of_a_route_exists), TEST(test_with_nobody_it_is_loopback_alone)};
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

// The state at its bounds, and records that do not fit what is there.

#include "access/state.h"

#include "base/test.h"
#include "base/time.h"

static const int64_t t0 = INT64_C(1795420800) * US_PER_SECOND;

static struct record user_record(struct arena *arena, int number) {
    return (struct record){
        .time_us = t0,
        .action = AUDIT_USER_ADD,
        .target = arena_printf(arena, "user%d", number),
        .change = {.roles = role_bit(ROLE_ANALYST)},
    };
}

// The id is the number in letters of ids.
static struct record key_record(int number, int64_t time_us, int64_t expires_us) {
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789";
    struct record record = {
        .time_us = time_us,
        .action = AUDIT_KEY_ADD,
        .target = SLICE("core"),
        .change = {.scopes = scope_bit(SCOPE_EVENTS_WRITE),
                   .expires_us = expires_us,
                   .rate = 1,
                   .burst = 1},
    };
    for (int i = ACCESS_ID_SIZE - 1; i >= 0; i--) {
        record.change.id[i] = letters[number % 32];
        number /= 32;
    }
    return record;
}

static uint32_t find_key(const struct state *state, int number) {
    struct record record = key_record(number, t0, t0);
    return state_key(state, (Slice){record.change.id, ACCESS_ID_SIZE});
}

static bool test_users_at_their_bound(void) {
    struct arena arena;
    struct state state;
    arena_init(&arena, 64 << 10);
    state_init(&state, 1);
    for (int i = 0; i < ACCESS_USERS_MAX; i++) {
        struct record record = user_record(&arena, i);
        CHECK(state_apply(&state, &record) == NULL);
    }
    struct record record = user_record(&arena, ACCESS_USERS_MAX);
    CHECK(state_apply(&state, &record) != NULL);
    record = user_record(&arena, 7);
    CHECK(state_apply(&state, &record) != NULL); // taken
    for (int i = 0; i < ACCESS_USERS_MAX; i++) {
        CHECK(state_user(&state, user_record(&arena, i).target) == (uint32_t)i);
    }
    state_deinit(&state);
    arena_deinit(&arena);
    return true;
}

// Past the bound the one that ended first makes room; as long as none has ended, there is none.
static bool test_keys_at_their_bound(void) {
    struct state state;
    state_init(&state, 1);
    for (int i = 0; i < ACCESS_KEYS_MAX; i++) {
        struct record record =
            key_record(i, t0, t0 + US_PER_DAY + (ACCESS_KEYS_MAX - i) * US_PER_SECOND);
        CHECK(state_apply(&state, &record) == NULL);
    }
    CHECK(!state_has_key_room(&state, t0));
    struct record more = key_record(ACCESS_KEYS_MAX, t0, t0 + US_PER_DAY);
    CHECK(state_apply(&state, &more) != NULL);
    struct record revoke = key_record(17, t0, 0);
    revoke.action = AUDIT_KEY_REVOKE;
    CHECK(state_apply(&state, &revoke) == NULL && state_has_key_room(&state, t0));
    CHECK(state_apply(&state, &more) == NULL && find_key(&state, 17) == SLOTS_NONE &&
          !state_has_key_room(&state, t0));
    // All but the newest have expired: the last one that was made was the first to.
    more = key_record(ACCESS_KEYS_MAX + 1, t0 + 3 * US_PER_DAY, t0 + 4 * US_PER_DAY);
    CHECK(state_apply(&state, &more) == NULL && find_key(&state, ACCESS_KEYS_MAX) == SLOTS_NONE);
    more = key_record(ACCESS_KEYS_MAX + 2, t0 + 3 * US_PER_DAY, t0 + 4 * US_PER_DAY);
    CHECK(state_apply(&state, &more) == NULL &&
          find_key(&state, ACCESS_KEYS_MAX - 1) == SLOTS_NONE);
    CHECK(state.key_slots.count == ACCESS_KEYS_MAX);
    state_deinit(&state);
    return true;
}

static bool test_certificates_come_and_go(void) {
    struct state state;
    state_init(&state, 1);
    for (int i = 0; i < 3 * ACCESS_KEYS_MAX; i++) {
        struct record record = key_record(i, t0 + i * US_PER_SECOND, t0 + (i + 1) * US_PER_SECOND);
        record.action = AUDIT_CERTIFICATE_ADD;
        memcpy(record.change.fingerprint.bytes, &i, sizeof i);
        CHECK(state_apply(&state, &record) == NULL);
        CHECK(state_certificate(&state, &record.change.fingerprint) == find_key(&state, i));
    }
    CHECK(state.key_slots.count == ACCESS_KEYS_MAX &&
          state.certificate_slots.count == ACCESS_KEYS_MAX);
    state_deinit(&state);
    return true;
}

static bool test_sessions_at_their_bound(void) {
    struct arena arena;
    struct state state;
    Sha256 token = {{0}};
    arena_init(&arena, 64 << 10);
    state_init(&state, 1);
    for (int i = 0; i < ACCESS_SESSIONS_MAX; i++) {
        memcpy(token.bytes, &i, sizeof i);
        CHECK(state_begin_session(&state, (uint32_t)(i / ACCESS_USER_SESSIONS), &token, t0 + i) !=
              SLOTS_NONE);
    }
    int next = ACCESS_SESSIONS_MAX;
    memcpy(token.bytes, &next, sizeof next);
    CHECK(state_begin_session(&state, ACCESS_USERS_MAX - 1, &token, t0) == SLOTS_NONE);
    CHECK(state_begin_session(&state, 0, &token, t0) !=
          SLOTS_NONE); // in the place of the own oldest
    int first = 0;
    Sha256 oldest = {{0}};
    memcpy(oldest.bytes, &first, sizeof first);
    CHECK(state_session(&state, &oldest) == SLOTS_NONE &&
          state_session(&state, &token) != SLOTS_NONE);
    CHECK(state_end_sessions(&state, 3) == ACCESS_USER_SESSIONS &&
          state_end_sessions(&state, 3) == 0);
    state_forget_sessions(&state, US_PER_HOUR, US_PER_DAY, t0 + US_PER_HOUR + 99);
    CHECK_THAT(state.session_slots.count ==
                   ACCESS_SESSIONS_MAX - ACCESS_USER_SESSIONS - 100 + ACCESS_USER_SESSIONS,
               "%u", state.session_slots.count);
    state_deinit(&state);
    arena_deinit(&arena);
    return true;
}

static bool test_records_that_do_not_fit(void) {
    struct arena arena;
    struct state state;
    arena_init(&arena, 4096);
    state_init(&state, 1);
    struct record record = user_record(&arena, 1);
    record.action = AUDIT_USER_ROLES;
    CHECK(state_apply(&state, &record) != NULL); // nobody of that name
    record.action = AUDIT_USER_ADD;
    record.change.roles = role_bit(ROLE_ADMINISTRATOR) | role_bit(ROLE_MODEL_APPROVER);
    CHECK(state_apply(&state, &record) != NULL);
    record.change.roles = role_bit(ROLE_ANALYST);
    CHECK(state_apply(&state, &record) == NULL);
    record.action = AUDIT_USER_ROLES;
    record.change.roles = 0;
    CHECK(state_apply(&state, &record) != NULL);
    record = key_record(1, t0, t0 + US_PER_DAY);
    record.change.scopes = scope_bit(SCOPE_USERS_WRITE);
    CHECK(state_apply(&state, &record) != NULL);
    record = key_record(1, t0, 0);
    CHECK(state_apply(&state, &record) != NULL); // a key that never ends
    record = key_record(1, t0, t0 + US_PER_DAY);
    record.change.rate = 0;
    CHECK(state_apply(&state, &record) != NULL);
    record = key_record(1, t0, t0 + US_PER_DAY);
    CHECK(state_apply(&state, &record) == NULL && state_apply(&state, &record) != NULL);
    record.action = AUDIT_KEY_REVOKE;
    record.target = SLICE("another");
    CHECK(state_apply(&state, &record) != NULL); // the key of another system
    CHECK(state.user_slots.count == 1 && state.key_slots.count == 1);
    state_deinit(&state);
    arena_deinit(&arena);
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_users_at_their_bound),     TEST(test_keys_at_their_bound),
        TEST(test_certificates_come_and_go), TEST(test_sessions_at_their_bound),
        TEST(test_records_that_do_not_fit),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

// What the room is made of, each for itself: slots, rate, throttle, fold, secrets, passwords,
// roles.

#include "access/fold.h"
#include "access/password.h"
#include "access/rate.h"
#include "access/secret.h"
#include "access/slots.h"
#include "access/throttle.h"
#include "base/random.h"
#include "base/test.h"
#include "base/time.h"

static const int64_t t0 = INT64_C(1795420800) * US_PER_SECOND;

// ---- slots ------------------------------------------------------------------------------------

// Against a plain array, with few hashes so that chains are long.
static bool test_slots_against_an_array(void) {
    enum { CAPACITY = 37, HASHES = 5, STEPS = 20000 };
    struct arena arena;
    struct slots slots;
    struct random random;
    uint64_t hashes[CAPACITY];
    bool taken[CAPACITY] = {false};
    uint32_t count = 0;
    arena_init(&arena, 4096);
    slots_init(&slots, CAPACITY, &arena);
    random_init(&random, 7);
    for (int step = 0; step < STEPS; step++) {
        uint64_t hash = random_below(&random, HASHES) << 40 | random_below(&random, HASHES);
        uint32_t some = (uint32_t)random_below(&random, CAPACITY);
        if (taken[some] && random_below(&random, 2) == 0) {
            slots_give(&slots, some);
            taken[some] = false;
            count--;
        } else {
            uint32_t slot = slots_take(&slots, hash);
            CHECK((slot == SLOTS_NONE) == (count == CAPACITY));
            if (slot != SLOTS_NONE) {
                CHECK(slot < CAPACITY && !taken[slot]);
                taken[slot] = true;
                hashes[slot] = hash;
                count++;
            }
        }
        uint32_t expected = 0;
        uint32_t found = 0;
        for (uint32_t i = 0; i < CAPACITY; i++) {
            expected += taken[i] && hashes[i] == hash;
        }
        for (uint32_t i = slots_first(&slots, hash); i != SLOTS_NONE; i = slots_next(&slots, i)) {
            CHECK(taken[i] && hashes[i] == hash);
            found++;
        }
        CHECK(found == expected && slots.count == count);
    }
    arena_deinit(&arena);
    return true;
}

// ---- rate -------------------------------------------------------------------------------------

static bool test_rate_bursts_and_fills(void) {
    atomic_int_fast64_t due = 0;
    int64_t wait_us = 0;
    for (int i = 0; i < 5; i++) {
        CHECK(rate_take(&due, 10, 5, t0, &wait_us));
    }
    CHECK(!rate_take(&due, 10, 5, t0, &wait_us) && wait_us == 100000);
    CHECK(!rate_take(&due, 10, 5, t0 + 99999, &wait_us) && wait_us == 1);
    CHECK(rate_take(&due, 10, 5, t0 + 100000, &wait_us));
    CHECK(!rate_take(&due, 10, 5, t0 + 100000, &wait_us));
    // After a long rest there is a whole burst again, and no more.
    for (int i = 0; i < 5; i++) {
        CHECK(rate_take(&due, 10, 5, t0 + US_PER_HOUR, &wait_us));
    }
    CHECK(!rate_take(&due, 10, 5, t0 + US_PER_HOUR, &wait_us));
    // The clock is set back by a day: nobody waits for it.
    CHECK(rate_take(&due, 10, 5, t0 - US_PER_DAY, &wait_us));
    return true;
}

static bool test_rate_over_a_long_time(void) {
    atomic_int_fast64_t due = 0;
    int64_t wait_us;
    int taken = 0;
    for (int64_t us = 0; us < 10 * US_PER_SECOND; us += 1000) {
        taken += rate_take(&due, 70, 7, t0 + us, &wait_us);
    }
    CHECK_THAT(taken >= 700 && taken <= 707, "%d", taken);
    return true;
}

// ---- throttle ---------------------------------------------------------------------------------

static bool test_throttle_doubles_up_to_its_cap(void) {
    struct arena arena;
    arena_init(&arena, 64 << 10);
    struct throttle *throttle = throttle_create(1, 8, 5, 100, &arena);
    Slice from = SLICE("192.0.2.7");
    int64_t now = t0;
    for (int i = 0; i < 4; i++) {
        throttle_failed(throttle, 3, SLICE("wang"), from, now);
        CHECK(throttle_wait(throttle, 3, SLICE("wang"), from, now) == 0);
    }
    int64_t delay = US_PER_SECOND;
    for (int i = 0; i < 20; i++) {
        throttle_failed(throttle, 3, SLICE("wang"), from, now);
        CHECK(throttle_wait(throttle, 3, SLICE("wang"), from, now) == delay);
        CHECK(throttle_wait(throttle, 3, SLICE("wang"), from, now + delay - 1) == 1);
        CHECK(throttle_wait(throttle, 3, SLICE("wang"), from, now + delay) == 0);
        CHECK(throttle_wait(throttle, 4, SLICE("li"), from, now) ==
              0); // another name is not slowed
        now += delay;
        delay = 2 * delay < THROTTLE_CAP_US ? 2 * delay : THROTTLE_CAP_US;
    }
    // An hour later all is forgotten: there are five failures again before it is slowed.
    now += THROTTLE_FORGET_US;
    throttle_failed(throttle, 3, SLICE("wang"), from, now);
    CHECK(throttle_wait(throttle, 3, SLICE("wang"), from, now) == 0);
    arena_deinit(&arena);
    return true;
}

static bool test_throttle_at_another_pace(void) {
    struct arena arena;
    arena_init(&arena, 64 << 10);
    struct throttle *throttle = throttle_create(1, 8, 1, 100, &arena);
    int64_t now = t0;
    throttle_pace(throttle, US_PER_MINUTE, 2 * US_PER_HOUR);
    for (int64_t delay = US_PER_MINUTE; delay < 2 * US_PER_HOUR; delay *= 2) {
        throttle_failed(throttle, 3, SLICE("wang"), SLICE(""), now);
        CHECK(throttle_wait(throttle, 3, SLICE("wang"), SLICE(""), now) == delay);
        now += delay;
    }
    throttle_failed(throttle, 3, SLICE("wang"), SLICE(""), now);
    CHECK(throttle_wait(throttle, 3, SLICE("wang"), SLICE(""), now) == 2 * US_PER_HOUR);
    CHECK(throttle_wait(throttle, 3, SLICE("wang"), SLICE(""), now + US_PER_HOUR) == US_PER_HOUR);
    // A shorter cap counts for those who wait already.
    throttle_pace(throttle, 100 * US_PER_MS, 5 * US_PER_SECOND);
    CHECK(throttle_wait(throttle, 3, SLICE("wang"), SLICE(""), now) == 5 * US_PER_SECOND);
    throttle_passed(throttle, 3, SLICE("wang"));
    throttle_failed(throttle, 3, SLICE("wang"), SLICE(""), now);
    CHECK(throttle_wait(throttle, 3, SLICE("wang"), SLICE(""), now) == 100 * US_PER_MS);
    arena_deinit(&arena);
    return true;
}

static bool test_throttle_success_clears_the_name_alone(void) {
    struct arena arena;
    arena_init(&arena, 64 << 10);
    struct throttle *throttle = throttle_create(1, 8, 5, 5, &arena);
    for (int i = 0; i < 5; i++) {
        throttle_failed(throttle, 3, SLICE("wang"), SLICE("192.0.2.7"), t0);
    }
    CHECK(throttle_wait(throttle, 3, SLICE("wang"), SLICE("198.51.100.1"), t0) == US_PER_SECOND);
    throttle_passed(throttle, 3, SLICE("wang"));
    CHECK(throttle_wait(throttle, 3, SLICE("wang"), SLICE("198.51.100.1"), t0) == 0);
    CHECK(throttle_wait(throttle, 3, SLICE("wang"), SLICE("192.0.2.7"), t0) == US_PER_SECOND);
    // The clock is set back: a delay that would last longer than any does not count.
    CHECK(throttle_wait(throttle, 3, SLICE("wang"), SLICE("192.0.2.7"), t0 - US_PER_HOUR) == 0);
    arena_deinit(&arena);
    return true;
}

static bool test_throttle_addresses(void) {
    struct arena arena;
    arena_init(&arena, 64 << 10);
    struct throttle *throttle = throttle_create(1, 8, 5, 5, &arena);
    CHECK(throttle_source(throttle, SLICE("2001:db8:1:2::1")) ==
          throttle_source(throttle, SLICE("2001:db8:1:2:ffff::9")));
    CHECK(throttle_source(throttle, SLICE("2001:db8:1:2::1")) !=
          throttle_source(throttle, SLICE("2001:db8:1:3::1")));
    CHECK(throttle_source(throttle, SLICE("::ffff:192.0.2.7")) ==
          throttle_source(throttle, SLICE("192.0.2.7")));
    CHECK(throttle_source(throttle, SLICE("192.0.2.8")) !=
          throttle_source(throttle, SLICE("192.0.2.7")));
    CHECK(throttle_source(throttle, SLICE("unix")) != throttle_source(throttle, SLICE("")));
    arena_deinit(&arena);
    return true;
}

// Made-up names and addresses past the bound: those of users stay slowed, and so does the address
// that waits longest.
static bool test_throttle_at_its_bound(void) {
    struct arena arena;
    arena_init(&arena, 64 << 10);
    struct throttle *throttle = throttle_create(1, 8, 5, 5, &arena);
    for (int i = 0; i < 12; i++) {
        throttle_failed(throttle, 3, SLICE("wang"), SLICE("192.0.2.7"), t0);
    }
    for (int i = 0; i < 3 * THROTTLE_MAX; i++) {
        char name[32];
        char from[32];
        Slice name_slice = {name, (size_t)snprintf(name, sizeof name, "n%d", i)};
        Slice from_slice = {
            from, (size_t)snprintf(from, sizeof from, "10.%d.%d.1", i >> 8 & 255, i & 255)};
        throttle_failed(throttle, SLOTS_NONE, name_slice, from_slice, t0 + i);
    }
    CHECK(throttle_wait(throttle, 3, SLICE("wang"), SLICE("198.51.100.1"), t0 + US_PER_SECOND) > 0);
    CHECK(throttle_wait(throttle, 4, SLICE("li"), SLICE("192.0.2.7"), t0 + US_PER_SECOND) > 0);
    arena_deinit(&arena);
    return true;
}

// ---- fold -------------------------------------------------------------------------------------

struct emitted {
    uint32_t records, refusals, many;
    bool full;
};

static bool count_emitted(void *context, const struct refused *refused, uint32_t count,
                          int64_t now_us) {
    struct emitted *emitted = context;
    (void)now_us;
    if (emitted->full) {
        return false;
    }
    emitted->records++;
    emitted->refusals += count;
    emitted->many += refused->action == AUDIT_REFUSED_MANY;
    return true;
}

static bool test_fold_one_source(void) {
    struct arena arena;
    struct emitted emitted = {0};
    struct refused refused = {
        .action = AUDIT_SIGN_IN_REFUSED, .from = SLICE("192.0.2.7"), .reason = "sign_in_refused"};
    arena_init(&arena, 64 << 10);
    struct fold *fold = fold_create(&arena);
    for (int i = 0; i < 10000; i++) {
        fold_add(fold, 1, &refused, t0 + i * 1000, count_emitted, &emitted);
    }
    CHECK_THAT(emitted.records == 10, "%u", emitted.records); // ten seconds
    fold_tick(fold, t0 + 10000 * 1000, count_emitted, &emitted);
    CHECK(emitted.records == 11 && emitted.refusals == 10000);
    fold_flush(fold, t0 + 10000 * 1000, count_emitted, &emitted);
    CHECK(emitted.records == 11);
    arena_deinit(&arena);
    return true;
}

// More sources than there is room for: no more records than the bucket gives, and every refusal is
// counted.
static bool test_fold_many_sources(void) {
    enum { SOURCES = 5000, ROUNDS = 20 };
    struct arena arena;
    struct emitted emitted = {0};
    struct refused refused = {.action = AUDIT_CREDENTIAL_REFUSED,
                              .from = SLICE("192.0.2.7"),
                              .reason = "credential_unknown"};
    arena_init(&arena, 64 << 10);
    struct fold *fold = fold_create(&arena);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < SOURCES; i++) {
            fold_add(fold, (uint64_t)i, &refused, t0 + round * US_PER_SECOND, count_emitted,
                     &emitted);
        }
        fold_tick(fold, t0 + round * US_PER_SECOND, count_emitted, &emitted);
    }
    CHECK_THAT(emitted.records <= FOLD_BURST + ROUNDS && emitted.records >= ROUNDS, "%u",
               emitted.records);
    emitted.full = true;
    fold_flush(fold, t0, count_emitted, &emitted); // what cannot be written now waits
    emitted.full = false;
    fold_flush(fold, t0, count_emitted, &emitted);
    CHECK(emitted.refusals == SOURCES * ROUNDS && emitted.many >= 1);
    arena_deinit(&arena);
    return true;
}

// ---- secrets ----------------------------------------------------------------------------------

static void fill_counting(void *context, void *into, size_t size) {
    uint8_t *next = context;
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)into)[i] = (*next)++;
    }
}

static bool test_base64url(void) {
    uint8_t bytes[32];
    uint8_t back[32];
    char text[ACCESS_TOKEN_SIZE];
    struct random random;
    random_init(&random, 3);
    for (int i = 0; i < 200; i++) {
        for (size_t k = 0; k < sizeof bytes; k++) {
            bytes[k] = (uint8_t)random_u64(&random);
        }
        base64url_put(bytes, sizeof bytes, text);
        CHECK(base64url_parse((Slice){text, sizeof text}, back, sizeof back) &&
              memcmp(bytes, back, sizeof back) == 0);
    }
    // The last letter has two bits to spare, which are zero.
    memset(text, 'A', sizeof text);
    CHECK(base64url_parse((Slice){text, sizeof text}, back, sizeof back));
    text[ACCESS_TOKEN_SIZE - 1] = 'B';
    CHECK(!base64url_parse((Slice){text, sizeof text}, back, sizeof back));
    text[ACCESS_TOKEN_SIZE - 1] = 'A';
    text[7] = '+';
    CHECK(!base64url_parse((Slice){text, sizeof text}, back, sizeof back));
    CHECK(!base64url_parse((Slice){text, sizeof text - 1}, back, sizeof back) &&
          !base64url_parse(SLICE(""), back, sizeof back));
    return true;
}

static bool test_authorization(void) {
    uint8_t next = 0;
    struct entropy entropy = {&next, fill_counting};
    struct access_made_key made;
    struct shown shown;
    char header[128];
    Sha256 hash = key_draw(&entropy, &made);
    Slice key = {made.key, sizeof made.key};
    static const char *const right[] = {"Bearer ", "bearer ", "BEARER "};
    static const char *const wrong[] = {"", "Bearer", "Bearer  ", "Basic ", " Bearer ", "Bearer\t"};
    for (size_t i = 0; i < sizeof right / sizeof right[0]; i++) {
        int size = snprintf(header, sizeof header, "%s%.*s", right[i], SLICE_ARGS(key));
        shown_parse_authorization((Slice){header, (size_t)size}, &shown);
        CHECK(shown.kind == SHOWN_KEY && sha256_equal(&shown.hash, &hash) &&
              memcmp(shown.id, made.id, ACCESS_ID_SIZE) == 0);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        int size = snprintf(header, sizeof header, "%s%.*s", wrong[i], SLICE_ARGS(key));
        shown_parse_authorization((Slice){header, (size_t)size}, &shown);
        CHECK_THAT(shown.kind == SHOWN_NOTHING, "%s", header);
    }
    int size = snprintf(header, sizeof header, "Bearer %.*s", SLICE_ARGS(key));
    for (int i = 0; i < size; i++) {
        shown_parse_authorization((Slice){header, (size_t)i}, &shown);
        CHECK(shown.kind != SHOWN_KEY);
        char kept = header[i];
        header[i] = '!';
        shown_parse_authorization((Slice){header, (size_t)size}, &shown);
        CHECK(shown.kind == SHOWN_NOTHING);
        header[i] = kept;
    }
    char token[ACCESS_TOKEN_SIZE];
    hash = token_draw(&entropy, token);
    size = snprintf(header, sizeof header, "Bearer %.*s", ACCESS_TOKEN_SIZE, token);
    shown_parse_authorization((Slice){header, (size_t)size}, &shown);
    CHECK(shown.kind == SHOWN_TOKEN && sha256_equal(&shown.hash, &hash));
    return true;
}

static bool test_fingerprints(void) {
    Sha256 hash;
    Sha256 other;
    char text[2 * ACCESS_SHA256_SIZE];
    for (size_t i = 0; i < sizeof hash.bytes; i++) {
        hash.bytes[i] = (uint8_t)(7 * i);
    }
    sha256_put_hex(hash.bytes, text);
    CHECK(sha256_parse((Slice){text, sizeof text}, false, &other) && sha256_equal(&hash, &other));
    CHECK(!sha256_parse((Slice){text, sizeof text - 1}, false, &other) &&
          !sha256_parse(SLICE(""), true, &other));
    char colons[3 * ACCESS_SHA256_SIZE];
    for (size_t i = 0; i < ACCESS_SHA256_SIZE; i++) {
        memcpy(colons + 3 * i, text + 2 * i, 2);
        colons[3 * i + 2] = ':';
    }
    CHECK(sha256_parse((Slice){colons, sizeof colons - 1}, true, &other) &&
          sha256_equal(&hash, &other));
    CHECK(!sha256_parse((Slice){colons, sizeof colons}, true, &other) &&
          !sha256_parse((Slice){colons, sizeof colons - 1}, false, &other));
    // SHA-256 of "abc" (FIPS 180-4).
    CHECK(sha256_parse(SLICE("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
                       false, &other));
    hash = sha256_of(SLICE("abc"));
    CHECK(sha256_equal(&hash, &other));
    return true;
}

// ---- passwords --------------------------------------------------------------------------------

static bool test_password_rules(void) {
    static const char *const common[] = {
#define COMMON(text) text,
#include "access/passwords.def"
#undef COMMON
    };
    char longest[ACCESS_PASSWORD_MAX + 1];
    for (size_t i = 0; i < sizeof longest; i++) {
        longest[i] = (char)('a' + i % 26);
    }
    Slice name = SLICE("wang");
    CHECK(password_fault(SLICE("correct horse battery"), name) == NULL);
    CHECK(password_fault(SLICE("钱塘江大潮八月"), name) == NULL); // 21 bytes
    CHECK(password_fault((Slice){longest, ACCESS_PASSWORD_MAX}, name) == NULL);
    CHECK(password_fault((Slice){longest, ACCESS_PASSWORD_MAX + 1}, name) != NULL);
    CHECK(password_fault(SLICE("elevenbytes"), name) != NULL &&
          password_fault(SLICE(""), name) != NULL);
    CHECK(password_fault(SLICE("not utf-8 \xff\xff"), name) != NULL);
    CHECK(password_fault(SLICE("121212121212121212"), name) != NULL);
    CHECK(password_fault(SLICE("my name is WANG, hello"), name) != NULL);
    CHECK(password_fault(SLICE("li lives in Hangzhou"), SLICE("li")) ==
          NULL); // too short a name to count
    CHECK(password_fault(SLICE("PASSWORD1234"), name) != NULL);
    for (size_t i = 0; i < sizeof common / sizeof common[0]; i++) {
        CHECK_THAT(strlen(common[i]) >= ACCESS_PASSWORD_MIN,
                   "'%s' is refused by its length already", common[i]);
        CHECK(password_fault(slice_of(common[i]), name) != NULL);
    }
    return true;
}

static bool test_password_hash(void) {
    uint8_t next = 9;
    struct entropy entropy = {&next, fill_counting};
    PasswordHash hash = password_hash(SLICE("correct horse battery"), PASSWORD_COST_MIN, &entropy);
    PasswordHash again = password_hash(SLICE("correct horse battery"), PASSWORD_COST_MIN, &entropy);
    PasswordHash back;
    char text[PASSWORD_TEXT_MAX];
    CHECK(memcmp(hash.hash, again.hash, sizeof hash.hash) != 0); // another salt
    CHECK(password_matches(SLICE("correct horse battery"), &hash) &&
          !password_matches(SLICE("correct horse batterY"), &hash));
    CHECK(!password_matches(SLICE(""), &hash) && !password_matches((Slice){NULL, 0}, &hash));
    Slice formatted = {text, password_format(&hash, text)};
    CHECK(slice_starts_with(formatted, SLICE("scrypt$10$8$1$")));
    CHECK(password_parse(formatted, &back) && memcmp(&hash, &back, sizeof hash) == 0);
    for (size_t i = 0; i < formatted.size; i++) {
        CHECK(!password_parse(slice_part(formatted, 0, i), &back));
    }
    CHECK(!password_parse(
        SLICE("scrypt$31$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        &back));
    CHECK(!password_parse(
        SLICE("scrypt$15$9$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
        &back));
    return true;
}

// ---- roles ------------------------------------------------------------------------------------

static bool test_duties_are_apart(void) {
    Role one;
    Role other;
    ScopeSet administrator = roles_scopes(role_bit(ROLE_ADMINISTRATOR));
    CHECK(administrator == (scope_bit(SCOPE_USERS_READ) | scope_bit(SCOPE_USERS_WRITE)));
    // Whatever one person may have: who makes users approves nothing, who writes models does not
    // approve them, and who audits changes nothing.
    static const Scope reading[] = {SCOPE_DECISIONS_READ, SCOPE_KNOWLEDGE_READ, SCOPE_FEATURES_READ,   SCOPE_MODELS_READ, SCOPE_ALERTS_READ, SCOPE_CONTROLS_READ,
                                    SCOPE_ORDERS_READ,    SCOPE_FIGURES_READ,   SCOPE_CASES_READ,      SCOPE_OPERATIONS_READ, SCOPE_USERS_READ, SCOPE_AUDIT_READ,
                                    SCOPE_PERSONAL_READ,  SCOPE_PERSONAL_UNMASK, SCOPE_DOMAIN_AML,    SCOPE_DOMAIN_INSIDER, SCOPE_REFERRALS_READ};
    ScopeSet writes = scope_bit((Scope)SCOPE_COUNT) - 1;
    for (size_t i = 0; i < sizeof reading / sizeof reading[0]; i++) {
        writes &= ~scope_bit(reading[i]);
    }
    for (RoleSet roles = 1; roles < role_bit(ROLE_COUNT); roles++) {
        if (!roles_fit(roles, &one, &other)) {
            continue;
        }
        ScopeSet scopes = roles_scopes(roles);
        CHECK(!(roles & role_bit(ROLE_SYSTEM)));
        CHECK(!(scopes & scope_bit(SCOPE_USERS_WRITE)) || scopes == administrator);
        CHECK(!(scopes & scope_bit(SCOPE_MODELS_APPROVE)) ||
              !(scopes & scope_bit(SCOPE_MODELS_WRITE)));
        CHECK(!(scopes & scope_bit(SCOPE_AUDIT_READ)) || (scopes & writes) == 0);
        // Who sends referrals does not comply.
        CHECK(!(roles & role_bit(ROLE_COMPLIANCE_OFFICER)) || !(scopes & scope_bit(SCOPE_REFERRALS_WRITE)));
        // A domain and the business that it looks at are not one person's, and a branch sees itself.
        CHECK(!(roles & role_bit(ROLE_INSIDER_REVIEWER)) || !(scopes & scope_bit(SCOPE_DOMAIN_AML)));
        CHECK(!(scopes & scope_bit(SCOPE_TASKS_BRANCH)) || !(scopes & scope_bit(SCOPE_ALERTS_WORK)));
    }
    CHECK(!roles_fit(role_bit(ROLE_SYSTEM), &one, &other) && one == ROLE_SYSTEM &&
          other == ROLE_SYSTEM);
    CHECK(roles_fit(role_bit(ROLE_ANALYST) | role_bit(ROLE_LIAISON), &one, &other));
    CHECK(!roles_fit(role_bit(ROLE_MODEL_AUTHOR) | role_bit(ROLE_MODEL_APPROVER), &one, &other));
    CHECK(!(roles_scopes(role_bit(ROLE_SYSTEM)) &
            (scope_bit(SCOPE_USERS_WRITE) | scope_bit(SCOPE_MODELS_APPROVE))));
    return true;
}

static bool test_words_read_back(void) {
    Scope scope;
    Role role;
    AuditAction action;
    for (int i = 0; i < SCOPE_COUNT; i++) {
        CHECK(scope_parse(slice_of(scope_word((Scope)i)), &scope) && scope == (Scope)i &&
              scope_text(scope)[0] != '\0' && scope_text_zh(scope)[0] != '\0');
    }
    for (int i = 0; i < ROLE_COUNT; i++) {
        CHECK(role_parse(slice_of(role_text((Role)i)->word), &role) && role == (Role)i);
        CHECK(role_text(role)->for_people == (role != ROLE_SYSTEM) && role_text(role)->scopes != 0);
    }
    for (int i = 0; i < AUDIT_COUNT; i++) {
        CHECK(audit_parse(slice_of(audit_word((AuditAction)i)), &action) &&
              action == (AuditAction)i && audit_text(action)[0] != '\0');
    }
    for (int i = 0; i < ACCESS_REFUSAL_COUNT; i++) {
        for (int k = 0; k < i; k++) {
            CHECK(strcmp(refusal_code((AccessRefusal)i), refusal_code((AccessRefusal)k)) != 0);
        }
        CHECK(refusal_text((AccessRefusal)i)[0] != '\0');
    }
    CHECK(!scope_parse(SLICE("events"), &scope) && !role_parse(SLICE("root"), &role) &&
          !audit_parse(SLICE(""), &action));
    return true;
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_slots_against_an_array),
        TEST(test_rate_bursts_and_fills),
        TEST(test_rate_over_a_long_time),
        TEST(test_throttle_doubles_up_to_its_cap),
        TEST(test_throttle_at_another_pace),
        TEST(test_throttle_success_clears_the_name_alone),
        TEST(test_throttle_addresses),
        TEST(test_throttle_at_its_bound),
        TEST(test_fold_one_source),
        TEST(test_fold_many_sources),
        TEST(test_base64url),
        TEST(test_authorization),
        TEST(test_fingerprints),
        TEST(test_password_rules),
        TEST(test_password_hash),
        TEST(test_duties_are_apart),
        TEST(test_words_read_back),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

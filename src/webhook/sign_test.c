// Secrets, signatures and their verification: published vectors, tampering, times, several secrets.

#include "webhook/webhook.h"

#include "base/test.h"

#include <stdio.h>

// The vector that the reference libraries are tested with (github.com/standard-webhooks/standard-webhooks, libraries/go/webhook_symmetric_test.go and
// others).
#define VECTOR_SECRET SLICE("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
#define VECTOR_ID SLICE("msg_p5jXN8AQM9LWM0D4loKWxJek")
#define VECTOR_SECONDS SLICE("1614265330")
#define VECTOR_BODY SLICE("{\"test\": 2432232314}")
#define VECTOR_SIGNATURE SLICE("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
#define VECTOR_US (INT64_C(1614265330) * US_PER_SECOND)

struct world {
    struct arena arena;
    struct diag diag;
    struct webhook_secret secrets[WEBHOOK_SECRETS_MAX]; // that of the vector, and another
};

static bool parse(struct world *w, Slice text, struct webhook_secret *ret_secret) {
    return webhook_secret_parse(text, ret_secret, &w->arena, &w->diag) == STATUS_OK;
}

static bool world_init(struct world *w) {
    arena_init(&w->arena, 4096);
    CHECK(parse(w, VECTOR_SECRET, &w->secrets[0]));
    CHECK(parse(w, SLICE("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), &w->secrets[1]));
    return true;
}

static bool world_deinit(struct world *w) {
    arena_deinit(&w->arena);
    return true;
}

static WebhookVerdict verify(struct world *w, Slice id, Slice timestamp, Slice signature, Slice body) {
    struct webhook_headers headers = {id, timestamp, signature};
    return webhook_verify(w->secrets, 1, &headers, body, VECTOR_US, WEBHOOK_TOLERANCE_US);
}

static bool test_vector(void) {
    struct world w;
    char into[WEBHOOK_SIGNATURES_SIZE];
    CHECK(world_init(&w));
    CHECK(webhook_sign(w.secrets, 1, VECTOR_ID, VECTOR_US + 999999, VECTOR_BODY, into) == WEBHOOK_SIGNATURE_SIZE);
    CHECK(slice_equal((Slice){into, WEBHOOK_SIGNATURE_SIZE}, VECTOR_SIGNATURE));
    CHECK(verify(&w, VECTOR_ID, VECTOR_SECONDS, VECTOR_SIGNATURE, VECTOR_BODY) == WEBHOOK_GENUINE);
    return world_deinit(&w);
}

// Made with python's hmac and base64: base64.b64encode(hmac.new(bytes(range(32)), b"a.0." + body, "sha256").digest()).
static bool test_other_vectors(void) {
    static const struct {
        Slice body, signature;
    } cases[] = {
        {SLICE(""), SLICE("v1,nyI8u9KtZmFaY8k/GcBnoJXYP7WgQ2vPynpd+JPwAqQ=")},
        {SLICE("\0\xff\n"), SLICE("v1,mqvco8utpAZ1IoZkrR8siN8irvPcOIYtuvb/eESAFss=")},
        {SLICE("{\"text\":\"钱塘\"}"), SLICE("v1,4ovph8qbHYn6AI8nALaNbgZqZvzZ/FaqsSP24WdlUpk=")},
    };
    struct world w;
    char into[WEBHOOK_SIGNATURES_SIZE];
    CHECK(world_init(&w));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t size = webhook_sign(&w.secrets[1], 1, SLICE("a"), 0, cases[i].body, into);
        CHECK_THAT(slice_equal((Slice){into, size}, cases[i].signature), "%zu: %.*s", i, (int)size, into);
    }
    return world_deinit(&w);
}

// ---- tampering ----

// Every byte of the text is made every other byte; none of that passes.
static bool guarded(struct world *w, Slice text, Slice *place, Slice parts[4]) {
    char changed[256];
    CHECK(text.size <= sizeof changed);
    for (size_t i = 0; i < text.size; i++) {
        memcpy(changed, text.at, text.size);
        for (int byte = 0; byte < 256; byte++) {
            changed[i] = (char)byte;
            *place = (Slice){changed, text.size};
            bool same = changed[i] == text.at[i];
            WebhookVerdict verdict = verify(w, parts[0], parts[1], parts[2], parts[3]);
            CHECK_THAT((verdict == WEBHOOK_GENUINE) == same, "byte %zu as %d: %s", i, byte, webhook_verdict_text(verdict));
        }
    }
    for (size_t size = 0; size < text.size; size++) {
        *place = slice_part(text, 0, size);
        CHECK_THAT(verify(w, parts[0], parts[1], parts[2], parts[3]) != WEBHOOK_GENUINE, "cut to %zu", size);
    }
    memcpy(changed, text.at, text.size);
    changed[text.size] = '0';
    *place = (Slice){changed, text.size + 1};
    CHECK(verify(w, parts[0], parts[1], parts[2], parts[3]) != WEBHOOK_GENUINE);
    *place = text;
    return true;
}

static bool test_tampering(void) {
    struct world w;
    CHECK(world_init(&w));
    Slice parts[4] = {VECTOR_ID, VECTOR_SECONDS, VECTOR_SIGNATURE, VECTOR_BODY};
    for (size_t i = 0; i < 4; i++) {
        CHECK(guarded(&w, parts[i], &parts[i], parts));
    }
    CHECK(verify(&w, VECTOR_ID, VECTOR_SECONDS, VECTOR_SIGNATURE, VECTOR_BODY) == WEBHOOK_GENUINE);
    return world_deinit(&w);
}

// What is signed is not to be cut elsewhere: the same bytes with the full stops at other places.
static bool test_full_stops(void) {
    struct world w;
    char into[WEBHOOK_SIGNATURES_SIZE];
    CHECK(world_init(&w));
    size_t size = webhook_sign(w.secrets, 1, SLICE("a"), VECTOR_US, SLICE("1614265330.b"), into);
    Slice signature = {into, size};
    CHECK(verify(&w, SLICE("a"), VECTOR_SECONDS, signature, SLICE("1614265330.b")) == WEBHOOK_GENUINE);
    CHECK(verify(&w, SLICE("a.1614265330"), VECTOR_SECONDS, signature, SLICE("b")) == WEBHOOK_MALFORMED);
    CHECK(!webhook_id_valid(SLICE("a.b")) && !webhook_id_valid(SLICE("")) && !webhook_id_valid(SLICE("a b")) && !webhook_id_valid(SLICE("a\r\nb")));
    CHECK(webhook_id_valid(SLICE("msg_7/~!")) && !webhook_id_valid(SLICE("\xe9")) && !webhook_id_valid(SLICE("\x7f")));
    return world_deinit(&w);
}

// ---- headers ----

static bool test_malformed(void) {
    static const Slice times[] = {
        SLICE(""),    SLICE("hello"),        SLICE("-1614265330"),          SLICE("+1614265330"), SLICE("01614265330"),
        SLICE("1e9"), SLICE("1614265330.0"), SLICE(" 1614265330"),          SLICE("1614265330 "), SLICE("00"),
        SLICE("0x1"), SLICE("161426533000"), SLICE("99999999999999999999"), SLICE("1614\0"),      SLICE("１６１４２６５３３０")};
    struct world w;
    CHECK(world_init(&w));
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        CHECK_THAT(verify(&w, VECTOR_ID, times[i], VECTOR_SIGNATURE, VECTOR_BODY) == WEBHOOK_MALFORMED, "%zu", i);
    }
    CHECK(verify(&w, SLICE(""), VECTOR_SECONDS, VECTOR_SIGNATURE, VECTOR_BODY) == WEBHOOK_MALFORMED);
    CHECK(verify(&w, VECTOR_ID, VECTOR_SECONDS, SLICE(""), VECTOR_BODY) == WEBHOOK_MALFORMED);
    char many[WEBHOOK_HEADER_MAX + 1];
    memset(many, ' ', sizeof many);
    memcpy(many, VECTOR_SIGNATURE.at, VECTOR_SIGNATURE.size);
    CHECK(verify(&w, VECTOR_ID, VECTOR_SECONDS, (Slice){many, WEBHOOK_HEADER_MAX}, VECTOR_BODY) == WEBHOOK_GENUINE);
    CHECK(verify(&w, VECTOR_ID, VECTOR_SECONDS, (Slice){many, sizeof many}, VECTOR_BODY) == WEBHOOK_MALFORMED);
    char id[WEBHOOK_ID_MAX + 1];
    memset(id, 'x', sizeof id);
    CHECK(webhook_id_valid((Slice){id, WEBHOOK_ID_MAX}) && !webhook_id_valid((Slice){id, sizeof id}));
    return world_deinit(&w);
}

static bool test_times(void) {
    static const int64_t tolerance_us = 5 * US_PER_MINUTE;
    struct world w;
    CHECK(world_init(&w));
    struct webhook_headers headers = {VECTOR_ID, VECTOR_SECONDS, VECTOR_SIGNATURE};
    const struct {
        int64_t now_us;
        WebhookVerdict verdict;
    } cases[] = {
        {VECTOR_US + tolerance_us, WEBHOOK_GENUINE},
        {VECTOR_US + tolerance_us + 1, WEBHOOK_TOO_OLD},
        {VECTOR_US - tolerance_us, WEBHOOK_GENUINE},
        {VECTOR_US - tolerance_us - 1, WEBHOOK_TOO_NEW},
        {0, WEBHOOK_TOO_NEW},
        {INT64_MAX, WEBHOOK_TOO_OLD},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        CHECK_THAT(webhook_verify(w.secrets, 1, &headers, VECTOR_BODY, cases[i].now_us, tolerance_us) == cases[i].verdict, "%zu", i);
    }
    headers.timestamp = SLICE("99999999999");
    CHECK(webhook_verify(w.secrets, 1, &headers, VECTOR_BODY, VECTOR_US, tolerance_us) == WEBHOOK_TOO_NEW);
    headers.timestamp = SLICE("0");
    CHECK(webhook_verify(w.secrets, 1, &headers, VECTOR_BODY, VECTOR_US, tolerance_us) == WEBHOOK_TOO_OLD);
    CHECK(webhook_verify(w.secrets, 1, &headers, VECTOR_BODY, 0, 0) == WEBHOOK_FORGED);
    return world_deinit(&w);
}

// ---- several ----

// While secrets are exchanged: either side may be the first.
static bool test_rotation(void) {
    struct world w;
    char both[WEBHOOK_SIGNATURES_SIZE];
    char first[WEBHOOK_SIGNATURES_SIZE];
    char second[WEBHOOK_SIGNATURES_SIZE];
    CHECK(world_init(&w));
    size_t size = webhook_sign(w.secrets, 2, VECTOR_ID, VECTOR_US, VECTOR_BODY, both);
    size_t one = webhook_sign(&w.secrets[0], 1, VECTOR_ID, VECTOR_US, VECTOR_BODY, first);
    CHECK(webhook_sign(&w.secrets[1], 1, VECTOR_ID, VECTOR_US, VECTOR_BODY, second) == one && size == 2 * one + 1);
    CHECK(memcmp(both, first, one) == 0 && both[one] == ' ' && memcmp(both + one + 1, second, one) == 0);
    Slice signatures[] = {{both, size}, {first, one}, {second, one}};
    for (uint32_t i = 0; i < 3; i++) {
        struct webhook_headers headers = {VECTOR_ID, VECTOR_SECONDS, signatures[i]};
        CHECK(webhook_verify(w.secrets, 2, &headers, VECTOR_BODY, VECTOR_US, 0) == WEBHOOK_GENUINE);
        CHECK((webhook_verify(&w.secrets[0], 1, &headers, VECTOR_BODY, VECTOR_US, 0) == WEBHOOK_GENUINE) == (i != 2));
        CHECK((webhook_verify(&w.secrets[1], 1, &headers, VECTOR_BODY, VECTOR_US, 0) == WEBHOOK_GENUINE) == (i != 1));
    }
    return world_deinit(&w);
}

// Signatures of other kinds beside ours, as the reference libraries are tested with.
static bool test_many_signatures(void) {
    struct world w;
    CHECK(world_init(&w));
#define OTHERS "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= "
    Slice fits = SLICE(OTHERS "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=");
    CHECK(verify(&w, VECTOR_ID, VECTOR_SECONDS, fits, VECTOR_BODY) == WEBHOOK_GENUINE);
    static const Slice forged[] = {
        SLICE(OTHERS),
        SLICE("v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        SLICE("v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        SLICE("v1,v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        SLICE("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        SLICE("v1,"),
        SLICE("v1,dawfeoifkpqwoekfpqoekf"),
        SLICE("v1,g0hM9"),
        SLICE("v1,g0hM9SsE-OTPJTGt_tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        SLICE("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE"),
        SLICE("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=,"),
        SLICE("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\t"),
        SLICE("V1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        SLICE(" "),
    };
    for (size_t i = 0; i < sizeof forged / sizeof forged[0]; i++) {
        CHECK_THAT(verify(&w, VECTOR_ID, VECTOR_SECONDS, forged[i], VECTOR_BODY) == WEBHOOK_FORGED, "%zu", i);
    }
    return world_deinit(&w);
}

// ---- secrets ----

static void fill_known(void *context, void *into, size_t size) {
    uint8_t *next = context;
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)into)[i] = (*next)++;
    }
}

static bool test_secrets(void) {
    struct world w;
    struct webhook_secret drawn, again;
    char text[WEBHOOK_SECRET_TEXT_MAX];
    uint8_t next = 0;
    CHECK(world_init(&w));
    CHECK(w.secrets[0].size == 24 && w.secrets[1].size == 32);
    webhook_secret_draw(&(struct entropy){&next, fill_known}, &drawn);
    CHECK(drawn.size == 32 && next == 32);
    size_t size = webhook_secret_put(&drawn, text);
    CHECK(slice_is((Slice){text, size}, "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="));
    for (uint32_t bytes = WEBHOOK_SECRET_MIN; bytes <= WEBHOOK_SECRET_MAX; bytes++) {
        drawn.size = bytes;
        fill_known(&next, drawn.bytes, bytes);
        size = webhook_secret_put(&drawn, text);
        CHECK(size <= WEBHOOK_SECRET_TEXT_MAX && parse(&w, (Slice){text, size}, &again));
        CHECK(again.size == bytes && memcmp(again.bytes, drawn.bytes, bytes) == 0);
    }
    webhook_secret_draw(entropy_real(), &drawn);
    webhook_secret_draw(entropy_real(), &again);
    CHECK(memcmp(drawn.bytes, again.bytes, sizeof drawn.bytes) != 0);
    webhook_secret_wipe(&drawn);
    CHECK(drawn.size == 0 && drawn.bytes[0] == 0 && memcmp(drawn.bytes, drawn.bytes + 1, sizeof drawn.bytes - 1) == 0);
    return world_deinit(&w);
}

// What is refused is told without any part of it.
static bool test_refused_secrets(void) {
#define BYTES_23 "R2VoZWltR2VoZWltR2VoZWltR2VoZWk="
#define BYTES_65 "R2VoZWltR2VoZWltR2VoZWltR2VoZWltR2VoZWltR2VoZWltR2VoZWltR2VoZWltR2VoZWltR2VoZWltR2VoZWk="
    static const Slice refused[] = {
        SLICE(""),
        SLICE("whsec_"),
        SLICE("whsec"),
        SLICE("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        SLICE("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        SLICE(" whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        SLICE("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n"),
        SLICE("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw    "),
        SLICE("whsec_    MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        SLICE("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"),
        SLICE("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS="),
        SLICE("whsec_MfKQ9r8GKYqrTwjU_D8ILPZIo2LaLaSw"),
        SLICE("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2Lq===="),
        SLICE("whsec_====MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        SLICE("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMQ"),
        SLICE("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMR=="), // bits left over
        SLICE("whsec_" BYTES_23),
        SLICE("whsec_" BYTES_65),
        SLICE("whsec_MfKQ9r8GKYqrTwjUPD8I\0PZIo2LaLaSw"),
        SLICE("whsk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        SLICE("whpk_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    };
    struct world w;
    CHECK(world_init(&w));
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct webhook_secret secret = {.size = 7};
        CHECK_THAT(webhook_secret_parse(refused[i], &secret, &w.arena, &w.diag) == STATUS_INVALID && secret.size == 7, "%zu", i);
        CHECK_THAT(strcmp(w.diag.code, "WH001") == 0 && w.diag.hint.size > 0, "%zu", i);
        Slice part = slice_part(refused[i], refused[i].size > 14 ? 10 : SIZE_MAX, 4);
        CHECK_THAT(part.size == 0 || slice_find(w.diag.message, part, 0) == SIZE_MAX, "%zu: %.*s", i, SLICE_ARGS(w.diag.message));
    }
    CHECK(parse(&w, SLICE("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMQ=="), &w.secrets[1]) && w.secrets[1].size == 25);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_vector), TEST(test_other_vectors), TEST(test_tampering),       TEST(test_full_stops), TEST(test_malformed),
        TEST(test_times),  TEST(test_rotation),      TEST(test_many_signatures), TEST(test_secrets),    TEST(test_refused_secrets),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

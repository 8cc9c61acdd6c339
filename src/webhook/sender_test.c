// The sender against receivers that are kind, slow, wrong, dead or not to be trusted: those of tests/webhook_receiver.py, which verify each signature
// by means of their own, and whose addresses stand in the environment.
//
// Name servers are played here: libcurl asks the getaddrinfo() below.

#include "webhook/webhook.h"

#include "base/test.h"
#include "os/clock.h"
#include "os/thread.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

// ---- names --------------------------------------------------------------------------------------------------

static pthread_mutex_t names_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t names_changed = PTHREAD_COND_INITIALIZER;
static bool names_answer; // what was asked for and hangs
static uint32_t names_hanging;

static void hang(void) {
    pthread_mutex_lock(&names_lock);
    names_hanging++;
    pthread_cond_broadcast(&names_changed);
    while (!names_answer) {
        pthread_cond_wait(&names_changed, &names_lock);
    }
    names_hanging--;
    pthread_cond_broadcast(&names_changed);
    pthread_mutex_unlock(&names_lock);
}

static void wait_for_hanging(uint32_t count) {
    pthread_mutex_lock(&names_lock);
    while (names_hanging != count) {
        pthread_cond_wait(&names_changed, &names_lock);
    }
    pthread_mutex_unlock(&names_lock);
}

static void let_names_answer(bool yes) {
    pthread_mutex_lock(&names_lock);
    names_answer = yes;
    pthread_cond_broadcast(&names_changed);
    pthread_mutex_unlock(&names_lock);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result) {
    if (node != NULL && strcmp(node, "hangs.invalid") == 0) {
        hang();
    }
    if (node != NULL && strstr(node, ".invalid") != NULL) {
        return EAI_NONAME;
    }
    int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(node, service, hints, result);
}

// ---- a sender and what comes back ---------------------------------------------------------------------------

enum { DELIVERIES_MAX = 256 };

struct world {
    struct arena arena;
    struct diag diag;
    struct webhook_secret secrets[WEBHOOK_SECRETS_MAX]; // that of the receivers, and another
    struct webhook_sender *sender;
    pthread_mutex_t lock;
    pthread_cond_t ended;
    struct webhook_delivery deliveries[DELIVERIES_MAX];
    bool done[DELIVERIES_MAX];
    uint32_t count;
};

static void on_done(struct webhook_delivery *delivery) {
    struct world *w = delivery->user;
    pthread_mutex_lock(&w->lock);
    INVARIANT(!w->done[delivery - w->deliveries]);
    w->done[delivery - w->deliveries] = true;
    pthread_cond_broadcast(&w->ended);
    pthread_mutex_unlock(&w->lock);
}

static Status parse(struct world *w, Slice text, struct webhook_secret *ret_secret) {
    return webhook_secret_parse(text, ret_secret, &w->arena, &w->diag);
}

static struct world *world_make(const struct webhook_options *options) {
    struct world *w = memory_alloc(sizeof *w);
    arena_init(&w->arena, 4096);
    INVARIANT(parse(w, SLICE("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &w->secrets[0]) == STATUS_OK);
    INVARIANT(parse(w, SLICE("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), &w->secrets[1]) == STATUS_OK);
    INVARIANT(pthread_mutex_init(&w->lock, NULL) == 0 && pthread_cond_init(&w->ended, NULL) == 0);
    w->sender = webhook_sender_create(options);
    return w;
}

static bool world_end(struct world *w) {
    webhook_sender_destroy(w->sender, 0);
    for (uint32_t i = 0; i < w->count; i++) {
        CHECK_THAT(w->done[i], "%u", i);
    }
    arena_deinit(&w->arena);
    free(w);
    return true;
}

static const struct webhook_options plain = {0};

// "HTTP", "/ok": a URL of one of the receivers.
static Slice url_of(struct world *w, const char *server, const char *path) {
    const char *base = getenv(arena_printf(&w->arena, "WEBHOOK_%s", server).at);
    INVARIANT(base != NULL); // run by tests/webhook_receiver.py
    return arena_printf(&w->arena, "%s%s", base, path);
}

static struct webhook_delivery *make(struct world *w, Slice url) {
    INVARIANT(w->count < DELIVERIES_MAX);
    struct webhook_delivery *delivery = &w->deliveries[w->count];
    *delivery = (struct webhook_delivery){.endpoint = {.url = url, .secrets = w->secrets, .secret_count = 1},
                                          .id = arena_printf(&w->arena, "msg_%u", w->count),
                                          .body = SLICE("{\"text\":\"钱塘\"}"),
                                          .done = on_done,
                                          .user = w};
    w->count++;
    return delivery;
}

static void send_it(struct world *w, struct webhook_delivery *delivery) {
    INVARIANT(webhook_send(w->sender, delivery, &w->arena, &w->diag) == STATUS_OK);
}

static const struct webhook_outcome *wait_for(struct world *w, struct webhook_delivery *delivery) {
    pthread_mutex_lock(&w->lock);
    while (!w->done[delivery - w->deliveries]) {
        pthread_cond_wait(&w->ended, &w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return &delivery->outcome;
}

static const struct webhook_outcome *ask(struct world *w, struct webhook_delivery *delivery) {
    send_it(w, delivery);
    return wait_for(w, delivery);
}

static const struct webhook_outcome *ask_url(struct world *w, Slice url) {
    return ask(w, make(w, url));
}

static const struct webhook_outcome *ask_path(struct world *w, const char *path) {
    return ask_url(w, url_of(w, "HTTP", path));
}

static bool answered(const struct webhook_outcome *outcome, const char *text) {
    CHECK_THAT(slice_is(webhook_outcome_answer(outcome), text), "%.*s", SLICE_ARGS(webhook_outcome_answer(outcome)));
    return true;
}

static bool became(const struct webhook_outcome *outcome, WebhookOutcome kind, WebhookFault fault, uint32_t status) {
    CHECK_THAT(outcome->kind == kind && outcome->fault == fault && outcome->http_status == status, "%s %s %u %.*s",
               webhook_outcome_word(outcome->kind), webhook_fault_texts(outcome->fault)->code, outcome->http_status,
               SLICE_ARGS(webhook_outcome_detail(outcome)));
    CHECK(outcome->fault == WEBHOOK_NO_FAULT || webhook_fault_texts(outcome->fault)->text[0] != '\0');
    return true;
}

static bool failed(const struct webhook_outcome *outcome, WebhookFault fault) {
    CHECK(became(outcome, WEBHOOK_AGAIN, fault, 0) && outcome->detail_size > 0);
    return true;
}

// ---- what goes out ------------------------------------------------------------------------------------------

static bool has_line(const struct webhook_outcome *outcome, const char *line) {
    CHECK_THAT(slice_find(webhook_outcome_answer(outcome), slice_of(line), 0) != SIZE_MAX, "no '%s' in %.*s", line,
               SLICE_ARGS(webhook_outcome_answer(outcome)));
    return true;
}

static bool test_request(void) {
    struct world *w = world_make(&(struct webhook_options){.user_agent = SLICE("qiantang/1.2")});
    struct webhook_delivery *delivery = make(w, url_of(w, "HTTP", "/echo/a%20b?x=1&y=%E9%92%B1"));
    delivery->id = SLICE("msg_p5jXN8AQM9LWM0D4loKWxJek");
    delivery->body = SLICE("{\"test\": 2432232314}");
    delivery->time_us = INT64_C(1614265330) * US_PER_SECOND + 999999;
    const struct webhook_outcome *outcome = ask(w, delivery);
    CHECK(became(outcome, WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200) && outcome->time_us == delivery->time_us && !outcome->answer_cut);
    CHECK(has_line(outcome, "POST /echo/a%20b?x=1&y=%E9%92%B1 HTTP/1.1\n"));
    CHECK(has_line(outcome, "\nuser-agent: qiantang/1.2\n") && has_line(outcome, "\ncontent-type: application/json\n"));
    CHECK(has_line(outcome, "\nwebhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\n") && has_line(outcome, "\nwebhook-timestamp: 1614265330\n"));
    CHECK(has_line(outcome, "\nwebhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\n") &&
          has_line(outcome, "\n\n{\"test\": 2432232314}"));
    CHECK(slice_find(webhook_outcome_answer(outcome), SLICE("expect"), 0) == SIZE_MAX);
    CHECK(slice_find(webhook_outcome_answer(outcome), SLICE("authorization"), 0) == SIZE_MAX);
    return world_end(w);
}

// Signed when it goes out, by the clock; verified by the receiver with the document's example.
static bool test_signed(void) {
    struct world *w = world_make(&plain);
    int64_t before_us = clock_wall_us();
    const struct webhook_outcome *outcome = ask_path(w, "/ok");
    CHECK(became(outcome, WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200) && answered(outcome, "taken"));
    CHECK(outcome->time_us >= before_us && outcome->time_us <= clock_wall_us());
    struct webhook_delivery *delivery = make(w, url_of(w, "HTTP", "/ok"));
    delivery->endpoint.secrets = &w->secrets[1];
    CHECK(became(ask(w, delivery), WEBHOOK_REFUSED, WEBHOOK_FAULT_REFUSED, 401));
    // Two secrets, either of which the receiver knows.
    delivery = make(w, url_of(w, "HTTP", "/ok"));
    delivery->endpoint.secret_count = 2;
    CHECK(became(ask(w, delivery), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    struct webhook_secret swapped[] = {w->secrets[1], w->secrets[0]};
    delivery = make(w, url_of(w, "HTTP", "/ok"));
    delivery->endpoint.secrets = swapped;
    delivery->endpoint.secret_count = 2;
    CHECK(became(ask(w, delivery), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    // An old time is refused there.
    delivery = make(w, url_of(w, "HTTP", "/ok"));
    delivery->time_us = before_us - 301 * US_PER_SECOND;
    CHECK(became(ask(w, delivery), WEBHOOK_REFUSED, WEBHOOK_FAULT_REFUSED, 401));
    return world_end(w);
}

// Bodies of all kinds, as python's hmac signs them.
static bool test_bodies(void) {
    struct world *w = world_make(&plain);
    static char large[WEBHOOK_BODY_MAX + 1];
    for (size_t i = 0; i < sizeof large; i++) {
        large[i] = (char)(i * 7);
    }
    static const size_t sizes[] = {1, 2, 63, 64, 65, 4096, WEBHOOK_BODY_MAX};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct webhook_delivery *delivery = make(w, url_of(w, "HTTP", "/then/1614265330"));
        delivery->time_us = INT64_C(1614265330) * US_PER_SECOND;
        delivery->body = (Slice){large, sizes[i]};
        CHECK(became(ask(w, delivery), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    }
    struct webhook_delivery *delivery = make(w, url_of(w, "HTTP", "/ok"));
    delivery->body = (Slice){large, sizeof large};
    CHECK(webhook_send(w->sender, delivery, &w->arena, &w->diag) == STATUS_LIMIT && strcmp(w->diag.code, "WH003") == 0);
    w->done[delivery - w->deliveries] = true; // it was refused
    return world_end(w);
}

// A message that comes twice is worked on once.
static bool test_documented_receiver(void) {
    struct world *w = world_make(&plain);
    static const uint16_t statuses[] = {204, 204, 204, 401};
    static const char *const ids[] = {"msg_a", "msg_a", "msg_b", "msg_c"};
    for (uint32_t i = 0; i < 4; i++) {
        struct webhook_delivery *delivery = make(w, url_of(w, "HTTP", "/documented"));
        delivery->id = slice_of(ids[i]);
        delivery->body = arena_printf(&w->arena, "{\"id\":\"%s\"}", ids[i]);
        delivery->endpoint.secrets = &w->secrets[i == 3];
        CHECK(ask(w, delivery)->http_status == statuses[i]);
    }
    CHECK(answered(ask_path(w, "/works"), "[{'id': 'msg_a'}, {'id': 'msg_b'}]"));
    return world_end(w);
}

// One after the other they take the same connection, over TLS too; also behind an answer that was refused.
static bool test_connection_is_kept(void) {
    static const char *const servers[] = {"HTTP", "TLS"};
    for (uint32_t i = 0; i < 2; i++) {
        struct world *w = world_make(&plain);
        struct webhook_delivery *delivery = NULL;
        static const char *const paths[] = {"/connection", "/status/500", "/large/60000", "/status/204", "/connection"};
        for (uint32_t k = 0; k < sizeof paths / sizeof paths[0]; k++) {
            delivery = make(w, url_of(w, servers[i], paths[k]));
            delivery->endpoint.ca_file = slice_of(getenv("WEBHOOK_CA"));
            ask(w, delivery);
        }
        CHECK(delivery->outcome.answer_size > 0);
        CHECK(slice_equal(webhook_outcome_answer(&w->deliveries[0].outcome), webhook_outcome_answer(&delivery->outcome)));
        CHECK(world_end(w));
    }
    return true;
}

// ---- what comes back ----------------------------------------------------------------------------------------

static bool test_statuses(void) {
    static const struct {
        uint32_t status;
        WebhookOutcome kind;
        WebhookFault fault;
    } cases[] = {
        {200, WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT},    {201, WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT},     {204, WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT},
        {299, WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT},    {300, WEBHOOK_AGAIN, WEBHOOK_FAULT_REDIRECTED}, {304, WEBHOOK_AGAIN, WEBHOOK_FAULT_REDIRECTED},
        {400, WEBHOOK_REFUSED, WEBHOOK_FAULT_REFUSED}, {401, WEBHOOK_REFUSED, WEBHOOK_FAULT_REFUSED},  {404, WEBHOOK_REFUSED, WEBHOOK_FAULT_REFUSED},
        {407, WEBHOOK_REFUSED, WEBHOOK_FAULT_REFUSED}, {408, WEBHOOK_AGAIN, WEBHOOK_FAULT_BUSY},       {409, WEBHOOK_REFUSED, WEBHOOK_FAULT_REFUSED},
        {410, WEBHOOK_GONE, WEBHOOK_FAULT_GONE},       {413, WEBHOOK_REFUSED, WEBHOOK_FAULT_REFUSED},  {422, WEBHOOK_REFUSED, WEBHOOK_FAULT_REFUSED},
        {425, WEBHOOK_AGAIN, WEBHOOK_FAULT_BUSY},      {429, WEBHOOK_AGAIN, WEBHOOK_FAULT_BUSY},       {499, WEBHOOK_REFUSED, WEBHOOK_FAULT_REFUSED},
        {500, WEBHOOK_AGAIN, WEBHOOK_FAULT_FAILED},    {502, WEBHOOK_AGAIN, WEBHOOK_FAULT_FAILED},     {503, WEBHOOK_AGAIN, WEBHOOK_FAULT_FAILED},
        {504, WEBHOOK_AGAIN, WEBHOOK_FAULT_FAILED},    {599, WEBHOOK_AGAIN, WEBHOOK_FAULT_FAILED},     {600, WEBHOOK_AGAIN, WEBHOOK_FAULT_NOT_HTTP},
        {999, WEBHOOK_AGAIN, WEBHOOK_FAULT_NOT_HTTP},
    };
    struct world *w = world_make(&plain);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct webhook_outcome *outcome = ask_path(w, arena_printf(&w->arena, "/status/%u", cases[i].status).at);
        CHECK(became(outcome, cases[i].kind, cases[i].fault, cases[i].status) && outcome->retry_after_us == 0);
    }
    struct webhook_counters counters;
    webhook_sender_counters(w->sender, &counters);
    CHECK(counters.outcomes[WEBHOOK_DELIVERED] == 4 && counters.outcomes[WEBHOOK_GONE] == 1 && counters.outcomes[WEBHOOK_REFUSED] == 8);
    CHECK(counters.outcomes[WEBHOOK_AGAIN] == w->count - 13 && counters.waiting == 0 && counters.under_way == 0);
    return world_end(w);
}

static bool test_retry_after(void) {
    static const struct {
        const char *path;
        int64_t least_s, most_s;
    } cases[] = {
        {"/status/429?retry_after=7", 7, 7},
        {"/status/503?retry_after=3600", 3600, 3600},
        {"/status/429?retry_after=0", 0, 0},
        {"/status/429?retry_after=-5", 0, 0},
        {"/status/429?retry_after=soon", 0, 0},
        {"/status/429?retry_after=14400", 4 * 3600, 4 * 3600},
        {"/status/429?retry_after=999999999999999", 4 * 3600, 4 * 3600},
        {"/status/429?retry_after=99999999999999999999999", 0, 4 * 3600},
        {"/status/503?retry_after=date1000", 900, 1001}, // a date, by a clock that goes on meanwhile
        {"/status/503?retry_after=date-1000", 0, 0},
        {"/status/200?retry_after=7", 0, 0},
        {"/status/400?retry_after=7", 0, 0},
        {"/status/410?retry_after=7", 0, 0},
    };
    struct world *w = world_make(&plain);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t asked_us = ask_path(w, cases[i].path)->retry_after_us;
        CHECK_THAT(asked_us >= cases[i].least_s * US_PER_SECOND && asked_us <= cases[i].most_s * US_PER_SECOND, "%s %lld", cases[i].path,
                   (long long)asked_us);
    }
    return world_end(w);
}

// Nobody goes where it leads.
static bool test_redirects(void) {
    static const uint32_t statuses[] = {301, 302, 303, 307, 308};
    struct world *w = world_make(&plain);
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        const struct webhook_outcome *outcome = ask_path(w, arena_printf(&w->arena, "/redirect/%u", statuses[i]).at);
        CHECK(became(outcome, WEBHOOK_AGAIN, WEBHOOK_FAULT_REDIRECTED, statuses[i]) && answered(outcome, "elsewhere"));
    }
    CHECK(answered(ask_path(w, "/count/redirected"), "1"));
    return world_end(w);
}

static bool all_are(Slice text, char letter) {
    for (size_t i = 0; i < text.size; i++) {
        CHECK_THAT(text.at[i] == letter, "%zu", i);
    }
    return true;
}

// A large answer is delivered and cut, whether or not it has an end.
static bool test_large_answers(void) {
    struct world *w = world_make(&plain);
    const struct webhook_outcome *outcome = ask_path(w, "/large/4096");
    CHECK(became(outcome, WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200) && outcome->answer_size == 4096 && !outcome->answer_cut);
    outcome = ask_path(w, "/large/4097");
    CHECK(became(outcome, WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200) && outcome->answer_size == 4096 && outcome->answer_cut);
    outcome = ask_path(w, "/large/10000000");
    CHECK(became(outcome, WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200) && outcome->answer_size == 4096 && outcome->answer_cut);
    CHECK(all_are(webhook_outcome_answer(outcome), 'x'));
    outcome = ask_path(w, "/endless");
    CHECK(became(outcome, WEBHOOK_AGAIN, WEBHOOK_FAULT_FAILED, 500) && outcome->answer_size == 4096 && outcome->answer_cut);
    CHECK(all_are(webhook_outcome_answer(outcome), 'y'));
    // It was read some way and then left, with what lay in the buffers between.
    int64_t written;
    CHECK(slice_to_i64(webhook_outcome_answer(ask_path(w, "/written")), &written) && written > 4096 && written < 64 << 20);
    CHECK(became(ask_path(w, "/headers/200"), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    CHECK(failed(ask_path(w, "/headers/100"), WEBHOOK_FAULT_NOT_HTTP));
    return world_end(w);
}

// What is kept for people is text, whatever came.
static bool test_answers_are_text(void) {
    struct world *w = world_make(&plain);
    CHECK(answered(ask_path(w, "/bytes"), "a???[31m?"
                                          "?( 钱塘?\n\tz????"));
    for (uint32_t before = 1; before <= 6; before++) {
        const struct webhook_outcome *outcome = ask_path(w, arena_printf(&w->arena, "/cut/%u", before).at);
        uint32_t whole = before / 3 * 3;
        CHECK(outcome->answer_size == 4096 - before + whole && outcome->answer_cut == (before < 6));
        CHECK(slice_ends_with(webhook_outcome_answer(outcome), whole == 6 ? SLICE("x钱塘") : whole == 3 ? SLICE("x钱") : SLICE("x")));
    }
    return world_end(w);
}

// ---- nothing comes back -------------------------------------------------------------------------------------

static bool test_silence(void) {
    struct world *w = world_make(&plain);
    struct webhook_delivery *silent = make(w, url_of(w, "HTTP", "/silent"));
    struct webhook_delivery *half = make(w, url_of(w, "HTTP", "/half"));
    silent->endpoint.timeout_ms = WEBHOOK_TIMEOUT_MIN_MS;
    half->endpoint.timeout_ms = 5000; // its head has to be there by then
    send_it(w, half);
    CHECK(failed(ask(w, silent), WEBHOOK_FAULT_TIMEOUT));
    // The status has come: that counts.
    CHECK(became(wait_for(w, half), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200) && answered(&half->outcome, "half"));
    return world_end(w);
}

static bool test_broken(void) {
    struct world *w = world_make(&plain);
    CHECK(failed(ask_path(w, "/drop/head"), WEBHOOK_FAULT_BROKEN));
    CHECK(became(ask_path(w, "/drop/body"), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    CHECK(failed(ask_path(w, "/garbage"), WEBHOOK_FAULT_NOT_HTTP));
    return world_end(w);
}

// A port that is taken and not listened on.
static bool test_refused_connection(void) {
    struct world *w = world_make(&plain);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    CHECK(bind(fd, (struct sockaddr *)&address, size) == 0 && getsockname(fd, (struct sockaddr *)&address, &size) == 0);
    Slice url = arena_printf(&w->arena, "http://127.0.0.1:%u/?token=geheim", ntohs(address.sin_port));
    const struct webhook_outcome *outcome = ask_url(w, url);
    CHECK(failed(outcome, WEBHOOK_FAULT_UNREACHABLE) && slice_find(webhook_outcome_detail(outcome), SLICE("geheim"), 0) == SIZE_MAX);
    close(fd);
    return world_end(w);
}

// Proxies of the environment are not asked.
static bool test_no_proxy(void) {
    struct world *w = world_make(&plain);
    CHECK(setenv("http_proxy", "http://127.0.0.1:1", 1) == 0 && setenv("all_proxy", "http://127.0.0.1:1", 1) == 0);
    CHECK(became(ask_path(w, "/ok"), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    CHECK(unsetenv("http_proxy") == 0 && unsetenv("all_proxy") == 0);
    return world_end(w);
}

// ---- names --------------------------------------------------------------------------------------------------

static bool test_unknown_name(void) {
    struct world *w = world_make(&(struct webhook_options){.http_anywhere = true});
    CHECK(failed(ask_url(w, SLICE("http://unknown.invalid/")), WEBHOOK_FAULT_UNRESOLVED));
    CHECK(failed(ask_url(w, SLICE("https://unknown.invalid/")), WEBHOOK_FAULT_UNRESOLVED));
    return world_end(w);
}

// A name server that does not answer: time-outs of its endpoint, while others go on, and an end that does not wait for it.
static bool test_hanging_name(void) {
    struct world *w = world_make(&(struct webhook_options){.http_anywhere = true});
    struct webhook_delivery *patient = make(w, SLICE("http://hangs.invalid/"));
    patient->endpoint.timeout_ms = WEBHOOK_TIMEOUT_MAX_MS;
    struct webhook_delivery *quick = make(w, SLICE("http://hangs.invalid/quick"));
    quick->endpoint.timeout_ms = WEBHOOK_TIMEOUT_MIN_MS;
    send_it(w, patient);
    send_it(w, quick);
    wait_for_hanging(2);
    CHECK(failed(wait_for(w, quick), WEBHOOK_FAULT_TIMEOUT));
    CHECK(became(ask_path(w, "/ok"), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    webhook_sender_destroy(w->sender, 0);
    CHECK(became(&patient->outcome, WEBHOOK_CANCELLED, WEBHOOK_FAULT_CANCELLED, 0));
    w->sender = NULL;
    let_names_answer(true);
    wait_for_hanging(0);
    let_names_answer(false);
    return world_end(w);
}

// ---- TLS ----------------------------------------------------------------------------------------------------

static const struct webhook_outcome *ask_tls(struct world *w, const char *server, const char *authorities) {
    struct webhook_delivery *delivery = make(w, url_of(w, server, "/ok"));
    delivery->endpoint.ca_file = authorities == NULL ? SLICE("") : slice_of(authorities);
    return ask(w, delivery);
}

static bool test_tls(void) {
    struct world *w = world_make(&plain);
    const char *ours = getenv("WEBHOOK_CA");
    CHECK(became(ask_tls(w, "TLS", ours), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    CHECK(failed(ask_tls(w, "TLS", NULL), WEBHOOK_FAULT_UNTRUSTED)); // the system knows nothing of our authority, nor of the connection that is there
    CHECK(failed(ask_tls(w, "TLS_OTHER", ours), WEBHOOK_FAULT_UNTRUSTED));
    CHECK(failed(ask_tls(w, "TLS_STRANGE", ours), WEBHOOK_FAULT_UNTRUSTED));
    CHECK(failed(ask_tls(w, "TLS_STRANGE", NULL), WEBHOOK_FAULT_UNTRUSTED));
    CHECK(failed(ask_tls(w, "TLS_OLD", ours), WEBHOOK_FAULT_TLS));
    CHECK(failed(ask_tls(w, "TLS", getenv("WEBHOOK_NO_CA")), WEBHOOK_FAULT_CA_FILE));
    CHECK(failed(ask_tls(w, "TLS", "/nowhere/ca.pem"), WEBHOOK_FAULT_CA_FILE));
    Slice port = url_of(w, "HTTP", "/ok");
    Slice url = arena_printf(&w->arena, "https%.*s", SLICE_ARGS(slice_part(port, 4, SIZE_MAX)));
    CHECK(failed(ask_url(w, url), WEBHOOK_FAULT_TLS)); // something else speaks there
    CHECK(became(ask_tls(w, "TLS", ours), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    port = url_of(w, "TLS", "/ok");
    url = arena_printf(&w->arena, "http%.*s", SLICE_ARGS(slice_part(port, 5, SIZE_MAX)));
    CHECK(ask_url(w, url)->kind == WEBHOOK_AGAIN);
    return world_end(w);
}

// ---- many at once -------------------------------------------------------------------------------------------

enum { MANY = 200, DEAD = 20, LIVE_ENDPOINTS = 9 };

// One endpoint holds what it is sent. All others get theirs meanwhile, and it gets no more than its share of connections.
static bool test_one_dead_endpoint(void) {
    struct world *w = world_make(&plain);
    for (uint32_t i = 0; i < MANY; i++) {
        bool dead = i < DEAD;
        struct webhook_delivery *delivery = make(w, url_of(w, "HTTP", dead ? "/hold" : arena_printf(&w->arena, "/ok/%u", i % LIVE_ENDPOINTS).at));
        delivery->endpoint.timeout_ms = WEBHOOK_TIMEOUT_MAX_MS;
        send_it(w, delivery);
    }
    for (uint32_t i = DEAD; i < MANY; i++) {
        CHECK(became(wait_for(w, &w->deliveries[i]), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    }
    CHECK(became(ask_path(w, "/await/hold?count=4"), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    pthread_mutex_lock(&w->lock);
    uint32_t ended = 0;
    for (uint32_t i = 0; i < DEAD; i++) {
        ended += w->done[i];
    }
    pthread_mutex_unlock(&w->lock);
    struct webhook_counters counters;
    webhook_sender_counters(w->sender, &counters);
    CHECK(ended == 0 && counters.under_way == 4 && counters.waiting == DEAD - 4);
    CHECK(answered(ask_path(w, "/asked?path=/hold"), "4 4"));
    CHECK(became(ask_path(w, "/release?path=/hold"), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    for (uint32_t i = 0; i < DEAD; i++) {
        CHECK(became(wait_for(w, &w->deliveries[i]), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    }
    CHECK(answered(ask_path(w, "/asked?path=/hold"), "20 4"));
    return world_end(w);
}

// A line has room for so many, and there are so many lines; what is refused is not heard of again.
static bool test_limits(void) {
    struct world *w = world_make(&(struct webhook_options){.at_once = 1, .waiting_max = 2});
    Slice silent = url_of(w, "HTTP", "/silent");
    send_it(w, make(w, silent));
    CHECK(became(ask_path(w, "/await/silent?count=1"), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    send_it(w, make(w, silent));
    send_it(w, make(w, silent));
    struct webhook_delivery *one_more = make(w, silent);
    CHECK(webhook_send(w->sender, one_more, &w->arena, &w->diag) == STATUS_LIMIT && strcmp(w->diag.code, "WH004") == 0);
    for (uint32_t i = 1; i < WEBHOOK_ENDPOINTS_MAX; i++) {
        send_it(w, make(w, url_of(w, "HTTP", arena_printf(&w->arena, "/silent/%u", i).at)));
    }
    struct webhook_delivery *elsewhere = make(w, url_of(w, "HTTP", "/ok"));
    CHECK(webhook_send(w->sender, elsewhere, &w->arena, &w->diag) == STATUS_LIMIT && strcmp(w->diag.code, "WH004") == 0);
    struct webhook_counters counters;
    webhook_sender_counters(w->sender, &counters);
    CHECK(counters.waiting + counters.under_way == WEBHOOK_ENDPOINTS_MAX + 2);
    webhook_sender_destroy(w->sender, 0);
    w->sender = NULL;
    for (uint32_t i = 0; i < w->count; i++) {
        bool refused = &w->deliveries[i] == one_more || &w->deliveries[i] == elsewhere;
        CHECK(w->done[i] == (!refused));
        w->done[i] = true;
    }
    return world_end(w);
}

// ---- threads and ends ---------------------------------------------------------------------------------------

// Several threads put in line, and done() puts in line too.
enum { SENDERS = 4, EACH = 30, FIRST = SENDERS * EACH };

static void on_first_done(struct webhook_delivery *delivery) {
    struct world *w = delivery->user;
    struct arena arena;
    struct diag diag;
    arena_init(&arena, 1024);
    INVARIANT(webhook_send(w->sender, delivery + FIRST, &arena, &diag) == STATUS_OK);
    arena_deinit(&arena);
    on_done(delivery);
}

struct part {
    struct world *w;
    uint32_t from;
};

static void send_part(void *context) {
    struct part *part = context;
    struct arena arena;
    struct diag diag;
    arena_init(&arena, 1024);
    for (uint32_t i = part->from; i < FIRST; i += SENDERS) {
        INVARIANT(webhook_send(part->w->sender, &part->w->deliveries[i], &arena, &diag) == STATUS_OK);
    }
    arena_deinit(&arena);
}

static bool test_threads(void) {
    struct world *w = world_make(&(struct webhook_options){.at_once = WEBHOOK_AT_ONCE_MAX});
    struct part parts[SENDERS];
    struct thread *threads[SENDERS];
    for (uint32_t i = 0; i < 2 * FIRST; i++) {
        make(w, url_of(w, "HTTP", arena_printf(&w->arena, "/ok/%u", i % 3).at))->done = i < FIRST ? on_first_done : on_done;
    }
    for (uint32_t i = 0; i < SENDERS; i++) {
        parts[i] = (struct part){w, i};
        threads[i] = thread_start("send", send_part, &parts[i]);
    }
    for (uint32_t i = 0; i < SENDERS; i++) {
        thread_join(threads[i]);
    }
    for (uint32_t i = 0; i < 2 * FIRST; i++) {
        CHECK(became(wait_for(w, &w->deliveries[i]), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    }
    return world_end(w);
}

static void on_done_at_end(struct webhook_delivery *delivery) {
    struct world *w = delivery->user;
    struct arena arena;
    struct diag diag;
    arena_init(&arena, 1024);
    INVARIANT(webhook_send(w->sender, delivery, &arena, &diag) == STATUS_LIMIT && strcmp(diag.code, "WH004") == 0);
    arena_deinit(&arena);
    on_done(delivery);
}

// What is under way may end, what waits is given back, and nothing new is taken in.
static bool test_end(void) {
    struct world *w = world_make(&(struct webhook_options){.at_once = 1});
    struct world *other = world_make(&plain);
    struct webhook_delivery *under_way = make(w, url_of(w, "HTTP", "/hold/end"));
    struct webhook_delivery *waiting = make(w, under_way->endpoint.url);
    waiting->done = on_done_at_end;
    send_it(w, under_way);
    send_it(w, waiting);
    CHECK(became(ask_path(w, "/await/hold/end?count=1"), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    send_it(other, make(other, url_of(other, "HTTP", "/release?path=/hold/end")));
    webhook_sender_destroy(w->sender, WEBHOOK_TIMEOUT_MAX_MS);
    w->sender = NULL;
    CHECK(became(&under_way->outcome, WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200) && answered(&under_way->outcome, "released"));
    CHECK(became(&waiting->outcome, WEBHOOK_CANCELLED, WEBHOOK_FAULT_CANCELLED, 0) && waiting->outcome.time_us == 0);
    wait_for(other, &other->deliveries[0]);
    webhook_sender_destroy(NULL, 0);
    return world_end(other) && world_end(w);
}

static bool test_end_at_once(void) {
    struct world *w = world_make(&plain);
    struct webhook_delivery *silent = make(w, url_of(w, "HTTP", "/silent/end"));
    struct webhook_delivery *half = make(w, url_of(w, "HTTP", "/half/end"));
    send_it(w, silent);
    send_it(w, half);
    CHECK(became(ask_path(w, "/await/silent/end?count=1"), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    CHECK(became(ask_path(w, "/await/half/end?count=1"), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    webhook_sender_destroy(w->sender, 1);
    w->sender = NULL;
    CHECK(became(&silent->outcome, WEBHOOK_CANCELLED, WEBHOOK_FAULT_CANCELLED, 0) && silent->outcome.time_us != 0);
    CHECK(became(&half->outcome, WEBHOOK_CANCELLED, WEBHOOK_FAULT_CANCELLED, 0));
    return world_end(w);
}

// ---- endpoints ----------------------------------------------------------------------------------------------

static bool test_urls(void) {
    static const char *const good[] = {
        "https://contact.bank.example/alerts",
        "https://contact.bank.example",
        "https://contact.bank.example:8443/a?b=c&d=%20",
        "https://10.1.2.3/",
        "https://[2001:db8::1]:8443/",
        "HTTPS://CONTACT.BANK.EXAMPLE/",
        "http://127.0.0.1:8088/",
        "http://127.8.9.10/",
        "http://[::1]:8088/",
        "http://localhost:8088/",
    };
    static const char *const in_the_clear[] = {
        "http://contact.bank.example/", "http://10.1.2.3/",    "http://localhost.bank.example/",    "http://127.0.0.1.bank.example/",
        "http://[::ffff:127.0.0.1]/",   "http://128.0.0.1:1/", "http://bank.example/?127.0.0.1",    "http://0.0.0.0/",
        "http://[2001:db8::1]/",        "http://1.2.3.127/",   "http://bank.example:127/localhost",
    };
    static const char *const bad[] = {
        "",
        "/alerts",
        "contact.bank.example/alerts",
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1/",
        "ldap://127.0.0.1/",
        "smtp://127.0.0.1/",
        "dict://127.0.0.1/",
        "javascript:alert(1)",
        "unix:/run/socket",
        "ws://127.0.0.1/",
        "https://",
        "https:///path",
        "https:/bank.example/",
        "https:/ps://bank.example/",
        "https://user@bank.example/",
        "https://user:word@bank.example/",
        "https://:word@bank.example/",
        "https://bank.example/#part",
        "https://bank.example/#",
        "https://bank.example#",
        "https://@bank.example/",
        "https://:@bank.example/",
        "https://bank.example/a b",
        "https://bank.example/\n",
        "https://bank.example\r\nx: y/",
        "https://银行.example/",
        "https://bank.example:0x50/",
        "https://bank.example:99999/",
        "https://[::1/",
        "http://user@127.0.0.1/",
        " https://bank.example/",
        "https://bank.example /",
        "https//bank.example/",
        "https://bank.example/\x7f",
    };
    struct world *w = world_make(&plain);
    struct webhook_endpoint endpoint = {.timeout_ms = 0};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        endpoint.url = slice_of(good[i]);
        CHECK_THAT(webhook_endpoint_check(&endpoint, false, &w->arena, &w->diag) == STATUS_OK, "%s: %.*s", good[i], SLICE_ARGS(w->diag.message));
    }
    for (size_t i = 0; i < sizeof in_the_clear / sizeof in_the_clear[0]; i++) {
        endpoint.url = slice_of(in_the_clear[i]);
        CHECK_THAT(webhook_endpoint_check(&endpoint, false, &w->arena, &w->diag) == STATUS_INVALID && strcmp(w->diag.code, "WH002") == 0, "%s",
                   in_the_clear[i]);
        CHECK_THAT(webhook_endpoint_check(&endpoint, true, &w->arena, &w->diag) == STATUS_OK, "%s", in_the_clear[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        endpoint.url = slice_of(bad[i]);
        for (int anywhere = 0; anywhere < 2; anywhere++) {
            CHECK_THAT(webhook_endpoint_check(&endpoint, anywhere, &w->arena, &w->diag) == STATUS_INVALID && strcmp(w->diag.code, "WH002") == 0, "%s",
                       bad[i]);
            CHECK(w->diag.hint.size > 0);
        }
        struct webhook_delivery *delivery = make(w, endpoint.url);
        CHECK(webhook_send(w->sender, delivery, &w->arena, &w->diag) == STATUS_INVALID);
        w->done[delivery - w->deliveries] = true; // it was refused
    }
    char nul[] = "https://bank.example/\0.evil.example/";
    endpoint.url = (Slice){nul, sizeof nul - 1};
    CHECK(webhook_endpoint_check(&endpoint, true, &w->arena, &w->diag) == STATUS_INVALID);
    return world_end(w);
}

static bool test_endpoint_settings(void) {
    static char path[WEBHOOK_PATH_MAX + 2];
    static const uint32_t timeouts[] = {1, WEBHOOK_TIMEOUT_MIN_MS - 1, WEBHOOK_TIMEOUT_MAX_MS + 1, UINT32_MAX};
    struct world *w = world_make(&plain);
    struct webhook_endpoint endpoint = {.url = SLICE("https://bank.example/")};
    for (size_t i = 0; i < sizeof timeouts / sizeof timeouts[0]; i++) {
        endpoint.timeout_ms = timeouts[i];
        CHECK(webhook_endpoint_check(&endpoint, false, &w->arena, &w->diag) == STATUS_INVALID && strcmp(w->diag.code, "WH005") == 0);
    }
    endpoint.timeout_ms = WEBHOOK_TIMEOUT_MAX_MS;
    CHECK(webhook_endpoint_check(&endpoint, false, &w->arena, &w->diag) == STATUS_OK);
    memset(path, 'x', sizeof path);
    endpoint.ca_file = (Slice){path, WEBHOOK_PATH_MAX + 1};
    CHECK(webhook_endpoint_check(&endpoint, false, &w->arena, &w->diag) == STATUS_INVALID && strcmp(w->diag.code, "WH005") == 0);
    endpoint.ca_file = SLICE("/etc/ca.pem\0x");
    CHECK(webhook_endpoint_check(&endpoint, false, &w->arena, &w->diag) == STATUS_INVALID);
    char url[WEBHOOK_URL_MAX + 1];
    int head = snprintf(url, sizeof url, "https://bank.example/");
    memset(url + head, 'x', sizeof url - (size_t)head);
    endpoint = (struct webhook_endpoint){.url = {url, WEBHOOK_URL_MAX}};
    CHECK(webhook_endpoint_check(&endpoint, false, &w->arena, &w->diag) == STATUS_OK);
    endpoint.url.size++;
    CHECK(webhook_endpoint_check(&endpoint, false, &w->arena, &w->diag) == STATUS_INVALID && strcmp(w->diag.code, "WH002") == 0);
    // The longest of all is sent.
    Slice base = url_of(w, "HTTP", "/ok/");
    memcpy(url, base.at, base.size);
    memset(url + base.size, 'x', WEBHOOK_URL_MAX - base.size);
    CHECK(became(ask_url(w, (Slice){url, WEBHOOK_URL_MAX}), WEBHOOK_DELIVERED, WEBHOOK_NO_FAULT, 200));
    return world_end(w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_request),
        TEST(test_signed),
        TEST(test_bodies),
        TEST(test_documented_receiver),
        TEST(test_connection_is_kept),
        TEST(test_statuses),
        TEST(test_retry_after),
        TEST(test_redirects),
        TEST(test_large_answers),
        TEST(test_answers_are_text),
        TEST(test_silence),
        TEST(test_broken),
        TEST(test_refused_connection),
        TEST(test_no_proxy),
        TEST(test_unknown_name),
        TEST(test_hanging_name),
        TEST(test_tls),
        TEST(test_one_dead_endpoint),
        TEST(test_limits),
        TEST(test_threads),
        TEST(test_end),
        TEST(test_end_at_once),
        TEST(test_urls),
        TEST(test_endpoint_settings),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

// What every request pays to be let in: access_identify() with a key, a certificate and a session,
// on one thread and on two at once. Beside keys and sessions of others, so that look-ups are not
// all of one line of memory.

#include "access/access.h"
#include "os/clock.h"
#include "os/file.h"
#include "os/scratch_test.h"
#include "os/thread.h"

#include <pthread.h>

enum { KEYS = 200, ROUNDS = 400000, COST = 10, THREADS_MAX = 2, REPLAYED = 100000 };

static const int64_t t0 = INT64_C(1795420800000000);

struct run {
    struct access *access;
    struct access_credentials shown;
    uint64_t cpu_ns;
};

static void identify(void *context) {
    struct run *run = context;
    uint64_t start_ns = clock_thread_cpu_ns();
    for (int i = 0; i < ROUNDS; i++) {
        Identity who;
        struct access_refusal refusal;
        run->shown.now_us = t0 + i * 20;
        INVARIANT(access_identify(run->access, &run->shown, &who, &refusal));
    }
    run->cpu_ns = clock_thread_cpu_ns() - start_ns;
}

static void measure(const char *what, struct access *access,
                    const struct access_credentials *shown) {
    for (int count = 1; count <= THREADS_MAX; count++) {
        struct run runs[THREADS_MAX];
        struct thread *threads[THREADS_MAX];
        uint64_t total_ns = 0;
        for (int i = 0; i < count; i++) {
            runs[i] = (struct run){.access = access, .shown = *shown};
            threads[i] = thread_start("identify", identify, &runs[i]);
        }
        for (int i = 0; i < count; i++) {
            thread_join(threads[i]);
            total_ns += runs[i].cpu_ns;
        }
        printf("%-12s %d thread%s  %.0f ns\n", what, count, count == 1 ? " " : "s",
               (double)total_ns / (double)(ROUNDS * count));
    }
}

// How long a server takes to read its log when it begins.
static void measure_replay(const struct access_options *options, struct scratch *scratch,
                           const struct access_act *act) {
    struct access *access;
    struct access_opened opened;
    struct access_report report = {.action = AUDIT_CASE_CHANGED,
                                   .target = SLICE("case 7"),
                                   .detail = SLICE("{\"state\":\"closed\",\"reason\":\"fraud\"}")};
    INVARIANT(access_open(options, &scratch->arena, &access, &opened, &scratch->diag) == STATUS_OK);
    for (uint64_t sequence = 0; sequence < REPLAYED;) {
        Status status = access_audit(access, act, &report, &sequence);
        INVARIANT(status == STATUS_OK ||
                  (status == STATUS_LIMIT && access_wait(access, sequence) == STATUS_OK));
    }
    INVARIANT(access_close(access, t0, &scratch->arena, &scratch->diag) == STATUS_OK);
    uint64_t start_ns = clock_monotonic_ns();
    INVARIANT(access_open(options, &scratch->arena, &access, &opened, &scratch->diag) == STATUS_OK);
    uint64_t took_ns = clock_monotonic_ns() - start_ns;
    printf("replay       %llu records  %.0f records/s\n", (unsigned long long)opened.records,
           (double)opened.records * 1e9 / (double)took_ns);
    INVARIANT(access_close(access, t0, &scratch->arena, &scratch->diag) == STATUS_OK);
}

struct over {
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool done;
};

static void on_done(struct sign_in *sign_in) {
    struct over *over = sign_in->user;
    pthread_mutex_lock(&over->lock);
    over->done = true;
    pthread_cond_signal(&over->moved);
    pthread_mutex_unlock(&over->lock);
}

int main(void) {
    struct scratch scratch;
    struct access *access;
    struct access_opened opened;
    struct access_made_key made = {0};
    struct access_act act = {.who = identity_of_console(SLICE("bench")), .now_us = t0};
    INVARIANT(scratch_make(&scratch, NULL));
    struct access_options options = {
        .folder = slice_of(scratch.path), .now_us = t0, .password_cost = COST};
    INVARIANT(access_open(&options, &scratch.arena, &access, &opened, &scratch.diag) == STATUS_OK);
    for (int i = 0; i < KEYS; i++) {
        struct access_new_key key = {.name = SLICE("core"),
                                     .scopes = 1,
                                     .expires_us = t0 + INT64_C(86400000000),
                                     .rate = ACCESS_RATE_MAX,
                                     .burst = ACCESS_BURST_MAX};
        INVARIANT(access_key_add(access, &act, &key, &made, &scratch.arena, &scratch.diag) ==
                  STATUS_OK);
    }
    measure(
        "key", access,
        &(struct access_credentials){.authorization = arena_printf(&scratch.arena, "Bearer %.*s",
                                                                   ACCESS_KEY_SIZE, made.key)});
    struct access_new_key certificate = {
        .name = SLICE("core"),
        .scopes = 1,
        .rate = ACCESS_RATE_MAX,
        .burst = ACCESS_BURST_MAX,
        .fingerprint = SLICE("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")};
    INVARIANT(access_key_add(access, &act, &certificate, &made, &scratch.arena, &scratch.diag) ==
              STATUS_OK);
    measure("certificate", access,
            &(struct access_credentials){.certificate = certificate.fingerprint});
    struct access_new_user user = {.name = SLICE("wang"),
                                   .roles = role_bit(ROLE_ANALYST),
                                   .password = SLICE("correct horse battery"),
                                   .final = true};
    INVARIANT(access_user_add(access, &act, &user, &scratch.arena, &scratch.diag) == STATUS_OK);
    struct over over = {.lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
    struct sign_in in = {
        .name = user.name, .password = user.password, .now_us = t0, .done = on_done, .user = &over};
    INVARIANT(access_sign_in(access, &in));
    pthread_mutex_lock(&over.lock);
    while (!over.done) {
        pthread_cond_wait(&over.moved, &over.lock);
    }
    pthread_mutex_unlock(&over.lock);
    measure("session", access,
            &(struct access_credentials){.session = {in.token, ACCESS_TOKEN_SIZE}});
    INVARIANT(access_close(access, t0, &scratch.arena, &scratch.diag) == STATUS_OK);
    measure_replay(&options, &scratch, &act);
    return scratch_remove(&scratch) ? 0 : 1;
}

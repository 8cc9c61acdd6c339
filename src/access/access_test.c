// The room as a whole, on the real disk: what is changed is there again, who may not is not let in,
// and the log tells it.

#include "access/access.h"

#include "base/random.h"
#include "base/test.h"
#include "base/time.h"
#include "os/file.h"
#include "os/scratch_test.h"
#include "os/thread.h"

#include <unistd.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>

static const int64_t t0 = INT64_C(1795420800) * US_PER_SECOND;

enum { COST = 10, SEGMENT_BYTES = 256 << 10, FILE_MAX = 64 << 20 };

#define PASSWORD SLICE("correct horse battery")
#define OTHER_PASSWORD SLICE("staple the battery horse")

#define FINGERPRINT SLICE("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")

struct world {
    struct scratch scratch;
    Slice folder;
    struct access *access;
    struct access_opened opened;
    struct access_options options;
    int64_t now_us;
};

static struct access_act console(const struct world *w) {
    return (struct access_act){.who = identity_of_console(SLICE("root")), .now_us = w->now_us};
}

static bool failed_with(const struct world *w, Status status, const char *code) {
    CHECK_THAT(status != STATUS_OK, "it went well and should be %s", code);
    CHECK_THAT(strcmp(w->scratch.diag.code, code) == 0, "%s: %.*s", w->scratch.diag.code,
               SLICE_ARGS(w->scratch.diag.message));
    return true;
}

static Status reopen(struct world *w) {
    Status status = access_close(w->access, w->now_us, &w->scratch.arena, &w->scratch.diag);
    w->access = NULL;
    INVARIANT(status == STATUS_OK);
    return access_open(&w->options, &w->scratch.arena, &w->access, &w->opened, &w->scratch.diag);
}

static bool world_init(struct world *w) {
    *w = (struct world){.now_us = t0};
    CHECK(scratch_make(&w->scratch, NULL));
    w->folder = scratch_path(&w->scratch, "access");
    CHECK(file_make_directory(w->folder, &w->scratch.arena, &w->scratch.diag) == STATUS_OK);
    w->options = (struct access_options){
        .folder = w->folder, .now_us = t0, .password_cost = COST, .segment_bytes = SEGMENT_BYTES};
    CHECK(access_open(&w->options, &w->scratch.arena, &w->access, &w->opened, &w->scratch.diag) ==
          STATUS_OK);
    return true;
}

static bool world_deinit(struct world *w) {
    CHECK(access_close(w->access, w->now_us, &w->scratch.arena, &w->scratch.diag) == STATUS_OK);
    return scratch_remove(&w->scratch);
}

static Status add_user(struct world *w, Slice name, RoleSet roles, bool final) {
    struct access_act act = console(w);
    struct access_new_user user = {.name = name,
                                   .title = SLICE("王小明"),
                                   .roles = roles,
                                   .password = PASSWORD,
                                   .final = final};
    return access_user_add(w->access, &act, &user, &w->scratch.arena, &w->scratch.diag);
}

static Status add_key(struct world *w, Slice name, ScopeSet scopes, int64_t expires_us,
                      struct access_made_key *ret_made) {
    struct access_act act = console(w);
    struct access_new_key key = {
        .name = name, .scopes = scopes, .expires_us = expires_us, .rate = 1000, .burst = 2000};
    return access_key_add(w->access, &act, &key, ret_made, &w->scratch.arena, &w->scratch.diag);
}

// ---- signing in, and waiting for it -----------------------------------------------------------

struct waiting {
    pthread_mutex_t lock;
    pthread_cond_t over;
    bool done;
};

static void on_done(struct sign_in *sign_in) {
    struct waiting *waiting = sign_in->user;
    pthread_mutex_lock(&waiting->lock);
    waiting->done = true;
    pthread_cond_signal(&waiting->over);
    pthread_mutex_unlock(&waiting->lock);
}

static struct sign_in sign_in_from(struct world *w, Slice name, Slice password, Slice from) {
    struct waiting waiting = {.lock = PTHREAD_MUTEX_INITIALIZER, .over = PTHREAD_COND_INITIALIZER};
    struct sign_in sign_in = {.name = name,
                              .password = password,
                              .from = from,
                              .now_us = w->now_us,
                              .done = on_done,
                              .user = &waiting};
    if (access_sign_in(w->access, &sign_in)) {
        pthread_mutex_lock(&waiting.lock);
        while (!waiting.done) {
            pthread_cond_wait(&waiting.over, &waiting.lock);
        }
        pthread_mutex_unlock(&waiting.lock);
    }
    pthread_mutex_destroy(&waiting.lock);
    pthread_cond_destroy(&waiting.over);
    return sign_in;
}

static struct sign_in sign_in(struct world *w, Slice name, Slice password) {
    return sign_in_from(w, name, password, SLICE("192.0.2.7"));
}

static AccessRefusal who_is(struct world *w, const struct sign_in *in, Identity *ret_identity) {
    struct access_credentials shown = {
        .session = {in->token, ACCESS_TOKEN_SIZE}, .peer = SLICE("192.0.2.7"), .now_us = w->now_us};
    struct access_refusal refusal = {ACCESS_REFUSAL_NONE, 0};
    return access_identify(w->access, &shown, ret_identity, &refusal) ? ACCESS_REFUSAL_NONE : refusal.kind;
}

static AccessRefusal which_system(struct world *w, const struct access_made_key *made,
                            Identity *ret_identity) {
    char header[128];
    int size = snprintf(header, sizeof header, "Bearer %.*s", ACCESS_KEY_SIZE, made->key);
    struct access_credentials shown = {
        .authorization = {header, (size_t)size}, .peer = SLICE("192.0.2.9"), .now_us = w->now_us};
    struct access_refusal refusal = {ACCESS_REFUSAL_NONE, 0};
    return access_identify(w->access, &shown, ret_identity, &refusal) ? ACCESS_REFUSAL_NONE : refusal.kind;
}

// ---- what the log holds -----------------------------------------------------------------------

struct counted {
    uint32_t of[AUDIT_COUNT];
    uint64_t last;
    bool secret;
    struct buf text;
};

static bool count_record(void *context, const struct audit_record *record) {
    struct counted *counted = context;
    counted->of[record->action]++;
    counted->last = record->sequence;
    buf_reset(&counted->text);
    audit_render(record, &counted->text);
    Slice text = buf_slice(&counted->text);
    counted->secret = counted->secret || slice_find(text, SLICE("scrypt"), 0) != SIZE_MAX ||
                      slice_find(text, SLICE("sha256"), 0) != SIZE_MAX;
    return true;
}

static struct counted read_log(struct world *w, struct access *access) {
    struct counted counted = {0};
    buf_init(&counted.text, 64 << 10);
    Status status =
        access_audit_read(access, 1, UINT64_MAX, (struct audit_sink){&counted, count_record},
                          &w->scratch.arena, &w->scratch.diag);
    INVARIANT(status == STATUS_OK);
    buf_deinit(&counted.text);
    return counted;
}

static bool files_hold(struct world *w, Slice text) {
    FileList list;
    INVARIANT(file_list(w->folder, SLICE(".log"), false, &w->scratch.arena, &list,
                        &w->scratch.diag) == STATUS_OK);
    for (uint32_t i = 0; i < list.count; i++) {
        Slice bytes;
        INVARIANT(file_read(list.paths[i], FILE_MAX, &w->scratch.arena, &bytes, &w->scratch.diag) ==
                  STATUS_OK);
        if (slice_find(bytes, text, 0) != SIZE_MAX) {
            return true;
        }
    }
    return false;
}

// ---- people -----------------------------------------------------------------------------------

static bool test_a_user_signs_in_and_is_there_again(void) {
    struct world w;
    Identity who;
    CHECK(world_init(&w));
    CHECK(add_user(&w, SLICE("wang"), role_bit(ROLE_ANALYST), true) == STATUS_OK);
    struct sign_in in = sign_in(&w, SLICE("wang"), PASSWORD);
    CHECK(in.refusal.kind == ACCESS_REFUSAL_NONE && who_is(&w, &in, &who) == ACCESS_REFUSAL_NONE);
    CHECK(slice_is(identity_name(&who), "wang") && who.kind == ACTOR_PERSON && who.session != 0);
    CHECK(identity_may(&who, SCOPE_CASES_WRITE) && !identity_may(&who, SCOPE_USERS_WRITE));
    CHECK(sign_in(&w, SLICE("wang"), OTHER_PASSWORD).refusal.kind == ACCESS_REFUSAL_SIGN_IN);
    CHECK(sign_in(&w, SLICE("nobody"), PASSWORD).refusal.kind == ACCESS_REFUSAL_SIGN_IN);
    // A restart ends sessions, and keeps users.
    CHECK(reopen(&w) == STATUS_OK && w.opened.users == 1);
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_SESSION_ENDED);
    AccessUsers users = access_users(w.access, w.now_us, &w.scratch.arena);
    CHECK(users.count == 1 && slice_is(users.at[0].name, "wang") &&
          slice_is(users.at[0].title, "王小明"));
    CHECK(users.at[0].roles == role_bit(ROLE_ANALYST) && !users.at[0].disabled &&
          users.at[0].signed_in_us == t0);
    CHECK(sign_in(&w, SLICE("wang"), PASSWORD).refusal.kind == ACCESS_REFUSAL_NONE);
    CHECK(!files_hold(&w, PASSWORD) && files_hold(&w, SLICE("scrypt$10$8$1$")));
    CHECK(!files_hold(&w, (Slice){in.token, ACCESS_TOKEN_SIZE}));
    return world_deinit(&w);
}

static bool test_what_a_user_cannot_be(void) {
    struct world w;
    CHECK(world_init(&w));
    struct access_act act = console(&w);
    struct arena *arena = &w.scratch.arena;
    struct diag *diag = &w.scratch.diag;
    struct access_new_user user = {
        .name = SLICE("wang"), .roles = role_bit(ROLE_ANALYST), .password = PASSWORD};
    struct access_new_user other = user;
    other.name = SLICE("Wang Fang");
    CHECK(failed_with(&w, access_user_add(w.access, &act, &other, arena, diag), "AC002"));
    other = user;
    other.roles = 0;
    CHECK(failed_with(&w, access_user_add(w.access, &act, &other, arena, diag), "AC006"));
    other.roles = role_bit(ROLE_ADMINISTRATOR) | role_bit(ROLE_MODEL_APPROVER);
    CHECK(failed_with(&w, access_user_add(w.access, &act, &other, arena, diag), "AC006"));
    other.roles = role_bit(ROLE_SYSTEM);
    CHECK(failed_with(&w, access_user_add(w.access, &act, &other, arena, diag), "AC006"));
    other = user;
    other.password = SLICE("password1234");
    CHECK(failed_with(&w, access_user_add(w.access, &act, &other, arena, diag), "AC005"));
    other = user;
    other.name = SLICE("breaker"); // a part of the program acts under it
    CHECK(failed_with(&w, access_user_add(w.access, &act, &other, arena, diag), "AC022"));
    other = user;
    other.title = SLICE("a\nb");
    CHECK(failed_with(&w, access_user_add(w.access, &act, &other, arena, diag), "AC017"));
    CHECK(access_user_add(w.access, &act, &user, arena, diag) == STATUS_OK);
    CHECK(failed_with(&w, access_user_add(w.access, &act, &user, arena, diag), "AC003"));
    CHECK(failed_with(&w, access_user_enable(w.access, &act, SLICE("li"), false, arena, diag),
                      "AC004"));
    CHECK(failed_with(&w, access_user_set_roles(w.access, &act, SLICE("wang"), 0, arena, diag),
                      "AC006"));
    CHECK(read_log(&w, w.access).of[AUDIT_USER_ADD] == 1);
    return world_deinit(&w);
}

static bool test_who_may_change_users(void) {
    struct world w;
    Identity who;
    CHECK(world_init(&w));
    struct arena *arena = &w.scratch.arena;
    struct diag *diag = &w.scratch.diag;
    CHECK(add_user(&w, SLICE("zhao"), role_bit(ROLE_ADMINISTRATOR), true) == STATUS_OK);
    CHECK(add_user(&w, SLICE("wang"), role_bit(ROLE_ANALYST), true) == STATUS_OK);
    struct sign_in in = sign_in(&w, SLICE("wang"), PASSWORD);
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_NONE);
    struct access_act act = {.who = who, .from = SLICE("192.0.2.7"), .now_us = w.now_us};
    CHECK(failed_with(&w, access_user_enable(w.access, &act, SLICE("zhao"), false, arena, diag),
                      "AC001"));
    CHECK(failed_with(
        &w,
        access_user_set_roles(w.access, &act, SLICE("wang"), role_bit(ROLE_DIRECTOR), arena, diag),
        "AC001"));
    CHECK(failed_with(&w, access_key_revoke(w.access, &act, SLICE("abcdefgh"), arena, diag),
                      "AC001"));
    in = sign_in(&w, SLICE("zhao"), PASSWORD);
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_NONE);
    act.who = who;
    // An administrator changes others, not himself, and never leaves nobody who can.
    CHECK(access_user_set_roles(w.access, &act, SLICE("wang"), role_bit(ROLE_DIRECTOR), arena,
                                diag) == STATUS_OK);
    CHECK(failed_with(&w, access_user_enable(w.access, &act, SLICE("zhao"), false, arena, diag),
                      "AC009"));
    struct access_act root = console(&w);
    CHECK(failed_with(&w, access_user_enable(w.access, &root, SLICE("zhao"), false, arena, diag),
                      "AC009"));
    CHECK(failed_with(
        &w,
        access_user_set_roles(w.access, &root, SLICE("zhao"), role_bit(ROLE_DIRECTOR), arena, diag),
        "AC009"));
    CHECK(add_user(&w, SLICE("qian"), role_bit(ROLE_ADMINISTRATOR), true) == STATUS_OK);
    CHECK(access_user_enable(w.access, &root, SLICE("zhao"), false, arena, diag) == STATUS_OK);
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_SESSION_ENDED);
    CHECK(sign_in(&w, SLICE("zhao"), PASSWORD).refusal.kind == ACCESS_REFUSAL_DISABLED);
    CHECK(sign_in(&w, SLICE("zhao"), OTHER_PASSWORD).refusal.kind == ACCESS_REFUSAL_SIGN_IN);
    CHECK(access_user_enable(w.access, &root, SLICE("zhao"), true, arena, diag) == STATUS_OK);
    CHECK(sign_in(&w, SLICE("zhao"), PASSWORD).refusal.kind == ACCESS_REFUSAL_NONE);
    // Somebody else's password is never final, but at the console.
    struct access_new_user user = {.name = SLICE("sun"),
                                   .roles = role_bit(ROLE_DIRECTOR),
                                   .password = PASSWORD,
                                   .final = true};
    act.now_us = w.now_us;
    CHECK(failed_with(&w, access_user_add(w.access, &act, &user, arena, diag), "AC005"));
    return world_deinit(&w);
}

static bool test_a_password_that_was_set_has_to_be_changed(void) {
    struct world w;
    Identity who;
    CHECK(world_init(&w));
    struct arena *arena = &w.scratch.arena;
    struct diag *diag = &w.scratch.diag;
    CHECK(add_user(&w, SLICE("wang"), role_bit(ROLE_ANALYST), false) == STATUS_OK);
    struct sign_in in = sign_in(&w, SLICE("wang"), PASSWORD);
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_NONE && who.must_change_password &&
          !identity_may(&who, SCOPE_CASES_READ));
    struct access_act act = {.who = who, .from = SLICE("192.0.2.7"), .now_us = w.now_us};
    CHECK(failed_with(&w,
                      access_change_password(w.access, &act, SLICE("not the old one"),
                                             OTHER_PASSWORD, arena, diag),
                      "AC007"));
    CHECK(failed_with(&w, access_change_password(w.access, &act, PASSWORD, PASSWORD, arena, diag),
                      "AC005"));
    CHECK(failed_with(&w,
                      access_change_password(w.access, &act, PASSWORD, SLICE("short"), arena, diag),
                      "AC005"));
    CHECK(access_change_password(w.access, &act, PASSWORD, OTHER_PASSWORD, arena, diag) ==
          STATUS_OK);
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_SESSION_ENDED);
    CHECK(sign_in(&w, SLICE("wang"), PASSWORD).refusal.kind == ACCESS_REFUSAL_SIGN_IN);
    in = sign_in(&w, SLICE("wang"), OTHER_PASSWORD);
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_NONE && !who.must_change_password &&
          identity_may(&who, SCOPE_CASES_READ));
    // Guessing the old password through a stolen session is slowed as a sign-in is.
    act.who = who;
    act.from = SLICE("192.0.2.8");
    for (int i = 0; i < 5; i++) {
        CHECK(failed_with(
            &w, access_change_password(w.access, &act, SLICE("a guess"), PASSWORD, arena, diag),
            "AC007"));
    }
    CHECK(failed_with(&w,
                      access_change_password(w.access, &act, OTHER_PASSWORD, PASSWORD, arena, diag),
                      "AC015"));
    return world_deinit(&w);
}

// ---- sessions ---------------------------------------------------------------------------------

static bool test_sessions_end(void) {
    struct world w;
    Identity who;
    CHECK(world_init(&w));
    struct arena *arena = &w.scratch.arena;
    struct diag *diag = &w.scratch.diag;
    CHECK(add_user(&w, SLICE("wang"), role_bit(ROLE_ANALYST), true) == STATUS_OK);
    struct sign_in in = sign_in(&w, SLICE("wang"), PASSWORD);
    // Without a request for half an hour, to the microsecond.
    w.now_us = t0 + 30 * US_PER_MINUTE - 1;
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_NONE);
    w.now_us += 30 * US_PER_MINUTE;
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_SESSION_ENDED);
    // Half a day after it began, however busy.
    in = sign_in(&w, SLICE("wang"), PASSWORD);
    int64_t begun_us = w.now_us;
    while (w.now_us < begun_us + 12 * US_PER_HOUR) {
        CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_NONE);
        w.now_us += 20 * US_PER_MINUTE;
    }
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_SESSION_ENDED);
    // By signing out, once.
    in = sign_in(&w, SLICE("wang"), PASSWORD);
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_NONE);
    struct access_act act = {.who = who, .now_us = w.now_us};
    CHECK(access_sign_out(w.access, &act) == STATUS_OK &&
          access_sign_out(w.access, &act) == STATUS_NOT_FOUND);
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_SESSION_ENDED);
    // All at once.
    in = sign_in(&w, SLICE("wang"), PASSWORD);
    struct sign_in also = sign_in(&w, SLICE("wang"), PASSWORD);
    struct access_act root = console(&w);
    CHECK(access_users(w.access, w.now_us, arena).at[0].sessions == 2);
    CHECK(access_sign_out_all(w.access, &root, SLICE("wang"), arena, diag) == STATUS_OK);
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_SESSION_ENDED &&
          who_is(&w, &also, &who) == ACCESS_REFUSAL_SESSION_ENDED);
    CHECK(failed_with(&w, access_sign_out_all(w.access, &root, SLICE("li"), arena, diag), "AC004"));
    // With a change of roles or of the password.
    in = sign_in(&w, SLICE("wang"), PASSWORD);
    CHECK(access_user_set_roles(w.access, &root, SLICE("wang"), role_bit(ROLE_LIAISON), arena,
                                diag) == STATUS_OK);
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_SESSION_ENDED);
    in = sign_in(&w, SLICE("wang"), PASSWORD);
    CHECK(access_user_set_password(w.access, &root, SLICE("wang"), OTHER_PASSWORD, false, arena,
                                   diag) == STATUS_OK);
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_SESSION_ENDED);
    // The eighth is the last that stands beside the first.
    struct sign_in many[ACCESS_USER_SESSIONS + 1];
    for (int i = 0; i < ACCESS_USER_SESSIONS + 1; i++) {
        many[i] = sign_in(&w, SLICE("wang"), OTHER_PASSWORD);
        CHECK(who_is(&w, &many[0], &who) ==
              (i < ACCESS_USER_SESSIONS ? ACCESS_REFUSAL_NONE : ACCESS_REFUSAL_SESSION_ENDED));
    }
    CHECK(who_is(&w, &many[1], &who) == ACCESS_REFUSAL_NONE);
    // A tick forgets what has ended, and nothing else.
    access_tick(w.access, w.now_us);
    CHECK(who_is(&w, &many[1], &who) == ACCESS_REFUSAL_NONE);
    access_tick(w.access, w.now_us + US_PER_HOUR);
    CHECK(who_is(&w, &many[1], &who) == ACCESS_REFUSAL_SESSION_ENDED);
    return world_deinit(&w);
}

static bool test_a_clock_that_is_set_back(void) {
    struct world w;
    Identity who;
    CHECK(world_init(&w));
    CHECK(add_user(&w, SLICE("wang"), role_bit(ROLE_ANALYST), true) == STATUS_OK);
    struct sign_in in = sign_in(&w, SLICE("wang"), PASSWORD);
    w.now_us = t0 - 10 * US_PER_MINUTE;
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_NONE);
    w.now_us = t0 - 30 * US_PER_MINUTE;
    CHECK(who_is(&w, &in, &who) == ACCESS_REFUSAL_SESSION_ENDED);
    return world_deinit(&w);
}

// ---- brute force ------------------------------------------------------------------------------

static bool slowed(struct world *w, Slice name, Slice from, int64_t delay_us) {
    struct sign_in in = sign_in_from(w, name, OTHER_PASSWORD, from);
    CHECK_THAT(in.refusal.kind == (delay_us > 0 ? ACCESS_REFUSAL_SIGN_IN_DELAYED : ACCESS_REFUSAL_SIGN_IN),
               "%.*s: %s", SLICE_ARGS(name), refusal_code(in.refusal.kind));
    CHECK(in.refusal.retry_after_us == delay_us);
    return true;
}

static bool test_guessing_is_slowed(void) {
    static const char *const names[] = {
        "wang", "made.up"}; // one that is there and one that is not look the same
    struct world w;
    CHECK(world_init(&w));
    CHECK(add_user(&w, SLICE("wang"), role_bit(ROLE_ANALYST), true) == STATUS_OK);
    for (int n = 0; n < 2; n++) {
        Slice name = slice_of(names[n]);
        int64_t delay_us = US_PER_SECOND;
        w.now_us = t0;
        for (int i = 0; i < 5; i++) {
            CHECK(slowed(&w, name, (Slice){NULL, 0}, 0));
        }
        for (int i = 0; i < 12; i++) {
            CHECK(slowed(&w, name, (Slice){NULL, 0}, delay_us));
            w.now_us += delay_us - 1;
            CHECK(slowed(&w, name, (Slice){NULL, 0}, 1));
            w.now_us += 1;
            CHECK(slowed(&w, name, (Slice){NULL, 0}, 0));
            delay_us = 2 * delay_us < 15 * US_PER_MINUTE ? 2 * delay_us : 15 * US_PER_MINUTE;
        }
    }
    // The right password does not help before its time, and clears the name then.
    CHECK(sign_in_from(&w, SLICE("wang"), PASSWORD, (Slice){NULL, 0}).refusal.kind ==
          ACCESS_REFUSAL_SIGN_IN_DELAYED);
    w.now_us += 15 * US_PER_MINUTE;
    CHECK(sign_in_from(&w, SLICE("wang"), PASSWORD, (Slice){NULL, 0}).refusal.kind == ACCESS_REFUSAL_NONE);
    CHECK(slowed(&w, SLICE("wang"), (Slice){NULL, 0}, 0));
    CHECK(sign_in_from(&w, SLICE("wang"), PASSWORD, (Slice){NULL, 0}).refusal.kind == ACCESS_REFUSAL_NONE);
    // One address that tries many names.
    for (int i = 0; i < 5; i++) {
        char name[16];
        Slice some = {name, (size_t)snprintf(name, sizeof name, "name%d", i)};
        CHECK(slowed(&w, some, SLICE("198.51.100.1"), 0));
    }
    CHECK(slowed(&w, SLICE("another"), SLICE("198.51.100.1"), US_PER_SECOND));
    CHECK(sign_in_from(&w, SLICE("wang"), PASSWORD, SLICE("198.51.100.1")).refusal.kind ==
          ACCESS_REFUSAL_SIGN_IN_DELAYED);
    CHECK(sign_in_from(&w, SLICE("wang"), PASSWORD, SLICE("198.51.100.2")).refusal.kind ==
          ACCESS_REFUSAL_NONE);
    return world_deinit(&w);
}

// ---- the room's thread ------------------------------------------------------------------------

struct gate {
    struct access_task task;
    pthread_mutex_t lock;
    pthread_cond_t moved;
    bool entered, open;
};

static void wait_at_gate(struct access *access, struct access_task *task) {
    struct gate *gate = (struct gate *)task;
    (void)access;
    pthread_mutex_lock(&gate->lock);
    gate->entered = true;
    pthread_cond_broadcast(&gate->moved);
    while (!gate->open) {
        pthread_cond_wait(&gate->moved, &gate->lock);
    }
    pthread_mutex_unlock(&gate->lock);
}

static bool test_the_queue_is_bounded(void) {
    struct world w;
    CHECK(world_init(&w));
    w.options.waiting_max = 1;
    CHECK(reopen(&w) == STATUS_OK);
    CHECK(add_user(&w, SLICE("wang"), role_bit(ROLE_ANALYST), true) == STATUS_OK);
    struct gate gate = {.task.run = wait_at_gate,
                        .lock = PTHREAD_MUTEX_INITIALIZER,
                        .moved = PTHREAD_COND_INITIALIZER};
    CHECK(access_submit(w.access, &gate.task));
    pthread_mutex_lock(&gate.lock);
    while (!gate.entered) {
        pthread_cond_wait(&gate.moved, &gate.lock);
    }
    pthread_mutex_unlock(&gate.lock);
    struct waiting waiting = {.lock = PTHREAD_MUTEX_INITIALIZER, .over = PTHREAD_COND_INITIALIZER};
    struct sign_in first = {.name = SLICE("wang"),
                            .password = PASSWORD,
                            .now_us = w.now_us,
                            .done = on_done,
                            .user = &waiting};
    struct sign_in second = first;
    CHECK(access_sign_in(w.access, &first));
    CHECK(!access_sign_in(w.access, &second) && second.refusal.kind == ACCESS_REFUSAL_BUSY);
    pthread_mutex_lock(&gate.lock);
    gate.open = true;
    pthread_cond_broadcast(&gate.moved);
    pthread_mutex_unlock(&gate.lock);
    pthread_mutex_lock(&waiting.lock);
    while (!waiting.done) {
        pthread_cond_wait(&waiting.over, &waiting.lock);
    }
    pthread_mutex_unlock(&waiting.lock);
    CHECK(first.refusal.kind == ACCESS_REFUSAL_NONE);
    return world_deinit(&w);
}

// ---- systems ----------------------------------------------------------------------------------

static bool test_keys(void) {
    struct world w;
    Identity who;
    struct access_made_key made;
    struct access_made_key other;
    CHECK(world_init(&w));
    struct arena *arena = &w.scratch.arena;
    struct diag *diag = &w.scratch.diag;
    int64_t ends_us = t0 + 10 * US_PER_SECOND;
    CHECK(add_key(&w, SLICE("core"), scope_bit(SCOPE_EVENTS_WRITE), ends_us, &made) == STATUS_OK);
    CHECK(add_key(&w, SLICE("core"), scope_bit(SCOPE_DECISIONS_READ), t0 + 400 * US_PER_DAY,
                  &other) == STATUS_OK);
    CHECK(memcmp(made.id, other.id, ACCESS_ID_SIZE) != 0);
    CHECK(which_system(&w, &made, &who) == ACCESS_REFUSAL_NONE && who.kind == ACTOR_SYSTEM &&
          slice_is(identity_name(&who), "core"));
    CHECK(identity_may(&who, SCOPE_EVENTS_WRITE) && !identity_may(&who, SCOPE_DECISIONS_READ));
    // A secret that is not its own.
    struct access_made_key mixed = made;
    memcpy(mixed.key + ACCESS_KEY_SIZE - ACCESS_TOKEN_SIZE,
           other.key + ACCESS_KEY_SIZE - ACCESS_TOKEN_SIZE, ACCESS_TOKEN_SIZE);
    CHECK(which_system(&w, &mixed, &who) == ACCESS_REFUSAL_UNKNOWN);
    // It ends to the microsecond, also after a restart.
    CHECK(reopen(&w) == STATUS_OK && w.opened.keys == 2);
    w.now_us = ends_us - 1;
    CHECK(which_system(&w, &made, &who) == ACCESS_REFUSAL_NONE);
    w.now_us = ends_us;
    CHECK(which_system(&w, &made, &who) == ACCESS_REFUSAL_EXPIRED &&
          which_system(&w, &mixed, &who) == ACCESS_REFUSAL_UNKNOWN);
    // A revoked one says so, to who has its secret.
    struct access_act act = console(&w);
    CHECK(which_system(&w, &other, &who) == ACCESS_REFUSAL_NONE);
    CHECK(access_key_revoke(w.access, &act, (Slice){other.id, ACCESS_ID_SIZE}, arena, diag) ==
          STATUS_OK);
    CHECK(access_key_revoke(w.access, &act, (Slice){other.id, ACCESS_ID_SIZE}, arena, diag) ==
          STATUS_OK); // once is enough
    CHECK(failed_with(&w, access_key_revoke(w.access, &act, SLICE("abcdefgh"), arena, diag),
                      "AC011"));
    CHECK(which_system(&w, &other, &who) == ACCESS_REFUSAL_REVOKED);
    CHECK(reopen(&w) == STATUS_OK && which_system(&w, &other, &who) == ACCESS_REFUSAL_REVOKED);
    AccessKeys keys = access_keys(w.access, arena);
    CHECK(keys.count == 2 && keys.at[1].revoked && !keys.at[0].revoked &&
          keys.at[0].used_us == ends_us - 1);
    struct counted counted = read_log(&w, w.access);
    CHECK(counted.of[AUDIT_KEY_ADD] == 2 && counted.of[AUDIT_KEY_REVOKE] == 1 && !counted.secret);
    CHECK(!files_hold(&w,
                      (Slice){made.key + ACCESS_KEY_SIZE - ACCESS_TOKEN_SIZE, ACCESS_TOKEN_SIZE}));
    return world_deinit(&w);
}

static bool test_what_a_key_cannot_be(void) {
    struct world w;
    struct access_made_key made;
    CHECK(world_init(&w));
    ScopeSet events = scope_bit(SCOPE_EVENTS_WRITE);
    CHECK(failed_with(&w, add_key(&w, SLICE("Core"), events, t0 + US_PER_DAY, &made), "AC002"));
    CHECK(failed_with(&w, add_key(&w, SLICE("core"), 0, t0 + US_PER_DAY, &made), "AC010"));
    CHECK(failed_with(
        &w, add_key(&w, SLICE("core"), scope_bit(SCOPE_MODELS_APPROVE), t0 + US_PER_DAY, &made),
        "AC010"));
    CHECK(failed_with(&w, add_key(&w, SLICE("core"), events, 0, &made), "AC010"));
    CHECK(failed_with(&w, add_key(&w, SLICE("core"), events, t0, &made), "AC010"));
    CHECK(failed_with(&w, add_key(&w, SLICE("core"), events, t0 + 400 * US_PER_DAY + 1, &made),
                      "AC010"));
    struct access_act act = console(&w);
    struct access_new_key key = {
        .name = SLICE("core"), .scopes = events, .expires_us = t0 + US_PER_DAY, .rate = 0};
    CHECK(failed_with(
        &w, access_key_add(w.access, &act, &key, &made, &w.scratch.arena, &w.scratch.diag),
        "AC010"));
    key.rate = 1;
    key.fingerprint = SLICE("12:34");
    CHECK(failed_with(
        &w, access_key_add(w.access, &act, &key, &made, &w.scratch.arena, &w.scratch.diag),
        "AC014"));
    CHECK(read_log(&w, w.access).last == 0);
    return world_deinit(&w);
}

static bool test_certificates(void) {
    struct world w;
    Identity who;
    struct access_refusal refusal;
    struct access_made_key made;
    struct access_made_key again;
    CHECK(world_init(&w));
    struct arena *arena = &w.scratch.arena;
    struct diag *diag = &w.scratch.diag;
    struct access_act act = console(&w);
    struct access_new_key key = {.name = SLICE("mobile"),
                                 .scopes = scope_bit(SCOPE_EVENTS_WRITE),
                                 .rate = 2,
                                 .fingerprint = FINGERPRINT};
    CHECK(access_key_add(w.access, &act, &key, &made, arena, diag) == STATUS_OK &&
          made.key[0] == '\0');
    key.name = SLICE("other");
    CHECK(failed_with(&w, access_key_add(w.access, &act, &key, &again, arena, diag), "AC014"));
    struct access_credentials shown = {.certificate = FINGERPRINT, .now_us = w.now_us};
    CHECK(access_identify(w.access, &shown, &who, &refusal) &&
          slice_is(identity_name(&who), "mobile"));
    CHECK(reopen(&w) == STATUS_OK);
    CHECK(access_identify(w.access, &shown, &who, &refusal) && who.kind == ACTOR_SYSTEM &&
          identity_may(&who, SCOPE_EVENTS_WRITE));
    // Two at once, then one every half second.
    CHECK(access_identify(w.access, &shown, &who, &refusal));
    CHECK(!access_identify(w.access, &shown, &who, &refusal) &&
          refusal.kind == ACCESS_REFUSAL_RATE_LIMITED && refusal.retry_after_us == 500000);
    shown.now_us += 500000;
    CHECK(access_identify(w.access, &shown, &who, &refusal));
    shown.certificate = SLICE("aa7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(!access_identify(w.access, &shown, &who, &refusal) && refusal.kind == ACCESS_REFUSAL_UNKNOWN);
    shown.certificate = SLICE("not one");
    CHECK(!access_identify(w.access, &shown, &who, &refusal) && refusal.kind == ACCESS_REFUSAL_MALFORMED);
    // The id of a certificate is no key, whatever stands behind it.
    char header[80];
    int size = snprintf(header, sizeof header, "Bearer qtk_%.*s_%.*s", ACCESS_ID_SIZE, made.id,
                        ACCESS_TOKEN_SIZE, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    shown =
        (struct access_credentials){.authorization = {header, (size_t)size}, .now_us = w.now_us};
    CHECK(!access_identify(w.access, &shown, &who, &refusal) && refusal.kind == ACCESS_REFUSAL_UNKNOWN);
    // Revoked, it may be given to another system.
    CHECK(access_key_revoke(w.access, &act, (Slice){made.id, ACCESS_ID_SIZE}, arena, diag) ==
          STATUS_OK);
    shown =
        (struct access_credentials){.certificate = FINGERPRINT, .now_us = w.now_us + US_PER_SECOND};
    CHECK(!access_identify(w.access, &shown, &who, &refusal) && refusal.kind == ACCESS_REFUSAL_REVOKED);
    CHECK(access_key_add(w.access, &act, &key, &again, arena, diag) == STATUS_OK);
    CHECK(access_identify(w.access, &shown, &who, &refusal) &&
          slice_is(identity_name(&who), "other"));
    CHECK(reopen(&w) == STATUS_OK && access_identify(w.access, &shown, &who, &refusal) &&
          slice_is(identity_name(&who), "other"));
    return world_deinit(&w);
}

static bool test_what_is_shown_first_counts(void) {
    struct world w;
    Identity who;
    struct access_refusal refusal;
    struct access_made_key made;
    CHECK(world_init(&w));
    CHECK(add_user(&w, SLICE("wang"), role_bit(ROLE_ANALYST), true) == STATUS_OK);
    CHECK(add_key(&w, SLICE("core"), scope_bit(SCOPE_EVENTS_WRITE), t0 + US_PER_DAY, &made) ==
          STATUS_OK);
    struct sign_in in = sign_in(&w, SLICE("wang"), PASSWORD);
    Slice token = {in.token, ACCESS_TOKEN_SIZE};
    struct access_credentials shown = {.now_us = w.now_us};
    CHECK(!access_identify(w.access, &shown, &who, &refusal) &&
          refusal.kind == ACCESS_REFUSAL_UNAUTHORIZED);
    shown.session = token;
    CHECK(access_identify(w.access, &shown, &who, &refusal) &&
          slice_is(identity_name(&who), "wang"));
    shown.authorization = SLICE("Basic d2FuZzpwYXNz"); // the session does not mend it
    CHECK(!access_identify(w.access, &shown, &who, &refusal) && refusal.kind == ACCESS_REFUSAL_MALFORMED);
    shown.authorization = arena_printf(&w.scratch.arena, "Bearer %.*s", ACCESS_KEY_SIZE, made.key);
    CHECK(access_identify(w.access, &shown, &who, &refusal) &&
          slice_is(identity_name(&who), "core"));
    shown = (struct access_credentials){
        .authorization = arena_printf(&w.scratch.arena, "Bearer %.*s", SLICE_ARGS(token)),
        .now_us = w.now_us};
    CHECK(access_identify(w.access, &shown, &who, &refusal) &&
          slice_is(identity_name(&who), "wang"));
    return world_deinit(&w);
}

static bool test_the_last_use_is_written_once_an_hour(void) {
    struct world w;
    Identity who;
    struct access_made_key made;
    CHECK(world_init(&w));
    CHECK(add_key(&w, SLICE("core"), scope_bit(SCOPE_EVENTS_WRITE), t0 + US_PER_DAY, &made) ==
          STATUS_OK);
    for (int second = 0; second < 3 * 3600; second += 10) {
        w.now_us = t0 + second * US_PER_SECOND;
        CHECK(which_system(&w, &made, &who) == ACCESS_REFUSAL_NONE);
        access_tick(w.access, w.now_us);
    }
    CHECK(reopen(&w) == STATUS_OK); // which writes the last one
    CHECK_THAT(read_log(&w, w.access).of[AUDIT_KEY_USED] == 4, "%u",
               read_log(&w, w.access).of[AUDIT_KEY_USED]);
    CHECK(access_keys(w.access, &w.scratch.arena).at[0].used_us == w.now_us);
    return world_deinit(&w);
}

// ---- the log ----------------------------------------------------------------------------------

static bool test_reports(void) {
    struct world w;
    uint64_t sequence;
    CHECK(world_init(&w));
    struct access_act act = console(&w);
    struct access_report report = {.action = AUDIT_PERSONAL_UNMASKED,
                                   .target = SLICE("case 7"),
                                   .detail = SLICE("{\"fields\":[\"phone\"]}")};
    CHECK(access_audit(w.access, &act, &report, &sequence) == STATUS_OK && sequence == 1);
    CHECK(access_wait(w.access, sequence) == STATUS_OK);
    report.detail = SLICE("{\"fields\":");
    CHECK(access_audit(w.access, &act, &report, &sequence) == STATUS_INVALID);
    report.detail = (Slice){NULL, 0};
    report.refused = true;
    CHECK(access_audit(w.access, &act, &report, &sequence) == STATUS_OK &&
          access_wait(w.access, sequence) == STATUS_OK);
    struct counted counted = read_log(&w, w.access);
    CHECK(counted.of[AUDIT_PERSONAL_UNMASKED] == 2 && counted.last == 2);
    CHECK(reopen(&w) == STATUS_OK && w.opened.records == 2);
    return world_deinit(&w);
}

// The log may have no room for a moment, on a slow disk: as its callers do, the test asks again.
static Status audit_when_there_is_room(struct world *w, const struct access_act *act,
                                       const struct access_report *report, uint64_t *sequence) {
    Status status;
    while ((status = access_audit(w->access, act, report, sequence)) == STATUS_LIMIT) {
        usleep(1000);
    }
    return status;
}

// Bytes from outside that are no text do not keep the log from being opened.
static bool test_reports_of_any_bytes(void) {
    struct world w;
    uint64_t sequence = 0;
    char bytes[2 * ACCESS_TARGET_MAX];
    CHECK(world_init(&w));
    for (int byte = 0; byte < 256; byte++) {
        memset(bytes, byte, sizeof bytes);
        struct access_act act = {.who = identity_of_console((Slice){bytes, sizeof bytes}),
                                 .from = {bytes, sizeof bytes},
                                 .now_us = w.now_us};
        struct access_report report = {.action = AUDIT_DATA_EXPORTED,
                                       .target = {bytes, sizeof bytes}};
        CHECK(audit_when_there_is_room(&w, &act, &report, &sequence) == STATUS_OK);
        access_refused(w.access, &act, SCOPE_AUDIT_READ, report.target);
        CHECK(access_wait(w.access, sequence) == STATUS_OK);
    }
    struct access_act act = {.now_us = INT64_MAX};
    struct access_report report = {.action = AUDIT_DATA_EXPORTED,
                                   .detail =
                                       SLICE("{\"n\":[1e17,1e17,-0,0.1,123456789012345678901]}")};
    CHECK(access_audit(w.access, &act, &report, &sequence) ==
          STATUS_INVALID); // no such year, no such integer
    act.now_us = w.now_us;
    CHECK(access_audit(w.access, &act, &report, &sequence) == STATUS_INVALID);
    report.detail = SLICE("{\"n\":[1e17,1e17,-0,0.1]}");
    CHECK(audit_when_there_is_room(&w, &act, &report, &sequence) == STATUS_OK);
    CHECK(reopen(&w) == STATUS_OK);
    struct counted counted = read_log(&w, w.access);
    CHECK(counted.of[AUDIT_DATA_EXPORTED] == 257 &&
          counted.of[AUDIT_SCOPE_REFUSED] + counted.of[AUDIT_REFUSED_MANY] > 0);
    return world_deinit(&w);
}

static bool take_two(void *context, const struct audit_record *record) {
    uint64_t *last = context;
    *last = record->sequence;
    return record->sequence < 4;
}

static bool test_reading_in_parts(void) {
    struct world w;
    uint64_t sequence = 0;
    uint64_t last = 0;
    CHECK(world_init(&w));
    struct access_act act = console(&w);
    struct access_report report = {.action = AUDIT_CASE_CHANGED, .target = SLICE("case 7")};
    for (int i = 0; i < 10; i++) {
        CHECK(audit_when_there_is_room(&w, &act, &report, &sequence) == STATUS_OK);
    }
    CHECK(access_wait(w.access, sequence) == STATUS_OK);
    struct audit_sink sink = {&last, take_two};
    CHECK(access_audit_read(w.access, 1, 2, sink, &w.scratch.arena, &w.scratch.diag) == STATUS_OK &&
          last == 2);
    CHECK(access_audit_read(w.access, 1, 100, sink, &w.scratch.arena, &w.scratch.diag) ==
              STATUS_OK &&
          last == 4);
    CHECK(access_audit_read(w.access, 9, 100, sink, &w.scratch.arena, &w.scratch.diag) ==
              STATUS_OK &&
          last == 9);
    CHECK(access_audit_read(w.access, 11, 100, sink, &w.scratch.arena, &w.scratch.diag) ==
              STATUS_OK &&
          last == 9);
    return world_deinit(&w);
}

static bool test_refusals_do_not_fill_the_disk(void) {
    enum { REFUSALS = 20000 };
    struct world w;
    Identity who;
    struct access_refusal refusal;
    CHECK(world_init(&w));
    struct access_credentials shown = {.authorization = SLICE("Bearer nonsense"),
                                       .peer = SLICE("192.0.2.9")};
    for (int i = 0; i < REFUSALS; i++) {
        shown.now_us = w.now_us = t0 + i * 100;
        CHECK(!access_identify(w.access, &shown, &who, &refusal) &&
              refusal.kind == ACCESS_REFUSAL_MALFORMED);
    }
    struct access_act act = console(&w);
    for (int i = 0; i < REFUSALS; i++) {
        access_refused(w.access, &act, SCOPE_MODELS_WRITE, SLICE("PUT /v1/models"));
    }
    CHECK(reopen(&w) == STATUS_OK);
    struct counted counted = read_log(&w, w.access);
    CHECK_THAT(counted.of[AUDIT_CREDENTIAL_REFUSED] <= 3 && counted.of[AUDIT_SCOPE_REFUSED] <= 2,
               "%u %u", counted.of[AUDIT_CREDENTIAL_REFUSED], counted.of[AUDIT_SCOPE_REFUSED]);
    CHECK(files_hold(&w, SLICE("\"count\":19999")) && files_hold(&w, SLICE("models:write")));
    // What was typed as the name of nobody may have been a password.
    CHECK(sign_in(&w, SLICE("hunter2-hunter2"), PASSWORD).refusal.kind == ACCESS_REFUSAL_SIGN_IN);
    CHECK(reopen(&w) == STATUS_OK && !files_hold(&w, SLICE("hunter2")) &&
          read_log(&w, w.access).of[AUDIT_SIGN_IN_REFUSED] == 1);
    return world_deinit(&w);
}

static bool test_one_server_at_a_time(void) {
    struct world w;
    struct access *other;
    struct access_opened opened;
    CHECK(world_init(&w));
    CHECK(add_user(&w, SLICE("wang"), role_bit(ROLE_ANALYST), true) == STATUS_OK);
    CHECK(failed_with(
        &w, access_open(&w.options, &w.scratch.arena, &other, &opened, &w.scratch.diag), "AC013"));
    struct access_verified verified;
    CHECK(failed_with(
        &w, access_verify(NULL, w.folder, &w.scratch.arena, &verified, &w.scratch.diag), "AC013"));
    CHECK(access_verify_open(w.access, &w.scratch.arena, &verified, &w.scratch.diag) == STATUS_OK &&
          verified.records == 1 && verified.users == 1 && access_audit_last(w.access) == 1);
    // Reading goes beside it, and changes nothing.
    struct access_options reading = w.options;
    reading.reading = true;
    CHECK(access_open(&reading, &w.scratch.arena, &other, &opened, &w.scratch.diag) == STATUS_OK &&
          opened.users == 1);
    struct access_act act = console(&w);
    struct access_new_user user = {
        .name = SLICE("li"), .roles = role_bit(ROLE_ANALYST), .password = PASSWORD};
    CHECK(failed_with(&w, access_user_add(other, &act, &user, &w.scratch.arena, &w.scratch.diag),
                      "AC019"));
    CHECK(read_log(&w, other).of[AUDIT_USER_ADD] == 1);
    access_tick(other, w.now_us);
    CHECK(access_close(other, w.now_us, &w.scratch.arena, &w.scratch.diag) == STATUS_OK);
    return world_deinit(&w);
}

// ---- damage -----------------------------------------------------------------------------------

static Slice only_segment(struct world *w) {
    FileList list;
    INVARIANT(file_list(w->folder, SLICE(".log"), false, &w->scratch.arena, &list,
                        &w->scratch.diag) == STATUS_OK);
    for (uint32_t i = 0; i < list.count; i++) {
        if (slice_find(list.paths[i], SLICE("/journal-"), 0) != SIZE_MAX) {
            return list.paths[i];
        }
    }
    return (Slice){NULL, 0};
}

// A folder with a copy of the segment, some bytes of which are others.
static Slice copy_with(struct world *w, const char *name, size_t at, size_t size, int flip) {
    struct arena *arena = &w->scratch.arena;
    Slice bytes;
    Slice segment = only_segment(w);
    Slice folder = scratch_path(&w->scratch, name);
    INVARIANT(file_make_directory(folder, arena, &w->scratch.diag) == STATUS_OK);
    INVARIANT(file_read(segment, FILE_MAX, arena, &bytes, &w->scratch.diag) == STATUS_OK);
    char *copy = arena_alloc_raw(arena, bytes.size);
    memcpy(copy, bytes.at, bytes.size);
    for (size_t i = at; i < at + size; i++) {
        copy[i] = flip != 0 ? (char)(copy[i] ^ flip) : '\0';
    }
    Slice path = arena_printf(arena, "%.*s%.*s", SLICE_ARGS(folder),
                              SLICE_ARGS(slice_part(segment, w->folder.size, SIZE_MAX)));
    INVARIANT(file_write(path, (Slice){copy, bytes.size}, arena, &w->scratch.diag) == STATUS_OK);
    return folder;
}

static size_t last_frame(struct world *w) {
    enum { BLOCK = 4096 };
    Slice bytes;
    INVARIANT(file_read(only_segment(w), FILE_MAX, &w->scratch.arena, &bytes, &w->scratch.diag) ==
              STATUS_OK);
    size_t at = bytes.size - BLOCK;
    while (at > 0 && memcmp(bytes.at + at, "QTFRAME", 7) != 0) {
        at -= BLOCK;
    }
    return at;
}

static Status open_copy(struct world *w, Slice folder, struct access_opened *ret_opened) {
    struct access_options options = w->options;
    struct access *access;
    options.folder = folder;
    TRY(access_open(&options, &w->scratch.arena, &access, ret_opened, &w->scratch.diag));
    return access_close(access, w->now_us, &w->scratch.arena, &w->scratch.diag);
}

static bool test_torn_and_damaged(void) {
    struct world w;
    struct access_opened opened;
    struct access_verified verified;
    CHECK(world_init(&w));
    CHECK(add_user(&w, SLICE("wang"), role_bit(ROLE_ANALYST), true) == STATUS_OK);
    CHECK(add_user(&w, SLICE("li"), role_bit(ROLE_ANALYST), true) == STATUS_OK);
    size_t last = last_frame(&w);
    // The power went while the second one was written: nobody had been answered, and it is not
    // there.
    Slice torn = copy_with(&w, "torn", last + 512, 4096 - 512, 0);
    CHECK(access_verify(NULL, torn, &w.scratch.arena, &verified, &w.scratch.diag) == STATUS_OK &&
          verified.torn && verified.users == 1);
    CHECK(open_copy(&w, torn, &opened) == STATUS_OK && opened.torn_bytes > 0 && opened.users == 1);
    CHECK(access_verify(NULL, torn, &w.scratch.arena, &verified, &w.scratch.diag) == STATUS_OK &&
          !verified.torn && verified.sealed);
    // A bit that somebody has turned.
    Slice flipped = copy_with(&w, "flipped", last - 4096 + 200, 1, 1);
    CHECK(failed_with(&w, open_copy(&w, flipped, &opened), "JO026"));
    CHECK(access_verify(NULL, flipped, &w.scratch.arena, &verified, &w.scratch.diag) ==
              STATUS_INVALID &&
          strcmp(w.scratch.diag.code, "JO026") == 0);
    Slice whole = copy_with(&w, "whole", 0, 0, 0);
    CHECK(access_verify(NULL, whole, &w.scratch.arena, &verified, &w.scratch.diag) == STATUS_OK);
    CHECK(verified.records == 2 && verified.users == 2 && verified.segments == 1);
    Slice empty = scratch_path(&w.scratch, "empty");
    CHECK(file_make_directory(empty, &w.scratch.arena, &w.scratch.diag) == STATUS_OK);
    CHECK(access_verify(NULL, empty, &w.scratch.arena, &verified, &w.scratch.diag) ==
          STATUS_NOT_FOUND);
    return world_deinit(&w);
}

// ---- a full disk ------------------------------------------------------------------------------

static atomic_bool disk_is_full;

static int allocate_if_there_is_room(void *context, struct disk_file *file, uint64_t size) {
    return atomic_load(&disk_is_full) ? ENOSPC : disk_real()->allocate(context, file, size);
}

static bool test_a_full_disk(void) {
    struct world w;
    Identity who;
    struct access_made_key made;
    static struct disk disk; // outlives a failed case, as its threads do
    uint64_t sequence = 0;
    CHECK(world_init(&w));
    disk = *disk_real();
    disk.allocate = allocate_if_there_is_room;
    w.options.disk = &disk;
    atomic_store(&disk_is_full, false);
    CHECK(reopen(&w) == STATUS_OK);
    CHECK(add_key(&w, SLICE("core"), scope_bit(SCOPE_EVENTS_WRITE), t0 + US_PER_DAY, &made) ==
          STATUS_OK);
    atomic_store(&disk_is_full, true);
    struct access_act act = console(&w);
    struct buf detail;
    buf_init(&detail, ACCESS_DETAIL_MAX);
    buf_put(&detail, SLICE("{\"text\":\""));
    while (detail.size < ACCESS_DETAIL_MAX - 16) {
        buf_put(&detail, SLICE("0123456789"));
    }
    buf_put(&detail, SLICE("\"}"));
    struct access_report report = {.action = AUDIT_CASE_CHANGED, .detail = buf_slice(&detail)};
    // Reports fill what is there, users ask whether more can be made: a segment may have been on
    // its way.
    Status status = STATUS_OK;
    int added = 0;
    while (status == STATUS_OK) {
        char name[16];
        while ((status = access_audit(w.access, &act, &report, &sequence)) == STATUS_OK) {
        }
        CHECK(status == STATUS_LIMIT && access_wait(w.access, sequence) == STATUS_OK);
        Slice next = {name, (size_t)snprintf(name, sizeof name, "user%d", added)};
        status = add_user(&w, next, role_bit(ROLE_ANALYST), true);
        added += status == STATUS_OK;
    }
    buf_deinit(&detail);
    CHECK(failed_with(&w, status, "AC016") && status == STATUS_LIMIT);
    CHECK(access_users(w.access, w.now_us, &w.scratch.arena).count == (uint32_t)added);
    CHECK(which_system(&w, &made, &who) == ACCESS_REFUSAL_NONE); // who is in stays in
    atomic_store(&disk_is_full, false);
    CHECK(access_close(w.access, w.now_us, &w.scratch.arena, &w.scratch.diag) == STATUS_OK);
    CHECK(access_open(&w.options, &w.scratch.arena, &w.access, &w.opened, &w.scratch.diag) ==
          STATUS_OK);
    CHECK(w.opened.users == (uint32_t)added &&
          add_user(&w, SLICE("wang"), role_bit(ROLE_ANALYST), true) == STATUS_OK);
    return world_deinit(&w);
}

// ---- a disk that fails ------------------------------------------------------------------------

static atomic_int calls_until_failure;

static bool fails_now(void) {
    return atomic_fetch_sub(&calls_until_failure, 1) <= 1;
}

static int failing_pwrite(void *context, struct disk_file *file, Slice bytes, uint64_t offset,
                          size_t *ret_put) {
    return fails_now() ? EIO : disk_real()->pwrite(context, file, bytes, offset, ret_put);
}

static int failing_sync(void *context, struct disk_file *file) {
    return fails_now() ? EIO : disk_real()->sync(context, file);
}

// Makes users until the disk fails; how many were acknowledged. A sign-in fails then too, and who
// has a key comes in.
static bool add_until_it_fails(struct world *w, int users, int *ret_added, bool *ret_failed) {
    char name[] = "a";
    Identity who;
    struct access_made_key made;
    *ret_added = 0;
    bool has_key = add_key(w, SLICE("core"), scope_bit(SCOPE_EVENTS_WRITE), t0 + US_PER_DAY,
                           &made) == STATUS_OK;
    for (int i = 0; i < users; i++, name[0]++) {
        Status status = add_user(w, slice_of(name), role_bit(ROLE_ANALYST), true);
        CHECK(status == STATUS_OK || status == STATUS_IO);
        if (status != STATUS_OK) {
            break;
        }
        (*ret_added)++;
    }
    *ret_failed = access_failure(w->access, &w->scratch.diag) != STATUS_OK;
    CHECK(*ret_failed == (*ret_added < users));
    CHECK(!has_key || which_system(w, &made, &who) == ACCESS_REFUSAL_NONE);
    if (*ret_failed && *ret_added > 0) {
        CHECK(sign_in(w, SLICE("a"), PASSWORD).refusal.kind == ACCESS_REFUSAL_LOG_FAILED);
    }
    return true;
}

// At every call: what was acknowledged is there afterwards, and at most the one that was under way
// beside it.
static bool test_a_disk_that_fails(void) {
    enum { USERS = 4, CALLS_MAX = 200 };
    struct world w;
    static struct disk disk;
    bool failed = true;
    CHECK(world_init(&w));
    disk = *disk_real();
    disk.pwrite = failing_pwrite;
    disk.sync = failing_sync;
    int call = 1;
    for (; failed && call < CALLS_MAX; call++) {
        char name[32];
        int added = 0;
        struct access_options options = w.options;
        CHECK(access_close(w.access, w.now_us, &w.scratch.arena, &w.scratch.diag) == STATUS_OK);
        w.access = NULL;
        snprintf(name, sizeof name, "disk%d", call);
        w.options.folder = options.folder = scratch_path(&w.scratch, name);
        options.disk = &disk;
        CHECK(file_make_directory(options.folder, &w.scratch.arena, &w.scratch.diag) == STATUS_OK);
        atomic_store(&calls_until_failure, call);
        if (access_open(&options, &w.scratch.arena, &w.access, &w.opened, &w.scratch.diag) ==
            STATUS_OK) {
            CHECK(add_until_it_fails(&w, USERS, &added, &failed));
            Status closed = access_close(w.access, w.now_us, &w.scratch.arena, &w.scratch.diag);
            CHECK((closed == STATUS_OK) || failed || atomic_load(&calls_until_failure) <= 0);
        }
        CHECK(access_open(&w.options, &w.scratch.arena, &w.access, &w.opened, &w.scratch.diag) ==
              STATUS_OK);
        CHECK_THAT((int)w.opened.users >= added && (int)w.opened.users <= added + 1,
                   "%u users of %d at call %d", w.opened.users, added, call);
    }
    CHECK_THAT(!failed && call > 5, "%d", call);
    return world_deinit(&w);
}

// ---- many at once -----------------------------------------------------------------------------

enum { KEYS = 16, READERS = 2, READER_ROUNDS = 4000 };

struct reading {
    struct access *access;
    const struct access_made_key *keys;
    const atomic_bool *revoked; // set when the revocation has returned
    uint32_t let_in, wrong;
};

static void identify_all(void *context) {
    struct reading *reading = context;
    for (int i = 0; i < READER_ROUNDS; i++) {
        int key = i % KEYS;
        bool was_revoked = atomic_load(&reading->revoked[key]);
        char header[80];
        int size =
            snprintf(header, sizeof header, "Bearer %.*s", ACCESS_KEY_SIZE, reading->keys[key].key);
        struct access_credentials shown = {
            .authorization = {header, (size_t)size}, .peer = SLICE("192.0.2.9"), .now_us = t0};
        struct access_refusal refusal;
        Identity who;
        bool in = access_identify(reading->access, &shown, &who, &refusal);
        reading->let_in += in;
        reading->wrong += (in && was_revoked) || (!in && refusal.kind != ACCESS_REFUSAL_REVOKED);
    }
}

static bool test_revoked_while_others_come_in(void) {
    struct world w;
    struct access_made_key made[KEYS];
    atomic_bool revoked[KEYS];
    struct reading readings[READERS];
    struct thread *threads[READERS];
    CHECK(world_init(&w));
    for (int i = 0; i < KEYS; i++) {
        atomic_init(&revoked[i], false);
        CHECK(add_key(&w, SLICE("core"), scope_bit(SCOPE_EVENTS_WRITE), t0 + US_PER_DAY,
                      &made[i]) == STATUS_OK);
    }
    for (int i = 0; i < READERS; i++) {
        readings[i] = (struct reading){.access = w.access, .keys = made, .revoked = revoked};
        threads[i] = thread_start("reader", identify_all, &readings[i]);
    }
    struct access_act act = console(&w);
    for (int i = 0; i < KEYS; i++) {
        CHECK(access_key_revoke(w.access, &act, (Slice){made[i].id, ACCESS_ID_SIZE},
                                &w.scratch.arena, &w.scratch.diag) == STATUS_OK);
        atomic_store(&revoked[i], true);
        access_tick(w.access, t0 + i * US_PER_SECOND);
    }
    for (int i = 0; i < READERS; i++) {
        thread_join(threads[i]);
        CHECK_THAT(readings[i].wrong == 0, "%u of %d", readings[i].wrong, READER_ROUNDS);
    }
    w.now_us = t0 + US_PER_HOUR;
    return world_deinit(&w);
}

enum { SIGN_INS = 24 };

struct arriving {
    struct waiting waiting;
    struct sign_in in;
};

static void wait_until_done(struct waiting *waiting) {
    pthread_mutex_lock(&waiting->lock);
    while (!waiting->done) {
        pthread_cond_wait(&waiting->over, &waiting->lock);
    }
    pthread_mutex_unlock(&waiting->lock);
}

// People come in while their roles change: a session that lasts has the roles of the end.
static bool test_sign_ins_while_roles_change(void) {
    struct world w;
    struct arriving arriving[SIGN_INS];
    Identity who;
    CHECK(world_init(&w));
    CHECK(add_user(&w, SLICE("wang"), role_bit(ROLE_ANALYST), true) == STATUS_OK);
    struct access_act act = console(&w);
    for (int i = 0; i < SIGN_INS; i++) {
        struct arriving *one = &arriving[i];
        *one = (struct arriving){
            .waiting = {.lock = PTHREAD_MUTEX_INITIALIZER, .over = PTHREAD_COND_INITIALIZER}};
        one->in = (struct sign_in){.name = SLICE("wang"),
                                   .password = PASSWORD,
                                   .now_us = w.now_us,
                                   .done = on_done,
                                   .user = &one->waiting};
        CHECK(access_sign_in(w.access, &one->in));
        RoleSet roles = role_bit(i % 2 == 0 ? ROLE_LIAISON : ROLE_DIRECTOR);
        CHECK(access_user_set_roles(w.access, &act, SLICE("wang"), roles, &w.scratch.arena,
                                    &w.scratch.diag) == STATUS_OK);
        access_users(w.access, w.now_us, &w.scratch.arena);
    }
    uint32_t in = 0;
    for (int i = 0; i < SIGN_INS; i++) {
        wait_until_done(&arriving[i].waiting);
    }
    for (int i = 0; i < SIGN_INS; i++) {
        CHECK(arriving[i].in.refusal.kind == ACCESS_REFUSAL_NONE);
        if (who_is(&w, &arriving[i].in, &who) == ACCESS_REFUSAL_NONE) {
            CHECK(who.roles == role_bit(ROLE_DIRECTOR));
            in++;
        }
    }
    CHECK(in <= ACCESS_USER_SESSIONS &&
          access_users(w.access, w.now_us, &w.scratch.arena).at[0].sessions == in);
    return world_deinit(&w);
}

// ---- any order --------------------------------------------------------------------------------

static bool same_after_reopening(struct world *w) {
    struct arena *arena = &w->scratch.arena;
    AccessUsers users = access_users(w->access, w->now_us, arena);
    AccessKeys keys = access_keys(w->access, arena);
    CHECK(reopen(w) == STATUS_OK);
    AccessUsers users_after = access_users(w->access, w->now_us, arena);
    AccessKeys keys_after = access_keys(w->access, arena);
    CHECK(users.count == users_after.count && keys.count == keys_after.count);
    for (uint32_t i = 0; i < users.count; i++) {
        const struct access_user *a = &users.at[i];
        const struct access_user *b = &users_after.at[i];
        CHECK(slice_equal(a->name, b->name) && slice_equal(a->title, b->title) &&
              a->roles == b->roles && a->disabled == b->disabled);
        CHECK(a->must_change_password == b->must_change_password && a->created_us == b->created_us);
        CHECK(a->password_us == b->password_us && a->signed_in_us == b->signed_in_us);
    }
    for (uint32_t i = 0; i < keys.count; i++) {
        const struct access_key *a = &keys.at[i];
        const struct access_key *b = &keys_after.at[i];
        CHECK(memcmp(a->id, b->id, ACCESS_ID_SIZE) == 0 && slice_equal(a->name, b->name) &&
              a->scopes == b->scopes);
        CHECK(a->revoked == b->revoked && a->expires_us == b->expires_us &&
              a->used_us == b->used_us && a->rate == b->rate);
    }
    return true;
}

// Changes in any order, most of them refused: what is left is what a replay gives.
static bool test_any_order_replays(void) {
    enum { STEPS = 400 };
    struct world w;
    struct random random;
    Identity who;
    struct access_made_key made[64];
    uint32_t made_count = 0;
    CHECK(world_init(&w));
    struct arena *arena = &w.scratch.arena;
    struct diag *diag = &w.scratch.diag;
    random_init(&random, 11);
    for (int step = 0; step < STEPS; step++) {
        static const char *const names[] = {"a1", "b2", "c3", "d4", "e5"};
        Slice name = slice_of(names[random_below(&random, 5)]);
        struct access_act act = console(&w);
        RoleSet roles = role_bit((Role)random_below(&random, ROLE_COUNT)) |
                        role_bit((Role)random_below(&random, ROLE_COUNT));
        Status status = STATUS_OK;
        w.now_us += (int64_t)random_below(&random, 20 * US_PER_SECOND);
        switch (random_below(&random, 7)) {
        case 0:
            status = add_user(&w, name, roles, random_below(&random, 2) == 0);
            break;
        case 1:
            status = access_user_set_roles(w.access, &act, name, roles, arena, diag);
            break;
        case 2:
            status = access_user_enable(w.access, &act, name, random_below(&random, 2) == 0, arena,
                                        diag);
            break;
        case 3:
            status = access_user_set_password(
                w.access, &act, name, random_below(&random, 2) == 0 ? PASSWORD : OTHER_PASSWORD,
                false, arena, diag);
            break;
        case 4:
            sign_in(&w, name, PASSWORD);
            break;
        case 5:
            if (made_count < 64 &&
                add_key(&w, name, scope_bit(SCOPE_EVENTS_WRITE), w.now_us + US_PER_MINUTE,
                        &made[made_count]) == STATUS_OK) {
                made_count++;
            }
            break;
        default:
            if (made_count > 0) {
                const struct access_made_key *key = &made[random_below(&random, made_count)];
                which_system(&w, key, &who);
                access_tick(w.access, w.now_us);
                status = random_below(&random, 2) == 0
                             ? access_key_revoke(w.access, &act, (Slice){key->id, ACCESS_ID_SIZE},
                                                 arena, diag)
                             : STATUS_OK;
            }
        }
        CHECK(status == STATUS_OK || status == STATUS_INVALID || status == STATUS_NOT_FOUND);
        if (step % 100 == 99) {
            CHECK(same_after_reopening(&w));
        }
    }
    CHECK(access_users(w.access, w.now_us, arena).count >= 3 && made_count > 20);
    CHECK(access_close(w.access, w.now_us, arena, diag) == STATUS_OK);
    struct access_verified verified;
    CHECK(access_verify(NULL, w.folder, arena, &verified, diag) == STATUS_OK && verified.sealed &&
          verified.keys == made_count);
    CHECK(access_open(&w.options, arena, &w.access, &w.opened, diag) == STATUS_OK);
    return world_deinit(&w);
}

int main(int argc, char **argv) {
    static const struct test tests[] = {
        TEST(test_a_user_signs_in_and_is_there_again),
        TEST(test_what_a_user_cannot_be),
        TEST(test_who_may_change_users),
        TEST(test_a_password_that_was_set_has_to_be_changed),
        TEST(test_sessions_end),
        TEST(test_a_clock_that_is_set_back),
        TEST(test_guessing_is_slowed),
        TEST(test_the_queue_is_bounded),
        TEST(test_keys),
        TEST(test_what_a_key_cannot_be),
        TEST(test_certificates),
        TEST(test_what_is_shown_first_counts),
        TEST(test_the_last_use_is_written_once_an_hour),
        TEST(test_reports),
        TEST(test_reports_of_any_bytes),
        TEST(test_reading_in_parts),
        TEST(test_refusals_do_not_fill_the_disk),
        TEST(test_one_server_at_a_time),
        TEST(test_torn_and_damaged),
        TEST(test_a_full_disk),
        TEST(test_a_disk_that_fails),
        TEST(test_revoked_while_others_come_in),
        TEST(test_sign_ins_while_roles_change),
        TEST(test_any_order_replays),
    };
    return test_main(argc, argv, tests, sizeof tests / sizeof tests[0]);
}

// Bytes that we did not write: the log's records, and what a request shows. The first byte of an
// input says which.
//
// A record that is understood is the same when it is written and read again, and the state takes it
// or says why not; a header that is a key or token is one in exactly one way.

#include "access/state.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 32 << 10, AS_HEADER = 'h', AS_RECORDS = 'r', AS_TEXTS = 't' };

struct fuzzing {
    struct json_reader *reader;
    struct buf detail, first, second;
};

static void check_again(struct fuzzing *f, const struct record *record) {
    struct record again;
    buf_reset(&f->first);
    buf_reset(&f->second);
    access_record_encode(record, &f->first);
    if (buf_slice(&f->first).size > RECORD_MAX) {
        return; // numbers that are longer when they are written out
    }
    INVARIANT(access_record_decode(buf_slice(&f->first), f->reader, &f->detail, &again) == NULL);
    access_record_encode(&again, &f->second);
    INVARIANT(slice_equal(buf_slice(&f->first), buf_slice(&f->second)));
}

static void check_state(const struct state *state) {
    Role one;
    Role other;
    SLOTS_EACH(&state->user_slots, i) {
        const struct user *user = &state->users[i];
        INVARIANT(name_valid(name_slice(&user->name)) &&
                  state_user(state, name_slice(&user->name)) == i);
        INVARIANT(user->roles != 0 && roles_fit(user->roles, &one, &other));
    }
    SLOTS_EACH(&state->key_slots, i) {
        const struct key *key = &state->keys[i];
        INVARIANT(state_key(state, (Slice){key->id, ACCESS_ID_SIZE}) == i && key->rate > 0 &&
                  key->burst > 0);
        INVARIANT(!key->is_certificate || state_certificate(state, &key->hash) == i);
    }
}

static void try_records(Slice text) {
    struct fuzzing f = {.reader = json_reader_create(RECORD_MAX, RECORD_DEPTH_MAX)};
    struct state *state = NULL;
    Slice line;
    buf_init(&f.detail, 8 * INPUT_MAX);
    buf_init(&f.first, 16 * INPUT_MAX);
    buf_init(&f.second, 16 * INPUT_MAX);
    while (slice_split(&text, '\n', &line)) {
        struct record record;
        if (access_record_decode(line, f.reader, &f.detail, &record) != NULL) {
            continue;
        }
        if (state == NULL) {
            state = memory_alloc(sizeof *state);
            state_init(state, 7);
        }
        if (state_apply(state, &record) == NULL) {
            check_state(state);
        }
        check_again(&f, &record);
    }
    if (state != NULL) {
        state_deinit(state);
        free(state);
    }
    json_reader_destroy(f.reader);
    buf_deinit(&f.detail);
    buf_deinit(&f.first);
    buf_deinit(&f.second);
}

static void try_header(Slice header) {
    struct shown shown;
    shown_parse_authorization(header, &shown);
    INVARIANT(shown.kind == SHOWN_NOTHING || header.size == 7 + ACCESS_TOKEN_SIZE ||
              header.size == 7 + ACCESS_KEY_SIZE);
    if (shown.kind == SHOWN_KEY) {
        INVARIANT(key_id_valid((Slice){shown.id, ACCESS_ID_SIZE}));
    }
    if (shown.kind != SHOWN_NOTHING) {
        uint8_t bytes[ACCESS_SECRET_SIZE];
        char text[ACCESS_TOKEN_SIZE];
        Slice secret = slice_part(header, header.size - ACCESS_TOKEN_SIZE, SIZE_MAX);
        INVARIANT(base64url_parse(secret, bytes, sizeof bytes));
        base64url_put(bytes, sizeof bytes, text);
        INVARIANT(slice_equal(secret, (Slice){text, sizeof text}));
    }
}

static void try_texts(Slice text) {
    Sha256 hash;
    PasswordHash password;
    if (sha256_parse(text, true, &hash)) {
        INVARIANT(text.size >= 2 * ACCESS_SHA256_SIZE && text.size < 3 * ACCESS_SHA256_SIZE);
    }
    if (password_parse(text, &password)) {
        char formatted[PASSWORD_TEXT_MAX];
        PasswordHash again;
        Slice back = {formatted, password_format(&password, formatted)};
        INVARIANT(password_parse(back, &again) && memcmp(&password, &again, sizeof password) == 0);
    }
    const char *fault = password_fault(text, SLICE("wang"));
    INVARIANT(fault != NULL ||
              (text.size >= ACCESS_PASSWORD_MIN && text.size <= ACCESS_PASSWORD_MAX));
    INVARIANT(!detail_valid(text) || text.size > 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0 || size > INPUT_MAX) {
        return 0;
    }
    Slice rest = {(const char *)data + 1, size - 1};
    switch (data[0]) {
    case AS_RECORDS:
        try_records(rest);
        break;
    case AS_HEADER:
        try_header(rest);
        break;
    case AS_TEXTS:
        try_texts(rest);
        break;
    default:
        break;
    }
    return 0;
}

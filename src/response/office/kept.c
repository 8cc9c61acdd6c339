// What people keep for themselves, so that they find it at another desk: drafts, views. A text is
// the caller's; it is not read here.
//
// Two desks. Whoever changes a thing says which version he has changed. When another desk was
// faster nothing is done, and he is told the version that is kept now; which of the two stays is
// for the person to say. The text that is kept already is no change, so that a request whose answer
// got lost may be sent again.
//
// A version is the moment in microseconds, or one more than the last where the clock stands or goes
// back. So one that was dropped and kept anew never has a number that an older one had.

#include "response/office/parts.h"

#include "base/utf8.h"

#include <inttypes.h>

const struct kept_kind_info kept_kinds[KEPT_KIND_COUNT] = {
#define KEPT_KIND(name, word, bytes_max, what) {word, bytes_max},
#include "response/office/kept_kinds.def"
#undef KEPT_KIND
};

bool kept_kind_parse(Slice word, KeptKind *ret_kind) {
    for (int i = 0; i < KEPT_KIND_COUNT; i++) {
        if (slice_is(word, kept_kinds[i].word)) {
            *ret_kind = (KeptKind)i;
            return true;
        }
    }
    return false;
}

// ---- one ----------------------------------------------------------------------------------------

static Slice word_of(KeptKind kind) {
    return slice_of(kept_kinds[kind].word);
}

static Status none(struct book *book, const struct kept *kept) {
    return book_fail(book, STATUS_NOT_FOUND, "OF014", "no %s named '%.*s' is kept",
                     kept_kinds[kept->kind].word, SLICE_ARGS(kept->name));
}

static const struct statement FIND = {
    "kept_find",
    "SELECT version, text, kept_us FROM kept WHERE person = ?1 AND kind = ?2 AND name = ?3"};

// STATUS_NOT_FOUND: there is none.
static Status find(struct book *book, const struct kept *named, struct kept *ret_kept) {
    TRY(book_one(book, &FIND,
                 STORE_VALUES(store_text(named->person), store_text(word_of(named->kind)),
                              store_text(named->name))));
    *ret_kept = *named;
    ret_kept->version = book_i64(book, 0);
    ret_kept->text = book_text(book, 1);
    ret_kept->kept_us = book_i64(book, 2);
    return STATUS_OK;
}

Status kept_load(struct book *book, struct kept *kept) {
    Status status = find(book, kept, kept);
    return status == STATUS_NOT_FOUND ? none(book, kept) : status;
}

// ---- changes ------------------------------------------------------------------------------------

static Status check(struct book *book, const struct kept *kept) {
    size_t bytes_max = kept_kinds[kept->kind].bytes_max;
    ENSURE(kept->name.size > 0 && kept->name.size <= KEPT_NAME_MAX &&
               utf8_invalid_at(kept->name) == kept->name.size,
           book_fail(book, STATUS_INVALID, "OF008", "a name is a text of 1 to %d bytes",
                     KEPT_NAME_MAX));
    ENSURE(kept->text.size <= bytes_max && utf8_invalid_at(kept->text) == kept->text.size,
           book_fail(book, STATUS_INVALID, "OF008",
                     "a text of kind %s has up to %zu bytes; this one has %zu",
                     kept_kinds[kept->kind].word, bytes_max, kept->text.size));
    return STATUS_OK;
}

static Status elsewhere(struct book *book, struct kept *kept, int64_t version) {
    int64_t was = kept->version;
    kept->version = version;
    return version == 0 ? book_fail(book, STATUS_INVALID, "OF015",
                                    "'%.*s' was dropped meanwhile; what was sent is a change of "
                                    "version %" PRId64,
                                    SLICE_ARGS(kept->name), was)
                        : book_fail(book, STATUS_INVALID, "OF015",
                                    "'%.*s' is kept in version %" PRId64
                                    "; what was sent is a change of version %" PRId64,
                                    SLICE_ARGS(kept->name), version, was);
}

static const struct statement COUNT = {"kept_count", "SELECT COUNT(*) FROM kept WHERE person = ?1"};
static const struct statement ADD = {
    "kept_add", "INSERT INTO kept (person, kind, name, version, text, bytes, kept_us) VALUES "
                "(?1, ?2, ?3, ?4, ?5, ?6, ?4)"};
static const struct statement CHANGE = {
    "kept_change", "UPDATE kept SET version = ?4, text = ?5, bytes = ?6, kept_us = ?7 WHERE "
                   "person = ?1 AND kind = ?2 AND name = ?3"};
static const struct statement DROP = {
    "kept_drop", "DELETE FROM kept WHERE person = ?1 AND kind = ?2 AND name = ?3"};

static Status add(struct book *book, struct kept *kept) {
    int64_t count = 0;
    TRY(book_number(book, &COUNT, STORE_VALUES(store_text(kept->person)), &count));
    ENSURE(count < KEPT_MAX,
           book_fail(book, STATUS_INVALID, "OF016", "%" PRId64 " things are kept already, and %d "
                     "is the most", count, KEPT_MAX));
    kept->version = kept->kept_us = book->now_us;
    return book_run(book, &ADD,
                    STORE_VALUES(store_text(kept->person), store_text(word_of(kept->kind)),
                                 store_text(kept->name), store_i64(kept->version),
                                 store_text(kept->text), store_i64((int64_t)kept->text.size)));
}

static Status change(struct book *book, struct kept *kept) {
    kept->version = book->now_us > kept->version ? book->now_us : kept->version + 1;
    kept->kept_us = book->now_us;
    return book_run(book, &CHANGE,
                    STORE_VALUES(store_text(kept->person), store_text(word_of(kept->kind)),
                                 store_text(kept->name), store_i64(kept->version),
                                 store_text(kept->text), store_i64((int64_t)kept->text.size),
                                 store_i64(kept->kept_us)));
}

Status kept_put(struct book *book, struct kept *kept) {
    struct kept now;
    TRY(check(book, kept));
    Status status = find(book, kept, &now);
    if (status == STATUS_NOT_FOUND) {
        return kept->version == 0 ? add(book, kept) : elsewhere(book, kept, 0);
    }
    ENSURE(status == STATUS_OK, status);
    if (slice_equal(now.text, kept->text)) {
        *kept = now;
        return STATUS_OK;
    }
    return now.version == kept->version ? change(book, kept) : elsewhere(book, kept, now.version);
}

Status kept_drop(struct book *book, struct kept *kept) {
    struct kept now;
    Status status = find(book, kept, &now);
    ENSURE(status != STATUS_NOT_FOUND, none(book, kept));
    ENSURE(status == STATUS_OK, status);
    ENSURE(now.version == kept->version, elsewhere(book, kept, now.version));
    return book_run(book, &DROP,
                    STORE_VALUES(store_text(kept->person), store_text(word_of(kept->kind)),
                                 store_text(kept->name)));
}

// ---- telling ------------------------------------------------------------------------------------

static void put_row(struct json_writer *json, Slice kind, Slice name, int64_t version,
                    int64_t bytes, int64_t kept_us) {
    json_key_string(json, SLICE("kind"), kind);
    json_key_string(json, SLICE("name"), name);
    json_key_i64(json, SLICE("version"), version);
    json_key_i64(json, SLICE("bytes"), bytes);
    json_key_i64(json, SLICE("kept"), kept_us / US_PER_MS);
}

void kept_put_json(struct json_writer *json, const struct kept *kept, bool with_text) {
    json_object_begin(json);
    put_row(json, word_of(kept->kind), kept->name, kept->version, (int64_t)kept->text.size,
            kept->kept_us);
    if (with_text) {
        json_key_string(json, SLICE("text"), kept->text);
    }
    json_object_end(json);
}

static const struct statement LIST = {
    "kept_list", "SELECT kind, name, version, bytes, kept_us FROM kept WHERE person = ?1 AND "
                 "(?2 = '' OR kind = ?2) ORDER BY kind, name"};

Status kept_list_json(struct book *book, Slice person, Slice kind, struct json_writer *json) {
    Status status;
    TRY(book_ask(book, &LIST, STORE_VALUES(store_text(person), store_text(kind))));
    json_array_begin(json);
    while ((status = book_next(book)) == STATUS_OK) {
        json_object_begin(json);
        put_row(json, book_text(book, 0), book_text(book, 1), book_i64(book, 2), book_i64(book, 3),
                book_i64(book, 4));
        json_object_end(json);
    }
    json_array_end(json);
    return status == STATUS_END ? STATUS_OK : status;
}

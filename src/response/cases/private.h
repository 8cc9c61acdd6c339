#pragma once
// What the files of this room share.

#include "response/cases/cases.h"

// ---- words -------------------------------------------------------------------------------------

// CA002, with the words that there are. `what` is told: "type of a case".
MUST_USE Status case_word_check(struct book *book, CaseWordList list, const char *what, Slice word);
Slice place_word(MoneyPlace place);
Slice moved_word(Moved moved);
Slice party_word(PartyKind kind);
Slice bond_word(BondKind kind);
bool place_parse(Slice word, MoneyPlace *ret_place);
bool bond_parse(Slice word, BondKind *ret_kind);

// ---- texts -------------------------------------------------------------------------------------

// CA003: longer than `size_max` bytes.
MUST_USE Status case_text_check(struct book *book, const char *what, Slice text, size_t size_max);

// The detail of a trace: an object that is written between begin and end.
//     struct detail detail;
//     detail_begin(&detail);
//     json_key_i64(&detail.json, SLICE("alert"), id);
//     ... detail_end(&detail, book) ...
struct detail {
    struct buf out;
    struct json_writer json;
};
void detail_begin(struct detail *detail);
// In the unit's arena. What would be too long becomes an empty one that says so.
Slice detail_end(struct detail *detail, struct book *book);

enum { DIGEST_SIZE = 64 }; // hexadecimal digits of SHA-256
void digest_of(Slice bytes, char ret_text[static DIGEST_SIZE]);
// A member of something that is hashed: its length in decimal digits, a colon and its bytes.
void digest_put(struct buf *out, Slice member);
void digest_put_number(struct buf *out, int64_t number);

// ---- cases -------------------------------------------------------------------------------------

struct case_row {
    int64_t id;
    Slice number, type, secrecy, state, owner, decision;
    int64_t reopened;
};

// STATUS_NOT_FOUND, CA013: there is none, or it is not for these eyes.
MUST_USE Status case_load(struct book *book, int64_t clearance, int64_t id, struct case_row *ret);
// The same, to put something into it: CA010, it is closed.
MUST_USE Status case_load_open(struct book *book, int64_t clearance, int64_t id,
                               struct case_row *ret);
// Without a move.
MUST_USE Status case_trace(struct book *book, const struct case_row *row, const char *reason,
                           Slice detail);
bool secrecy_is_open(int64_t clearance, Slice secrecy);
// CA007 unless something of `secrecy` may be in the case.
MUST_USE Status case_secrecy_check(struct book *book, const struct case_row *row, Slice secrecy);
// The next number of what a case has many of. `of_max`: CA003 when there are more.
MUST_USE Status case_next_number(struct book *book, const struct statement *last, int64_t id,
                                 int64_t of_max, int64_t *ret_number);
// Without looking whether the case may be seen.
MUST_USE Status case_join_alert(struct book *book, int64_t clearance, const struct case_row *row,
                                int64_t alert);
MUST_USE Status case_join_subject(struct book *book, const struct case_row *row,
                                  const struct case_subject *subject, bool *ret_is_news);

// The accounts of a case: its subjects of kind ACCOUNT, and the accounts of its persons and
// companies, as far as this bank knows them. An account's own role goes before that of its
// customer. Who was cleared is left out.
struct circle_account {
    Slice name;
    Slice role; // of the account, or of its customer
    bool is_victim;
};
struct circle {
    struct circle_account *at;
    uint32_t count;
};
MUST_USE Status case_circle(struct book *book, int64_t id, struct circle *ret);

// CA009: bytes, or what is written of an attachment, are not what they were.
MUST_USE Status case_attachments_verify(struct book *book, int64_t id, uint32_t *ret_count);

// ---- rows as JSON ------------------------------------------------------------------------------

// The rows of a question as an array of objects. Columns are named with what they hold in front:
// i a number, n a number that may be missing, f a fraction, b yes or no, t a text, w the same left
// out where it is empty, j JSON.
typedef struct Columns {
    const char *const *at;
    uint32_t count;
} Columns;
#define COLUMNS_OF(...)                                                                            \
    ((Columns){(const char *const[]){__VA_ARGS__},                                                 \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)})
// `key` NULL: an array alone. `ret_count` may be NULL.
MUST_USE Status rows_put_json(struct book *book, const struct statement *statement,
                              StoreValues values, Columns columns, const char *key,
                              struct json_writer *json, uint32_t *ret_count);
// The members of the row at hand, into an object that is open.
void row_put_json(struct book *book, Columns columns, struct json_writer *json);

// case_amounts() without looking whether the case may be seen.
MUST_USE Status case_sum(struct book *book, int64_t id, struct case_amounts *ret);

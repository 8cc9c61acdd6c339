#pragma once
// Put: what JSON of measures and orders has in common, and how it comes into a message.
//
//     struct rendering out;
//     struct json_writer *json = rendering_begin(&out);
//     json_object_begin(json);
//     put_moment(json, SLICE("since"), control->since_us);     // ms since 1970, or null
//     json_object_end(json);
//     TRY(rendering_end(&out, book, &body));                   // in the unit of work's arena
//
// Moments are whole milliseconds since 1970 UTC, money is fen, and what is not there is null.
// Between begin and end nothing may leave the function.

#include "codec/json_write.h"
#include "response/book/book.h"

struct rendering {
    struct buf text;
    struct json_writer json;
};

struct json_writer *rendering_begin(struct rendering *rendering);
// CT007: longer than a message may be.
MUST_USE Status rendering_end(struct rendering *rendering, struct book *book, Slice *ret_text);

void put_moment(struct json_writer *json, Slice key, int64_t time_us);
// 0 is null.
void put_number(struct json_writer *json, Slice key, int64_t number);
// An empty text is null.
void put_text(struct json_writer *json, Slice key, Slice text);

// Values of statements: 0 becomes a null.
StoreValue store_number(int64_t number);

// ---- secrecy ----------------------------------------------------------------------------------

// Whether the secrecy is one that there is.
bool secrecy_exists(Slice secrecy);
// An alert has become secret (it was handed to the analysts against laundering): so do its
// measures, held payments, questions, appeals, labels, proposals and reports. What was to be told to
// the customer and was not yet is not told any more. A payment that an alert which is no
// secret is about too stays where it was.
MUST_USE Status secrecy_spread(struct book *book, int64_t alert, Slice secrecy);

// ---- lists for people -------------------------------------------------------------------------

enum { LIST_ROWS_MAX = 500 }; // rows at once; more are cut to it

struct list_page {
    int64_t viewer; // mask of CLEARANCE_
    Slice key;      // by what: a customer, a target
    int64_t number; // or a number: an alert, an order
    Slice word;     // or a word: a state, the kind of a target
    int64_t after;  // the last id of the page before; 0: from the beginning
    uint32_t count_max;
};

typedef enum ListBy {
    LIST_BY_NOTHING,
    LIST_BY_KEY,
    LIST_BY_NUMBER,
    LIST_BY_WORD,
    LIST_BY_WORD_AND_KEY
} ListBy;

// A statement whose parameters are the viewer, the last id (from where: is_up says which way), how
// many, and then by what.
struct list_plan {
    struct statement statement;
    ListBy by;
    bool is_up;
};
MUST_USE Status list_ask(struct book *book, const struct list_plan *plan,
                         const struct list_page *page);

// ---- paging -----------------------------------------------------------------------------------

// Who is called by the endpoint `page`, and why. Roles are those of strategies (DUTY_ROLES).
struct page {
    const char *kind;    // "hold.unconfirmed"
    const char *role;    // "SHIFT_LEADER"
    const char *contact; // "A", "B" of the duty roster; NULL: whoever has the role
    const char *object_kind;
    int64_t object;
    Slice problem; // may be empty
};
MUST_USE Status page_send(struct book *book, const struct page *page);
// Who is called about an object: of a secret one another role, "AML_SHIFT_LEADER", that only those
// have who may know of it. Whoever receives pages and has nobody for such a role calls nobody.
// `object_kind` as in messages: alert, hold, control, appeal, task, police_order, police_report,
// referral, case, proposal, message.
MUST_USE Status page_role(struct book *book, const char *object_kind, int64_t object,
                          const char *role, Slice *ret_role);

#pragma once
// What the files of the response share; response.h tells the model.
//
//     response.c        its life, and how it is
//     response_pack.c   the strategies and terms of packs
//     response_hand.c   books of threads: the desk's, that of messages, and those of errands
//     response_feed.c   the journal as decisions that the desk takes
//     response_desk.c   the desk's thread: decisions, timers, a store that goes and comes back
//     response_post.c   the thread of messages: other systems
//     response_engine.c messages for the engine: labels, entries of lists
//
// Locks: `lock` guards what several threads touch; nothing is waited for while it is held but
// conditions. A hand is one thread's while it has it.

#include "base/vec.h"
#include "codec/json.h"
#include "os/thread.h"
#include "response/book/book.h"
#include "response/office/office.h"
#include "server/past.h"
#include "server/response.h"
#include "webhook/webhook.h"

#include <pthread.h>
#include <stdatomic.h>

// ---- response_pack.c ----------------------------------------------------------------------------

struct response_pack {
    Hash128 label;
    const struct catalogue *catalogue; // the shelf's
    struct strategies *strategies;     // NULL: they do not compile
    struct terms terms;
    bool has_plan;                      // there is a disposition.yaml, and it compiles
    char problem[RESPONSE_PROBLEM_MAX]; // empty: none
    struct response_pack *next;
};

// Those that were asked for, compiled once and kept. STATUS_NOT_FOUND or STATUS_INVALID with a
// diag: the pack itself is not there. Any thread.
MUST_USE Status response_pack_find(struct response *response, Hash128 label, struct arena *arena,
                                   const struct response_pack **ret_pack, struct diag *diag);
// Of what decides now.
MUST_USE Status response_pack_now(struct response *response, struct arena *arena,
                                  const struct response_pack **ret_pack, struct diag *diag);
void response_packs_free(struct response *response);

// ---- response_hand.c ----------------------------------------------------------------------------

struct hand {
    struct book book; // the first: work() is given it
    struct response *response;
    struct arena told; // of the book: texts of its diags
    bool is_open, is_busy;
    const struct response_pack *pack; // that the desk is of
    struct desk *desk;                // NULL: there is none yet
    pthread_mutex_t lock;
    pthread_cond_t looked;
};

void hand_init(struct hand *hand, struct response *response);
void hand_deinit(struct hand *hand);
// Opens the book where it is closed. Texts of diags are the arena's.
MUST_USE Status hand_open(struct hand *hand, struct arena *arena, struct diag *diag);
void hand_close(struct hand *hand);
// A desk of what decides now. STATUS_NOT_FOUND, RS001: it has no disposition.
MUST_USE Status hand_take_pack(struct hand *hand, struct arena *arena, struct diag *diag);
// Whether a failure is the store's, so that the book has to be opened anew.
bool store_is_away(Status status, const struct diag *diag);
// Whether lists and profiles could not be asked for, or the pack has changed meanwhile: to be done
// again soon.
bool is_to_come_again(Status status, const struct diag *diag);
// The diag's texts live in the arena from now on.
void keep_diag(struct diag *diag, struct arena *arena);

// ---- response_feed.c ----------------------------------------------------------------------------

enum {
    FEED_OUTCOMES_MAX = DESK_BATCH_MAX,
    FEED_BYTES_MAX = 8 << 20,
    FEED_SETTLED_MAX = 1024,
    FEED_MET_MAX = 512,
    FEED_RECORDS_MAX = 65536
};

// One reader of the journal, which waits for no one.
struct feed {
    struct response *response;
    struct past past;
    struct json_reader *json;
    struct journal_reader *reader; // NULL: closed
    struct arena opened;           // of the reader
    bool is_archive;
    uint64_t next; // sequence that the reader gives
    // An event whose decision is yet to come.
    struct buf event;
    uint64_t event_sequence; // 0: none
    // What is read.
    int64_t zone_offset_us; // in which moments without an offset are meant
    char label[128]; // of the catalogue of the last decision
    uint32_t label_size;
    bool skips; // that catalogue has no disposition
};

// What is handed to the desk at once.
struct feed_batch {
    struct outcome *outcomes; // FEED_OUTCOMES_MAX
    uint32_t count;
    int64_t *settled; // messages to the engine whose records were met; FEED_SETTLED_MAX
    uint32_t settled_count;
    struct list_met *met; // changes of lists; FEED_MET_MAX
    uint32_t met_count;
    uint64_t from, upto;
    int64_t first_us; // time of the first record; 0: there is none
    bool is_full;     // there may be more at once
    size_t bytes;
};

void feed_init(struct feed *feed, struct response *response);
void feed_deinit(struct feed *feed);
// Reads on behind `from`; what was read before and not taken is read again where it has to be.
// Texts live in the arena. RS004: the records are gone.
MUST_USE Status feed_read(struct feed *feed, uint64_t from, struct arena *arena,
                          struct feed_batch *ret_batch, struct diag *diag);

// ---- response_desk.c ----------------------------------------------------------------------------

void response_desk_run(void *context);

// ---- response_post.c ----------------------------------------------------------------------------

void response_post_run(void *context);
struct endpoint_now {
    struct webhook_endpoint webhook; // texts of the settings; its secrets are those below
    struct webhook_secret secrets[WEBHOOK_SECRETS_MAX];
    bool is_set, is_gone; // gone: it wants no more
};
// Its secrets are read, and its address is checked. RS005.
MUST_USE Status response_endpoint_read(const struct response_endpoint *given,
                                       ResponseEndpoint number, bool http_anywhere,
                                       struct endpoint_now *ret_endpoint, struct arena *arena,
                                       struct diag *diag);

// Behind those of others: what the engine is told, and lists that the police push, which the engine
// gets too.
enum { POST_ENGINE = RESPONSE_ENDPOINT_COUNT, POST_LISTS, POST_ENDPOINTS };

// One message under way.
struct posted {
    struct response *response;
    uint32_t endpoint; // ResponseEndpoint, POST_ENGINE or POST_LISTS
    struct arena arena;
    struct message message;
    struct webhook_delivery delivery;
    struct webhook_secret secrets[WEBHOOK_SECRETS_MAX];
    struct work *works; // of the engine
    uint32_t work_count;
    atomic_uint left;    // that were handed over and have not come back
    bool is_cut;         // some of them were not taken
    bool is_confirmed;   // of the lists: to the order
    bool has_landed;     // of the engine: it is in the journal, and the desk settles it
    Slice refusal;       // why it could not be handed over; empty: it was
    struct posted *next; // of those that are over
};

// What became of an attempt.
struct fate {
    MessageFate fate;
    int64_t delay_us; // until the next one
    int64_t status;   // of HTTP; 0: none
    Slice problem;
};

// Any thread: what was under way is over.
void response_post_over(struct posted *posted);

// ---- response_engine.c --------------------------------------------------------------------------

// Hands a message to the pipeline, as records for the lists of a pack. `ret_taken` false: nobody
// takes it now. STATUS_INVALID, RS007: it is none that the engine understands.
MUST_USE Status engine_submit(struct posted *posted, struct json_reader *json,
                              const struct response_pack *pack, bool *ret_taken, struct diag *diag);
void engine_free(struct posted *posted);
// What became of it.
void engine_outcome(const struct posted *posted, struct fate *ret_sent, struct arena *arena);
// Of its last record in the journal.
uint64_t engine_sequence(const struct posted *posted);
// The message that a label or change of the journal was made of; 0: none.
int64_t engine_message_of(const struct journal_entry *entry, struct json_reader *json);

// ---- response.c ---------------------------------------------------------------------------------

enum { HANDS_MAX = 6 };

struct response {
    struct response_options options;
    struct arena arena;
    struct pipeline *pipeline;
    struct thread *desk_thread, *post_thread;
    pthread_mutex_t lock;
    pthread_cond_t desk_wakes, post_wakes, hand_free;
    atomic_bool stopping;
    atomic_bool has_news;        // for the desk, since it last went to sleep
    bool has_post;               // for the thread of messages
    bool has_caught_up;          // the desk has been at the end of the journal once
    atomic_bool was_open;        // the store, by this process
    struct response_state state; // under the lock
    int64_t untaken_us;          // under the lock: no record that was not taken is older
    struct hand hands[HANDS_MAX];
    struct hand desk_hand, post_hand;
    pthread_mutex_t packs_lock;
    struct response_pack *packs;
    _Atomic uint64_t
        taken; // sequence up to which decisions were taken; UINT64_MAX: nobody takes any
    struct endpoint_now endpoints[RESPONSE_ENDPOINT_COUNT]; // under the lock
    struct posted *over; // under the lock: messages that are to be settled
};

// Any thread, the journal's too.
void response_wake_desk(struct response *response);
void response_wake_post(struct response *response);
// Another mode; it is logged when it changes.
void response_become(struct response *response, ResponseMode mode, const struct diag *diag);

#pragma once
// Webhook: how other systems of the bank (contact centre, core bank, SIEM) are told something: one JSON message, POSTed to a URL that the operators
// set, and signed as the Standard Webhooks specification 1.0.0 says (github.com/standard-webhooks/standard-webhooks). And the other side of it:
// whether what came in was signed by somebody who has the secret.
//
//     struct webhook_options options = {.user_agent = SLICE("qiantang/0.1.0")};
//     struct webhook_sender *sender = webhook_sender_create(&options);
//     delivery->endpoint = (struct webhook_endpoint){.url = url, .secrets = secrets, .secret_count = 1};
//     delivery->id = SLICE("msg_4711");
//     delivery->body = json;
//     delivery->done = note;                                 // called once, on the sender's thread
//     TRY(webhook_send(sender, delivery, arena, diag));      // does not wait
//     ...
//     in the thread that keeps the messages, when note() has handed it over:
//     if (delivery->outcome.kind == WEBHOOK_AGAIN && webhook_retry(attempts, delivery->id, delivery->outcome.retry_after_us, &delay_us)) {
//         ... to be sent again at now + delay_us ...
//     }
//     ...
//     webhook_sender_destroy(sender, 2000);
//
// The model. A delivery is one attempt with one message. Which messages there are, and when one is sent again, is the caller's to keep, in SQL say:
// the sender remembers nothing, and a process that ends forgets what was under way. So a message is delivered at least once, and its id is what the
// receiver tells a repetition by. Each URL has a line of its own: up to `at_once` of its deliveries are under way, the others wait in the order in
// which they came. Lines do not wait for each other, so an endpoint that is dead takes up its own connections and no others.
//
// The sender has a thread of its own. libcurl's multi interface is one thread's, which waits for sockets and nothing else; who has messages waits for
// a database, and neither may wait for the other. done() is called on that thread, outside of locks, and must not wait: it hands the delivery over to
// the thread that keeps the messages. It may call webhook_send().
//
// What goes out. POST over HTTP/1.1 with content-type application/json, webhook-id, webhook-timestamp and webhook-signature, one signature for each
// secret. It is signed when it goes out and not when it is put in line, as receivers refuse old timestamps. Connections are kept and used again.
// Certificates are always verified, against the system's authorities or a file of the endpoint's own alone; TLS 1.2 or later. Redirects are not
// followed, proxies of the environment not used, and only https and http are spoken; http only to this machine, unless `http_anywhere` says
// otherwise.
//
// What comes back is judged by the status, as soon as there is one: a body that is broken off behind a 200 was delivered.
//
//     2xx                        WEBHOOK_DELIVERED
//     410                        WEBHOOK_GONE        the endpoint wants no more: disable it
//     408, 425, 429, 5xx         WEBHOOK_AGAIN       with Retry-After, if there was one
//     other 4xx                  WEBHOOK_REFUSED     this message will never be taken
//     3xx and the rest           WEBHOOK_AGAIN       somebody has to mend the URL; until then the message is not lost
//     none: no connection, TLS,
//     time-out, no HTTP          WEBHOOK_AGAIN
//     the sender ends            WEBHOOK_CANCELLED   it may or may not have arrived, and does not count as an attempt
//
// Each but the first comes with a fault: a stable code, and what to do (faults.def). Of the answer's body the first 4 KiB are kept for people to
// read.
//
// Secrets are the caller's and are read where they lie; no message, fault or diag ever holds one, or a URL, which may hold a token.
//
// What it will not do: the asymmetric signatures of the specification (v1a), certificates of clients, HTTP/2, compression, sending in a certain
// order.
//
// Costs (webhook_bench, on two cores at which others worked, with SHA instructions): 1.9 us for one signature of 1 KB and as much to verify it; 25 to
// 70 us of a processor for a delivery of 1 KB in the clear over a connection that is kept, so that one endpoint that answers at once took 7,000 to
// 19,000 a second one after the other, and 17,000 to 29,000 four at once. A delivery under way holds a connection, and 29 KB of libcurl's, or 145 KB
// with TLS; one that waits holds its struct.
//
// Codes: WH001 secret, WH002 URL, WH003 body, WH004 too many wait, WH005 other settings of an endpoint; WH010 and up are faults.

#include "base/diag.h"
#include "base/time.h"
#include "os/entropy.h"

enum {
    WEBHOOK_SECRET_MIN = 24, // bytes, both as the specification says
    WEBHOOK_SECRET_MAX = 64,
    WEBHOOK_SECRET_TEXT_MAX = 6 + 88, // whsec_ and base64
    WEBHOOK_SECRETS_MAX = 2,          // of an endpoint: the new one and the old one, while they are exchanged
    WEBHOOK_SIGNATURE_SIZE = 3 + 44,  // v1, and base64 of 32 bytes
    WEBHOOK_SIGNATURES_SIZE = WEBHOOK_SECRETS_MAX * (WEBHOOK_SIGNATURE_SIZE + 1) - 1,
    WEBHOOK_HEADER_MAX = 1024,      // bytes of webhook-signature as it comes in: twenty signatures
    WEBHOOK_ID_MAX = 128,           // bytes
    WEBHOOK_BODY_MAX = 256 << 10,   // bytes that are sent; the specification recommends below 20 KB
    WEBHOOK_URL_MAX = 2048,         // bytes, as most servers take
    WEBHOOK_PATH_MAX = 4096,        // bytes of the path of a file, as of Linux
    WEBHOOK_ANSWER_MAX = 4096,      // bytes of an answer that are kept
    WEBHOOK_DETAIL_MAX = 256,       // bytes of what libcurl says about a failure
    WEBHOOK_ENDPOINTS_MAX = 64,     // lines with something in them: with 4 at once 256 connections
    WEBHOOK_AT_ONCE_MAX = 16,       // of one endpoint
    WEBHOOK_TIMEOUT_MIN_MS = 100,   // a shorter one fails for being busy
    WEBHOOK_TIMEOUT_MAX_MS = 60000, // a longer one holds up the line for nothing
    WEBHOOK_TIMEOUT_MS = 15000,     // the specification recommends 15 to 30 s
    WEBHOOK_ATTEMPTS_MAX = 13,      // within three days
};
#define WEBHOOK_TOLERANCE_US (5 * US_PER_MINUTE)     // as the reference libraries have it
#define WEBHOOK_RETRY_AFTER_MAX_US (4 * US_PER_HOUR) // who asks for more rest is asked again after that

// ---- secrets ------------------------------------------------------------------------------------------------

// Wipe it where it is not needed any more.
struct webhook_secret {
    uint8_t bytes[WEBHOOK_SECRET_MAX];
    uint32_t size;
};

// "whsec_" and base64 with its padding. There is one text for each secret: what reads the same but is written otherwise is refused. STATUS_INVALID
// with WH001, which says what is wrong and nothing of the text.
MUST_USE Status webhook_secret_parse(Slice text, struct webhook_secret *ret_secret, struct arena *arena, struct diag *diag);
// Those of a file: one a line, the new one first, up to WEBHOOK_SECRETS_MAX. The hint says what such a file holds.
MUST_USE Status webhook_secrets_parse(Slice text, struct webhook_secret secrets[WEBHOOK_SECRETS_MAX], uint32_t *ret_count, struct arena *arena, struct diag *diag);
// A new one, of 32 bytes.
void webhook_secret_draw(const struct entropy *entropy, struct webhook_secret *ret_secret);
// Its text, for the one time that it is shown; gives the length.
size_t webhook_secret_put(const struct webhook_secret *secret, char text[WEBHOOK_SECRET_TEXT_MAX]);
void webhook_secret_wipe(struct webhook_secret *secret);

// ---- signatures ---------------------------------------------------------------------------------------------

// Visible ASCII without a full stop, which separates the parts of what is signed: 1 to WEBHOOK_ID_MAX bytes.
bool webhook_id_valid(Slice id);

// The value of webhook-signature: one signature for each of 1 to WEBHOOK_SECRETS_MAX secrets, separated by blanks. Gives its length. The id is a
// valid one; time is cut to seconds and not before 1970.
size_t webhook_sign(const struct webhook_secret *secrets, uint32_t count, Slice id, int64_t time_us, Slice body, char into[WEBHOOK_SIGNATURES_SIZE]);

// The values of the three headers as they came; one that is missing is empty.
struct webhook_headers {
    Slice id;
    Slice timestamp;
    Slice signature;
};

#define WEBHOOK_VERDICTS(X)                                                                                                                          \
    X(FORGED, "no signature fits: another secret, or the message was changed")                                                                       \
    X(MALFORMED, "webhook-id, webhook-timestamp or webhook-signature is missing or malformed")                                                       \
    X(TOO_OLD, "webhook-timestamp is older than is tolerated")                                                                                       \
    X(TOO_NEW, "webhook-timestamp is further ahead than is tolerated")                                                                               \
    X(GENUINE, "signed by who has the secret")

typedef enum WebhookVerdict {
#define X(name, text) WEBHOOK_##name,
    WEBHOOK_VERDICTS(X)
#undef X
} WebhookVerdict;

const char *webhook_verdict_text(WebhookVerdict verdict);

// Whether a message is genuine: signed with one of the secrets, and its time within the tolerance of now in both directions. `body` is what came,
// byte for byte. Signatures are compared in constant time, all of them. A message that comes a second time within the tolerance is as genuine as the
// first: who must not do a thing twice remembers ids.
MUST_USE WebhookVerdict webhook_verify(const struct webhook_secret *secrets, uint32_t count, const struct webhook_headers *headers, Slice body,
                                       int64_t now_us, int64_t tolerance_us);

// ---- endpoints ----------------------------------------------------------------------------------------------

struct webhook_endpoint {
    Slice url;                            // https://host[:port]/path?query, without a user, a password or a fragment
    Slice ca_file;                        // PEM of who may vouch for it, and nobody else; empty: the system's authorities
    uint32_t timeout_ms;                  // [WEBHOOK_TIMEOUT_MS] from the beginning to the end of the answer
    const struct webhook_secret *secrets; // the newest first
    uint32_t secret_count;                // 1 to WEBHOOK_SECRETS_MAX
};

// Whether it may be sent to: for who takes it in from operators. The secrets are not looked at, and neither is the file or the host. STATUS_INVALID
// with WH002 or WH005.
MUST_USE Status webhook_endpoint_check(const struct webhook_endpoint *endpoint, bool http_anywhere, struct arena *arena, struct diag *diag);

// ---- outcomes -----------------------------------------------------------------------------------------------

#define WEBHOOK_OUTCOMES(X)                                                                                                                          \
    X(CANCELLED, "cancelled")                                                                                                                        \
    X(DELIVERED, "delivered")                                                                                                                        \
    X(AGAIN, "again")                                                                                                                                \
    X(REFUSED, "refused")                                                                                                                            \
    X(GONE, "gone")

typedef enum WebhookOutcome {
#define X(name, word) WEBHOOK_##name,
    WEBHOOK_OUTCOMES(X)
#undef X
        WEBHOOK_OUTCOME_COUNT,
} WebhookOutcome;

const char *webhook_outcome_word(WebhookOutcome outcome);

// Why it was not delivered (faults.def).
typedef enum WebhookFault {
    WEBHOOK_NO_FAULT,
#define FAULT(name, code, text, zh, hint, hint_zh) WEBHOOK_FAULT_##name,
#include "webhook/faults.def"
#undef FAULT
    WEBHOOK_FAULT_COUNT,
} WebhookFault;

// Of WEBHOOK_NO_FAULT all are "".
struct webhook_fault_texts {
    const char *code; // stable, "WH012"
    const char *text;
    const char *text_zh;
    const char *hint;
    const char *hint_zh;
};
const struct webhook_fault_texts *webhook_fault_texts(WebhookFault fault);

struct webhook_outcome {
    WebhookOutcome kind;
    WebhookFault fault;
    uint32_t http_status;   // 0: none came
    int64_t retry_after_us; // what the endpoint asked for, at most WEBHOOK_RETRY_AFTER_MAX_US; 0: it did not
    int64_t time_us;        // of the attempt, as it was signed; 0: it was not begun
    uint64_t took_us;
    // For people: UTF-8 without control characters but line ends and tabs; bytes that are none became question marks.
    uint32_t detail_size; // what libcurl says; may be empty
    uint32_t answer_size; // the beginning of the answer's body
    bool answer_cut;      // there was more
    char detail[WEBHOOK_DETAIL_MAX];
    char answer[WEBHOOK_ANSWER_MAX];
};

static inline Slice webhook_outcome_detail(const struct webhook_outcome *outcome) {
    return (Slice){outcome->detail, outcome->detail_size};
}

static inline Slice webhook_outcome_answer(const struct webhook_outcome *outcome) {
    return (Slice){outcome->answer, outcome->answer_size};
}

// ---- sending ------------------------------------------------------------------------------------------------

struct webhook_line;

// The caller's, with all that it points to, and not to be touched from webhook_send() until done() is called.
struct webhook_delivery {
    struct webhook_endpoint endpoint;
    Slice id;        // of the message: the same at each attempt
    Slice body;      // JSON, 1 to WEBHOOK_BODY_MAX bytes
    int64_t time_us; // what it is signed with; 0: the clock's at the moment at which it goes out, which is what receivers expect
    void (*done)(struct webhook_delivery *delivery);
    void *user; // the caller's
    struct webhook_outcome outcome;
    // The sender's.
    struct webhook_line *line;
    struct webhook_delivery *next;
};

// Zero means the default in brackets.
struct webhook_options {
    Slice user_agent;     // [qiantang] of the requests
    uint32_t at_once;     // [4] deliveries of one endpoint under way, at most WEBHOOK_AT_ONCE_MAX
    uint32_t waiting_max; // [1,024] that wait in one line
    bool http_anywhere;   // http is spoken to other machines too
};

struct webhook_sender;

struct webhook_sender *webhook_sender_create(const struct webhook_options *options);
// Begins no more. What waits is cancelled at once, what is under way after `grace_ms`. done() has been called for all of them when it returns. NULL
// is let pass.
void webhook_sender_destroy(struct webhook_sender *sender, uint32_t grace_ms);

// From any thread. STATUS_OK: done() will be called once. STATUS_INVALID: the endpoint is not fit for use (WH002, WH005). STATUS_LIMIT: the body is
// too large (WH003), or too much waits already, for this endpoint or in too many lines, or the sender is about to end (WH004); then done() is not
// called.
MUST_USE Status webhook_send(struct webhook_sender *sender, struct webhook_delivery *delivery, struct arena *arena, struct diag *diag);

struct webhook_counters {
    uint64_t outcomes[WEBHOOK_OUTCOME_COUNT]; // since it was made, by WebhookOutcome
    uint32_t waiting;
    uint32_t under_way;
};
void webhook_sender_counters(struct webhook_sender *sender, struct webhook_counters *ret_counters); // from any thread

// ---- trying again -------------------------------------------------------------------------------------------

// How long to wait behind the attempt number `attempts` (1: the first has failed): 5 s, 30 s, 2 min, 10 min, 30 min, 1 h, 2 h, 4 h, 8 h, 16 h, 20 h,
// 20 h, less a share of up to a fifth that follows from id and number, so that what failed together does not come back together, and the same
// question has the same answer. An endpoint that asked for more rest gets it, up to WEBHOOK_RETRY_AFTER_MAX_US, and up to a fifth more. False:
// WEBHOOK_ATTEMPTS_MAX have been made, and the message is dead.
bool webhook_retry(uint32_t attempts, Slice id, int64_t retry_after_us, int64_t *ret_delay_us);

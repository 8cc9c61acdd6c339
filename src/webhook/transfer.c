#include "webhook/transfer.h"

#include "base/utf8.h"
#include "os/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    HEAD_MAX = 64 << 10,       // bytes of an answer's head
    BODY_READ_MAX = 64 << 10,  // of its body; what is longer costs the connection
    CONNECT_TIMEOUT_MS = 5000, // a host that is there answers sooner
    CA_CACHE_S = 300,          // how long what was read of a file of authorities is used
    CONNECTION_LIFE_S = 300,   // how long a connection is used: then name servers and authorities are asked again
    HEADER_LINE_MAX = 32 + WEBHOOK_SIGNATURES_SIZE + WEBHOOK_ID_MAX,
    NS_PER_US = 1000,
};

// ---- words --------------------------------------------------------------------------------------------------

static const char *const outcome_words[] = {
#define X(name, word) word,
    WEBHOOK_OUTCOMES(X)
#undef X
};

const char *webhook_outcome_word(WebhookOutcome outcome) {
    return outcome_words[outcome];
}

static const struct webhook_fault_texts fault_texts[] = {
    {"", "", "", "", ""},
#define FAULT(name, code, text, zh, hint, hint_zh) {code, text, zh, hint, hint_zh},
#include "webhook/faults.def"
#undef FAULT
};

const struct webhook_fault_texts *webhook_fault_texts(WebhookFault fault) {
    return &fault_texts[fault];
}

// ---- what comes back ----------------------------------------------------------------------------------------

static size_t on_head(char *bytes, size_t one, size_t size, void *context) {
    struct transfer *transfer = context;
    (void)bytes;
    size *= one;
    if (size > HEAD_MAX - transfer->head_bytes) {
        return 0;
    }
    transfer->head_bytes += (uint32_t)size;
    return size;
}

// Keeps the beginning, reads some more so that the connection can be used again, and then gives up.
static size_t on_body(char *bytes, size_t one, size_t size, void *context) {
    struct transfer *transfer = context;
    struct webhook_outcome *outcome = &transfer->delivery->outcome;
    size *= one;
    size_t room = WEBHOOK_ANSWER_MAX - outcome->answer_size;
    size_t kept = size < room ? size : room;
    memcpy(outcome->answer + outcome->answer_size, bytes, kept);
    outcome->answer_size += (uint32_t)kept;
    outcome->answer_cut = outcome->answer_cut || kept < size;
    if (size > BODY_READ_MAX - transfer->body_bytes) {
        return 0;
    }
    transfer->body_bytes += (uint32_t)size;
    return size;
}

static bool is_shown(uint32_t rune) {
    bool control = rune < ' ' || (rune >= 0x7f && rune <= 0x9f);
    return !control || rune == '\n' || rune == '\t';
}

// Whether the rest of a text is the beginning of a character.
static bool is_half(Slice rest) {
    unsigned char lead = (unsigned char)rest.at[0];
    size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 1;
    for (size_t i = 1; i < rest.size; i++) {
        if (!utf8_is_continuation(rest.at[i])) {
            return false;
        }
    }
    return rest.size < length;
}

uint32_t transfer_make_text(char *bytes, uint32_t size, bool cut) {
    Slice text = {bytes, size};
    size_t put = 0;
    for (size_t at = 0; at < size;) {
        size_t start = at;
        uint32_t rune;
        if (utf8_next(text, &at, &rune) && is_shown(rune)) {
            memmove(bytes + put, bytes + start, at - start);
            put += at - start;
        } else if (cut && at == start && is_half(slice_part(text, start, SIZE_MAX))) {
            break;
        } else {
            at += at == start;
            bytes[put++] = '?';
        }
    }
    return (uint32_t)put;
}

// ---- judging ------------------------------------------------------------------------------------------------

static void judge_status(struct webhook_outcome *outcome) {
    uint32_t status = outcome->http_status;
    if (status >= 200 && status < 300) {
        outcome->kind = WEBHOOK_DELIVERED;
    } else if (status >= 300 && status < 400) {
        outcome->kind = WEBHOOK_AGAIN;
        outcome->fault = WEBHOOK_FAULT_REDIRECTED;
    } else if (status == 410) {
        outcome->kind = WEBHOOK_GONE;
        outcome->fault = WEBHOOK_FAULT_GONE;
    } else if (status == 408 || status == 425 || status == 429) {
        outcome->kind = WEBHOOK_AGAIN;
        outcome->fault = WEBHOOK_FAULT_BUSY;
    } else if (status >= 400 && status < 500) {
        outcome->kind = WEBHOOK_REFUSED;
        outcome->fault = WEBHOOK_FAULT_REFUSED;
    } else {
        outcome->kind = WEBHOOK_AGAIN;
        outcome->fault = status < 600 ? WEBHOOK_FAULT_FAILED : WEBHOOK_FAULT_NOT_HTTP;
    }
}

static WebhookFault fault_of(CURLcode result) {
    switch (result) {
    case CURLE_COULDNT_RESOLVE_HOST:
        return WEBHOOK_FAULT_UNRESOLVED;
    case CURLE_COULDNT_CONNECT:
        return WEBHOOK_FAULT_UNREACHABLE;
    case CURLE_OPERATION_TIMEDOUT:
        return WEBHOOK_FAULT_TIMEOUT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        return WEBHOOK_FAULT_UNTRUSTED;
    case CURLE_SSL_CACERT_BADFILE:
        return WEBHOOK_FAULT_CA_FILE;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CIPHER:
        return WEBHOOK_FAULT_TLS;
    case CURLE_OK: // with an answer that is none
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_WRITE_ERROR: // a head without an end
        return WEBHOOK_FAULT_NOT_HTTP;
    default:
        return WEBHOOK_FAULT_BROKEN;
    }
}

static void put_detail(struct webhook_outcome *outcome, Slice text) {
    bool cut = text.size > WEBHOOK_DETAIL_MAX;
    text = slice_part(text, 0, WEBHOOK_DETAIL_MAX);
    memcpy(outcome->detail, text.at, text.size);
    outcome->detail_size = transfer_make_text(outcome->detail, (uint32_t)text.size, cut);
}

static void judge(struct transfer *transfer, CURLcode result) {
    struct webhook_outcome *outcome = &transfer->delivery->outcome;
    long status = 0;
    curl_off_t retry_after_s = 0;
    INVARIANT(curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK);
    INVARIANT(curl_easy_getinfo(transfer->easy, CURLINFO_RETRY_AFTER, &retry_after_s) == CURLE_OK);
    if (status < 200) {
        outcome->kind = WEBHOOK_AGAIN;
        outcome->fault = fault_of(result);
        put_detail(outcome, slice_of(transfer->error[0] != '\0' ? transfer->error : curl_easy_strerror(result)));
        return;
    }
    outcome->http_status = (uint32_t)status;
    judge_status(outcome);
    if (outcome->kind == WEBHOOK_AGAIN && retry_after_s > 0) {
        bool bounded = retry_after_s < WEBHOOK_RETRY_AFTER_MAX_US / US_PER_SECOND;
        outcome->retry_after_us = bounded ? retry_after_s * US_PER_SECOND : WEBHOOK_RETRY_AFTER_MAX_US;
    }
}

// ---- its life -----------------------------------------------------------------------------------------------

struct transfer *transfer_create(uint32_t index) {
    struct transfer *transfer = memory_alloc(sizeof *transfer);
    transfer->index = index;
    transfer->easy = curl_easy_init();
    INVARIANT(transfer->easy != NULL);
    return transfer;
}

void transfer_destroy(struct transfer *transfer) {
    INVARIANT(transfer->delivery == NULL);
    curl_easy_cleanup(transfer->easy);
    free(transfer);
}

static void add_header(struct transfer *transfer, const char *name, Slice value) {
    char line[HEADER_LINE_MAX];
    int size = snprintf(line, sizeof line, "%s: %.*s", name, SLICE_ARGS(value));
    INVARIANT(size > 0 && (size_t)size < sizeof line);
    transfer->headers = curl_slist_append(transfer->headers, line);
    INVARIANT(transfer->headers != NULL);
}

static void add_headers(struct transfer *transfer, const struct webhook_delivery *delivery) {
    char seconds[32];
    char signatures[WEBHOOK_SIGNATURES_SIZE];
    const struct webhook_endpoint *endpoint = &delivery->endpoint;
    int64_t time_us = delivery->outcome.time_us;
    size_t size = webhook_sign(endpoint->secrets, endpoint->secret_count, delivery->id, time_us, delivery->body, signatures);
    int digits = snprintf(seconds, sizeof seconds, "%lld", (long long)(time_us / US_PER_SECOND));
    transfer->headers = NULL;
    add_header(transfer, "content-type", SLICE("application/json"));
    add_header(transfer, "webhook-id", delivery->id);
    add_header(transfer, "webhook-timestamp", (Slice){seconds, (size_t)digits});
    add_header(transfer, "webhook-signature", (Slice){signatures, size});
}

#define SET(easy, option, value) INVARIANT(curl_easy_setopt((easy), (option), (value)) == CURLE_OK)

static void set_request(struct transfer *transfer, const struct webhook_delivery *delivery, const char *user_agent) {
    char url[WEBHOOK_URL_MAX + 1];
    CURL *easy = transfer->easy;
    memcpy(url, delivery->endpoint.url.at, delivery->endpoint.url.size);
    url[delivery->endpoint.url.size] = '\0';
    SET(easy, CURLOPT_URL, url);
    SET(easy, CURLOPT_PROTOCOLS_STR, "https,http"); // the endpoint's check has seen which
    SET(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(easy, CURLOPT_POST, 1L);
    SET(easy, CURLOPT_POSTFIELDS, delivery->body.at);
    SET(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)delivery->body.size);
    SET(easy, CURLOPT_HTTPHEADER, transfer->headers);
    SET(easy, CURLOPT_USERAGENT, user_agent);
    SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
    SET(easy, CURLOPT_PROXY, ""); // not even one of the environment
    SET(easy, CURLOPT_HEADERFUNCTION, on_head);
    SET(easy, CURLOPT_HEADERDATA, (void *)transfer);
    SET(easy, CURLOPT_WRITEFUNCTION, on_body);
    SET(easy, CURLOPT_WRITEDATA, (void *)transfer);
    SET(easy, CURLOPT_ERRORBUFFER, transfer->error);
    SET(easy, CURLOPT_PRIVATE, (void *)transfer);
}

static void set_connection(struct transfer *transfer, const struct webhook_endpoint *endpoint) {
    CURL *easy = transfer->easy;
    long timeout_ms = endpoint->timeout_ms == 0 ? WEBHOOK_TIMEOUT_MS : (long)endpoint->timeout_ms;
    SET(easy, CURLOPT_TIMEOUT_MS, timeout_ms);
    SET(easy, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms < CONNECT_TIMEOUT_MS ? timeout_ms : (long)CONNECT_TIMEOUT_MS);
    SET(easy, CURLOPT_NOSIGNAL, 1L);
    // A name server that does not answer holds up a thread of libcurl's own; without this, ours would wait for that one.
    SET(easy, CURLOPT_QUICK_EXIT, 1L);
    SET(easy, CURLOPT_MAXLIFETIME_CONN, (long)CONNECTION_LIFE_S);
    SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(easy, CURLOPT_CA_CACHE_TIMEOUT, (long)CA_CACHE_S);
    if (endpoint->ca_file.size > 0) {
        char path[WEBHOOK_PATH_MAX + 1];
        memcpy(path, endpoint->ca_file.at, endpoint->ca_file.size);
        path[endpoint->ca_file.size] = '\0';
        SET(easy, CURLOPT_CAINFO, path);
        SET(easy, CURLOPT_CAPATH, NULL); // else the system's authorities would count beside it
    }
}

void transfer_begin(struct transfer *transfer, struct webhook_delivery *delivery, const char *user_agent) {
    INVARIANT(transfer->delivery == NULL);
    transfer->delivery = delivery;
    transfer->start_ns = clock_monotonic_ns();
    transfer->head_bytes = 0;
    transfer->body_bytes = 0;
    transfer->error[0] = '\0';
    delivery->outcome.time_us = delivery->time_us == 0 ? clock_wall_us() : delivery->time_us;
    add_headers(transfer, delivery);
    curl_easy_reset(transfer->easy);
    set_request(transfer, delivery, user_agent);
    set_connection(transfer, &delivery->endpoint);
}

static void release(struct transfer *transfer) {
    struct webhook_outcome *outcome = &transfer->delivery->outcome;
    outcome->took_us = (clock_monotonic_ns() - transfer->start_ns) / NS_PER_US;
    outcome->answer_size = transfer_make_text(outcome->answer, outcome->answer_size, outcome->answer_cut);
    curl_easy_reset(transfer->easy);
    curl_slist_free_all(transfer->headers);
    transfer->headers = NULL;
    transfer->delivery = NULL;
}

void transfer_end(struct transfer *transfer, CURLcode result) {
    judge(transfer, result);
    release(transfer);
}

void transfer_cancel(struct transfer *transfer) {
    struct webhook_outcome *outcome = &transfer->delivery->outcome;
    outcome->kind = WEBHOOK_CANCELLED;
    outcome->fault = WEBHOOK_FAULT_CANCELLED;
    release(transfer);
}

// Sender: lines of deliveries, and the thread that sends them.
//
//     webhook_send() ──▶ line of its URL ──▶ up to `at_once` under way ──▶ outcome, done()
//     (any thread)       (under the lock)    (the sender's thread)
//
// The lock guards the lines and the counters, for some instructions each time. libcurl is called without it, and by the sender's thread alone, but
// for curl_multi_wakeup().

#include "webhook/transfer.h"

#include "os/clock.h"
#include "os/thread.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    AT_ONCE = 4,
    WAITING_MAX = 1024,
    TRANSFERS_MAX = WEBHOOK_ENDPOINTS_MAX * WEBHOOK_AT_ONCE_MAX,
    KEPT_CONNECTIONS = 256, // that wait for the next delivery
    USER_AGENT_MAX = 128,
    POLL_MAX_MS = 60000, // what it waits for wakes it
    NS_PER_MS = 1000000,
};

// Free when there is nothing in it.
struct webhook_line {
    uint32_t under_way;
    uint32_t waiting;
    struct webhook_delivery *first, *last; // of those that wait
    size_t url_size;
    char url[WEBHOOK_URL_MAX];
};

struct webhook_sender {
    uint32_t at_once, waiting_max;
    bool http_anywhere;
    char user_agent[USER_AGENT_MAX];
    CURLM *multi;
    struct thread *thread;

    pthread_mutex_t lock;
    struct webhook_line lines[WEBHOOK_ENDPOINTS_MAX];
    struct webhook_counters counters;
    bool closing;
    uint64_t end_ns; // when it is closing

    // The thread's: first those that are under way, then those that are free.
    struct transfer *transfers[TRANSFERS_MAX];
    uint32_t busy, made;
};

// ---- lines --------------------------------------------------------------------------------------------------

static bool line_is_free(const struct webhook_line *line) {
    return line->under_way == 0 && line->waiting == 0;
}

// The line of a URL, or a free one, or NULL.
static struct webhook_line *find_line(struct webhook_sender *sender, Slice url) {
    struct webhook_line *found = NULL;
    for (uint32_t i = 0; i < WEBHOOK_ENDPOINTS_MAX; i++) {
        struct webhook_line *line = &sender->lines[i];
        if (line_is_free(line)) {
            found = found == NULL ? line : found;
        } else if (slice_equal((Slice){line->url, line->url_size}, url)) {
            return line;
        }
    }
    return found;
}

static void line_push(struct webhook_line *line, struct webhook_delivery *delivery) {
    delivery->line = line;
    delivery->next = NULL;
    if (line->first == NULL) {
        line->first = delivery;
    } else {
        line->last->next = delivery;
    }
    line->last = delivery;
    line->waiting++;
}

static struct webhook_delivery *line_pop(struct webhook_line *line) {
    struct webhook_delivery *delivery = line->first;
    line->first = delivery->next;
    line->waiting--;
    return delivery;
}

// Gives why it cannot be put in line, or NULL.
static const char *put_in_line(struct webhook_sender *sender, struct webhook_delivery *delivery) {
    Slice url = delivery->endpoint.url;
    if (sender->closing) {
        return "the sender of webhooks is about to end";
    }
    struct webhook_line *line = find_line(sender, url);
    if (line == NULL) {
        return "webhooks of too many endpoints wait already";
    }
    if (line->waiting == sender->waiting_max) {
        return "too many webhooks wait for this endpoint already";
    }
    if (line_is_free(line)) {
        memcpy(line->url, url.at, url.size);
        line->url_size = url.size;
    }
    delivery->outcome = (struct webhook_outcome){0};
    line_push(line, delivery);
    sender->counters.waiting++;
    return NULL;
}

Status webhook_send(struct webhook_sender *sender, struct webhook_delivery *delivery, struct arena *arena, struct diag *diag) {
    uint32_t secrets = delivery->endpoint.secret_count;
    INVARIANT(delivery->done != NULL && webhook_id_valid(delivery->id) && delivery->body.size > 0 && delivery->time_us >= 0);
    INVARIANT(secrets >= 1 && secrets <= WEBHOOK_SECRETS_MAX);
    TRY(webhook_endpoint_check(&delivery->endpoint, sender->http_anywhere, arena, diag));
    if (delivery->body.size > WEBHOOK_BODY_MAX) {
        size_t size = delivery->body.size;
        Status status = diag_fail(diag, arena, STATUS_LIMIT, "WH003", "a webhook of %zu bytes is too large; it may have %d", size, WEBHOOK_BODY_MAX);
        diag->hint = SLICE("send ids, and let the receiver ask for the rest");
        return status;
    }
    pthread_mutex_lock(&sender->lock);
    const char *why_not = put_in_line(sender, delivery);
    pthread_mutex_unlock(&sender->lock);
    if (why_not != NULL) {
        Status status = diag_fail(diag, arena, STATUS_LIMIT, "WH004", "%s", why_not);
        diag->hint = SLICE("keep it, and send it when others have come back");
        return status;
    }
    INVARIANT(curl_multi_wakeup(sender->multi) == CURLM_OK);
    return STATUS_OK;
}

void webhook_sender_counters(struct webhook_sender *sender, struct webhook_counters *ret_counters) {
    pthread_mutex_lock(&sender->lock);
    *ret_counters = sender->counters;
    pthread_mutex_unlock(&sender->lock);
}

// ---- transfers ----------------------------------------------------------------------------------------------

static struct transfer *take_transfer(struct webhook_sender *sender) {
    INVARIANT(sender->busy < TRANSFERS_MAX);
    if (sender->busy == sender->made) {
        sender->transfers[sender->made] = transfer_create(sender->made);
        sender->made++;
    }
    return sender->transfers[sender->busy++];
}

static void free_transfer(struct webhook_sender *sender, struct transfer *transfer) {
    struct transfer *last = sender->transfers[--sender->busy];
    last->index = transfer->index;
    sender->transfers[last->index] = last;
    transfer->index = sender->busy;
    sender->transfers[transfer->index] = transfer;
}

// Takes it off the books and hands it back.
static void settle(struct webhook_sender *sender, struct webhook_delivery *delivery, bool was_under_way) {
    pthread_mutex_lock(&sender->lock);
    if (was_under_way) {
        delivery->line->under_way--;
        sender->counters.under_way--;
    }
    sender->counters.outcomes[delivery->outcome.kind]++;
    pthread_mutex_unlock(&sender->lock);
    delivery->done(delivery);
}

static void begin(struct webhook_sender *sender, struct webhook_delivery *delivery) {
    struct transfer *transfer = take_transfer(sender);
    transfer_begin(transfer, delivery, sender->user_agent);
    INVARIANT(curl_multi_add_handle(sender->multi, transfer->easy) == CURLM_OK);
}

// Ends with what libcurl says, or breaks it off.
static void end(struct webhook_sender *sender, struct transfer *transfer, bool cancelled, CURLcode result) {
    struct webhook_delivery *delivery = transfer->delivery;
    INVARIANT(curl_multi_remove_handle(sender->multi, transfer->easy) == CURLM_OK);
    if (cancelled) {
        transfer_cancel(transfer);
    } else {
        transfer_end(transfer, result);
    }
    free_transfer(sender, transfer);
    settle(sender, delivery, true);
}

// ---- the thread ---------------------------------------------------------------------------------------------

// Takes what may begin out of the lines, as one list; all that waits when it is closing.
static struct webhook_delivery *take_from_lines(struct webhook_sender *sender, bool *ret_closing) {
    struct webhook_delivery *list = NULL;
    struct webhook_delivery **end_of_list = &list;
    pthread_mutex_lock(&sender->lock);
    *ret_closing = sender->closing;
    for (uint32_t i = 0; i < WEBHOOK_ENDPOINTS_MAX; i++) {
        struct webhook_line *line = &sender->lines[i];
        while (line->waiting > 0 && (sender->closing || line->under_way < sender->at_once)) {
            struct webhook_delivery *delivery = line_pop(line);
            delivery->next = NULL;
            *end_of_list = delivery;
            end_of_list = &delivery->next;
            sender->counters.waiting--;
            line->under_way += !sender->closing;
            sender->counters.under_way += !sender->closing;
        }
    }
    pthread_mutex_unlock(&sender->lock);
    return list;
}

// Gives whether it is closing.
static bool take_on(struct webhook_sender *sender) {
    bool closing;
    for (struct webhook_delivery *next, *delivery = take_from_lines(sender, &closing); delivery != NULL; delivery = next) {
        next = delivery->next; // it may be gone after done()
        if (closing) {
            delivery->outcome.kind = WEBHOOK_CANCELLED;
            delivery->outcome.fault = WEBHOOK_FAULT_CANCELLED;
            settle(sender, delivery, false);
        } else {
            begin(sender, delivery);
        }
    }
    return closing;
}

// Gives how many have ended.
static uint32_t end_finished(struct webhook_sender *sender) {
    uint32_t count = 0;
    int left;
    for (CURLMsg *message; (message = curl_multi_info_read(sender->multi, &left)) != NULL; count++) {
        struct transfer *transfer = NULL;
        CURLcode result = message->data.result; // the message is gone with the handle
        INVARIANT(message->msg == CURLMSG_DONE && curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer) == CURLE_OK);
        end(sender, transfer, false, result);
    }
    return count;
}

static void run(void *context) {
    struct webhook_sender *sender = context;
    for (;;) {
        int running;
        bool closing = take_on(sender);
        INVARIANT(curl_multi_perform(sender->multi, &running) == CURLM_OK);
        uint32_t ended = end_finished(sender);
        uint64_t now_ns = clock_monotonic_ns();
        if (closing && (sender->busy == 0 || now_ns >= sender->end_ns)) {
            break;
        }
        if (ended == 0) {
            uint64_t wait_ms = closing ? (sender->end_ns - now_ns) / NS_PER_MS + 1 : POLL_MAX_MS;
            INVARIANT(curl_multi_poll(sender->multi, NULL, 0, (int)(wait_ms < POLL_MAX_MS ? wait_ms : POLL_MAX_MS), NULL) == CURLM_OK);
        }
    }
    while (sender->busy > 0) {
        end(sender, sender->transfers[sender->busy - 1], true, CURLE_OK);
    }
}

// ---- its life -----------------------------------------------------------------------------------------------

struct webhook_sender *webhook_sender_create(const struct webhook_options *options) {
    struct webhook_sender *sender = memory_alloc(sizeof *sender);
    Slice agent = options->user_agent.size == 0 ? SLICE("qiantang") : options->user_agent;
    sender->at_once = options->at_once == 0 ? AT_ONCE : options->at_once;
    sender->waiting_max = options->waiting_max == 0 ? WAITING_MAX : options->waiting_max;
    sender->http_anywhere = options->http_anywhere;
    INVARIANT(sender->at_once <= WEBHOOK_AT_ONCE_MAX && agent.size < USER_AGENT_MAX);
    memcpy(sender->user_agent, agent.at, agent.size);
    INVARIANT(pthread_mutex_init(&sender->lock, NULL) == 0);
    INVARIANT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    sender->multi = curl_multi_init();
    INVARIANT(sender->multi != NULL);
    INVARIANT(curl_multi_setopt(sender->multi, CURLMOPT_MAXCONNECTS, (long)KEPT_CONNECTIONS) == CURLM_OK);
    sender->thread = thread_start("webhook", run, sender);
    return sender;
}

void webhook_sender_destroy(struct webhook_sender *sender, uint32_t grace_ms) {
    if (sender == NULL) {
        return;
    }
    pthread_mutex_lock(&sender->lock);
    sender->closing = true;
    sender->end_ns = clock_monotonic_ns() + (uint64_t)grace_ms * NS_PER_MS;
    pthread_mutex_unlock(&sender->lock);
    INVARIANT(curl_multi_wakeup(sender->multi) == CURLM_OK);
    thread_join(sender->thread);
    for (uint32_t i = 0; i < sender->made; i++) {
        transfer_destroy(sender->transfers[i]);
    }
    INVARIANT(curl_multi_cleanup(sender->multi) == CURLM_OK);
    curl_global_cleanup();
    pthread_mutex_destroy(&sender->lock);
    free(sender);
}

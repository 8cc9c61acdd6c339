// Requests: a record, or a batch of them, is a request of its own; a connection carries one at a time. A request that is due goes out on the
// connection that has been free for the longest time.

#include "load/run.h"
#include "os/clock.h"

// A connection for records, and the request that is under way on it.
struct sender {
    struct connection connection; // first: the epoll set points to it
    uint64_t first;               // record
    uint32_t count;
    uint64_t planned_ns, sent_ns;
    uint64_t retry_ns;
};

struct requests {
    struct sender *senders;
    uint32_t *free; // a ring of senders that are free, the one that waits longest first
    uint32_t free_first, free_count;
};

static void create(struct run *run) {
    struct arena *arena = &run->result->arena;
    uint32_t count = run->options->connections;
    struct requests *requests = ARENA_NEW(arena, struct requests);
    requests->senders = ARENA_ARRAY(arena, struct sender, count);
    requests->free = ARENA_ARRAY(arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) {
        connection_init(&requests->senders[i].connection);
    }
    run->requests = requests;
    run->down = count;
}

static void destroy(struct run *run) {
    for (uint32_t i = 0; run->requests != NULL && i < run->options->connections; i++) {
        connection_deinit(&run->requests->senders[i].connection);
    }
}

// ---- the text of a request -------------------------------------------------------------------------------

enum { LENGTH_SIZE = 9, LENGTH_END = 4 };

// The length is written behind blanks, as the grammar allows, so that it has its place before the body is known.
static void put_length(char *at, size_t length) {
    memset(at, ' ', LENGTH_SIZE);
    uint32_t i = LENGTH_SIZE;
    do {
        at[--i] = (char)('0' + length % 10);
        length /= 10;
    } while (length > 0 && i > 0);
    memcpy(at + LENGTH_SIZE, "\r\n\r\n", LENGTH_END);
}

static void build(struct run *run, struct sender *sender) {
    struct buf *out = &sender->connection.out;
    bool one = run->options->one;
    buf_reset(out);
    buf_put(out, run->head);
    size_t length_at = out->size;
    if (buf_reserve(out, LENGTH_SIZE + LENGTH_END) == NULL) {
        return;
    }
    buf_advance(out, LENGTH_SIZE + LENGTH_END);
    size_t body_at = out->size;
    for (uint32_t i = 0; i < sender->count; i++) {
        uint64_t moment = one ? sender->planned_ns : plan_moment(&run->plan, sender->first + i);
        templates_put(run->templates, sender->first + i, plan_event_time(&run->plan, moment), out);
        if (run->options->lines) {
            buf_put_byte(out, '\n');
        }
    }
    put_length(out->bytes + length_at, out->size - body_at);
}

// ---- senders ---------------------------------------------------------------------------------------------

static struct sender *take_free(struct run *run) {
    struct requests *requests = run->requests;
    struct sender *sender = &requests->senders[requests->free[requests->free_first]];
    requests->free_first = (requests->free_first + 1) % run->options->connections;
    requests->free_count--;
    return sender;
}

static void put_free(struct run *run, struct sender *sender) {
    struct requests *requests = run->requests;
    requests->free[(requests->free_first + requests->free_count) % run->options->connections] = (uint32_t)(sender - requests->senders);
    requests->free_count++;
}

// A connection that was free and went away is still in the ring; it is taken out, which is rare.
static void remove_free(struct run *run, const struct sender *sender) {
    uint32_t count = run->requests->free_count;
    for (uint32_t i = 0; i < count; i++) {
        struct sender *other = take_free(run);
        if (other != sender) {
            put_free(run, other);
        }
    }
}

static void on_down(struct run *run, struct sender *sender, uint64_t now, ConnectionNews news) {
    Slice why = slice_of(sender->connection.fault);
    run->down++;
    run->fault = sender->connection.fault;
    sender->retry_ns = now;
    if (news == CONNECTION_WRONG) {
        run_malformed(run, why);
    }
    if (sender->count > 0) {
        run_lost(run, sender->planned_ns, sender->sent_ns, now, why);
        sender->count = 0;
    }
}

static void on_reply(struct run *run, struct sender *sender, const struct reply *reply, uint64_t now) {
    run->result->answered++;
    run->heard_ns = now;
    answers_take(run->answers, sender->first, sender->count, reply);
    run_ended(run, sender->planned_ns, sender->sent_ns, now, reply->status != 200);
    sender->count = 0;
    connection_next(&sender->connection, reply);
    if (sender->connection.state == CONNECTION_FREE) {
        put_free(run, sender);
    } else {
        run->down++;
        sender->retry_ns = now;
    }
}

static void send_request(struct run *run, uint64_t planned_ns) {
    struct sender *sender = take_free(run);
    uint64_t left = run->plan.records - run->plan.next;
    sender->first = run->plan.next;
    sender->count = run->options->batch < left ? run->options->batch : (uint32_t)left;
    sender->planned_ns = planned_ns;
    run->plan.next += sender->count;
    build(run, sender);
    run->busy++;
    run->result->sent++;
    sender->sent_ns = clock_monotonic_ns();
    histogram_add(run->result->rows[RESULT_LATENESS], sender->sent_ns - planned_ns);
    ConnectionNews news = connection_send(&sender->connection);
    if (news != CONNECTION_NOTHING) {
        on_down(run, sender, clock_monotonic_ns(), news);
    }
}

// It ends when all connections are taken, so that replies are read.
static void send_due(struct run *run) {
    uint64_t now = clock_monotonic_ns();
    while (run->requests->free_count > 0) {
        uint64_t moment = plan_next_moment(&run->plan, now);
        if (moment > now) {
            now = moment == UINT64_MAX ? now : clock_monotonic_ns();
            if (moment > now) {
                return;
            }
        }
        send_request(run, moment);
    }
}

static void open_down(struct run *run, uint64_t now) {
    for (uint32_t i = 0; i < run->options->connections && run->down > 0; i++) {
        struct sender *sender = &run->requests->senders[i];
        if (sender->connection.state != CONNECTION_DOWN || sender->retry_ns > now) {
            continue;
        }
        sender->retry_ns = now + RETRY_NS;
        bool begun = connection_open(&sender->connection, run->epoll, &run->address);
        run->down -= begun;
        run->fault = begun ? run->fault : sender->connection.fault;
    }
}

static void on_event(struct run *run, void *connection, uint32_t events) {
    struct sender *sender = connection;
    struct reply reply;
    ConnectionState before = sender->connection.state;
    ConnectionNews news = connection_on_event(&sender->connection, events, &reply);
    uint64_t now = clock_monotonic_ns();
    switch (news) {
    case CONNECTION_NOTHING:
    case CONNECTION_BYTES:
        break;
    case CONNECTION_UP:
        run->result->reconnections++;
        put_free(run, sender);
        break;
    case CONNECTION_REPLY:
        on_reply(run, sender, &reply, now);
        break;
    case CONNECTION_LOST:
    case CONNECTION_WRONG:
        if (before == CONNECTION_FREE) {
            remove_free(run, sender);
        }
        on_down(run, sender, now, news);
        if (before == CONNECTION_OPENING) {
            sender->retry_ns = now + RETRY_NS;
        }
        break;
    }
}

static bool has_room(const struct run *run) {
    return run->requests->free_count > 0;
}

static bool is_over(const struct run *run) {
    return run->busy == 0;
}

static void give_up(struct run *run, uint64_t now) {
    for (uint32_t i = 0; i < run->options->connections; i++) {
        struct sender *sender = &run->requests->senders[i];
        if (sender->count > 0) {
            run->result->unanswered++;
            run_ended(run, sender->planned_ns, sender->sent_ns, now, false);
            sender->count = 0;
        }
    }
}

const struct way way_of_requests = {create, destroy, open_down, on_event, send_due, has_room, is_over, give_up};

// The plan, the connections, and the loop that brings them together.

#include "load/answers.h"
#include "load/connection.h"
#include "os/clock.h"
#include "os/progress.h"

#include <errno.h>
#include <netdb.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#define NS_PER_SECOND UINT64_C(1000000000)
#define NS_PER_MS UINT64_C(1000000)
#define RETRY_NS (50 * NS_PER_MS)       // between attempts to connect again
#define IDLE_NS (200 * NS_PER_MS)       // the longest sleep, for the sake of the progress line
#define CONNECT_NS (10 * NS_PER_SECOND) // for the connections at the start

enum { EVENTS_MAX = 256, HEAD_MAX = 1024 + LOAD_KEY_MAX };

// A connection for records, and the request that is under way on it.
struct sender {
    struct connection connection; // first: the epoll set points to it
    uint64_t first;               // record
    uint32_t count;
    uint64_t planned_ns, sent_ns;
    uint64_t retry_ns;
};

// A connection for something else.
struct asker {
    struct connection connection;
    bool begun, ended, sent;
};

struct run {
    const struct load_options *options;
    struct load_result *result;
    struct templates *templates;
    struct answers *answers;
    struct connection_address address;
    int epoll;
    Slice head; // of every request, up to the length of its body

    struct sender *senders;
    uint32_t *free; // a ring of senders that are free, the one that waits longest first
    uint32_t free_first, free_count;
    uint32_t down;
    struct asker *askers;
    uint32_t asks_left;

    uint64_t records;  // of the plan
    uint64_t next;     // record that is sent next
    uint64_t busy;     // requests under way
    uint64_t ended;    // requests
    uint64_t end_ns;   // of the plan
    uint64_t start_ns; // monotonic
    uint64_t heard_ns; // of the last reply
    int64_t start_ms;  // by the clock on the wall
    struct progress progress;
};

// ---- the plan --------------------------------------------------------------------------------------------

// The moment of a record. Computed from the start each time, so that nothing adds up.
static uint64_t planned(const struct run *run, uint64_t record) {
    return run->start_ns + (uint64_t)((unsigned __int128)record * NS_PER_SECOND / run->options->rate);
}

static void make_plan(struct run *run) {
    const struct load_options *options = run->options;
    uint64_t records = options->count > 0 ? options->count : UINT64_MAX;
    if (!options->one && options->seconds > 0 && options->seconds * options->rate < records) {
        records = options->seconds * options->rate;
    }
    if (options->keep && templates_count(run->templates) < records) {
        records = templates_count(run->templates);
    }
    run->records = records < TEMPLATES_NUMBER_MAX ? records : TEMPLATES_NUMBER_MAX;
}

static void start_plan(struct run *run) {
    const struct load_options *options = run->options;
    run->start_ns = clock_monotonic_ns();
    run->start_ms = clock_wall_us() / 1000;
    run->end_ns = options->one ? run->start_ns + options->seconds * NS_PER_SECOND : planned(run, run->records);
    if (options->one && options->seconds == 0) {
        run->end_ns = UINT64_MAX;
    }
    run->result->start_ns = run->heard_ns = run->start_ns;
}

static bool plan_over(const struct run *run, uint64_t now) {
    return run->next >= run->records || (run->options->one && now >= run->end_ns);
}

// When the next request is to go, and UINT64_MAX when there is none. One at a time: at once.
static uint64_t next_moment(const struct run *run, uint64_t now) {
    if (plan_over(run, now)) {
        return UINT64_MAX;
    }
    return run->options->one ? now : planned(run, run->next);
}

// ---- requests --------------------------------------------------------------------------------------------

// The headers that every request has: whose it is, and who asks.
static void put_host(const struct run *run, struct buf *out) {
    const struct load_options *options = run->options;
    bool is_v6 = slice_find_byte(options->host, ':', 0) < options->host.size;
    buf_printf(out, is_v6 ? "Host: [%.*s]:%u\r\n" : "Host: %.*s:%u\r\n", SLICE_ARGS(options->host), options->port);
    if (!slice_empty(options->key)) {
        buf_printf(out, "Authorization: Bearer %.*s\r\n", SLICE_ARGS(options->key));
    }
}

static void put_head(struct run *run) {
    const struct load_options *options = run->options;
    struct buf head;
    buf_init(&head, HEAD_MAX);
    buf_printf(&head, "POST /v1/%s HTTP/1.1\r\n", options->lines ? "records" : "events");
    put_host(run, &head);
    buf_printf(&head, "Content-Type: application/%s\r\n", options->lines ? "x-ndjson" : "json");
    buf_put(&head, SLICE("Content-Length: "));
    INVARIANT(!buf_overflowed(&head));
    run->head = arena_copy(&run->result->arena, buf_slice(&head));
    buf_deinit(&head);
}

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

static int64_t event_time(const struct run *run, uint64_t moment_ns) {
    return run->start_ms + (int64_t)((moment_ns - run->start_ns) / NS_PER_MS);
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
        uint64_t moment = one ? sender->planned_ns : planned(run, sender->first + i);
        templates_put(run->templates, sender->first + i, event_time(run, moment), out);
        if (run->options->lines) {
            buf_put_byte(out, '\n');
        }
    }
    put_length(out->bytes + length_at, out->size - body_at);
}

// ---- senders ---------------------------------------------------------------------------------------------

static struct sender *take_free(struct run *run) {
    struct sender *sender = &run->senders[run->free[run->free_first]];
    run->free_first = (run->free_first + 1) % run->options->connections;
    run->free_count--;
    return sender;
}

static void put_free(struct run *run, struct sender *sender) {
    run->free[(run->free_first + run->free_count) % run->options->connections] = (uint32_t)(sender - run->senders);
    run->free_count++;
}

// A connection that was free and went away is still in the ring; it is taken out, which is rare.
static void remove_free(struct run *run, const struct sender *sender) {
    uint32_t count = run->free_count;
    for (uint32_t i = 0; i < count; i++) {
        struct sender *other = take_free(run);
        if (other != sender) {
            put_free(run, other);
        }
    }
}

static void end_request(struct run *run, struct sender *sender, uint64_t now, bool refused) {
    run->busy--;
    run->ended++;
    result_took(run->result, sender->planned_ns, sender->sent_ns, now, refused);
    sender->count = 0;
}

static void on_down(struct run *run, struct sender *sender, uint64_t now, ConnectionNews news) {
    struct load_result *result = run->result;
    Slice why = slice_of(sender->connection.fault);
    run->down++;
    sender->retry_ns = now;
    if (news == CONNECTION_WRONG) {
        result->malformed++;
        result_example(result, &result->malformed_example, why);
    }
    if (sender->count > 0) {
        result->lost++;
        result_example(result, &result->lost_example, why);
        end_request(run, sender, now, false);
    }
}

static void on_reply(struct run *run, struct sender *sender, const struct reply *reply, uint64_t now) {
    run->result->answered++;
    run->heard_ns = now;
    answers_take(run->answers, sender->first, sender->count, reply);
    end_request(run, sender, now, reply->status != 200);
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
    uint64_t left = run->records - run->next;
    sender->first = run->next;
    sender->count = run->options->batch < left ? run->options->batch : (uint32_t)left;
    sender->planned_ns = planned_ns;
    run->next += sender->count;
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

// What is due, as far as connections are free. It ends when they are all taken, so that replies are read.
static void send_due(struct run *run) {
    uint64_t now = clock_monotonic_ns();
    while (run->free_count > 0) {
        uint64_t moment = next_moment(run, now);
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
        struct sender *sender = &run->senders[i];
        if (sender->connection.state != CONNECTION_DOWN || sender->retry_ns > now) {
            continue;
        }
        sender->retry_ns = now + RETRY_NS;
        run->down -= connection_open(&sender->connection, run->epoll, &run->address);
    }
}

static void on_sender(struct run *run, struct sender *sender, uint32_t events) {
    struct reply reply;
    ConnectionState before = sender->connection.state;
    ConnectionNews news = connection_on_event(&sender->connection, events, &reply);
    uint64_t now = clock_monotonic_ns();
    switch (news) {
    case CONNECTION_NOTHING:
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

// ---- what else is asked ----------------------------------------------------------------------------------

static void end_ask(struct run *run, struct asker *asker, uint64_t now, Slice fault) {
    struct result_ask *ask = &run->result->asks[asker - run->askers];
    asker->ended = true;
    ask->end_ns = now;
    ask->fault = slice_empty(fault) ? fault : arena_copy(&run->result->arena, fault);
    connection_close(&asker->connection);
    run->asks_left--;
}

static void build_ask(struct run *run, struct asker *asker) {
    const struct load_ask *ask = &run->options->asks[asker - run->askers];
    struct buf *out = &asker->connection.out;
    buf_printf(out, "%.*s %.*s HTTP/1.1\r\nConnection: close\r\n", SLICE_ARGS(ask->method), SLICE_ARGS(ask->path));
    put_host(run, out);
    if (!slice_empty(ask->content_type)) {
        buf_printf(out, "Content-Type: %.*s\r\n", SLICE_ARGS(ask->content_type));
    }
    bool has_body = !slice_empty(ask->content_type) || slice_is(ask->method, "POST") || slice_is(ask->method, "PUT");
    if (has_body) {
        buf_printf(out, "Content-Length: %zu\r\n", ask->body.size);
    }
    buf_put(out, SLICE("\r\n"));
    buf_put(out, ask->body);
}

static void begin_asks(struct run *run, uint64_t now) {
    for (uint32_t i = 0; i < run->options->ask_count && run->asks_left > 0; i++) {
        struct asker *asker = &run->askers[i];
        if (asker->begun || now < run->start_ns + run->options->asks[i].second * NS_PER_SECOND) {
            continue;
        }
        asker->begun = true;
        run->result->asks[i].start_ns = now;
        if (!connection_open(&asker->connection, run->epoll, &run->address)) {
            end_ask(run, asker, now, slice_of(asker->connection.fault));
        }
    }
}

static void on_asker(struct run *run, struct asker *asker, uint32_t events) {
    struct reply reply;
    ConnectionNews news = connection_on_event(&asker->connection, events, &reply);
    uint64_t now = clock_monotonic_ns();
    if (news == CONNECTION_UP) {
        build_ask(run, asker);
        news = connection_send(&asker->connection);
    }
    if (news == CONNECTION_REPLY) {
        run->result->asks[asker - run->askers].status = reply.status;
        end_ask(run, asker, now, (Slice){NULL, 0});
    } else if (news != CONNECTION_NOTHING) {
        end_ask(run, asker, now, slice_of(asker->connection.fault));
    }
}

// ---- the loop --------------------------------------------------------------------------------------------

// When there is something to do without an event.
static uint64_t next_wake(const struct run *run, uint64_t now) {
    uint64_t wake = now + IDLE_NS;
    if (run->free_count > 0) {
        uint64_t moment = next_moment(run, now);
        wake = moment < wake ? moment : wake;
    }
    if (run->down > 0 && now + NS_PER_MS < wake) {
        wake = now + NS_PER_MS;
    }
    for (uint32_t i = 0; i < run->options->ask_count && run->asks_left > 0; i++) {
        uint64_t moment = run->start_ns + run->options->asks[i].second * NS_PER_SECOND;
        wake = !run->askers[i].begun && moment < wake ? moment : wake;
    }
    return wake;
}

static int wait_for_events(struct run *run, uint64_t wake_ns, struct epoll_event events[EVENTS_MAX]) {
    uint64_t now = clock_monotonic_ns();
    uint64_t early = run->options->spin_us * UINT64_C(1000);
    uint64_t left = wake_ns > now + early ? wake_ns - now - early : 0;
    struct timespec timeout = {.tv_sec = (time_t)(left / NS_PER_SECOND), .tv_nsec = (long)(left % NS_PER_SECOND)};
    return epoll_pwait2(run->epoll, events, EVENTS_MAX, &timeout, NULL);
}

static bool is_asker(const struct run *run, const void *pointer) {
    uintptr_t at = (uintptr_t)pointer;
    return at >= (uintptr_t)run->askers && at < (uintptr_t)(run->askers + run->options->ask_count);
}

static void handle_events(struct run *run, const struct epoll_event *events, int count) {
    for (int i = 0; i < count; i++) {
        if (is_asker(run, events[i].data.ptr)) {
            on_asker(run, events[i].data.ptr, events[i].events);
        } else {
            on_sender(run, events[i].data.ptr, events[i].events);
        }
    }
    answers_flush(run->answers);
}

static bool all_ended(const struct run *run, uint64_t now) {
    return plan_over(run, now) && run->busy == 0 && run->asks_left == 0;
}

// One at a time, the end of the plan is not known: what counts is how long nothing was heard.
static bool out_of_patience(const struct run *run, uint64_t now) {
    return now > (run->options->one ? run->heard_ns : run->end_ns) + run->options->wait_s * NS_PER_SECOND;
}

static void run_loop(struct run *run) {
    struct epoll_event events[EVENTS_MAX];
    for (;;) {
        send_due(run);
        uint64_t now = clock_monotonic_ns();
        if (all_ended(run, now) || out_of_patience(run, now)) {
            return;
        }
        begin_asks(run, now);
        open_down(run, now);
        int count = wait_for_events(run, next_wake(run, now), events);
        handle_events(run, events, count);
        progress_update(&run->progress, run->ended * run->options->batch, run->next);
    }
}

// What was sent and not answered, or never could be sent, counts with the time that was waited so far.
static void count_unanswered(struct run *run) {
    struct load_result *result = run->result;
    uint64_t now = clock_monotonic_ns();
    for (uint32_t i = 0; i < run->options->connections; i++) {
        if (run->senders[i].count > 0) {
            result->unanswered++;
            end_request(run, &run->senders[i], now, false);
        }
    }
    result->planned = result->sent;
    while (!plan_over(run, now) && !run->options->one) {
        result->planned++;
        result->unanswered++;
        result_took(result, planned(run, run->next), 0, now, false);
        run->next += run->options->batch;
    }
    for (uint32_t i = 0; i < run->options->ask_count; i++) {
        if (!run->askers[i].ended) {
            end_ask(run, &run->askers[i], now, SLICE("no answer came"));
        }
    }
    result_finish(result);
    result->end_ns = now;
}

// ---- before and behind -----------------------------------------------------------------------------------

static Status resolve(struct run *run, struct arena *arena, struct diag *diag) {
    const struct load_options *options = run->options;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    Slice host = arena_copy(arena, options->host);
    Slice port = arena_printf(arena, "%u", options->port);
    int error = getaddrinfo(host.at, port.at, &hints, &found);
    if (error != 0) {
        return diag_fail(diag, arena, STATUS_IO, "LD004", "'%.*s' is not known: %s", SLICE_ARGS(host), gai_strerror(error));
    }
    memcpy(&run->address.at, found->ai_addr, found->ai_addrlen);
    run->address.size = found->ai_addrlen;
    freeaddrinfo(found);
    return STATUS_OK;
}

static Status cannot_connect(struct run *run, struct arena *arena, const char *why, struct diag *diag) {
    return diag_fail(diag, arena, STATUS_IO, "LD004", "cannot connect to %.*s:%u: %s (%u of %u connections were made)",
                     SLICE_ARGS(run->options->host), run->options->port, why, run->free_count, run->options->connections);
}

// All connections are there before the clock starts: making them is no part of what is measured.
static Status connect_all(struct run *run, struct arena *arena, struct diag *diag) {
    struct epoll_event events[EVENTS_MAX];
    struct reply reply;
    uint64_t deadline = clock_monotonic_ns() + CONNECT_NS;
    for (uint32_t i = 0; i < run->options->connections; i++) {
        struct connection *connection = &run->senders[i].connection;
        if (!connection_open(connection, run->epoll, &run->address)) {
            return cannot_connect(run, arena, connection->fault, diag);
        }
    }
    while (run->free_count < run->options->connections) {
        if (clock_monotonic_ns() > deadline) {
            return cannot_connect(run, arena, "it does not answer", diag);
        }
        int count = epoll_wait(run->epoll, events, EVENTS_MAX, 1000);
        for (int i = 0; i < count; i++) {
            struct sender *sender = events[i].data.ptr;
            ConnectionNews news = connection_on_event(&sender->connection, events[i].events, &reply);
            if (news == CONNECTION_LOST || news == CONNECTION_WRONG) {
                return cannot_connect(run, arena, sender->connection.fault, diag);
            }
            if (news == CONNECTION_UP) {
                put_free(run, sender);
            }
        }
    }
    return STATUS_OK;
}

static Status pin(const struct load_options *options, struct arena *arena, struct diag *diag) {
    cpu_set_t only;
    if (options->processor < 0) {
        return STATUS_OK;
    }
    CPU_ZERO(&only);
    CPU_SET((size_t)options->processor, &only);
    if (options->processor >= CPU_SETSIZE || sched_setaffinity(0, sizeof only, &only) != 0) {
        return diag_fail(diag, arena, STATUS_IO, "LD005", "the system does not let this program stay on processor %d", options->processor);
    }
    return STATUS_OK;
}

// A system without it would be found out in the middle of a run.
static Status check_system(struct run *run, struct arena *arena, struct diag *diag) {
    struct epoll_event event;
    struct timespec now = {0};
    run->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (run->epoll < 0 || epoll_pwait2(run->epoll, &event, 1, &now, NULL) < 0) {
        return diag_fail(diag, arena, STATUS_IO, "LD005", "the system has no epoll_pwait2, which came with Linux 5.11");
    }
    if (run->options->keep) {
        return STATUS_OK;
    }
    int64_t now_ms = clock_wall_us() / 1000;
    if (now_ms < TEMPLATES_TIME_MIN || now_ms > TEMPLATES_TIME_MAX / 2) {
        return diag_fail(diag, arena, STATUS_IO, "LD005", "the clock of this machine is wrong: event times would make no sense");
    }
    return STATUS_OK;
}

static Status open_templates(struct run *run, struct arena *arena, struct diag *diag) {
    const struct load_options *options = run->options;
    struct templates_options wanted = {.id = options->id, .time = options->time, .original = options->original, .keep = options->keep};
    // Runs that begin within the same microsecond are told apart by their processes.
    uint64_t name = (uint64_t)clock_wall_us() * 0x9e3779b97f4a7c15u + (uint64_t)getpid() * 0xbf58476d1ce4e5b9u;
    for (uint32_t i = 0; i < TEMPLATES_RUN_SIZE; i++) {
        wanted.run[i] = "abcdefghijklmnopqrstuvwxyz234567"[name >> 59];
        name <<= 5;
    }
    Status status = templates_open(&wanted, options->files, options->file_count, &run->result->arena, &run->templates, diag);
    if (status != STATUS_OK) { // what is told outlives the result
        diag->message = arena_copy(arena, diag->message);
        diag->hint = arena_copy(arena, diag->hint);
    }
    return status;
}

static void make_connections(struct run *run) {
    const struct load_options *options = run->options;
    struct arena *arena = &run->result->arena;
    run->senders = ARENA_ARRAY(arena, struct sender, options->connections);
    run->free = ARENA_ARRAY(arena, uint32_t, options->connections);
    run->askers = ARENA_ARRAY(arena, struct asker, options->ask_count + 1);
    run->asks_left = options->ask_count;
    for (uint32_t i = 0; i < options->connections; i++) {
        connection_init(&run->senders[i].connection);
    }
    for (uint32_t i = 0; i < options->ask_count; i++) {
        connection_init(&run->askers[i].connection);
    }
}

static void run_deinit(struct run *run) {
    for (uint32_t i = 0; i < run->options->connections; i++) {
        connection_deinit(&run->senders[i].connection);
    }
    for (uint32_t i = 0; i < run->options->ask_count; i++) {
        connection_deinit(&run->askers[i].connection);
    }
    if (run->epoll >= 0) {
        close(run->epoll);
    }
}

static void measure(struct run *run) {
    struct load_result *result = run->result;
    struct progress_plan plan = {.label = "loading", .unit = "records", .size = run->options->one ? 0 : run->records};
    progress_begin(&run->progress, &plan);
    prctl(PR_SET_TIMERSLACK, 1ul); // else every sleep is 50 us longer than it was asked to be
    machine_read(run->options->server_pid, &result->before);
    uint64_t cpu = clock_thread_cpu_ns();
    start_plan(run);
    run_loop(run);
    result->loop_cpu_ns = clock_thread_cpu_ns() - cpu;
    count_unanswered(run);
    machine_read(run->options->server_pid, &result->after);
    progress_end(&run->progress);
}

// The thread that measures the machine is not held to the processor of this one, where it would measure this program.
static Status prepare_and_measure(struct run *run, struct arena *arena, struct diag *diag) {
    const struct load_options *options = run->options;
    TRY(check_system(run, arena, diag));
    TRY(resolve(run, arena, diag));
    TRY(open_templates(run, arena, diag));
    TRY(answers_create(run->result, run->templates, options->acknowledged, arena, &run->answers, diag));
    make_plan(run);
    put_head(run);
    TRY(connect_all(run, arena, diag));
    struct jitter *jitter = jitter_start();
    Status status = pin(options, arena, diag);
    if (status == STATUS_OK) {
        measure(run);
    }
    jitter_stop(jitter, run->result->rows[RESULT_JITTER]);
    return status;
}

Status load_run(const struct load_options *options, struct arena *arena, struct load_result **ret_result, struct diag *diag) {
    struct run run = {.options = options, .result = result_create(options), .epoll = -1};
    struct diag closing;
    make_connections(&run);
    Status status = prepare_and_measure(&run, arena, diag);
    run_deinit(&run);
    Status closed = answers_destroy(run.answers, arena, &closing);
    if (status == STATUS_OK && closed != STATUS_OK) {
        *diag = closing;
        status = closed;
    }
    if (status != STATUS_OK) {
        load_result_destroy(run.result);
        return status;
    }
    *ret_result = run.result;
    return STATUS_OK;
}

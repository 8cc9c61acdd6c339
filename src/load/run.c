// The loop that brings the plan and what carries records together; other requests; what comes before and behind.

#include "load/run.h"
#include "os/clock.h"

#include <errno.h>
#include <netdb.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <unistd.h>

#define IDLE_NS (200 * NS_PER_MS)       // the longest sleep, for the sake of the progress line
#define CONNECT_NS (10 * NS_PER_SECOND) // for the connections at the start

enum { EVENTS_MAX = 256, HEAD_MAX = 1024 + LOAD_KEY_MAX };

// A connection for something else.
struct asker {
    struct connection connection;
    bool begun, ended, sent;
};

// ---- what every way does ---------------------------------------------------------------------------------

void run_ended(struct run *run, uint64_t planned_ns, uint64_t sent_ns, uint64_t now, bool refused) {
    run->busy--;
    run->ended++;
    result_took(run->result, planned_ns, sent_ns, now, refused);
}

void run_lost(struct run *run, uint64_t planned_ns, uint64_t sent_ns, uint64_t now, Slice why) {
    run->result->lost++;
    result_example(run->result, &run->result->lost_example, why);
    run_ended(run, planned_ns, sent_ns, now, false);
}

void run_malformed(struct run *run, Slice why) {
    run->result->malformed++;
    result_example(run->result, &run->result->malformed_example, why);
}

// ---- heads -----------------------------------------------------------------------------------------------

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
    bool has_lines = options->lines || options->streams;
    buf_printf(&head, "POST /v1/%s HTTP/1.1\r\n", options->streams ? "stream" : options->lines ? "records" : "events");
    put_host(run, &head);
    buf_printf(&head, "Content-Type: application/%s\r\n", has_lines ? "x-ndjson" : "json");
    buf_put(&head, options->streams ? SLICE("Transfer-Encoding: chunked\r\n\r\n") : SLICE("Content-Length: "));
    INVARIANT(!buf_overflowed(&head));
    run->head = arena_copy(&run->result->arena, buf_slice(&head));
    buf_deinit(&head);
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
        if (asker->begun || now < run->plan.start_ns + run->options->asks[i].second * NS_PER_SECOND) {
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
    if (run->way->has_room(run)) {
        uint64_t moment = plan_next_moment(&run->plan, now);
        wake = moment < wake ? moment : wake;
    }
    if (run->down > 0 && now + NS_PER_MS < wake) {
        wake = now + NS_PER_MS;
    }
    for (uint32_t i = 0; i < run->options->ask_count && run->asks_left > 0; i++) {
        uint64_t moment = run->plan.start_ns + run->options->asks[i].second * NS_PER_SECOND;
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
            run->way->on_event(run, events[i].data.ptr, events[i].events);
        }
    }
    answers_flush(run->answers);
}

static bool all_ended(const struct run *run, uint64_t now) {
    return plan_over(&run->plan, now) && run->asks_left == 0 && run->way->is_over(run);
}

// One at a time, the end of the plan is not known: what counts is how long nothing was heard.
static bool out_of_patience(const struct run *run, uint64_t now) {
    return now > (run->options->one ? run->heard_ns : run->plan.end_ns) + run->options->wait_s * NS_PER_SECOND;
}

static void run_loop(struct run *run) {
    struct epoll_event events[EVENTS_MAX];
    for (;;) {
        run->way->send_due(run);
        uint64_t now = clock_monotonic_ns();
        if (all_ended(run, now) || out_of_patience(run, now)) {
            return;
        }
        begin_asks(run, now);
        run->way->open(run, now);
        int count = wait_for_events(run, next_wake(run, now), events);
        handle_events(run, events, count);
        progress_update(&run->progress, run->ended * run->options->batch, run->plan.next);
    }
}

// What was sent and not answered, or never could be sent, counts with the time that was waited so far.
static void count_unanswered(struct run *run) {
    struct load_result *result = run->result;
    uint64_t now = clock_monotonic_ns();
    run->way->give_up(run, now);
    result->planned = result->sent;
    while (!plan_over(&run->plan, now) && !run->options->one) {
        result->planned++;
        result->unanswered++;
        result_took(result, plan_moment(&run->plan, run->plan.next), 0, now, false);
        run->plan.next += run->options->batch;
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
    return diag_fail(diag, arena, STATUS_IO, "LD004", "cannot connect to %.*s:%u: %s (%llu of %u connections were made)",
                     SLICE_ARGS(run->options->host), run->options->port, why, (unsigned long long)run->result->reconnections,
                     run->options->connections);
}

// All connections are there before the clock starts: making them is no part of what is measured.
static Status connect_all(struct run *run, struct arena *arena, struct diag *diag) {
    struct epoll_event events[EVENTS_MAX];
    uint64_t deadline = clock_monotonic_ns() + CONNECT_NS;
    run->way->open(run, clock_monotonic_ns());
    while (run->down == 0 && run->result->reconnections < run->options->connections) {
        if (clock_monotonic_ns() > deadline) {
            return cannot_connect(run, arena, "it does not answer", diag);
        }
        int count = epoll_wait(run->epoll, events, EVENTS_MAX, 1000);
        for (int i = 0; i < count; i++) {
            run->way->on_event(run, events[i].data.ptr, events[i].events);
        }
    }
    if (run->down > 0) {
        return cannot_connect(run, arena, run->fault, diag);
    }
    run->result->reconnections = 0;
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
    run->way->create(run);
    run->askers = ARENA_ARRAY(&run->result->arena, struct asker, options->ask_count + 1);
    run->asks_left = options->ask_count;
    for (uint32_t i = 0; i < options->ask_count; i++) {
        connection_init(&run->askers[i].connection);
    }
}

static void run_deinit(struct run *run) {
    run->way->destroy(run);
    for (uint32_t i = 0; i < run->options->ask_count; i++) {
        connection_deinit(&run->askers[i].connection);
    }
    if (run->epoll >= 0) {
        close(run->epoll);
    }
}

static void measure(struct run *run) {
    struct load_result *result = run->result;
    struct progress_plan plan = {.label = "loading", .unit = "records", .size = run->options->one ? 0 : run->plan.records};
    progress_begin(&run->progress, &plan);
    prctl(PR_SET_TIMERSLACK, 1ul); // else every sleep is 50 us longer than it was asked to be
    machine_read(run->options->server_pid, &result->before);
    uint64_t cpu = clock_thread_cpu_ns();
    plan_start(&run->plan);
    result->start_ns = run->heard_ns = run->plan.start_ns;
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
    plan_make(&run->plan, options, templates_count(run->templates));
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
    struct run run = {.options = options, .result = result_create(options), .epoll = -1,
                      .way = options->streams ? &way_of_streams : &way_of_requests};
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

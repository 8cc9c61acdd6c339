// What a request costs and how long it takes, with a server and its client in one program. Not a
// test: a machine that does other work gives other numbers.
//
//     http_bench [seconds of each round]
//
// A request is a POST of 690 bytes, its reply has 202; `at once` is answered by its handler,
// `deferred` by another thread, which takes all that wait and releases their replies with one
// wake-up. The client is open-loop: requests are planned at a fixed rate, whatever the server does,
// and latency counts from the planned time; a request whose connection is still busy waits for it.
// Rate "most": the next request goes when the reply is there. Processor time is that of the
// server's loop.

#include "http/http.h"

#include "os/clock.h"
#include "os/thread.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    BODY_SIZE = 690,
    REPLY_SIZE = 202,
    CONNECTIONS_MAX = 64,
    SAMPLES_MAX = 4 << 20,
};

// --- The server's side ---

// What waits for the answering thread. A swap of two arrays under a lock.
struct bench {
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct http_request *waiting[CONNECTIONS_MAX];
    uint32_t count;
    uint32_t batch_min; // so many are waited for
    bool ended;
    struct http_server *server;
    uint64_t answered, batches;
    uint64_t answer_cpu_ns;
};

static char reply_body[REPLY_SIZE];

static const struct http_reply answer = {
    .status = 200, .content_type = SLICE("application/json"), .body = {reply_body, REPLY_SIZE}};

static void on_now(void *context, struct http_request *request) {
    http_reply(request, &answer);
}

static void on_later(void *context, struct http_request *request) {
    struct bench *bench = context;
    http_defer(request);
    pthread_mutex_lock(&bench->lock);
    bench->waiting[bench->count++] = request;
    if (bench->count == bench->batch_min) {
        pthread_cond_signal(&bench->some);
    }
    pthread_mutex_unlock(&bench->lock);
}

static void answer_batches(void *context) {
    struct bench *bench = context;
    struct http_request *batch[CONNECTIONS_MAX];
    for (;;) {
        pthread_mutex_lock(&bench->lock);
        while (bench->count < bench->batch_min && !bench->ended) {
            pthread_cond_wait(&bench->some, &bench->lock);
        }
        uint32_t count = bench->count;
        memcpy(batch, bench->waiting, count * sizeof batch[0]);
        bench->count = 0;
        pthread_mutex_unlock(&bench->lock);
        if (count == 0) {
            bench->answer_cpu_ns = clock_thread_cpu_ns();
            return;
        }
        for (uint32_t i = 0; i < count; i++) {
            http_reply_quiet(batch[i], &answer);
        }
        http_server_wake(bench->server);
        bench->answered += count;
        bench->batches++;
    }
}

static const struct http_route routes[] = {
    {.method = HTTP_POST,
     .pattern = "/v1/now",
     .body_max = 64 << 10,
     .content_types = "application/json",
     .handler = on_now},
    {.method = HTTP_POST,
     .pattern = "/v1/later",
     .body_max = 64 << 10,
     .content_types = "application/json",
     .handler = on_later},
};

// --- The client's side ---

struct wire {
    int fd;
    bool busy;
    uint64_t planned_ns; // of the request that is out
    size_t got;
    char head[1024];
    size_t left; // of the reply's body; SIZE_MAX: its head is not whole
};

struct load {
    struct wire wires[CONNECTIONS_MAX];
    uint32_t connections;
    int epoll;
    char text[2048];
    size_t text_size;
    uint64_t *samples;
    uint64_t count;
    uint64_t interval_ns; // 0: as many as there can be
};

static void load_open(struct load *load, uint16_t port, const char *path) {
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->text_size =
        (size_t)snprintf(load->text, sizeof load->text,
                         "POST %s HTTP/1.1\r\nHost: localhost\r\nUser-Agent: bench\r\n"
                         "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n",
                         path, BODY_SIZE);
    memset(load->text + load->text_size, 'x', BODY_SIZE);
    load->text_size += BODY_SIZE;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    for (uint32_t i = 0; i < load->connections; i++) {
        struct wire *wire = &load->wires[i];
        wire->fd = socket(AF_INET, SOCK_STREAM, 0);
        int on = 1;
        setsockopt(wire->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        INVARIANT(connect(wire->fd, (struct sockaddr *)&address, sizeof address) == 0);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = wire};
        INVARIANT(epoll_ctl(load->epoll, EPOLL_CTL_ADD, wire->fd, &event) == 0);
    }
}

static void load_close(struct load *load) {
    for (uint32_t i = 0; i < load->connections; i++) {
        close(load->wires[i].fd);
    }
    close(load->epoll);
}

static void wire_send(struct load *load, struct wire *wire, uint64_t planned_ns) {
    INVARIANT(send(wire->fd, load->text, load->text_size, MSG_NOSIGNAL) ==
              (ssize_t)load->text_size);
    wire->busy = true;
    wire->planned_ns = planned_ns;
    wire->got = 0;
    wire->left = SIZE_MAX;
}

// Replies are small: head and body fit into one buffer.
static void wire_receive(struct load *load, struct wire *wire) {
    ssize_t got =
        recv(wire->fd, wire->head + wire->got, sizeof wire->head - wire->got, MSG_DONTWAIT);
    INVARIANT(got > 0);
    wire->got += (size_t)got;
    size_t end = slice_find((Slice){wire->head, wire->got}, SLICE("\r\n\r\n"), 0);
    if (end != SIZE_MAX && wire->got == end + 4 + REPLY_SIZE) {
        INVARIANT(memcmp(wire->head, "HTTP/1.1 200", 12) == 0);
        wire->busy = false;
        if (load->count < SAMPLES_MAX) {
            load->samples[load->count++] = clock_monotonic_ns() - wire->planned_ns;
        }
    }
}

static struct wire *free_wire(struct load *load) {
    for (uint32_t i = 0; i < load->connections; i++) {
        if (!load->wires[i].busy) {
            return &load->wires[i];
        }
    }
    return NULL;
}

static void wait_for_replies(struct load *load, uint64_t wait_ns) {
    struct epoll_event events[CONNECTIONS_MAX];
    struct timespec wait = {(time_t)(wait_ns / 1000000000), (long)(wait_ns % 1000000000)};
    int count = epoll_pwait2(load->epoll, events, CONNECTIONS_MAX, &wait, NULL);
    for (int i = 0; i < count; i++) {
        wire_receive(load, events[i].data.ptr);
    }
}

static void load_run(struct load *load, uint64_t duration_ns) {
    uint64_t start_ns = clock_monotonic_ns();
    uint64_t planned_ns = start_ns;
    for (uint64_t now_ns = start_ns; now_ns < start_ns + duration_ns;
         now_ns = clock_monotonic_ns()) {
        struct wire *wire;
        while ((load->interval_ns == 0 || planned_ns <= now_ns) &&
               (wire = free_wire(load)) != NULL) {
            wire_send(load, wire, load->interval_ns == 0 ? clock_monotonic_ns() : planned_ns);
            planned_ns += load->interval_ns;
        }
        bool waits = load->interval_ns == 0 || planned_ns <= now_ns;
        wait_for_replies(load, waits ? 100000000 : planned_ns - now_ns);
    }
}

static void load_drain(struct load *load) {
    for (bool busy = true; busy;) {
        busy = false;
        for (uint32_t i = 0; i < load->connections; i++) {
            busy = busy || load->wires[i].busy;
        }
        if (busy) {
            wait_for_replies(load, 100000000);
        }
    }
}

static int compare(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left;
    uint64_t b = *(const uint64_t *)right;
    return (a > b) - (a < b);
}

static double at_us(const struct load *load, double share) {
    return load->count == 0
               ? 0
               : (double)load->samples[(uint64_t)(share * (double)(load->count - 1))] / 1000;
}

// --- Rounds ---

static void round_run(const char *path, uint32_t connections, uint32_t rate, uint32_t batch_min,
                      uint64_t duration_ns) {
    struct bench bench = {.lock = PTHREAD_MUTEX_INITIALIZER,
                          .some = PTHREAD_COND_INITIALIZER,
                          .batch_min = batch_min};
    struct arena arena;
    arena_init(&arena, 4 << 10);
    struct http_options options = {0};
    struct diag diag;
    INVARIANT(http_server_start(&options, routes, 2, &bench, &arena, &bench.server, &diag) ==
              STATUS_OK);
    struct thread *answerer = thread_start("answer", answer_batches, &bench);
    struct load *load = memory_alloc(sizeof *load);
    load->connections = connections;
    load->interval_ns = rate == 0 ? 0 : 1000000000 / rate;
    load->samples = memory_alloc(SAMPLES_MAX * sizeof load->samples[0]);
    load_open(load, http_server_port(bench.server), path);
    load_run(load, duration_ns);
    pthread_mutex_lock(&bench.lock);
    bench.batch_min = 1; // fewer are out from now on
    pthread_cond_signal(&bench.some);
    pthread_mutex_unlock(&bench.lock);
    load_drain(load);
    load_close(load);
    http_server_stop(bench.server, 1000);
    pthread_mutex_lock(&bench.lock);
    bench.ended = true;
    pthread_cond_signal(&bench.some);
    pthread_mutex_unlock(&bench.lock);
    thread_join(answerer);
    struct http_counters counters;
    http_server_counters(bench.server, &counters);
    qsort(load->samples, load->count, sizeof load->samples[0], compare);
    double requests = (double)counters.requests;
    printf("%-10s %4u %8u %9.0f %8.2f %8.2f %7.1f %8.0f %8.0f %8.0f\n", path, connections, rate,
           requests / ((double)duration_ns / 1e9), (double)counters.cpu_ns / requests / 1000,
           bench.answered == 0 ? 0 : (double)bench.answer_cpu_ns / (double)bench.answered / 1000,
           bench.batches == 0 ? 0 : (double)bench.answered / (double)bench.batches,
           at_us(load, 0.5), at_us(load, 0.99), at_us(load, 0.999));
    http_server_destroy(bench.server);
    free(load->samples);
    free(load);
    arena_deinit(&arena);
}

int main(int argc, char **argv) {
    int64_t seconds = 3;
    if (argc > 1 && (!slice_to_i64(slice_of(argv[1]), &seconds) || seconds < 1)) {
        fprintf(stderr, "http_bench [seconds of each round]\n");
        return 2;
    }
    memset(reply_body, 'y', sizeof reply_body);
    printf("%-10s %4s %8s %9s %8s %8s %7s %8s %8s %8s\n", "path", "conn", "rate", "done/s",
           "loop us", "answ us", "batch", "p50 us", "p99 us", "p99.9 us");
    static const uint32_t rounds[][2] = {{1, 1000}, {1, 0}, {64, 5000}, {64, 20000}, {64, 0}};
    for (int later = 0; later < 2; later++) {
        for (size_t i = 0; i < sizeof rounds / sizeof rounds[0]; i++) {
            round_run(routes[later].pattern, rounds[i][0], rounds[i][1], 1,
                      (uint64_t)seconds * 1000000000);
        }
    }
    // All connections wait for one answer to all of them: what a batch saves.
    round_run(routes[1].pattern, 64, 0, 64, (uint64_t)seconds * 1000000000);
    return 0;
}

// What a signature costs, and how many messages a second go through one endpoint on this machine: a server that answers 204 and does nothing else, on
// a thread of this program. Not a test: a machine that does other work gives other numbers.
//
//     webhook_bench [MESSAGES]

#include "webhook/webhook.h"

#include "os/clock.h"
#include "os/thread.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BODY_SIZE = 1024, ROUNDS = 200000, CONNECTIONS_MAX = 64, IN_LINE = 256, REQUEST_MAX = 4096 };

static char body[BODY_SIZE];

static void measure_signatures(const struct webhook_secret *secrets) {
    char into[WEBHOOK_SIGNATURES_SIZE];
    for (uint32_t count = 1; count <= WEBHOOK_SECRETS_MAX; count++) {
        size_t size = 0;
        uint64_t start_ns = clock_thread_cpu_ns();
        for (int i = 0; i < ROUNDS; i++) {
            body[0] = (char)i;
            size = webhook_sign(secrets, count, SLICE("msg_p5jXN8AQM9LWM0D4loKWxJek"), (int64_t)i * US_PER_SECOND, (Slice){body, sizeof body}, into);
        }
        printf("sign    %d bytes, %u secrets  %.2f us\n", BODY_SIZE, count, (double)(clock_thread_cpu_ns() - start_ns) / ROUNDS / 1000);
        struct webhook_headers headers = {SLICE("msg_p5jXN8AQM9LWM0D4loKWxJek"), SLICE("199999"), {into, size}};
        start_ns = clock_thread_cpu_ns();
        for (int i = 0; i < ROUNDS; i++) {
            INVARIANT(webhook_verify(secrets, count, &headers, (Slice){body, sizeof body}, 199999 * US_PER_SECOND, 0) == WEBHOOK_GENUINE);
        }
        printf("verify  %d bytes, %u secrets  %.2f us\n", BODY_SIZE, count, (double)(clock_thread_cpu_ns() - start_ns) / ROUNDS / 1000);
    }
}

// ---- the server ---------------------------------------------------------------------------------------------

struct server {
    int listener, epoll;
    uint16_t port;
    uint64_t cpu_ns;
};

struct connection {
    int fd;
    size_t size;
    char bytes[REQUEST_MAX];
};

static void watch(struct server *server, int fd, void *what) {
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
    INVARIANT(epoll_ctl(server->epoll, EPOLL_CTL_ADD, fd, &event) == 0);
}

static void server_open(struct server *server) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    INVARIANT(bind(server->listener, (struct sockaddr *)&address, size) == 0 && listen(server->listener, CONNECTIONS_MAX) == 0);
    INVARIANT(getsockname(server->listener, (struct sockaddr *)&address, &size) == 0);
    server->port = ntohs(address.sin_port);
    server->epoll = epoll_create1(EPOLL_CLOEXEC);
    watch(server, server->listener, NULL);
}

static void server_accept(struct server *server) {
    int one = 1;
    struct connection *connection = memory_alloc(sizeof *connection);
    connection->fd = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
    INVARIANT(connection->fd >= 0 && setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) == 0);
    watch(server, connection->fd, connection);
}

// False: it has gone.
static bool server_answer(struct connection *connection) {
    static const Slice answer = SLICE("HTTP/1.1 204 No Content\r\n\r\n");
    ssize_t got = recv(connection->fd, connection->bytes + connection->size, sizeof connection->bytes - connection->size, 0);
    if (got <= 0) {
        close(connection->fd);
        free(connection);
        return false;
    }
    connection->size += (size_t)got;
    size_t head = slice_find((Slice){connection->bytes, connection->size}, SLICE("\r\n\r\n"), 0);
    if (head != SIZE_MAX && connection->size == head + 4 + BODY_SIZE) {
        connection->size = 0;
        INVARIANT(send(connection->fd, answer.at, answer.size, MSG_NOSIGNAL) == (ssize_t)answer.size);
    }
    return true;
}

static void server_run(void *context) {
    struct server *server = context;
    struct epoll_event events[CONNECTIONS_MAX];
    for (int64_t open = -1; open != 0;) { // until the last one has gone
        int count = epoll_wait(server->epoll, events, CONNECTIONS_MAX, -1);
        for (int i = 0; i < count; i++) {
            if (events[i].data.ptr == NULL) {
                server_accept(server);
                open = open < 0 ? 1 : open + 1;
            } else if (!server_answer(events[i].data.ptr)) {
                open--;
            }
        }
    }
    server->cpu_ns = clock_thread_cpu_ns();
}

// ---- the client ---------------------------------------------------------------------------------------------

struct bench {
    struct webhook_sender *sender;
    pthread_mutex_t lock;
    pthread_cond_t free;
    struct webhook_delivery deliveries[IN_LINE];
    struct webhook_delivery *list; // that are free
    uint32_t free_count;
};

static void on_done(struct webhook_delivery *delivery) {
    struct bench *bench = delivery->user;
    INVARIANT(delivery->outcome.kind == WEBHOOK_DELIVERED);
    pthread_mutex_lock(&bench->lock);
    delivery->next = bench->list;
    bench->list = delivery;
    bench->free_count++;
    pthread_cond_signal(&bench->free);
    pthread_mutex_unlock(&bench->lock);
}

static struct webhook_delivery *take(struct bench *bench) {
    pthread_mutex_lock(&bench->lock);
    while (bench->list == NULL) {
        pthread_cond_wait(&bench->free, &bench->lock);
    }
    struct webhook_delivery *delivery = bench->list;
    bench->list = delivery->next;
    bench->free_count--;
    pthread_mutex_unlock(&bench->lock);
    return delivery;
}

static void wait_for_all(struct bench *bench) {
    pthread_mutex_lock(&bench->lock);
    while (bench->free_count < IN_LINE) {
        pthread_cond_wait(&bench->free, &bench->lock);
    }
    pthread_mutex_unlock(&bench->lock);
}

static uint64_t process_cpu_ns(void) {
    struct timespec time;
    INVARIANT(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void measure_deliveries(const struct webhook_secret *secrets, uint32_t at_once, uint32_t messages) {
    struct server server = {0};
    struct bench *bench = memory_alloc(sizeof *bench);
    struct arena arena;
    struct diag diag;
    arena_init(&arena, 4096);
    server_open(&server);
    struct thread *thread = thread_start("server", server_run, &server);
    INVARIANT(pthread_mutex_init(&bench->lock, NULL) == 0 && pthread_cond_init(&bench->free, NULL) == 0);
    bench->sender = webhook_sender_create(&(struct webhook_options){.at_once = at_once});
    struct webhook_endpoint endpoint = {.url = arena_printf(&arena, "http://127.0.0.1:%u/", server.port), .secrets = secrets, .secret_count = 1};
    for (uint32_t i = 0; i < IN_LINE; i++) {
        bench->deliveries[i] =
            (struct webhook_delivery){.endpoint = endpoint, .id = SLICE("msg_p5jXN8AQM9LWM0D4loKWxJek"), .done = on_done, .user = bench};
        bench->deliveries[i].body = (Slice){body, sizeof body};
        bench->deliveries[i].next = bench->list;
        bench->list = &bench->deliveries[i];
    }
    bench->free_count = IN_LINE;
    uint64_t start_ns = clock_monotonic_ns();
    uint64_t cpu_start_ns = process_cpu_ns();
    for (uint32_t i = 0; i < messages; i++) {
        INVARIANT(webhook_send(bench->sender, take(bench), &arena, &diag) == STATUS_OK);
    }
    wait_for_all(bench);
    uint64_t took_ns = clock_monotonic_ns() - start_ns;
    uint64_t cpu_ns = process_cpu_ns() - cpu_start_ns;
    webhook_sender_destroy(bench->sender, 0);
    thread_join(thread);
    printf("deliver %d bytes, %2u at once  %.0f messages/s, %.1f us of a processor each\n", BODY_SIZE, at_once,
           (double)messages * 1e9 / (double)took_ns, (double)(cpu_ns - server.cpu_ns) / messages / 1000);
    close(server.listener);
    close(server.epoll);
    arena_deinit(&arena);
    free(bench);
}

int main(int argc, char **argv) {
    struct arena arena;
    struct diag diag;
    struct webhook_secret secrets[WEBHOOK_SECRETS_MAX];
    int64_t messages = 20000;
    if (argc > 1 && (!slice_to_i64(slice_of(argv[1]), &messages) || messages < 1 || messages > 1 << 30)) {
        fprintf(stderr, "webhook_bench [MESSAGES]\n");
        return 2;
    }
    arena_init(&arena, 1024);
    INVARIANT(webhook_secret_parse(SLICE("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), &secrets[0], &arena, &diag) == STATUS_OK);
    webhook_secret_draw(entropy_real(), &secrets[1]);
    memset(body, 'x', sizeof body);
    measure_signatures(secrets);
    static const uint32_t at_once[] = {1, 4, 16};
    for (size_t i = 0; i < sizeof at_once / sizeof at_once[0]; i++) {
        measure_deliveries(secrets, at_once[i], (uint32_t)messages);
    }
    arena_deinit(&arena);
    return 0;
}

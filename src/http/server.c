#include "http/server.h"

#include "os/thread.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    BACKLOG = 512,
    TICKS = 8, // looks at a connection during its shortest timeout
    TICK_MS_MIN = 5,
    TICK_MS_MAX = 500,
    CUT_MS = 10000, // for connections that were cut to be gone; it takes no time
};

// TLS 1.2 and 1.3; what is weaker than 128 bits is out.
static const char tls_priorities[] =
    "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE";

static const struct http_header common_headers[] = {
    {SLICE("X-Content-Type-Options"), SLICE("nosniff")},
    {SLICE("Cache-Control"), SLICE("no-store")},
    {SLICE("Content-Security-Policy"), SLICE("default-src 'none'; frame-ancestors 'none'")},
    {SLICE("Referrer-Policy"), SLICE("no-referrer")},
};

#define DEFAULT(field, value) options->field = options->field == 0 ? (value) : options->field

static void set_defaults(struct http_server *server) {
    struct http_options *options = &server->options;
    DEFAULT(threads, 1);
    DEFAULT(connections_max, 1024);
    DEFAULT(requests_max, 4096);
    DEFAULT(retry_after_s, 1);
    DEFAULT(head_size_max, 8 << 10);
    DEFAULT(target_size_max, 4 << 10);
    DEFAULT(idle_timeout_ms, 60000);
    DEFAULT(request_timeout_ms, 10000);
    DEFAULT(stream_buffer_size, 256 << 10);
    if (options->headers == NULL) {
        options->headers = common_headers;
        options->header_count = sizeof common_headers / sizeof common_headers[0];
    }
    uint32_t shortest = options->idle_timeout_ms < options->request_timeout_ms
                            ? options->idle_timeout_ms
                            : options->request_timeout_ms;
    uint32_t tick = shortest / TICKS;
    server->tick_ms = tick < TICK_MS_MIN ? TICK_MS_MIN : tick > TICK_MS_MAX ? TICK_MS_MAX : tick;
}

// So that the caller's texts may go, and that each has a NUL behind it.
static void copy_texts(struct http_server *server) {
    struct http_options *options = &server->options;
    struct arena *arena = &server->arena;
    options->address =
        arena_copy(arena, slice_empty(options->address) ? SLICE("127.0.0.1") : options->address);
    options->tls_certificate = arena_copy(arena, options->tls_certificate);
    options->tls_key = arena_copy(arena, options->tls_key);
    options->tls_client_ca = arena_copy(arena, options->tls_client_ca);
    options->problem_type = arena_copy(arena, options->problem_type);
    struct http_header *headers = ARENA_ARRAY(arena, struct http_header, options->header_count + 1);
    for (uint32_t i = 0; i < options->header_count; i++) {
        headers[i].name = arena_copy(arena, options->headers[i].name);
        headers[i].value = arena_copy(arena, options->headers[i].value);
    }
    options->headers = headers;
}

static Status check_options(const struct http_options *options, struct arena *arena,
                            struct diag *diag) {
    INVARIANT(options->threads <= HTTP_THREADS_MAX);
    for (uint32_t i = 0; i < options->header_count; i++) {
        INVARIANT(http_header_valid(options->headers[i].name, options->headers[i].value));
    }
    const char *fault;
    if (!slice_empty(options->tls_certificate) && !tls_material_valid(options, &fault)) {
        return diag_fail(diag, arena, STATUS_INVALID, "HT003", "the %s for TLS are not usable PEM",
                         fault);
    }
    return STATUS_OK;
}

// --- Listening ---

// False: neither IPv4 nor IPv6.
static bool address_parse(const struct http_options *options, struct sockaddr_storage *ret_address,
                          socklen_t *ret_size) {
    memset(ret_address, 0, sizeof *ret_address);
    struct sockaddr_in *four = (struct sockaddr_in *)ret_address;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret_address;
    if (inet_pton(AF_INET, options->address.at, &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(options->port);
        *ret_size = sizeof *four;
        return true;
    }
    six->sin6_family = AF_INET6;
    six->sin6_port = htons(options->port);
    *ret_size = sizeof *six;
    return inet_pton(AF_INET6, options->address.at, &six->sin6_addr) == 1;
}

static Status listen_on(struct http_server *server, struct arena *arena, struct diag *diag) {
    struct sockaddr_storage address;
    socklen_t size;
    const struct http_options *options = &server->options;
    if (!address_parse(options, &address, &size)) {
        return diag_fail(diag, arena, STATUS_INVALID, "HT002", "'%.*s' is no IPv4 or IPv6 address",
                         SLICE_ARGS(options->address));
    }
    int on = 1;
    server->listener = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (server->listener < 0 ||
        setsockopt(server->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(server->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(server->listener, BACKLOG) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&address, &size) != 0) {
        return diag_fail(diag, arena, STATUS_IO, "HT002", "cannot listen on %.*s port %u: %s",
                         SLICE_ARGS(options->address), options->port, strerror(errno));
    }
    // Answers fit into a connection's first window, so there is nothing to pace; a congestion control that
    // does it all the same, such as BBR, takes a timer for each of them. Where it is not there, what is stays.
    (void)setsockopt(server->listener, IPPROTO_TCP, TCP_CONGESTION, "reno", 4);
    bool four = address.ss_family == AF_INET;
    server->port = ntohs(four ? ((struct sockaddr_in *)&address)->sin_port
                              : ((struct sockaddr_in6 *)&address)->sin6_port);
    return STATUS_OK;
}

// --- The library ---

// Texts are passed as they are: they are decoded here, strictly, in target.c.
static size_t leave_escapes(void *context, struct MHD_Connection *library, char *text) {
    return strlen(text);
}

static void be_silent(void *context, const char *format, va_list args) {
}

// The head, what the library notes of it, and room to see that a head is too large. Not more: the
// library clears all of it before each request, which costs 50 ns a KiB and more.
static size_t connection_memory(const struct http_options *options) {
    return options->head_size_max + options->head_size_max / 2 + (8 << 10);
}

static struct MHD_Daemon *library_start(struct http_server *server, struct loop *loop) {
    const struct http_options *options = &server->options;
    struct MHD_OptionItem tls[5] = {{MHD_OPTION_END, 0, NULL}};
    unsigned flags =
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_ERROR_LOG;
    if (!slice_empty(options->tls_certificate)) {
        int count = 0;
        flags |= MHD_USE_TLS;
        tls[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0,
                                               (void *)(uintptr_t)options->tls_certificate.at};
        tls[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0,
                                               (void *)(uintptr_t)options->tls_key.at};
        tls[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_PRIORITIES, 0,
                                               (void *)(uintptr_t)tls_priorities};
        if (options->tls_client != HTTP_CLIENT_CERTIFICATE_NONE) {
            tls[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0,
                                                   (void *)(uintptr_t)options->tls_client_ca.at};
        }
        tls[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    }
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, loop, MHD_OPTION_EXTERNAL_LOGGER, be_silent, NULL,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, loop, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        loop, MHD_OPTION_NOTIFY_CONNECTION, on_connection, loop, MHD_OPTION_UNESCAPE_CALLBACK,
        leave_escapes, NULL, MHD_OPTION_CONNECTION_LIMIT, (unsigned)options->connections_max + 1,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(options->idle_timeout_ms + 999) / 1000,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, connection_memory(options),
        MHD_OPTION_STRICT_FOR_CLIENT, 0, // what strict means is said in head.c
        MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

// --- Life ---

static uint32_t power_of_two_above(uint32_t value) {
    uint32_t power = 16;
    while (power < value) {
        power *= 2;
    }
    return power;
}

static void init(struct http_server *server, const struct http_options *options, void *context) {
    arena_init(&server->arena, 16 << 10);
    server->options = *options;
    server->context = context;
    server->listener = -1;
    set_defaults(server);
    copy_texts(server);
    pthread_condattr_t monotonic;
    INVARIANT(pthread_condattr_init(&monotonic) == 0);
    INVARIANT(pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) == 0);
    INVARIANT(pthread_cond_init(&server->empty, &monotonic) == 0);
    INVARIANT(pthread_mutex_init(&server->lock, NULL) == 0);
    pthread_condattr_destroy(&monotonic);
    server->address_capacity = power_of_two_above(2 * server->options.connections_max);
    server->addresses = ARENA_ARRAY(&server->arena, struct address_count, server->address_capacity);
    server->loops = ARENA_ARRAY(&server->arena, struct loop, server->options.threads);
    for (uint32_t i = 0; i < server->options.threads; i++) {
        server->loops[i].epoll = -1;
        server->loops[i].wake = -1;
    }
    server->loop_count = server->options.threads;
}

static Status start(struct http_server *server, const struct http_route *routes, uint32_t count,
                    struct arena *arena, struct diag *diag) {
    TRY(check_options(&server->options, arena, diag));
    TRY(routes_create(routes, count, arena, &server->routes, diag));
    TRY(listen_on(server, arena, diag));
    for (uint32_t i = 0; i < server->loop_count; i++) {
        struct loop *loop = &server->loops[i];
        loop->library = library_start(server, loop);
        if (loop->library == NULL || !loop_open(loop, server, i)) {
            return diag_fail(diag, arena, STATUS_IO, "HT004", "cannot start the server: %s",
                             strerror(errno));
        }
    }
    for (uint32_t i = 0; i < server->loop_count; i++) {
        char name[16];
        snprintf(name, sizeof name, "http %u", i);
        server->loops[i].thread = thread_start(name, loop_run, &server->loops[i]);
    }
    return STATUS_OK;
}

Status http_server_start(const struct http_options *options, const struct http_route *routes,
                         uint32_t count, void *context, struct arena *arena,
                         struct http_server **ret_server, struct diag *diag) {
    struct http_server *server = memory_alloc(sizeof *server);
    init(server, options, context);
    Status status = start(server, routes, count, arena, diag);
    if (status != STATUS_OK) {
        http_server_destroy(server);
        return status;
    }
    *ret_server = server;
    return STATUS_OK;
}

uint16_t http_server_port(const struct http_server *server) {
    return server->port;
}

static void wake_all(struct http_server *server) {
    for (uint32_t i = 0; i < server->loop_count; i++) {
        loop_wake(&server->loops[i]);
    }
}

void http_server_wake(struct http_server *server) {
    for (uint32_t i = 0; i < server->loop_count; i++) {
        if (atomic_load(&server->loops[i].inbox) != NULL) {
            loop_wake(&server->loops[i]);
        }
    }
}

// Until no connection is open, for so long at most.
static bool wait_empty(struct http_server *server, uint32_t timeout_ms) {
    struct timespec until;
    INVARIANT(clock_gettime(CLOCK_MONOTONIC, &until) == 0);
    uint64_t ns = (uint64_t)until.tv_nsec + (uint64_t)timeout_ms % 1000 * 1000000;
    until.tv_sec += timeout_ms / 1000 + (time_t)(ns / 1000000000);
    until.tv_nsec = (long)(ns % 1000000000);
    pthread_mutex_lock(&server->lock);
    bool late = false;
    while (server->open_connections > 0 && !late) {
        late = pthread_cond_timedwait(&server->empty, &server->lock, &until) != 0;
    }
    bool empty = server->open_connections == 0;
    pthread_mutex_unlock(&server->lock);
    return empty;
}

bool http_server_stop(struct http_server *server, uint32_t deadline_ms) {
    if (atomic_load(&server->ending)) {
        return server->cut_off == 0;
    }
    atomic_store(&server->stopping, true);
    wake_all(server);
    if (!wait_empty(server, deadline_ms)) {
        atomic_store(&server->cutting, true);
        wake_all(server);
        INVARIANT(wait_empty(server, CUT_MS));
    }
    atomic_store(&server->ending, true);
    wake_all(server);
    for (uint32_t i = 0; i < server->loop_count; i++) {
        thread_join(server->loops[i].thread);
        server->loops[i].thread = NULL;
    }
    return server->cut_off == 0;
}

void http_server_destroy(struct http_server *server) {
    if (server == NULL) {
        return;
    }
    if (server->loops[0].thread != NULL) {
        http_server_stop(server, 0);
    }
    for (uint32_t i = 0; i < server->loop_count; i++) {
        loop_take_inbox(&server->loops[i]); // answers that came too late
    }
    INVARIANT(atomic_load(&server->owed) == 0);
    for (uint32_t i = 0; i < server->loop_count; i++) {
        loop_close(&server->loops[i]);
    }
    if (server->listener >= 0) {
        close(server->listener);
    }
    routes_destroy(server->routes);
    pthread_cond_destroy(&server->empty);
    pthread_mutex_destroy(&server->lock);
    arena_deinit(&server->arena);
    free(server);
}

void http_server_counters(struct http_server *server, struct http_counters *ret_counters) {
    *ret_counters = (struct http_counters){
        .connections = atomic_load(&server->connections),
        .connections_refused = atomic_load(&server->refused),
        .requests = atomic_load(&server->requests),
        .overloaded = atomic_load(&server->overloaded),
        .timeouts = atomic_load(&server->timeouts),
        .library_refused = atomic_load(&server->library_refused),
        .requests_open = atomic_load(&server->open_requests),
    };
    for (uint32_t i = 0; i < server->loop_count; i++) {
        ret_counters->connections_open += atomic_load(&server->loops[i].connection_count);
        ret_counters->cpu_ns += atomic_load(&server->loops[i].cpu_ns);
    }
}

// Connections: how they come, what each may take, and how they go. Loop 0 accepts for all and hands
// each connection to the loop that has the fewest. Limits are kept here and not in the library,
// which lets those above its limit wait.
//
// Once a tick a loop looks at all its connections for what has taken too long: a list for each kind
// of deadline would be faster and is not needed for some thousands.

#include "http/server.h"

#include "base/hash.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ACCEPTS = 64 }; // in a row

static void read_peer(struct connection *connection) {
    if (connection->address.ss_family == AF_INET6) {
        const struct in6_addr *six =
            &((const struct sockaddr_in6 *)&connection->address)->sin6_addr;
        memcpy(connection->peer_bytes, six, 16);
        if (IN6_IS_ADDR_V4MAPPED(six)) {
            inet_ntop(AF_INET, connection->peer_bytes + 12, connection->peer,
                      sizeof connection->peer);
        } else {
            inet_ntop(AF_INET6, six, connection->peer, sizeof connection->peer);
        }
    } else {
        const struct in_addr *four = &((const struct sockaddr_in *)&connection->address)->sin_addr;
        connection->peer_bytes[10] = connection->peer_bytes[11] = 0xff;
        memcpy(connection->peer_bytes + 12, four, 4);
        inet_ntop(AF_INET, four, connection->peer, sizeof connection->peer);
    }
}

// --- Counting, under the server's lock ---

static uint32_t address_home(const struct http_server *server, const uint8_t bytes[16]) {
    return (uint32_t)hash64((Slice){(const char *)bytes, 16}, 0) & (server->address_capacity - 1);
}

static struct address_count *address_find(struct http_server *server, const uint8_t bytes[16]) {
    uint32_t at = address_home(server, bytes);
    while (server->addresses[at].count > 0 && memcmp(server->addresses[at].bytes, bytes, 16) != 0) {
        at = (at + 1) & (server->address_capacity - 1);
    }
    return &server->addresses[at];
}

// Moves up what stands behind a place that became free, so that a search ends at the first free
// one.
static void address_close_gap(struct http_server *server, uint32_t gap) {
    uint32_t mask = server->address_capacity - 1;
    for (uint32_t at = (gap + 1) & mask; server->addresses[at].count > 0; at = (at + 1) & mask) {
        uint32_t home = address_home(server, server->addresses[at].bytes);
        if (((at - home) & mask) >= ((at - gap) & mask)) {
            server->addresses[gap] = server->addresses[at];
            server->addresses[at].count = 0;
            gap = at;
        }
    }
}

static bool count_in(struct http_server *server, const struct connection *connection) {
    const struct http_options *options = &server->options;
    pthread_mutex_lock(&server->lock);
    struct address_count *address = address_find(server, connection->peer_bytes);
    bool room = server->open_connections < options->connections_max &&
                (options->connections_per_address_max == 0 ||
                 address->count < options->connections_per_address_max);
    if (room) {
        server->open_connections++;
        memcpy(address->bytes, connection->peer_bytes, 16);
        address->count++;
    }
    pthread_mutex_unlock(&server->lock);
    return room;
}

static void count_out(struct http_server *server, const struct connection *connection) {
    pthread_mutex_lock(&server->lock);
    struct address_count *address = address_find(server, connection->peer_bytes);
    INVARIANT(address->count > 0 && server->open_connections > 0);
    if (--address->count == 0) {
        address_close_gap(server, (uint32_t)(address - server->addresses));
    }
    if (--server->open_connections == 0) {
        pthread_cond_broadcast(&server->empty);
    }
    pthread_mutex_unlock(&server->lock);
}

// --- Coming ---

static void refuse(struct http_server *server, int fd) {
    atomic_fetch_add(&server->refused, 1);
    if (slice_empty(server->options.tls_certificate)) {
        struct buf body;
        struct buf text;
        buf_init(&body, 4 << 10);
        buf_init(&text, 4 << 10);
        problem_render(&server->options, problem_status(PROBLEM_CONNECTIONS),
                       slice_of(problem_code(PROBLEM_CONNECTIONS)),
                       slice_of(problem_detail(PROBLEM_CONNECTIONS)), SLICE(""), &body);
        buf_printf(&text,
                   "HTTP/1.1 503 Service Unavailable\r\nContent-Type: "
                   "application/problem+json\r\nRetry-After: %u\r\n"
                   "Connection: close\r\nContent-Length: %zu\r\n\r\n",
                   server->options.retry_after_s, body.size);
        buf_put(&text, buf_slice(&body));
        ssize_t sent = send(fd, text.bytes, text.size, MSG_DONTWAIT | MSG_NOSIGNAL);
        (void)sent; // a courtesy
        buf_deinit(&text);
        buf_deinit(&body);
    }
    shutdown(fd, SHUT_WR);
    close(fd);
}

static struct loop *emptiest(struct http_server *server) {
    struct loop *best = &server->loops[0];
    for (uint32_t i = 1; i < server->loop_count; i++) {
        if (atomic_load(&server->loops[i].connection_count) <
            atomic_load(&best->connection_count)) {
            best = &server->loops[i];
        }
    }
    return best;
}

static void hand_over(struct http_server *server, struct connection *connection) {
    struct loop *loop = emptiest(server);
    connection->loop = loop;
    atomic_fetch_add(&loop->connection_count, 1);
    struct connection *head = atomic_load(&loop->arrivals);
    do {
        connection->next = head;
    } while (!atomic_compare_exchange_weak(&loop->arrivals, &head, connection));
    if (loop->index > 0) {
        loop_wake(loop);
    }
}

void accept_some(struct loop *loop) {
    struct http_server *server = loop->server;
    for (int i = 0; i < ACCEPTS && server->listener >= 0; i++) {
        struct connection *connection = memory_alloc(sizeof *connection);
        connection->address_size = sizeof connection->address;
        connection->fd = accept4(server->listener, (struct sockaddr *)&connection->address,
                                 &connection->address_size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (connection->fd < 0) {
            int error = errno;
            free(connection);
            if (error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM) {
                // Nothing to be had: look again with the next tick, not at once.
                epoll_ctl(loop->epoll, EPOLL_CTL_DEL, server->listener, NULL);
                loop->listening = false;
            }
            if (error == ECONNABORTED || error == EINTR) {
                continue;
            }
            return;
        }
        int on = 1;
        setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        read_peer(connection);
        if (!count_in(server, connection)) {
            refuse(server, connection->fd);
            free(connection);
            continue;
        }
        atomic_fetch_add(&server->connections, 1);
        hand_over(server, connection);
    }
}

static void connection_free(struct connection *connection) {
    atomic_fetch_sub(&connection->loop->connection_count, 1);
    count_out(connection->loop->server, connection);
    free(connection->subject);
    free(connection);
}

// The library reports the beginning and the end of each connection, on the loop's thread.
void on_connection(void *context, struct MHD_Connection *library, void **socket_context,
                   enum MHD_ConnectionNotificationCode code) {
    struct loop *loop = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        struct connection *connection = loop->arriving;
        *socket_context = connection;
        connection->library = library;
        connection->since_ms = loop->now_ms;
        const union MHD_ConnectionInfo *info =
            MHD_get_connection_info(library, MHD_CONNECTION_INFO_GNUTLS_SESSION);
        if (info != NULL) {
            connection->tls = info->tls_session;
            tls_session_begin(&loop->server->options, connection->tls);
        }
        connection->next = loop->connections;
        if (connection->next != NULL) {
            connection->next->previous = connection;
        }
        loop->connections = connection;
        return;
    }
    struct connection *connection = *socket_context;
    *(connection->previous == NULL ? &loop->connections : &connection->previous->next) =
        connection->next;
    if (connection->next != NULL) {
        connection->next->previous = connection->previous;
    }
    loop->arriving = NULL;
    connection_free(connection);
}

void connections_take(struct loop *loop) {
    struct connection *connection = atomic_exchange(&loop->arrivals, NULL);
    while (connection != NULL) {
        struct connection *next = connection->next;
        connection->next = NULL;
        loop->arriving = connection;
        enum MHD_Result added = MHD_add_connection(loop->library, connection->fd,
                                                   (const struct sockaddr *)&connection->address,
                                                   connection->address_size);
        if (added != MHD_YES && loop->arriving != NULL) {
            connection_free(connection); // it was never reported; its socket is closed
        }
        loop->arriving = NULL;
        connection = next;
    }
}

// --- Going ---

// The library sees the end of the socket and closes it.
void connection_cut(struct connection *connection) {
    connection->cut = true;
    shutdown(connection->fd, SHUT_RDWR);
    if (connection->request != NULL) {
        connection->request->cut = true;
        request_wake(connection->request);
    }
}

static void time_out(struct connection *connection, struct http_request *request) {
    atomic_fetch_add(&connection->loop->server->timeouts, 1);
    wire_problem(request, PROBLEM_TIMEOUT);
}

// The library takes a short read for the last one, and does not see an end that came with the bytes
// before it.
static bool at_end(const struct connection *connection) {
    char byte;
    return recv(connection->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void tick_request(struct connection *connection, struct http_request *request) {
    struct loop *loop = connection->loop;
    const struct http_options *options = &loop->server->options;
    uint64_t now = loop->now_ms;
    bool in_pieces = request->match.route != NULL && request->match.route->data != NULL;
    switch (request->stage) {
    case STAGE_HEAD:
    case STAGE_BODY:
        if (!request->suspended && at_end(connection)) {
            connection_cut(connection);
        } else if (in_pieces && request->stage == STAGE_BODY) {
            if (!request->paused && now > request->active_ms + options->idle_timeout_ms) {
                time_out(connection, request);
            }
        } else if (now > request->start_ns / 1000000 + options->request_timeout_ms) {
            time_out(connection, request);
        }
        break;
    case STAGE_WIRE: {
        if (!request->suspended && at_end(connection)) {
            connection_cut(connection);
            break;
        }
        // Either side moving keeps it; a stream that waits for its maker is the maker's business
        // once the body is there.
        uint64_t moved = request->wire.moved_ms > request->active_ms ? request->wire.moved_ms
                                                                     : request->active_ms;
        bool waits_for_client = request->wire.sent < request->wire.out.size ||
                                (!request->body_done && !request->paused);
        if (waits_for_client && now > moved + options->idle_timeout_ms) {
            atomic_fetch_add(&loop->server->timeouts, 1);
            connection_cut(connection);
        }
        break;
    }
    case STAGE_LINGER:
        if (now > connection->linger_ms + LINGER_MS) {
            connection_cut(connection);
        }
        break;
    case STAGE_WAIT:
    case STAGE_SEND: // the library's own timeout
        break;
    }
}

void connections_tick(struct loop *loop) {
    struct http_server *server = loop->server;
    bool stopping = atomic_load(&server->stopping);
    bool cutting = atomic_load(&server->cutting);
    if (!stopping && loop->index == 0 && !loop->listening) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &server->listener};
        loop->listening = epoll_ctl(loop->epoll, EPOLL_CTL_ADD, server->listener, &event) == 0;
    }
    for (struct connection *connection = loop->connections; connection != NULL;
         connection = connection->next) {
        if (connection->cut) {
            continue; // the library is about to see it
        }
        if (cutting) {
            pthread_mutex_lock(&server->lock);
            server->cut_off += connection->request != NULL;
            pthread_mutex_unlock(&server->lock);
            connection_cut(connection);
        } else if (connection->request != NULL) {
            tick_request(connection, connection->request);
        } else if (stopping ||
                   loop->now_ms > connection->since_ms + server->options.idle_timeout_ms) {
            connection_cut(connection);
        }
    }
}

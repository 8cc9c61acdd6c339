#include "load/connection.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <unistd.h>

enum {
    READ_SIZE = 16 << 10, // at least so much room is offered to a read: most replies come in one
    STREAM_READ_SIZE = 64 << 10, // of a stream, on which many answers come together
    READ_MAX = REPLY_HEAD_MAX + REPLY_BODY_MAX + READ_SIZE + CONNECTION_PADDING,
};

static const char plain_control[] = "reno"; // there in every Linux

void connection_init(struct connection *connection) {
    *connection = (struct connection){.fd = -1};
    buf_init(&connection->out, CONNECTION_REQUEST_MAX);
    buf_init(&connection->in, READ_MAX);
}

void connection_close(struct connection *connection) {
    if (connection->fd >= 0) {
        close(connection->fd);
    }
    connection->fd = -1;
    connection->state = CONNECTION_DOWN;
    connection->writes = false;
    buf_reset(&connection->in);
    connection->reader = (struct reply_reader){0};
}

void connection_deinit(struct connection *connection) {
    connection_close(connection);
    buf_deinit(&connection->out);
    buf_deinit(&connection->in);
}

static ConnectionNews lost(struct connection *connection, const char *why) {
    connection_close(connection);
    connection->fault = why;
    return CONNECTION_LOST;
}

// strerrordesc_np() has texts that stay; strerror() has not.
static ConnectionNews lost_to(struct connection *connection, int error) {
    const char *why = strerrordesc_np(error);
    return lost(connection, why == NULL ? "unknown error" : why);
}

static bool watch(struct connection *connection, int operation, bool writes) {
    struct epoll_event event = {.events = EPOLLIN | (writes ? (uint32_t)EPOLLOUT : 0), .data.ptr = connection};
    connection->writes = writes;
    return epoll_ctl(connection->epoll, operation, connection->fd, &event) == 0;
}

bool connection_open(struct connection *connection, int epoll, const struct connection_address *address) {
    int one = 1;
    INVARIANT(connection->state == CONNECTION_DOWN);
    connection->epoll = epoll;
    connection->fd = socket(address->at.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection->fd < 0) {
        lost_to(connection, errno);
        return false;
    }
    // A request is one write; it must not wait for the acknowledgement of the one before.
    setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    // Where the system's choice paces what is sent (BBR), that costs a timer for each request, and holds some of them back.
    setsockopt(connection->fd, IPPROTO_TCP, TCP_CONGESTION, plain_control, sizeof plain_control - 1);
    int done = connect(connection->fd, (const struct sockaddr *)&address->at, address->size);
    if ((done != 0 && errno != EINPROGRESS) || !watch(connection, EPOLL_CTL_ADD, true)) {
        lost_to(connection, errno);
        return false;
    }
    connection->state = CONNECTION_OPENING;
    return true;
}

static ConnectionNews on_opened(struct connection *connection) {
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error != 0) {
        return lost_to(connection, error);
    }
    if (!watch(connection, EPOLL_CTL_MOD, false)) {
        return lost_to(connection, errno);
    }
    connection->state = CONNECTION_FREE;
    return CONNECTION_UP;
}

static ConnectionNews write_on(struct connection *connection) {
    size_t left = connection->out.size - connection->sent;
    ssize_t done = send(connection->fd, connection->out.bytes + connection->sent, left, MSG_NOSIGNAL);
    if (done < 0 && errno != EAGAIN && errno != EINTR) {
        return lost_to(connection, errno);
    }
    connection->sent += done > 0 ? (size_t)done : 0;
    bool writes = connection->sent < connection->out.size;
    if (writes != connection->writes && !watch(connection, EPOLL_CTL_MOD, writes)) {
        return lost_to(connection, errno);
    }
    return CONNECTION_NOTHING;
}

ConnectionNews connection_send(struct connection *connection) {
    INVARIANT(connection->state == CONNECTION_FREE && !buf_overflowed(&connection->out));
    connection->state = CONNECTION_BUSY;
    connection->sent = 0;
    return write_on(connection);
}

static ConnectionNews wrong(struct connection *connection, const char *why) {
    lost(connection, why);
    return CONNECTION_WRONG;
}

void connection_stream(struct connection *connection) {
    INVARIANT(connection->state == CONNECTION_FREE);
    connection->state = CONNECTION_STREAM;
    buf_reset(&connection->out);
    connection->sent = 0;
}

ConnectionNews connection_push(struct connection *connection) {
    INVARIANT(connection->state == CONNECTION_STREAM && !buf_overflowed(&connection->out));
    ConnectionNews news = write_on(connection);
    if (news == CONNECTION_NOTHING && !connection->writes) {
        buf_reset(&connection->out);
        connection->sent = 0;
    }
    return news;
}

static ConnectionNews read_on(struct connection *connection, struct reply *ret_reply) {
    struct buf *in = &connection->in;
    bool streams = connection->state == CONNECTION_STREAM;
    if (buf_reserve(in, (streams ? STREAM_READ_SIZE : READ_SIZE) + CONNECTION_PADDING) == NULL) {
        return wrong(connection, "more came than a reply can be long");
    }
    ssize_t got = recv(connection->fd, in->bytes + in->size, in->capacity - in->size - CONNECTION_PADDING, 0);
    if (got < 0) {
        return errno == EAGAIN || errno == EINTR ? CONNECTION_NOTHING : lost_to(connection, errno);
    }
    if (got == 0) {
        return lost(connection, "the server closed the connection");
    }
    buf_advance(in, (size_t)got);
    if (streams) {
        return CONNECTION_BYTES;
    }
    if (connection->state != CONNECTION_BUSY) {
        return wrong(connection, "bytes came that nothing asked for");
    }
    ReplyState state = reply_read(&connection->reader, buf_slice(in), ret_reply);
    if (state == REPLY_WRONG) {
        return wrong(connection, ret_reply->fault);
    }
    if (state == REPLY_WHOLE && ret_reply->size != in->size) {
        return wrong(connection, "more came than the reply");
    }
    return state == REPLY_WHOLE ? CONNECTION_REPLY : CONNECTION_NOTHING;
}

ConnectionNews connection_on_event(struct connection *connection, uint32_t events, struct reply *ret_reply) {
    if (connection->state == CONNECTION_DOWN) { // closed by an earlier event of the same round
        return CONNECTION_NOTHING;
    }
    if (connection->state == CONNECTION_OPENING) {
        return on_opened(connection);
    }
    // What came is read first: a server may have answered and closed before it read all.
    ConnectionNews news = events & (uint32_t)(EPOLLIN | EPOLLHUP | EPOLLERR) ? read_on(connection, ret_reply) : CONNECTION_NOTHING;
    if (news != CONNECTION_NOTHING || !(events & (uint32_t)EPOLLOUT) || !connection->writes) {
        return news;
    }
    return connection->state == CONNECTION_STREAM ? connection_push(connection) : write_on(connection);
}

void connection_next(struct connection *connection, const struct reply *reply) {
    bool whole = connection->sent == connection->out.size;
    buf_reset(&connection->in);
    connection->reader = (struct reply_reader){0};
    connection->state = CONNECTION_FREE;
    if (reply->closes || !whole) {
        connection_close(connection);
    }
}

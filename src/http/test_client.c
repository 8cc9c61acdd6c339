#include "http/test_client.h"

#include "base/hex.h"
#include "http/target.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

enum { IN_MAX = 256 << 20 };

bool client_open(struct client *client, uint16_t port) {
    memset(client, 0, sizeof *client);
    buf_init(&client->in, IN_MAX);
    buf_init(&client->body, IN_MAX);
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval deadline = {CLIENT_DEADLINE_MS / 1000, 0};
    setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &deadline, sizeof deadline);
    setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &deadline, sizeof deadline);
    int on = 1;
    setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return connect(client->fd, (struct sockaddr *)&address, sizeof address) == 0;
}

void client_close(struct client *client) {
    if (client->tls != NULL) {
        gnutls_deinit(client->tls);
    }
    close(client->fd);
    buf_deinit(&client->in);
    buf_deinit(&client->body);
}

bool client_send(struct client *client, Slice bytes) {
    while (bytes.size > 0) {
        ssize_t sent = client->tls != NULL ? gnutls_record_send(client->tls, bytes.at, bytes.size)
                                           : send(client->fd, bytes.at, bytes.size, MSG_NOSIGNAL);
        if (sent <= 0) {
            return false;
        }
        bytes = slice_part(bytes, (size_t)sent, SIZE_MAX);
    }
    return true;
}

// False at the end, on an error and after the deadline.
static bool more(struct client *client) {
    char *room = buf_reserve(&client->in, 64 << 10);
    ssize_t got = client->tls != NULL ? gnutls_record_recv(client->tls, room, 64 << 10)
                                      : recv(client->fd, room, 64 << 10, 0);
    if (got <= 0) {
        return false;
    }
    buf_advance(&client->in, (size_t)got);
    return true;
}

static Slice unread(const struct client *client) {
    return slice_part(buf_slice(&client->in), client->at, SIZE_MAX);
}

static void drop_read(struct client *client) {
    Slice rest = unread(client);
    if (rest.size > 0) {
        memmove(client->in.bytes, rest.at, rest.size);
    }
    client->in.size = rest.size;
    client->at = 0;
}

static bool take_until(struct client *client, Slice end, Slice *ret_text) {
    for (;;) {
        size_t at = slice_find(unread(client), end, 0);
        if (at != SIZE_MAX) {
            *ret_text = slice_part(unread(client), 0, at);
            client->at += at + end.size;
            return true;
        }
        if (!more(client)) {
            return false;
        }
    }
}

static bool take(struct client *client, size_t size, Slice *ret_bytes) {
    while (unread(client).size < size) {
        if (!more(client)) {
            return false;
        }
    }
    *ret_bytes = slice_part(unread(client), 0, size);
    client->at += size;
    return true;
}

bool client_header(const struct client_reply *reply, Slice name, Slice *ret_value) {
    Slice rest = reply->head;
    Slice line;
    while (slice_split(&rest, '\n', &line)) {
        size_t colon = slice_find_byte(line, ':', 0);
        if (slice_equal_ignoring_case(slice_part(line, 0, colon), name)) {
            *ret_value = slice_trim(slice_part(line, colon + 1, SIZE_MAX));
            return true;
        }
    }
    return false;
}

bool client_receive_head(struct client *client, struct client_reply *ret_reply) {
    drop_read(client);
    buf_reset(&client->body);
    Slice head;
    if (!take_until(client, SLICE("\r\n\r\n"), &head) || head.size < 12 ||
        !slice_starts_with(head, SLICE("HTTP/1.1 "))) {
        return false;
    }
    int64_t status;
    if (!slice_to_i64(slice_part(head, 9, 3), &status)) {
        return false;
    }
    ret_reply->status = (int)status;
    // Where the buffer grows, what was found in it moves: the head is kept in front of the body.
    buf_put(&client->body, slice_part(head, slice_find_byte(head, '\n', 0), SIZE_MAX));
    ret_reply->head = buf_slice(&client->body);
    ret_reply->body = (Slice){NULL, 0};
    Slice coding;
    ret_reply->chunked = client_header(ret_reply, SLICE("Transfer-Encoding"), &coding) &&
                         slice_is(coding, "chunked");
    return true;
}

bool client_receive_chunk(struct client *client, Slice *ret_chunk) {
    Slice line;
    if (!take_until(client, SLICE("\r\n"), &line)) {
        return false;
    }
    size_t size = 0;
    for (size_t i = 0; i < line.size; i++) {
        if (hex_digit(line.at[i]) < 0) {
            return false;
        }
        size = size * 16 + (size_t)hex_digit(line.at[i]);
    }
    Slice bytes;
    if (!take(client, size + 2, &bytes)) {
        return false;
    }
    *ret_chunk = slice_part(bytes, 0, size);
    return size > 0 && slice_ends_with(bytes, SLICE("\r\n"));
}

bool client_receive(struct client *client, struct client_reply *ret_reply) {
    if (!client_receive_head(client, ret_reply)) {
        return false;
    }
    size_t head_size = client->body.size;
    bool bodiless = client->head_request || ret_reply->status == 204 || ret_reply->status < 200;
    client->head_request = false;
    Slice length;
    Slice part;
    bool whole = true;
    if (bodiless) {
    } else if (ret_reply->chunked) {
        while (client_receive_chunk(client, &part)) {
            buf_put(&client->body, part);
        }
        whole = client->at >= 5 && memcmp(client->in.bytes + client->at - 5, "0\r\n\r\n", 5) == 0;
    } else if (client_header(ret_reply, SLICE("Content-Length"), &length)) {
        int64_t size;
        whole = slice_to_i64(length, &size) && take(client, (size_t)size, &part);
        if (whole) {
            buf_put(&client->body, part);
        }
    } else {
        while (more(client)) {
        }
        buf_put(&client->body, unread(client));
        client->at = client->in.size;
    }
    ret_reply->head = slice_part(buf_slice(&client->body), 0, head_size);
    ret_reply->body = slice_part(buf_slice(&client->body), head_size, SIZE_MAX);
    return whole;
}

bool client_sees_end(struct client *client) {
    return unread(client).size == 0 && !more(client) && errno != EAGAIN && errno != EWOULDBLOCK;
}

bool client_ask(struct client *client, Slice bytes, struct client_reply *ret_reply) {
    return client_send(client, bytes) && client_receive(client, ret_reply);
}

// The text behind "key": in an object without nesting.
static Slice member(Slice json, const char *key) {
    struct buf pattern;
    buf_init(&pattern, 256);
    buf_printf(&pattern, "\"%s\":", key);
    size_t at = slice_find(json, buf_slice(&pattern), 0);
    Slice rest = at == SIZE_MAX ? SLICE("") : slice_part(json, at + pattern.size, SIZE_MAX);
    buf_deinit(&pattern);
    if (rest.size > 0 && rest.at[0] == '"') {
        rest = slice_part(rest, 1, SIZE_MAX);
        return slice_part(rest, 0, slice_find_byte(rest, '"', 0));
    }
    return slice_part(rest, 0, slice_find_byte(rest, ',', 0));
}

Slice client_problem(const struct client_reply *reply) {
    Slice type;
    int64_t status;
    bool good = client_header(reply, SLICE("Content-Type"), &type) &&
                slice_is(type, "application/problem+json") &&
                slice_to_i64(member(reply->body, "status"), &status) && status == reply->status &&
                member(reply->body, "type").size > 0 && member(reply->body, "title").size > 0 &&
                member(reply->body, "detail").size > 0;
    return good ? member(reply->body, "code") : SLICE("");
}

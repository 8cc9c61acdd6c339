#include "cli/remote/remote.h"

#include "cli/remote/problem.h"
#include "os/file.h"
#include "os/terminal.h"

#include <curl/curl.h>
#include <stdlib.h>

#define SET(easy, option, value) INVARIANT(curl_easy_setopt((easy), (option), (value)) == CURLE_OK)
#define COOKIE "qt_session="

struct remote {
    struct arena *arena;
    CURL *easy;
    Slice server;        // scheme, host and port
    Slice authorization; // the line of the head, or empty; forgotten at the end
    const struct remote_options *options;
    struct buf body;
    char error[CURL_ERROR_SIZE];
};

// ---- the address ---------------------------------------------------------------------------------------------------

static bool is_loopback(const char *host) {
    int64_t part;
    uint32_t parts = 0;
    Slice rest = slice_of(host);
    Slice text;
    if (slice_is(rest, "localhost") || slice_is(rest, "[::1]")) {
        return true;
    }
    if (!slice_starts_with(rest, SLICE("127."))) {
        return false;
    }
    while (slice_split(&rest, '.', &text)) { // 127.0.0.1.example is a name that can be anywhere
        if (!slice_to_i64(text, &part) || part < 0 || part > 255) {
            return false;
        }
        parts++;
    }
    return parts == 4;
}

struct address {
    char *scheme, *host, *port, *path, *query, *user;
};

static void read_parts(CURLU *url, struct address *address) {
    // A part that is not there stays NULL.
    (void)curl_url_get(url, CURLUPART_SCHEME, &address->scheme, 0);
    (void)curl_url_get(url, CURLUPART_HOST, &address->host, 0);
    (void)curl_url_get(url, CURLUPART_PORT, &address->port, CURLU_DEFAULT_PORT);
    (void)curl_url_get(url, CURLUPART_PATH, &address->path, 0);
    (void)curl_url_get(url, CURLUPART_QUERY, &address->query, 0);
    (void)curl_url_get(url, CURLUPART_USER, &address->user, 0);
}

static void free_parts(struct address *address) {
    char *parts[] = {address->scheme, address->host, address->port, address->path, address->query, address->user};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        curl_free(parts[i]);
    }
}

static bool is_plain(const struct address *address) {
    return address->scheme != NULL && address->host != NULL && address->port != NULL && address->query == NULL && address->user == NULL &&
           (address->path == NULL || strcmp(address->path, "/") == 0) &&
           (strcmp(address->scheme, "http") == 0 || strcmp(address->scheme, "https") == 0);
}

static Status take_address(struct remote *remote, Slice text, bool has_key, struct diag *diag) {
    struct address address = {0};
    CURLU *url = curl_url();
    Status status = STATUS_OK;
    INVARIANT(url != NULL);
    bool is_read = curl_url_set(url, CURLUPART_URL, arena_copy(remote->arena, text).at, 0) == CURLUE_OK;
    if (is_read) {
        read_parts(url, &address);
    }
    if (!is_read || !is_plain(&address)) {
        status = diag_fail(diag, remote->arena, STATUS_INVALID, "RM001", "'%.*s' is no address of a server", SLICE_ARGS(text));
        diag->hint = SLICE("--server or $QIANTANG_SERVER takes http:// or https://, a host and "
                           "perhaps a port, such as http://127.0.0.1:8080");
    } else if (has_key && strcmp(address.scheme, "http") == 0 && !is_loopback(address.host)) {
        status = diag_fail(diag, remote->arena, STATUS_INVALID, "RM002",
                           "what is secret and goes to %s over http:// can be read on the way; it was not sent", address.host);
        diag->hint = SLICE("ask over https://, with --ca where the server's certificate is of the "
                           "bank's own authority");
    } else {
        remote->server = arena_printf(remote->arena, "%s://%s:%s", address.scheme, address.host, address.port);
    }
    free_parts(&address);
    curl_url_cleanup(url);
    return status;
}

// ---- the key -------------------------------------------------------------------------------------------------------

static void forget(Slice secret) {
    if (secret.size > 0) {
        terminal_forget((char *)secret.at, secret.size);
    }
}

// What goes into a head must not end it, nor hold a blank.
static bool is_word(Slice text) {
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] <= ' ' || text.at[i] >= 0x7f) {
            return false;
        }
    }
    return text.size > 0 && text.size <= REMOTE_KEY_MAX;
}

// No bytes where nothing is told: the server says itself whether that will do.
static Status read_key(const struct remote_options *options, struct arena *arena, Slice *ret_text, struct diag *diag) {
    const char *given = getenv("QIANTANG_KEY");
    *ret_text = (Slice){NULL, 0};
    if (options->is_signing_in) {
        return STATUS_OK;
    }
    if (options->key_file.at != NULL) {
        return file_read(options->key_file, REMOTE_KEY_MAX, arena, ret_text, diag);
    }
    if (given != NULL && given[0] != '\0') {
        *ret_text = arena_copy(arena, slice_of(given));
    }
    return STATUS_OK;
}

static Status take_key(struct remote *remote, struct diag *diag) {
    Slice text;
    TRY(read_key(remote->options, remote->arena, &text, diag));
    Slice key = slice_trim(text);
    if (text.at == NULL) {
        return STATUS_OK;
    }
    if (!is_word(key)) {
        forget(text);
        diag_fail(diag, remote->arena, STATUS_INVALID, "RM003", "%s holds no key and no token: one line of letters, digits and signs",
                  remote->options->key_file.at != NULL ? "the file of --key-file" : "$QIANTANG_KEY");
        diag->hint = SLICE("'qiantang session begin NAME --key-file FILE' writes one; 'qiantang "
                           "key add' makes keys of systems");
        return STATUS_INVALID;
    }
    remote->authorization = arena_printf(remote->arena, "Authorization: Bearer %.*s", SLICE_ARGS(key));
    forget(text);
    return STATUS_OK;
}

// ---- its life ------------------------------------------------------------------------------------------------------

static Status check_options(const struct remote_options *options, struct arena *arena, struct diag *diag) {
    if (options->timeout_s < 1 || options->timeout_s > REMOTE_TIMEOUT_MAX_S) {
        return diag_fail(diag, arena, STATUS_INVALID, "RM010", "--timeout is 1 to %d seconds", REMOTE_TIMEOUT_MAX_S);
    }
    if ((options->certificate.at == NULL) != (options->private_key.at == NULL)) {
        return diag_fail(diag, arena, STATUS_INVALID, "RM010", "--certificate and --private-key go together");
    }
    return STATUS_OK;
}

Status remote_open(const struct remote_options *options, struct arena *arena, struct remote **ret_remote, struct diag *diag) {
    const char *usual = getenv("QIANTANG_SERVER");
    Slice server = options->server.at != NULL ? options->server : slice_of(usual == NULL ? "" : usual);
    TRY(check_options(options, arena, diag));
    if (slice_empty(server)) {
        diag_fail(diag, arena, STATUS_INVALID, "RM001", "it is not told which server to ask");
        diag->hint = SLICE("give --server URL, or set $QIANTANG_SERVER, such as http://127.0.0.1:8080");
        return STATUS_INVALID;
    }
    INVARIANT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK);
    struct remote *remote = memory_alloc(sizeof *remote);
    remote->arena = arena;
    remote->options = options;
    remote->easy = curl_easy_init();
    INVARIANT(remote->easy != NULL);
    buf_init(&remote->body, REMOTE_FILE_MAX);
    Status status = take_key(remote, diag);
    if (status == STATUS_OK) {
        status = take_address(remote, server, options->is_signing_in || !slice_empty(remote->authorization), diag);
    }
    if (status != STATUS_OK) {
        remote_close(remote);
        return status;
    }
    *ret_remote = remote;
    return STATUS_OK;
}

Slice remote_server(const struct remote *remote) {
    return remote->server;
}

void remote_close(struct remote *remote) {
    if (remote == NULL) {
        return;
    }
    forget(remote->authorization);
    curl_easy_cleanup(remote->easy);
    buf_deinit(&remote->body);
    free(remote);
}

// ---- asking --------------------------------------------------------------------------------------------------------

static size_t on_body(char *bytes, size_t size, size_t count, void *user) {
    struct buf *body = user;
    buf_put(body, (Slice){bytes, size * count});
    return buf_overflowed(body) ? 0 : size * count;
}

static struct curl_slist *add(struct curl_slist *lines, const char *line) {
    struct curl_slist *longer = curl_slist_append(lines, line);
    INVARIANT(longer != NULL);
    return longer;
}

static struct curl_slist *make_head(const struct remote *remote, const struct remote_request *request) {
    struct curl_slist *lines = NULL;
    if (!slice_empty(remote->authorization) && !request->is_anonymous) {
        lines = add(lines, remote->authorization.at);
    }
    if (request->body.size > 0) {
        Slice kind = slice_empty(request->content_type) ? SLICE("application/json") : request->content_type;
        lines = add(lines, arena_printf(remote->arena, "Content-Type: %.*s", SLICE_ARGS(kind)).at);
    }
    return add(lines, "Expect:"); // no waiting for leave to send a body
}

static void set_files(struct remote *remote) {
    const struct remote_options *options = remote->options;
    CURL *easy = remote->easy;
    SET(easy, CURLOPT_SSL_VERIFYPEER, 1L);
    SET(easy, CURLOPT_SSL_VERIFYHOST, 2L);
    SET(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (options->ca.at != NULL) {
        SET(easy, CURLOPT_CAINFO, arena_copy(remote->arena, options->ca).at);
        SET(easy, CURLOPT_CAPATH, NULL); // else the system's authorities would count beside it
    }
    if (options->certificate.at != NULL) {
        SET(easy, CURLOPT_SSLCERT, arena_copy(remote->arena, options->certificate).at);
        SET(easy, CURLOPT_SSLKEY, arena_copy(remote->arena, options->private_key).at);
    }
}

static void set_request(struct remote *remote, const struct remote_request *request, struct curl_slist *head) {
    CURL *easy = remote->easy;
    curl_easy_reset(easy);
    SET(easy, CURLOPT_URL, arena_printf(remote->arena, "%.*s%.*s", SLICE_ARGS(remote->server), SLICE_ARGS(request->path)).at);
    SET(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    SET(easy, CURLOPT_PATH_AS_IS, 1L);
    SET(easy, CURLOPT_FOLLOWLOCATION, 0L);
    SET(easy, CURLOPT_PROXY, ""); // not even one of the environment
    SET(easy, CURLOPT_NOSIGNAL, 1L);
    SET(easy, CURLOPT_USERAGENT, "qiantang/" QIANTANG_VERSION);
    SET(easy, CURLOPT_TIMEOUT, (long)remote->options->timeout_s);
    SET(easy, CURLOPT_CONNECTTIMEOUT, remote->options->timeout_s < REMOTE_CONNECT_S ? (long)remote->options->timeout_s : (long)REMOTE_CONNECT_S);
    SET(easy, CURLOPT_ERRORBUFFER, remote->error);
    SET(easy, CURLOPT_WRITEFUNCTION, on_body);
    SET(easy, CURLOPT_WRITEDATA, (void *)&remote->body);
    SET(easy, CURLOPT_HTTPHEADER, head);
    if (strcmp(request->method, "GET") != 0) {
        SET(easy, CURLOPT_POSTFIELDS, request->body.size > 0 ? request->body.at : "");
        SET(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.size);
        SET(easy, CURLOPT_CUSTOMREQUEST, request->method);
    }
    set_files(remote);
}

// ---- what became of it ---------------------------------------------------------------------------------------------

static bool is_unreachable(CURLcode result) {
    return result == CURLE_COULDNT_RESOLVE_HOST || result == CURLE_COULDNT_CONNECT || result == CURLE_INTERFACE_FAILED;
}

static bool is_tls(CURLcode result) {
    return result == CURLE_SSL_CONNECT_ERROR || result == CURLE_PEER_FAILED_VERIFICATION || result == CURLE_SSL_CERTPROBLEM ||
           result == CURLE_SSL_CIPHER || result == CURLE_SSL_CACERT_BADFILE || result == CURLE_SSL_ISSUER_ERROR || result == CURLE_SSL_CRL_BADFILE;
}

static Slice way_out_of_lost(const struct remote_request *request, Slice else_) {
    bool changes = strcmp(request->method, "GET") != 0;
    return changes ? SLICE("whether the server has done it is not known: look at it before you ask again") : else_;
}

static Status tell_failure(struct remote *remote, const struct remote_request *request, CURLcode result, struct diag *diag) {
    const char *why = remote->error[0] != '\0' ? remote->error : curl_easy_strerror(result);
    Slice server = remote->server;
    if (buf_overflowed(&remote->body)) {
        diag_fail(diag, remote->arena, STATUS_IO, "RM007", "the answer is longer than %zu MiB", remote->body.maximum >> 20);
        diag->hint = SLICE("ask for less: --limit, a shorter time, or one thing alone");
    } else if (is_unreachable(result)) {
        diag_fail(diag, remote->arena, STATUS_IO, "RM004", "nobody answers at %.*s: %s", SLICE_ARGS(server), why);
        diag->hint = SLICE("does the server run, and is it the address and port that it said when "
                           "it began ('listening')?");
    } else if (result == CURLE_OPERATION_TIMEDOUT) {
        diag_fail(diag, remote->arena, STATUS_IO, "RM005", "%.*s did not answer within %lld s", SLICE_ARGS(server),
                  (long long)remote->options->timeout_s);
        diag->hint = way_out_of_lost(request, SLICE("give it more time with --timeout, or ask for less"));
    } else if (is_tls(result)) {
        diag_fail(diag, remote->arena, STATUS_IO, "RM006", "no trusted connection to %.*s: %s", SLICE_ARGS(server), why);
        diag->hint = SLICE("--ca names the authority of the server's certificate; --certificate "
                           "and --private-key what the server may ask for");
    } else {
        diag_fail(diag, remote->arena, STATUS_IO, "RM008", "the answer of %.*s broke off: %s", SLICE_ARGS(server), why);
        diag->hint = way_out_of_lost(request, SLICE("ask again; the log of the server says more"));
    }
    return STATUS_IO;
}

static Slice header_of(struct remote *remote, const char *name) {
    struct curl_header *header;
    bool is_there = curl_easy_header(remote->easy, name, 0, CURLH_HEADER, -1, &header) == CURLHE_OK;
    return is_there ? arena_copy(remote->arena, slice_of(header->value)) : (Slice){NULL, 0};
}

// Of "qt_session=TOKEN; Path=/; ...".
static Slice token_of(Slice cookie) {
    if (!slice_starts_with(cookie, SLICE(COOKIE))) {
        return (Slice){NULL, 0};
    }
    Slice value = slice_part(cookie, sizeof COOKIE - 1, SIZE_MAX);
    return slice_part(value, 0, slice_find_byte(value, ';', 0));
}

static void read_reply(struct remote *remote, struct remote_reply *reply) {
    long status = 0;
    INVARIANT(curl_easy_getinfo(remote->easy, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK);
    Slice kind = header_of(remote, "content-type");
    *reply = (struct remote_reply){
        .status = (uint32_t)status,
        .content_type = slice_trim(slice_part(kind, 0, slice_find_byte(kind, ';', 0))),
        .body = buf_slice(&remote->body),
        .token = token_of(header_of(remote, "set-cookie")),
    };
}

Status remote_send(struct remote *remote, const struct remote_request *request, struct remote_reply *ret_reply, struct diag *diag) {
    struct curl_slist *head = make_head(remote, request);
    buf_reset(&remote->body);
    remote->body.maximum = request->is_file ? REMOTE_FILE_MAX : REMOTE_JSON_MAX;
    remote->error[0] = '\0';
    set_request(remote, request, head);
    CURLcode result = curl_easy_perform(remote->easy);
    if (result == CURLE_OK) {
        read_reply(remote, ret_reply);
    }
    curl_slist_free_all(head);
    return result == CURLE_OK ? STATUS_OK : tell_failure(remote, request, result, diag);
}

Status remote_ask(struct remote *remote, const struct remote_request *request, struct remote_reply *ret_reply, struct diag *diag) {
    TRY(remote_send(remote, request, ret_reply, diag));
    return ret_reply->status / 100 == 2 ? STATUS_OK : problem_tell(remote, ret_reply, remote->arena, diag);
}

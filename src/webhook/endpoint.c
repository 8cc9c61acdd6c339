// Endpoint: what a URL has to be like before anything is sent to it. libcurl's own parser takes it apart, so that what is checked here is what is
// spoken to there.

#include "webhook/webhook.h"

#include <arpa/inet.h>
#include <curl/curl.h>

static Status refuse_url(struct arena *arena, struct diag *diag, const char *what, const char *hint) {
    Status status = diag_fail(diag, arena, STATUS_INVALID, "WH002", "the URL of a webhook %s", what);
    diag->hint = slice_of(hint);
    return status;
}

static bool is_loopback(const char *host) {
    struct in_addr address;
    if (inet_pton(AF_INET, host, &address) == 1) {
        return ntohl(address.s_addr) >> 24 == 127;
    }
    // libcurl itself takes localhost for this machine, whatever a name server says.
    return strcmp(host, "[::1]") == 0 || strcmp(host, "localhost") == 0;
}

static bool has_part(CURLU *url, CURLUPart part) {
    char *text = NULL;
    bool there = curl_url_get(url, part, &text, 0) == CURLUE_OK;
    curl_free(text);
    return there;
}

static bool part_is(CURLU *url, CURLUPart part, bool (*fits)(const char *text)) {
    char *text = NULL;
    bool yes = curl_url_get(url, part, &text, 0) == CURLUE_OK && fits(text);
    curl_free(text);
    return yes;
}

static bool is_https(const char *scheme) {
    return strcmp(scheme, "https") == 0;
}

static bool is_http(const char *scheme) {
    return strcmp(scheme, "http") == 0;
}

static Status check_parts(CURLU *url, bool http_anywhere, struct arena *arena, struct diag *diag) {
    bool https = part_is(url, CURLUPART_SCHEME, is_https);
    if (!https && !part_is(url, CURLUPART_SCHEME, is_http)) {
        return refuse_url(arena, diag, "has a scheme that is not spoken", "write https://host/path");
    }
    if (has_part(url, CURLUPART_USER) || has_part(url, CURLUPART_PASSWORD)) {
        return refuse_url(arena, diag, "holds a user or a password", "take them out: the signature says who sends");
    }
    if (!https && !http_anywhere && !part_is(url, CURLUPART_HOST, is_loopback)) {
        return refuse_url(arena, diag, "would send in the clear to another machine", "write https://; http:// is for this machine alone");
    }
    return STATUS_OK;
}

// The library also takes one slash, or three.
static bool has_two_slashes(Slice text) {
    Slice rest = slice_part(text, slice_find_byte(text, ':', 0), SIZE_MAX);
    return slice_starts_with(rest, SLICE("://")) && rest.size > 3 && rest.at[3] != '/';
}

static Status check_url(Slice text, bool http_anywhere, struct arena *arena, struct diag *diag) {
    if (text.size == 0 || text.size > WEBHOOK_URL_MAX) {
        return refuse_url(arena, diag, text.size == 0 ? "is empty" : "is longer than 2048 bytes", "write https://host/path");
    }
    for (size_t i = 0; i < text.size; i++) {
        if (text.at[i] <= ' ' || text.at[i] >= 0x7f) {
            return refuse_url(arena, diag, "holds a blank or a character that is not ASCII", "write bytes as %XX, and names of hosts as xn--");
        }
    }
    if (slice_find_byte(text, '#', 0) < text.size) {
        return refuse_url(arena, diag, "has a fragment, which is never sent", "take out # and what follows");
    }
    char copy[WEBHOOK_URL_MAX + 1];
    memcpy(copy, text.at, text.size);
    copy[text.size] = '\0';
    CURLU *url = curl_url();
    INVARIANT(url != NULL);
    bool good = has_two_slashes(text) && curl_url_set(url, CURLUPART_URL, copy, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK;
    Status status = good ? check_parts(url, http_anywhere, arena, diag) : refuse_url(arena, diag, "is malformed", "write https://host/path");
    curl_url_cleanup(url);
    return status;
}

Status webhook_endpoint_check(const struct webhook_endpoint *endpoint, bool http_anywhere, struct arena *arena, struct diag *diag) {
    TRY(check_url(endpoint->url, http_anywhere, arena, diag));
    Slice path = endpoint->ca_file;
    if (path.size > WEBHOOK_PATH_MAX || slice_find_byte(path, '\0', 0) < path.size) {
        Status status = diag_fail(diag, arena, STATUS_INVALID, "WH005", "the file of authorities of a webhook is no path");
        diag->hint = SLICE("write the path of a file in PEM");
        return status;
    }
    uint32_t timeout_ms = endpoint->timeout_ms;
    if (timeout_ms != 0 && (timeout_ms < WEBHOOK_TIMEOUT_MIN_MS || timeout_ms > WEBHOOK_TIMEOUT_MAX_MS)) {
        Status status = diag_fail(diag, arena, STATUS_INVALID, "WH005", "a webhook cannot have a timeout of %u ms", timeout_ms);
        diag->hint = SLICE("take 100 ms to 60 s");
        return status;
    }
    return STATUS_OK;
}

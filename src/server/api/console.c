// The console's files, out of the program itself. What is named by its content may be kept for ever; the page itself is asked for each time, and carries a nonce of its own, with which alone styles
// may be put in. Any other path below /console/ is a screen's, and is the page too.

#include "os/entropy.h"
#include "server/api/api.h"
#include "server/api/console.h"

#include <zlib.h>

#define NONCE_MARK "@NONCE@"
enum { NONCE_BYTES = 16, PAGE_MAX = 64 << 10, POLICY_MAX = 1024 };

static const struct console_asset *asset_at(Slice path) {
    for (uint32_t i = 0; i < console_asset_count; i++) {
        if (slice_is(path, console_assets[i].path)) {
            return &console_assets[i];
        }
    }
    return NULL;
}

// Whether the client takes a coding: named, and not with q=0.
static bool takes(const struct http_request *request, const char *coding) {
    Slice all, one;
    if (!http_request_header(request, SLICE("Accept-Encoding"), &all)) {
        return false;
    }
    while (slice_split(&all, ',', &one)) {
        Slice name;
        Slice rest = one;
        slice_split(&rest, ';', &name);
        if (slice_is(slice_trim(name), coding)) {
            rest = slice_trim(rest);
            return !slice_is(rest, "q=0") && !slice_starts_with(rest, SLICE("q=0.0"));
        }
    }
    return false;
}

static Slice piece_of(struct console_piece piece) {
    return (Slice){console_blob + piece.at, piece.size};
}

// The bytes as they were before they were packed.
static char *plain(const struct console_asset *asset) {
    char *bytes = memory_alloc(asset->size + 1);
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)(console_blob + asset->gzip.at), .avail_in = asset->gzip.size, .next_out = (Bytef *)bytes, .avail_out = asset->size + 1};
    INVARIANT(inflateInit2(&stream, 15 + 16) == Z_OK);
    int end = inflate(&stream, Z_FINISH);
    inflateEnd(&stream);
    INVARIANT(end == Z_STREAM_END && stream.total_out == asset->size);
    return bytes;
}

static void reply_file(struct http_request *request, const struct console_asset *asset) {
    char etag[64];
    Slice known;
    snprintf(etag, sizeof etag, "\"%s\"", asset->etag);
    const bool by_brotli = takes(request, "br"), by_gzip = !by_brotli && takes(request, "gzip");
    struct http_header headers[] = {
        {SLICE("ETag"), slice_of(etag)},
        {SLICE("Cache-Control"), asset->is_named_by_content ? SLICE("public, max-age=31536000, immutable") : SLICE("no-cache")},
        {SLICE("Vary"), SLICE("Accept-Encoding")},
        {SLICE("Content-Encoding"), by_brotli ? SLICE("br") : SLICE("gzip")},
    };
    const uint32_t count = by_brotli || by_gzip ? 4 : 3;
    if (http_request_header(request, SLICE("If-None-Match"), &known) && slice_equal(known, slice_of(etag))) {
        http_reply(request, &(struct http_reply){.status = 304, .headers = headers, .header_count = 3});
        return;
    }
    char *bytes = count == 3 ? plain(asset) : NULL;
    Slice body = by_brotli ? piece_of(asset->brotli) : by_gzip ? piece_of(asset->gzip) : (Slice){bytes, asset->size};
    http_reply(request, &(struct http_reply){.status = 200, .content_type = slice_of(asset->type), .headers = headers, .header_count = count, .body = body});
    free(bytes);
}

static void put_nonce(struct buf *out, Slice page, Slice nonce) {
    const size_t mark = sizeof NONCE_MARK - 1;
    size_t from = 0;
    for (size_t i = 0; i + mark <= page.size; i++) {
        if (memcmp(page.at + i, NONCE_MARK, mark) == 0) {
            buf_put(out, slice_part(page, from, i - from));
            buf_put(out, nonce);
            from = i + mark;
        }
    }
    buf_put(out, slice_part(page, from, page.size - from));
}

static void reply_page(struct http_request *request, const struct console_asset *page) {
    static const char digits[] = "0123456789abcdef";
    unsigned char random[NONCE_BYTES];
    char nonce[2 * NONCE_BYTES], policy[POLICY_MAX];
    struct buf out;
    const struct entropy *entropy = entropy_real();
    entropy->fill(entropy->context, random, sizeof random);
    for (size_t i = 0; i < NONCE_BYTES; i++) {
        nonce[2 * i] = digits[random[i] >> 4];
        nonce[2 * i + 1] = digits[random[i] & 15];
    }
    // Styles: the bundle's own files, and what carries the nonce; scripts: the bundle's alone. Documents of the server are shown in frames and as pictures.
    snprintf(policy, sizeof policy,
             "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-%.*s'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; frame-src 'self' blob:; worker-src 'self'; "
             "manifest-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
             (int)sizeof nonce, nonce);
    const struct http_header headers[] = {
        {SLICE("Content-Security-Policy"), slice_of(policy)},
        {SLICE("Cache-Control"), SLICE("no-store")},
        {SLICE("Cross-Origin-Opener-Policy"), SLICE("same-origin")},
        {SLICE("Permissions-Policy"), SLICE("camera=(), microphone=(), geolocation=(), payment=()")},
    };
    char *bytes = plain(page);
    buf_init(&out, PAGE_MAX);
    put_nonce(&out, (Slice){bytes, page->size}, (Slice){nonce, sizeof nonce});
    http_reply(request, &(struct http_reply){.status = 200, .content_type = slice_of(page->type), .headers = headers, .header_count = sizeof headers / sizeof headers[0], .body = buf_slice(&out)});
    buf_deinit(&out);
    free(bytes);
}

void api_get_console(void *context, struct http_request *request) {
    Slice path = http_request_parameter(request, SLICE("path"));
    const struct console_asset *page = asset_at(SLICE("index.html"));
    const struct console_asset *asset = slice_empty(path) || slice_is(path, "index.html") ? NULL : asset_at(path);
    if (page == NULL) {
        api_refuse(request, API_PROBLEM_CONSOLE_MISSING, "%s", "this program was built without it");
    } else if (asset != NULL) {
        reply_file(request, asset);
    } else if (slice_starts_with(path, SLICE("assets/"))) {
        api_refuse(request, API_PROBLEM_FILE_UNKNOWN, "%s", "it may be of another version: load the page again");
    } else {
        reply_page(request, page);
    }
}

void api_get_root(void *context, struct http_request *request) {
    struct http_header to = {SLICE("Location"), SLICE("/console/")};
    http_reply(request, &(struct http_reply){.status = 302, .headers = &to, .header_count = 1});
}

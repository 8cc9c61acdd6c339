#include "cli/remote/problem.h"

#include "cli/remote/sheet.h"
#include "codec/json.h"

enum { CODE_MAX = 64, TEXT_MAX = 4096, DIAGNOSTICS_MAX = 20 };

// A member's text in the arena; no bytes where it is not there.
static Slice text_of(JsonTree tree, uint32_t object, Slice key, struct arena *arena) {
    uint32_t at = json_member(tree, object, key);
    if (at == JSON_NONE || tree.nodes[at].kind != JSON_STRING) {
        return (Slice){NULL, 0};
    }
    struct buf clean;
    buf_init(&clean, TEXT_MAX);
    sheet_clean(&clean, tree.nodes[at].text, false);
    Slice text = arena_copy(arena, buf_slice(&clean));
    buf_deinit(&clean);
    return text;
}

// A code is a word of a list; what is none is not printed as one.
static bool is_code(Slice text) {
    for (size_t i = 0; i < text.size; i++) {
        if ((text.at[i] < 'a' || text.at[i] > 'z') && text.at[i] != '_') {
            return false;
        }
    }
    return text.size > 0 && text.size <= CODE_MAX;
}

// What to do about it, as the list of the server says, which may be newer than this program. Nobody
// has to be signed in for that.
static Slice way_out(struct remote *remote, struct json_reader *reader, Slice code, struct arena *arena) {
    struct diag ignored = {0};
    struct remote_reply reply;
    JsonTree tree;
    struct remote_request request = {.method = "GET", .path = arena_printf(arena, "/problems/%.*s", SLICE_ARGS(code)), .is_anonymous = true};
    if (remote_send(remote, &request, &reply, &ignored) != STATUS_OK || reply.status != 200 || json_parse(reader, reply.body, &tree) != STATUS_OK) {
        return (Slice){NULL, 0};
    }
    return text_of(tree, 0, SLICE("what_to_do"), arena);
}

// Mistakes in what was brought come one by one.
static Slice add_diagnostics(JsonTree tree, Slice message, struct arena *arena) {
    uint32_t list = json_member(tree, 0, SLICE("diagnostics"));
    uint32_t told = 0;
    if (list == JSON_NONE) {
        return message;
    }
    JSON_EACH(tree, list, at) {
        Slice code = text_of(tree, at, SLICE("code"), arena);
        Slice text = text_of(tree, at, SLICE("message"), arena);
        if (!slice_empty(text) && told++ < DIAGNOSTICS_MAX) {
            message = arena_printf(arena, "%.*s\n      %.*s %.*s", SLICE_ARGS(message), SLICE_ARGS(code), SLICE_ARGS(text));
        }
    }
    return message;
}

static Status not_ours(const struct remote *remote, const struct remote_reply *reply, struct arena *arena, struct diag *diag) {
    Slice server = remote_server(remote);
    diag_fail(diag, arena, STATUS_IO, "RM009", "%.*s answered %u, and not as a server of Qiantang does", SLICE_ARGS(server), reply->status);
    diag->hint = SLICE("is it the server's own address, and not that of a proxy or of another program?");
    return STATUS_IO;
}

static Status tell(struct remote *remote, struct json_reader *reader, const struct remote_reply *reply, struct arena *arena, struct diag *diag) {
    JsonTree tree;
    if (!slice_is(reply->content_type, "application/problem+json") || json_parse(reader, reply->body, &tree) != STATUS_OK) {
        return not_ours(remote, reply, arena, diag);
    }
    Slice code = text_of(tree, 0, SLICE("code"), arena);
    Slice title = text_of(tree, 0, SLICE("title"), arena);
    Slice detail = text_of(tree, 0, SLICE("detail"), arena);
    if (!is_code(code)) {
        return not_ours(remote, reply, arena, diag);
    }
    Slice message = add_diagnostics(tree, arena_printf(arena, "%.*s", SLICE_ARGS(title)), arena);
    Slice hint = way_out(remote, reader, code, arena); // the tree is gone from here on
    bool is_more = !slice_empty(detail) && !slice_equal(detail, hint);
    diag_fail(diag, arena, STATUS_INVALID, arena_copy(arena, code).at, "%.*s%s%.*s", SLICE_ARGS(message), is_more ? ": " : "",
              is_more ? (int)detail.size : 0, detail.at);
    diag->hint = hint;
    return reply->status == 429 || reply->status >= 500 ? STATUS_IO : STATUS_INVALID;
}

Status problem_tell(struct remote *remote, const struct remote_reply *reply, struct arena *arena, struct diag *diag) {
    struct json_reader *reader = json_reader_create(REMOTE_JSON_MAX, JSON_DEPTH_MAX);
    struct remote_reply kept = *reply;
    kept.content_type = arena_copy(arena, reply->content_type);
    Status status = tell(remote, reader, &kept, arena, diag);
    json_reader_destroy(reader);
    return status;
}

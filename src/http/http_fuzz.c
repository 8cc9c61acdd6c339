// What is parsed here and not by the library. The first line of an input is a pattern, the second a
// target, the rest a value of a header.
//
// A part that decodes reads the same when it is encoded anew; a target that fits a pattern gives
// back what the pattern's literal parts say; a header that may be sent holds nothing that ends it.

#include "http/routes.h"
#include "http/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static Slice encode(struct arena *arena, Slice text) {
    char *out = arena_alloc_raw(arena, 3 * text.size + 1);
    for (size_t i = 0; i < text.size; i++) {
        unsigned char byte = (unsigned char)text.at[i];
        out[3 * i] = '%';
        out[3 * i + 1] = "0123456789ABCDEF"[byte >> 4];
        out[3 * i + 2] = "0123456789abcdef"[byte & 15];
    }
    return (Slice){out, 3 * text.size};
}

static void check_decoding(struct arena *arena, const struct target *target) {
    for (uint32_t i = 0; i < target->part_count; i++) {
        Slice again;
        INVARIANT(percent_decode(encode(arena, target->parts[i]), false, arena, &again));
        INVARIANT(slice_equal(again, target->parts[i]));
        INVARIANT(header_value_valid(target->parts[i]));
        INVARIANT(!slice_is(target->parts[i], ".") && !slice_is(target->parts[i], ".."));
    }
    for (uint32_t i = 0; i < target->query_count; i++) {
        Slice again;
        INVARIANT(percent_decode(encode(arena, target->query[i].value), true, arena, &again));
        INVARIANT(slice_equal(again, target->query[i].value));
        INVARIANT(!slice_empty(target->query[i].name));
    }
}

static void nothing(void *context, struct http_request *request) {
}

static void check_match(struct arena *arena, const struct http_route *route,
                        const struct target *target) {
    struct routes *routes;
    struct diag diag;
    if (routes_create(route, 1, arena, &routes, &diag) != STATUS_OK) {
        return;
    }
    struct route_match match;
    routes_find(routes, HTTP_HEAD, target, arena, &match);
    INVARIANT((match.route != NULL) == (match.methods != 0));
    if (match.route != NULL) {
        Slice text = slice_of(route->pattern + 1);
        Slice part;
        uint32_t names = 0;
        for (uint32_t i = 0; slice_split(&text, '/', &part); i++) {
            bool named = part.size > 0 && part.at[0] == '{';
            INVARIANT(i < target->part_count && (named || slice_equal(part, target->parts[i])));
            names += named;
        }
        INVARIANT(names == match.count);
    }
    routes_destroy(routes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Slice rest = {(const char *)data, size};
    Slice pattern = {NULL, 0};
    Slice text = {NULL, 0};
    if (size == 0 || size > 8192 || !slice_split(&rest, '\n', &pattern) ||
        !slice_split(&rest, '\n', &text)) {
        return 0;
    }
    struct arena arena;
    arena_init(&arena, 64 << 10);
    struct target *target = ARENA_NEW(&arena, struct target);
    if (target_parse(text, &arena, target)) {
        check_decoding(&arena, target);
        if (slice_find_byte(pattern, 0, 0) == pattern.size) {
            struct http_route route = {.pattern = arena_copy(&arena, pattern).at,
                                       .handler = nothing};
            check_match(&arena, &route, target);
        }
    }
    if (http_header_valid(SLICE("X"), rest)) {
        INVARIANT(slice_find_byte(rest, '\r', 0) == rest.size &&
                  slice_find_byte(rest, '\n', 0) == rest.size);
        INVARIANT(slice_find_byte(rest, 0, 0) == rest.size);
    }
    INVARIANT(!token_valid(rest) || header_value_valid(rest));
    arena_deinit(&arena);
    return 0;
}

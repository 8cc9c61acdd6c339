#include "http/routes.h"

#include "base/vec.h"

#include <stdlib.h>

enum { NONE = -1 };

struct node {
    Slice literal;
    int32_t next;  // the next literal beside this one
    int32_t first; // of the literals below
    int32_t named; // {name} below
    int32_t rest;  // {rest...} below
    int32_t routes[HTTP_METHOD_COUNT];
};

struct routes {
    struct arena arena;
    const struct http_route *table;
    uint32_t methods;
    VEC(struct node) nodes;
};

static int32_t add_node(struct routes *routes, Slice literal) {
    struct node *node = VEC_PUSH(&routes->nodes, &routes->arena);
    *node =
        (struct node){.literal = literal, .next = NONE, .first = NONE, .named = NONE, .rest = NONE};
    for (int i = 0; i < HTTP_METHOD_COUNT; i++) {
        node->routes[i] = NONE;
    }
    return (int32_t)routes->nodes.count - 1;
}

static int32_t literal_below(struct routes *routes, int32_t at, Slice literal) {
    int32_t child = routes->nodes.at[at].first;
    while (child != NONE && !slice_equal(routes->nodes.at[child].literal, literal)) {
        child = routes->nodes.at[child].next;
    }
    if (child == NONE) {
        child = add_node(routes, literal);
        routes->nodes.at[child].next = routes->nodes.at[at].first;
        routes->nodes.at[at].first = child;
    }
    return child;
}

static bool name_valid(Slice name) {
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.at[i];
        if (!((byte >= 'a' && byte <= 'z') || byte == '_' ||
              (i > 0 && byte >= '0' && byte <= '9'))) {
            return false;
        }
    }
    return name.size > 0;
}

static bool literal_valid(Slice part) {
    for (size_t i = 0; i < part.size; i++) {
        if (part.at[i] <= 0x20 || part.at[i] >= 0x7f || strchr("{}%?#", part.at[i]) != NULL) {
            return false;
        }
    }
    return !slice_is(part, ".") && !slice_is(part, "..");
}

// The name of a "{name}" or "{rest...}".
static bool part_name(Slice part, Slice *ret_name, bool *ret_rest) {
    if (part.size < 2 || part.at[0] != '{' || part.at[part.size - 1] != '}') {
        return false;
    }
    Slice name = slice_part(part, 1, part.size - 2);
    *ret_rest = slice_ends_with(name, SLICE("..."));
    *ret_name = *ret_rest ? slice_part(name, 0, name.size - 3) : name;
    return true;
}

// What is wrong with a pattern, or NULL; *ret_at is the node it leads to.
static const char *add_pattern(struct routes *routes, Slice pattern, int32_t *ret_at) {
    if (pattern.size == 0 || pattern.at[0] != '/') {
        return "it must begin with '/'";
    }
    Slice names[HTTP_PARAMETERS_MAX];
    uint32_t count = 0;
    uint32_t parts = 0;
    int32_t at = 0;
    Slice text = {pattern.at + 1, pattern.size - 1};
    Slice part;
    for (bool rest = false; slice_split(&text, '/', &part);) {
        Slice name;
        if (rest) {
            return "{rest...} must be its last part";
        }
        if (++parts > HTTP_SEGMENTS_MAX) {
            return "it has too many parts";
        }
        if (!part_name(part, &name, &rest)) {
            if (!literal_valid(part)) {
                return "a part is neither a plain text nor {name} nor {rest...}";
            }
            at = literal_below(routes, at, part);
            continue;
        }
        if (!name_valid(name) || count == HTTP_PARAMETERS_MAX) {
            return "a name is not made of a-z, 0-9 and _, or there are too many";
        }
        for (uint32_t i = 0; i < count; i++) {
            if (slice_equal(names[i], name)) {
                return "a name comes twice";
            }
        }
        names[count++] = name;
        int32_t below = rest ? routes->nodes.at[at].rest : routes->nodes.at[at].named;
        if (below == NONE) {
            below = add_node(routes, SLICE(""));
            *(rest ? &routes->nodes.at[at].rest : &routes->nodes.at[at].named) = below;
        }
        at = below;
    }
    *ret_at = at;
    return NULL;
}

static const char *add_route(struct routes *routes, uint32_t index) {
    const struct http_route *route = &routes->table[index];
    if (route->pattern == NULL || route->handler == NULL ||
        (unsigned)route->method >= HTTP_METHOD_COUNT) {
        return "it needs a method, a pattern and a handler";
    }
    int32_t at;
    const char *fault = add_pattern(routes, slice_of(route->pattern), &at);
    if (fault != NULL) {
        return fault;
    }
    int32_t *place = &routes->nodes.at[at].routes[route->method];
    if (*place != NONE) {
        return "there is another one of the same method and form";
    }
    *place = (int32_t)index;
    routes->methods |= 1u << route->method;
    return NULL;
}

Status routes_create(const struct http_route *table, uint32_t count, struct arena *arena,
                     struct routes **ret_routes, struct diag *diag) {
    struct routes *routes = memory_alloc(sizeof *routes);
    arena_init(&routes->arena, 16 << 10);
    routes->table = table;
    add_node(routes, SLICE(""));
    for (uint32_t i = 0; i < count; i++) {
        const char *fault = add_route(routes, i);
        if (fault != NULL) {
            const char *pattern = table[i].pattern == NULL ? "" : table[i].pattern;
            routes_destroy(routes);
            return diag_fail(diag, arena, STATUS_INVALID, "HT001", "route %u '%s': %s", i, pattern,
                             fault);
        }
    }
    *ret_routes = routes;
    return STATUS_OK;
}

void routes_destroy(struct routes *routes) {
    if (routes != NULL) {
        arena_deinit(&routes->arena);
        free(routes);
    }
}

uint32_t routes_methods(const struct routes *routes) {
    return routes->methods;
}

// --- Finding ---

struct search {
    const struct routes *routes;
    const struct target *target;
    HttpMethod method;
    uint32_t methods;
    int32_t found;
    uint32_t rest_from; // part at which {rest...} of the found one begins
};

// A node where a path ends. The first one that knows the method is the most literal.
static void arrive(struct search *search, const struct node *node, uint32_t rest_from) {
    for (int i = 0; i < HTTP_METHOD_COUNT; i++) {
        search->methods |= node->routes[i] != NONE ? 1u << i : 0;
    }
    int32_t route = node->routes[search->method];
    if (route == NONE && search->method == HTTP_HEAD) {
        route = node->routes[HTTP_GET];
    }
    if (search->found == NONE && route != NONE) {
        search->found = route;
        search->rest_from = rest_from;
    }
}

// Depth: HTTP_SEGMENTS_MAX at most, since patterns are no deeper. Each node has one way to it.
static void walk(struct search *search, int32_t at, uint32_t part) {
    const struct node *nodes = search->routes->nodes.at;
    const struct target *target = search->target;
    if (part == target->part_count) {
        if (!target->deep) {
            arrive(search, &nodes[at], part);
        }
        return;
    }
    for (int32_t child = nodes[at].first; child != NONE; child = nodes[child].next) {
        if (slice_equal(nodes[child].literal, target->parts[part])) {
            walk(search, child, part + 1);
            break;
        }
    }
    if (search->found == NONE && nodes[at].named != NONE && target->parts[part].size > 0) {
        walk(search, nodes[at].named, part + 1);
    }
    if (search->found == NONE && nodes[at].rest != NONE && !target->deep) {
        arrive(search, &nodes[nodes[at].rest], part);
    }
}

static Slice join_rest(const struct target *target, uint32_t from, struct arena *arena) {
    if (from + 1 == target->part_count) {
        return target->parts[from];
    }
    size_t size = 0;
    for (uint32_t i = from; i < target->part_count; i++) {
        size += target->parts[i].size + 1;
    }
    char *bytes = arena_alloc_raw(arena, size + 1);
    char *end = bytes;
    for (uint32_t i = from; i < target->part_count; i++) {
        if (i > from) {
            *end++ = '/';
        }
        if (target->parts[i].size > 0) {
            memcpy(end, target->parts[i].at, target->parts[i].size);
            end += target->parts[i].size;
        }
    }
    return (Slice){bytes, (size_t)(end - bytes)};
}

void routes_find(const struct routes *routes, HttpMethod method, const struct target *target,
                 struct arena *arena, struct route_match *ret_match) {
    struct search search = {.routes = routes, .target = target, .method = method, .found = NONE};
    ret_match->route = NULL;
    ret_match->count = 0;
    if (target->part_count > 0) {
        walk(&search, 0, 0);
    }
    ret_match->methods = search.methods;
    if (search.found == NONE) {
        return;
    }
    ret_match->route = &routes->table[search.found];
    Slice pattern = slice_of(ret_match->route->pattern);
    Slice text = {pattern.at + 1, pattern.size - 1};
    Slice part;
    for (uint32_t i = 0; slice_split(&text, '/', &part); i++) {
        Slice name;
        bool rest;
        if (part_name(part, &name, &rest)) {
            ret_match->names[ret_match->count] = name;
            ret_match->values[ret_match->count++] =
                rest ? join_rest(target, search.rest_from, arena) : target->parts[i];
        }
    }
}

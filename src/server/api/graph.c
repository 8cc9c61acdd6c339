// The graph as an analyst walks it: neighbours of a node, the way between two.

#include "response/cases/cases.h"

#include "server/api/visit.h"

struct end {
    LinkNodeKind kind;
    Slice name;
};

struct walk {
    struct end from, to;
    struct link_options options;
};

static struct walk *begin(struct visit *visit) {
    struct walk *walk = ARENA_NEW(&visit->deed->arena, struct walk);
    *walk = (struct walk){0};
    visit->user = walk;
    return walk;
}

static bool ask_node(struct visit *visit, const char *kind, const char *name, struct end *ret) {
    Slice word;
    if (!visit_ask_text(visit, kind, &word) || !visit_ask_text(visit, name, &ret->name)) {
        return false;
    }
    if (!link_node_parse(word, &ret->kind)) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED,
                     "'%s' is ACCOUNT, CUSTOMER, DEVICE, PHONE, IP, ADDRESS ...", kind);
        return false;
    }
    if (slice_empty(ret->name) || ret->name.size > CASES_NAME_MAX) {
        visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "'%s' is missing, or too long", name);
        return false;
    }
    return true;
}

static bool ask_span(struct visit *visit, struct link_options *options) {
    return visit_ask_moment(visit, "from", &options->from_us) &&
           visit_ask_moment(visit, "until", &options->until_us);
}

// ---- neighbours ---------------------------------------------------------------------------------

static Status put_neighbours(struct visit *visit, struct book *book) {
    const struct walk *walk = visit->user;
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("graph"));
    TRY(links_put_neighbours(book, walk->from.kind, walk->from.name, &walk->options, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_graph_neighbours(void *context, struct http_request *request) {
    static const char *const names[] = {"kind", "name", "from", "until", "limit"};
    struct visit *visit = visit_query(context, request, names, 5);
    int64_t limit = 0;
    if (visit == NULL) {
        return;
    }
    struct walk *walk = begin(visit);
    if (ask_node(visit, "kind", "name", &walk->from) && ask_span(visit, &walk->options) &&
        visit_ask_number(visit, "limit", 1, LINK_NODES_MAX, &limit)) {
        walk->options.nodes_max = (uint32_t)limit;
        visit_look(visit, put_neighbours, "graph", 0);
    }
}

// ---- the way between two ------------------------------------------------------------------------

static Status put_path(struct visit *visit, struct book *book) {
    const struct walk *walk = visit->user;
    json_object_begin(visit->json);
    json_key(visit->json, SLICE("path"));
    TRY(links_put_path(book, walk->from.kind, walk->from.name, walk->to.kind, walk->to.name,
                       &walk->options, visit->json));
    json_object_end(visit->json);
    return STATUS_OK;
}

void api_get_graph_path(void *context, struct http_request *request) {
    static const char *const names[] = {"from_kind", "from_name", "to_kind", "to_name",
                                        "from",      "until",     "hops"};
    struct visit *visit = visit_query(context, request, names, 7);
    int64_t hops = 0;
    if (visit == NULL) {
        return;
    }
    struct walk *walk = begin(visit);
    if (ask_node(visit, "from_kind", "from_name", &walk->from) &&
        ask_node(visit, "to_kind", "to_name", &walk->to) && ask_span(visit, &walk->options) &&
        visit_ask_number(visit, "hops", 1, LINK_HOPS_MAX, &hops)) {
        walk->options.hops_max = (uint32_t)hops;
        if (walk->from.kind == walk->to.kind && slice_equal(walk->from.name, walk->to.name)) {
            visit_refuse(visit, API_PROBLEM_QUERY_REFUSED, "a way leads from one to another");
        } else {
            visit_look(visit, put_path, "graph", 0);
        }
    }
}

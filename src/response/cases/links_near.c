// The neighbours of one node: the closest are told, the others counted.

#include "base/map.h"
#include "response/cases/links.h"

enum { READ_MAX = 5000 }; // movements each way, parties: some tens of milliseconds

struct near {
    LinkNodeKind kind;
    Slice name;
    bool is_told;
};

struct neighbours {
    struct links links;
    struct map by_name;
    VEC(struct near) nodes; // the first is the one that was asked for
    uint32_t told;
};

// Its number, made if it is new. Numbers of those that are told come first: rows are read in the
// order in which nodes are told.
static uint32_t near_of(struct neighbours *near, LinkNodeKind kind, Slice name) {
    struct arena *arena = near->links.book->arena;
    Slice key = arena_printf(arena, "%c%.*s", 'A' + (int)kind, SLICE_ARGS(name));
    uint32_t number = map_get(&near->by_name, key);
    if (number == MAP_NONE) {
        number = near->nodes.count;
        bool is_told = number <= near->links.options.nodes_max;
        map_put(&near->by_name, key, number);
        *VEC_PUSH(&near->nodes, arena) = (struct near){kind, name, is_told};
        near->told += is_told;
        near->links.is_cut[LINK_CUT_NODES] |= !is_told;
    }
    return number;
}

static void put_left_out(const struct neighbours *near, const uint32_t *others,
                         struct json_writer *json) {
    json_key(json, SLICE("left_out"));
    json_array_begin(json);
    for (uint32_t kind = 0; kind < LINK_NODE_KIND_COUNT; kind++) {
        int64_t nodes = 0, times = 0, amount = 0;
        for (uint32_t i = near->told; i < near->nodes.count; i++) {
            nodes += near->nodes.at[i].kind == (LinkNodeKind)kind;
        }
        for (uint32_t i = 0; i < near->links.rows.count && nodes > 0; i++) {
            const struct link_row *row = &near->links.rows.at[i];
            if (row->kind == (LinkNodeKind)kind && !near->nodes.at[others[i]].is_told) {
                times += row->times;
                amount += row->amount;
            }
        }
        if (nodes > 0) {
            json_object_begin(json);
            json_key_string(json, SLICE("kind"), link_node_word((LinkNodeKind)kind));
            json_key_i64(json, SLICE("nodes"), nodes);
            json_key_i64(json, SLICE("times"), times);
            json_key_i64(json, SLICE("amount"), amount);
            json_object_end(json);
        }
    }
    json_array_end(json);
}

// Each with whether everybody meets it; where time is up, without.
static Status put_nodes(struct neighbours *near, const struct link_hub *first,
                        struct json_writer *json) {
    json_key(json, SLICE("nodes"));
    json_array_begin(json);
    for (uint32_t i = 0; i < near->told; i++) {
        const struct near *node = &near->nodes.at[i];
        struct link_hub hub = {0};
        uint32_t links = near->nodes.count - 1;
        bool was_counted = i == 0;
        if (i == 0) {
            hub = *first;
        } else if (node->kind != LINK_NODE_CASH && !links_is_late(&near->links)) {
            TRY(links_count(&near->links, node->kind, node->name, &hub, &links));
            was_counted = node->kind != LINK_NODE_MERCHANT;
        }
        json_object_begin(json);
        links_put_node(json, i, node->kind, node->name, &hub);
        if (was_counted) {
            json_key_i64(json, SLICE("links"), links);
        }
        json_object_end(json);
    }
    json_array_end(json);
    return STATUS_OK;
}

Status links_put_neighbours(struct book *book, LinkNodeKind kind, Slice name,
                            const struct link_options *options, struct json_writer *json) {
    struct neighbours near = {0};
    struct link_hub hub;
    links_init(&near.links, book, options);
    map_init(&near.by_name, book->arena);
    near_of(&near, kind, name);
    TRY(links_read(&near.links, kind, name, READ_MAX, &hub));
    uint32_t *others = ARENA_ARRAY(book->arena, uint32_t, near.links.rows.count + (size_t)1);
    for (uint32_t i = 0; i < near.links.rows.count; i++) {
        const struct link_row *row = &near.links.rows.at[i];
        others[i] = near_of(&near, row->kind, row->name);
    }
    json_object_begin(json);
    links_put_span(&near.links, json);
    TRY(put_nodes(&near, &hub, json));
    json_key(json, SLICE("edges"));
    json_array_begin(json);
    for (uint32_t i = 0; i < near.links.rows.count; i++) {
        if (others[i] != 0 && near.nodes.at[others[i]].is_told) {
            links_put_edge(json, 0, others[i], &near.links.rows.at[i]);
        }
    }
    json_array_end(json);
    put_left_out(&near, others, json);
    links_put_cuts(&near.links, json);
    json_object_end(json);
    return STATUS_OK;
}

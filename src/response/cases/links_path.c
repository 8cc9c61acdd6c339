// A shortest way between two nodes, over payments in either direction and over what is shared.
//
// It is looked for from both ends, a layer at a time, the smaller layer first, so that little is
// read of a large bank. As everywhere, nothing is led over hubs: such a node is an end or nothing.
// Of several shortest ways of a layer that with the closest bonds is told.

#include "base/map.h"
#include "response/cases/links.h"

enum { ROWS_READ = 1000, NODES_READ = 5000 };

typedef enum Side { SIDE_NONE, SIDE_FROM, SIDE_TO } Side;

struct step {
    LinkNodeKind kind;
    Slice name;
    Side side;
    uint32_t before;     // the node that led here
    uint32_t hops;       // from its end
    double weight;       // of the bonds that led here
    struct link_row row; // of the node before, to this one
    struct link_hub hub;
    bool was_read;
};

struct meeting {
    bool is_there;
    uint32_t node, other;
    uint32_t hops;
    double weight;
    struct link_row row;
};

typedef VEC(uint32_t) Layer;

struct path {
    struct links links;
    struct map by_name;
    VEC(struct step) steps; // the first two are the ends
    Layer layers[2];        // of SIDE_FROM, SIDE_TO
    uint32_t depths[2];
    uint32_t reads, hubs;
    struct meeting meeting;
};

static uint32_t step_of(struct path *path, LinkNodeKind kind, Slice name) {
    struct arena *arena = path->links.book->arena;
    Slice key = arena_printf(arena, "%c%.*s", 'A' + (int)kind, SLICE_ARGS(name));
    uint32_t number = map_get(&path->by_name, key);
    if (number == MAP_NONE) {
        number = path->steps.count;
        map_put(&path->by_name, key, number);
        struct step *step = VEC_PUSH(&path->steps, arena);
        step->kind = kind;
        step->name = name;
    }
    return number;
}

static bool is_end(uint32_t node) {
    return node < 2;
}

static Status read_step(struct path *path, uint32_t node) {
    struct step *step = &path->steps.at[node];
    step->was_read = true;
    path->reads++;
    TRY(links_read(&path->links, step->kind, step->name, ROWS_READ, &step->hub));
    path->hubs += step->hub.is_hub && !is_end(node);
    return STATUS_OK;
}

static bool is_enough(struct path *path) {
    path->links.is_cut[LINK_CUT_READS] |= path->reads >= NODES_READ;
    return path->links.is_cut[LINK_CUT_READS] || links_is_late(&path->links);
}

static void meet(struct path *path, uint32_t node, uint32_t other, const struct link_row *row) {
    const struct step *here = &path->steps.at[node], *there = &path->steps.at[other];
    struct meeting met = {.is_there = true,
                          .node = node,
                          .other = other,
                          .hops = here->hops + 1 + there->hops,
                          .weight = here->weight + row->weight + there->weight,
                          .row = *row};
    const struct meeting *best = &path->meeting;
    if (!best->is_there || met.hops < best->hops ||
        (met.hops == best->hops && met.weight > best->weight)) {
        path->meeting = met;
    }
}

// Where both sides meet may be no hub either: it is read to know.
static Status check_meeting(struct path *path, uint32_t other, bool *ret_may) {
    struct step *step = &path->steps.at[other];
    if (!is_end(other) && !step->was_read && !link_leads_nowhere(step->kind)) {
        TRY(read_step(path, other));
        step = &path->steps.at[other];
    }
    *ret_may = is_end(other) || (!link_leads_nowhere(step->kind) && !step->hub.is_hub);
    return STATUS_OK;
}

static Status lead_on(struct path *path, uint32_t node, Side side, Layer *next) {
    struct arena *arena = path->links.book->arena;
    uint32_t count = path->links.rows.count;
    struct link_row *rows = ARENA_ARRAY(arena, struct link_row, count + (size_t)1);
    if (count > 0) {
        memcpy(rows, path->links.rows.at, count * sizeof *rows); // a meeting reads others
    }
    for (uint32_t i = 0; i < count; i++) {
        uint32_t other = step_of(path, rows[i].kind, rows[i].name);
        struct step *step = &path->steps.at[other];
        bool may;
        if (step->side == SIDE_NONE) {
            const struct step *here = &path->steps.at[node];
            step->side = side;
            step->before = node;
            step->hops = here->hops + 1;
            step->weight = here->weight + rows[i].weight;
            step->row = rows[i];
            *VEC_PUSH(next, arena) = other;
        } else if (step->side != side) {
            TRY(check_meeting(path, other, &may));
            if (may) {
                meet(path, node, other, &rows[i]);
            }
        }
    }
    return STATUS_OK;
}

static Status go_on(struct path *path, Side side) {
    Layer *layer = &path->layers[side - 1], next = {0};
    for (uint32_t i = 0; i < layer->count; i++) {
        uint32_t node = layer->at[i];
        struct step *step = &path->steps.at[node];
        if (!is_end(node) && (link_leads_nowhere(step->kind) || step->hub.is_hub)) {
            continue;
        }
        if (is_enough(path)) {
            break;
        }
        TRY(read_step(path, node));
        if (is_end(node) || !path->steps.at[node].hub.is_hub) {
            TRY(lead_on(path, node, side, &next));
        }
    }
    *layer = next;
    path->depths[side - 1]++;
    return STATUS_OK;
}

static Status find(struct path *path) {
    while (!path->meeting.is_there && path->layers[0].count > 0 && path->layers[1].count > 0) {
        if (path->depths[0] + path->depths[1] >= path->links.options.hops_max) {
            path->links.is_cut[LINK_CUT_HOPS] = true;
            break;
        }
        if (is_enough(path)) {
            break;
        }
        bool is_smaller = path->layers[0].count <= path->layers[1].count;
        TRY(go_on(path, is_smaller ? SIDE_FROM : SIDE_TO));
    }
    return STATUS_OK;
}

// ---- as JSON -----------------------------------------------------------------------------------

// The nodes from one end to the other; `ret_rows[i]` binds `ret[i]` and `ret[i + 1]`, and
// `ret_turned[i]` says that it was read from the latter.
struct way {
    uint32_t *nodes;
    const struct link_row **rows;
    bool *turned;
    uint32_t count;
};

static struct way way_of(const struct path *path) {
    const struct meeting *met = &path->meeting;
    struct arena *arena = path->links.book->arena;
    size_t room = path->links.options.hops_max + (size_t)2;
    struct way way = {ARENA_ARRAY(arena, uint32_t, room),
                      ARENA_ARRAY(arena, const struct link_row *, room),
                      ARENA_ARRAY(arena, bool, room), met->is_there ? met->hops + 1 : 0};
    if (!met->is_there) {
        return way;
    }
    bool is_from = path->steps.at[met->node].side == SIDE_FROM;
    uint32_t left = is_from ? met->node : met->other, right = is_from ? met->other : met->node;
    uint32_t at = path->steps.at[left].hops;
    way.rows[at] = &met->row;
    way.turned[at] = !is_from;
    for (uint32_t node = left, i = at;; node = path->steps.at[node].before, i--) {
        way.nodes[i] = node;
        if (i == 0) {
            break;
        }
        way.rows[i - 1] = &path->steps.at[node].row;
        way.turned[i - 1] = false;
    }
    for (uint32_t node = right, i = at + 1;; node = path->steps.at[node].before, i++) {
        way.nodes[i] = node;
        if (i + 1 == way.count) {
            break;
        }
        way.rows[i] = &path->steps.at[node].row;
        way.turned[i] = true;
    }
    return way;
}

static void put_way(const struct path *path, const struct way *way, struct json_writer *json) {
    json_key(json, SLICE("nodes"));
    json_array_begin(json);
    for (uint32_t i = 0; i < way->count; i++) {
        const struct step *step = &path->steps.at[way->nodes[i]];
        json_object_begin(json);
        links_put_node(json, i, step->kind, step->name, &step->hub);
        json_object_end(json);
    }
    json_array_end(json);
    json_key(json, SLICE("edges"));
    json_array_begin(json);
    for (uint32_t i = 0; i + 1 < way->count; i++) {
        uint32_t from = way->turned[i] ? i + 1 : i, to = way->turned[i] ? i : i + 1;
        links_put_edge(json, from, to, way->rows[i]);
    }
    json_array_end(json);
}

Status links_put_path(struct book *book, LinkNodeKind from_kind, Slice from, LinkNodeKind to_kind,
                      Slice to, const struct link_options *options, struct json_writer *json) {
    struct path path = {0};
    links_init(&path.links, book, options);
    map_init(&path.by_name, book->arena);
    uint32_t first = step_of(&path, from_kind, from), last = step_of(&path, to_kind, to);
    ENSURE(first != last,
           book_fail(book, STATUS_INVALID, "CA005", "a way leads from one to another"));
    path.steps.at[first].side = SIDE_FROM;
    path.steps.at[last].side = SIDE_TO;
    *VEC_PUSH(&path.layers[0], book->arena) = first;
    *VEC_PUSH(&path.layers[1], book->arena) = last;
    TRY(find(&path));
    struct way way = way_of(&path);
    path.links.is_cut[LINK_CUT_ROWS] = false; // such a node is a hub, and is counted there
    path.links.is_cut[LINK_CUT_PARTIES] = false;
    json_object_begin(json);
    links_put_span(&path.links, json);
    json_key_bool(json, SLICE("found"), path.meeting.is_there);
    json_key_i64(json, SLICE("hops"), path.meeting.is_there ? path.meeting.hops : 0);
    json_key_i64(json, SLICE("read"), path.reads);
    json_key_i64(json, SLICE("hubs"), path.hubs);
    put_way(&path, &way, json);
    links_put_cuts(&path.links, json);
    json_object_end(json);
    return STATUS_OK;
}

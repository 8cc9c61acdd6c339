// Part 4 of a dossier: the way of the money, from the picture that is kept with the case.

#include "response/referral/dossier.h"

#include "codec/json.h"

enum { PICTURE_BYTES_MAX = 16 << 20, PICTURE_DEPTH_MAX = 32 };

static const struct statement PICTURE = {
    "dossier_picture",
    "SELECT json, made_us, traced, still_here, outside, not_followed FROM case_picture WHERE "
    "case_id = ?1 AND number = ?2"};

struct drawing {
    struct dossier *dossier;
    struct arena *arena;
    JsonTree tree;
    struct map by_id;
};

static Slice text_of(const struct drawing *drawing, uint32_t object, Slice key) {
    uint32_t node = json_member(drawing->tree, object, key);
    return node != JSON_NONE && drawing->tree.nodes[node].kind == JSON_STRING
               ? arena_copy(drawing->arena, drawing->tree.nodes[node].text)
               : SLICE("");
}

static int64_t number_of(const struct drawing *drawing, uint32_t object, Slice key) {
    uint32_t node = json_member(drawing->tree, object, key);
    return node != JSON_NONE && drawing->tree.nodes[node].kind == JSON_INT
               ? drawing->tree.nodes[node].i64
               : 0;
}

static Slice id_key(struct arena *arena, int64_t id) {
    return arena_printf(arena, "%lld", (long long)id);
}

// Whether it is a suspected account, here or elsewhere, or a victim's.
static bool is_of_case(const struct dossier *dossier, const struct dossier_node *node,
                       Slice customer, struct arena *arena) {
    const char *kind = slice_is(node->place, "MERCHANT") ? "MERCHANT" : "OUTSIDE";
    return slice_is(node->place, "OWN")
               ? dossier_account_of(dossier, node->name) != NULL ||
                     dossier_party_of(dossier, customer) != NULL
               : map_get(&dossier->other_at, counterparty_key(arena, slice_of(kind), node->name)) !=
                     MAP_NONE;
}

static void read_nodes(struct drawing *drawing, uint32_t nodes) {
    struct dossier *dossier = drawing->dossier;
    JSON_EACH(drawing->tree, nodes, i) {
        uint32_t side = json_member(drawing->tree, i, SLICE("forward"));
        if (side == JSON_NONE) {
            continue; // where money came from before: not of this picture
        }
        struct dossier_node node = {.id = number_of(drawing, i, SLICE("id")),
                                    .layer = number_of(drawing, side, SLICE("layer")),
                                    .place = text_of(drawing, i, SLICE("place")),
                                    .name = text_of(drawing, i, SLICE("name")),
                                    .cut = text_of(drawing, i, SLICE("cut")),
                                    .role = text_of(drawing, side, SLICE("role")),
                                    .role_zh = text_of(drawing, side, SLICE("role_zh")),
                                    .received = number_of(drawing, side, SLICE("received")),
                                    .passed_on = number_of(drawing, side, SLICE("passed_on")),
                                    .left = number_of(drawing, side, SLICE("left")),
                                    .outside = number_of(drawing, side, SLICE("outside"))};
        node.is_party =
            is_of_case(dossier, &node, text_of(drawing, i, SLICE("customer")), drawing->arena);
        map_put(&drawing->by_id, id_key(drawing->arena, node.id), dossier->nodes.count);
        *VEC_PUSH(&dossier->nodes, drawing->arena) = node;
    }
}

static void read_edges(struct drawing *drawing, uint32_t edges) {
    struct dossier *dossier = drawing->dossier;
    JSON_EACH(drawing->tree, edges, i) {
        int64_t layer = number_of(drawing, i, SLICE("layer"));
        uint32_t from =
            map_get(&drawing->by_id, id_key(drawing->arena, number_of(drawing, i, SLICE("from"))));
        uint32_t to =
            map_get(&drawing->by_id, id_key(drawing->arena, number_of(drawing, i, SLICE("to"))));
        if (layer < 0 || from == MAP_NONE || to == MAP_NONE) {
            continue;
        }
        *VEC_PUSH(&dossier->edges, drawing->arena) =
            (struct dossier_edge){.from = from,
                                  .to = to,
                                  .layer = layer,
                                  .amount = number_of(drawing, i, SLICE("amount")),
                                  .movements = number_of(drawing, i, SLICE("movements")),
                                  .first_us = number_of(drawing, i, SLICE("first_us")),
                                  .last_us = number_of(drawing, i, SLICE("last_us"))};
        dossier->nodes.at[from].is_neighbour |= dossier->nodes.at[to].is_party;
        dossier->nodes.at[to].is_neighbour |= dossier->nodes.at[from].is_party;
    }
}

static void read_drawing(struct drawing *drawing) {
    uint32_t nodes = json_member(drawing->tree, 0, SLICE("nodes"));
    uint32_t edges = json_member(drawing->tree, 0, SLICE("edges"));
    if (nodes != JSON_NONE && edges != JSON_NONE) {
        read_nodes(drawing, nodes);
        read_edges(drawing, edges);
    }
}

Status dossier_read_flow(struct book *book, struct dossier *dossier) {
    struct drawing drawing = {.dossier = dossier, .arena = book->arena};
    const struct referral_row *row = dossier->row;
    if (row->picture == 0) {
        return STATUS_OK;
    }
    TRY(book_one(book, &PICTURE, STORE_VALUES(store_i64(row->case_id), store_i64(row->picture))));
    dossier->is_picture = true;
    dossier->picture_us = book_i64(book, 1);
    dossier->traced = book_i64(book, 2);
    dossier->still_here = book_i64(book, 3);
    dossier->outside = book_i64(book, 4);
    dossier->not_followed = book_i64(book, 5);
    struct json_reader *reader = json_reader_create(PICTURE_BYTES_MAX, PICTURE_DEPTH_MAX);
    map_init(&drawing.by_id, book->arena);
    Status status = json_parse(reader, store_column_text(book->store, 0), &drawing.tree);
    if (status == STATUS_OK) {
        read_drawing(&drawing);
    }
    json_reader_destroy(reader);
    return status == STATUS_OK
               ? STATUS_OK
               : book_fail(book, STATUS_INVALID, "RF007", "the picture of the case cannot be read");
}

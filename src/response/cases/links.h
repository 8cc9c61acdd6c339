#pragma once
// Links: the graph as an analyst walks it, read from the tables of movements and bonds: who is
// bound to one node, and over whom two nodes are bound.
//
// Other than where gangs are looked for (neighbourhood.h), everything is shown: shops, cash,
// employers, payments however small. Bounded are the rows that are read, the nodes that are told
// and the time that it takes; whatever is left out is counted, and said.

#include "base/vec.h"
#include "response/cases/private.h"

// What a link is: a payment, or a bond by its kind.
enum { LINK_PAYMENT, LINK_BOND, LINK_KIND_COUNT = LINK_BOND + BOND_KIND_COUNT };

struct link_row {
    LinkNodeKind kind; // of the other
    Slice name;
    uint8_t link;
    bool leaves; // a payment of the node to the other
    int64_t times, amount, first_us, last_us;
    double weight;
};

#define LINK_CUTS(X)                                                                               \
    X(ROWS, "流水过多，只统计最近的部分", "more movements than are read: the newest count")        \
    X(PARTIES, "共用者过多，只统计一部分", "more parties share it than are read")                  \
    X(NODES, "节点过多，只展示关联最强的", "more neighbours than are told: the closest are")       \
    X(HOPS, "已达最大步数", "as many steps were followed as may be")                               \
    X(READS, "已达查询节点上限", "as many nodes were read as may be")                              \
    X(TIME, "查询超时，结果不完整", "time was up before all was read")
typedef enum LinkCut {
#define X(name, zh, en) LINK_CUT_##name,
    LINK_CUTS(X)
#undef X
        LINK_CUT_COUNT,
} LinkCut;

struct link_hub {
    bool is_hub;
    GangSkip reason;
    Slice detail;  // of one that is named: why
    uint32_t seen; // parties, partners or rows that were counted until it was let be
};

struct links {
    struct book *book;
    struct link_options options; // complete
    uint64_t late_ns;            // of the monotonic clock
    bool is_cut[LINK_CUT_COUNT];
    VEC(struct link_row) rows; // of the node that was read last, the closest first
};

void links_init(struct links *links, struct book *book, const struct link_options *options);
bool links_is_late(struct links *links); // notes it as a cut
// `rows_max` movements each way, the newest, and as many parties are read; what was more is a hub
// by the rule of gangs, or a cut.
MUST_USE Status links_read(struct links *links, LinkNodeKind kind, Slice name, uint32_t rows_max,
                           struct link_hub *ret);
// Whether everybody meets it, without its rows. `ret_links`: how many others it has, as far as they
// were counted.
MUST_USE Status links_count(struct links *links, LinkNodeKind kind, Slice name,
                            struct link_hub *ret, uint32_t *ret_links);
// A shop, cash, an employer, a terminal: nothing is led over it.
bool link_leads_nowhere(LinkNodeKind kind);

void links_put_node(struct json_writer *json, uint32_t id, LinkNodeKind kind, Slice name,
                    const struct link_hub *hub);
// The time looked at: "until_us" where it has an end.
void links_put_span(const struct links *links, struct json_writer *json);
void links_put_edge(struct json_writer *json, uint32_t from, uint32_t to,
                    const struct link_row *row);
void links_put_cuts(const struct links *links, struct json_writer *json);
